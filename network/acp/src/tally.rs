//! The votes of one view and step: the first of each member, and a mark on who cast two.
//!
//! Only verified votes come here. What a member votes after its first changes nothing but the
//! evidence against it, so that memory is bounded by the size of the committee.

use ledger::{Certificate, Step};
use std::collections::{BTreeMap, BTreeSet};
use types::{BlockId, Round};

/// What a vote was to the tally.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Added {
    /// Counted; so many are for its block now.
    First(usize),
    /// Counted before.
    Known,
    /// Its member has voted for another block, with this signature; told once.
    Other(BlockId, [u8; 64]),
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    votes: BTreeMap<u16, (BlockId, [u8; 64])>,
    counts: BTreeMap<BlockId, usize>,
    twice: BTreeSet<u16>,
}

impl Tally {
    pub(crate) fn add(&mut self, member: u16, block: BlockId, signature: [u8; 64]) -> Added {
        match self.votes.get(&member) {
            Some((first, _)) if *first == block => Added::Known,
            Some((first, signature)) => {
                let told = !self.twice.insert(member);
                if told { Added::Known } else { Added::Other(*first, *signature) }
            }
            None => {
                self.votes.insert(member, (block, signature));
                let count = self.counts.entry(block).or_default();
                *count = count.saturating_add(1);
                Added::First(*count)
            }
        }
    }

    /// The first vote of a member.
    pub(crate) fn of(&self, member: u16) -> Option<&(BlockId, [u8; 64])> {
        self.votes.get(&member)
    }

    /// Who has voted.
    pub(crate) fn members(&self) -> Vec<u16> {
        self.votes.keys().copied().collect()
    }

    /// How many have voted.
    pub(crate) fn len(&self) -> usize {
        self.votes.len()
    }

    /// How many votes the leading block has.
    pub(crate) fn most(&self) -> usize {
        self.counts.values().copied().max().unwrap_or(0)
    }

    /// The votes for a block, put together for a committee of `size`.
    pub(crate) fn certificate(
        &self,
        step: Step,
        round: Round,
        view: u32,
        block: BlockId,
        size: usize,
    ) -> Certificate {
        let votes = self.votes.iter().filter(|(_, (voted, _))| *voted == block);
        let votes = votes.map(|(member, (_, signature))| (*member, *signature)).collect();
        Certificate::new(step, round, view, block, &votes, size)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_vote_of_a_member_counts_and_a_second_is_told_once() {
        let (x, y) = (BlockId([1; 32]), BlockId([2; 32]));
        let mut tally = Tally::default();
        assert_eq!(tally.add(3, x, [3; 64]), Added::First(1));
        assert_eq!(tally.add(3, x, [9; 64]), Added::Known);
        assert_eq!(tally.add(3, y, [4; 64]), Added::Other(x, [3; 64]));
        assert_eq!(tally.add(3, BlockId([5; 32]), [4; 64]), Added::Known);
        assert_eq!(tally.add(0, x, [0; 64]), Added::First(2));
        assert_eq!((tally.len(), tally.most()), (2, 2));
        let quorum = tally.certificate(Step::Prepare, Round(1), 0, x, 4);
        assert_eq!(quorum.signers(), [0, 3]);
        assert_eq!(quorum.signatures, [[0; 64], [3; 64]]);
    }
}
