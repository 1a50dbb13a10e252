//! The pool log: one row for each bundle there has ever been, and its effects beside it.
//!
//! They are kept for ever, whatever the horizon: a wallet that comes back after a year needs all of
//! them, and a state does not tell them. A file that began with a state lacks those before it until
//! another manager has given them ([`ChainStore::fill_pool`]); the state says what they must hash to.

use crate::{
    AbnsError, ChainStore,
    layout::{META, META_POOL, POOL_EFFECTS, POOL_LOG, number_key},
    rows::{ReadRows, Readable, Rows, WriteRows},
    snapshot::{Snapshot, decode},
};
use ledger::{Body, Changes, StateView, pool_key};
use redb::WriteTransaction;
use shielded::{Effects, LogEntry, LogPlace, follow_log};
use std::sync::PoisonError;
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A bundle of a final block: its effects and where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolBundle {
    /// The round of its block.
    pub round: Round,
    /// The place of its transaction in that block.
    pub index: u32,
    /// What it did.
    pub effects: Effects,
}

/// What a file lacks of the log that began with a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PoolGap {
    /// How far it has been given; what it hashes to shows at the end only.
    pub given: LogPlace,
    /// Where the file's own rows begin, as the state says.
    pub end: LogPlace,
}

/// What became of bundles that somebody gave.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// They are not the next ones, or nothing is missing.
    Unwanted,
    /// They are kept; the next is this one.
    More(u64),
    /// All are there, and they are the right ones.
    Whole,
    /// Those given so far are not what the state says. All of them count for nothing.
    Wrong,
}

impl PoolBundle {
    fn entry(&self) -> LogEntry {
        LogEntry::of(self.round, self.index, &self.effects)
    }
}

impl ChainStore {
    /// Entries of the pool log behind so many bundles, in order, at most `max`; `None` for such as
    /// this file still lacks.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn pool_entries(&self, after: u64, max: usize) -> Result<Option<Vec<LogEntry>>, AbnsError> {
        self.fault.run(|| {
            let snapshot = self.file.snapshot()?;
            if lacks(&snapshot, after)? {
                Ok(None)
            } else {
                entries(&snapshot, after, max).map(Some)
            }
        })
    }

    /// Bundles from this number on, in order, at most `max`; `None` for such as this file still
    /// lacks.
    ///
    /// # Errors
    /// As [`Self::pool_entries`].
    pub fn pool_bundles(
        &self,
        from: u64,
        max: usize,
    ) -> Result<Option<Vec<PoolBundle>>, AbnsError> {
        self.fault.run(|| {
            let snapshot = self.file.snapshot()?;
            if lacks(&snapshot, from)? {
                return Ok(None);
            }
            let effects = snapshot.rows(POOL_EFFECTS)?;
            let bundle = |(entry, number): (LogEntry, u64)| {
                let LogEntry { round, index, .. } = entry;
                let effects = decode(&effects, &effects.need(&number_key(number))?)?;
                Ok(PoolBundle { round, index, effects })
            };
            let entries = entries(&snapshot, from, max)?.into_iter().zip(from..);
            entries.map(bundle).collect::<Result<_, _>>().map(Some)
        })
    }

    /// What is missing of the log.
    ///
    /// # Errors
    /// As [`Self::pool_entries`].
    pub fn pool_gap(&self) -> Result<Option<PoolGap>, AbnsError> {
        self.fault.run(|| gap(&self.file.snapshot()?.rows(META)?))
    }

    /// Takes bundles that the file lacks, from this number on. Nothing is told to anybody before all
    /// of them are there and have the hash that the state names.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read or written.
    pub fn fill_pool(&self, from: u64, bundles: &[PoolBundle]) -> Result<Filled, AbnsError> {
        // One writer at a time.
        let _writer = self.ahead.lock().unwrap_or_else(PoisonError::into_inner);
        self.fault.run(|| {
            let transaction = self.file.begin()?;
            let filled = fill(&transaction, from, bundles)?;
            transaction.commit()?;
            Ok(filled)
        })
    }
}

