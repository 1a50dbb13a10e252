//! Managers and workers on loopback, as many as a test wants; each can be stopped, wiped and started
//! again, and then listens elsewhere.

use crate::chain::{Blocks, CHAIN, MANAGERS, key, trusts};
use net::transport::Transport;
use node::chunks::{
    Archive, Keeping, Locate, Nodes, Pusher, Roster, Stores, keep, offer, place, serve_store,
};
use std::collections::BTreeMap;
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use types::{Round, Timestamp, WorkerId};
use wire::protocol;
use wire::store::{Have, StoreReply, StoreRequest};
use worker::{ChunkStore, Keeps, MAX_CHUNK_BYTES, Terms, Trusts, Worker};

const LISTEN: &str = "/ip4/127.0.0.1/tcp/0";
/// Long enough for a busy computer; nothing waits for it that goes well.
const PATIENCE: Duration = Duration::from_secs(60);

/// Seeds of managers are 1 to 4, of workers 11 and up; the last worker is the archive.
pub(crate) struct World {
    pub(crate) blocks: Arc<Blocks>,
    workers: Vec<u8>,
    addresses: Arc<Mutex<BTreeMap<WorkerId, Vec<String>>>>,
    running: BTreeMap<u8, (Transport, Option<ChunkStore>)>,
    dir: TempDir,
}

pub(crate) fn id(seed: u8) -> WorkerId {
    WorkerId(key(seed).public())
}

impl World {
    /// Starts so many workers and no manager.
    pub(crate) async fn of_workers(count: u8) -> Self {
        let mut world = Self {
            blocks: Blocks::new(),
            workers: (11..11 + count).collect(),
            addresses: Arc::default(),
            running: BTreeMap::new(),
            dir: tempfile::tempdir().unwrap(),
        };
        for seed in world.workers.clone() {
            world.start(seed).await;
        }
        world
    }

    pub(crate) fn archive_seed(&self) -> u8 {
        *self.workers.last().unwrap()
    }

    pub(crate) fn workers(&self) -> &[u8] {
        &self.workers
    }

    fn folder(&self, seed: u8) -> PathBuf {
        self.dir.path().join(seed.to_string())
    }

    async fn transport(&mut self, seed: u8) -> Transport {
        let listen = [LISTEN.parse().unwrap()];
        let protocols = [protocol::STORE];
        let transport = Transport::spawn_serving([seed; 32], &listen, &protocols).await.unwrap();
        self.addresses.lock().unwrap().insert(transport.id(), transport.addresses());
        transport
    }

    /// Starts a worker; it finds what its folder has.
    pub(crate) async fn start(&mut self, seed: u8) {
        self.start_trusting(seed, Arc::new(trusts)).await;
    }

    pub(crate) async fn start_trusting(&mut self, seed: u8, trusts: Trusts) {
        let transport = self.transport(seed).await;
        let worker = Worker::open(&self.folder(seed), id(seed)).await.unwrap();
        let keeps = if seed == self.archive_seed() {
            Keeps::Everything
        } else {
            Keeps::Owned { horizon: 180 }
        };
        let terms = Terms { chain: CHAIN, keeps, quota: MAX_CHUNK_BYTES };
        let store = ChunkStore::new(&worker, key(seed), terms, trusts);
        let incoming = transport.accept(protocol::STORE).unwrap();
        serve_store(incoming, store.clone(), self.roster());
        self.running.insert(seed, (transport, Some(store)));
    }

    pub(crate) async fn stop(&mut self, seed: u8) {
        let (transport, _) = self.running.remove(&seed).unwrap();
        transport.close().await;
    }

    /// The worker comes back with an empty disk.
    pub(crate) async fn wipe(&mut self, seed: u8) {
        self.stop(seed).await;
        std::fs::remove_dir_all(self.folder(seed)).unwrap();
        self.start(seed).await;
    }

    /// A manager that gives its bodies to whoever asks.
    pub(crate) async fn offering(&mut self, seed: u8) {
        let transport = self.transport(seed).await;
        let incoming = transport.accept(protocol::STORE).unwrap();
        offer(incoming, Arc::clone(&self.blocks), self.roster());
        self.running.insert(seed, (transport, None));
    }

