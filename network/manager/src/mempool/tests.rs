//! What waits, what goes before what, and what goes with what.

use super::*;
use ledger::{CLAIM_LEVELS, ClaimEnvelope, CollectEnvelope, RedEnvelopeId};
use rand::SeedableRng;
use rand::rngs::StdRng;
use shielded::{Anchor, Draft, Memo, Output, Period, Plan, Purpose, SpendingKey};
use types::{AddressKind, Amount, ChainId};

fn home(n: u8) -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [n; 20] }
}

fn tx(expiry: u64, fee: u64) -> Arc<Transaction> {
    Arc::new(Transaction {
        version: Transaction::VERSION,
        chain: ChainId([1; 32]),
        expiry: Round(expiry),
        price_epoch: 0,
        bundle: None,
        sources: vec![],
        fee: Amount::new(fee),
        actions: vec![],
        witness: vec![],
    })
}

fn fees(list: &[Arc<Transaction>]) -> Vec<u64> {
    list.iter().map(|tx| tx.fee.units()).collect()
}

#[test]
fn a_nonce_is_taken_over_by_who_pays_a_tenth_more() {
    let mut pool = Mempool::default();
    pool.insert(tx(9, 100), vec![(home(1), 0)], true).unwrap();
    pool.insert(tx(9, 100), vec![(home(1), 0)], false).unwrap();
    let other = pool.insert(tx(9, 109), vec![(home(2), 0), (home(1), 0)], true);
    assert_eq!(other, Err(Refused::Taken));
    assert_eq!(fees(&pool.best()), [100]);
    pool.insert(tx(9, 110), vec![(home(2), 0), (home(1), 0)], true).unwrap();
    assert_eq!(fees(&pool.best()), [110]);
    // One that takes the nonces of two pays a tenth more than both.
    pool.insert(tx(9, 90), vec![(home(3), 4)], true).unwrap();
    let both = vec![(home(3), 4), (home(1), 0)];
    assert_eq!(pool.insert(tx(9, 219), both.clone(), true), Err(Refused::Taken));
    pool.insert(tx(9, 220), both, true).unwrap();
    assert_eq!((fees(&pool.best()), pool.load().0), (vec![220], 1));
}

#[test]
fn the_best_paid_come_first_and_nonces_keep_their_order() {
    let mut pool = Mempool::default();
    for (account, nonce, fee) in [(1, 0, 5), (1, 1, 90), (2, 7, 50), (2, 8, 6), (3, 0, 40)] {
        pool.insert(tx(9, fee), vec![(home(account), nonce)], true).unwrap();
    }
    assert_eq!(fees(&pool.best()), [50, 40, 6, 5, 90]);
}

#[test]
fn those_that_go_before_are_found_through_other_accounts() {
    let mut pool = Mempool::default();
    pool.insert(tx(9, 1), vec![(home(2), 6)], true).unwrap();
    pool.insert(tx(9, 2), vec![(home(3), 0)], true).unwrap();
    pool.insert(tx(9, 3), vec![(home(1), 0), (home(2), 7)], true).unwrap();
    assert_eq!(fees(&pool.before(&[(home(1), 1)]).unwrap()), [1, 3]);
    assert_eq!(fees(&pool.before(&[(home(1), 0)]).unwrap()), [0; 0]);
    for nonce in 0..=MAX_BEFORE as u64 {
        pool.insert(tx(9, 100 + nonce), vec![(home(4), nonce)], true).unwrap();
    }
    let crowd = pool.before(&[(home(4), MAX_BEFORE as u64 + 1)]);
    assert_eq!(crowd.unwrap_err(), Refused::TooManyBefore);
}

#[test]
fn a_final_block_an_expiry_and_a_refusal_each_free_their_room() {
    let mut pool = Mempool::default();
    for (account, nonce, expiry) in [(1, 0, 9), (1, 1, 9), (1, 2, 9), (2, 0, 3), (3, 0, 9)] {
        let fee = 10 * u64::from(account) + nonce;
        pool.insert(tx(expiry, fee), vec![(home(account), nonce)], account > 2).unwrap();
    }
    assert_eq!(fees(&pool.own(9)), [30]);
    pool.use_up(&Used { turns: vec![(home(1), 1), (home(5), 5)], ..Used::default() });
    pool.expire(Round(4));
    assert_eq!(fees(&pool.best()), [30, 12]);
    pool.drop_id(tx(9, 30).id());
    pool.drop_id(tx(9, 12).id());
    assert!(pool.by_id.is_empty() && pool.by_turn.is_empty() && pool.bytes == 0);
}

