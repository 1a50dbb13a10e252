//! Tests of the whole crate; this file has what they share: a chain whose last header proves one
//! account.

mod carried;
mod checkpoints;
mod faults;
mod payments;
mod people;
mod pooled;
mod private;
mod receipts;

use crate::*;
use keys::{EcdsaKey, PublicKey};
use ledger::{
    Account, AccountProof, Committee, Delta, Deltas, Entry, EntryKind, Header, HeaderRange,
    KeySlot, NO_PROPOSER, RangeProof, StateProof, account_key, leaf_hash, range_places,
};
use light::{Checkpoint, Step};
use std::collections::BTreeMap;
use types::{Abc, Address, Amount, BlockId, ChainId, Round, Timestamp, TxId};
use wire::{Encode, hash};

pub(crate) const START: Timestamp = Timestamp(1_790_000_000_000);
pub(crate) const CHAIN: ChainId = ChainId([7; 32]);

pub(crate) fn at(round: u64) -> Timestamp {
    START.plus_millis(round * 1000)
}

/// Headers of four managers, a second apart; the last one has this state root.
pub(crate) struct Chain {
    headers: Vec<Header>,
    nodes: BTreeMap<(u8, u64), [u8; 32]>,
    committee: Committee,
}

impl Chain {
    pub(crate) fn new(rounds: u64, state_root: [u8; 32]) -> Self {
        let members = (1..=4).map(testkit::member).collect();
        let committee = Committee::new(members).unwrap();
        let (mut range, mut nodes) = (HeaderRange::default(), BTreeMap::new());
        let mut parent = BlockId(CHAIN.0);
        let mut headers = vec![];
        for round in 1..=rounds {
            let header = Header {
                version: Header::VERSION,
                chain: CHAIN,
                round: Round(round),
                time: at(round),
                parent,
                body_root: [1; 32],
                state_root: if round == rounds { state_root } else { [2; 32] },
                receipts_root: [3; 32],
                committee: committee.hash(),
                next_committee: committee.hash(),
                beacon: [4; 32],
                history: range.root(),
                parent_certificate: [5; 32],
                proposer: NO_PROPOSER,
                ticket: [0; 80],
                flags: 0,
            };
            parent = header.id();
            for node in range.append(parent) {
                nodes.insert((node.height, node.index), node.hash);
            }
            headers.push(header);
        }
        Self { headers, nodes, committee }
    }

    pub(crate) fn header(&self, round: u64) -> &Header {
        &self.headers[usize::try_from(round).unwrap() - 1]
    }

    pub(crate) fn checkpoint(&self, round: u64) -> Checkpoint {
        Checkpoint::of(self.header(round))
    }

    pub(crate) fn proved(&self, round: u64) -> ProvedHeader {
        let leaves = self.headers.len() as u64 - 1;
        let header = self.header(round).clone();
        if round > leaves {
            return ProvedHeader { header, path: None };
        }
        let (siblings, peaks) = range_places(Round(round), leaves).unwrap();
        let find = |places: Vec<_>| places.iter().map(|place| self.nodes[place]).collect();
        let path = RangeProof { leaves, siblings: find(siblings), peaks: find(peaks) };
        ProvedHeader { header, path: Some(path) }
    }

    pub(crate) fn boundary(&self, last: u64) -> Boundary {
        let end = self.headers.len() as u64;
        Boundary {
            last: (last > 0).then(|| self.proved(last)),
            next: (last < end).then(|| self.proved(last + 1)),
        }
    }

    pub(crate) fn step(&self) -> Step {
        let top = self.headers.last().unwrap().clone();
        let certified = testkit::certify(top, &self.committee, &[1, 2, 3, 4]);
        Step::new(certified, self.committee.clone(), None)
    }
}

pub(crate) fn person() -> EcdsaKey {
    testkit::person(1)
}

/// So many receipts of an ABC, one in each round from the first on.
pub(crate) fn receipts(count: u64) -> Vec<Entry> {
    (1..=count).map(|number| receipt(number, number, 1_000_000, number * 1_000_000)).collect()
}

