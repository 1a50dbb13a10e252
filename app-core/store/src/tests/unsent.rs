//! What nobody took, and what is sent once more.

use super::{NOW, alice, contact, message, save};
use crate::{Change, Store, StoreError};
use chat::Change as Chat;
use chat::{Delivery, Direction, Message, Outgoing, PaymentRef, Pending};
use types::{Amount, MessageId, OpenId, SendId, Timestamp, TxId, WorkerId};

const LATER: Timestamp = Timestamp(NOW.0 + 100_000_000);

fn id(byte: u8) -> MessageId {
    MessageId([byte; 16])
}

fn pending(contact: OpenId, byte: u8) -> Pending {
    Pending { contact, message: Some(id(byte)), content: vec![byte] }
}

fn outgoing(contact: OpenId, byte: u8) -> Outgoing {
    Outgoing {
        contact,
        message: Some(id(byte)),
        worker: WorkerId([1; 32]),
        send: SendId([2; 32]),
        blob: vec![byte; 512],
        signature: [3; 64],
    }
}

/// Three messages to bob: the first waits to be encrypted, the second to leave, the third did.
async fn with_messages() -> (super::Closing, Store, OpenId) {
    let (temporary, store) = alice().await;
    let bob = contact(2, "bob").account;
    let carol = contact(3, "carol").account;
    let sent = Message { delivery: Delivery::Sent, ..message(bob, Direction::Out, 3) };
    let changes = vec![
        Chat::SaveContact(Box::new(contact(2, "bob"))),
        Chat::SaveContact(Box::new(contact(3, "carol"))),
        Chat::AddMessage(message(bob, Direction::Out, 1)),
        Chat::AddPending(pending(bob, 1)),
        Chat::AddMessage(message(bob, Direction::Out, 2)),
        Chat::AddOutgoing(outgoing(bob, 2)),
        Chat::AddMessage(sent),
        // Of somebody else, under the same id.
        Chat::AddMessage(message(carol, Direction::Out, 1)),
        Chat::AddPending(pending(carol, 1)),
    ];
    save(&store, changes).await;
    (temporary, store, bob)
}

fn give_up(contact: OpenId, byte: u8) -> Chat {
    Chat::GiveUp { contact, message: id(byte) }
}

fn requeue(contact: OpenId, byte: u8) -> Chat {
    Chat::Requeue { contact, message: id(byte), time: LATER, content: vec![byte, byte] }
}