/// It would wait in front of everybody and never stand in a block.
#[test]
fn what_stood_behind_one_that_goes_goes_too() {
    let of = |first: u64| {
        let mut pool = Mempool::default();
        pool.insert(tx(first, 1), vec![(home(1), 0)], true).unwrap();
        pool.insert(tx(9, 50), vec![(home(1), 1), (home(2), 4)], true).unwrap();
        pool.insert(tx(9, 60), vec![(home(2), 5)], true).unwrap();
        pool.insert(tx(9, 7), vec![(home(3), 0)], true).unwrap();
        pool
    };
    let mut pool = of(3);
    pool.expire(Round(4));
    assert_eq!(fees(&pool.best()), [7], "expired");
    let mut pool = of(9);
    pool.drop_id(tx(9, 1).id());
    assert_eq!(fees(&pool.best()), [7], "refused");
    // It takes the first account's turn only: what waited behind the second one's has nothing to
    // stand on.
    let mut pool = of(9);
    pool.insert(tx(9, 55), vec![(home(1), 1)], true).unwrap();
    assert_eq!(fees(&pool.best()), [7, 1, 55], "replaced");
}

#[test]
fn an_account_that_has_done_something_else_is_named() {
    let mut pool = Mempool::default();
    for (account, nonce, fee) in [(1, 0, 10), (1, 1, 11), (2, 0, 20), (2, 1, 21), (3, 0, 30)] {
        pool.insert(tx(9, fee), vec![(home(account), nonce)], true).unwrap();
    }
    pool.insert(tx(9, 5), vec![(home(4), 2), (home(5), 0)], true).unwrap();
    pool.insert(tx(9, 6), vec![(home(5), 1)], true).unwrap();
    let turns = vec![(home(1), 0), (home(2), 0), (home(3), 0), (home(4), 2)];
    let changed = pool.use_up(&Used { turns, ids: vec![tx(9, 20).id()], ..Used::default() });
    // The second has done what waited here; of the third and the fourth nothing waits any more.
    assert_eq!(changed, [home(1), home(5)].into());
    assert_eq!(fees(&pool.best()), [21, 11, 6]);
}

#[test]
fn a_claim_without_a_source_goes_with_the_block_that_holds_it() {
    let mut pool = Mempool::default();
    let (claim, other) = (tx(9, 7), tx(9, 8));
    pool.insert(claim.clone(), vec![], true).unwrap();
    pool.insert(other.clone(), vec![], true).unwrap();
    pool.use_up(&Used { ids: vec![claim.id()], ..Used::default() });
    assert!(!pool.contains(claim.id()) && pool.contains(other.id()));
    assert_eq!((pool.own(9).len(), pool.load().0), (1, 1));
}

#[test]
fn a_full_pool_lets_go_of_the_worst_paid_and_of_what_stood_behind_them() {
    let mut pool = Mempool::default();
    for nonce in 0..MAX_WAITING as u64 - 2 {
        pool.insert(tx(9, 1000 + nonce), vec![(home(1), nonce)], true).unwrap();
    }
    pool.insert(tx(9, 10), vec![(home(2), 0)], true).unwrap();
    pool.insert(tx(9, 90_000), vec![(home(2), 1)], true).unwrap();
    assert_eq!(pool.insert(tx(8, 10), vec![(home(3), 0)], true), Err(Refused::Full));
    pool.insert(tx(9, 11), vec![(home(3), 0)], true).unwrap();
    assert_eq!(pool.load().0, MAX_WAITING - 1);
    assert!(!pool.contains(tx(9, 10).id()) && !pool.contains(tx(9, 90_000).id()));
    pool.insert(tx(9, 1), vec![(home(4), 0)], true).unwrap();
    assert_eq!(pool.insert(tx(9, 1), vec![(home(5), 0)], true), Ok(()));
    assert_eq!(pool.insert(tx(8, 1), vec![(home(5), 9)], true), Err(Refused::Full));
}

#[test]
fn nothing_goes_to_make_room_for_what_stands_behind_it() {
    let mut pool = Mempool::default();
    for nonce in 0..MAX_WAITING as u64 - 1 {
        pool.insert(tx(9, 1000 + nonce), vec![(home(1), nonce)], true).unwrap();
    }
    pool.insert(tx(9, 10), vec![(home(2), 0)], true).unwrap();
    let behind = pool.insert(tx(9, 90_000), vec![(home(2), 1)], true);
    assert_eq!(behind, Err(Refused::Full));
    assert!(pool.contains(tx(9, 10).id()));
}

/// A transaction with a bundle that nobody proved; the same seed gives the same nullifiers.
fn private(seed: u64, expiry: u64) -> Arc<Transaction> {
    let key = SpendingKey::derive(&[1; 32], Period::new(768).unwrap()).unwrap().viewing_key();
    let to = key.address_for(ChainId([1; 32]), b"home").unwrap();
    let (amount, purpose) = (Amount::new(5), Purpose::Payment);
    let output = Output { to, amount, memo: Memo::Empty, purpose };
    let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs: vec![output] };
    let draft = Draft::build(&plan, &key, &mut StdRng::seed_from_u64(seed)).unwrap();
    let bundle = Some(Box::new(draft.unsigned()));
    Arc::new(Transaction { bundle, ..Transaction::clone(&tx(expiry, 100)) })
}

