//! Blocks of a run: who has the body, and whom the adversary gives its own.

use ledger::Header;
use std::collections::BTreeMap;
use types::BlockId;

/// A block somebody has made.
pub(crate) struct Block {
    pub(crate) header: Header,
    pub(crate) size_rank: u8,
    /// The machines that hold its body, one bit each.
    pub(crate) holders: u64,
    /// The machines to which the adversary gives it.
    pub(crate) given: u64,
}

/// All blocks.
#[derive(Default)]
pub(crate) struct Blocks(BTreeMap<BlockId, Block>);

impl Blocks {
    pub(crate) fn add(&mut self, header: Header, size_rank: u8, given: u64) -> BlockId {
        let id = header.id();
        self.0.entry(id).or_insert(Block { header, size_rank, holders: 0, given });
        id
    }

    pub(crate) fn get(&self, block: BlockId) -> Option<&Block> {
        self.0.get(&block)
    }

    /// The adversary gives its own block to these machines only.
    pub(crate) fn give(&mut self, block: BlockId, given: u64) {
        if let Some(block) = self.0.get_mut(&block) {
            block.given = given;
        }
    }

    pub(crate) fn hold(&mut self, block: BlockId, node: usize) {
        if let Some(block) = self.0.get_mut(&block) {
            block.holders |= 1 << node;
        }
    }

    pub(crate) fn holds(&self, block: BlockId, node: usize) -> bool {
        self.0.get(&block).is_some_and(|block| block.holders >> node & 1 == 1)
    }
}
