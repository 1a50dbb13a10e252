//! The Merkle mountain range over all headers: one hash in each header proves any earlier one.
//!
//! Leaf = SHA-256(0x00 ‖ block id), node = SHA-256(0x01 ‖ left ‖ right). The leaves fall into full
//! trees of falling size, one for each set bit of their number; their tops are the peaks, and the
//! root is SHA-256("acp-mmr" ‖ number of leaves ‖ peaks, largest first).

use types::{BlockId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Never more peaks than bits.
const MAX_PEAKS: usize = 64;

/// All headers so far, as their peaks. The header of round r is leaf r − 1.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HeaderRange {
    leaves: u64,
    /// Largest tree first.
    peaks: Vec<[u8; 32]>,
}

/// A node that an appended leaf has completed: what a prover keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RangeNode {
    /// 0 for a leaf.
    pub height: u8,
    /// Its position among the nodes of its height.
    pub index: u64,
    /// Its hash.
    pub hash: [u8; 32],
}

/// That a header belongs to a range.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RangeProof {
    /// How many leaves the range has.
    pub leaves: u64,
    /// From the leaf up to its peak.
    pub siblings: Vec<[u8; 32]>,
    /// The other peaks, largest first.
    pub peaks: Vec<[u8; 32]>,
}

impl HeaderRange {
    /// A range of so many headers with these peaks; `None` unless there is one for each set bit.
    #[must_use]
    pub fn new(leaves: u64, peaks: Vec<[u8; 32]>) -> Option<Self> {
        let fits = usize::try_from(leaves.count_ones()).is_ok_and(|count| count == peaks.len());
        fits.then_some(Self { leaves, peaks })
    }

    /// How many headers it holds.
    #[must_use]
    pub const fn leaves(&self) -> u64 {
        self.leaves
    }

    /// The tops of its full trees, largest first.
    #[must_use]
    pub fn peaks(&self) -> &[[u8; 32]] {
        &self.peaks
    }

    /// What the next header names as `mmr_root`.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        root(self.leaves, &self.peaks)
    }

    /// Appends the next header; returns the nodes that it completes, lowest first.
    pub fn append(&mut self, block: BlockId) -> Vec<RangeNode> {
        let mut node = RangeNode { height: 0, index: self.leaves, hash: leaf(block) };
        let mut made = vec![node];
        // Each trailing one of the number of leaves is a tree of the same size to merge with.
        for _ in 0..self.leaves.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            let hash = hash("\u{1}", &[&left, &node.hash]);
            node =
                RangeNode { height: node.height.saturating_add(1), index: node.index >> 1, hash };
            made.push(node);
        }
        self.peaks.push(node.hash);
        self.leaves = self.leaves.saturating_add(1);
        made
    }
}

/// Where the peaks of a range of so many leaves are: `(height, index)`, largest first.
#[must_use]
pub fn range_peaks(leaves: u64) -> Vec<(u8, u64)> {
    let mut start = 0_u64;
    let mut peaks = Vec::new();
    for height in (0..64_u8).rev().filter(|height| leaves >> height & 1 == 1) {
        peaks.push((height, start >> height));
        start |= 1 << height;
    }
    peaks
}
/// Places of nodes: height and index.
pub type RangePlaces = Vec<(u8, u64)>;

/// Which nodes prove a round's header in a range of so many leaves: `(height, index)` of the
/// siblings, lowest first, then of the other peaks, largest first. `None` if it is not in the range.
#[must_use]
pub fn range_places(round: Round, leaves: u64) -> Option<(RangePlaces, RangePlaces)> {
    let at = round.0.checked_sub(1).filter(|at| *at < leaves)?;
    let (mut siblings, mut others, mut start) = (Vec::new(), Vec::new(), 0_u64);
    for height in (0..64_u8).rev().filter(|height| leaves >> height & 1 == 1) {
        let end = start.checked_add(1 << height)?;
        if (start..end).contains(&at) {
            siblings = (0..height).map(|level| (level, (at >> level) ^ 1)).collect();
        } else {
            others.push((height, start >> height));
        }
        start = end;
    }
    Some((siblings, others))
}

impl RangeProof {
    /// True if the range with this root has this header at this round.
    #[must_use]
    pub fn verify(&self, range_root: &[u8; 32], round: Round, block: BlockId) -> bool {
        let Some((siblings, others)) = range_places(round, self.leaves) else { return false };
        if siblings.len() != self.siblings.len() || others.len() != self.peaks.len() {
            return false;
        }
        let at = round.0.saturating_sub(1);
        let top = (0_u32..).zip(&self.siblings).fold(leaf(block), |node, (level, sibling)| {
            if at.checked_shr(level).unwrap_or(0) & 1 == 1 {
                hash("\u{1}", &[sibling, &node])
            } else {
                hash("\u{1}", &[&node, sibling])
            }
        });
        // Larger trees stand before the leaf's own, smaller ones behind it.
        let before =
            others.iter().filter(|(height, _)| usize::from(*height) > siblings.len()).count();
        let mut peaks = self.peaks.clone();
        peaks.insert(before.min(peaks.len()), top);
        root(self.leaves, &peaks) == *range_root
    }
}

fn leaf(block: BlockId) -> [u8; 32] {
    hash("\u{0}", &[&block.0])
}

fn root(leaves: u64, peaks: &[[u8; 32]]) -> [u8; 32] {
    hash("acp-mmr", &[&leaves.to_be_bytes(), peaks.as_flattened()])
}

impl Encode for HeaderRange {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.leaves);
        self.peaks.iter().for_each(|peak| w.fixed(peak));
    }
}

/// There is one peak for each set bit: their number is not written.
impl Decode for HeaderRange {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let leaves = r.u64()?;
        let peaks = (0..leaves.count_ones()).map(|_| r.fixed()).collect::<Result<_, _>>()?;
        Ok(Self { leaves, peaks })
    }
}

impl Encode for RangeProof {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.leaves);
        w.list(&self.siblings);
        w.list(&self.peaks);
    }
}

impl Decode for RangeProof {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { leaves: r.u64()?, siblings: r.list(MAX_PEAKS)?, peaks: r.list(MAX_PEAKS)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn every_header_is_proved_in_every_range_and_no_other_is() {
        let (mut range, mut nodes) = (HeaderRange::default(), BTreeMap::new());
        for leaves in 1..=70_u64 {
            let id = |round: u64| BlockId(hash("test", &[&round.to_be_bytes()]));
            for node in range.append(id(leaves)) {
                nodes.insert((node.height, node.index), node.hash);
            }
            for round in 1..=leaves {
                let (siblings, peaks) = range_places(Round(round), leaves).unwrap();
                let find = |places: Vec<_>| places.iter().map(|place| nodes[place]).collect();
                let proof = RangeProof { leaves, siblings: find(siblings), peaks: find(peaks) };
                assert!(proof.verify(&range.root(), Round(round), id(round)));
                assert!(!proof.verify(&range.root(), Round(round), id(round + 1)));
                assert!(
                    !proof.verify(&range.root(), Round(round % leaves + 1), id(round))
                        || leaves == 1
                );
                assert_eq!(RangeProof::from_bytes(&proof.to_bytes()), Ok(proof));
            }
            assert_eq!(HeaderRange::from_bytes(&range.to_bytes()).as_ref(), Ok(&range));
            assert_eq!(range_places(Round(leaves + 1), leaves), None);
        }
    }
}