#[test]
fn a_note_is_spent_by_the_first_that_was_seen() {
    let mut pool = Mempool::default();
    pool.insert(private(1, 9), vec![], true).unwrap();
    pool.insert(private(1, 9), vec![], true).unwrap();
    assert_eq!(pool.insert(private(1, 8), vec![], true), Err(Refused::NoteTaken));
    pool.insert(private(2, 9), vec![], true).unwrap();
    assert_eq!(pool.load().0, 2);
    pool.drop_id(private(1, 9).id());
    pool.insert(private(1, 8), vec![], true).unwrap();
    assert_eq!(pool.load().0, 2);
}

/// Asked before a proof is verified, so that it must never say more than the insertion would.
#[test]
fn what_has_no_place_is_known_before_it_comes_in() {
    let mut pool = Mempool::default();
    pool.insert(private(1, 9), vec![], true).unwrap();
    assert_eq!(pool.admits(&private(1, 8), &[]), Err(Refused::NoteTaken));
    assert_eq!(pool.admits(&private(2, 8), &[]), Ok(()));
    pool.insert(tx(9, 100), vec![(home(1), 0)], true).unwrap();
    assert_eq!(pool.admits(&tx(9, 109), &[(home(1), 0)]), Err(Refused::Taken));
    for nonce in 0..MAX_WAITING as u64 - 2 {
        pool.insert(tx(9, 1000 + nonce), vec![(home(2), nonce)], true).unwrap();
    }
    assert_eq!(pool.admits(&private(2, 8), &[]), Err(Refused::Full));
    assert_eq!(pool.admits(&tx(9, 110), &[(home(1), 0)]), Ok(()), "it replaces one");
    assert_eq!(pool.load().0, MAX_WAITING, "nothing is changed by a question");
}

#[test]
fn what_a_final_block_has_spent_waits_no_longer() {
    let mut pool = Mempool::default();
    pool.insert(private(1, 9), vec![], true).unwrap();
    pool.insert(private(2, 9), vec![(home(1), 0)], true).unwrap();
    pool.insert(tx(9, 1), vec![(home(1), 1)], true).unwrap();
    let other = private(2, 8);
    let used = Used { ids: vec![other.id()], marks: marks(&other).collect(), ..Used::default() };
    pool.use_up(&used);
    assert_eq!(pool.load().0, 1);
    assert!(pool.contains(private(1, 9).id()));
    assert!(pool.by_mark.len() == 2 && pool.by_turn.is_empty());
}

/// A claim with this key.
fn claim(key: u8, expiry: u64) -> Arc<Transaction> {
    let claim = ClaimEnvelope {
        envelope: RedEnvelopeId([5; 32]),
        key: [key; 32],
        index: 0,
        path: [[0; 32]; CLAIM_LEVELS],
        pay_to: None,
    };
    let actions = vec![Action::ClaimEnvelope(Box::new(claim))];
    Arc::new(Transaction { actions, sources: vec![], ..Transaction::clone(&tx(expiry, 100)) })
}

#[test]
fn a_claim_key_waits_once_and_no_longer_than_it_can_be_used() {
    let mut pool = Mempool::default();
    pool.insert(claim(1, 9), vec![], true).unwrap();
    assert_eq!(pool.insert(claim(1, 8), vec![], true), Err(Refused::ClaimTaken));
    assert_eq!(pool.admits(&claim(1, 7), &[]), Err(Refused::ClaimTaken));
    pool.insert(claim(2, 9), vec![], true).unwrap();
    // In a block stands another claim with the first key.
    let other = claim(1, 6);
    let used = Used { ids: vec![other.id()], marks: marks(&other).collect(), ..Used::default() };
    pool.use_up(&used);
    assert_eq!((pool.load().0, pool.by_mark.len()), (1, 1));
    assert!(pool.contains(claim(2, 9).id()));
}

#[test]
fn a_share_is_collected_by_one_transaction_at_a_time_beside_its_claim() {
    let mut pool = Mempool::default();
    let collect = |expiry| {
        let collect =
            CollectEnvelope { envelope: RedEnvelopeId([5; 32]), key: [1; 32], pay_to: None };
        let actions = vec![Action::CollectEnvelope(collect)];
        Arc::new(Transaction { actions, ..Transaction::clone(&tx(expiry, 100)) })
    };
    pool.insert(claim(1, 9), vec![], true).unwrap();
    pool.insert(collect(9), vec![], true).unwrap();
    assert_eq!(pool.insert(collect(8), vec![], true), Err(Refused::ClaimTaken));
    assert_eq!(pool.admits(&collect(7), &[]), Err(Refused::ClaimTaken));
    let other = collect(6);
    let used = Used { ids: vec![other.id()], marks: marks(&other).collect(), ..Used::default() };
    pool.use_up(&used);
    assert_eq!((pool.load().0, pool.by_mark.len()), (1, 1));
}
