//! Decoders: limits, canonical form, arbitrary and damaged bytes. Genesis files are here too.

use super::{START, abc, actor, address, genesis, golden, manager, member, round_trip, signed};
use crate::*;
use proptest::prelude::*;
use types::{Round, WorkerId};
use wire::{Decode, DecodeError, Encode, Writer};

fn fuzz_all(bytes: &[u8]) {
    fuzz::fuzz_genesis(bytes);
    fuzz::fuzz_header(bytes);
    fuzz::fuzz_certificate(bytes);
    fuzz::fuzz_transaction(bytes);
    fuzz::fuzz_body(bytes);
    fuzz::fuzz_records(bytes);
    fuzz::fuzz_proof(bytes);
    fuzz::fuzz_evidence(bytes);
}

proptest! {
    #[test]
    fn arbitrary_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        fuzz_all(&bytes);
    }

    #[test]
    fn damaged_values_do_no_harm(at in any::<prop::sample::Index>(), byte: u8, cut: bool) {
        for (_, mut bytes) in golden::samples() {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
            if cut {
                bytes.truncate(at);
            }
            fuzz_all(&bytes);
        }
    }
}

#[test]
fn the_largest_transaction_fits_and_a_longer_one_does_not() {
    let falcon = keys::Words::from_entropy([9; 32]).master().falcon_key().public();
    let source =
        Source { address: falcon.address(), nonce: u64::MAX, reveal: Some(falcon.clone()) };
    let pay = Action::Pay(Pay { source: 0, to: falcon.address(), amount: abc(1) });
    let mut tx = golden::transaction();
    tx.sources = vec![source; MAX_SOURCES];
    tx.actions = vec![pay.clone(); MAX_ACTIONS];
    tx.witness = vec![vec![0; 1280]; MAX_SOURCES];
    assert!(round_trip(&tx).len() <= MAX_TRANSACTION);
    const { assert!(MAX_TRANSACTION <= wire::chain::MAX_OBJECT) };

    let too_long = |tx: &Transaction| Transaction::from_bytes(&tx.to_bytes());
    let mut wide = tx.clone();
    wide.witness = vec![vec![0]; MAX_SOURCES + MAX_ACTIONS + 1];
    assert_eq!(too_long(&wide), Err(DecodeError::TooLong));
    let mut long = tx.clone();
    long.witness[0].push(0);
    assert_eq!(too_long(&long), Err(DecodeError::TooLong));
    tx.actions.push(pay);
    assert_eq!(too_long(&tx), Err(DecodeError::TooLong));
}

#[test]
fn a_body_over_its_limit_is_refused() {
    let mut transaction = golden::transaction();
    transaction.witness = vec![vec![0; 1280]; 16];
    let count = MAX_BODY / transaction.to_bytes().len();
    let mut body = super::body(&vec![transaction.clone(); count]);
    round_trip(&body);
    body.transactions.push(transaction);
    assert_eq!(Body::from_bytes(&body.to_bytes()), Err(DecodeError::TooLong));

    let mut w = Writer::new();
    w.bool(false);
    w.u32(u32::try_from(MAX_BODY_TRANSACTIONS).unwrap() + 1);
    assert_eq!(Body::from_bytes(&w.into_bytes()), Err(DecodeError::TooLong));
}

#[test]
fn zero_has_one_sign() {
    let mut bytes = Delta::minus(0).to_bytes();
    assert_eq!(Delta::from_bytes(&bytes), Ok(Delta::default()));
    bytes[0] = 1;
    assert_eq!(Delta::from_bytes(&bytes), Err(DecodeError::BadValue("negative zero")));
    assert_eq!(Delta::minus(u64::MAX).signed(), -i128::from(u64::MAX));
}

#[test]
fn signatures_can_be_checked_without_a_state() {
    let key = actor(1);
    let mut tx = golden::transaction();
    tx.sources.truncate(1);
    tx.sources[0] = Source { address: address(&key), nonce: 0, reveal: None };
    let tx = signed(tx, &[&key]);
    assert_eq!(tx.check_signatures(&|_| Some(key.public())), Ok(()));
    let bad = Err(Rejection::BadSignature { slot: 0 });
    assert_eq!(tx.check_signatures(&|_| None), bad);
    assert_eq!(tx.check_signatures(&|_| Some(actor(2).public())), bad);
}

#[test]
fn merkle_roots_differ_for_different_lists() {
    let leaves = |count: u8| (0..count).map(|number| [number]).collect::<Vec<_>>();
    let mut roots: Vec<_> = (0..20).map(|count| merkle_root(leaves(count))).collect();
    roots.push(merkle_root([[0], [1], [2], [2]]));
    roots.push(merkle_root([[1], [0]]));
    let count = roots.len();
    roots.sort_unstable();
    roots.dedup();
    assert_eq!(roots.len(), count);
}

fn home(seed: u8) -> types::Address {
    address(&actor(seed))
}

