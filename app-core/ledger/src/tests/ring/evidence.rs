//! Evidence by itself: what convicts, and what must never convict.

use super::*;
use proptest::prelude::*;
use types::{BlockId, ChainId};

pub(super) fn vote_of(
    chain: ChainId,
    seed: u8,
    place: (Round, u32),
    step: Step,
    block: u8,
) -> SignedVote {
    let ((round, view), block) = (place, BlockId([block; 32]));
    let signature = manager(seed).sign(&Place::acp(chain, round, view).vote(step, block));
    SignedVote { engine: ENGINE_ACP, round, view, step, block, signature }
}

/// A Prepare vote in view 0.
pub(super) fn vote(chain: ChainId, seed: u8, round: Round, block: u8) -> SignedVote {
    vote_of(chain, seed, (round, 0), Step::Prepare, block)
}

type Quorum = Option<(u32, BlockId)>;

fn proposal_of(
    chain: ChainId,
    seed: u8,
    place: (Round, u32),
    block: u8,
    quorum: Quorum,
) -> SignedProposal {
    let ((round, view), block) = (place, BlockId([block; 32]));
    let signature = manager(seed).sign(&Place::acp(chain, round, view).proposal(block, quorum));
    SignedProposal { engine: ENGINE_ACP, round, view, block, quorum, signature }
}

fn new_view_of(chain: ChainId, seed: u8, place: (Round, u32), high: Quorum) -> SignedNewView {
    let (round, view) = place;
    let signature = manager(seed).sign(&Place::acp(chain, round, view).new_view(high));
    SignedNewView { engine: ENGINE_ACP, round, view, high, signature }
}

const CHAIN: ChainId = ChainId([3; 32]);
const ROUND: Round = Round(9);

fn judge(seed: u8, offence: Offence) -> Result<(), EvidenceError> {
    Evidence { key: manager(seed).public(), offence }.verify(CHAIN, None)
}

fn vote_in(view: u32, step: Step, block: u8) -> SignedVote {
    vote_of(CHAIN, 1, (ROUND, view), step, block)
}

#[test]
fn two_votes_of_one_place_convict() {
    use Step::{Commit, Prepare};
    let twice =
        |first: SignedVote, second: SignedVote| judge(1, Offence::DuplicateVote(first, second));
    for (view, step) in [(0, Prepare), (0, Commit), (7, Prepare), (u32::MAX, Commit)] {
        assert_eq!(twice(vote_in(view, step, 1), vote_in(view, step, 2)), Ok(()));
    }
    let first = vote_in(2, Prepare, 1);
    assert_eq!(twice(first.clone(), first.clone()), Err(EvidenceError::Same));
    let resigned = SignedVote { signature: [9; 64], ..first.clone() };
    assert_eq!(twice(first.clone(), resigned), Err(EvidenceError::Same));
    assert_eq!(twice(first.clone(), vote_in(2, Commit, 2)), Err(EvidenceError::Apart));
    assert_eq!(twice(first.clone(), vote_in(3, Prepare, 2)), Err(EvidenceError::Apart));
    let elsewhere = vote_of(CHAIN, 1, (Round(8), 2), Prepare, 2);
    assert_eq!(twice(first.clone(), elsewhere), Err(EvidenceError::Apart));
    let stranger = vote_of(CHAIN, 2, (ROUND, 2), Prepare, 2);
    assert_eq!(twice(first.clone(), stranger), Err(EvidenceError::BadSignature));
    let network = vote_of(ChainId([4; 32]), 1, (ROUND, 2), Prepare, 2);
    assert_eq!(twice(first.clone(), network), Err(EvidenceError::BadSignature));
    let forged = SignedVote { block: BlockId([2; 32]), ..first.clone() };
    assert_eq!(twice(first.clone(), forged.clone()), Err(EvidenceError::BadSignature));
    assert_eq!(twice(forged, first), Err(EvidenceError::BadSignature));
}

/// V1: a vote in one engine and one in the other, and two in the other.
#[test]
fn engines_are_kept_apart() {
    let other = |block: u8| {
        let place = Place { chain: CHAIN, engine: 2, round: ROUND, view: 0 };
        let block = BlockId([block; 32]);
        let signature = manager(1).sign(&place.vote(Step::Prepare, block));
        SignedVote { engine: 2, round: ROUND, view: 0, step: Step::Prepare, block, signature }
    };
    let twice = |first, second| judge(1, Offence::DuplicateVote(first, second));
    assert_eq!(twice(vote_in(0, Step::Prepare, 1), other(2)), Err(EvidenceError::Apart));
    let renamed = SignedVote { engine: ENGINE_ACP, ..other(2) };
    assert_eq!(twice(vote_in(0, Step::Prepare, 1), renamed), Err(EvidenceError::BadSignature));
    assert_eq!(twice(other(1), other(2)), Err(EvidenceError::OtherEngine));
}

