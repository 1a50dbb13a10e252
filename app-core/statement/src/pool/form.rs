//! What the private part of a statement lists.

use super::{Annex, EARLY, LogRun};
use crate::Boundary;
use ledger::StateProof;
use shielded::{Effects, Note, Nullifier, Period, Pool, Scope, Witness};
use std::collections::BTreeMap;
use types::{Abc, Amount, Round, Timestamp, TxId};

/// What an account holds in the pool and did there, as far as the keys named in it show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolPart {
    /// The pool in the state that all is proved under.
    pub cell: PoolCell,
    /// Where the stream must begin at the latest: before it no listed account can have been paid.
    pub since: Boundary,
    /// The period accounts that it is about, by their index.
    pub accounts: Vec<PoolAccount>,
    /// Their notes that were there at some moment of the period, by their place in the tree.
    pub notes: Vec<PoolNote>,
    /// The bundles of the period that spend some of them, in the order of the log.
    pub bundles: Vec<PoolSpend>,
    /// What was carried over, into them and out of them.
    pub annex: Annex,
    /// The log from the first of all these bundles to the proved end.
    pub log: LogRun,
}

/// The pool's cell with its proof; a pool that nobody has used has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolCell {
    /// The cell.
    pub pool: Option<Pool>,
    /// That it is so.
    pub proof: StateProof,
}

/// A period account, and the names of its keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolAccount {
    /// Which one.
    pub period: Period,
    /// `shielded::ViewingKey::fingerprint`.
    pub viewing: [u8; 32],
    /// `shielded::IncomingKey::fingerprint`.
    pub incoming: [u8; 32],
}

/// A note of one of the accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolNote {
    /// Whose.
    pub period: Period,
    /// Paid by others, or by the account itself.
    pub scope: Scope,
    /// The note.
    pub note: Note,
    /// Its place in the tree and the path to the root in [`PoolPart::cell`].
    pub witness: Witness,
    /// The round that made it …
    pub round: Round,
    /// … which is the one that inserted the nullifier of its action: the proof.
    pub made: StateProof,
    /// When that was.
    pub time: Timestamp,
    /// Its own spent mark.
    pub nullifier: Nullifier,
    /// The round that spent it, if one has.
    pub spent: Option<Round>,
    /// That this mark entered the state in that round, or is not there.
    pub mark: StateProof,
    /// The other side, as the exporter calls it.
    pub name: Option<String>,
    /// What it says.
    pub memo: Option<String>,
}

/// A bundle that spends notes of one of the accounts, whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSpend {
    /// Whose notes.
    pub period: Period,
    /// Its number in the log, from 0.
    pub number: u64,
    /// Its round.
    pub round: Round,
    /// The place of its transaction in that round's block.
    pub index: u32,
    /// When that was.
    pub time: Timestamp,
    /// What it does.
    pub effects: Effects,
    /// What it pays to others, as far as the viewing key opens it.
    pub outputs: Vec<PoolOutput>,
    /// In smallest units: 0, or an outflow that the key does not open, or (below 0) foreign notes
    /// that are spent in the same bundle.
    pub undisclosed: i128,
    /// What of that which left the pool is the fee, as the exporter says.
    pub fee: Amount<Abc>,
    /// Its transaction, as the exporter says.
    pub tx: Option<TxId>,
    /// Whom its money outside of the pool went to, as the exporter calls it.
    pub name: Option<String>,
}

/// A payment to somebody else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolOutput {
    /// Which action of its bundle.
    pub action: u8,
    /// The note that it made.
    pub note: Note,
    /// Whom it paid, as the exporter calls it.
    pub name: Option<String>,
    /// What it says; nothing if that cannot be read.
    pub memo: Option<String>,
}

impl PoolCell {
    /// The pool itself.
    #[must_use]
    pub fn pool(&self) -> Pool {
        self.pool.clone().unwrap_or_else(Pool::genesis)
    }
}

impl PoolPart {
    /// The moment that [`PoolPart::since`] must enclose, for a period that begins at this one.
    #[must_use]
    pub fn first_moment(accounts: &[PoolAccount], from: Timestamp) -> Timestamp {
        Self::first_moment_of(accounts.iter().map(|account| account.period), from)
    }

    /// The same for accounts of these periods.
    #[must_use]
    pub fn first_moment_of(accounts: impl Iterator<Item = Period>, from: Timestamp) -> Timestamp {
        let begins = accounts.map(|period| period.month().begins());
        let first = begins.min().map_or(from, |begins| Timestamp(begins.0.saturating_sub(EARLY)));
        first.min(from)
    }

    /// What an account held after this round.
    #[must_use]
    pub fn held(&self, period: Period, after: Round) -> Amount<Abc> {
        let notes = self.notes.iter().filter(|note| note.period == period);
        let held = notes.filter(|note| note.is_there(after)).map(|note| note.note.value.units());
        Amount::new(held.fold(0, u64::saturating_add))
    }

    /// What all of them held after this round.
    #[must_use]
    pub fn held_by_all(&self, after: Round) -> Amount<Abc> {
        let held = self.accounts.iter().map(|account| self.held(account.period, after).units());
        Amount::new(held.fold(0, u64::saturating_add))
    }

    /// The listed notes of an account by their spent marks.
    #[must_use]
    pub fn marks(&self, period: Period) -> BTreeMap<Nullifier, Amount<Abc>> {
        let notes = self.all_notes().filter(|note| note.period == period);
        notes.map(|note| (note.nullifier, note.note.value)).collect()
    }

    /// The listed notes by account and spent mark, with those of the annex.
    pub(crate) fn by_mark(&self) -> BTreeMap<(Period, Nullifier), &PoolNote> {
        self.all_notes().map(|note| ((note.period, note.nullifier), note)).collect()
    }

    /// The same by the nullifier of the action that made them.
    pub(crate) fn by_rho(&self) -> BTreeMap<(Period, Nullifier), &PoolNote> {
        self.all_notes().map(|note| ((note.period, note.note.rho), note)).collect()
    }

    /// The notes of the period, then those that came later.
    pub(crate) fn all_notes(&self) -> impl Iterator<Item = &PoolNote> {
        self.notes.iter().chain(&self.annex.late)
    }
}

impl PoolNote {
    /// True if it was there, unspent, after this round.
    #[must_use]
    pub fn is_there(&self, after: Round) -> bool {
        self.round <= after && self.spent.is_none_or(|spent| spent > after)
    }
}

impl PoolSpend {
    /// What it spends, or gives back, of the notes in such a table.
    pub(crate) fn sum(&self, notes: &BTreeMap<(Period, Nullifier), &PoolNote>) -> Amount<Abc> {
        let own = |mark| notes.get(&(self.period, mark)).map(|note| note.note.value.units());
        Amount::new(self.effects.nullifiers().filter_map(own).fold(0, u64::saturating_add))
    }

    /// What left the pool with it; nothing if value entered.
    #[must_use]
    pub fn left(&self) -> Amount<Abc> {
        Amount::new(u64::try_from(self.effects.value_balance()).unwrap_or_default())
    }
}
