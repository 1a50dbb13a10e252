//! The Merkle tree over the parts of a block.
//!
//! Leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right); a node without a neighbour moves
//! up as it is, so that no two lists share a root. The root of nothing is SHA-256 of nothing.

use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Never more levels than a number of leaves has bits.
const MAX_LEVELS: usize = 32;

/// From a leaf to the root over a known number of leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MerklePath {
    /// How many leaves there are.
    pub leaves: u32,
    /// The neighbours, lowest first; none where a node moves up as it is.
    pub siblings: Vec<[u8; 32]>,
}

/// The root over these leaves, in order.
#[must_use]
pub fn merkle_root(leaves: impl IntoIterator<Item = impl AsRef<[u8]>>) -> [u8; 32] {
    let mut level: Vec<[u8; 32]> = leaves.into_iter().map(leaf).collect();
    while level.len() > 1 {
        level = level.chunks(2).filter_map(parent).collect();
    }
    level.first().copied().unwrap_or_else(|| hash("", &[]))
}

fn parent(children: &[[u8; 32]]) -> Option<[u8; 32]> {
    match children {
        [left, right] => Some(hash("\u{1}", &[left, right])),
        [lonely] => Some(*lonely),
        _ => None,
    }
}

/// The path of one of these leaves, `None` if there is no such leaf.
#[must_use]
pub fn merkle_path(leaves: &[impl AsRef<[u8]>], index: usize) -> Option<MerklePath> {
    leaves.get(index)?;
    let mut level: Vec<[u8; 32]> = leaves.iter().map(leaf).collect();
    let (mut at, mut siblings) = (index, Vec::new());
    while level.len() > 1 {
        siblings.extend(level.get(at ^ 1));
        level = level.chunks(2).filter_map(parent).collect();
        at >>= 1;
    }
    Some(MerklePath { leaves: u32::try_from(leaves.len()).ok()?, siblings })
}

impl MerklePath {
    /// The root that this leaf at this position leads to; `None` if the path does not fit it.
    #[must_use]
    pub fn root(&self, index: usize, content: impl AsRef<[u8]>) -> Option<[u8; 32]> {
        let mut width = usize::try_from(self.leaves).ok().filter(|leaves| index < *leaves)?;
        let (mut at, mut node) = (index, leaf(content));
        let mut siblings = self.siblings.iter();
        while width > 1 {
            if (at ^ 1) < width {
                let sibling = siblings.next()?;
                node = if at & 1 == 1 {
                    hash("\u{1}", &[sibling, &node])
                } else {
                    hash("\u{1}", &[&node, sibling])
                };
            }
            (at, width) = (at >> 1, width.div_ceil(2));
        }
        siblings.next().is_none().then_some(node)
    }
}

fn leaf(content: impl AsRef<[u8]>) -> [u8; 32] {
    hash("\u{0}", &[content.as_ref()])
}

impl Encode for MerklePath {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.leaves);
        w.list(&self.siblings);
    }
}

impl Decode for MerklePath {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { leaves: r.u32()?, siblings: r.list(MAX_LEVELS)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_leaf_is_proved_at_its_place_only() {
        for count in 1..=20_usize {
            let leaves: Vec<Vec<u8>> = (0..count).map(|leaf| vec![leaf as u8; 3]).collect();
            let root = merkle_root(&leaves);
            for (index, content) in leaves.iter().enumerate() {
                let path = merkle_path(&leaves, index).unwrap();
                assert_eq!(path.root(index, content), Some(root));
                assert_ne!(path.root(index, b"other"), Some(root));
                assert!(
                    path.root(index ^ 1, content).is_none_or(|other| other != root) || count == 1
                );
                let shorter = MerklePath { leaves: path.leaves, siblings: vec![] };
                assert!(count == 1 || shorter.root(index, content).is_none());
            }
            assert!(merkle_path(&leaves, count).is_none());
        }
    }
}
