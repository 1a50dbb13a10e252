//! What one block does to the pool: each rule that depends on the state is a function here.
//!
//! Pure: the state is asked through [`Records`], what changes comes out as [`PoolChanges`]. Whoever
//! executes a block calls [`PoolBlock::check`] before it changes anything else for a transaction
//! and [`PoolBlock::apply`] when all of it goes through. Proofs are verified apart
//! ([`crate::verify_batch`]); a block is never applied without that.

use crate::form::{self, Malformed};
use crate::tree::MAX_LEAVES;
use crate::{Anchor, Commitment, Effects, Frontier, Nullifier, Pool, PoolRules, Root};
use std::collections::BTreeSet;
use types::{Round, Timestamp};

/// Old anchors that one block forgets at most: more than it can add.
const FORGET: u64 = 2;

/// What the state holds of the pool cannot be read, or does not fit together. No bundle is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("damaged state of the pool: {0}")]
pub struct Damaged(pub &'static str);

/// Why a bundle is refused now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// It is refused whatever the state is.
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The pool has been stopped.
    #[error("the pool is stopped")]
    Stopped,
    /// A note that it spends has been spent before, or earlier in this block.
    #[error("a note that is spent already")]
    NullifierSpent,
    /// Its anchor was no root of the tree within the last 24 hours, nor the last of an older tree.
    #[error("unknown anchor")]
    UnknownAnchor,
    /// The tree has no room for its notes.
    #[error("the tree is full")]
    TreeFull,
    /// More would leave the pool than is in it, or the pool would hold more than there is.
    #[error("more than the pool holds")]
    Turnstile,
    /// Nobody can say: the state is damaged.
    #[error(transparent)]
    Damaged(#[from] Damaged),
}

impl Refusal {
    /// The code of this refusal.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed(malformed) => malformed.code(),
            Self::Stopped => "pool_stopped",
            Self::NullifierSpent => "nullifier_spent",
            Self::UnknownAnchor => "unknown_anchor",
            Self::TreeFull => "tree_full",
            Self::Turnstile => "turnstile",
            Self::Damaged(_) => "bad_state",
        }
    }
}

/// What the state holds beside the pool's cell; [`Damaged`] if it cannot be read.
pub trait Records {
    /// The round in which a nullifier was inserted.
    fn spent(&self, nullifier: &Nullifier) -> Option<Round>;
    /// When another root followed this one.
    ///
    /// # Errors
    /// [`Damaged`].
    fn retired(&self, anchor: &Anchor) -> Result<Option<Timestamp>, Damaged>;
    /// The retired anchor with this number.
    ///
    /// # Errors
    /// [`Damaged`].
    fn retired_by_number(&self, number: u64) -> Result<Option<Anchor>, Damaged>;
    /// The last root of a finished tree: an anchor for ever.
    ///
    /// # Errors
    /// [`Damaged`].
    fn finished(&self, tree: u32) -> Result<Option<Root>, Damaged>;
}

/// What a block changes beside the pool's cell. Records are inserted once and never changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolChanges {
    /// The pool's cell.
    pub pool: Pool,
    /// The edge of the tree that grows.
    pub frontier: Frontier,
    /// Inserted with the round of the block.
    pub spent: BTreeSet<Nullifier>,
    /// The number and the anchor that another one follows now, with the time of the block.
    pub retired: Option<(u64, Anchor, Timestamp)>,
    /// Retired anchors to forget, with their numbers.
    pub forgotten: Vec<(u64, Anchor)>,
    /// A tree that is finished, and its last root.
    pub finished: Option<(u32, Root)>,
}

/// A block at work on the pool.
#[derive(Debug, Clone)]
pub struct PoolBlock {
    pool: Pool,
    frontier: Frontier,
    rules: PoolRules,
    round: Round,
    time: Timestamp,
    spent: BTreeSet<Nullifier>,
    leaves: Vec<Commitment>,
}

impl PoolBlock {
    /// Begins the block of this round and time with the pool that the block before it left.
    #[must_use]
    pub fn begin(state: (Pool, Frontier), rules: PoolRules, at: (Round, Timestamp)) -> Self {
        let ((pool, frontier), (round, time)) = (state, at);
        let (spent, leaves) = (BTreeSet::new(), Vec::new());
        Self { pool, frontier, rules, round, time, spent, leaves }
    }

    /// Holds a bundle to every rule but its proof and signatures.
    ///
    /// # Errors
    /// The first [`Refusal`].
    pub fn check(&self, records: &dyn Records, effects: &Effects) -> Result<(), Refusal> {
        form::check(effects)?;
        self.check_running()?;
        self.check_anchor(records, effects)?;
        self.check_unspent(records, effects)?;
        self.check_room(effects)?;
        self.check_turnstile(effects)
    }

    /// The pool has not been stopped.
    ///
    /// # Errors
    /// [`Refusal::Stopped`].
    pub fn check_running(&self) -> Result<(), Refusal> {
        if self.pool.runs_in(self.round) { Ok(()) } else { Err(Refusal::Stopped) }
    }

