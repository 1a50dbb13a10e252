//! Tests of the whole crate; this file has what they share: a chain with changing committees that
//! its managers sign when they are asked to.

mod accounts;
mod checkpoints;
mod compared;
mod following;
mod forged;
mod histories;
mod model_based;
mod offline;
mod routes;
mod scripts;
mod stored;
mod surveyed;
mod warrants;
mod windows;

use crate::*;
use ed25519_dalek::{Signer, SigningKey};
use ledger::{
    Certificate, CertifiedHeader, Committee, Draw, Genesis, Header, HeaderRange, Member,
    NO_PROPOSER, Params, Place, RangeProof, Tip, next_beacon_empty, range_places,
};
use std::collections::BTreeMap;
use std::sync::OnceLock;
use types::{Address, AddressKind, BlockId, Round, Timestamp};
use wire::hash;

pub(crate) const START: Timestamp = Timestamp(1_790_000_000_000);
pub(crate) const DAY: u64 = 24 * 3_600_000;

pub(crate) fn manager(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub(crate) fn member(seed: u8) -> Member {
    static KNOWN: [OnceLock<Member>; 256] = [const { OnceLock::new() }; 256];
    *KNOWN[usize::from(seed)].get_or_init(|| make_member(seed))
}

fn make_member(seed: u8) -> Member {
    let key = manager(seed).verifying_key().to_bytes();
    Member { key, vrf: hash("vrf", &[&key]) }
}

pub(crate) fn committee(seeds: &[u8]) -> Committee {
    Committee::new(seeds.iter().map(|seed| member(*seed)).collect()).unwrap()
}

pub(crate) fn home(byte: u8) -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [byte; 20] }
}

/// A chain of headers; certificates are made when a step is asked for.
#[derive(Debug)]
pub(crate) struct Chain {
    pub(crate) genesis: Genesis,
    pub(crate) headers: Vec<Header>,
    /// Who manages each epoch, as seeds; the last one goes on.
    pub(crate) epochs: Vec<Vec<u8>>,
    hashes: Vec<[u8; 32]>,
    tip: Tip,
}

impl Chain {
    /// A chain of epochs of 60 rounds that have these managers.
    pub(crate) fn new(interval_ms: u32, epochs: &[Vec<u8>]) -> Self {
        let managers = epochs[0].iter().map(|seed| (member(*seed), home(*seed)));
        let params = Params { interval_ms, ..Params::DEVNET };
        let genesis = testkit::genesis_of(START, testkit::managers_of(managers), &[]);
        let genesis = Genesis { params, ..genesis };
        let hashes = epochs.iter().map(|seeds| committee(seeds).hash()).collect();
        let tip = genesis.tip([0; 32]);
        Self { genesis, headers: vec![], epochs: epochs.to_vec(), hashes, tip }
    }

    /// Four managers for ever, a block a second, so many rounds.
    pub(crate) fn plain(rounds: u64) -> Self {
        let mut chain = Self::new(1000, &[vec![1, 2, 3, 4]]);
        chain.grow(rounds);
        chain
    }

    pub(crate) fn grow(&mut self, rounds: u64) {
        for _ in 0..rounds {
            self.push(|_| {});
        }
    }

    /// Adds the next header, changed by this.
    pub(crate) fn push(&mut self, change: impl FnOnce(&mut Header)) {
        let mut header = self.following();
        change(&mut header);
        self.tip = self.tip.after(&header);
        self.headers.push(header);
    }

    /// The header that would come next: an empty block now and then.
    pub(crate) fn following(&self) -> Header {
        let round = self.tip.round.next();
        let empty = round.0.is_multiple_of(7);
        let draw = Draw { proposer: 0, ticket: [round.0 as u8; 80], output: [5; 64] };
        let mark = |tag| if empty { [0; 32] } else { hash(tag, &[&round.0.to_be_bytes()]) };
        Header {
            version: Header::VERSION,
            chain: self.genesis.chain(),
            round,
            time: self.tip.time.plus_millis(u64::from(self.genesis.params.interval_ms)),
            parent: self.tip.block,
            body_root: if empty { ledger::Body::default().root() } else { mark("body") },
            state_root: if empty { self.tip.state_root } else { mark("state") },
            receipts_root: ledger::receipts_root(&[]),
            committee: self.hash_at(round),
            next_committee: self.hash_at(round.next()),
            beacon: next_beacon_empty(&self.tip.beacon, round),
            history: self.tip.history.root(),
            parent_certificate: mark("certificate"),
            proposer: if empty { NO_PROPOSER } else { draw.proposer },
            ticket: if empty { [0; 80] } else { draw.ticket },
            flags: 0,
        }
    }

