//! What the handle and the driver have in common.

use crate::chain::Rules;
use crate::frame::{Frame, MAX_TRANSACTIONS, Waiting};
use crate::manager::Outbox;
use crate::mempool::Mempool;
use crate::report::Reporter;
use crate::roster::Roster;
use abns::{AbnsError, ChainStore};
use acp::{EngineStatus, Seen, Verifier};
use ledger::{Committee, Evidence, Transaction};
use std::collections::{BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use types::{Round, WorkerId};
use wire::{Encode, Failure, code};

/// Bytes of transactions in one frame.
const MAX_TOLD: usize = 512 * 1024;
/// Most transactions that others are told of again after a block.
const TOLD_AGAIN: usize = 64;
/// Finality times that are remembered.
const RECENT: usize = 256;
/// Most offences that wait to be reported.
const MAX_EVIDENCE: usize = 256;
/// How long a stopping manager waits between two looks at reads that are not over.
const LAST_READS: Duration = Duration::from_millis(5);

pub(crate) struct Shared {
    /// Gone once the manager has been stopped, so that the file is free again, and while its files
    /// fail.
    pub(crate) store: Mutex<Option<Arc<ChainStore>>>,
    pub(crate) rules: Rules,
    pub(crate) genesis: Vec<u8>,
    /// Our own signing key: our name among managers.
    pub(crate) own: WorkerId,
    /// The committees of the present round and the next, and what their messages are checked by.
    pub(crate) ring: RwLock<Option<Arc<Ring>>>,
    /// What people are told of the present round.
    pub(crate) view: Mutex<RoundView>,
    pub(crate) mempool: Mutex<Mempool>,
    pub(crate) roster: Mutex<Roster>,
    /// Transactions that the other managers have not been told of.
    pub(crate) untold: Mutex<Vec<Waiting>>,
    /// What convicts managers, until they are punished.
    pub(crate) evidence: Mutex<Vec<Evidence>>,
    pub(crate) reporter: Reporter,
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
    pub(crate) fn send(&self, to: Option<WorkerId>, frame: &Frame) {
        if self.outbox.try_send((to, frame.to_bytes())).is_err() {
            tracing::debug!("the outbox is full or closed");
        }
    }

    /// Notes a transaction for the other managers.
    pub(crate) fn tell(&self, tx: &Transaction) {
        lock(&self.untold).push(Waiting(tx.to_bytes()));
    }

    /// Sends the other managers what they have not been told of, in few frames.
    pub(crate) fn pass_on(&self) {
        let mut untold = std::mem::take(&mut *lock(&self.untold)).into_iter().peekable();
        while untold.peek().is_some() {
            let mut room = MAX_TOLD;
            let mut frame = Vec::new();
            while let Some(next) = untold.next_if(|next| frame.is_empty() || next.0.len() < room) {
                room = room.saturating_sub(next.0.len());
                frame.push(next);
                if frame.len() >= MAX_TRANSACTIONS {
                    break;
                }
            }
            self.send(None, &Frame::Transactions(frame));
        }
    }

    /// Tells again of what was submitted here and still waits.
    pub(crate) fn say_again(&self) {
        let own = lock(&self.mempool).own(TOLD_AGAIN);
        own.iter().for_each(|tx| self.tell(tx));
    }

    /// How long a block took, from its time until it was durable here.
    pub(crate) fn note_finality(&self, millis: u64) {
        let mut view = lock(&self.view);
        view.finality_ms.push_back(millis);
        if view.finality_ms.len() > RECENT {
            view.finality_ms.pop_front();
        }
    }

    /// Keeps what convicts a manager, until it is punished.
    pub(crate) fn convict(&self, evidence: Evidence) {
        let mut found = lock(&self.evidence);
        if found.len() < MAX_EVIDENCE && !found.contains(&evidence) {
            found.push(evidence);
        }
    }

    /// The ring of the present round; `None` before the first.
    pub(crate) fn ring(&self) -> Option<Arc<Ring>> {
        self.ring.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn enter(&self, ring: Ring) {
        *self.ring.write().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(ring));
    }
}

/// What messages of a round are judged by, and who its members are.
pub(crate) struct Ring {
    pub(crate) round: Round,
    pub(crate) committee: Arc<Committee>,
    pub(crate) next: Arc<Committee>,
    /// All that are registered, seated or not.
    pub(crate) registered: BTreeSet<WorkerId>,
    pub(crate) verifier: Verifier,
    /// Quorums that were verified before: members repeat them.
    pub(crate) seen: Mutex<Seen>,
}

impl Ring {
    /// The position of a manager in the committee of the round.
    pub(crate) fn position(&self, manager: WorkerId) -> Option<u16> {
        self.committee.position(&manager.0)
    }

    /// True for a manager that decides this round or the next.
    pub(crate) fn has(&self, manager: WorkerId) -> bool {
        self.position(manager).is_some() || self.next.position(&manager.0).is_some()
    }

    /// All managers that decide this round or the next, or are registered, but this one.
    pub(crate) fn others(&self, own: WorkerId) -> Vec<WorkerId> {
        let both = self.committee.members().iter().chain(self.next.members());
        let mut keys = self.registered.clone();
        keys.extend(both.map(|member| WorkerId(member.key)));
        keys.into_iter().filter(|key| *key != own).collect()
    }
}

/// Where the present round stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct RoundView {
    pub(crate) status: EngineStatus,
    /// From the round's earliest time to its end, of recent rounds, in milliseconds.
    pub(crate) finality_ms: VecDeque<u64>,
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
