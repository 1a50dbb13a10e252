//! The managers as a worker sees them: ask one, fall over to the next.
//!
//! Used for every question a worker cannot answer itself. Each worker begins with another manager,
//! so that they share the load; one that fails is not asked first again.

use crate::warrants;
use net::NetError;
use net::transport::{Channel, Transport};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use types::WorkerId;
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode, Failure, Reply, code, protocol};

/// How long one manager may take; a light node waits 10 s in all.
const PATIENCE: Duration = Duration::from_secs(3);

/// The way to the managers.
#[derive(Debug)]
pub(crate) struct Managers {
    transport: Transport,
    peers: Mutex<Vec<WorkerId>>,
    addresses: Mutex<BTreeMap<WorkerId, Vec<String>>>,
    first: AtomicUsize,
}

impl Managers {
    pub(crate) fn new(transport: Transport, managers: &[(WorkerId, Vec<String>)]) -> Self {
        let first = AtomicUsize::new(transport.id().0.iter().map(|byte| usize::from(*byte)).sum());
        let peers = Mutex::new(managers.iter().map(|(peer, _)| *peer).collect());
        let addresses = Mutex::new(managers.iter().cloned().collect());
        Self { transport, peers, addresses, first }
    }

    /// All of them.
    pub(crate) fn peers(&self) -> Vec<WorkerId> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Notes which managers there are now; nobody is left to be asked if these were none.
    pub(crate) fn know(&self, managers: &[WorkerId]) {
        if !managers.is_empty() {
            *self.peers.lock().unwrap_or_else(PoisonError::into_inner) = managers.to_vec();
        }
    }

    /// All of them, the one to ask first in front.
    pub(crate) fn in_turn(&self) -> Vec<WorkerId> {
        let mut peers = self.peers();
        if let Some(first) = self.first.load(Ordering::Relaxed).checked_rem(peers.len()) {
            peers.rotate_left(first);
        }
        peers
    }

    /// Another one is asked first from now on.
    pub(crate) fn next(&self) {
        self.first.fetch_add(1, Ordering::Relaxed);
    }

    /// Notes where a manager is said to listen.
    pub(crate) fn moved(&self, manager: WorkerId, addresses: Vec<String>) {
        self.addresses().insert(manager, addresses);
    }

    /// Asks about the ledger. `unavailable` if no manager answers.
    pub(crate) async fn chain(&self, request: &ChainRequest) -> Result<ChainReply, Failure> {
        let bytes = request.to_bytes();
        for manager in self.in_turn() {
            match self.ask(manager, protocol::CHAIN, &bytes).await {
                Ok(Reply::Failed(failure)) if failure.code == code::UNAVAILABLE => self.next(),
                Ok(reply) => return reply.into_result(),
                Err(error) => {
                    tracing::debug!(%manager, %error, "a manager does not answer");
                    self.next();
                }
            }
        }
        Err(Failure::new(code::UNAVAILABLE, "no manager answers"))
    }

    /// Where a worker listens. A manager that has been restarted hears of it again only when the
    /// worker says so the next time: all of them are asked before the worker counts as unknown.
    pub(crate) async fn locate(&self, worker: WorkerId) -> Result<Vec<String>, Failure> {
        let request = ChainRequest::Locate(worker).to_bytes();
        let mut unknown = false;
        for manager in self.in_turn() {
            let answer = self.ask(manager, protocol::CHAIN, &request).await;
            if let Ok(Reply::Done(ChainReply::Located(addresses))) = answer {
                if !addresses.is_empty() {
                    return Ok(addresses);
                }
                unknown = true;
            }
        }
        Err(if unknown {
            Failure::new(code::NOT_FOUND, "no such worker")
        } else {
            Failure::new(code::UNAVAILABLE, "no manager answers")
        })
    }

    /// Passes a warrant on to all of them.
    pub(crate) fn warn(self: &Arc<Self>, warrant: Object) {
        let ways = Arc::clone(self);
        warrants::pass_on(warrant, self.peers(), move |manager, request| {
            let ways = Arc::clone(&ways);
            async move {
                let answer = ways.ask(manager, protocol::CHAIN, &request).await;
                answer.is_ok_and(|reply| warrants::is_done(&reply))
            }
        });
    }

    /// Asks one manager.
    pub(crate) async fn ask<T: Decode>(
        &self,
        manager: WorkerId,
        name: &str,
        request: &[u8],
    ) -> Result<Reply<T>, NetError> {
        self.connect(manager).await?;
        let answer = self.transport.request(manager, name, request, PATIENCE).await;
        if answer == Err(NetError::Timeout) {
            self.transport.disconnect(manager).await;
        }
        Reply::from_bytes(&answer?).map_err(|_| NetError::BadReply)
    }

    /// Opens a stream to one manager.
    pub(crate) async fn open(&self, manager: WorkerId, name: &str) -> Result<Channel, NetError> {
        self.connect(manager).await?;
        let open = self.transport.open(manager, name);
        tokio::time::timeout(PATIENCE, open).await.unwrap_or(Err(NetError::Timeout))
    }

    async fn connect(&self, manager: WorkerId) -> Result<(), NetError> {
        let addresses = self.addresses().get(&manager).cloned().unwrap_or_default();
        let connect = self.transport.connect(manager, &addresses);
        tokio::time::timeout(PATIENCE, connect).await.unwrap_or(Err(NetError::NoNetwork))
    }

    fn addresses(&self) -> MutexGuard<'_, BTreeMap<WorkerId, Vec<String>>> {
        self.addresses.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
