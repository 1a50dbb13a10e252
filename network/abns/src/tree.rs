//! The authenticated state: jmt's tree over the tables of this store, hashed with SHA-256.
//!
//! jmt computes updates; reading is ours, because jmt's prover unwraps storage errors and a
//! damaged file must not stop the process. A tree version is a round; version 0 is the genesis.

mod node;

pub(crate) use node::Stored;

use crate::{
    AbnsError,
    layout::node_key,
    rows::{Readable, Rows},
};
use jmt::{
    JellyfishMerkleTree, KeyHash, OwnedValue, SimpleHasher, Version,
    storage::{LeafNode, Node, NodeKey, TreeReader, TreeUpdateBatch},
};
use ledger::{EMPTY_SUBTREE as EMPTY, StateProof, leaf_hash, node_hash};
use node::{Alone, Child, alone, subtree};
use sha2::{Digest, Sha256};

/// Bits of a key hash: no path is longer.
const BITS: usize = 256;

/// jmt's hasher over the workspace's SHA-256.
struct Hasher(Sha256);

impl SimpleHasher for Hasher {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

/// SHA-256 without a tag: how the tree hashes keys and values.
pub(crate) fn plain_hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The root after these changes, and the rows that make it; nothing is written. Without a value a
/// key goes.
pub(crate) fn update<'c, T: Readable>(
    nodes: &Rows<T>,
    version: Version,
    changes: impl IntoIterator<Item = (&'c Vec<u8>, Option<&'c Vec<u8>>)>,
) -> Result<([u8; 32], TreeUpdateBatch), AbnsError> {
    let reader = Reader(nodes);
    let values = changes.into_iter().map(|(key, value)| (KeyHash(plain_hash(key)), value.cloned()));
    let (root, batch) =
        JellyfishMerkleTree::<_, Hasher>::new(&reader).put_value_set(values, version)?;
    Ok((root.0, batch))
}

/// [`update`] of an empty tree, whatever the version.
pub(crate) fn first<'c>(
    version: Version,
    values: impl IntoIterator<Item = (&'c Vec<u8>, &'c Vec<u8>)>,
) -> Result<([u8; 32], TreeUpdateBatch), AbnsError> {
    let values =
        values.into_iter().map(|(key, value)| (KeyHash(plain_hash(key)), Some(value.clone())));
    let (root, batch) =
        JellyfishMerkleTree::<_, Hasher>::new(&NoTree).put_value_set(values, version)?;
    Ok((root.0, batch))
}

/// The root of a version.
pub(crate) fn root<T: Readable>(nodes: &Rows<T>, version: Version) -> Result<[u8; 32], AbnsError> {
    Ok(load(nodes, &node_key(version, &[]))?.hash())
}

/// The proof of what a key is in a version, or that it is nothing.
pub(crate) fn prove<T: Readable>(
    nodes: &Rows<T>,
    version: Version,
    key: &[u8],
) -> Result<StateProof, AbnsError> {
    let nibbles = nibbles(&plain_hash(key));
    let mut siblings = Vec::new();
    let mut next = node_key(version, &[]);
    let mut depth = 0;
    let leaf = loop {
        match load(nodes, &next)? {
            Stored::Nothing if depth == 0 => break None,
            Stored::Nothing => return Err(nodes.damaged("empty node")),
            Stored::Leaf(key, value) => break Some((key, value)),
            Stored::Fork(places) => {
                let nibble = nibbles.get(depth).ok_or_else(|| nodes.damaged("endless path"))?;
                let Some((index, version)) = descend(places.as_slice(), *nibble, &mut siblings)
                else {
                    break None;
                };
                let mut path = nibbles.get(..depth).unwrap_or_default().to_vec();
                path.push(index);
                next = node_key(version, &path);
                depth += 1;
            }
        }
    };
    siblings.reverse();
    Ok(StateProof::new(leaf, siblings))
}

/// The root over leaves (hash of key, hash of value) in ascending order, from nothing else.
fn root_of(leaves: &[([u8; 32], [u8; 32])], depth: usize) -> [u8; 32] {
    match leaves {
        [] => EMPTY,
        [(key, value)] => leaf_hash(key, value),
        // Two leaves of one key: there is no such tree.
        _ if depth >= BITS => EMPTY,
        _ => {
            let right = leaves.partition_point(|(key, _)| !bit(key, depth));
            let (left, right) = leaves.split_at(right);
            node_hash(&root_of(left, depth + 1), &root_of(right, depth + 1))
        }
    }
}

/// The root over a whole state, from nothing else.
pub(crate) fn root_of_state<'s>(
    state: impl IntoIterator<Item = (&'s Vec<u8>, &'s Vec<u8>)>,
) -> [u8; 32] {
    let hashes = state.into_iter().map(|(key, value)| (plain_hash(key), plain_hash(value)));
    let mut leaves: Vec<_> = hashes.collect();
    leaves.sort_unstable();
    root_of(&leaves, 0)
}

/// The row of a node in the file: key and bytes.
pub(crate) fn row(key: &NodeKey, node: &Node) -> Result<(Vec<u8>, Vec<u8>), AbnsError> {
    let key = key_of(key);
    let bytes = Stored::of(node)?.encode(&key);
    Ok((key, bytes))
}

/// The key in the file of a node as jmt names it.
fn key_of(key: &NodeKey) -> Vec<u8> {
    let nibbles: Vec<u8> = key.nibble_path().nibbles().map(u8::from).collect();
    node_key(key.version(), &nibbles)
}

struct Reader<'a, T>(&'a Rows<T>);

impl<T: Readable> TreeReader for Reader<'_, T> {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        // A missing node is damage: jmt would take a missing root for an empty tree.
        Ok(Some(load(self.0, &key_of(key))?.to_node()?))
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        anyhow::bail!("values are not read through the tree")
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        anyhow::bail!("the tree is never restored leaf by leaf")
    }
}

/// What stands before the first version of a file.
struct NoTree;

impl TreeReader for NoTree {
    fn get_node_option(&self, _: &NodeKey) -> anyhow::Result<Option<Node>> {
        Ok(None)
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        Ok(None)
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}

/// Reads a node.
pub(crate) fn load<T: Readable>(nodes: &Rows<T>, key: &[u8]) -> Result<Stored, AbnsError> {
    Stored::decode(key, &nodes.need(key)?).ok_or_else(|| nodes.damaged("unreadable node"))
}

/// Walks the four bits of a nibble down, noting siblings; where to go on, if anywhere.
fn descend(
    mut places: &[Option<Child>],
    nibble: u8,
    siblings: &mut Vec<[u8; 32]>,
) -> Option<(u8, Version)> {
    // The place in front of the part that is left, so that indices stay those of the whole node.
    let mut first = 0;
    for shift in (0..4).rev() {
        let half = places.len() / 2;
        let (left, right) = places.split_at(half);
        let (taken, beside) = if nibble >> shift & 1 == 1 {
            first += half;
            (right, left)
        } else {
            (left, right)
        };
        siblings.push(subtree(beside));
        places = taken;
        match alone(places) {
            Alone::Nobody => return None,
            Alone::Child(index, child) => {
                return Some((u8::try_from(first + index).ok()?, child.version));
            }
            Alone::Several => {}
        }
    }
    None
}

fn nibbles(key_hash: &[u8; 32]) -> Vec<u8> {
    key_hash.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).collect()
}

fn bit(key: &[u8; 32], depth: usize) -> bool {
    key.get(depth / 8).is_some_and(|byte| byte >> (7 - depth % 8) & 1 == 1)
}

#[cfg(test)]
mod tests;
