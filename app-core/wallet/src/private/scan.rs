//! Reading the log: what is ours, what is spent, and what has become of our transfers.
//!
//! The entries must have been checked to be all there are (`shielded::follow_log`); whoever leaves
//! one out would hide money or a spend.

use crate::private::{OwnNote, PoolState, PoolStep, Spent, Transfer, TransferState};
use crate::settle::is_given_up;
use ledger::Transaction;
use shielded::{
    CompactAction, LogEntry, Month, Nullifier, Period, Scanner, ViewingKey, WitnessError,
};
use std::collections::BTreeSet;
use types::{Round, Timestamp};
use wire::{Decode, Encode};

/// Addresses of a month are paid until so long after its end: two times 31 days.
const LATE: u64 = 62 * 86_400;
/// A device whose newest header is older may still be in the month before, or the next one.
const EARLY: u64 = 2 * 86_400;

/// The months whose keys may have been paid between two moments, oldest first (`money-and-mail.md`
/// B10): those that ended at most 62 days before the first, up to that of the second. None of them
/// is older than the network.
#[must_use]
pub fn scanned_months(begun: Timestamp, from: Timestamp, to: Timestamp) -> Vec<Month> {
    let Some(mut month) = Month::of(begun) else { return vec![] };
    let last = Month::of(to.plus_secs(EARLY)).unwrap_or(month);
    let mut months = vec![];
    loop {
        if month.next().begins().plus_secs(LATE) >= from {
            months.push(month);
        }
        if month >= last || month.next() == month {
            return months;
        }
        month = month.next();
    }
}

/// The accounts that may have been paid between two moments: those of the months that are scanned, as
/// far as `stops` knows them, and the next one of each month that was not over. A note for that one
/// tells that another device, or this profile before it was restored, has begun it.
pub fn scanned_periods(
    begun: Timestamp,
    (from, to): (Timestamp, Timestamp),
    stops: impl Fn(Month) -> u8,
) -> Vec<Period> {
    let mut periods = vec![];
    for month in scanned_months(begun, from, to) {
        let over = month.next().begins().plus_secs(EARLY) < from;
        let last = stops(month).saturating_add(u8::from(!over));
        let mut next = Some(Period::first_of(month));
        while let Some(period) = next.filter(|period| period.stop() <= last) {
            periods.push(period);
            next = period.after_stop();
        }
    }
    periods
}

/// Takes whole rounds of the log, up to a proved round and its time: new notes of these accounts,
/// spends of `unspent` and of the new ones, and what has become of the open transfers. Times of rounds,
/// who has paid, and what bundles cost are for the caller to add.
///
/// # Errors
/// [`WitnessError`] if the leaves do not fit into the tree; the state is to be loaded again then.
pub fn take_entries(
    state: &mut PoolState,
    entries: &[LogEntry],
    (keys, unspent): (&[ViewingKey], &[OwnNote]),
    open: &[Transfer],
    (round, time): (Round, Timestamp),
) -> Result<PoolStep, WitnessError> {
    let notes = find(state, entries, keys, time)?;
    let spent = spends(entries, unspent, &notes);
    append(state, entries, &notes)?;
    let marks: BTreeSet<Nullifier> = spent.iter().map(|spent| spent.nullifier).collect();
    for note in unspent.iter().chain(&notes).filter(|note| marks.contains(&note.nullifier)) {
        // Whether its path is kept any longer matters to nobody.
        let _ = state.tree.forget(note.position);
    }
    state.place = state.place.behind(entries);
    (state.round, state.time) = (round, time);
    let settled = settle(open, entries, (round, time));
    let bundles = vec![];
    Ok(PoolStep { state: state.to_bytes(), round, notes, spent, bundles, settled })
}

fn find(
    state: &PoolState,
    entries: &[LogEntry],
    keys: &[ViewingKey],
    time: Timestamp,
) -> Result<Vec<OwnNote>, WitnessError> {
    let scanner = Scanner::of_accounts(keys).ok_or(WitnessError::Node)?;
    let actions: Vec<CompactAction> =
        entries.iter().flat_map(|entry| entry.actions.iter().cloned()).collect();
    let owner = |action: usize| {
        let mut left = action;
        entries.iter().find(|entry| {
            let within = left < entry.actions.len();
            left = left.saturating_sub(entry.actions.len());
            within
        })
    };
    let found = scanner.scan(&actions).into_iter().filter(|found| !found.note.value.is_zero());
    let notes = found.filter_map(|found| {
        let (key, entry) = (keys.get(found.key)?, owner(found.action)?);
        let place = u64::try_from(found.action).ok()?;
        Some(OwnNote {
            nullifier: key.nullifier(&found.note)?,
            note: found.note,
            period: key.period(),
            scope: found.scope,
            position: state.tree.next_position().checked_add(place)?,
            round: entry.round,
            bundle: entry.halves().digest(),
            time,
            contact: None,
        })
    });
    Ok(notes.collect())
}

fn spends(entries: &[LogEntry], unspent: &[OwnNote], new: &[OwnNote]) -> Vec<Spent> {
    let ours: BTreeSet<Nullifier> = unspent.iter().chain(new).map(|note| note.nullifier).collect();
    let mut spent = vec![];
    for entry in entries {
        let marks = entry.actions.iter().map(|action| action.nullifier);
        spent.extend(marks.filter(|mark| ours.contains(mark)).map(|nullifier| Spent {
            nullifier,
            round: entry.round,
            bundle: entry.halves().digest(),
        }));
    }
    spent
}

/// Appends the leaves, one checkpoint for each round.
fn append(
    state: &mut PoolState,
    entries: &[LogEntry],
    notes: &[OwnNote],
) -> Result<(), WitnessError> {
    let ours: BTreeSet<u64> = notes.iter().map(|note| note.position).collect();
    for piece in entries.chunk_by(|one, next| one.round == next.round) {
        let Some(first) = piece.first() else { continue };
        let leaves = piece.iter().flat_map(|entry| &entry.actions).map(|action| action.cmx);
        state.tree.append(first.round, &leaves.collect::<Vec<_>>(), &ours)?;
    }
    Ok(())
}

/// What has become of transfers, once the log is known up to this round. Final by the log alone; dead
/// when another bundle has spent one of its notes, or its last round is over (`money-and-mail.md` A9).
fn settle(
    open: &[Transfer],
    entries: &[LogEntry],
    (round, time): (Round, Timestamp),
) -> Vec<Transfer> {
    let settled = open.iter().filter_map(|transfer| {
        let state = match &transfer.attempt {
            None if is_given_up(transfer.created, time) => TransferState::Expired,
            None => return None,
            Some(attempt) => match outcome(&attempt.bytes, entries) {
                Some(state) => state,
                None if round > attempt.expiry => TransferState::Expired,
                None => return None,
            },
        };
        Some(Transfer { state, ..transfer.clone() })
    });
    settled.collect()
}

fn outcome(bytes: &[u8], entries: &[LogEntry]) -> Option<TransferState> {
    let actions = Transaction::from_bytes(bytes).ok()?.bundle?.effects.compact();
    let same = entries.iter().find(|entry| entry.actions == actions);
    if let Some(entry) = same {
        return Some(TransferState::Final(entry.round));
    }
    let ours: BTreeSet<Nullifier> = actions.iter().map(|action| action.nullifier).collect();
    let mut others = entries.iter().flat_map(|entry| &entry.actions);
    others.any(|action| ours.contains(&action.nullifier)).then_some(TransferState::Expired)
}