    fn epoch(&self, round: Round) -> usize {
        (self.genesis.params.epoch_of(round) as usize).min(self.epochs.len() - 1)
    }

    fn hash_at(&self, round: Round) -> [u8; 32] {
        self.hashes[self.epoch(round)]
    }

    /// Who decides a round.
    pub(crate) fn seeds_at(&self, round: Round) -> &[u8] {
        &self.epochs[self.epoch(round)]
    }

    pub(crate) fn header(&self, round: u64) -> &Header {
        &self.headers[round as usize - 1]
    }

    /// A whole step, signed by a quorum.
    pub(crate) fn step(&self, round: u64) -> Step {
        let header = self.header(round).clone();
        let next = committee(self.seeds_at(header.round.next()));
        step(header.clone(), self.seeds_at(header.round), Some(next))
    }

    pub(crate) fn tip(&self) -> Step {
        self.step(self.headers.len() as u64)
    }

    /// What stands before a round.
    pub(crate) fn before(&self, round: u64) -> Tip {
        let headers = self.headers[..round as usize - 1].iter();
        headers.fold(self.genesis.tip([0; 32]), |tip, header| tip.after(header))
    }

    /// The proof of one header under the history of another.
    pub(crate) fn path(&self, round: u64, under: u64) -> RangeProof {
        let (mut range, mut nodes) = (HeaderRange::default(), BTreeMap::new());
        for header in &self.headers[..under as usize - 1] {
            for node in range.append(header.id()) {
                nodes.insert((node.height, node.index), node.hash);
            }
        }
        let (siblings, peaks) = range_places(Round(round), range.leaves()).unwrap();
        let find = |places: Vec<_>| places.iter().map(|place| nodes[place]).collect();
        RangeProof { leaves: range.leaves(), siblings: find(siblings), peaks: find(peaks) }
    }

    pub(crate) fn light(&self) -> LightState {
        LightState::new(&self.genesis)
    }

    /// A light node that trusts this round, having jumped there within its trusting period.
    pub(crate) fn trusting(&self, round: u64) -> LightState {
        let mut state = self.light();
        let boundaries = (1..=round).filter(|at| at % 60 == 59 || *at == round);
        boundaries.for_each(|at| state.jump(&self.step(at), self.time(at)).unwrap());
        state
    }

    /// The time of a round.
    pub(crate) fn time(&self, round: u64) -> Timestamp {
        if round == 0 { START } else { self.header(round).time }
    }
}

/// Any header, signed by a quorum of these.
pub(crate) fn step(header: Header, seeds: &[u8], next: Option<Committee>) -> Step {
    let members = committee(seeds);
    let quorum = members.quorum();
    let signers: Vec<u8> = sorted(seeds).into_iter().take(quorum).collect();
    Step::new(certify(header, seeds, &signers, ledger::Step::Commit, 0), members, next)
}

/// The seeds in the order of their members.
pub(crate) fn sorted(seeds: &[u8]) -> Vec<u8> {
    let mut seeds = seeds.to_vec();
    seeds.sort_unstable_by_key(|seed| member(*seed));
    seeds
}

/// A header with the votes of some members of a committee.
pub(crate) fn certify(
    header: Header,
    seeds: &[u8],
    signers: &[u8],
    step: ledger::Step,
    view: u32,
) -> CertifiedHeader {
    let members = committee(seeds);
    let message = Place::acp(header.chain, header.round, view).vote(step, header.id());
    let number = |seed: &u8| members.position(&member(*seed).key).unwrap();
    let votes = signers.iter().map(|seed| (number(seed), manager(*seed).sign(&message).to_bytes()));
    let certificate =
        Certificate::new(step, header.round, view, header.id(), &votes.collect(), members.size());
    CertifiedHeader { header, certificate }
}

/// The id of no header.
pub(crate) const NOBODY: BlockId = BlockId([9; 32]);
