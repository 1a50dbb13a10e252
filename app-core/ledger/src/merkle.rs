//! The Merkle tree over the parts of a block.
//!
//! Leaf = SHA-256(0x00 ‖ data), node = SHA-256(0x01 ‖ left ‖ right); a node without a neighbour moves
//! up as it is, so that no two lists share a root. The root of nothing is SHA-256 of nothing.

use wire::hash;

/// The root over these leaves, in order.
#[must_use]
pub fn merkle_root(leaves: impl IntoIterator<Item = impl AsRef<[u8]>>) -> [u8; 32] {
    let mut level: Vec<[u8; 32]> =
        leaves.into_iter().map(|leaf| hash("\u{0}", &[leaf.as_ref()])).collect();
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
