//! What the handle and the driver have in common.

use crate::chain::Rules;
use crate::frame::Frame;
use crate::manager::Outbox;
use crate::mempool::Mempool;
use crate::roster::Roster;
use abns::{AbnsError, ChainStore};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use wire::{Encode, Failure, code};

pub(crate) struct Shared {
    /// Gone once the manager has been stopped, so that the file is free again.
    pub(crate) store: Mutex<Option<Arc<ChainStore>>>,
    pub(crate) rules: Rules,
    pub(crate) genesis: Vec<u8>,
    pub(crate) member: u16,
    pub(crate) mempool: Mutex<Mempool>,
    pub(crate) roster: Mutex<Roster>,
    pub(crate) outbox: Outbox,
}

impl Shared {
    pub(crate) fn store(&self) -> Result<Arc<ChainStore>, Failure> {
        lock(&self.store).clone().ok_or_else(unavailable)
    }

    /// Hands a frame to the transport. One that does not fit is lost: waiting for a slow transport
    /// would stop the round, and whatever matters is said again.
    pub(crate) fn send(&self, to: Option<u16>, frame: &Frame) {
        if self.outbox.try_send((to, frame.to_bytes())).is_err() {
            tracing::debug!("the outbox is full or closed");
        }
    }

    pub(crate) fn is_other_member(&self, member: u16) -> bool {
        member != self.member && self.rules.committee.member(member).is_some()
    }
}

/// Locks; what a panicking thread has left behind is used all the same.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

pub(crate) fn unavailable() -> Failure {
    Failure::new(code::UNAVAILABLE, "the manager has stopped")
}

/// What a caller is told about a failing store; the details are for the log.
pub(crate) fn store_failure(error: &AbnsError) -> Failure {
    tracing::error!("chain store: {error}");
    match error {
        AbnsError::DiskFull => Failure::new(code::DISK_FULL, "the manager's disk is full"),
        AbnsError::OldFormat
        | AbnsError::WrongChain
        | AbnsError::BadGenesis(_)
        | AbnsError::Damaged(_)
        | AbnsError::InUse
        | AbnsError::BadBlock(_)
        | AbnsError::Io(_) => Failure::new(code::UNAVAILABLE, "the manager's store fails"),
    }
}
