//! The store itself: opening the file, the tip, and reads by round, account and transaction.

use crate::{
    AbnsError, Horizon, State,
    ahead::{Ahead, replay},
    fault::Fault,
    file::{File, guarded},
    index::Layers,
    layout::{BODIES, COMMITTEES, HEADERS, RANGE, range_key, round_key},
    opening::{base, base_tip, begin, birth, check, found, is_empty},
    rows::ReadRows,
    snapshot::{View, decode},
    versions::Row,
};
use ledger::{
    Body, CertifiedHeader, Committee, Entry, Genesis, Header, HeaderRange, Params, RangeProof,
    StateView, Tip, range_peaks, range_places,
};
use redb::{Database, StorageBackend};
use std::{
    fmt,
    path::Path,
    sync::{Mutex, PoisonError, RwLock},
};
use types::{Address, ChainId, Round, TxId};

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
    pub(crate) params: Params,
    pub(crate) horizon: Horizon,
    pub(crate) live: RwLock<Live>,
    pub(crate) ahead: Mutex<Ahead>,
    pub(crate) fault: Fault,
}

/// The newest block that readers see.
#[derive(Clone)]
pub(crate) struct Live {
    pub(crate) tip: Tip,
    pub(crate) layers: Layers,
}

impl ChainStore {
    /// [`Self::open_with`] the horizon of a manager.
    ///
    /// # Errors
    /// As [`Self::open_with`].
    pub fn open(path: &Path, genesis: &Genesis) -> Result<Self, AbnsError> {
        Self::open_with(path, genesis, Horizon::MANAGER)
    }

    /// Opens the chain of this genesis, or begins it if there is no file or an empty one.
    ///
    /// # Errors
    /// [`AbnsError`] if the file is not this chain in this format, is damaged, is open elsewhere
    /// or cannot be read or written.
    pub fn open_with(path: &Path, genesis: &Genesis, horizon: Horizon) -> Result<Self, AbnsError> {
        // Before the file: a genesis that cannot start a chain must not leave one behind.
        genesis.check()?;
        guarded(|| {
            if is_empty(path)? {
                begin(path, genesis)?;
            }
            let database = Database::builder().set_cache_size(CACHE).create(path)?;
            Self::start(database, genesis, horizon)
        })
    }

    /// [`Self::open_with`] on a medium of its own, for experiments with disks that fail.
    ///
    /// # Errors
    /// As [`Self::open_with`].
    pub fn open_on(
        medium: impl StorageBackend,
        genesis: &Genesis,
        horizon: Horizon,
    ) -> Result<Self, AbnsError> {
        genesis.check()?;
        guarded(|| {
            let database = Database::builder().set_cache_size(CACHE).create_with_backend(medium)?;
            Self::start(database, genesis, horizon)
        })
    }

    /// Whether every read so far went well: what a read that says "nothing" is worth.
    ///
    /// # Errors
    /// [`AbnsError::Damaged`] once a read has failed.
    pub fn check(&self) -> Result<(), AbnsError> {
        self.fault.check()
    }

    /// [`Self::open_with`] on a database that may lie anywhere.
    pub(crate) fn start(
        database: Database,
        genesis: &Genesis,
        horizon: Horizon,
    ) -> Result<Self, AbnsError> {
        // A crash before the first commit leaves a database without tables: begin again.
        let file = File::new(database);
        if file.snapshot()?.0.list_tables()?.next().is_none() {
            found(&file, genesis)?;
        }
        let snapshot = file.snapshot()?;
        let tip = check(&snapshot, genesis)?;
        let (layers, ahead) = replay(&snapshot, horizon.oldest(tip.round))?;
        drop(snapshot);
        Ok(Self {
            file,
            chain: genesis.chain(),
            birth: birth(genesis),
            params: genesis.params,
            horizon,
            live: RwLock::new(Live { tip, layers }),
            ahead: Mutex::new(ahead),
            fault: Fault::default(),
        })
    }

    /// The newest final block; round 0 is the genesis.
    #[must_use]
    pub fn tip(&self) -> Tip {
        self.live().tip
    }

