//! The same ledger without a layout of its own: each thing is a row under its natural key.

use crate::{
    engine::{Engine, Times},
    load::Block,
};
use anyhow::Result;
use jmt::{
    JellyfishMerkleTree, KeyHash, OwnedValue, SimpleHasher, Version,
    storage::{LeafNode, Node, NodeKey, TreeReader},
};
use sha2::{Digest, Sha256};
use std::{collections::HashMap, time::Instant};
use wire::Encode;

/// The tables, by number.
pub(crate) const TABLES: [&str; 7] =
    ["headers", "bodies", "entries", "places", "state", "history", "nodes"];
const HEADERS: usize = 0;
const BODIES: usize = 1;
const ENTRIES: usize = 2;
const PLACES: usize = 3;
const STATE: usize = 4;
const HISTORY: usize = 5;
const NODES: usize = 6;

/// A header with its certificate.
const HEADER: usize = 470;

/// Table, key, value.
pub(crate) type Row = (usize, Vec<u8>, Vec<u8>);

/// A key-value store.
pub(crate) trait Store {
    fn get(&self, table: usize, key: &[u8]) -> Result<Option<Vec<u8>>>;
    /// Writes the rows durably, all or none.
    fn write(&mut self, rows: Vec<Row>) -> Result<()>;
}

/// Counts rows and keeps what the tree asks for.
#[derive(Default)]
pub(crate) struct Memory(HashMap<(usize, Vec<u8>), Vec<u8>>);

impl Store for Memory {
    fn get(&self, table: usize, key: &[u8]) -> Result<Option<Vec<u8>>> {
        Ok(self.0.get(&(table, key.to_vec())).cloned())
    }

    fn write(&mut self, rows: Vec<Row>) -> Result<()> {
        let kept = rows.into_iter().filter(|(table, ..)| *table == NODES);
        self.0.extend(kept.map(|(table, key, value)| ((table, key), value)));
        Ok(())
    }
}

/// A ledger in a key-value store.
pub(crate) struct Flat<S> {
    store: S,
    tip: u64,
    /// Bytes of all rows.
    logical: u64,
    /// The same without the second copy of each value, and with nodes as short as they can be.
    pub(crate) short: u64,
}

impl<S: Store> Flat<S> {
    pub(crate) fn new(store: S) -> Result<Self> {
        let tip = store.get(HEADERS, b"tip")?;
        let tip = tip.map_or(Ok(0), |tip| tip.as_slice().try_into().map(u64::from_be_bytes))?;
        Ok(Self { store, tip, logical: 0, short: 0 })
    }

    fn rows(&mut self, round: u64, block: &Block) -> Vec<Row> {
        let key = round.to_be_bytes().to_vec();
        let mut rows = vec![
            (HEADERS, key.clone(), vec![7; HEADER]),
            (HEADERS, b"tip".to_vec(), key.clone()),
            (BODIES, key, block.body.to_bytes()),
        ];
        for (home, entry) in &block.entries {
            let key = [home.to_bytes().as_slice(), &entry.counter.to_be_bytes()].concat();
            rows.push((ENTRIES, key, entry.to_bytes()));
        }
        for (place, transaction) in (0_u32..).zip(&block.body.transactions) {
            let value = [round.to_be_bytes().as_slice(), &place.to_be_bytes()].concat();
            rows.push((PLACES, transaction.id().0.to_vec(), value));
        }
        rows.extend(block.changes.iter().map(|(key, value)| (STATE, key.clone(), value.clone())));
        self.short += size(&rows);
        for (key, value) in &block.changes {
            let key = [key.as_slice(), &(!round).to_be_bytes()].concat();
            rows.push((HISTORY, key, value.clone()));
        }
        rows
    }
}

impl<S: Store> Engine for Flat<S> {
    fn block(&mut self, round: u64, block: &Block) -> Result<Times> {
        anyhow::ensure!(self.tip + 1 == round, "round {round} after {}", self.tip);
        let start = Instant::now();
        let values = block.changes.iter();
        let values = values.map(|(key, value)| (KeyHash(plain(key)), Some(value.clone())));
        let tree = JellyfishMerkleTree::<_, Hasher>::new(self);
        let (_, batch) = tree.put_value_set(values, round)?;
        let mut nodes = Vec::new();
        let mut short = 0;
        for (key, node) in batch.node_batch.nodes() {
            let row = (NODES, node_key(key), borsh::to_vec(node)?);
            short += row.1.len() as u64 + short_node(key.version(), node);
            nodes.push(row);
        }
        let prepare = start.elapsed();
        let mut rows = self.rows(round, block);
        rows.extend(nodes);
        self.short += short;
        self.logical += size(&rows);
        let start = Instant::now();
        self.store.write(rows)?;
        self.tip = round;
        Ok(Times { prepare, commit: start.elapsed() })
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.store.get(STATE, key)
    }

    fn tip(&self) -> Result<u64> {
        Ok(self.tip)
    }

    fn given(&self) -> u64 {
        self.logical
    }
}

impl<S: Store> TreeReader for Flat<S> {
    fn get_node_option(&self, key: &NodeKey) -> Result<Option<Node>> {
        let bytes = self.store.get(NODES, &node_key(key))?;
        bytes.map(|bytes| Ok(borsh::from_slice(&bytes)?)).transpose()
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> Result<Option<OwnedValue>> {
        anyhow::bail!("not asked")
    }

    fn get_rightmost_leaf(&self) -> Result<Option<(NodeKey, LeafNode)>> {
        anyhow::bail!("not asked")
    }
}

fn size(rows: &[Row]) -> u64 {
    rows.iter().map(|(_, key, value)| (key.len() + value.len()) as u64).sum()
}

/// Version first, as the chain store has it.
fn node_key(key: &NodeKey) -> Vec<u8> {
    let nibbles: Vec<u8> = key.nibble_path().nibbles().map(u8::from).collect();
    let packed = nibbles.chunks(2).map(|pair| pair[0] << 4 | pair.get(1).unwrap_or(&0));
    let head = [key.version().to_be_bytes().as_slice(), &[nibbles.len() as u8]].concat();
    head.into_iter().chain(packed).collect()
}

/// Bytes of a node in the shortest form that says everything: hashes, and numbers of few bytes.
fn short_node(version: Version, node: &Node) -> u64 {
    let number = |value: u64| u64::from((64 - (value | 1).leading_zeros()).div_ceil(7));
    match node {
        Node::Null => 1,
        Node::Leaf(_) => 65,
        Node::Internal(node) => {
            let children = node.children_unsorted().map(|(_, child)| {
                let leaves = if child.is_leaf() { 0 } else { number(child.leaf_count() as u64) };
                32 + number(version - child.version) + leaves
            });
            5 + children.sum::<u64>()
        }
    }
}

fn plain(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

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
