//! A worker that registers when the network has long begun owns bodies like those of the genesis.

use crate::bank::{faucet, signed};
use crate::ring::{ALL, Ring};
use ledger::{Action, Params, Pay, RegisterWorker, RingAction, Transaction};
use net::Bootstrap;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use types::{Amount, Round};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::store::{Have, StoreReply, StoreRequest};
use wire::{Decode, Encode, Reply, protocol};

/// Long enough for any machine: two epochs are among it.
const PATIENCE: Duration = Duration::from_secs(240);

/// A worker's process; killed when dropped.
struct Worker {
    child: Child,
    home: Bootstrap,
    key: keys::Ed25519Key,
}

impl Worker {
    fn start(dir: &Path, bootstrap: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_bcm-node"));
        command.args(["worker", "--json", "--bootstrap", bootstrap, "--dir"]).arg(dir);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let home = Bootstrap::parse(ready["bootstrap"][0].as_str().unwrap()).unwrap();
        let settings = std::fs::read_to_string(dir.join("worker.toml")).unwrap();
        let settings: toml::Table = settings.parse().unwrap();
        let seed = hex::decode(settings["worker"]["seed"].as_str().unwrap()).unwrap();
        Self { child, home, key: keys::Ed25519Key::from_seed(seed.try_into().unwrap()) }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // Ended already, if something else has failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Says it until it is final.
async fn submit(ring: &Ring, tx: &Transaction) -> Round {
    let (clients, begun) = (ring.clients(), Instant::now());
    loop {
        assert!(begun.elapsed() < PATIENCE, "it never becomes final");
        clients.ask(0, &ChainRequest::Submit(Object(tx.to_bytes()))).await;
        let found = clients.ask(0, &ChainRequest::Find(tx.id())).await;
        if let Some(Reply::Done(ChainReply::Found(Some(round)))) = found {
            return round;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_registers_is_brought_the_bodies_that_it_owns() {
    let mut ring = Ring::new().await;
    ring.start_all();
    ring.wait_for(&ALL, 2).await;
    let bootstrap = ring.bootstrap(0).to_string();
    let worker = Worker::start(&ring.path().join("worker"), &bootstrap);
    let (genesis, key) = (ring.genesis(), faucet(&ring));
    let bond = Amount::new(Params::DEVNET.worker_bond);
    let register = RegisterWorker { source: 0, worker: worker.home.worker, bond, archive: false };
    let register = Action::Ring(RingAction::RegisterWorker(register));
    let mut register = signed(&key, &genesis, (0, Round(500)), register);
    register.witness.push(worker.key.sign(&register.sighash()).to_vec());
    let registered = submit(&ring, &register).await;

    // From the next epoch on managers bring it what it owns, which is everything: nobody else does.
    let epoch = u64::from(genesis.params.epoch);
    let next = (registered.0 / epoch + 1) * epoch;
    let (clients, begun) = (ring.clients(), Instant::now());
    while clients.tip(0).await.is_none_or(|tip| tip.0 <= next) {
        assert!(begun.elapsed() < PATIENCE, "there is no next epoch");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let pay = Pay { source: 0, to: key.public().address(), amount: Amount::new(1_000_000) };
    let pay = signed(&key, &genesis, (1, Round(next + 500)), Action::Pay(pay));
    let paid = submit(&ring, &pay).await;
    while !holds(&ring, &worker.home, paid).await {
        assert!(begun.elapsed() < PATIENCE, "nobody brings it the body of round {}", paid.0);
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Whether a worker holds all of a body.
async fn holds(ring: &Ring, home: &Bootstrap, round: Round) -> bool {
    let transport = ring.transport();
    let request = StoreRequest::Find(round).to_bytes();
    let answer = async {
        transport.connect(home.worker, std::slice::from_ref(&home.addresses)).await?;
        transport.request(home.worker, protocol::STORE, &request, Duration::from_secs(5)).await
    };
    let Ok(answer) = answer.await else { return false };
    match Reply::<StoreReply>::from_bytes(&answer).unwrap() {
        Reply::Done(StoreReply::Have(Have { count, held, .. })) => held.len() == count as usize,
        _ => false,
    }
}
