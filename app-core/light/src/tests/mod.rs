//! Tests of the whole crate; this file has what they share: a chain that its managers sign.

mod accounts;
mod headers;
mod histories;
mod stored;

use crate::*;
use ed25519_dalek::{Signer, SigningKey};
use ledger::*;
use std::collections::BTreeMap;
use types::{Address, AddressKind, Amount, Timestamp, WorkerId};

pub(crate) const START: Timestamp = Timestamp(1_790_000_000_000);
/// A clock at which no header of these tests lies in the future.
pub(crate) const LATE: Timestamp = Timestamp(1_800_000_000_000);

pub(crate) fn manager(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub(crate) fn home(byte: u8) -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [byte; 20] }
}

pub(crate) fn genesis() -> Genesis {
    Genesis {
        time: START,
        interval_ms: 1000,
        managers: (1..=4).map(|seed| manager(seed).verifying_key().to_bytes()).collect(),
        workers: vec![WorkerId([7; 32])],
        faucet: None,
        balances: vec![(home(1), Amount::new(1_000_000)), (home(2), Amount::new(20_000))],
        prices: Prices::DEVNET,
    }
}

/// The header that follows `tip`, with this state root.
pub(crate) fn next(genesis: &Genesis, tip: &Tip, state_root: [u8; 32]) -> Header {
    Header {
        version: Header::VERSION,
        chain: genesis.chain(),
        round: tip.round.next(),
        time: tip.time.plus_millis(1000),
        parent: tip.block,
        body_root: [0; 32],
        state_root,
        receipts_root: [0; 32],
        committee: genesis.committee().hash(),
        proposer: 0,
    }
}

/// Signed by three of the four managers.
pub(crate) fn certify(header: Header) -> CertifiedHeader {
    let message = vote_bytes(header.chain, header.round, 0, Step::Commit, header.id());
    let vote = |member: u16| (member, manager(member as u8 + 1).sign(&message).to_bytes());
    let votes: BTreeMap<_, _> = [0, 1, 3].into_iter().map(vote).collect();
    let certificate = Certificate::new(header.round, 0, header.id(), &votes, 4);
    CertifiedHeader { header, certificate }
}

/// A chain of so many headers; the state root of round r is r in every byte.
pub(crate) fn chain(genesis: &Genesis, rounds: u32) -> Vec<CertifiedHeader> {
    let mut tip = genesis.tip();
    let headers = (1..=rounds).map(|round| {
        let header = next(genesis, &tip, [round as u8; 32]);
        tip = header.tip();
        certify(header)
    });
    headers.collect()
}

/// A light node that has followed the chain to its end.
pub(crate) fn followed(genesis: &Genesis, headers: &[CertifiedHeader]) -> LightState {
    let mut state = LightState::new(genesis);
    for header in headers {
        state.advance(header, LATE).unwrap();
    }
    state
}
