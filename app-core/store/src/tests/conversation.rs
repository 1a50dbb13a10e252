//! The conversation as a person sees it.

use super::{address, alice, contact, entry, message, payment, save};
use crate::{Change, Store};
use chat::Change as Chat;
use chat::{Delivery, Direction, Message, PaymentRef};
use ledger::EntryKind;
use types::{Amount, MessageId, OpenId, Round, Timestamp, TxId};
use wallet::Change as Wallet;
use wallet::PaymentState;

async fn with_bob() -> (super::Closing, Store, OpenId) {
    let (temporary, store) = alice().await;
    save(&store, vec![Chat::SaveContact(Box::new(contact(2, "bob")))]).await;
    (temporary, store, contact(2, "bob").account)
}

fn about(message: Message, tx: u8, units: u64) -> Message {
    Message {
        payment: Some(PaymentRef { tx: TxId([tx; 32]), amount: Amount::new(units) }),
        ..message
    }
}

/// Id, amount in units and state of each message.
async fn payments(store: &Store, contact: OpenId) -> Vec<(u8, u64, Option<PaymentState>)> {
    let rows = store.conversation(contact, None).await.unwrap();
    rows.iter()
        .map(|row| {
            let amount = row.message.payment.map_or(0, |payment| payment.amount.units());
            (row.message.id.0[0], amount, row.payment_state)
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn messages_are_in_order_and_each_is_there_once() {
    let (_temporary, store, bob) = with_bob().await;
    let order = [(Direction::In, 3), (Direction::Out, 1), (Direction::In, 1), (Direction::In, 2)];
    for (direction, id) in order {
        let again = || Chat::AddMessage(message(bob, direction, id));
        save(&store, vec![again(), again()]).await;
    }
    let rows = store.conversation(bob, None).await.unwrap();
    let found: Vec<_> =
        rows.iter().map(|row| (row.message.direction, row.message.id.0[0])).collect();
    assert_eq!(found, order);
    assert_eq!(rows[1].message, message(bob, Direction::Out, 1));
    assert_eq!(store.conversation(bob, Some(2)).await.unwrap(), rows[2..]);
    assert!(store.conversation(bob, Some(0)).await.unwrap().is_empty());

    assert!(store.has_message(bob, Direction::In, MessageId([3; 16])).await.unwrap());
    assert!(!store.has_message(bob, Direction::Out, MessageId([3; 16])).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn incoming_messages_are_unread_until_they_were_looked_at() {
    let (_temporary, store, bob) = with_bob().await;
    let carol = contact(3, "carol").account;
    let changes = vec![
        Chat::SaveContact(Box::new(contact(3, "carol"))),
        Chat::AddMessage(message(carol, Direction::In, 1)),
        Chat::AddMessage(message(bob, Direction::In, 1)),
        Chat::AddMessage(message(bob, Direction::Out, 2)),
    ];
    save(&store, changes).await;
    let rows = store.conversation(bob, None).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.unread).collect::<Vec<_>>(), [true, false]);
    assert_eq!(store.unread(bob).await.unwrap(), 1);
    save(&store, vec![Chat::MarkRead(bob)]).await;
    assert_eq!(store.unread(bob).await.unwrap(), 0);
    assert_eq!(store.unread(carol).await.unwrap(), 1);
    // The same message again does not become unread again.
    save(&store, vec![Chat::AddMessage(message(bob, Direction::In, 1))]).await;
    assert_eq!(store.unread(bob).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_came_after_a_look_stays_unread() {
    let (_temporary, store, bob) = with_bob().await;
    let order = [(Direction::In, 3), (Direction::In, 1), (Direction::Out, 2), (Direction::In, 2)];
    let messages = order.map(|(direction, id)| Chat::AddMessage(message(bob, direction, id)));
    save(&store, messages.into()).await;
    // The first two were shown; the outgoing one has the same id as the last.
    let look = |id| Chat::MarkReadUpTo { contact: bob, message: MessageId([id; 16]) };
    save(&store, vec![look(1)]).await;
    assert_eq!(store.unread(bob).await.unwrap(), 1);
    save(&store, vec![look(9)]).await;
    assert_eq!(store.unread(bob).await.unwrap(), 1);
    save(&store, vec![look(2)]).await;
    assert_eq!(store.unread(bob).await.unwrap(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_outgoing_payment_has_the_state_of_its_transaction() {
    let (_temporary, store, bob) = with_bob().await;
    let mut sent = payment(1, address(9));
    let changes: Vec<Change> = vec![
        Wallet::SavePayment(sent.clone()).into(),
        Chat::AddMessage(about(message(bob, Direction::Out, 1), 1, 5)).into(),
        Chat::AddMessage(about(message(bob, Direction::Out, 2), 2, 5)).into(),
        Chat::AddMessage(message(bob, Direction::Out, 3)).into(),
    ];
    save(&store, changes).await;
    let expected =
        [(1, 5, Some(PaymentState::Queued)), (2, 5, Some(PaymentState::Submitted)), (3, 0, None)];
    assert_eq!(payments(&store, bob).await, expected);
    sent.state = PaymentState::Final(Round(4));
    save(&store, vec![Wallet::SavePayment(sent)]).await;
    assert_eq!(payments(&store, bob).await[0], (1, 5, Some(PaymentState::Final(Round(4)))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn an_incoming_payment_is_what_the_ledger_says() {
    let (_temporary, store, bob) = with_bob().await;
    let from_bob = Some(contact(2, "bob").address());
    let changes: Vec<Change> = vec![
        Chat::AddMessage(about(message(bob, Direction::In, 1), 1, 999)).into(),
        Chat::AddMessage(about(message(bob, Direction::In, 2), 2, 7)).into(),
        // Names the first payment again.
        Chat::AddMessage(about(message(bob, Direction::In, 3), 1, 999)).into(),
        // Somebody else paid this one.
        Chat::AddMessage(about(message(bob, Direction::In, 4), 4, 7)).into(),
        // Went the other way.
        Chat::AddMessage(about(message(bob, Direction::In, 5), 5, 7)).into(),
        Wallet::AddEntries(vec![
            entry(1, 1, EntryKind::PayIn, 30, from_bob),
            entry(2, 1, EntryKind::PayIn, 12, from_bob),
            entry(3, 4, EntryKind::PayIn, 7, Some(address(8))),
            entry(4, 5, EntryKind::PayOut, 7, from_bob),
        ])
        .into(),
    ];
    save(&store, changes).await;
    let expected = [
        (1, 42, Some(PaymentState::Final(Round(1)))),
        (2, 7, Some(PaymentState::Submitted)),
        (3, 999, Some(PaymentState::Submitted)),
        (4, 7, Some(PaymentState::Submitted)),
        (5, 7, Some(PaymentState::Submitted)),
    ];
    assert_eq!(payments(&store, bob).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn money_is_announced_until_it_has_come() {
    let (_temporary, store, bob) = with_bob().await;
    let announced = || store.is_money_announced(Timestamp(10)..=Timestamp(20));
    let told = |n: u8, time| Message {
        time: Timestamp(time),
        ..about(message(bob, Direction::In, n), n, 7)
    };
    let ours = Message { time: Timestamp(15), ..about(message(bob, Direction::Out, 1), 1, 7) };
    let plain = Message { time: Timestamp(15), ..message(bob, Direction::In, 2) };
    let others = [ours, plain, told(3, 9), told(4, 21)];
    save(&store, others.into_iter().map(Chat::AddMessage).collect::<Vec<_>>()).await;
    assert!(!announced().await.unwrap());

    save(&store, vec![Chat::AddMessage(told(5, 10))]).await;
    assert!(announced().await.unwrap());
    save(&store, vec![Wallet::AddEntries(vec![entry(1, 5, EntryKind::PayIn, 7, None)])]).await;
    assert!(!announced().await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn foreign_numbers_and_texts_are_kept_whatever_they_are() {
    let (_temporary, store, bob) = with_bob().await;
    let mut odd = about(message(bob, Direction::In, 1), 1, u64::MAX);
    odd.time = Timestamp(u64::MAX);
    odd.text = "'; DROP TABLE messages; -- \0 火锅 🔥".to_owned();
    save(&store, vec![Chat::AddMessage(odd.clone())]).await;
    let found = store.conversation(bob, None).await.unwrap().remove(0).message;
    assert_eq!(found.text, odd.text);
    assert_eq!(found.time, Timestamp(i64::MAX.cast_unsigned()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_delivery_is_asked_for_by_itself() {
    let (_temporary, store, bob) = with_bob().await;
    let id = MessageId([1; 16]);
    let changes = vec![
        Chat::AddMessage(message(bob, Direction::In, 2)),
        Chat::AddMessage(message(bob, Direction::Out, 1)),
    ];
    save(&store, changes).await;
    assert_eq!(store.delivery(bob, id).await.unwrap(), Some(Delivery::Queued));
    let delivery = Delivery::Sent;
    save(&store, vec![Chat::SetDelivery { contact: bob, message: id, delivery }]).await;
    assert_eq!(store.delivery(bob, id).await.unwrap(), Some(delivery));
    // An incoming one has none.
    assert_eq!(store.delivery(bob, MessageId([2; 16])).await.unwrap(), None);
}
