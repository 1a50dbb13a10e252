//! What this member knows of the blocks of a round: header, body, verdict.
//!
//! Blocks come in by proposals and quorums and are bounded by them; bodies that come before their
//! proposal are remembered by id alone.

use ledger::Header;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use types::{BlockId, Timestamp};

/// How many bodies may come before anybody has named them.
const MAX_LOOSE: usize = 256;

/// What the manager has said about a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Verdict {
    #[default]
    Open,
    Asked,
    Valid,
    Refused,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Block {
    pub(crate) header: Option<Arc<Header>>,
    /// Known once the body is held.
    pub(crate) size_rank: Option<u8>,
    pub(crate) verdict: Verdict,
    /// A quorum stands for it: it is checked as soon as it can be.
    pub(crate) backed: bool,
    /// When its body is late, and who should have it.
    pub(crate) due: Option<(Timestamp, u16)>,
    /// It is being fetched from a quorum.
    pub(crate) fetched: bool,
}

impl Block {
    pub(crate) fn is_here(&self) -> bool {
        self.header.is_some() && self.size_rank.is_some()
    }

    /// The header to check, if that can be done and has not been asked for.
    pub(crate) fn to_check(&self) -> Option<&Arc<Header>> {
        let open = self.verdict == Verdict::Open && self.size_rank.is_some();
        self.header.as_ref().filter(|_| open)
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Blocks {
    known: BTreeMap<BlockId, Block>,
    loose: BTreeMap<BlockId, u8>,
}

impl Blocks {
    /// Begins a round with the bodies that came before it.
    pub(crate) fn after(former: Self) -> Self {
        Self { known: BTreeMap::new(), loose: former.loose }
    }

    pub(crate) fn get(&self, id: &BlockId) -> Option<&Block> {
        self.known.get(id)
    }

    pub(crate) fn get_mut(&mut self, id: &BlockId) -> Option<&mut Block> {
        self.known.get_mut(id)
    }

    /// The block, from now on known.
    pub(crate) fn know(&mut self, id: BlockId) -> &mut Block {
        let size_rank = self.loose.remove(&id);
        let block = self.known.entry(id).or_default();
        block.size_rank = block.size_rank.or(size_rank);
        block
    }

    pub(crate) fn hold(&mut self, id: BlockId, rank: u8) {
        match self.known.get_mut(&id) {
            Some(block) => block.size_rank = block.size_rank.or(Some(rank)),
            None => {
                // Whoever fills this loses time only: a fetch is answered with what is held.
                if self.loose.len() >= MAX_LOOSE {
                    self.loose.clear();
                }
                self.loose.insert(id, rank);
            }
        }
    }

    pub(crate) fn header(&self, id: &BlockId) -> Option<&Arc<Header>> {
        self.known.get(id)?.header.as_ref()
    }

    /// True if it may be voted for, as far as the ledger goes.
    pub(crate) fn is_valid(&self, id: &BlockId) -> bool {
        self.known.get(id).is_some_and(|block| block.verdict == Verdict::Valid)
    }

    /// Takes a verdict for a block that was asked about; an own or empty block needs none.
    pub(crate) fn judge(&mut self, id: &BlockId, valid: bool) {
        let asked = self.known.get_mut(id).filter(|block| block.verdict == Verdict::Asked);
        if let Some(block) = asked {
            block.verdict = if valid { Verdict::Valid } else { Verdict::Refused };
        }
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (&BlockId, &mut Block)> {
        self.known.iter_mut()
    }

    /// Forgets all but these; bodies that are held stay known as such.
    pub(crate) fn keep(&mut self, ids: &BTreeSet<BlockId>) {
        self.known.retain(|id, _| ids.contains(id));
    }
}
