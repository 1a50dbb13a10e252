//! The tree of note commitments as consensus keeps it: its right edge, a kilobyte at most.
//!
//! A tree has 2^32 leaves and no more, because the circuit says so; long before that a new one
//! begins ([`crate::Pool`]). Whoever spends needs more than this edge: [`crate::Witnesses`].

use crate::{Commitment, Root};
use incrementalmerkletree::frontier::Frontier as Edge;
use incrementalmerkletree::{Hashable, Level, Position};
use orchard::note::ExtractedNoteCommitment;
use orchard::tree::MerkleHashOrchard;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Levels of a tree, fixed in the circuit.
pub(crate) const DEPTH: u8 = 32;
/// Most leaves of a tree.
pub(crate) const MAX_LEAVES: u64 = 1 << 32;

/// The right edge of a tree: enough to append to it and to know its root.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Frontier(pub(crate) Edge<MerkleHashOrchard, DEPTH>);

impl Frontier {
    /// A tree without a leaf.
    #[must_use]
    pub fn empty() -> Self {
        Self(Edge::empty())
    }

    /// How many leaves the tree has.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.0.tree_size()
    }

    /// The tree's root; the path down to it is hashed, some 3 ms.
    #[must_use]
    pub fn root(&self) -> Root {
        Root(self.0.root().to_bytes())
    }

    /// Appends a leaf; some 0.1 ms.
    ///
    /// # Errors
    /// [`TreeFull`] if the tree has all its leaves, or the bytes are no commitment; nothing is
    /// changed then.
    pub fn append(&mut self, leaf: Commitment) -> Result<(), TreeFull> {
        let node = node(leaf).ok_or(TreeFull)?;
        if self.0.append(node) { Ok(()) } else { Err(TreeFull) }
    }
}

/// The tree has all the leaves that it can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree is full")]
pub struct TreeFull;

/// A leaf of the tree; `None` for bytes that are no commitment.
pub(crate) fn node(leaf: Commitment) -> Option<MerkleHashOrchard> {
    let cmx: Option<_> = ExtractedNoteCommitment::from_bytes(&leaf.0).into();
    cmx.map(|cmx| MerkleHashOrchard::from_cmx(&cmx))
}

/// A node of the tree; `None` for bytes that are no field element.
pub(crate) fn inner_node(bytes: &[u8; 32]) -> Option<MerkleHashOrchard> {
    MerkleHashOrchard::from_bytes(bytes).into()
}

/// The root that a path leads to from the leaf at this position.
pub(crate) fn root_of(position: u32, path: &[MerkleHashOrchard], leaf: MerkleHashOrchard) -> Root {
    let fold = path.iter().zip(0_u8..).fold(leaf, |node, (sibling, level)| {
        let is_right = (position >> (level & 31)) & 1 == 1;
        let (left, right) = if is_right { (sibling, &node) } else { (&node, sibling) };
        MerkleHashOrchard::combine(Level::from(level), left, right)
    });
    Root(fold.to_bytes())
}

impl Encode for Frontier {
    fn encode(&self, w: &mut Writer) {
        w.bool(self.0.value().is_some());
        if let Some(edge) = self.0.value() {
            // The circuit's depth keeps positions below 2^32.
            w.u32(u32::try_from(u64::from(edge.position())).unwrap_or(u32::MAX));
            w.fixed(&edge.leaf().to_bytes());
            edge.ommers().iter().for_each(|ommer| w.fixed(&ommer.to_bytes()));
        }
    }
}

impl Decode for Frontier {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if !r.bool()? {
            return Ok(Self::empty());
        }
        let position = Position::from(u64::from(r.u32()?));
        let leaf = read_node(r)?;
        let ommers = (0..position.past_ommer_count()).map(|_| read_node(r));
        let edge = Edge::from_parts(position, leaf, ommers.collect::<Result<_, _>>()?);
        edge.map(Self).map_err(|_| DecodeError::BadValue("frontier"))
    }
}

pub(crate) fn read_node(r: &mut Reader<'_>) -> Result<MerkleHashOrchard, DecodeError> {
    inner_node(&r.fixed()?).ok_or(DecodeError::BadValue("tree node"))
}
