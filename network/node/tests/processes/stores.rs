//! Four managers and five workers in processes; the last worker is the archive.

use crate::ring::{Process, free_ports, init};
use ledger::{Body, Chunk, FirstWorker, Genesis};
use net::Bootstrap;
use net::transport::Transport;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};
use types::{Round, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::store::{ChunkName, Have, StoreReply, StoreRequest};
use wire::{Decode, Encode, Reply, protocol};

pub(crate) const WORKERS: [usize; 5] = [0, 1, 2, 3, 4];
pub(crate) const ARCHIVE: usize = 4;
/// Long enough for any machine, and for an archive to look around a few times.
const PATIENCE: Duration = Duration::from_secs(180);
/// In milliseconds. An archive looks around by the clock: nine programs with faster rounds would only
/// hold each other up.
const INTERVAL: u16 = 500;

pub(crate) struct Network {
    folder: tempfile::TempDir,
    managers: Vec<(Process, Bootstrap)>,
    workers: BTreeMap<usize, (Process, Bootstrap)>,
    transport: Transport,
}

fn node(args: &[&str], at: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_bcm-node"));
    command.args(args).arg(at);
    command
}

impl Network {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        init(folder.path(), free_ports(8), INTERVAL);
        let path = folder.path().join("genesis.bin");
        let mut genesis = Genesis::parse(&std::fs::read(&path).unwrap()).unwrap();
        let seeds: [[u8; 32]; 5] = rand::random();
        let id = |seed: &[u8; 32]| WorkerId(keys::Ed25519Key::from_seed(*seed).public());
        let named = seeds.iter().zip(WORKERS);
        genesis.workers =
            named.map(|(seed, at)| FirstWorker { id: id(seed), archive: at == ARCHIVE }).collect();
        genesis.check().unwrap();
        std::fs::write(&path, genesis.to_bytes()).unwrap();
        for (seed, at) in seeds.iter().zip(WORKERS) {
            let dir = worker_dir(folder.path(), at);
            std::fs::create_dir(&dir).unwrap();
            let (chain, seed) = (genesis.chain(), hex::encode(seed));
            let settings = format!(
                "format = 2\nchain = \"{chain}\"\n[worker]\nseed = \"{seed}\"\nlisten = []\n"
            );
            std::fs::write(dir.join("worker.toml"), settings).unwrap();
        }
        let managers = (1..=4).map(|number| {
            let config = folder.path().join(format!("manager-{number}.toml"));
            Process::start(&mut node(&["--json", "manager", "--config"], &config))
        });
        let managers = managers.collect();
        let transport = Transport::spawn(rand::random(), &[]).await.unwrap();
        let mut network = Self { folder, managers, workers: BTreeMap::new(), transport };
        WORKERS.iter().for_each(|at| network.start(*at));
        network
    }

    pub(crate) fn start(&mut self, at: usize) {
        let home = self.managers[at % 4].1.to_string();
        let dir = worker_dir(self.folder.path(), at);
        let args = ["--json", "worker", "--bootstrap", &home, "--dir"];
        self.workers.insert(at, Process::start(&mut node(&args, &dir)));
    }

    /// As a power cut would.
    pub(crate) fn kill(&mut self, at: usize) {
        drop(self.workers.remove(&at).unwrap());
    }

    /// The worker's disk is lost; who it is, is not.
    pub(crate) fn lose_disk(&mut self, at: usize) {
        self.kill(at);
        std::fs::remove_dir_all(worker_dir(self.folder.path(), at).join("worker")).unwrap();
    }

    /// The newest final round, as a manager says.
    pub(crate) async fn tip(&self) -> Round {
        let answer = self.ask(&self.managers[0].1, protocol::CHAIN, &ChainRequest::Tip).await;
        let Some(Reply::Done(ChainReply::Tip { round, .. })) = answer else { return Round(0) };
        round
    }

    pub(crate) async fn wait_for(&self, round: Round) {
        until("the chain goes on", async || self.tip().await >= round).await;
    }

    /// What a manager has of this round; it is the truth.
    pub(crate) async fn truth(&self, round: Round) -> Body {
        let home = &self.managers[0].1;
        let first = self.chunk(home, round, 0).await.unwrap();
        let mut bytes = first.bytes.clone();
        for index in 1..first.path.leaves {
            bytes.extend(self.chunk(home, round, index).await.unwrap().bytes);
        }
        Body::from_bytes(&bytes).unwrap()
    }

    /// Waits until a worker gives out all of these bodies, byte by byte as they are.
    pub(crate) async fn until_all_there(&self, at: usize, bodies: &BTreeMap<Round, Body>) {
        let what = format!("worker {at} has all bodies");
        for (round, body) in bodies {
            let expected = body.chunks();
            until(&what, async || {
                let home = &self.workers[&at].1;
                let Some(have) = self.have(home, *round).await else { return false };
                if have.held.len() != expected.len() {
                    return false;
                }
                for chunk in &expected {
                    assert_eq!(self.chunk(home, *round, chunk.index).await.as_ref(), Some(chunk));
                }
                true
            })
            .await;
        }
    }

    /// How many of these rounds a worker holds something of.
    pub(crate) async fn count(&self, at: usize, bodies: &BTreeMap<Round, Body>) -> usize {
        let mut count = 0;
        for round in bodies.keys() {
            count += usize::from(self.have(&self.workers[&at].1, *round).await.is_some());
        }
        count
    }

    async fn have(&self, home: &Bootstrap, round: Round) -> Option<Have> {
        match self.ask(home, protocol::STORE, &StoreRequest::Find(round)).await? {
            Reply::Done(StoreReply::Have(have)) => Some(have),
            _ => None,
        }
    }

    async fn chunk(&self, home: &Bootstrap, round: Round, index: u32) -> Option<Chunk> {
        let request = StoreRequest::Get(ChunkName::Place { round, index });
        match self.ask(home, protocol::STORE, &request).await? {
            Reply::Done(StoreReply::Chunk { chunk, .. }) => Chunk::from_bytes(&chunk.0).ok(),
            _ => None,
        }
    }

    async fn ask<T: Decode>(
        &self,
        home: &Bootstrap,
        name: &str,
        request: &impl Encode,
    ) -> Option<Reply<T>> {
        let (transport, patience) = (&self.transport, Duration::from_secs(5));
        let answer = async {
            transport.connect(home.worker, std::slice::from_ref(&home.addresses)).await?;
            transport.request(home.worker, name, &request.to_bytes(), patience).await
        };
        match tokio::time::timeout(patience, answer).await {
            Ok(Ok(answer)) => Reply::from_bytes(&answer).ok(),
            Ok(Err(_)) | Err(_) => {
                transport.disconnect(home.worker).await;
                None
            }
        }
    }
}

fn worker_dir(folder: &Path, at: usize) -> PathBuf {
    folder.join(format!("worker-{at}"))
}

async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let begun = Instant::now();
    while !holds().await {
        assert!(begun.elapsed() < PATIENCE, "not in time: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}