#[test]
fn an_old_genesis_is_told_from_a_damaged_one() {
    let bytes = round_trip(&genesis(&[home(1), home(2)]));
    assert!(Genesis::parse(&bytes).is_ok());
    let mut old = bytes.clone();
    old[12] = 0;
    assert_eq!(Genesis::parse(&old), Err(GenesisError::OldFormat(0)));
    let damaged = |bytes: &[u8]| matches!(Genesis::parse(bytes), Err(GenesisError::Damaged(_)));
    assert!(damaged(&bytes[..40]));
    assert!(damaged(&[&bytes[..], &[0]].concat()));
    assert!(damaged(b"something else"));
}

#[track_caller]
fn inconsistent(error: GenesisError, spoil: impl FnOnce(&mut Genesis)) {
    let mut genesis = genesis(&[home(1), home(2)]);
    assert_eq!(genesis.check(), Ok(()));
    spoil(&mut genesis);
    assert_eq!(genesis.check(), Err(error));
    assert_eq!(Genesis::parse(&genesis.to_bytes()), Err(error));
    assert!(Genesis::from_bytes(&genesis.to_bytes()).is_err());
}

/// The identity.
fn small_order() -> [u8; 32] {
    let mut key = [0; 32];
    key[0] = 1;
    key
}

#[test]
fn an_inconsistent_genesis_is_refused() {
    inconsistent(GenesisError::Managers, |g| g.managers.truncate(3));
    inconsistent(GenesisError::Managers, |g| g.managers[1] = g.managers[0]);
    // The identity: a point of small order, under which anything verifies loosely.
    inconsistent(GenesisError::Managers, |g| {
        g.managers[0].member.key = small_order();
    });
    inconsistent(GenesisError::Managers, |g| g.managers[0].member.vrf = small_order());
    inconsistent(GenesisError::Managers, |g| g.managers[0].member.vrf = g.managers[1].member.vrf);
    inconsistent(GenesisError::Managers, |g| g.managers[0].account = g.managers[1].account);
    inconsistent(GenesisError::Managers, |g| g.managers[0].account = home(9));
    inconsistent(GenesisError::Managers, |g| {
        g.managers[0].bond = abc(g.params.manager_bond - 1);
    });
    inconsistent(GenesisError::Managers, |g| g.managers.swap(0, 1));
    inconsistent(GenesisError::Workers, |g| {
        let worker = |archive| FirstWorker { id: WorkerId([1; 32]), archive };
        g.workers = vec![worker(true), worker(false)];
    });
    inconsistent(GenesisError::Parameters, |g| g.params.interval_ms = 0);
    inconsistent(GenesisError::Parameters, |g| g.params.epoch = 59);
    inconsistent(GenesisError::Parameters, |g| g.params.epoch = 90);
    inconsistent(GenesisError::Parameters, |g| g.params.epoch = 0);
    inconsistent(GenesisError::Parameters, |g| g.params.block_actions = 0);
    inconsistent(GenesisError::Parameters, |g| g.params.names[2] = u64::MAX);
    inconsistent(GenesisError::Parameters, |g| g.params.prices.existential = 999);
    inconsistent(GenesisError::Parameters, |g| g.params.prices.byte = u64::MAX);
    inconsistent(GenesisError::Balances, |g| g.balances.swap(0, 1));
    inconsistent(GenesisError::Balances, |g| g.balances.insert(0, g.balances[0]));
    inconsistent(GenesisError::Balances, |g| g.balances[0].1 = abc(9_999));
    inconsistent(GenesisError::Balances, |g| g.faucet = Some(home(9)));
    inconsistent(GenesisError::Balances, |g| g.balances[0].1 = MAX_SUPPLY);
    inconsistent(GenesisError::Balances, |g| {
        g.balances.iter_mut().for_each(|balance| balance.1 = abc(u64::MAX));
    });
}

#[test]
fn a_genesis_gives_committee_state_and_supply() {
    let genesis = genesis(&[home(1), home(2)]);
    let bonds = 4 * Params::DEVNET.manager_bond;
    assert_eq!(genesis.supply(), abc(6 * START + bonds));
    let number = genesis.committee().position(&manager(4).public()).unwrap();
    assert_eq!(genesis.committee().member(number), Some(&member(4)));
    let seats = Seats::of(&genesis.state(), &genesis.params, Round(1)).unwrap();
    assert_eq!(seats.committee(), genesis.committee());
    assert_eq!(genesis.tip([1; 32]).committee, genesis.committee().hash());
    assert_eq!(genesis.tip([1; 32]).block.0, genesis.chain().0);
    let state = genesis.state();
    for (home, entry) in genesis.entries() {
        let account = account_of(&state, home).unwrap().unwrap();
        assert_eq!((account.counter, account.abc), (1, abc(START)));
        assert_eq!(account.history, entry.next_hash(&[0; 32]));
        assert_eq!(account.slots, []);
    }
    let mut whole = super::genesis(&[home(1)]);
    let others = whole.supply().minus(whole.balances[0].1).unwrap();
    whole.balances[0].1 = MAX_SUPPLY.minus(others).unwrap();
    assert_eq!(whole.check(), Ok(()));
}
