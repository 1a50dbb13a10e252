//! The tree of claim keys: a fixed depth, so that no path shows how large the group is.
//!
//! Leaf = SHA-256(0x00 ‖ index ‖ key), node = SHA-256(0x01 ‖ left ‖ right); leaves without a key are
//! random (`money-and-mail.md` A2). Keys should lie at random places: a claim shows its index.

use std::collections::BTreeMap;
use wire::hash;

/// Levels of the tree, the root aside.
pub const CLAIM_LEVELS: usize = 10;

/// A leaf: SHA-256(0x00 ‖ index ‖ key).
#[must_use]
pub fn claim_leaf(index: u16, key: &[u8; 32]) -> [u8; 32] {
    hash("\u{0}", &[&index.to_be_bytes(), key])
}

fn node(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    hash("\u{1}", &[left, right])
}

/// The root that a key at this place leads to.
pub(crate) fn root(index: u16, key: &[u8; 32], path: &[[u8; 32]; CLAIM_LEVELS]) -> [u8; 32] {
    let (mut at, mut here) = (index, claim_leaf(index, key));
    for neighbour in path {
        here = if at & 1 == 1 { node(neighbour, &here) } else { node(&here, neighbour) };
        at >>= 1;
    }
    here
}

/// A whole tree, as the creator of a red envelope builds it.
#[derive(Debug, Clone)]
pub struct ClaimTree {
    /// The leaves first, each level half as long as the one below, the root last.
    levels: Vec<Vec<[u8; 32]>>,
}

impl ClaimTree {
    /// How many keys there is room for.
    pub const LEAVES: usize = 1 << CLAIM_LEVELS;

    /// The tree with these keys at these places, which must be below [`Self::LEAVES`]; `blank` is
    /// asked for 32 random bytes for each of the others.
    #[must_use]
    pub fn new(keys: &BTreeMap<u16, [u8; 32]>, mut blank: impl FnMut() -> [u8; 32]) -> Self {
        let places = (0_u16..).take(Self::LEAVES);
        let leaf = |index: u16| match keys.get(&index) {
            Some(key) => claim_leaf(index, key),
            None => blank(),
        };
        let mut level: Vec<_> = places.map(leaf).collect();
        let mut levels = Vec::new();
        while level.len() > 1 {
            let above = level.chunks(2).filter_map(|pair| match pair {
                [left, right] => Some(node(left, right)),
                _ => None,
            });
            let above = above.collect();
            levels.push(std::mem::replace(&mut level, above));
        }
        levels.push(level);
        Self { levels }
    }

    /// What [`super::CreateEnvelope`] publishes.
    #[must_use]
    pub fn root(&self) -> [u8; 32] {
        self.levels.last().and_then(|top| top.first()).copied().unwrap_or_default()
    }

    /// The path of one place, `None` if there is no such place.
    #[must_use]
    pub fn path(&self, index: u16) -> Option<[[u8; 32]; CLAIM_LEVELS]> {
        let mut path = [[0; 32]; CLAIM_LEVELS];
        let mut at = usize::from(index);
        for (neighbour, level) in path.iter_mut().zip(&self.levels) {
            *neighbour = *level.get(at ^ 1)?;
            at >>= 1;
        }
        Some(path)
    }
}
