//! What the handle and the driver have in common.

use crate::chain::Rules;
use crate::frame::{Frame, MAX_TRANSACTIONS, Waiting};
use crate::manager::Outbox;
use crate::mempool::Mempool;
use crate::offences::Offences;
use crate::older::Older;
use crate::report::Reporter;
use crate::roster::Roster;
use abns::{AbnsError, ChainStore};
use acp::{BadMessage, EngineStatus, Message, Seen, Verifier};
use ledger::{Committee, Transaction};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
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
    /// Managers that the operator has named.
    pub(crate) named: BTreeSet<WorkerId>,
    /// The committees of the present round and the next, and what their messages are checked by.
    pub(crate) ring: RwLock<Option<Arc<Ring>>>,
    /// What people are told of the present round.
    pub(crate) view: Mutex<RoundView>,
    pub(crate) mempool: Mutex<Mempool>,
    pub(crate) roster: Mutex<Roster>,
    /// Transactions that the other managers have not been told of.
    pub(crate) untold: Mutex<Vec<Waiting>>,
    pub(crate) offences: Mutex<Offences>,
    /// Bundles that the file lacks.
    pub(crate) older: Mutex<Older>,
    pub(crate) reporter: Reporter,
    pub(crate) outbox: Outbox,
    /// Places for requests of light nodes.
    pub(crate) clients: Semaphore,
    /// One place for a bundle of light nodes, and one for a bundle of other managers: when the next
    /// one is judged it is known what the last one has spent, and other requests go past.
    pub(crate) bundles: [Semaphore; 2],
    /// Who has been asked for final blocks.
    pub(crate) asks: Mutex<Asks>,
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

    /// Asks a manager for the final blocks from a round on.
    pub(crate) fn ask(&self, peer: WorkerId, from: Round) {
        lock(&self.asks).ask(peer);
        self.send(Some(peer), &Frame::Ask { from });
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
    /// Quorums that each manager has said and that were verified: members repeat them.
    pub(crate) seen: Mutex<BTreeMap<WorkerId, Arc<Mutex<Seen>>>>,
}

impl Ring {
    /// The position of a manager in the committee of the round.
    pub(crate) fn position(&self, manager: WorkerId) -> Option<u16> {
        self.committee.position(&manager.0)
    }

    /// Verifies what a manager says. Managers do not wait for one another: each has a memory of its
    /// own, which no other can hold or fill.
    pub(crate) fn check(&self, from: WorkerId, message: &Message) -> Result<(), BadMessage> {
        let seen = Arc::clone(lock(&self.seen).entry(from).or_default());
        self.verifier.check(message, &mut lock(&seen))
    }

    /// True for a manager that decides this round or the next.
    pub(crate) fn has(&self, manager: WorkerId) -> bool {
        self.position(manager).is_some() || self.next.position(&manager.0).is_some()
    }

    /// All managers that decide this round or the next, or are registered, or named, but this one.
    pub(crate) fn others(&self, own: WorkerId, named: &BTreeSet<WorkerId>) -> Vec<WorkerId> {
        let both = self.committee.members().iter().chain(self.next.members());
        let mut keys = self.registered.clone();
        keys.extend(both.map(|member| WorkerId(member.key)));
        keys.extend(named);
        keys.into_iter().filter(|key| *key != own).collect()
    }
}

/// Answers that are to come, of each manager. What nobody has asked for is not even looked at.
#[derive(Debug, Default)]
pub(crate) struct Asks(BTreeMap<WorkerId, u8>);

impl Asks {
    /// One that does not answer is asked again and again: it may make up for so many.
    const MOST: u8 = 3;

    pub(crate) fn ask(&mut self, peer: WorkerId) {
        let open = self.0.entry(peer).or_default();
        *open = open.saturating_add(1).min(Self::MOST);
    }

    /// True if this one was asked; one answer for each question.
    pub(crate) fn answer(&mut self, peer: WorkerId) -> bool {
        let left = self.0.get(&peer).copied().unwrap_or_default().checked_sub(1);
        match left {
            None | Some(0) => self.0.remove(&peer),
            Some(left) => self.0.insert(peer, left),
        };
        left.is_some()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_question_is_answered_once_and_a_silent_one_saves_up_few_answers() {
        let (peer, other) = (WorkerId([1; 32]), WorkerId([2; 32]));
        let mut asks = Asks::default();
        assert!(!asks.answer(peer));
        asks.ask(peer);
        assert!(!asks.answer(other));
        assert_eq!([asks.answer(peer), asks.answer(peer)], [true, false]);
        (0..300).for_each(|_| asks.ask(peer));
        let answers = std::iter::from_fn(|| asks.answer(peer).then_some(())).count();
        assert_eq!(answers, usize::from(Asks::MOST));
        assert!(asks.0.is_empty());
    }
}
