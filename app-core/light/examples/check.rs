//! How long a certificate takes to check, and a step with it: `cargo run --release -p light
//! --example check`.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

use ed25519_dalek::{Signer, SigningKey};
use ledger::{
    Certificate, CertifiedHeader, Committee, FirstManager, Genesis, Header, Member, NO_PROPOSER,
    Params, Place, Step,
};
use light::LightState;
use std::time::{Duration, Instant};
use types::{Address, AddressKind, Amount, Timestamp};

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
    let keys: Vec<_> = (1..=size).map(|seed| SigningKey::from_bytes(&[seed; 32])).collect();
    let manager = |(key, seed): (&SigningKey, u8)| FirstManager {
        member: Member { key: key.verifying_key().to_bytes(), vrf: [seed; 32] },
        account: Address { kind: AddressKind::Ecdsa, payload: [seed; 20] },
        bond: Amount::new(Params::DEVNET.manager_bond),
    };
    let genesis = Genesis {
        time: Timestamp(1_790_000_000_000),
        params: Params::DEVNET,
        managers: keys.iter().zip(1..).map(manager).collect(),
        workers: vec![],
        faucet: None,
        balances: vec![],
    };
    (genesis, keys)
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
