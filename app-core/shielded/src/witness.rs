//! Where a note lies in the tree: the path that proves it, and the tree as a wallet keeps it.
//!
//! A wallet takes leaves in order, or whole pieces of 2^12 leaves and the roots of everything else,
//! so that nobody it asks learns which note is about to be spent (`shielded-pool.md` 3). What it is
//! given needs no trust: a wrong leaf or root gives a wrong root, and [`Witnesses::root`] is to be
//! compared with a certified one before anything is spent.

use crate::tree::{self, DEPTH};
use crate::{Anchor, Commitment, Frontier, Root};
use core::fmt;
use incrementalmerkletree::{Address, Level, Marking, Position, Retention};
use orchard::tree::MerkleHashOrchard;
use shardtree::ShardTree;
use shardtree::store::ShardStore;
use shardtree::store::memory::MemoryShardStore;
use std::collections::BTreeSet;
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Levels of a shard: 65,536 leaves.
pub const SHARD_LEVEL: u8 = 16;
/// Levels of a piece, the least that is asked for when one note is meant.
pub const PIECE_LEVEL: u8 = 12;
/// Anchors of the past at which a witness can be made.
pub(crate) const MAX_CHECKPOINTS: usize = 100;

pub(crate) type Store = MemoryShardStore<MerkleHashOrchard, Round>;
pub(crate) type Tree = ShardTree<Store, DEPTH, SHARD_LEVEL>;

/// The path from a note to a root.
#[derive(Clone, PartialEq, Eq)]
pub struct Witness {
    pub(crate) position: u32,
    pub(crate) path: [MerkleHashOrchard; DEPTH as usize],
}

impl Witness {
    /// Where the leaf stands in the tree.
    #[must_use]
    pub const fn position(&self) -> u32 {
        self.position
    }

    /// The root that the path leads to from this leaf; `None` for a leaf that is none.
    #[must_use]
    pub fn root(&self, leaf: Commitment) -> Option<Root> {
        tree::node(leaf).map(|leaf| tree::root_of(self.position, &self.path, leaf))
    }

    pub(crate) fn inner(&self) -> orchard::tree::MerklePath {
        orchard::tree::MerklePath::from_parts(self.position, self.path)
    }
}

/// The round whose root every wallet proves against, so that the anchor tells none from another:
/// the last one divisible by 10 that is at least 2 behind the newest.
#[must_use]
pub const fn anchor_round(newest: Round) -> Round {
    let settled = newest.0.saturating_sub(2);
    Round(settled.saturating_sub(settled % 10))
}

/// Why the tree does not take something, or has no witness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WitnessError {
    /// Bytes that are no node, or a place outside of the tree.
    #[error("not a node of the tree")]
    Node,
    /// It contradicts what the tree holds already, or comes out of order.
    #[error("this does not fit into the tree")]
    Conflict,
    /// The tree does not know all nodes on the way, or not the state of that round.
    #[error("parts of the tree are missing")]
    Missing,
}

/// The tree as a wallet keeps it: little more than the paths of its own notes.
pub struct Witnesses {
    pub(crate) number: u32,
    pub(crate) next: u64,
    pub(crate) tree: Tree,
}

impl Witnesses {
    /// A tree known from its right edge at the end of this round.
    ///
    /// # Errors
    /// [`WitnessError::Conflict`] for an edge that is none.
    pub fn begin(number: u32, frontier: &Frontier, round: Round) -> Result<Self, WitnessError> {
        let mut tree = Tree::new(Store::empty(), MAX_CHECKPOINTS);
        let next = frontier.size();
        let retention = Retention::Checkpoint { id: round, marking: Marking::None };
        tree.insert_frontier(frontier.0.clone(), retention).map_err(|_| WitnessError::Conflict)?;
        Ok(Self { number, next, tree })
    }

    /// The tree epoch.
    #[must_use]
    pub const fn number(&self) -> u32 {
        self.number
    }

    /// The position of the next leaf.
    #[must_use]
    pub const fn next_position(&self) -> u64 {
        self.next
    }

    /// Appends all leaves since the last round, up to the end of this one. `ours` are the positions
    /// among them that a witness will be asked for.
    ///
    /// # Errors
    /// [`WitnessError`]; the tree is to be loaded again then.
    pub fn append(
        &mut self,
        round: Round,
        leaves: &[Commitment],
        ours: &BTreeSet<u64>,
    ) -> Result<(), WitnessError> {
        let Some((last, before)) = leaves.split_last() else {
            let new = self.tree.checkpoint(round).map_err(|_| WitnessError::Conflict)?;
            return if new { Ok(()) } else { Err(WitnessError::Conflict) };
        };
        let start = self.next;
        let count = u64::try_from(leaves.len()).map_err(|_| WitnessError::Node)?;
        let end = start.checked_add(count).filter(|end| *end <= tree::MAX_LEAVES);
        let end = end.ok_or(WitnessError::Node)?;
        self.insert_leaves(start, before, ours)?;
        let marking =
            if ours.contains(&end.saturating_sub(1)) { Marking::Marked } else { Marking::None };
        let last = tree::node(*last).ok_or(WitnessError::Node)?;
        self.tree
            .append(last, Retention::Checkpoint { id: round, marking })
            .map_err(|_| WitnessError::Conflict)?;
        self.next = end;
        Ok(())
    }

