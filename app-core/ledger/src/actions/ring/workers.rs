//! Becoming a worker, and ceasing to be one.

use super::super::{Act, Signer};
use super::RingRefusal;
use crate::draft::Draft;
use crate::workers::{ROSTER, Roster, WorkerRecord, release_later, worker_key};
use crate::{Params, Rejection, bonds, cell_key};
use types::{Abc, Amount, WorkerId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Becomes a worker: locks a bond and stands in the roster at once. The worker's key signs a slot
/// of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RegisterWorker {
    /// The position of the source whose account the bond belongs to.
    pub source: u8,
    /// The worker.
    pub worker: WorkerId,
    /// At least [`Params::worker_bond`].
    pub bond: Amount<Abc>,
    /// True if it keeps everything.
    pub archive: bool,
}

/// Is a worker no more: leaves the roster at once. Its bond, if it has one, is returned
/// [`Params::unbonding_ms`] later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnregisterWorker {
    /// The position of the source that asks for it.
    pub source: u8,
    /// The worker.
    pub worker: WorkerId,
    /// True if the worker's own key signs a slot: the only way for a worker of the genesis, which
    /// belongs to no account. Otherwise the source must be the account that registered it.
    pub by_key: bool,
}

impl Act for RegisterWorker {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn debit(&self, _: &Params) -> u128 {
        u128::from(self.bond.units())
    }

    fn signer(&self) -> Option<Signer> {
        Some(Signer::Ed25519(self.worker.0))
    }

    fn check(&self, params: &Params) -> Result<(), Rejection> {
        let least = Amount::new(params.worker_bond);
        if self.bond < least { Err(Rejection::BelowMinimum { least }) } else { Ok(()) }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let account = draft.home(self.source)?;
        let mut roster: Roster = draft.read(&cell_key(ROSTER))?.unwrap_or_default();
        if roster.has(self.worker) {
            return Err(RingRefusal::AlreadyRegistered.into());
        }
        roster.add(self.worker).ok_or(RingRefusal::Full)?;
        draft.write(cell_key(ROSTER), &roster);
        let record = WorkerRecord {
            id: self.worker,
            archive: self.archive,
            account: Some(account),
            bond: self.bond,
        };
        draft.write(worker_key(self.worker), &record);
        bonds::lock(draft, account, self.bond)
    }
}

impl Act for UnregisterWorker {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    /// Where the worker's key decides, the source only pays.
    fn needs_strongest(&self) -> bool {
        !self.by_key
    }

    fn signer(&self) -> Option<Signer> {
        self.by_key.then_some(Signer::Ed25519(self.worker.0))
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let account = draft.home(self.source)?;
        let record: Option<WorkerRecord> = draft.read(&worker_key(self.worker))?;
        let record = record.filter(|record| self.by_key || record.account == Some(account));
        let record = record.ok_or(RingRefusal::NotRegistered)?;
        let mut roster: Roster = draft.read(&cell_key(ROSTER))?.unwrap_or_default();
        roster.remove(self.worker);
        draft.write(cell_key(ROSTER), &roster);
        draft.remove(worker_key(self.worker));
        if let Some(owner) = record.account {
            release_later(draft, owner, record.bond)?;
        }
        bonds::leave(draft, account)
    }
}

impl Encode for RegisterWorker {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.worker.encode(w);
        self.bond.encode(w);
        w.bool(self.archive);
    }
}

impl Decode for RegisterWorker {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: r.u8()?,
            worker: WorkerId::decode(r)?,
            bond: Amount::decode(r)?,
            archive: r.bool()?,
        })
    }
}

impl Encode for UnregisterWorker {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.worker.encode(w);
        w.bool(self.by_key);
    }
}

impl Decode for UnregisterWorker {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, worker: WorkerId::decode(r)?, by_key: r.bool()? })
    }
}
