//! Who the workers and managers are, as the ledger has them: read again with every epoch. Until it
//! was read once, those of the genesis count.
//!
//! A manager reads its own state. A worker has the values proved, under headers that it has checked
//! itself.

use crate::events::Headers;
use crate::follower::Follower;
use crate::managers::Managers;
use futures::future::BoxFuture;
use ledger::{Genesis, Params};
use light::RecordProof;
use manager::{Manager, Rings};
use node::chunks::{Nodes, Roster};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use types::{Round, WorkerId};
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest};

/// After a reading that came to nothing.
const AGAIN: Duration = Duration::from_secs(2);
/// What was so before so many rounds is not asked for.
const OLD: u64 = 64;
/// How long a header may take to come to whoever was told what it proves.
const HEADER: Duration = Duration::from_secs(5);

/// The nodes there are now.
#[derive(Debug, Clone)]
pub(crate) struct Registry(Arc<Mutex<Nodes>>);

impl Registry {
    /// Those of the genesis.
    pub(crate) fn of(genesis: &Genesis) -> Self {
        let archives = genesis.workers.iter().filter(|worker| worker.archive);
        Self(Arc::new(Mutex::new(Nodes {
            workers: genesis.workers.iter().map(|worker| worker.id).collect(),
            archives: archives.map(|worker| worker.id).collect(),
            managers: genesis.managers.iter().map(|one| WorkerId(one.member.key)).collect(),
        })))
    }

    /// They, for those that move bodies.
    pub(crate) fn roster(&self) -> Roster {
        let known = self.clone();
        Arc::new(move || known.0.lock().unwrap_or_else(PoisonError::into_inner).clone())
    }

    fn set(&self, rings: Rings) {
        let archives = rings.workers.iter().filter(|worker| worker.archive);
        let nodes = Nodes {
            archives: archives.map(|worker| worker.id).collect(),
            workers: rings.workers.iter().map(|worker| worker.id).collect(),
            managers: rings.managers,
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = nodes;
    }

    /// Keeps it as a manager's own state has it.
    pub(crate) fn follow_own(&self, manager: &Manager, params: Params) {
        let (registry, tip, own) = (self.clone(), manager.tip(), manager.clone());
        let read = move || -> BoxFuture<'static, bool> {
            let (registry, own) = (registry.clone(), own.clone());
            Box::pin(async move { own.rings().await.map(|rings| registry.set(rings)).is_ok() })
        };
        tokio::spawn(keep_up(tip, params, read));
    }

    /// Keeps it as managers prove it to a worker, which asks those managers from then on.
    pub(crate) fn follow_proofs(
        &self,
        proved: Proved,
        tip: watch::Receiver<Round>,
        params: Params,
    ) {
        let (registry, proved) = (self.clone(), Arc::new(proved));
        let read = move || -> BoxFuture<'static, bool> {
            let (registry, proved) = (registry.clone(), Arc::clone(&proved));
            Box::pin(async move {
                let Some(rings) = proved.rings().await else {
                    // Whoever proves nothing is not asked first again.
                    proved.managers.next();
                    return false;
                };
                proved.managers.know(&rings.managers);
                registry.set(rings);
                true
            })
        };
        tokio::spawn(keep_up(tip, params, read));
    }
}

/// Reads at the beginning and in every epoch, for as long as the chain is followed.
async fn keep_up(
    mut tip: watch::Receiver<Round>,
    params: Params,
    read: impl Fn() -> BoxFuture<'static, bool> + Send,
) {
    let mut known = None;
    loop {
        let epoch = Some(params.epoch_of(*tip.borrow_and_update()));
        if known != epoch {
            if !read().await {
                tokio::time::sleep(AGAIN).await;
                if tip.has_changed().is_err() {
                    return;
                }
                continue;
            }
            known = epoch;
        }
        if tip.changed().await.is_err() {
            return;
        }
    }
}

/// The way to values of the state that are proved.
pub(crate) struct Proved {
    pub(crate) follower: Arc<Follower>,
    pub(crate) managers: Arc<Managers>,
    /// Records of workers that were read before: none changes.
    pub(crate) records: tokio::sync::Mutex<BTreeMap<Vec<u8>, Vec<u8>>>,
}

impl Proved {
    pub(crate) fn new(follower: &Arc<Follower>, managers: &Arc<Managers>) -> Self {
        let (follower, managers) = (Arc::clone(follower), Arc::clone(managers));
        Self { follower, managers, records: tokio::sync::Mutex::default() }
    }

    /// The rings; `None` if not all of them can be had now.
    async fn rings(&self) -> Option<Rings> {
        let mut state = BTreeMap::new();
        for key in [ledger::managers_key(), ledger::workers_key()] {
            if let Some(value) = self.value(&key).await? {
                state.insert(key, value);
            }
        }
        let ids = ledger::worker_ids(&state).ok()?;
        let mut records = self.records.lock().await;
        let keys: Vec<_> = ids.iter().map(|id| ledger::worker_key(*id)).collect();
        records.retain(|key, _| keys.contains(key));
        for key in keys {
            if !records.contains_key(&key) {
                records.insert(key.clone(), self.value(&key).await??);
            }
        }
        state.extend(records.clone());
        Rings::of(&state).ok()
    }

    /// What a key holds; `None` if nobody proves it.
    async fn value(&self, key: &[u8]) -> Option<Option<Vec<u8>>> {
        let request = ChainRequest::Record { key: key.to_vec() };
        let ChainReply::Record(object) = self.managers.chain(&request).await.ok()? else {
            return None;
        };
        let said = RecordProof::from_bytes(&object.0).ok()?;
        if said.round.plus(OLD) < *self.follower.tip().borrow() {
            return None;
        }
        let header = self.follower.header(said.round);
        let header = tokio::time::timeout(HEADER, header).await.ok()??;
        let value = said.value.as_deref();
        let proves = said.key == key && said.proof.verify(&header.state_root, key, value).is_ok();
        proves.then_some(said.value)
    }
}
