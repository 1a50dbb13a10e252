//! Golden vectors: the bytes and hashes of one fixed value of every kind. A changed line here is a
//! changed protocol.

use super::{abc, plain_key, round_trip};
use crate::*;
use std::collections::BTreeMap;
use types::{Address, AddressKind, Amount, BlockId, ChainId, Round, Timestamp, TxId, WorkerId};

/// Lines of `name hex`.
const GOLDEN: &str = include_str!("../../tests/golden.txt");

fn home(byte: u8) -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [byte; 20] }
}

pub(crate) fn transaction() -> Transaction {
    Transaction {
        version: 1,
        chain: ChainId([0xc1; 32]),
        expiry: Round(600),
        price_epoch: 0,
        sources: vec![
            Source { address: plain_key().address(), nonce: 0, reveal: Some(plain_key()) },
            Source { address: home(0xa2), nonce: 7, reveal: None },
        ],
        fee: abc(1068),
        actions: vec![
            Action::Pay { source: 0, to: home(0xb1), amount: abc(12_500_000) },
            Action::Pay { source: 1, to: home(0xb2), amount: abc(1) },
        ],
        witness: vec![vec![0x51; 64], vec![0x52; 64]],
    }
}

fn genesis() -> Genesis {
    Genesis {
        time: Timestamp(1_790_000_000_000),
        interval_ms: 1000,
        managers: (1..=4).map(|seed| super::manager(seed).public()).collect(),
        workers: vec![WorkerId([0xd1; 32])],
        faucet: Some(home(1)),
        balances: vec![(home(1), abc(1_000_000)), (home(2), abc(10_000))],
        prices: Prices::DEVNET,
    }
}

fn header() -> Header {
    Header {
        version: 1,
        chain: ChainId([0xc1; 32]),
        round: Round(3),
        time: Timestamp(1_790_000_003_000),
        parent: BlockId([0xe1; 32]),
        body_root: [0xe2; 32],
        state_root: [0xe3; 32],
        receipts_root: [0xe4; 32],
        committee: [0xe5; 32],
        proposer: 2,
    }
}

fn certificate() -> Certificate {
    let votes = BTreeMap::from([(0, [0x60; 64]), (2, [0x62; 64]), (8, [0x68; 64])]);
    Certificate::new(Round(3), 1, header().id(), &votes, 9)
}

fn entry() -> Entry {
    Entry {
        counter: 5,
        round: Round(3),
        tx: TxId([0xf1; 32]),
        index: 2,
        kind: EntryKind::PayOut,
        delta: Deltas { abc: Delta::minus(1000), abit: Delta::plus(3), bonded: Delta::default() },
        counterparty: Some(home(0xb1)),
        abc: abc(99),
        abit: Amount::new(3),
        bonded: abc(4),
        nonce: 2,
        via_retired: true,
    }
}

fn account() -> Account {
    let retired = Some(Round(9));
    Account {
        open_id: Some(plain_key().open_id()),
        slots: vec![KeySlot { key: plain_key(), added: Round(3), retired }],
        nonce: 2,
        abc: abc(99),
        abit: Amount::new(3),
        bonded: abc(4),
        counter: 5,
        history: [0xf2; 32],
        ..Account::empty(plain_key().address())
    }
}

fn account_proof() -> AccountProof {
    AccountProof {
        round: Round(3),
        address: home(0xb1),
        alias: Some(plain_key().address()),
        alias_proof: StateProof::new(None, Vec::new()),
        account: Some(account()),
        proof: StateProof::new(Some(([1; 32], [2; 32])), vec![[3; 32], EMPTY_SUBTREE]),
    }
}

/// The encodings, each checked to read back.
pub(crate) fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let receipt = Receipt { tx: transaction().id(), index: 1, fee: abc(1068) };
    let certified = CertifiedHeader { header: header(), certificate: certificate() };
    vec![
        ("genesis", round_trip(&genesis())),
        ("committee", round_trip(&genesis().committee())),
        ("prices", round_trip(&Prices::DEVNET)),
        ("header", round_trip(&header())),
        ("certificate", round_trip(&certificate())),
        ("certified-header", round_trip(&certified)),
        ("transaction", round_trip(&transaction())),
        ("body", round_trip(&Body { transactions: vec![transaction()] })),
        ("receipt", round_trip(&receipt)),
        ("entry", round_trip(&entry())),
        ("account", round_trip(&account())),
        ("account-empty", round_trip(&Account::empty(home(1)))),
        ("state-proof", round_trip(&account_proof().proof)),
        ("account-proof", round_trip(&account_proof())),
    ]
}

fn hashes() -> Vec<(&'static str, Vec<u8>)> {
    let receipt = Receipt { tx: transaction().id(), index: 1, fee: abc(1068) };
    let body = Body { transactions: vec![transaction(), transaction(), transaction()] };
    let vote = vote_bytes(ChainId([0xc1; 32]), Round(3), 1, Step::Commit, header().id());
    vec![
        ("chain", genesis().chain().0.to_vec()),
        ("committee-hash", genesis().committee().hash().to_vec()),
        ("block-id", header().id().0.to_vec()),
        ("commit-vote-bytes", vote),
        ("transaction-id", transaction().id().0.to_vec()),
        ("sighash", transaction().sighash().to_vec()),
        ("wid", transaction().wid().to_vec()),
        ("body-root", body.root().to_vec()),
        ("body-root-empty", Body::default().root().to_vec()),
        ("receipts-root", receipts_root(&[receipt, receipt]).to_vec()),
        ("entry-hash", entry().next_hash(&[0xf0; 32]).to_vec()),
        ("account-key", account_key(home(1))),
        ("alias-key", alias_key(home(1))),
        ("open-id-key", open_id_key(plain_key().open_id())),
        ("fees-key", cell_key("fees")),
    ]
}

#[test]
fn encodings_and_hashes_are_frozen() {
    let lines = samples().into_iter().chain(hashes());
    let now: Vec<_> = lines.map(|(name, bytes)| format!("{name} {}", hex::encode(bytes))).collect();
    assert_eq!(GOLDEN.lines().collect::<Vec<_>>(), now);
}
