//! Passing a request on to the worker that owns it.
//!
//! Any worker takes an envelope for any other: whoever watches the sender's connection learns its
//! home worker only, and the owner does not see the sender.

use crate::managers::Managers;
use net::NetError;
use net::transport::Transport;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use types::WorkerId;
use wire::{Decode, Failure, Reply, code};

const PATIENCE: Duration = Duration::from_secs(4);
/// How long an address is taken for good.
const FRESH: Duration = Duration::from_secs(600);
/// Workers whose address is remembered.
const KNOWN: usize = 10_000;

/// The way to the other workers.
#[derive(Debug)]
pub(crate) struct Forward {
    transport: Transport,
    managers: Arc<Managers>,
    known: Mutex<BTreeMap<WorkerId, (Instant, Vec<String>)>>,
}

impl Forward {
    pub(crate) fn new(transport: Transport, managers: Arc<Managers>) -> Self {
        Self { transport, managers, known: Mutex::default() }
    }

    /// Asks the owner and returns its answer, its refusals included.
    pub(crate) async fn ask<T: Decode>(
        &self,
        owner: WorkerId,
        name: &str,
        request: &[u8],
    ) -> Result<T, Failure> {
        self.connect(owner).await?;
        let answer = self.transport.request(owner, name, request, PATIENCE).await;
        let answer = match answer {
            Err(NetError::Timeout | NetError::Closed | NetError::NoNetwork) => {
                self.transport.disconnect(owner).await;
                return Err(unavailable());
            }
            Err(NetError::UpgradeNeeded) => {
                return Err(Failure::new(code::UPGRADE_NEEDED, "the owner lacks the protocol"));
            }
            Err(
                NetError::TooLong
                | NetError::BadAddress(_)
                | NetError::BadReply
                | NetError::Listen(_),
            ) => return Err(unavailable()),
            Ok(answer) => answer,
        };
        Reply::<T>::from_bytes(&answer).map_err(|_| unavailable())?.into_result()
    }

    /// Connects; an address that has gone stale is looked up once more.
    async fn connect(&self, owner: WorkerId) -> Result<(), Failure> {
        if self.transport.is_connected(owner) {
            return Ok(());
        }
        let remembered = self.remembered(owner);
        let stale = remembered.is_some();
        let addresses = match remembered {
            Some(addresses) => addresses,
            None => self.locate(owner).await?,
        };
        match self.dial(owner, &addresses).await {
            Err(_) if stale => {
                let addresses = self.locate(owner).await?;
                self.dial(owner, &addresses).await.map_err(|_| unavailable())
            }
            other => other.map_err(|_| unavailable()),
        }
    }

    async fn dial(&self, owner: WorkerId, addresses: &[String]) -> Result<(), NetError> {
        let connect = self.transport.connect(owner, addresses);
        let result =
            tokio::time::timeout(PATIENCE, connect).await.unwrap_or(Err(NetError::NoNetwork));
        if result.is_err() {
            self.known().remove(&owner);
        }
        result
    }

    async fn locate(&self, owner: WorkerId) -> Result<Vec<String>, Failure> {
        let addresses = self.managers.locate(owner).await?;
        let mut known = self.known();
        if known.len() >= KNOWN {
            known.clear();
        }
        known.insert(owner, (Instant::now(), addresses.clone()));
        Ok(addresses)
    }

    fn remembered(&self, owner: WorkerId) -> Option<Vec<String>> {
        let known = self.known();
        let (since, addresses) = known.get(&owner)?;
        (since.elapsed() < FRESH).then(|| addresses.clone())
    }

    fn known(&self) -> MutexGuard<'_, BTreeMap<WorkerId, (Instant, Vec<String>)>> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unavailable() -> Failure {
    Failure::new(code::UNAVAILABLE, "the owner does not answer")
}
