//! How long a certificate takes to check, and a step with it: `cargo run --release -p light
//! --example check`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use ed25519_dalek::{Signer, SigningKey};
use ledger::{Certificate, CertifiedHeader, Committee, Genesis, Header, NO_PROPOSER, Place, Step};
use light::LightState;
use std::time::{Duration, Instant};
use types::Timestamp;

const ROUNDS: u32 = 200;

fn main() {
    for size in [4, 16] {
        let (genesis, keys) = network(size);
        let step = light::Step::new(signed(&genesis, &keys), genesis.committee(), None);
        let committee = genesis.committee();
        let certificate = least(|| step.header.verify(&committee).unwrap());
        let state = LightState::new(&genesis);
        let whole = least(|| state.clone().jump(&step, genesis.time.plus_secs(1)).unwrap());
        let bytes = wire::Encode::to_bytes(&step).len();
        println!("N={size}: certificate {certificate:?}, step {whole:?}, {bytes} bytes");
    }
}

/// The shortest of many runs: what the machine needs when nothing else is in its way.
fn least(mut work: impl FnMut()) -> Duration {
    let timed = |_| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(timed).min().unwrap()
}

fn network(size: u8) -> (Genesis, Vec<SigningKey>) {
    let keys = (1..=size).map(|seed| SigningKey::from_bytes(&[seed; 32])).collect();
    let managers = testkit::managers(size);
    (testkit::genesis_of(Timestamp(1_790_000_000_000), managers, &[]), keys)
}

fn signed(genesis: &Genesis, keys: &[SigningKey]) -> CertifiedHeader {
    let (tip, committee): (_, Committee) = (genesis.tip([0; 32]), genesis.committee());
    let header = Header {
        version: Header::VERSION,
        chain: genesis.chain(),
        round: tip.round.next(),
        time: tip.time.plus_secs(1),
        parent: tip.block,
        body_root: [0; 32],
        state_root: [0; 32],
        receipts_root: [0; 32],
        committee: tip.committee,
        next_committee: tip.committee,
        beacon: [0; 32],
        history: tip.history.root(),
        parent_certificate: [0; 32],
        proposer: NO_PROPOSER,
        ticket: [0; 80],
        flags: 0,
    };
    let message = Place::acp(header.chain, header.round, 0).vote(Step::Commit, header.id());
    let vote = |key: &SigningKey| {
        let number = committee.position(&key.verifying_key().to_bytes()).unwrap();
        (number, key.sign(&message).to_bytes())
    };
    let votes = keys.iter().take(committee.quorum()).map(vote).collect();
    let size = committee.size();
    let certificate = Certificate::new(Step::Commit, header.round, 0, header.id(), &votes, size);
    CertifiedHeader { header, certificate }
}
