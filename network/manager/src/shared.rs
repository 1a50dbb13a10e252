//! What the handle and the driver have in common.

use crate::chain::Rules;
use crate::frame::Frame;
use crate::manager::Outbox;
use crate::mempool::Mempool;
use crate::roster::Roster;
use abns::{AbnsError, ChainStore};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use wire::{Encode, Failure, code};

/// How long a stopping manager waits between two looks at reads that are not over.
const LAST_READS: Duration = Duration::from_millis(5);

pub(crate) struct Shared {
    /// Gone once the manager has been stopped, so that the file is free again, and while its files
    /// fail.
    pub(crate) store: Mutex<Option<Arc<ChainStore>>>,
    pub(crate) rules: Rules,
    pub(crate) genesis: Vec<u8>,
    pub(crate) member: u16,
    pub(crate) mempool: Mutex<Mempool>,
    pub(crate) roster: Mutex<Roster>,
    pub(crate) outbox: Outbox,
    /// Places for requests of light nodes.
    pub(crate) clients: Semaphore,
}

impl Shared {
    pub(crate) fn store(&self) -> Result<Arc<ChainStore>, Failure> {
        lock(&self.store).clone().ok_or_else(unavailable)
    }

    /// Closes the chain store, as soon as nobody reads it any more.
    pub(crate) async fn close(&self) {
        let Some(mut store) = lock(&self.store).take() else { return };
        loop {
            match Arc::try_unwrap(store) {
                Ok(store) => return drop(spawn_blocking(move || drop(store)).await),
                Err(shared) => store = shared,
            }
            tokio::time::sleep(LAST_READS).await;
        }
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
    Failure::new(code::UNAVAILABLE, "the manager has stopped or cannot use its files")
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
