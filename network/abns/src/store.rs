//! The store itself: opening the file, the tip, and reads by round, account and transaction.

use crate::{
    AbnsError, State,
    fault::Fault,
    file::{File, guarded},
    layout::{
        BODIES, ENTRIES, HEADERS, STATE, TRANSACTIONS, entry_key, parse_place, round_key,
        transaction_key,
    },
    opening::{begin, check, found, is_empty},
    snapshot::decode,
};
use ledger::{Body, CertifiedHeader, Committee, Entry, Genesis, StateView, Tip};
use redb::Database;
use std::{
    fmt,
    path::Path,
    sync::{PoisonError, RwLock},
};
use types::{Address, BlockId, ChainId, Round, Timestamp, TxId};

/// Pages kept in memory. redb's own default is a gigabyte, and a devnet runs four managers.
const CACHE: usize = 64 << 20;

/// A chain in a file, open for reading and for the next block.
///
/// Reads that answer with an `Option` or a list answer with nothing when the file cannot be read;
/// from then on [`prepare`](Self::prepare), [`commit`](Self::commit) and [`prove`](Self::prove)
/// report [`AbnsError::Damaged`] until the store is opened again.
pub struct ChainStore {
    pub(crate) file: File,
    pub(crate) chain: ChainId,
    /// What round 1 follows.
    pub(crate) birth: Tip,
    pub(crate) committee: Committee,
    pub(crate) interval_ms: u32,
    pub(crate) tip: RwLock<Tip>,
    pub(crate) fault: Fault,
}

impl ChainStore {
    /// Opens the chain of this genesis, or begins it if there is no file or an empty one.
    ///
    /// # Errors
    /// [`AbnsError`] if the file is not this chain in this format, is damaged, is open elsewhere
    /// or cannot be read or written.
    pub fn open(path: &Path, genesis: &Genesis) -> Result<Self, AbnsError> {
        // Before the file: a genesis that cannot start a chain must not leave one behind.
        genesis.check()?;
        guarded(|| {
            if is_empty(path)? {
                begin(path, genesis)?;
            }
            let database = Database::builder().set_cache_size(CACHE).create(path)?;
            Self::start(database, genesis)
        })
    }

    /// Whether every read so far went well: what a read that says "nothing" is worth.
    ///
    /// # Errors
    /// [`AbnsError::Damaged`] once a read has failed.
    pub fn check(&self) -> Result<(), AbnsError> {
        self.fault.check()
    }

    /// [`Self::open`] on a database that may lie anywhere.
    pub(crate) fn start(database: Database, genesis: &Genesis) -> Result<Self, AbnsError> {
        // A crash before the first commit leaves a database without tables: begin again.
        let file = File::new(database);
        if file.snapshot()?.0.list_tables()?.next().is_none() {
            found(&file, genesis)?;
        }
        let tip = check(&file.snapshot()?, genesis)?;
        Ok(Self {
            file,
            chain: genesis.chain(),
            birth: genesis.tip(),
            committee: genesis.committee(),
            interval_ms: genesis.interval_ms,
            tip: RwLock::new(tip),
            fault: Fault::default(),
        })
    }

    /// Round, id and time of the newest final block; round 0 has the chain's id and its birth.
    #[must_use]
    pub fn tip(&self) -> (Round, BlockId, Timestamp) {
        let tip = *self.tip.read().unwrap_or_else(PoisonError::into_inner);
        (tip.round, tip.block, tip.time)
    }

    /// The header of a round, with the certificate it was committed with.
    #[must_use]
    pub fn header(&self, round: Round) -> Option<CertifiedHeader> {
        self.fault.read(|| self.file.snapshot()?.record(HEADERS, &round_key(round))).flatten()
    }

    /// The body of a round.
    #[must_use]
    pub fn body(&self, round: Round) -> Option<Body> {
        self.fault.read(|| self.file.snapshot()?.record(BODIES, &round_key(round))).flatten()
    }

    /// History entries of an account behind a counter, oldest first, at most `max`.
    #[must_use]
    pub fn entries(&self, home: Address, after: u64, max: usize) -> Vec<Entry> {
        self.fault.read(|| self.read_entries(home, after, max)).unwrap_or_default()
    }

    /// Where a transaction became final: its round and its place in the body.
    #[must_use]
    pub fn find(&self, id: TxId) -> Option<(Round, u32)> {
        self.fault.read(|| self.read_place(&id)).flatten()
    }

    /// The state after the newest final block, as it stays while later blocks are committed.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read.
    pub fn state(&self) -> Result<State, AbnsError> {
        self.fault.run(|| {
            let snapshot = self.file.snapshot()?;
            Ok(State::new(snapshot.rows(STATE)?, snapshot.tip()?, self.fault.clone()))
        })
    }

    fn read_entries(&self, home: Address, after: u64, max: usize) -> Result<Vec<Entry>, AbnsError> {
        let Some(first) = after.checked_add(1) else { return Ok(Vec::new()) };
        let rows = self.file.snapshot()?.rows(ENTRIES)?;
        let range = rows.range(&entry_key(home, first), &entry_key(home, u64::MAX))?;
        range.take(max).map(|row| decode(&rows, &row?.1)).collect()
    }

    fn read_place(&self, id: &TxId) -> Result<Option<(Round, u32)>, AbnsError> {
        let rows = self.file.snapshot()?.rows(TRANSACTIONS)?;
        let Some(place) = rows.get(transaction_key(id))? else { return Ok(None) };
        parse_place(&place).map(Some).ok_or_else(|| rows.damaged("bad place"))
    }
}

/// Each call sees the newest committed block; for several reads of one block ask
/// [`ChainStore::state`].
impl StateView for ChainStore {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.fault.read(|| self.file.snapshot()?.rows(STATE)?.get(key)).flatten()
    }
}

impl fmt::Debug for ChainStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainStore").field("chain", &self.chain).field("tip", &self.tip()).finish()
    }
}
