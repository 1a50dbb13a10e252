//! The votes of one step of one round: the first of each member, and no more.
//!
//! Only checked votes come here. A member's second vote changes nothing, so that memory is bounded
//! by the size of the committee.

use ledger::Certificate;
use std::collections::BTreeMap;
use types::{BlockId, Round};

#[derive(Debug, Default)]
pub(crate) struct Tally(BTreeMap<u16, (BlockId, [u8; 64])>);

impl Tally {
    /// True if this member has voted.
    pub(crate) fn has(&self, member: u16) -> bool {
        self.0.contains_key(&member)
    }

    /// True if this member has voted for this block.
    pub(crate) fn has_for(&self, member: u16, block: BlockId) -> bool {
        self.0.get(&member).is_some_and(|(voted, _)| *voted == block)
    }

    /// Counts a vote, unless its member has voted already.
    pub(crate) fn add(&mut self, member: u16, block: BlockId, signature: [u8; 64]) {
        self.0.entry(member).or_insert((block, signature));
    }

    /// How many members have voted.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// The block that at least so many voted for. With a quorum there is at most one.
    pub(crate) fn winner(&self, quorum: usize) -> Option<BlockId> {
        let mut counts: BTreeMap<BlockId, usize> = BTreeMap::new();
        for (block, _) in self.0.values() {
            let count = counts.entry(*block).or_default();
            *count = count.saturating_add(1);
        }
        counts.into_iter().find(|(_, count)| *count >= quorum).map(|(block, _)| block)
    }

    /// Somebody who voted for this block.
    pub(crate) fn supporter(&self, block: BlockId) -> Option<u16> {
        self.0.iter().find(|(_, (voted, _))| *voted == block).map(|(member, _)| *member)
    }

    /// The votes for this block as a certificate, for a committee of `size` members.
    pub(crate) fn certificate(&self, round: Round, block: BlockId, size: usize) -> Certificate {
        let votes: BTreeMap<u16, [u8; 64]> = self
            .0
            .iter()
            .filter(|(_, (voted, _))| *voted == block)
            .map(|(member, (_, signature))| (*member, *signature))
            .collect();
        Certificate::new(round, 0, block, &votes, size)
    }
}
