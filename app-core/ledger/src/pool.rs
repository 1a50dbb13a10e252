//! The private pool in the state: where its records lie, and how a block begins and ends with it.
//!
//! A state without its cell is that of a pool that nobody has used yet.

use crate::draft::Changes;
use crate::{BlockContext, Flags, MAX_SUPPLY, Rejection, StateView, cell_key, flags_key};
use shielded::{
    Anchor, Damaged, Frontier, Nullifier, Pool, PoolBlock, PoolRules, Records, Refusal, Root,
};
use types::{Round, Timestamp};
use wire::{Decode, Encode};

/// The names of the cells.
const POOL: &str = "pool";
const TREE: &str = "pool-tree";

/// Where the round lies in which a nullifier was inserted: `nullifier/` ‖ nullifier.
#[must_use]
pub fn nullifier_key(nullifier: &Nullifier) -> Vec<u8> {
    [b"nullifier/".as_slice(), &nullifier.0].concat()
}

/// Where the pool's cell lies.
#[must_use]
pub fn pool_key() -> Vec<u8> {
    cell_key(POOL)
}

/// Where the edge of the growing tree lies.
#[must_use]
pub fn pool_tree_key() -> Vec<u8> {
    cell_key(TREE)
}

/// Where the last root of a finished tree lies: `tree/` ‖ number u32.
#[must_use]
pub fn finished_tree_key(tree: u32) -> Vec<u8> {
    [b"tree/".as_slice(), &tree.to_be_bytes()].concat()
}

fn anchor_key(anchor: &Anchor) -> Vec<u8> {
    [b"anchor/".as_slice(), &anchor.to_bytes()].concat()
}

fn number_key(number: u64) -> Vec<u8> {
    [b"anchor-number/".as_slice(), &number.to_be_bytes()].concat()
}

/// The pool as a state has it.
///
/// # Errors
/// [`Rejection::BadState`] if its cell is damaged.
pub fn pool(view: &dyn StateView) -> Result<Pool, Rejection> {
    let cell = view.get(&pool_key()).map(|bytes| Pool::from_bytes(&bytes)).transpose();
    Ok(cell.map_err(|_| Rejection::BadState("pool"))?.unwrap_or_else(Pool::genesis))
}

/// What is switched off, as a state has it.
///
/// # Errors
/// [`Rejection::BadState`] if its cell is damaged.
pub fn flags(view: &dyn StateView) -> Result<Flags, Rejection> {
    let cell = view.get(&flags_key()).map(|bytes| Flags::from_bytes(&bytes)).transpose();
    Ok(cell.map_err(|_| Rejection::BadState("flags"))?.unwrap_or_default())
}

fn frontier(view: &dyn StateView) -> Result<Frontier, Rejection> {
    let cell = view.get(&pool_tree_key()).map(|bytes| Frontier::from_bytes(&bytes)).transpose();
    Ok(cell.map_err(|_| Rejection::BadState("tree"))?.unwrap_or_else(Frontier::empty))
}

/// The pool's records in the state that a block begins with.
pub(crate) struct PoolRecords<'a>(pub(crate) &'a dyn StateView);

impl PoolRecords<'_> {
    fn read<T: Decode>(&self, key: &[u8], what: &'static str) -> Result<Option<T>, Damaged> {
        let record = self.0.get(key).map(|bytes| T::from_bytes(&bytes)).transpose();
        record.map_err(|_| Damaged(what))
    }
}

impl Records for PoolRecords<'_> {
    fn spent(&self, nullifier: &Nullifier) -> Option<Round> {
        // Damaged or not, what is there has been spent.
        let bytes = self.0.get(&nullifier_key(nullifier))?;
        Some(Round::from_bytes(&bytes).unwrap_or_default())
    }

    fn retired(&self, anchor: &Anchor) -> Result<Option<Timestamp>, Damaged> {
        self.read(&anchor_key(anchor), "anchor")
    }

    fn retired_by_number(&self, number: u64) -> Result<Option<Anchor>, Damaged> {
        self.read(&number_key(number), "anchor number")
    }

    fn finished(&self, tree: u32) -> Result<Option<Root>, Damaged> {
        self.read(&finished_tree_key(tree), "finished tree")
    }
}

/// A refusal of the pool; damage is the state's and no bundle's.
pub(crate) const fn refused(refusal: Refusal) -> Rejection {
    if let Refusal::Damaged(Damaged(what)) = refusal {
        return Rejection::BadState(what);
    }
    Rejection::Pool(refusal)
}

/// The pool at the beginning of a block.
pub(crate) fn begin(
    view: &dyn StateView,
    context: &BlockContext<'_>,
) -> Result<PoolBlock, Rejection> {
    let mut pool = pool(view)?;
    if let Some(from) = flags(view)?.pool_stop {
        pool.stop(from);
    }
    let state = (pool, frontier(view)?);
    let rules = PoolRules::standard(MAX_SUPPLY);
    Ok(PoolBlock::begin(state, rules, (context.round, context.time)))
}

/// What the end of a block changes of the pool's records.
pub(crate) fn finish(
    view: &dyn StateView,
    block: PoolBlock,
    round: Round,
) -> Result<Changes, Rejection> {
    let before = pool(view)?;
    let done = block.finish(&PoolRecords(view));
    let done = done.map_err(|Damaged(what)| Rejection::BadState(what))?;
    let mut changes = Changes::new();
    if done.pool == before {
        return Ok(changes);
    }
    changes.insert(pool_key(), Some(done.pool.to_bytes()));
    changes.insert(pool_tree_key(), Some(done.frontier.to_bytes()));
    for nullifier in &done.spent {
        changes.insert(nullifier_key(nullifier), Some(round.to_bytes()));
    }
    for (number, anchor) in &done.forgotten {
        changes.insert(number_key(*number), None);
        changes.insert(anchor_key(anchor), None);
    }
    if let Some((number, anchor, time)) = done.retired {
        changes.insert(number_key(number), Some(anchor.to_bytes()));
        changes.insert(anchor_key(&anchor), Some(time.to_bytes()));
    }
    if let Some((tree, root)) = done.finished {
        changes.insert(finished_tree_key(tree), Some(root.to_bytes()));
    }
    Ok(changes)
}
