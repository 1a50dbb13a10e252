//! A whole state handed from one store to another: how a new manager joins without all the blocks.
//!
//! What is handed over proves itself: it must have the state root of a certified header. The
//! headers and histories before it are not part of it.

use crate::{
    AbnsError, ChainStore, Horizon, State,
    file::{File, guarded},
    layout::{COMMITTEES, ENTRIES, HEADERS, HISTORIES, META, RANGE, TABLES, range_key, round_key},
    opening::{first_writer, install, write_meta, write_state},
    pool,
    rows::WriteRows,
    write::writing,
};
use ledger::{
    Account, CertifiedHeader, Genesis, Header, HeaderRange, Seats, Tip, first_beacon, range_peaks,
};
use redb::{Database, WriteTransaction};
use std::{collections::BTreeMap, path::Path, sync::Arc};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer, chain::MAX_KEY};

/// Most bytes of an encoded chunk, unless it is a single value that is longer.
pub const MAX_CHUNK: usize = 64 << 10;
/// No value of the state is longer: the list of all workers is the longest.
const MAX_VALUE: usize = 256 << 10;
/// What an encoded chunk of one value has beside it: count, two lengths, the key.
const AROUND: usize = 12 + MAX_KEY;
/// Keys that are read at once.
const STEP: usize = 256;
/// No key of the state begins like this.
const END: [u8; 64] = [u8::MAX; 64];

/// A part of a state: keys in ascending order, and their values.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct StateChunk(pub Vec<(Vec<u8>, Vec<u8>)>);

/// What a file can begin with beside a state: a header and what the next one must know of those
/// before it. It proves itself, but for the certificate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// The block whose state is handed over.
    pub block: CertifiedHeader,
    /// The header before it; none before round 1.
    pub before: Option<Header>,
    /// All headers before it.
    pub range: HeaderRange,
}

/// The chunks of a state, in the order of their keys.
#[derive(Debug)]
pub struct Export {
    state: Arc<State>,
    next: Option<Vec<u8>>,
}

impl ChainStore {
    /// What a file can begin with at a round, beside the state; `None` if the round is not kept.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn ground(&self, round: Round) -> Result<Option<Ground>, AbnsError> {
        let Some(before) = round.0.checked_sub(1).map(Round) else { return Ok(None) };
        let (Some(block), Some(state)) = (self.header(round), self.state_at(before)?) else {
            return Ok(None);
        };
        let range = state.tip().history.clone();
        Ok(Some(Ground { block, before: self.header(before).map(|block| block.header), range }))
    }

    /// The whole state after a round, in chunks of at most [`MAX_CHUNK`]; `None` if the horizon has
    /// passed the round or it is to come. It stays what it is while blocks are committed.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn export(&self, round: Round) -> Result<Option<Export>, AbnsError> {
        self.export_from(round, Vec::new())
    }

    /// [`Self::export`] from a key on, so that a server need not remember where its readers are:
    /// [`StateChunk::next`] says where the one after it begins.
    ///
    /// # Errors
    /// As [`Self::export`].
    pub fn export_from(&self, round: Round, from: Vec<u8>) -> Result<Option<Export>, AbnsError> {
        let state = self.state_at(round)?;
        Ok(state.map(|state| Export { state: Arc::new(state), next: Some(from) }))
    }

    /// Begins a file with the state of a certified header whose certificate the caller has checked,
    /// and opens it. The state is held in memory until it is written.
    ///
    /// # Errors
    /// [`AbnsError::BadBlock`] if the chunks are out of order or have another state root, or the
    /// header is another chain's: then there is no file. [`AbnsError::InUse`] if there is a file
    /// already; the error of a chunk that cannot be had; else [`AbnsError`] if the file cannot be
    /// written.
    pub fn import(
        (path, genesis, horizon): (&Path, &Genesis, Horizon),
        ground: &Ground,
        chunks: impl IntoIterator<Item = Result<StateChunk, AbnsError>>,
    ) -> Result<Self, AbnsError> {
        genesis.check()?;
        let tip = ground.check(genesis)?;
        let state = collect(chunks)?;
        if path.try_exists()? {
            return Err(AbnsError::InUse);
        }
        guarded(|| {
            install(path, |database: Database| {
                let file = File::new(database);
                let transaction = file.begin()?;
                write_import(&transaction, genesis, (ground, &tip, &state))?;
                transaction.commit()?;
                Ok(())
            })
        })?;
        Self::open_with(path, genesis, horizon)
    }
}

fn collect(
    chunks: impl IntoIterator<Item = Result<StateChunk, AbnsError>>,
) -> Result<BTreeMap<Vec<u8>, Vec<u8>>, AbnsError> {
    let mut state = BTreeMap::new();
    for chunk in chunks {
        for (key, value) in chunk?.0 {
            let in_order = state.last_key_value().is_none_or(|(last, _)| *last < key);
            if !in_order || key.as_slice() >= END.as_slice() {
                return Err(AbnsError::bad_block("keys out of order"));
            }
            state.insert(key, value);
        }
    }
    Ok(state)
}

