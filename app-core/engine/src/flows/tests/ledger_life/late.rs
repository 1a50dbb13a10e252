//! A payment that was asked for without a network, and the network found again much later.

use ledger::{Flags, Transaction, flags_key};
use types::{Round, TxId};
use wallet::{Payment, PaymentState, Wish, plan};

use super::gifts::{ABC, ALICE, Bank, Home, address, ground, person};
use super::*;

/// More rounds than a signature holds for.
const LONG: usize = 650;

async fn only(store: &Store) -> Payment {
    let [payment] = &store.open_payments().await.unwrap()[..] else { panic!("one payment") };
    payment.clone()
}

/// What Bob is to be told of, while that waits.
async fn told(store: &Store, bob: OpenId) -> Vec<TxId> {
    let waiting = store.pending(bob, 100).await.unwrap();
    let bodies = waiting.iter().map(|(_, it)| Content::from_bytes(&it.content).unwrap().body);
    let named =
        bodies.filter_map(|body| if let Body::Payment { tx, .. } = body { Some(tx) } else { None });
    named.collect()
}

fn wanted(bob: OpenId, amount: u64) -> Wanted {
    let (payee, amount) = (Payee::Contact(bob), Amount::new(amount));
    Wanted { payee, amount, memo: Some("tea".to_owned()) }
}

/// A payment to Bob that is made without a network, and the ledger so much later.
async fn paid_away(home: &Home, engine: &mut Engine, amount: u64) -> (OpenId, Payment) {
    let bob = with_envelopes(&home.store, BOB, 0).await;
    assert!(engine.catch_up_ledger(PATIENCE).await.unwrap());
    let paid = engine.pay(wanted(bob, amount), Duration::ZERO).await.unwrap();
    assert_eq!(paid.state, PaymentState::Queued);
    assert_eq!(told(&home.store, bob).await, [paid.attempt.tx]);
    let mut bank = home.bank.lock().unwrap();
    (0..LONG).for_each(|_| bank.next());
    drop(bank);
    (bob, paid)
}

#[tokio::test]
async fn a_payment_that_waited_too_long_for_a_network_is_signed_once_more_and_paid_once() {
    let home = Home::new().await;
    let mut engine = home.engine().await;
    let (bob, dead) = paid_away(&home, &mut engine, 3 * ABC).await;
    let before = home.bank.lock().unwrap().balance(BOB);

    engine.catch_up_ledger(PATIENCE).await.unwrap();
    let renewed = only(&home.store).await;
    assert_eq!((renewed.intent, renewed.created), (dead.intent, dead.created));
    assert_ne!(renewed.attempt.tx, dead.attempt.tx);
    assert!(renewed.attempt.expiry > dead.attempt.expiry);
    assert_eq!(told(&home.store, bob).await, [renewed.attempt.tx], "told of one payment");

    for _ in 0..3 {
        engine.catch_up_ledger(PATIENCE).await.unwrap();
    }
    let saved = home.store.payment_by_tx(renewed.attempt.tx).await.unwrap().unwrap();
    assert!(matches!(saved.state, PaymentState::Final(_)), "{:?}", saved.state);
    assert_eq!(home.store.payment_by_tx(dead.attempt.tx).await.unwrap(), None);
    let bank = home.bank.lock().unwrap();
    assert_eq!(bank.balance(BOB), before + 3 * ABC);
    assert_eq!(bank.submitted, BTreeSet::from([renewed.attempt.tx]));
}

/// Another device of Alice's pays 40 ABC.
fn pays_elsewhere(bank: &mut Bank) {
    let genesis = bank.chain.genesis.clone();
    let account = ledger::account_of(&bank.state, address(ALICE)).unwrap();
    let ground = ground(&genesis, account.as_ref(), bank.chain.tip());
    let wish = Wish { to: address(BOB), contact: None, amount: Amount::new(40 * ABC), memo: None };
    let alice = person(ALICE);
    let keys = wallet::Keyring { ecdsa: &alice, falcon: None };
    let paid = plan(wish, ground, &keys, Clock::system().now(), &mut rand::rng()).unwrap();
    bank.waiting.push(Transaction::from_bytes(&paid.attempt.bytes).unwrap());
    bank.next();
}

#[tokio::test]
async fn what_cannot_be_paid_any_more_when_the_network_is_back_has_expired() {
    let home = Home::new().await;
    let mut engine = home.engine().await;
    let (_, dead) = paid_away(&home, &mut engine, 30 * ABC).await;
    pays_elsewhere(&mut home.bank.lock().unwrap());
    engine.catch_up_ledger(PATIENCE).await.unwrap();
    let saved = home.store.payment_by_tx(dead.attempt.tx).await.unwrap().unwrap();
    assert_eq!(saved.state, PaymentState::Expired);
    assert!(home.store.open_payments().await.unwrap().is_empty());
    assert!(home.bank.lock().unwrap().submitted.is_empty());
}

fn switches_off(home: &Home) {
    let off = Flags { pool_stop: None, ecdsa_off: Some(Round(1)) };
    home.bank.lock().unwrap().state.insert(flags_key(), off.to_bytes());
}

/// The sync goes on without it, which once it did not.
#[tokio::test]
async fn what_waited_while_ecdsa_was_switched_off_has_expired() {
    let home = Home::new().await;
    let mut engine = home.engine().await;
    let (_, dead) = paid_away(&home, &mut engine, 3 * ABC).await;
    switches_off(&home);
    for _ in 0..2 {
        assert!(engine.catch_up_ledger(PATIENCE).await.unwrap());
    }
    let saved = home.store.payment_by_tx(dead.attempt.tx).await.unwrap().unwrap();
    assert_eq!(saved.state, PaymentState::Expired);
    assert!(home.store.open_payments().await.unwrap().is_empty());
    assert!(home.bank.lock().unwrap().submitted.is_empty());
}

/// Her account has signed nothing yet: it can still move, as long as no node sees its key.
#[tokio::test]
async fn what_was_signed_shortly_before_the_switch_off_is_not_shown_to_anybody() {
    let home = Home::new().await;
    let mut engine = home.engine().await;
    assert!(engine.catch_up_ledger(PATIENCE).await.unwrap());
    let payee = Payee::Address(address(BOB));
    let wanted = Wanted { payee, amount: Amount::new(3 * ABC), memo: None };
    let paid = engine.pay(wanted, Duration::ZERO).await.unwrap();
    switches_off(&home);
    assert!(engine.catch_up_ledger(PATIENCE).await.unwrap());
    assert!(home.bank.lock().unwrap().submitted.is_empty());
    assert_eq!(only(&home.store).await, paid, "it ends with its last round");
}
