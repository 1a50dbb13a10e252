//! Commit votes that are kept for the next own blocks.
//!
//! A certificate is made of the first quorum that is here; whoever voted a moment later is credited
//! only if a later body shows its vote (`acp-corrections.md` A12). All Commit votes are kept, the
//! block takes those that no body has shown.

use acp::Message;
use ledger::{LateVote, Step};
use std::collections::BTreeMap;
use types::Round;

/// Longer than a vote counts.
const ROUNDS: u64 = 4;

/// The last Commit vote of each member in each of the last rounds. Only the voter suffers from one
/// that is forged or for another block than the final one: the ledger does not count it.
#[derive(Debug, Default)]
pub(crate) struct LateVotes(BTreeMap<(Round, u16), LateVote>);

impl LateVotes {
    /// What a member says of a round that is over here, if it may still count.
    pub(crate) fn after(round: Round, message: &Message, from: Option<u16>) -> Option<LateVote> {
        let vote = commit_of(message).filter(|vote| Some(vote.member) == from)?;
        (vote.round.plus(ROUNDS) >= round).then_some(vote)
    }

    /// Keeps a vote that has been verified, or is our own.
    pub(super) fn hear(&mut self, message: &Message) {
        if let Some(vote) = commit_of(message) {
            self.keep(vote);
        }
    }

    /// Keeps what [`Self::after`] has let pass. What no block takes any more goes, also where no block
    /// is ever built.
    pub(super) fn keep(&mut self, vote: LateVote) {
        self.0.insert((vote.round, vote.member), vote);
        let newest = self.0.last_key_value().map_or(vote.round, |((round, _), _)| *round);
        self.0.retain(|(of, _), _| of.plus(2 * ROUNDS) >= newest);
    }

    /// Those of the rounds before this one; what is too old goes.
    pub(super) fn before(&mut self, round: Round) -> Vec<LateVote> {
        self.0.retain(|(of, _), _| of.0.saturating_add(ROUNDS) >= round.0);
        self.0.range(..(round, 0)).map(|(_, vote)| *vote).collect()
    }
}

fn commit_of(message: &Message) -> Option<LateVote> {
    let Message::Vote(vote) = message else { return None };
    let (round, view, member) = (vote.round, vote.view, vote.member);
    let commit = vote.step == Step::Commit;
    commit.then_some(LateVote { round, view, member, signature: vote.signature })
}

#[cfg(test)]
mod tests {
    use super::*;
    use acp::Vote;
    use types::BlockId;

    fn vote(round: u64, member: u16, step: Step) -> Message {
        let (block, signature) = (BlockId([1; 32]), [member as u8; 64]);
        Message::Vote(Vote { step, round: Round(round), view: 2, block, member, signature })
    }

    #[test]
    fn commits_of_the_last_rounds_are_kept_once_each() {
        let mut late = LateVotes::default();
        for (round, member) in [(5, 0), (6, 1), (6, 1), (9, 2), (10, 3)] {
            late.hear(&vote(round, member, Step::Commit));
            late.hear(&vote(round, member + 4, Step::Prepare));
        }
        let places = |late: &mut LateVotes, round| -> Vec<(u64, u16)> {
            late.before(Round(round)).iter().map(|vote| (vote.round.0, vote.member)).collect()
        };
        assert_eq!(places(&mut late, 9), [(5, 0), (6, 1)]);
        assert_eq!(places(&mut late, 10), [(6, 1), (9, 2)]);
        assert_eq!(places(&mut late, 11), [(9, 2), (10, 3)]);
    }

    #[test]
    fn a_manager_that_never_builds_keeps_no_more_than_others() {
        let mut late = LateVotes::default();
        for round in 0..1000 {
            late.hear(&vote(round, 1, Step::Commit));
        }
        assert_eq!(late.0.len(), 9);
    }

    #[test]
    fn of_a_round_that_is_over_members_speak_for_themselves_and_not_for_long() {
        let after = |of, member, from| {
            LateVotes::after(Round(9), &vote(of, member, Step::Commit), from).is_some()
        };
        assert!(after(8, 2, Some(2)) && after(5, 2, Some(2)));
        assert!(!after(4, 2, Some(2)), "too old");
        assert!(!after(8, 2, Some(3)) && !after(8, 2, None), "in another's name");
        assert_eq!(LateVotes::after(Round(9), &vote(8, 2, Step::Prepare), Some(2)), None);
    }
}