    /// The anchor is the root after the last block, one that was followed by another no more than
    /// 24 hours ago, or the last one of a finished tree. Shielding bundles are held to it as well.
    ///
    /// # Errors
    /// [`Refusal::UnknownAnchor`], or [`Refusal::Damaged`].
    pub fn check_anchor(&self, records: &dyn Records, effects: &Effects) -> Result<(), Refusal> {
        let anchor = effects.anchor();
        let recent = |since: Timestamp| self.time.millis_since(since) <= self.rules.anchor_ms;
        let known = anchor == self.pool.anchor
            || records.retired(&anchor)?.is_some_and(recent)
            || records.finished(anchor.tree)? == Some(anchor.root);
        if known { Ok(()) } else { Err(Refusal::UnknownAnchor) }
    }

    /// No nullifier is in the set, nor in this block. Those of padding count as all others do.
    ///
    /// # Errors
    /// [`Refusal::NullifierSpent`].
    pub fn check_unspent(&self, records: &dyn Records, effects: &Effects) -> Result<(), Refusal> {
        let spent = |nf: &Nullifier| self.spent.contains(nf) || records.spent(nf).is_some();
        if effects.nullifiers().any(|nf| spent(&nf)) {
            return Err(Refusal::NullifierSpent);
        }
        Ok(())
    }

    /// The tree has room for the bundle's notes behind those of this block.
    ///
    /// # Errors
    /// [`Refusal::TreeFull`].
    pub fn check_room(&self, effects: &Effects) -> Result<(), Refusal> {
        let new = self.leaves.len().saturating_add(effects.actions().len());
        let new = u64::try_from(new).unwrap_or(u64::MAX);
        let fits = self.pool.tree_size.saturating_add(new) <= MAX_LEAVES;
        if fits { Ok(()) } else { Err(Refusal::TreeFull) }
    }

    /// No more leaves the pool than is in it, and it never holds more than there is.
    ///
    /// # Errors
    /// [`Refusal::Turnstile`].
    pub fn check_turnstile(&self, effects: &Effects) -> Result<(), Refusal> {
        let after = self.pool.balance_after(effects.value_balance(), &self.rules);
        after.map(|_| ()).ok_or(Refusal::Turnstile)
    }

    /// Takes the bundle of the transaction at this index of the block into the pool.
    ///
    /// # Errors
    /// As [`PoolBlock::check`]; nothing is changed then.
    pub fn apply(
        &mut self,
        records: &dyn Records,
        effects: &Effects,
        index: u32,
    ) -> Result<(), Refusal> {
        self.check(records, effects)?;
        let after = self.pool.balance_after(effects.value_balance(), &self.rules);
        self.pool.balance = after.ok_or(Refusal::Turnstile)?;
        self.pool.log(self.round, index, &effects.halves());
        self.spent.extend(effects.nullifiers());
        self.leaves.extend(effects.commitments());
        Ok(())
    }

    /// The pool as it is now; its tree grows only in [`PoolBlock::finish`].
    #[must_use]
    pub const fn pool(&self) -> &Pool {
        &self.pool
    }

    /// Ends the block: appends its notes, retires the anchor if the root has changed, begins a new
    /// tree if this one is long enough, forgets anchors that are too old.
    ///
    /// # Errors
    /// [`Damaged`]: a note that is not in the tree would be lost for ever.
    pub fn finish(mut self, records: &dyn Records) -> Result<PoolChanges, Damaged> {
        let forgotten = self.forget(records)?;
        let before = self.pool.anchor;
        // Every leaf has been checked to be one and to have room.
        for leaf in &self.leaves {
            self.frontier.append(*leaf).map_err(|_| Damaged("tree"))?;
        }
        if !self.leaves.is_empty() {
            self.pool.anchor.root = self.frontier.root();
            self.pool.tree_size = self.frontier.size();
        }
        let finished = self.turn_over();
        let retired = (self.pool.anchor != before).then(|| self.retire(before));
        let Self { pool, frontier, spent, .. } = self;
        Ok(PoolChanges { pool, frontier, spent, retired, forgotten, finished })
    }

    /// Begins the next tree if this one has its leaves.
    fn turn_over(&mut self) -> Option<(u32, Root)> {
        if self.pool.tree_size < self.rules.tree_leaves {
            return None;
        }
        let Anchor { tree, root } = self.pool.anchor;
        let next = tree.checked_add(1)?;
        self.pool.anchor = Anchor { tree: next, ..Anchor::of_nothing() };
        self.pool.tree_size = 0;
        self.frontier = Frontier::empty();
        Some((tree, root))
    }

    fn retire(&mut self, anchor: Anchor) -> (u64, Anchor, Timestamp) {
        let number = self.pool.retired_to;
        self.pool.retired_to = number.saturating_add(1);
        (number, anchor, self.time)
    }

    fn forget(&mut self, records: &dyn Records) -> Result<Vec<(u64, Anchor)>, Damaged> {
        let mut forgotten = Vec::new();
        let end = self.pool.retired_to.min(self.pool.retired_from.saturating_add(FORGET));
        for number in self.pool.retired_from..end {
            let anchor = records.retired_by_number(number)?;
            let since = anchor.map(|anchor| records.retired(&anchor)).transpose()?.flatten();
            if since.is_some_and(|since| self.time.millis_since(since) <= self.rules.anchor_ms) {
                break;
            }
            forgotten.extend(anchor.map(|anchor| (number, anchor)));
            self.pool.retired_from = number.saturating_add(1);
        }
        Ok(forgotten)
    }
}