    /// A committee that has decided here, or is about to, by its hash.
    #[must_use]
    pub fn committee(&self, hash: &[u8; 32]) -> Option<Committee> {
        self.fault.read(|| self.file.snapshot()?.record(COMMITTEES, hash)).flatten()
    }

    pub(crate) fn known_committee(&self, hash: &[u8; 32]) -> Result<Committee, AbnsError> {
        let known: Option<Committee> = self.file.snapshot()?.record(COMMITTEES, hash)?;
        known.ok_or_else(|| AbnsError::damaged("unknown committee"))
    }

    /// That a header belongs to all those before another, under the other's `history`; `None` for a
    /// header that is not before it, or unknown here.
    #[must_use]
    pub fn prove_header(&self, round: Round, under: Round) -> Option<RangeProof> {
        let leaves = under.0.checked_sub(1)?;
        let (siblings, peaks) = range_places(round, leaves)?;
        let read = || {
            let rows = self.file.snapshot()?.rows(RANGE)?;
            let find = |places: &[(u8, u64)]| -> Result<Option<Vec<_>>, AbnsError> {
                places.iter().map(|place| range_node(&rows, *place)).collect()
            };
            Ok(find(&siblings)?.zip(find(&peaks)?))
        };
        let (siblings, peaks) = self.fault.read(read).flatten()?;
        Some(RangeProof { leaves, siblings, peaks })
    }

    /// The header of a round, with the certificate it was committed with.
    #[must_use]
    pub fn header(&self, round: Round) -> Option<CertifiedHeader> {
        self.fault.read(|| self.file.snapshot()?.record(HEADERS, &round_key(round))).flatten()
    }

    /// The body of a round, as long as the horizon reaches it.
    #[must_use]
    pub fn body(&self, round: Round) -> Option<Body> {
        let read = || {
            let view = self.view()?;
            let kept = round >= view.jobs.bodies;
            if kept { view.snapshot.record(BODIES, &round_key(round)) } else { Ok(None) }
        };
        self.fault.read(read).flatten()
    }

    /// History entries of an account behind a counter, oldest first, at most `max`.
    #[must_use]
    pub fn entries(&self, home: Address, after: u64, max: usize) -> Vec<Entry> {
        self.fault.read(|| self.read_entries(home, after, max)).unwrap_or_default()
    }

    /// Where a transaction became final: its round and its place in the body, as long as the body
    /// is kept.
    #[must_use]
    pub fn find(&self, id: TxId) -> Option<(Round, u32)> {
        self.fault.read(|| self.view()?.place(&id)).flatten()
    }

    /// The state after the newest final block, as it stays while later blocks are committed.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read.
    pub fn state(&self) -> Result<State, AbnsError> {
        self.fault.run(|| {
            let view = self.view()?;
            let tip = view.tip.clone();
            Ok(State::new(view, tip, self.fault.clone()))
        })
    }

