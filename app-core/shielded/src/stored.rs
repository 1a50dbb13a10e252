//! A wallet's tree as it lies in the profile: every node that is kept, from the top down.

use crate::tree::{self, DEPTH, MAX_LEAVES};
use crate::witness::{MAX_CHECKPOINTS, SHARD_LEVEL, Store, Tree, Witnesses};
use incrementalmerkletree::{Address, Level, Position};
use orchard::tree::MerkleHashOrchard;
use shardtree::store::{Checkpoint, ShardStore, TreeState};
use shardtree::{LocatedPrunableTree, LocatedTree, Node, PrunableTree, RetentionFlags};
use std::collections::BTreeSet;
use std::sync::Arc;
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const VERSION: u8 = 1;
const NOTHING: u8 = 0;
const LEAF: u8 = 1;
const PARENT: u8 = 2;
const KNOWN_PARENT: u8 = 3;

impl Encode for Witnesses {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION);
        w.u32(self.number);
        w.u64(self.next);
        let store = self.tree.store();
        // A store in memory cannot fail.
        write_checkpoints(store, w);
        let Ok(cap) = store.get_cap();
        write_tree(&cap, w);
        let shards = store.get_shard_roots().unwrap_or_default();
        let shards = shards.into_iter().filter_map(|at| store.get_shard(at).ok().flatten());
        let shards: Vec<_> = shards.filter(|shard| !shard.root().is_empty()).collect();
        w.u32(u32::try_from(shards.len()).unwrap_or(u32::MAX));
        for shard in shards {
            w.u16(u16::try_from(shard.root_addr().index()).unwrap_or(u16::MAX));
            write_tree(shard.root(), w);
        }
    }
}

impl Decode for Witnesses {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("tree version"));
        }
        let (number, next) = (r.u32()?, r.u64()?);
        if next > MAX_LEAVES {
            return Err(DecodeError::BadValue("leaves of a tree"));
        }
        let mut store = Store::empty();
        read_checkpoints(&mut store, r)?;
        let Ok(()) = store.put_cap(read_tree(r, DEPTH.saturating_sub(SHARD_LEVEL))?);
        let mut before = None;
        for _ in 0..r.u32()? {
            let index = r.u16()?;
            if before.is_some_and(|before| before >= index) {
                return Err(DecodeError::BadValue("order of shards"));
            }
            before = Some(index);
            let Ok(()) = store.put_shard(read_shard(r, index)?);
        }
        Ok(Self { number, next, tree: Tree::new(store, MAX_CHECKPOINTS) })
    }
}

fn write_checkpoints(store: &Store, w: &mut Writer) {
    let mut all = Vec::new();
    let Ok(()) = store.for_each_checkpoint(usize::MAX, |round, checkpoint| {
        all.push((*round, checkpoint.position(), checkpoint.marks_removed().clone()));
        Ok(())
    });
    w.u32(u32::try_from(all.len()).unwrap_or(u32::MAX));
    for (round, position, removed) in all {
        round.encode(w);
        w.bool(position.is_some());
        position.into_iter().for_each(|position| write_position(position, w));
        w.u32(u32::try_from(removed.len()).unwrap_or(u32::MAX));
        removed.into_iter().for_each(|position| write_position(position, w));
    }
}

fn read_checkpoints(store: &mut Store, r: &mut Reader<'_>) -> Result<(), DecodeError> {
    let mut before = None;
    for _ in 0..r.u32()? {
        let round = Round::decode(r)?;
        if before.is_some_and(|before| before >= round) {
            return Err(DecodeError::BadValue("order of checkpoints"));
        }
        before = Some(round);
        let state = match r.bool()? {
            true => TreeState::AtPosition(read_position(r)?),
            false => TreeState::Empty,
        };
        let mut removed = BTreeSet::new();
        for _ in 0..r.u32()? {
            let position = read_position(r)?;
            if removed.last().is_some_and(|last| *last >= position) {
                return Err(DecodeError::BadValue("order of positions"));
            }
            removed.insert(position);
        }
        let Ok(()) = store.add_checkpoint(round, Checkpoint::from_parts(state, removed));
    }
    Ok(())
}

fn write_tree(node: &PrunableTree<MerkleHashOrchard>, w: &mut Writer) {
    match &**node {
        Node::Nil => w.u8(NOTHING),
        Node::Leaf { value: (hash, flags) } => {
            w.u8(LEAF);
            w.fixed(&hash.to_bytes());
            w.u8(flags.bits());
        }
        Node::Parent { ann, left, right } => {
            w.u8(if ann.is_some() { KNOWN_PARENT } else { PARENT });
            ann.iter().for_each(|hash| w.fixed(&hash.to_bytes()));
            write_tree(left, w);
            write_tree(right, w);
        }
    }
}

/// Reads a tree that has at most so many levels below its root.
fn read_tree(
    r: &mut Reader<'_>,
    levels: u8,
) -> Result<PrunableTree<MerkleHashOrchard>, DecodeError> {
    let kind = r.u8()?;
    match kind {
        NOTHING => Ok(PrunableTree::empty()),
        LEAF => {
            let hash = tree::read_node(r)?;
            let flags = RetentionFlags::from_bits(r.u8()?);
            let flags = flags.ok_or(DecodeError::BadValue("retention"))?;
            Ok(PrunableTree::leaf((hash, flags)))
        }
        PARENT | KNOWN_PARENT => {
            let below = levels.checked_sub(1).ok_or(DecodeError::BadValue("depth of a tree"))?;
            let known = if kind == KNOWN_PARENT { Some(tree::read_node(r)?) } else { None };
            let (left, right) = (read_tree(r, below)?, read_tree(r, below)?);
            if left.is_empty() && right.is_empty() {
                return Err(DecodeError::BadValue("an empty branch"));
            }
            Ok(PrunableTree::parent(known.map(Arc::new), left, right))
        }
        _ => Err(DecodeError::BadValue("tree")),
    }
}

fn read_shard(
    r: &mut Reader<'_>,
    index: u16,
) -> Result<LocatedPrunableTree<MerkleHashOrchard>, DecodeError> {
    let root = read_tree(r, SHARD_LEVEL)?;
    if root.is_empty() {
        return Err(DecodeError::BadValue("an empty shard"));
    }
    let at = Address::from_parts(Level::from(SHARD_LEVEL), u64::from(index));
    LocatedTree::from_parts(at, root).map_err(|_| DecodeError::BadValue("shard"))
}

fn write_position(position: Position, w: &mut Writer) {
    w.u32(u32::try_from(u64::from(position)).unwrap_or(u32::MAX));
}

fn read_position(r: &mut Reader<'_>) -> Result<Position, DecodeError> {
    Ok(Position::from(u64::from(r.u32()?)))
}
