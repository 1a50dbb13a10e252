//! What convicts members: two votes, two proposals, or a Commit and a NewView that denies it
//! (`acp-corrections.md` A9).
//!
//! Statements are compared by what is signed. Other signatures, quorum bytes or signers of the same
//! statement are never evidence.

use super::{Offer, RoundState};
use crate::message::{NewView, Vote};
use crate::ports::Output;
use crate::turn::Turn;
use ledger::{ENGINE_ACP, Evidence, Offence, SignedNewView, SignedProposal, SignedVote, Step};
use std::collections::BTreeSet;
use types::BlockId;

/// Offences that have been reported: member, kind, view.
#[derive(Debug, Clone, Default)]
pub(super) struct Convicted(BTreeSet<(u16, u8, u32)>);

const TWO_VOTES: u8 = 0;
const TWO_PROPOSALS: u8 = 2;
const AMNESIA: u8 = 3;

pub(super) fn shown_new_view(new_view: &NewView) -> SignedNewView {
    let high = new_view.high.as_ref().map(|high| (high.view, high.block));
    let NewView { round, view, signature, .. } = *new_view;
    SignedNewView { engine: ENGINE_ACP, round, view, high, signature }
}

fn shown_vote(vote: &Vote) -> SignedVote {
    let Vote { step, round, view, block, signature, .. } = *vote;
    SignedVote { engine: ENGINE_ACP, round, view, step, block, signature }
}

/// True if a NewView denies a Commit of this view.
fn denies(new_view: &SignedNewView, commit: u32) -> bool {
    new_view.view > commit && new_view.high.is_none_or(|(high, _)| high < commit)
}

impl RoundState {
    fn convict(&mut self, turn: &mut Turn<'_>, what: (u16, u8, u32), offence: Offence) {
        let Some(member) = self.setup.committee.member(what.0) else { return };
        let (key, own) = (member.key, Some(what.0) == self.me());
        if !own && self.convicted.0.insert(what) {
            turn.ask(Output::Evidence(Box::new(Evidence { key, offence })));
        }
    }

    pub(super) fn convict_of_two_votes(
        &mut self,
        turn: &mut Turn<'_>,
        vote: &Vote,
        first: (BlockId, [u8; 64]),
    ) {
        let second = shown_vote(vote);
        let first = SignedVote { block: first.0, signature: first.1, ..second.clone() };
        let kind = match vote.step {
            Step::Prepare => TWO_VOTES,
            Step::Commit => TWO_VOTES.saturating_add(1),
        };
        let what = (vote.member, kind, vote.view);
        self.convict(turn, what, Offence::DuplicateVote(first, second));
    }

    pub(super) fn convict_of_two_proposals(
        &mut self,
        turn: &mut Turn<'_>,
        (view, leader): (u32, u16),
        (first, second): (Offer, Offer),
    ) {
        let round = self.setup.round;
        let shown = |offer: Offer| SignedProposal {
            engine: ENGINE_ACP,
            round,
            view,
            block: offer.block,
            quorum: offer.quorum.map(|quorum| (quorum.view, quorum.block)),
            signature: offer.signature,
        };
        let offence = Offence::DuplicateProposal(shown(first), shown(second));
        self.convict(turn, (leader, TWO_PROPOSALS, view), offence);
    }

    /// A vote that has come: does what its member announced deny it?
    pub(super) fn look_for_amnesia(&mut self, turn: &mut Turn<'_>, vote: &Vote) {
        let shown = self.pace.shown(vote.member).filter(|shown| denies(shown, vote.view));
        if let Some(shown) = shown.filter(|_| vote.step == Step::Commit).cloned() {
            let what = (vote.member, AMNESIA, vote.view);
            self.convict(turn, what, Offence::LockAmnesia(shown_vote(vote), shown));
        }
    }

    /// A NewView that has come: does it deny a Commit of its member?
    pub(super) fn look_for_amnesia_in(&mut self, turn: &mut Turn<'_>, new_view: &NewView) {
        let (round, member, shown) = (self.setup.round, new_view.member, shown_new_view(new_view));
        let commits = self.tallies.iter().filter(|((_, step), _)| *step == Step::Commit);
        let mut denied = commits.filter(|((view, _), _)| denies(&shown, *view));
        let denied = denied.find_map(|((view, step), tally)| {
            let (block, signature) = *tally.of(member)?;
            Some(Vote { step: *step, round, view: *view, block, member, signature })
        });
        if let Some(vote) = denied {
            let offence = Offence::LockAmnesia(shown_vote(&vote), shown);
            self.convict(turn, (member, AMNESIA, vote.view), offence);
        }
    }
}