/// Id and state of each message to a contact, and how much waits for it.
async fn shown(store: &Store, contact: OpenId) -> (Vec<(u8, Delivery)>, usize, usize) {
    let rows = store.conversation(contact, None).await.unwrap();
    let states = rows.iter().map(|row| (row.message.id.0[0], row.message.delivery)).collect();
    let waiting = store.pending(contact, 9).await.unwrap().len();
    (states, waiting, store.outgoing(contact, 9).await.unwrap().len())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_given_up_leaves_nothing_behind_that_could_still_send_it() {
    use Delivery::{Failed, Queued, Sent};
    let (_temporary, store, bob) = with_messages().await;
    let queued: Vec<_> = store.queued(bob).await.unwrap().iter().map(|found| found.id).collect();
    assert_eq!(queued, [id(1), id(2)]);
    save(&store, vec![give_up(bob, 1)]).await;
    assert_eq!(shown(&store, bob).await, (vec![(1, Failed), (2, Queued), (3, Sent)], 0, 1));
    save(&store, vec![give_up(bob, 2), give_up(bob, 3), give_up(bob, 9)]).await;
    assert_eq!(shown(&store, bob).await, (vec![(1, Failed), (2, Failed), (3, Sent)], 0, 0));
    assert!(store.queued(bob).await.unwrap().is_empty());
    let carol = contact(3, "carol").account;
    assert_eq!(shown(&store, carol).await, (vec![(1, Queued)], 1, 0), "nobody else's");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payments_notice_is_neither_given_up_nor_sent_once_more() {
    let (_temporary, store, bob) = with_messages().await;
    let payment = Some(PaymentRef { tx: TxId([1; 32]), amount: Amount::new(5) });
    for (byte, delivery) in [(4, Delivery::Queued), (5, Delivery::Failed)] {
        let notice = Message { payment, delivery, ..message(bob, Direction::Out, byte) };
        save(&store, vec![Chat::AddMessage(notice), give_up(bob, byte), requeue(bob, byte)]).await;
        let found = store.written(bob, id(byte)).await.unwrap().unwrap();
        assert_eq!(found.delivery, delivery);
    }
    assert_eq!(store.pending(bob, 9).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_is_sent_once_more_stands_at_the_end_and_waits_once() {
    use Delivery::{Failed, Queued, Sent};
    let (_temporary, store, bob) = with_messages().await;
    save(&store, vec![give_up(bob, 1)]).await;
    let changes = (0..8).map(|_| {
        let store = store.clone();
        tokio::spawn(async move { store.apply(vec![requeue(bob, 1).into()]).await })
    });
    for change in changes.collect::<Vec<_>>() {
        change.await.unwrap().unwrap();
    }
    assert_eq!(shown(&store, bob).await, (vec![(2, Queued), (3, Sent), (1, Queued)], 1, 1));
    let waiting = store.pending(bob, 9).await.unwrap().remove(0).1;
    assert_eq!(waiting, Pending { content: vec![1, 1], ..pending(bob, 1) });
    let again = store.written(bob, id(1)).await.unwrap().unwrap();
    assert_eq!(again, Message { time: LATER, ..message(bob, Direction::Out, 1) });

    // It may fail again, and be sent once more again.
    save(&store, vec![give_up(bob, 1)]).await;
    assert_eq!(shown(&store, bob).await, (vec![(2, Queued), (3, Sent), (1, Failed)], 0, 1));
    save(&store, vec![requeue(bob, 1)]).await;
    assert_eq!(shown(&store, bob).await.1, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_what_failed_is_sent_once_more() {
    let (_temporary, store, bob) = with_messages().await;
    let before = shown(&store, bob).await;
    save(&store, vec![requeue(bob, 1), requeue(bob, 2), requeue(bob, 3), requeue(bob, 9)]).await;
    assert_eq!(shown(&store, bob).await, before);
    // A receipt that came first has the last word.
    let delivered =
        Chat::SetDelivery { contact: bob, message: id(1), delivery: Delivery::Delivered };
    save(&store, vec![give_up(bob, 1), delivered, requeue(bob, 1)]).await;
    assert_eq!(shown(&store, bob).await.0[0], (1, Delivery::Delivered));
    assert!(store.pending(bob, 9).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_crash_between_leaves_it_as_it_was() {
    let (_temporary, store, bob) = with_messages().await;
    let nobody = || Chat::AddMessage(message(OpenId([9; 32]), Direction::In, 1));
    let before = shown(&store, bob).await;
    let changes = |change: Chat| -> Vec<Change> { vec![change.into(), nobody().into()] };
    let done = store.apply(changes(give_up(bob, 2))).await;
    assert!(matches!(done, Err(StoreError::Database(_))));
    assert_eq!(shown(&store, bob).await, before);
    save(&store, vec![give_up(bob, 2)]).await;
    let before = shown(&store, bob).await;
    assert!(store.apply(changes(requeue(bob, 2))).await.is_err());
    assert_eq!(shown(&store, bob).await, before);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_a_contact_may_have_missed_is_found_once_and_in_order() {
    let (_temporary, store, bob) = with_messages().await;
    let sent = |byte, time, delivery| {
        let message = message(bob, Direction::Out, byte);
        Chat::AddMessage(Message { time, delivery, ..message })
    };
    let old = Timestamp(NOW.0 - 2000);
    let changes = vec![
        sent(4, LATER, Delivery::Delivered),
        sent(5, LATER, Delivery::Failed),
        sent(6, old, Delivery::Sent),
        sent(7, old, Delivery::Queued),
        Chat::AddMessage(message(bob, Direction::In, 8)),
        Chat::AddMessage(Message { time: old, ..message(bob, Direction::In, 9) }),
    ];
    save(&store, changes).await;
    let missed = store.unconfirmed(bob, Timestamp(NOW.0 - 1000)).await.unwrap();
    let written: Vec<_> = missed.written.iter().map(|message| message.id).collect();
    // The first waits to be encrypted anyway; the sixth is too old, unless it never left.
    assert_eq!(written, [id(2), id(3), id(7)]);
    assert_eq!(missed.received, [id(8)]);
    assert_eq!(missed.waiting, store.pending(bob, 9).await.unwrap());

    save(&store, vec![Chat::DropOutgoing(bob)]).await;
    assert!(store.outgoing(bob, 9).await.unwrap().is_empty());
    assert_eq!(store.pending(bob, 9).await.unwrap().len(), 1);
    assert_eq!(store.unconfirmed(bob, NOW).await.unwrap().written.len(), 3, "and stays found");
}