pub(crate) fn receipt(counter: u64, round: u64, units: u64, after: u64) -> Entry {
    Entry {
        counter,
        round: Round(round),
        tx: TxId(hash("tx", &[&counter.to_be_bytes()])),
        index: 0,
        kind: EntryKind::PayIn,
        delta: Deltas { abc: Delta::plus(units), ..Deltas::default() },
        counterparty: Some(testkit::person(9).public().address()),
        abc: Amount::new(after),
        abit: Amount::ZERO,
        bonded: Amount::ZERO,
        nonce: 0,
        via_retired: false,
    }
}

/// An account that has these entries and keys, and a chain that proves it in its last round.
pub(crate) struct World {
    pub(crate) chain: Chain,
    pub(crate) pieces: Pieces,
    pub(crate) rounds: u64,
}

impl World {
    /// The period is the rounds behind `opening` up to `closing`.
    pub(crate) fn of(
        entries: Vec<Entry>,
        keys: Vec<(PublicKey, bool)>,
        (opening, closing, rounds): (u64, u64, u64),
    ) -> Self {
        let home = person().public().address();
        let slot = |(key, retired): (PublicKey, bool)| KeySlot {
            key,
            added: Round(1),
            retired: retired.then_some(Round(5)),
        };
        let account = Account {
            counter: entries.len() as u64,
            history: entries.iter().fold([0; 32], |hash, entry| entry.next_hash(&hash)),
            abc: entries.last().map_or(Amount::<Abc>::ZERO, |entry| entry.abc),
            open_id: Some(person().public().open_id()),
            slots: keys.into_iter().map(slot).collect(),
            ..Account::empty(home)
        };
        let leaf = (hash("", &[&account_key(home)]), hash("", &[&account.to_bytes()]));
        let proof = |_| StateProof::new(Some(leaf), vec![]);
        let chain = Chain::new(rounds, leaf_hash(&leaf.0, &leaf.1));
        let proof = AccountProof {
            round: Round(rounds),
            address: home,
            alias: None,
            alias_proof: proof(0),
            account: Some(account),
            proof: proof(1),
        };
        let end = if closing == rounds { at(closing).plus_millis(1) } else { at(closing + 1) };
        let pieces = Pieces {
            chain: CHAIN,
            period: (at(opening).plus_millis(1), end),
            subject: Subject { address: home, name: Some("alice".to_owned()) },
            bounds: (chain.boundary(opening), chain.boundary(closing)),
            steps: vec![chain.step()],
            proof,
            times: (0..=rounds).map(|round| (Round(round), at(round))).collect(),
            told: BTreeMap::new(),
            pool: None,
            key: person().public(),
            entries,
        };
        Self { chain, pieces, rounds }
    }

    /// Twelve receipts, of which those of rounds 4 to 9 are of the period, proved in round 15.
    pub(crate) fn plain() -> Self {
        Self::of(receipts(12), vec![(person().public(), false)], (3, 9, 15))
    }

    pub(crate) fn statement(&self) -> Statement {
        sign(Statement::of(self.pieces.clone()).unwrap())
    }

    pub(crate) fn check(&self, file: &str) -> Report {
        self.check_from(file, &self.chain.checkpoint(self.rounds))
    }

    pub(crate) fn check_from(&self, file: &str, checkpoint: &Checkpoint) -> Report {
        verify(file.as_bytes(), checkpoint, at(self.rounds)).unwrap()
    }
}

pub(crate) fn sign(mut statement: Statement) -> Statement {
    statement.exporter.signature = person().sign(&statement.digest()).to_vec();
    statement
}

/// What is said about the transparent entries.
pub(crate) fn verdict(report: &Report) -> (Option<&'static str>, Option<usize>) {
    match report.verdicts[0].outcome {
        Outcome::Proved => (None, None),
        Outcome::Failed(flaw) => (Some(flaw.why.code()), flaw.entry),
        other @ (Outcome::Stated | Outcome::NotChecked(_)) => panic!("{other:?}"),
    }
}

pub(crate) fn address_of(seed: u8) -> Address {
    testkit::person(seed).public().address()
}
