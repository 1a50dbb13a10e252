//! Managers and workers on loopback, as many as a test wants; each can be stopped, wiped and started
//! again, and then listens elsewhere.

use crate::chain::{Blocks, CHAIN, MANAGERS, key, trusts};
use net::transport::Transport;
use node::chunks::{
    Archive, Duties, FetchError, Headers, Keeping, Locate, Nodes, Pusher, Roster, Stores, keep,
    offer, place, serve_store,
};
use node::serve::serve_frames;
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::task::JoinHandle;
use types::{Round, Timestamp, WorkerId};
use wire::store::{Have, MAX_REQUEST, StoreReply, StoreRequest};
use wire::{Failure, code, protocol};
use worker::{ChunkStore, Keeps, MAX_CHUNK_BYTES, Terms, Trusts, Worker};

const LISTEN: &str = "/ip4/127.0.0.1/tcp/0";
/// Long enough for a busy computer; nothing waits for it that goes well.
pub(crate) const PATIENCE: Duration = Duration::from_secs(240);

/// Seeds of managers are 1 to 4, of workers 11 and up; the last worker is the archive.
pub(crate) struct World {
    pub(crate) blocks: Arc<Blocks>,
    workers: Vec<u8>,
    addresses: Arc<Mutex<BTreeMap<WorkerId, Vec<String>>>>,
    running: BTreeMap<u8, (Transport, Option<ChunkStore>)>,
    /// How many disks a node has lost.
    lost: BTreeMap<u8, u32>,
    dir: TempDir,
}

pub(crate) fn id(seed: u8) -> WorkerId {
    WorkerId(key(seed).public())
}

/// The place of this member, in every round.
fn duties(member: u16) -> Duties {
    Arc::new(move |_| Box::pin(std::future::ready(Some((member, MANAGERS)))))
}

impl World {
    /// Starts so many workers and no manager.
    pub(crate) async fn of_workers(count: u8) -> Self {
        let mut world = Self {
            blocks: Blocks::new(),
            workers: (11..11 + count).collect(),
            addresses: Arc::default(),
            running: BTreeMap::new(),
            lost: BTreeMap::new(),
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
        let lost = self.lost.get(&seed).copied().unwrap_or_default();
        self.dir.path().join(format!("{seed}-{lost}"))
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
        serve_store(incoming, store.clone(), self.roster(), Headers::tip(&*self.blocks));
        self.running.insert(seed, (transport, Some(store)));
    }

    pub(crate) async fn stop(&mut self, seed: u8) {
        let (transport, _) = self.running.remove(&seed).unwrap();
        transport.close().await;
    }

    /// The worker comes back with an empty disk. The old one stays where it is: a request may still
    /// be at work on it, and an SQLite file must not be taken from under whoever has it open.
    pub(crate) async fn wipe(&mut self, seed: u8) {
        self.stop(seed).await;
        *self.lost.entry(seed).or_default() += 1;
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
            let duties = duties(u16::from(seed) - 1);
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
        let duties = duties(member);
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

    /// Another archive, which the roster does not name: it has joined later.
    pub(crate) async fn second_archive(&mut self) -> (Archive<Blocks>, ChunkStore) {
        const SECOND: u8 = 88;
        let worker = Worker::open(&self.folder(SECOND), id(SECOND)).await.unwrap();
        let terms = Terms { chain: CHAIN, keeps: Keeps::Everything, quota: u64::MAX };
        let store = ChunkStore::new(&worker, key(SECOND), terms, Arc::new(trusts));
        let stores = self.stores(SECOND).await;
        (Archive::new(store.clone(), stores, Arc::clone(&self.blocks)), store)
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

    /// Puts somebody in a worker's place who takes long for every answer, and takes nothing. Returns
    /// the rounds that it was asked about.
    pub(crate) async fn slow_down(&mut self, seed: u8) -> Arc<Mutex<BTreeSet<Round>>> {
        const LONG: Duration = Duration::from_secs(4);
        self.stop(seed).await;
        let transport = self.transport(seed).await;
        let asked = Arc::new(Mutex::new(BTreeSet::new()));
        let noted = Arc::clone(&asked);
        let incoming = transport.accept(protocol::STORE).unwrap();
        serve_frames(incoming, MAX_REQUEST, move |_, request: StoreRequest| {
            if let StoreRequest::Find(round) = request {
                noted.lock().unwrap().insert(round);
            }
            async {
                tokio::time::sleep(LONG).await;
                Err::<StoreReply, _>(Failure::new(code::NOT_FOUND, "nothing here"))
            }
        });
        self.running.insert(seed, (transport, None));
        asked
    }

    /// Starts somebody in a worker's place who does not answer by himself.
    pub(crate) async fn silent(&mut self, seed: u8) -> Transport {
        let transport = self.transport(seed).await;
        self.running.insert(seed, (transport.clone(), None));
        transport
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
        until(async || self.are_whole(seeds).await).await;
    }

    /// True if all of these workers hold everything.
    pub(crate) async fn are_whole(&self, seeds: &[u8]) -> bool {
        for seed in seeds {
            if self.whole(*seed).await != self.blocks.rounds() {
                return false;
            }
        }
        true
    }

    /// Every body is found by somebody who has nothing but the headers.
    pub(crate) async fn every_body_is_found(&mut self, by: u8) {
        let stores = self.stores(by).await;
        for round in self.blocks.rounds() {
            let header = self.blocks.at(round);
            // On a busy computer everybody may be slow for a moment; that nobody has it is final.
            until(async || match stores.body(&header).await {
                Ok(body) => body.root() == header.header.body_root,
                Err(FetchError::Silence) => false,
                Err(error) => panic!("round {}: {error}", round.0),
            })
            .await;
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
