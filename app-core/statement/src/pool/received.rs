//! With a key and the stream of all bundles: no receipt is missing (`money-and-mail.md` A3 line 4).

use super::{PoolPart, ReviewKeys};
use crate::report::Flaw;
use crate::{Malformed, Statement, Why};
use shielded::{CompactAction, Found, LogEntry, LogPlace, Nullifier, Period};
use std::collections::{BTreeMap, BTreeSet};
use types::{ChainId, Round};
use wire::{Decode, Encode, Reader, Writer};

/// How such a file begins: its name and version.
const MAGIC: &[u8; 5] = b"BCMS\x01";
/// Actions that are tried together.
const BATCH: usize = 4096;

/// All bundles behind a place of the log, as bytes: they may be many.
#[derive(Debug, Clone, Copy)]
pub struct Stream<'a> {
    chain: ChainId,
    from: LogPlace,
    entries: &'a [u8],
}

/// "BCMS" ‖ 1 ‖ chain ‖ count u64 ‖ log hash ‖ entries (`shielded::LogEntry`), which lie behind that
/// place.
#[must_use]
pub fn write_stream(chain: ChainId, from: LogPlace, entries: &[LogEntry]) -> Vec<u8> {
    let mut w = Writer::new();
    w.fixed(MAGIC);
    chain.encode(&mut w);
    from.encode(&mut w);
    entries.iter().for_each(|entry| entry.encode(&mut w));
    w.into_bytes()
}

impl<'a> Stream<'a> {
    /// Reads the head of such a file; the entries are read one by one when they are needed.
    ///
    /// # Errors
    /// [`Malformed`] if it is none.
    pub fn read(file: &'a [u8]) -> Result<Self, Malformed> {
        const NONE: Malformed =
            Malformed("the file is no stream as bcm review statement writes it");
        let mut r = Reader::new(file);
        if r.fixed() != Ok(*MAGIC) {
            return Err(NONE);
        }
        let chain = ChainId::decode(&mut r).map_err(|_| NONE)?;
        let from = LogPlace::decode(&mut r).map_err(|_| NONE)?;
        let entries = r.take(r.left()).map_err(|_| NONE)?;
        Ok(Self { chain, from, entries })
    }

    /// The entries in order; an error where the bytes are none.
    fn entries(&self) -> impl Iterator<Item = Result<LogEntry, Flaw>> + use<'a> {
        let mut r = Reader::new(self.entries);
        let mut broken = false;
        core::iter::from_fn(move || {
            if broken || r.left() == 0 {
                return None;
            }
            let entry = LogEntry::decode(&mut r).map_err(|_| altered());
            broken = entry.is_err();
            Some(entry)
        })
    }
}

/// Some actions, each with its round and its number in its bundle.
#[derive(Default)]
struct Batch {
    actions: Vec<CompactAction>,
    places: Vec<(Round, usize)>,
}

/// A receipt that the statement does not list, if no bundle has spent it before the period.
struct Missing {
    place: (Round, usize),
    /// None if the key cannot tell.
    mark: Option<Nullifier>,
}

/// That every note which the keys open in the stream is listed, if it was there in the period.
pub(crate) fn received(
    statement: &Statement,
    part: &PoolPart,
    (keys, stream): (&ReviewKeys, &Stream<'_>),
) -> Result<(), Flaw> {
    let end = part.cell.pool().log_place();
    is_whole_log(stream, (statement.chain, end, part.since.round()))?;
    let scanners = keys.scanners(part).ok_or(Why::BadProof.flaw(None, "a key opens nothing"))?;
    let listed: BTreeSet<(Period, Nullifier)> =
        part.notes.iter().map(|note| (note.period, note.note.rho)).collect();
    let mut search = Search { statement, part, keys, listed, missing: vec![] };
    let mut spent: BTreeMap<Nullifier, Round> = BTreeMap::new();
    let mut batch = Batch::default();
    for entry in stream.entries() {
        let entry = entry?;
        if entry.round > statement.closing.round() {
            break;
        }
        if entry.round <= statement.opening.round() {
            spent.extend(entry.actions.iter().map(|action| (action.nullifier, entry.round)));
        }
        let places = (0..entry.actions.len()).map(|action| (entry.round, action));
        batch.places.extend(places);
        batch.actions.extend(entry.actions);
        if batch.actions.len() >= BATCH {
            search.scan(&std::mem::take(&mut batch), &scanners);
        }
    }
    search.scan(&batch, &scanners);
    let due = |missing: &&Missing| missing.mark.is_none_or(|mark| !spent.contains_key(&mark));
    match search.missing.iter().find(due) {
        Some(missing) => {
            let words = "a receipt is missing: this action pays the account, and is not listed";
            Err(Why::EntryRemoved.of_action(missing.place, words))
        }
        None => Ok(()),
    }
}

struct Search<'a> {
    statement: &'a Statement,
    part: &'a PoolPart,
    keys: &'a ReviewKeys,
    listed: BTreeSet<(Period, Nullifier)>,
    missing: Vec<Missing>,
}

impl Search<'_> {
    fn scan(&mut self, batch: &Batch, scanners: &[(shielded::Scanner, Period, bool)]) {
        for (scanner, period, both_ways) in scanners {
            let found = scanner.scan(&batch.actions).into_iter();
            for found in found.filter(|found| !found.note.value.is_zero()) {
                if self.listed.contains(&(*period, found.note.rho)) {
                    continue;
                }
                let Some(place) = batch.places.get(found.action) else { continue };
                // Whether an earlier receipt was still there, an incoming key cannot tell.
                if *both_ways || place.0 > self.statement.opening.round() {
                    let mark = self.mark(*period, &found);
                    self.missing.push(Missing { place: *place, mark });
                }
            }
        }
    }

    fn mark(&self, period: Period, found: &Found) -> Option<Nullifier> {
        let account = self.part.accounts.iter().find(|account| account.period == period)?;
        self.keys.viewing(account)?.nullifier(&found.note)
    }
}

/// That the stream is the log: unaltered, up to the proved end, and from early enough on.
pub(crate) fn is_whole_log(
    stream: &Stream<'_>,
    (chain, end, since): (ChainId, LogPlace, Round),
) -> Result<(), Flaw> {
    if stream.chain != chain {
        return Err(Why::BadProof.flaw(None, "the stream is of another network"));
    }
    let (mut place, mut first) = (stream.from, None);
    for entry in stream.entries() {
        let entry = entry?;
        first.get_or_insert(entry.round);
        place = place.after(entry.round, entry.index, &entry.halves());
    }
    if place != end {
        return Err(altered());
    }
    let early = first.is_some_and(|first| first <= since);
    if early || stream.from == LogPlace::START {
        return Ok(());
    }
    Err(Why::BadProof.flaw(None, "the stream begins too late"))
}

/// Shows all actions of a stream, many at once, each with its round and its number in its bundle.
pub(crate) fn in_stream(
    stream: &Stream<'_>,
    mut look: impl FnMut(&[CompactAction], &[(Round, usize)]) -> Result<(), Flaw>,
) -> Result<(), Flaw> {
    let mut batch = Batch::default();
    for entry in stream.entries() {
        let entry = entry?;
        batch.places.extend((0..entry.actions.len()).map(|action| (entry.round, action)));
        batch.actions.extend(entry.actions);
        if batch.actions.len() >= BATCH {
            let full = std::mem::take(&mut batch);
            look(&full.actions, &full.places)?;
        }
    }
    look(&batch.actions, &batch.places)
}

const fn altered() -> Flaw {
    Why::BadProof.flaw(None, "the stream is not the log of the pool: something in it was altered")
}
