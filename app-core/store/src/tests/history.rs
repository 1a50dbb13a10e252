//! The history as a person reads it.

use super::{NOW, address, alice, contact, entry, message, payment, save};
use crate::{Change, Flow, HistoryKind, HistoryRow};
use chat::Change as Chat;
use chat::{Direction, Message, PaymentRef};
use ledger::EntryKind;
use types::{Amount, Round, TxId};
use wallet::Change as Wallet;
use wallet::{PaymentState, SavedAccount};

/// Transaction, flow, amount, fee, contact known, memo, state.
type Shown = (u8, Flow, u64, Option<u64>, bool, Option<String>, PaymentState);

fn shown(row: &HistoryRow) -> Shown {
    let fee = row.fee.map(Amount::units);
    let HistoryRow { flow, state, .. } = *row;
    (row.tx.0[0], flow, row.amount.units(), fee, row.contact.is_some(), row.memo.clone(), state)
}

/// Alice got 100 at the start and 30 from bob, paid bob 5, and pays two more.
async fn story() -> (super::Closing, crate::Store) {
    let (temporary, store) = alice().await;
    let bob = contact(2, "bob");
    let from_bob = PaymentRef { tx: TxId([2; 32]), amount: Amount::new(30) };
    let told = Message {
        text: "for the tickets".to_owned(),
        payment: Some(from_bob),
        ..message(bob.account, Direction::In, 1)
    };
    let mut paid = payment(3, bob.address());
    paid.contact = Some(bob.account);
    paid.state = PaymentState::Final(Round(5));
    let mut dead = payment(5, address(9));
    dead.state = PaymentState::Expired;
    let changes: Vec<Change> = vec![
        Chat::SaveContact(Box::new(contact(2, "bob"))).into(),
        Chat::AddMessage(told).into(),
        Wallet::SavePayment(paid).into(),
        Wallet::SavePayment(payment(4, bob.address())).into(),
        Wallet::SavePayment(dead).into(),
        Wallet::AddEntries(vec![
            entry(1, 1, EntryKind::Genesis, 100, None),
            entry(2, 2, EntryKind::PayIn, 30, Some(bob.address())),
            entry(3, 3, EntryKind::Fee, 1000, None),
            entry(4, 3, EntryKind::PayOut, 5_000_000, Some(bob.address())),
        ])
        .into(),
    ];
    save(&store, changes).await;
    (temporary, store)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn each_transaction_is_one_row_with_all_that_is_known_about_it() {
    let (_temporary, store) = story().await;
    let rows = store.history(None, None).await.unwrap();
    let lunch = || Some("for lunch".to_owned());
    let tickets = Some("for the tickets".to_owned());
    let expected: Vec<Shown> = vec![
        (1, Flow::In, 100, None, false, None, PaymentState::Final(Round(1))),
        (2, Flow::In, 30, None, true, tickets, PaymentState::Final(Round(2))),
        (3, Flow::Out, 5_000_000, Some(1000), true, lunch(), PaymentState::Final(Round(3))),
        (4, Flow::Out, 5_000_000, Some(1000), true, lunch(), PaymentState::Queued),
        (5, Flow::Out, 5_000_000, None, false, lunch(), PaymentState::Expired),
    ];
    assert_eq!(rows.iter().map(shown).collect::<Vec<_>>(), expected);
    assert_eq!(rows[0].kind, HistoryKind::Genesis);
    assert_eq!(rows[1].kind, HistoryKind::Payment);
    assert_eq!(rows[2].counterparty, Some(contact(2, "bob").address()));
    let rounds: Vec<_> = rows.iter().map(|row| row.round).collect();
    assert_eq!(rounds, [Some(Round(1)), Some(Round(2)), Some(Round(3)), None, None]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_range_begins_at_its_start_and_ends_before_its_end() {
    let (_temporary, store) = story().await;
    let at = |tx| Some(NOW.plus_secs(tx));
    let found = async |from, to| {
        let rows = store.history(from, to).await.unwrap();
        rows.iter().map(|row| row.tx.0[0]).collect::<Vec<_>>()
    };
    assert_eq!(found(at(2), at(4)).await, [2, 3]);
    assert_eq!(found(at(4), None).await, [4, 5]);
    assert_eq!(found(None, at(2)).await, [1]);
    assert_eq!(found(at(4), at(2)).await, [0; 0]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_no_payment_is_shown_as_what_it_is() {
    let (_temporary, store) = alice().await;
    let rewarded = |counter, round| {
        let mut reward = entry(counter, 9, EntryKind::Reward, 5, None);
        reward.entry.round = Round(round);
        reward
    };
    let entries = vec![
        entry(1, 1, EntryKind::Converted, 40, None),
        entry(2, 1, EntryKind::Fee, 3, None),
        entry(3, 2, EntryKind::KeyAdded, 0, Some(address(4))),
        entry(4, 3, EntryKind::Bond, 70, None),
        // What the rules do by themselves names one transaction for ever.
        rewarded(5, 60),
        rewarded(6, 120),
    ];
    save(&store, vec![Wallet::AddEntries(entries)]).await;
    let rows = store.history(None, None).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.kind, row.flow, row.amount.units())).collect();
    let expected = [
        (HistoryKind::Conversion, Flow::Out, 40),
        (HistoryKind::Key, Flow::Itself, 0),
        (HistoryKind::Bond, Flow::Out, 70),
        (HistoryKind::Reward, Flow::In, 5),
        (HistoryKind::Reward, Flow::In, 5),
    ];
    assert_eq!(found, expected);
    assert_eq!(rows[0].fee.map(Amount::units), Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payment_to_ourselves_counts_once() {
    let (_temporary, store) = alice().await;
    let home = address(1);
    let changes = vec![
        Wallet::SaveAccount(SavedAccount { round: Round(1), home, account: None }),
        Wallet::SavePayment(payment(2, home)),
        Wallet::AddEntries(vec![
            entry(1, 1, EntryKind::PayOut, 50, Some(home)),
            entry(2, 1, EntryKind::PayIn, 50, Some(home)),
            entry(3, 1, EntryKind::Fee, 3, None),
        ]),
    ];
    save(&store, changes).await;
    let rows = store.history(None, None).await.unwrap();
    let found: Vec<_> =
        rows.iter().map(|row| (row.flow, row.amount.units(), row.round.is_some())).collect();
    assert_eq!(found, [(Flow::Itself, 50, true), (Flow::Itself, 5_000_000, false)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn several_payees_have_no_single_counterparty() {
    let (_temporary, store) = alice().await;
    let entries = vec![
        entry(1, 1, EntryKind::PayOut, 50, Some(address(1))),
        entry(2, 1, EntryKind::PayOut, 60, Some(address(2))),
        entry(3, 1, EntryKind::PayOut, 70, Some(address(3))),
    ];
    save(&store, vec![Wallet::AddEntries(entries)]).await;
    let rows = store.history(None, None).await.unwrap();
    assert_eq!((rows.len(), rows[0].amount, rows[0].counterparty), (1, Amount::new(180), None));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_crosses_the_border_of_the_private_pool_is_no_payment() {
    let (_temporary, store) = alice().await;
    let entries = vec![
        entry(1, 1, EntryKind::Fee, 3, None),
        entry(2, 1, EntryKind::PoolIn, 40, None),
        entry(3, 2, EntryKind::PoolOut, 15, None),
        // Into the pool and to somebody at once: it is a payment.
        entry(4, 3, EntryKind::PoolIn, 7, None),
        entry(5, 3, EntryKind::PayOut, 5, Some(address(9))),
    ];
    save(&store, vec![Wallet::AddEntries(entries)]).await;
    let rows = store.history(None, None).await.unwrap();
    let found: Vec<_> = rows.iter().map(|row| (row.kind, row.flow, row.amount.units())).collect();
    let expected = [
        (HistoryKind::Shield, Flow::Out, 40),
        (HistoryKind::Unshield, Flow::In, 15),
        (HistoryKind::Payment, Flow::Out, 5),
    ];
    assert_eq!(found, expected);
    assert_eq!((rows[0].fee, rows[0].counterparty), (Some(Amount::new(3)), None));
}
