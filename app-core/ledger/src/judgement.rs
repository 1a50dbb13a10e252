//! Judging evidence: whether it convicts its key (`acp-corrections.md`, evidence).
//!
//! Managers judge before they keep evidence, execution judges before it punishes. No rule here may
//! ever be met by what an honest member signs: two statements of one content are one statement, and
//! a Prepare after the Commit of an earlier view is what an honest member does.

use crate::evidence::{SignedNewView, SignedProposal, SignedVote};
use crate::{ENGINE_ACP, Evidence, Foreign, Header, Offence, Place, Step};
use types::{ChainId, Round};

/// Why evidence convicts nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EvidenceError {
    /// It is of another engine, whose rounds are not this ledger's.
    #[error("of another engine")]
    OtherEngine,
    /// A signature is not by the key.
    #[error("not signed by the key")]
    BadSignature,
    /// The statements belong to different rounds, views or steps.
    #[error("not of one round, view and step")]
    Apart,
    /// The two say the same.
    #[error("both say the same")]
    Same,
    /// An honest member may sign both.
    #[error("an honest member may sign this")]
    Innocent,
    /// The header before is not shown to be final, or not to be that of the round before.
    #[error("the round before is not proved")]
    NotProved,
    /// The committee or header shown is not the one in question.
    #[error("another committee or header")]
    Unrelated,
}

impl Evidence {
    /// The round of the offence.
    #[must_use]
    pub const fn round(&self) -> Round {
        match &self.offence {
            Offence::DuplicateVote(first, _) | Offence::LockAmnesia(first, _) => first.round,
            Offence::DuplicateProposal(first, _) => first.round,
            Offence::ForeignVote { vote, .. } => vote.round,
        }
    }

    /// 1 duplicate vote, 2 duplicate proposal, 3 lock amnesia, 4 foreign vote.
    #[must_use]
    pub const fn kind(&self) -> u8 {
        match &self.offence {
            Offence::DuplicateVote(..) => 1,
            Offence::DuplicateProposal(..) => 2,
            Offence::LockAmnesia(..) => 3,
            Offence::ForeignVote { .. } => 4,
        }
    }

    /// How many headers the range has that it proves one under; `None` if it needs no such proof.
    #[must_use]
    pub const fn leaves(&self) -> Option<u64> {
        match &self.offence {
            Offence::ForeignVote { path, .. } => Some(path.leaves),
            Offence::DuplicateVote(..)
            | Offence::DuplicateProposal(..)
            | Offence::LockAmnesia(..) => None,
        }
    }

    /// Judges it; `history` is [`crate::noted_history`] for its [`Self::leaves`]. Whether the key
    /// is a manager's, and how old the offence is, are the state's business.
    ///
    /// # Errors
    /// [`EvidenceError`] says why it convicts nobody.
    pub fn verify(&self, chain: ChainId, history: Option<[u8; 32]>) -> Result<(), EvidenceError> {
        match &self.offence {
            Offence::DuplicateVote(first, second) => self.voted_twice(chain, first, second),
            Offence::DuplicateProposal(first, second) => self.proposed_twice(chain, first, second),
            Offence::LockAmnesia(commit, denial) => self.denied_lock(chain, commit, denial),
            Offence::ForeignVote { vote, before, path, foreign } => {
                self.signed_vote(chain, vote)?;
                let is_before =
                    before.chain == chain && before.round.0.checked_add(1) == Some(vote.round.0);
                let proved =
                    history.is_some_and(|root| path.verify(&root, before.round, before.id()));
                if !is_before || !proved {
                    return Err(EvidenceError::NotProved);
                }
                self.is_foreign(chain, vote, before, foreign)
            }
        }
    }

    fn voted_twice(
        &self,
        chain: ChainId,
        first: &SignedVote,
        second: &SignedVote,
    ) -> Result<(), EvidenceError> {
        let place = |vote: &SignedVote| (vote.engine, vote.round, vote.view, vote.step);
        if place(first) != place(second) {
            return Err(EvidenceError::Apart);
        }
        if first.block == second.block {
            return Err(EvidenceError::Same);
        }
        self.signed_vote(chain, first)?;
        self.signed_vote(chain, second)
    }

    /// Another quorum beside the same block is no second proposal.
    fn proposed_twice(
        &self,
        chain: ChainId,
        first: &SignedProposal,
        second: &SignedProposal,
    ) -> Result<(), EvidenceError> {
        let place = |proposal: &SignedProposal| (proposal.engine, proposal.round, proposal.view);
        if place(first) != place(second) {
            return Err(EvidenceError::Apart);
        }
        if first.block == second.block {
            return Err(EvidenceError::Same);
        }
        [first, second].into_iter().try_for_each(|proposal| {
            let place = Place {
                chain,
                engine: proposal.engine,
                round: proposal.round,
                view: proposal.view,
            };
            let message = place.proposal(proposal.block, proposal.quorum);
            self.signed(proposal.engine, &message, &proposal.signature)
        })
    }

    /// Who has committed in a view knows a quorum of that view from then on, and says so.
    fn denied_lock(
        &self,
        chain: ChainId,
        commit: &SignedVote,
        denial: &SignedNewView,
    ) -> Result<(), EvidenceError> {
        if (commit.engine, commit.round) != (denial.engine, denial.round) {
            return Err(EvidenceError::Apart);
        }
        let knows = denial.high.is_some_and(|(view, _)| view >= commit.view);
        if commit.step != Step::Commit || denial.view <= commit.view || knows {
            return Err(EvidenceError::Innocent);
        }
        self.signed_vote(chain, commit)?;
        let place = Place { chain, engine: denial.engine, round: denial.round, view: denial.view };
        self.signed(denial.engine, &place.new_view(denial.high), &denial.signature)
    }

    fn is_foreign(
        &self,
        chain: ChainId,
        vote: &SignedVote,
        before: &Header,
        foreign: &Foreign,
    ) -> Result<(), EvidenceError> {
        let (related, offends) = match foreign {
            Foreign::NoSeat(committee) => {
                (committee.hash() == before.next_committee, committee.position(&self.key).is_none())
            }
            Foreign::OtherBlock(header) => (
                header.id() == vote.block && header.round == vote.round,
                header.parent != before.id()
                    || header.committee != before.next_committee
                    || header.chain != chain,
            ),
        };
        match (related, offends) {
            (false, _) => Err(EvidenceError::Unrelated),
            (true, false) => Err(EvidenceError::Innocent),
            (true, true) => Ok(()),
        }
    }

    fn signed_vote(&self, chain: ChainId, vote: &SignedVote) -> Result<(), EvidenceError> {
        let place = Place { chain, engine: vote.engine, round: vote.round, view: vote.view };
        self.signed(vote.engine, &place.vote(vote.step, vote.block), &vote.signature)
    }

    fn signed(
        &self,
        engine: u8,
        message: &[u8],
        signature: &[u8; 64],
    ) -> Result<(), EvidenceError> {
        if engine != ENGINE_ACP {
            return Err(EvidenceError::OtherEngine);
        }
        if keys::ed25519_verify(&self.key, message, signature) {
            Ok(())
        } else {
            Err(EvidenceError::BadSignature)
        }
    }
}
