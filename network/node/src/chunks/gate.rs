//! Who may ask a store, how much, and what it takes.
//!
//! Managers and workers of the network ask as much as they like. A stranger's peer key costs
//! nothing, so that what one may ask in an hour only stops a single one gone wild: all of them
//! together are served a few at a time, since certificates take time to check. Nobody brings what
//! nobody needs here: strangers together, or one manager that lies, could fill the store with what
//! others own, and then it had no room for what it owns itself.

use super::Roster;
use crate::limits::Hourly;
use crate::serve::now;
use ledger::CertifiedHeader;
use tokio::sync::{Semaphore, SemaphorePermit};
use types::{Round, WorkerId};
use wire::store::{StoreRequest, owners};
use wire::{Decode, Failure, code};
use worker::{ChunkStore, Keeps};

/// Chunks that a stranger may bring a worker in an hour.
const PUTS: usize = 3_600;
/// Questions that a stranger may ask in an hour.
const QUESTIONS: usize = 36_000;
/// Strangers that a worker serves at the same time; a manager, which has more important things to
/// do, serves one.
const AT_ONCE: usize = 2;
/// Strangers that wait for it; each may have sent a whole chunk.
const WAITING: usize = 64;

/// The way in.
pub(super) struct Gate {
    puts: Hourly,
    questions: Hourly,
    roster: Roster,
    served: Semaphore,
    inside: Semaphore,
}

/// A stranger's turn, given back when it is dropped.
pub(super) struct Turn<'a> {
    _served: SemaphorePermit<'a>,
    _inside: SemaphorePermit<'a>,
}

impl Gate {
    pub(super) fn of_worker(roster: Roster) -> Self {
        Self::new(roster, PUTS, AT_ONCE)
    }

    pub(super) fn of_manager(roster: Roster) -> Self {
        Self::new(roster, 0, 1)
    }

    fn new(roster: Roster, puts: usize, at_once: usize) -> Self {
        Self {
            puts: Hourly::new(puts),
            questions: Hourly::new(QUESTIONS),
            roster,
            served: Semaphore::new(at_once),
            inside: Semaphore::new(at_once.saturating_add(WAITING)),
        }
    }

    /// Lets a request in; strangers wait for their turn, and are sent away if too many do.
    ///
    /// # Errors
    /// `unavailable`.
    pub(super) async fn enter(
        &self,
        peer: WorkerId,
        request: &StoreRequest,
    ) -> Result<Option<Turn<'_>>, Failure> {
        if self.knows(peer) {
            return Ok(None);
        }
        match request {
            StoreRequest::Put { .. } => self.puts.count(peer, now())?,
            StoreRequest::Get(_) | StoreRequest::Find(_) | StoreRequest::Audit { .. } => {
                self.questions.count(peer, now())?;
            }
        }
        let inside = self.inside.try_acquire().map_err(|_| busy())?;
        let served = self.served.acquire().await.map_err(|_| busy())?;
        Ok(Some(Turn { _served: served, _inside: inside }))
    }

    /// Refuses to take what others own, unless the store keeps everything anyway. Managers and
    /// workers may bring it while it is young: they may know another roster than this one does.
    ///
    /// # Errors
    /// `quota`; `bad_request` for what is no header.
    pub(super) fn require_wanted(
        &self,
        peer: WorkerId,
        request: &StoreRequest,
        store: &ChunkStore,
        newest: Round,
    ) -> Result<(), Failure> {
        let (StoreRequest::Put { header, .. }, Keeps::Owned { horizon }) = (request, store.keeps())
        else {
            return Ok(());
        };
        let header = CertifiedHeader::from_bytes(&header.0)
            .map_err(|_| Failure::new(code::BAD_REQUEST, "not a certified header"))?
            .header;
        let young = header.round.plus(horizon) >= newest;
        let owners = owners(&header.id().0, &(self.roster)().workers);
        if owners.contains(&store.holder()) || (young && self.knows(peer)) {
            Ok(())
        } else {
            Err(Failure::new(code::QUOTA, "others own that block"))
        }
    }

    /// True for managers and workers of the network.
    fn knows(&self, peer: WorkerId) -> bool {
        let nodes = (self.roster)();
        nodes.managers.contains(&peer) || nodes.workers.contains(&peer)
    }
}

fn busy() -> Failure {
    Failure::new(code::UNAVAILABLE, "too busy")
}
