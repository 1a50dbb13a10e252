//! The pool as the ledger's state keeps it: its money, its tree, its log, and whether it still runs.
//!
//! One cell of a few bytes (`money-and-mail.md` A3); the tree's edge, the nullifiers and the old
//! anchors are records beside it ([`crate::Records`]). Blocks change it through [`crate::PoolBlock`].

use crate::{Anchor, Halves, LogPlace};
use types::{Abc, Amount, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Numbers that the pool's rules depend on. Every network uses [`PoolRules::STANDARD`]; tests use
/// smaller trees.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PoolRules {
    /// Leaves after which the next block begins a new tree.
    pub tree_leaves: u64,
    /// How long a root is an anchor after another one has followed it, in milliseconds.
    pub anchor_ms: u64,
    /// All money there is on this network, in smallest units.
    pub supply: u64,
}

impl PoolRules {
    /// Half a tree, so that no block can overfill it, and 24 hours for slow provers.
    #[must_use]
    pub const fn standard(supply: Amount<Abc>) -> Self {
        Self { tree_leaves: 1 << 31, anchor_ms: 24 * 3_600_000, supply: supply.units() }
    }
}

/// The pool's cell in the state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pool {
    /// How many bundles there have been.
    pub log_count: u64,
    /// The hash over all of them, in order: [`Pool::log`].
    pub log: [u8; 32],
    /// The tree that grows, and its root after the last block.
    pub anchor: Anchor,
    /// How many leaves that tree has.
    pub tree_size: u64,
    /// All money in the pool; what leaves it can never be more (the turnstile).
    pub balance: Amount<Abc>,
    /// From this round on no bundle is accepted any more: the stop rule.
    pub stopped: Option<Round>,
    /// The number of the oldest retired anchor that is still kept.
    pub retired_from: u64,
    /// The number that the next retired anchor gets.
    pub retired_to: u64,
}

impl Pool {
    /// The pool of a genesis: no note, no money; [`crate::Frontier::empty`] belongs to it.
    #[must_use]
    pub fn genesis() -> Self {
        Self {
            log_count: 0,
            log: [0; 32],
            anchor: Anchor::of_nothing(),
            tree_size: 0,
            balance: Amount::ZERO,
            stopped: None,
            retired_from: 0,
            retired_to: 0,
        }
    }

    /// Stops the pool from this round on. A stop can be brought forward, never put off or undone:
    /// money that is left comes out by a later version of the pool, or not at all.
    pub fn stop(&mut self, from: Round) {
        self.stopped = Some(self.stopped.map_or(from, |earlier| earlier.min(from)));
    }

    /// True if bundles are accepted in this round.
    #[must_use]
    pub fn runs_in(&self, round: Round) -> bool {
        self.stopped.is_none_or(|from| round < from)
    }

    /// Where the log is.
    #[must_use]
    pub const fn log_place(&self) -> LogPlace {
        LogPlace { count: self.log_count, hash: self.log }
    }

    /// Puts a bundle into the log ([`LogPlace::after`]).
    pub fn log(&mut self, round: Round, index: u32, halves: &Halves) {
        let after = self.log_place().after(round, index, halves);
        (self.log_count, self.log) = (after.count, after.hash);
    }

    /// What lies in the pool after so much has left it, or entered it if it is negative.
    ///
    /// `None` if that is less than nothing (the turnstile) or more than all money there is.
    #[must_use]
    pub fn balance_after(&self, leaves: i64, rules: &PoolRules) -> Option<Amount<Abc>> {
        let after = i128::from(self.balance.units()).checked_sub(i128::from(leaves))?;
        let after = u64::try_from(after).ok()?;
        (after <= rules.supply).then(|| Amount::new(after))
    }
}

impl Encode for Pool {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.log_count);
        w.fixed(&self.log);
        self.anchor.encode(w);
        w.u64(self.tree_size);
        self.balance.encode(w);
        w.option(self.stopped.as_ref());
        w.u64(self.retired_from);
        w.u64(self.retired_to);
    }
}

impl Decode for Pool {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            log_count: r.u64()?,
            log: r.fixed()?,
            anchor: Anchor::decode(r)?,
            tree_size: r.u64()?,
            balance: Amount::decode(r)?,
            stopped: r.option()?,
            retired_from: r.u64()?,
            retired_to: r.u64()?,
        })
    }
}