    /// Everything a node does, as it does it: managers 1 to 4 and all workers.
    pub(crate) async fn of_whole_nodes(count: u8) -> Self {
        let mut world = Self::of_workers(count).await;
        for seed in world.workers.clone() {
            let (transport, store) = world.running[&seed].clone();
            let keeping = Keeping {
                store: store.unwrap(),
                headers: Arc::clone(&world.blocks),
                roster: world.roster(),
                locate: world.locate(),
            };
            keep(&transport, keeping).unwrap();
        }
        for seed in 1..=4 {
            let transport = world.transport(seed).await;
            let duties = Arc::new(move |_: Round| Some((u16::from(seed) - 1, MANAGERS)));
            let (ways, file) = ((world.roster(), world.locate()), world.progress_file(seed));
            let chain = Arc::clone(&world.blocks);
            drop(place(&transport, chain, ways, duties, file).unwrap());
            world.running.insert(seed, (transport, None));
        }
        world
    }

    /// Lets a manager bring bodies; member 0 is seed 1 here, as the chain's proposers count.
    pub(crate) async fn pushing(&mut self, seed: u8) -> JoinHandle<()> {
        let stores = self.stores(seed).await;
        let member = u16::from(seed) - 1;
        let duties = Arc::new(move |_: Round| Some((member, MANAGERS)));
        let file = self.progress_file(seed);
        Pusher::new(Arc::clone(&self.blocks), stores, duties, file).start()
    }

    pub(crate) fn progress_file(&self, seed: u8) -> PathBuf {
        self.dir.path().join(format!("placed-{seed}"))
    }

    /// The way of a node to all stores; it is started if it does not run.
    pub(crate) async fn stores(&mut self, seed: u8) -> Stores {
        let transport = match self.running.get(&seed) {
            Some((transport, _)) => transport.clone(),
            None => {
                let transport = self.transport(seed).await;
                self.running.insert(seed, (transport.clone(), None));
                transport
            }
        };
        Stores::new(transport, self.roster(), self.locate())
    }

    pub(crate) async fn archive(&mut self) -> Archive<Blocks> {
        let seed = self.archive_seed();
        let stores = self.stores(seed).await;
        Archive::new(self.store(seed), stores, Arc::clone(&self.blocks))
    }

    pub(crate) fn roster(&self) -> Roster {
        let nodes = Nodes {
            workers: self.workers.iter().map(|seed| id(*seed)).collect(),
            archives: vec![id(self.archive_seed())],
            managers: (1..=4).map(id).collect(),
        };
        Arc::new(move || nodes.clone())
    }

    fn locate(&self) -> Locate {
        let addresses = Arc::clone(&self.addresses);
        Arc::new(move |node| {
            let found = addresses.lock().unwrap().get(&node).cloned().unwrap_or_default();
            Box::pin(std::future::ready(found))
        })
    }

    /// Says that a node listens where a test has put something else.
    pub(crate) fn replace(&mut self, seed: u8, transport: Transport) {
        self.addresses.lock().unwrap().insert(transport.id(), transport.addresses());
        self.running.insert(seed, (transport, None));
    }

    pub(crate) fn store(&self, seed: u8) -> ChunkStore {
        self.running[&seed].1.clone().unwrap()
    }

    pub(crate) async fn find(&self, seed: u8, round: Round) -> Option<Have> {
        match self.store(seed).answer(StoreRequest::Find(round), Timestamp(0)).await {
            Ok(StoreReply::Have(have)) => Some(have),
            _ => None,
        }
    }

    /// The rounds whose bodies this worker holds whole.
    pub(crate) async fn whole(&self, seed: u8) -> Vec<Round> {
        let mut whole = Vec::new();
        for round in self.blocks.rounds() {
            if self.store(seed).is_whole(round).await.unwrap() {
                whole.push(round);
            }
        }
        whole
    }

    /// Waits until all of these workers hold everything.
    pub(crate) async fn until_whole(&self, seeds: &[u8]) {
        until(async || {
            for seed in seeds {
                if self.whole(*seed).await != self.blocks.rounds() {
                    return false;
                }
            }
            true
        })
        .await;
    }

    /// Every body is found by somebody who has nothing but the headers.
    pub(crate) async fn every_body_is_found(&mut self, by: u8) {
        let stores = self.stores(by).await;
        for round in self.blocks.rounds() {
            let header = self.blocks.at(round);
            let body = stores.body(&header).await;
            let body = body.unwrap_or_else(|error| panic!("round {}: {error}", round.0));
            assert_eq!(body.root(), header.header.body_root);
        }
    }
}

/// Looks now and then until it is so.
pub(crate) async fn until<F: Future<Output = bool>>(mut holds: impl FnMut() -> F) {
    let start = Instant::now();
    while !holds().await {
        assert!(start.elapsed() < PATIENCE, "it does not come to pass");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
