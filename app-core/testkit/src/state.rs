//! The tree over a state that fits into a map, and proofs under its root.

use ledger::{EMPTY_SUBTREE, StateProof, leaf_hash, node_hash};
use std::collections::BTreeMap;
use wire::hash;

type Leaf = ([u8; 32], [u8; 32]);

/// The root over these records.
#[must_use]
pub fn state_root(state: &BTreeMap<Vec<u8>, Vec<u8>>) -> [u8; 32] {
    subtree(&leaves(state), 0)
}

/// What proves under that root what the state holds under a key, or that it holds nothing.
#[must_use]
pub fn prove_state(state: &BTreeMap<Vec<u8>, Vec<u8>>, key: &[u8]) -> StateProof {
    let (all, key) = (leaves(state), hash("", &[key]));
    let (mut here, mut siblings) = (all.as_slice(), vec![]);
    while here.len() > 1 {
        let depth = siblings.len();
        let (left, right) = halves(here, depth);
        let turn = bit(&key, depth);
        siblings.push(subtree(if turn { left } else { right }, depth.saturating_add(1)));
        here = if turn { right } else { left };
    }
    siblings.reverse();
    StateProof::new(here.first().copied(), siblings)
}

fn leaves(state: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<Leaf> {
    let leaf = |(key, value): (&Vec<u8>, &Vec<u8>)| (hash("", &[key]), hash("", &[value]));
    let mut leaves: Vec<_> = state.iter().map(leaf).collect();
    leaves.sort_unstable();
    leaves
}

fn bit(key: &[u8; 32], depth: usize) -> bool {
    let (byte, bit) = (depth.div_euclid(8), depth.rem_euclid(8));
    key.get(byte).is_some_and(|byte| (byte << bit) & 128 != 0)
}

fn halves(leaves: &[Leaf], depth: usize) -> (&[Leaf], &[Leaf]) {
    leaves.split_at(leaves.partition_point(|(key, _)| !bit(key, depth)))
}

fn subtree(leaves: &[Leaf], depth: usize) -> [u8; 32] {
    match leaves {
        [] => EMPTY_SUBTREE,
        [(key, value)] => leaf_hash(key, value),
        _ => {
            let (left, right) = halves(leaves, depth);
            let below = depth.saturating_add(1);
            node_hash(&subtree(left, below), &subtree(right, below))
        }
    }
}