    /// Fills in a whole piece of 2^12 leaves that lies behind the edge, because one of them is ours.
    ///
    /// # Errors
    /// [`WitnessError`]; the tree is to be loaded again then.
    pub fn insert_piece(
        &mut self,
        piece: u64,
        leaves: &[Commitment],
        ours: &BTreeSet<u64>,
    ) -> Result<(), WitnessError> {
        let whole = leaves.len() == 1 << PIECE_LEVEL;
        let start = piece.checked_mul(1 << PIECE_LEVEL).filter(|start| *start < self.next);
        match start {
            Some(start) if whole => self.insert_leaves(start, leaves, ours),
            _ => Err(WitnessError::Node),
        }
    }

    /// Fills in the root of a finished shard or piece, so that its leaves need never be fetched.
    ///
    /// # Errors
    /// [`WitnessError`].
    pub fn insert_root(&mut self, level: u8, index: u64, root: Root) -> Result<(), WitnessError> {
        let root = tree::inner_node(&root.0).ok_or(WitnessError::Node)?;
        let end = index.checked_add(1).and_then(|end| end.checked_shl(u32::from(level)));
        let behind = end.is_some_and(|end| end <= self.next);
        if !behind || !(PIECE_LEVEL..=SHARD_LEVEL).contains(&level) {
            return Err(WitnessError::Node);
        }
        let at = Address::from_parts(Level::from(level), index);
        self.tree.insert(at, root).map_err(|_| WitnessError::Conflict)
    }

    /// The path of our leaf at this position to the root at the end of this round.
    ///
    /// # Errors
    /// [`WitnessError::Missing`] if the leaf is not marked, later than that round, or nodes lack.
    pub fn witness(&self, position: u64, round: Round) -> Result<Witness, WitnessError> {
        let path = self.tree.witness_at_checkpoint_id(Position::from(position), &round);
        let path = path.map_err(|_| WitnessError::Missing)?.ok_or(WitnessError::Missing)?;
        let position = u32::try_from(position).map_err(|_| WitnessError::Missing)?;
        let path = path.path_elems().try_into().map_err(|_| WitnessError::Missing)?;
        Ok(Witness { position, path })
    }

    /// The anchor at the end of this round, as these leaves give it.
    ///
    /// # Errors
    /// [`WitnessError::Missing`] for a round that is not kept, or if nodes lack.
    pub fn anchor(&self, round: Round) -> Result<Anchor, WitnessError> {
        let root = self.tree.root_at_checkpoint_id(&round).map_err(|_| WitnessError::Missing)?;
        let root = Root(root.ok_or(WitnessError::Missing)?.to_bytes());
        Ok(Anchor { tree: self.number, root })
    }

    /// The last round at or before this one at whose end the tree is known: no leaf came in between.
    /// `None` if that lies too far back.
    #[must_use]
    pub fn checkpoint_at(&self, round: Round) -> Option<Round> {
        let mut last = None;
        // A store in memory cannot fail.
        let Ok(()) = self.tree.store().for_each_checkpoint(usize::MAX, |id, _| {
            last = Some(*id).filter(|id| *id <= round).max(last);
            Ok(())
        });
        last
    }

    /// Forgets a leaf that is spent for good.
    ///
    /// # Errors
    /// [`WitnessError::Missing`] if it is none of ours.
    pub fn forget(&mut self, position: u64) -> Result<(), WitnessError> {
        match self.tree.remove_mark(Position::from(position), None) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(WitnessError::Missing),
        }
    }

    fn insert_leaves(
        &mut self,
        start: u64,
        leaves: &[Commitment],
        ours: &BTreeSet<u64>,
    ) -> Result<(), WitnessError> {
        let nodes = leaves.iter().map(|leaf| tree::node(*leaf)).collect::<Option<Vec<_>>>();
        let nodes = nodes.ok_or(WitnessError::Node)?;
        let nodes = nodes.into_iter().zip(start..).map(|(node, position)| {
            let marked = ours.contains(&position);
            (node, if marked { Retention::Marked } else { Retention::Ephemeral })
        });
        let done = self.tree.batch_insert(Position::from(start), nodes);
        done.map(|_| ()).map_err(|_| WitnessError::Conflict)
    }
}

impl fmt::Debug for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Witness([secret])")
    }
}

impl fmt::Debug for Witnesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Witnesses({} leaves)", self.next)
    }
}

impl Encode for Witness {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.position);
        self.path.iter().for_each(|node| w.fixed(&node.to_bytes()));
    }
}

impl Decode for Witness {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let position = r.u32()?;
        let path = (0..DEPTH).map(|_| tree::read_node(r)).collect::<Result<Vec<_>, _>>()?;
        let path = path.try_into().map_err(|_| DecodeError::TooShort)?;
        Ok(Self { position, path })
    }
}