fn fill(
    transaction: &WriteTransaction,
    from: u64,
    bundles: &[PoolBundle],
) -> Result<Filled, AbnsError> {
    let mut meta = WriteRows::write(transaction, META)?;
    let wanted = gap(&meta)?.filter(|gap| gap.given.count == from && !bundles.is_empty());
    let Some(PoolGap { given, end }) = wanted else { return Ok(Filled::Unwanted) };
    let left = usize::try_from(end.count.saturating_sub(from)).unwrap_or(usize::MAX);
    let bundles = bundles.get(..left).unwrap_or(bundles);
    let entries: Vec<LogEntry> = bundles.iter().map(PoolBundle::entry).collect();
    let effects = bundles.iter().map(|bundle| &bundle.effects);
    put(transaction, from, entries.iter().zip(effects))?;
    let given = given.behind(&entries);
    if given == end {
        meta.remove(META_POOL)?;
        return Ok(Filled::Whole);
    }
    // What was written is written over by whoever is asked next.
    let wrong = given.count >= end.count;
    let given = if wrong { LogPlace::START } else { given };
    meta.put(META_POOL, &PoolGap { given, end }.to_bytes())?;
    Ok(if wrong { Filled::Wrong } else { Filled::More(given.count) })
}

/// Appends the bundles of a block to the log; the two states must agree with it.
pub(crate) fn append(
    transaction: &WriteTransaction,
    (before, after, changes): (&dyn StateView, &dyn StateView, &Changes),
    (round, body): (Round, &Body),
) -> Result<(), AbnsError> {
    let bundles = (0_u32..).zip(&body.transactions);
    let bundles = bundles.filter_map(|(at, tx)| Some((at, &tx.bundle.as_deref()?.effects)));
    let rows: Vec<(LogEntry, &Effects)> =
        bundles.map(|(at, effects)| (LogEntry::of(round, at, effects), effects)).collect();
    if rows.is_empty() && !changes.contains_key(&pool_key()) {
        return Ok(());
    }
    let place = pool(before)?;
    let entries: Vec<LogEntry> = rows.iter().map(|(entry, _)| entry.clone()).collect();
    let to = ledger::pool(after).map_err(|error| AbnsError::damaged(error.to_string()))?;
    follow_log(place, &entries, &to).map_err(|_| AbnsError::bad_block("other pool log"))?;
    put(transaction, place.count, rows.iter().map(|(entry, effects)| (entry, *effects)))
}

/// Notes what a file lacks that begins with this state.
pub(crate) fn begin(meta: &mut WriteRows<'_>, state: &dyn StateView) -> Result<(), AbnsError> {
    let end = pool(state)?;
    let gap = PoolGap { given: LogPlace::START, end };
    if end.count == 0 { Ok(()) } else { meta.put(META_POOL, &gap.to_bytes()) }
}

/// Where the log of a state is.
pub(crate) fn pool(view: &dyn StateView) -> Result<LogPlace, AbnsError> {
    let pool = ledger::pool(view).map_err(|error| AbnsError::damaged(error.to_string()))?;
    Ok(pool.log_place())
}

/// What is missing of the log.
pub(crate) fn gap<T: Readable>(meta: &Rows<T>) -> Result<Option<PoolGap>, AbnsError> {
    meta.get(META_POOL)?.map(|bytes| decode(meta, &bytes)).transpose()
}

/// True if the file may lack the bundle of this number.
fn lacks(snapshot: &Snapshot, number: u64) -> Result<bool, AbnsError> {
    let gap = gap(&snapshot.rows(META)?)?;
    Ok(gap.is_some_and(|gap| number < gap.end.count))
}

fn entries(snapshot: &Snapshot, after: u64, max: usize) -> Result<Vec<LogEntry>, AbnsError> {
    let rows: ReadRows = snapshot.rows(POOL_LOG)?;
    let end = after.saturating_add(u64::try_from(max).unwrap_or(u64::MAX));
    let found = rows.scan(&number_key(after), &number_key(end))?;
    found.map(|row| decode(&rows, &row?.1)).collect()
}

fn put<'e>(
    transaction: &WriteTransaction,
    from: u64,
    bundles: impl Iterator<Item = (&'e LogEntry, &'e Effects)>,
) -> Result<(), AbnsError> {
    let mut log = WriteRows::write(transaction, POOL_LOG)?;
    let mut all = WriteRows::write(transaction, POOL_EFFECTS)?;
    for (number, (entry, effects)) in (from..).zip(bundles) {
        log.put(&number_key(number), &entry.to_bytes())?;
        all.put(&number_key(number), &effects.to_bytes())?;
    }
    Ok(())
}

impl Encode for PoolBundle {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.u32(self.index);
        self.effects.encode(w);
    }
}

impl Decode for PoolBundle {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { round: Round::decode(r)?, index: r.u32()?, effects: Effects::decode(r)? })
    }
}

impl Encode for PoolGap {
    fn encode(&self, w: &mut Writer) {
        self.given.encode(w);
        self.end.encode(w);
    }
}

impl Decode for PoolGap {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { given: LogPlace::decode(r)?, end: LogPlace::decode(r)? })
    }
}