#[test]
fn two_blocks_proposed_in_one_view_convict() {
    let quorum = |block| Some((0, BlockId([block; 32])));
    let proposal = |view, block, quorum| proposal_of(CHAIN, 1, (ROUND, view), block, quorum);
    let twice = |first, second| judge(1, Offence::DuplicateProposal(first, second));
    assert_eq!(twice(proposal(1, 1, None), proposal(1, 2, None)), Ok(()));
    assert_eq!(twice(proposal(1, 1, quorum(1)), proposal(1, 2, quorum(2))), Ok(()));
    // The same block beside another quorum is no second proposal.
    let same = twice(proposal(1, 1, None), proposal(1, 1, quorum(1)));
    assert_eq!(same, Err(EvidenceError::Same));
    assert_eq!(twice(proposal(1, 1, None), proposal(2, 2, None)), Err(EvidenceError::Apart));
    let stripped = SignedProposal { quorum: None, ..proposal(1, 2, quorum(2)) };
    assert_eq!(twice(proposal(1, 1, None), stripped), Err(EvidenceError::BadSignature));
}

#[test]
fn a_commit_and_a_later_denial_convict() {
    let denial = |view, high: Quorum| new_view_of(CHAIN, 1, (ROUND, view), high);
    let denied = |commit, denial| judge(1, Offence::LockAmnesia(commit, denial));
    let commit = || vote_in(2, Step::Commit, 1);
    let high = |view| Some((view, BlockId([5; 32])));
    assert_eq!(denied(commit(), denial(3, None)), Ok(()));
    assert_eq!(denied(commit(), denial(9, high(1))), Ok(()));
    let innocent = Err(EvidenceError::Innocent);
    assert_eq!(denied(commit(), denial(3, high(2))), innocent, "it names the lock");
    assert_eq!(denied(commit(), denial(9, high(8))), innocent, "it has learned a later quorum");
    assert_eq!(denied(commit(), denial(2, None)), innocent, "said before the commit");
    assert_eq!(denied(commit(), denial(1, None)), innocent);
    assert_eq!(denied(vote_in(2, Step::Prepare, 1), denial(3, None)), innocent);
    let stripped = SignedNewView { high: None, ..denial(3, high(2)) };
    assert_eq!(denied(commit(), stripped), Err(EvidenceError::BadSignature));
    let stranger = new_view_of(CHAIN, 2, (ROUND, 3), None);
    assert_eq!(denied(commit(), stranger), Err(EvidenceError::BadSignature));
    let elsewhere = new_view_of(CHAIN, 1, (Round(8), 3), None);
    assert_eq!(denied(commit(), elsewhere), Err(EvidenceError::Apart));
}

/// What one honest member says in a round.
#[derive(Default)]
struct Honest {
    votes: Vec<SignedVote>,
    proposals: Vec<SignedProposal>,
    new_views: Vec<SignedNewView>,
}

/// One view: what it prepares, what quorum it learns, what it commits, what it proposes.
type View = (Option<u8>, Option<u8>, Option<u8>, Option<u8>, u32);

impl Honest {
    /// Follows the rules of voting: once per view, no Prepare behind a Commit, the highest quorum
    /// named in every NewView; views may be jumped over.
    fn live(views: &[View]) -> Self {
        let (mut all, mut high, mut view) = (Self::default(), None, 0);
        for (prepare, learn, commit, propose, jump) in views {
            let place = (ROUND, view);
            let block = |block: u8| BlockId([block; 32]);
            all.proposals.extend(propose.map(|b| proposal_of(CHAIN, 1, place, b, high)));
            all.votes.extend(prepare.map(|b| vote_of(CHAIN, 1, place, Step::Prepare, b)));
            high = high.max(learn.map(|b| (view, block(b))));
            if let Some(b) = commit {
                high = high.max(Some((view, block(*b))));
                all.votes.push(vote_of(CHAIN, 1, place, Step::Commit, *b));
            }
            view += 1 + jump;
            all.new_views.push(new_view_of(CHAIN, 1, (ROUND, view), high));
        }
        all
    }

    fn offences(&self) -> Vec<Offence> {
        let mut all = Vec::new();
        for vote in &self.votes {
            all.extend(self.votes.iter().map(|o| Offence::DuplicateVote(vote.clone(), o.clone())));
            let denials = self.new_views.iter();
            all.extend(denials.map(|o| Offence::LockAmnesia(vote.clone(), o.clone())));
        }
        for one in &self.proposals {
            let others = self.proposals.iter();
            all.extend(others.map(|o| Offence::DuplicateProposal(one.clone(), o.clone())));
        }
        all
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// V1: with every pair of what an honest member has signed in a round.
    #[test]
    fn an_honest_member_is_never_convicted(
        views in {
            let block = || proptest::option::of(1..4_u8);
            proptest::collection::vec((block(), block(), block(), block(), 0..2_u32), 1..5)
        }
    ) {
        for offence in Honest::live(&views).offences() {
            prop_assert!(judge(1, offence.clone()).is_err(), "{offence:?}");
        }
    }
}
