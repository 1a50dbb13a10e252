//! The Worker Ring as the ledger knows it: who is a worker, and which of them keep everything.
//!
//! A cell holds the ids in ascending order, a record for each worker the rest. Bonds of workers that
//! have left wait in a queue until they are unlocked.

use crate::draft::Draft;
use crate::{Rejection, StateView, cell_key};
use types::{Abc, Address, Amount, Timestamp, WorkerId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most workers at a time.
pub const MAX_WORKERS: usize = 4096;
/// Most bonds returned at the beginning of one epoch; the others wait for the next.
const MAX_RELEASES: usize = 64;

pub(crate) const ROSTER: &str = "workers";
const QUEUE: &str = "worker-bonds";

/// A registered worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WorkerRecord {
    /// Its key.
    pub id: WorkerId,
    /// True if it keeps everything.
    pub archive: bool,
    /// The home address of the account that its bond belongs to; none for a worker of the genesis.
    pub account: Option<Address>,
    /// Its bond; zero for a worker of the genesis.
    pub bond: Amount<Abc>,
}

/// All workers, in ascending order of their ids: what the roster is made of.
///
/// # Errors
/// [`Rejection::BadState`] if the state is damaged.
pub fn workers(view: &dyn StateView) -> Result<Vec<WorkerRecord>, Rejection> {
    let damaged = Rejection::BadState("workers");
    let record = |id: &WorkerId| {
        let bytes = view.get(&worker_key(*id)).ok_or(damaged)?;
        WorkerRecord::from_bytes(&bytes).map_err(|_| damaged)
    };
    worker_ids(view)?.iter().map(record).collect()
}

/// The ids of all workers, ascending: one value of the state, where [`workers_key`] says.
///
/// # Errors
/// [`Rejection::BadState`] if the state is damaged.
pub fn worker_ids(view: &dyn StateView) -> Result<Vec<WorkerId>, Rejection> {
    let Some(roster) = view.get(&workers_key()) else { return Ok(Vec::new()) };
    let roster = Roster::from_bytes(&roster).map_err(|_| Rejection::BadState("workers"))?;
    Ok(roster.0)
}

/// Where the ids of all workers lie, for whoever has them proved.
#[must_use]
pub fn workers_key() -> Vec<u8> {
    cell_key(ROSTER)
}

/// Where the record of a worker lies: `worker/` ‖ id.
#[must_use]
pub fn worker_key(id: WorkerId) -> Vec<u8> {
    [b"worker/".as_slice(), &id.0].concat()
}

/// The ids of all workers, ascending.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Roster(Vec<WorkerId>);

impl Roster {
    /// Those of the genesis, which a genesis check has passed or will refuse.
    pub(crate) fn unchecked(mut ids: Vec<WorkerId>) -> Self {
        ids.sort_unstable();
        Self(ids)
    }

    pub(crate) fn has(&self, id: WorkerId) -> bool {
        self.0.binary_search(&id).is_ok()
    }

    /// Adds one that is not in it; `None` if there is no room.
    pub(crate) fn add(&mut self, id: WorkerId) -> Option<()> {
        let at = self.0.partition_point(|known| *known < id);
        (self.0.len() < MAX_WORKERS).then(|| self.0.insert(at, id))
    }

    pub(crate) fn remove(&mut self, id: WorkerId) {
        self.0.retain(|known| *known != id);
    }
}

/// A bond on its way back to its account.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Release {
    account: Address,
    bond: Amount<Abc>,
    left: Timestamp,
}

/// The numbers of the releases that wait: block times never fall, so the first is due first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Queue {
    first: u64,
    next: u64,
}

fn release_key(number: u64) -> Vec<u8> {
    [b"worker-bond/".as_slice(), &number.to_be_bytes()].concat()
}

/// Puts the bond of a worker that leaves now into the queue.
pub(crate) fn release_later(
    draft: &mut Draft<'_>,
    account: Address,
    bond: Amount<Abc>,
) -> Result<(), Rejection> {
    let mut queue: Queue = draft.read(&cell_key(QUEUE))?.unwrap_or_default();
    let left = draft.block.context().time;
    draft.write(release_key(queue.next), &Release { account, bond, left });
    queue.next = queue.next.checked_add(1).ok_or(Rejection::BadState("worker bonds"))?;
    draft.write(cell_key(QUEUE), &queue);
    Ok(())
}

/// Takes the bonds out of the queue that are unlocked, up to a limit.
pub(crate) fn take_released(
    draft: &mut Draft<'_>,
) -> Result<Vec<(Address, Amount<Abc>)>, Rejection> {
    let context = draft.block.context();
    let mut queue: Queue = draft.read(&cell_key(QUEUE))?.unwrap_or_default();
    let mut released = Vec::new();
    while queue.first < queue.next && released.len() < MAX_RELEASES {
        let key = release_key(queue.first);
        let release: Release = draft.read(&key)?.ok_or(Rejection::BadState("worker bonds"))?;
        let due = release.left.0.checked_add(context.params.unbonding_ms);
        if due.is_none_or(|due| due > context.time.0) {
            break;
        }
        draft.remove(key);
        released.push((release.account, release.bond));
        queue.first = queue.first.saturating_add(1);
    }
    if !released.is_empty() {
        draft.write(cell_key(QUEUE), &queue);
    }
    Ok(released)
}

impl Encode for WorkerRecord {
    fn encode(&self, w: &mut Writer) {
        self.id.encode(w);
        w.bool(self.archive);
        w.option(self.account.as_ref());
        self.bond.encode(w);
    }
}

impl Decode for WorkerRecord {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: WorkerId::decode(r)?,
            archive: r.bool()?,
            account: r.option()?,
            bond: Amount::decode(r)?,
        })
    }
}

impl Encode for Roster {
    fn encode(&self, w: &mut Writer) {
        w.list(&self.0);
    }
}

impl Decode for Roster {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let ids: Vec<WorkerId> = r.list(MAX_WORKERS)?;
        let ascending = ids.iter().zip(ids.iter().skip(1)).all(|(a, b)| a < b);
        if ascending { Ok(Self(ids)) } else { Err(DecodeError::BadValue("workers")) }
    }
}

impl Encode for Release {
    fn encode(&self, w: &mut Writer) {
        self.account.encode(w);
        self.bond.encode(w);
        self.left.encode(w);
    }
}

impl Decode for Release {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            account: Address::decode(r)?,
            bond: Amount::decode(r)?,
            left: Timestamp::decode(r)?,
        })
    }
}

impl Encode for Queue {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.first);
        w.u64(self.next);
    }
}

impl Decode for Queue {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { first: r.u64()?, next: r.u64()? })
    }
}
