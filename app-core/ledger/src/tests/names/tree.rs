//! A second prover for the state tree, written from its definition: a subtree of one leaf is that
//! leaf, any other is the hash of its halves.

use crate::*;
use std::collections::BTreeMap;
use wire::hash;

type Leaf = ([u8; 32], [u8; 32]);

pub(super) struct Tree(Vec<Leaf>);

impl Tree {
    pub(super) fn new(state: &BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        let leaf = |(key, value): (&Vec<u8>, &Vec<u8>)| (hash("", &[key]), hash("", &[value]));
        let mut leaves: Vec<_> = state.iter().map(leaf).collect();
        leaves.sort_unstable();
        Self(leaves)
    }

    pub(super) fn root(&self) -> [u8; 32] {
        root(&self.0, 0)
    }

    pub(super) fn prove(&self, key: &[u8]) -> StateProof {
        let key = hash("", &[key]);
        let (mut leaves, mut siblings) = (self.0.as_slice(), Vec::new());
        for depth in 0.. {
            if leaves.len() < 2 {
                break;
            }
            let (left, right) = halves(leaves, depth);
            let (mine, other) = if bit(&key, depth) { (right, left) } else { (left, right) };
            siblings.push(root(other, depth + 1));
            leaves = mine;
        }
        siblings.reverse();
        StateProof::new(leaves.first().copied(), siblings)
    }
}

fn root(leaves: &[Leaf], depth: usize) -> [u8; 32] {
    match leaves {
        [] => EMPTY_SUBTREE,
        [(key, value)] => leaf_hash(key, value),
        _ => {
            let (left, right) = halves(leaves, depth);
            node_hash(&root(left, depth + 1), &root(right, depth + 1))
        }
    }
}

fn halves(leaves: &[Leaf], depth: usize) -> (&[Leaf], &[Leaf]) {
    leaves.split_at(leaves.partition_point(|(key, _)| !bit(key, depth)))
}

fn bit(key: &[u8; 32], depth: usize) -> bool {
    key[depth / 8] & (128 >> (depth % 8)) != 0
}