    /// The state after an earlier block, `None` if the horizon has passed it or it is to come.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn state_at(&self, round: Round) -> Result<Option<State>, AbnsError> {
        self.fault.run(|| {
            let view = self.view()?;
            if !self.keeps(&view, round)? {
                return Ok(None);
            }
            let tip = self.tip_at(&view, round)?;
            Ok(Some(State::new(view, tip, self.fault.clone())))
        })
    }

    /// A final block as the next one sees it, however old; `None` if it is to come or was never here.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn block(&self, round: Round) -> Result<Option<Tip>, AbnsError> {
        self.fault.run(|| {
            let view = self.view()?;
            let known = round <= view.tip.round && round >= base(&view.snapshot)?;
            if known { self.tip_at(&view, round).map(Some) } else { Ok(None) }
        })
    }

    /// The oldest round whose state can be read.
    pub(crate) fn oldest(&self, view: &View) -> Result<Round, AbnsError> {
        let base = base(&view.snapshot)?;
        Ok(self.horizon.oldest(view.tip.round).max(base).max(view.jobs.bodies))
    }

    pub(crate) fn keeps(&self, view: &View, round: Round) -> Result<bool, AbnsError> {
        Ok(round <= view.tip.round && round >= self.oldest(view)?)
    }

    /// A block as the next one sees it.
    pub(crate) fn tip_at(&self, view: &View, round: Round) -> Result<Tip, AbnsError> {
        if round == view.tip.round {
            return Ok(view.tip.clone());
        }
        if round == self.birth.round {
            return Ok(self.birth.clone());
        }
        if let Some(tip) = Some(base_tip(&view.snapshot)?).filter(|tip| tip.round == round) {
            return Ok(tip);
        }
        let header = |round: Round| -> Result<Header, AbnsError> {
            let header: Option<CertifiedHeader> =
                view.snapshot.record(HEADERS, &round_key(round))?;
            let missing = || AbnsError::damaged(format!("no header of round {}", round.0));
            header.map(|block| block.header).ok_or_else(missing)
        };
        let (this, before) = (header(round)?, Round(round.0.saturating_sub(1)));
        let beacon_before =
            if before == Round(0) { self.birth.beacon } else { header(before)?.beacon };
        Ok(Tip {
            round,
            block: this.id(),
            time: this.time,
            state_root: this.state_root,
            committee: this.next_committee,
            beacon: this.beacon,
            beacon_before,
            history: self.range_at(view, round)?,
        })
    }

    /// All headers up to a round.
    fn range_at(&self, view: &View, round: Round) -> Result<HeaderRange, AbnsError> {
        let rows = view.snapshot.rows(RANGE)?;
        let peaks = range_peaks(round.0).into_iter().map(|place| range_node(&rows, place));
        let peaks: Option<Vec<_>> = peaks.collect::<Result<_, _>>()?;
        let range = peaks.and_then(|peaks| HeaderRange::new(round.0, peaks));
        range.ok_or_else(|| rows.damaged("missing node"))
    }

    /// The newest block, as it stays while others follow. The layers are taken before the file: a
    /// later file is read as an earlier one, not the other way round.
    pub(crate) fn view(&self) -> Result<View, AbnsError> {
        let Live { tip, layers } = self.live();
        View::new(self.file.snapshot()?, tip, layers)
    }

    pub(crate) fn live(&self) -> Live {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn read_entries(&self, home: Address, after: u64, max: usize) -> Result<Vec<Entry>, AbnsError> {
        let view = self.view()?;
        let (log, key) = (view.entries()?, home.to_bytes());
        let Some(head) = log.head(&view.index, &key)? else { return Ok(Vec::new()) };
        let newest = log.newest(head, &key)?.depth;
        let last = newest.min(after.saturating_add(max as u64));
        let mut found = Vec::new();
        let mut next = if last > after { log.at_depth(head, &key, last)? } else { None };
        let base = base(&view.snapshot)?;
        // The first row of a history that was begun elsewhere is not an entry.
        let is_entry = |row: &Row| row.version.round > base || base == Round(0);
        while let Some(row) = next.filter(|row| row.depth > after && is_entry(row)) {
            let bytes = row.value.as_deref().unwrap_or_default();
            found.push(decode(&log.rows, bytes)?);
            next = log.before(&row)?;
        }
        found.reverse();
        Ok(found)
    }
}

/// A node of the range over all headers; `None` if the file began after it.
fn range_node(rows: &ReadRows, (height, index): (u8, u64)) -> Result<Option<[u8; 32]>, AbnsError> {
    let Some(key) = range_key(height, index) else { return Ok(None) };
    let Some(bytes) = rows.get(&key)? else { return Ok(None) };
    let hash = bytes.as_slice().try_into();
    hash.map(Some).map_err(|_| rows.damaged("bad node"))
}

/// Each call sees the newest committed block; for several reads of one block ask
/// [`ChainStore::state`].
impl StateView for ChainStore {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        let read = || {
            let view = self.view()?;
            view.get(key, view.tip.round)
        };
        self.fault.read(read).flatten()
    }
}

impl fmt::Debug for ChainStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChainStore").field("chain", &self.chain).field("tip", &self.tip()).finish()
    }
}