fn write_import(
    transaction: &WriteTransaction,
    genesis: &Genesis,
    (ground, tip, state): (&Ground, &Tip, &BTreeMap<Vec<u8>, Vec<u8>>),
) -> Result<(), AbnsError> {
    for table in TABLES {
        WriteRows::write(transaction, table)?;
    }
    let block = &ground.block;
    let mut writer = first_writer(transaction, tip.round)?;
    let root = write_state(transaction, &mut writer, (tip.round, state))?;
    if root != block.header.state_root {
        return Err(AbnsError::bad_block("state of another root"));
    }
    let mut log =
        writing(WriteRows::write(transaction, ENTRIES)?, HISTORIES, (Round(0), tip.round));
    for (_, value) in state.iter().filter(|(key, _)| key.starts_with(b"acct/")) {
        let account = Account::from_bytes(value).map_err(AbnsError::bad_block)?;
        if account.counter == 0 {
            continue;
        }
        // Where the history goes on: its hash so far, at its number.
        let hash = account.history.to_vec();
        let mut row = log.next_row(&writer.index, &account.home.to_bytes(), Some(hash))?;
        row.depth = account.counter;
        log.append(&mut writer.index, &row)?;
    }
    writer.settle()?;
    WriteRows::write(transaction, HEADERS)?.put(&round_key(tip.round), &block.to_bytes())?;
    write_committees(transaction, genesis, (tip, state))?;
    let mut range = WriteRows::write(transaction, RANGE)?;
    let places = range_peaks(tip.round.0);
    for ((height, index), peak) in places.into_iter().zip(tip.history.peaks()) {
        if let Some(key) = range_key(height, index) {
            range.put(&key, peak)?;
        }
    }
    drop(range);
    let mut meta = WriteRows::write(transaction, META)?;
    write_meta(&mut meta, genesis, tip)?;
    pool::begin(&mut meta, state)?;
    writer.finish(&mut meta)?;
    Ok(())
}

/// The committees that have decided the block and are to decide the next, from the state itself.
fn write_committees(
    transaction: &WriteTransaction,
    genesis: &Genesis,
    (tip, state): (&Tip, &BTreeMap<Vec<u8>, Vec<u8>>),
) -> Result<(), AbnsError> {
    let mut rows = WriteRows::write(transaction, COMMITTEES)?;
    for round in [tip.round, tip.round.next()] {
        let seats = Seats::of(state, &genesis.params, round).map_err(AbnsError::bad_block)?;
        let committee = seats.committee();
        rows.put(&committee.hash(), &committee.to_bytes())?;
    }
    if rows.get(&tip.committee)?.is_none() {
        return Err(AbnsError::bad_block("no committee in the state"));
    }
    Ok(())
}

impl StateChunk {
    /// Where the next one begins: behind the last key; `None` if there is none.
    #[must_use]
    pub fn next(&self) -> Option<Vec<u8>> {
        self.0.last().map(|(key, _)| [key.as_slice(), &[0]].concat())
    }
}

impl Ground {
    /// The block as the next one sees it. The certificate is the caller's business.
    ///
    /// # Errors
    /// [`AbnsError::BadBlock`] unless the parts belong together and to this chain.
    pub fn check(&self, genesis: &Genesis) -> Result<Tip, AbnsError> {
        let Self { block: CertifiedHeader { header, .. }, before, range } = self;
        let beacon_before = match before {
            Some(before) if before.id() == header.parent => before.beacon,
            None if header.parent.0 == genesis.chain().0 => first_beacon(genesis.chain()),
            Some(_) | None => return Err(AbnsError::bad_block("not the header before")),
        };
        if header.chain != genesis.chain() || range.root() != header.history {
            return Err(AbnsError::bad_block("not a header of this chain"));
        }
        let mut history = range.clone();
        history.append(header.id());
        let tip = Tip {
            round: header.round,
            block: header.id(),
            time: header.time,
            state_root: header.state_root,
            committee: header.next_committee,
            beacon: header.beacon,
            beacon_before,
            history,
        };
        if tip.is_of(header) { Ok(tip) } else { Err(AbnsError::bad_block("another range")) }
    }
}

impl Encode for Ground {
    fn encode(&self, w: &mut Writer) {
        self.block.encode(w);
        w.option(self.before.as_ref());
        self.range.encode(w);
    }
}

impl Decode for Ground {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            block: CertifiedHeader::decode(r)?,
            before: r.option()?,
            range: HeaderRange::decode(r)?,
        })
    }
}

impl Iterator for Export {
    type Item = Result<StateChunk, AbnsError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut chunk = StateChunk::default();
        let mut size = chunk.to_bytes().len();
        while let Some(from) = self.next.take() {
            let rows = self.state.range(&from, &END, STEP);
            if let Err(error) = self.state.check() {
                return Some(Err(error));
            }
            let is_last = rows.len() < STEP;
            let after = rows.last().map(|(key, _)| [key.as_slice(), &[0]].concat());
            for (key, value) in rows {
                let more = size + 8 + key.len() + value.len();
                if more > MAX_CHUNK && !chunk.0.is_empty() {
                    self.next = Some(key);
                    return Some(Ok(chunk));
                }
                size = more;
                chunk.0.push((key, value));
            }
            self.next = after.filter(|_| !is_last);
        }
        (!chunk.0.is_empty()).then_some(Ok(chunk))
    }
}

impl Encode for StateChunk {
    fn encode(&self, w: &mut Writer) {
        w.u32(u32::try_from(self.0.len()).unwrap_or(u32::MAX));
        for (key, value) in &self.0 {
            w.bytes(key);
            w.bytes(value);
        }
    }
}

impl Decode for StateChunk {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let len = r.left();
        let count = r.u32()?;
        let most = if count == 1 { AROUND + MAX_VALUE } else { MAX_CHUNK };
        if len > most {
            return Err(DecodeError::TooLong);
        }
        (0..count)
            .map(|_| Ok((r.bytes(MAX_KEY)?, r.bytes(MAX_VALUE)?)))
            .collect::<Result<_, _>>()
            .map(Self)
    }
}
