//! The list of chats, and who stands in it.

use super::{alice, contact, message, payment, save};
use crate::{Change, Store};
use chat::Change as Chat;
use chat::{Contact, Direction, Message, PaymentRef, Standing, accept, decline};
use types::{Amount, OpenId, Timestamp, TxId};
use wallet::Change as Wallet;
use wallet::PaymentState;

fn add(seed: u8, name: &str) -> Chat {
    Chat::SaveContact(Box::new(contact(seed, name)))
}

/// Name, unread messages and newest message of each chat.
async fn shown(store: &Store) -> Vec<(String, u32, Option<String>)> {
    let rows = store.chats().await.unwrap();
    let text = |row: &crate::ChatRow| row.last.as_ref().map(|last| last.message.text.clone());
    rows.iter().map(|row| (row.contact.name.clone(), row.unread, text(row))).collect()
}

fn line(name: &str, unread: u32, last: u8) -> (String, u32, Option<String>) {
    (name.to_owned(), unread, Some(format!("message {last}")))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_newest_activity_stands_first_whatever_anybodys_clock_says() {
    let (_temporary, store) = alice().await;
    assert!(shown(&store).await.is_empty());
    let [bob, carol] = [contact(2, "bob").account, contact(3, "carol").account];
    let from_the_future = Message { time: Timestamp(u64::MAX), ..message(bob, Direction::In, 1) };
    let changes = vec![
        add(2, "bob"),
        add(3, "carol"),
        Chat::AddMessage(from_the_future),
        Chat::AddMessage(message(bob, Direction::In, 2)),
        add(4, "dora"),
        add(5, "emil"),
        Chat::AddMessage(message(carol, Direction::Out, 1)),
    ];
    save(&store, changes).await;
    let silent = |name: &str| (name.to_owned(), 0, None);
    let expected = [line("carol", 0, 1), silent("emil"), silent("dora"), line("bob", 2, 2)];
    assert_eq!(shown(&store).await, expected);

    save(&store, vec![Chat::AddMessage(message(bob, Direction::In, 3)), Chat::MarkRead(bob)]).await;
    let expected = [line("bob", 0, 3), line("carol", 0, 1), silent("emil"), silent("dora")];
    assert_eq!(shown(&store).await, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_declined_contact_is_in_no_list_and_loses_nothing() {
    let (_temporary, store) = alice().await;
    let bob = contact(2, "bob").account;
    let request = Contact { standing: Standing::Request, ..contact(2, "bob") };
    let saved = Chat::SaveContact(Box::new(request));
    save(&store, vec![saved, Chat::AddMessage(message(bob, Direction::In, 1))]).await;
    assert_eq!(standing(&store, bob).await, Standing::Request);
    assert_eq!(shown(&store).await, [line("bob", 1, 1)]);
    save(&store, vec![decline(bob)]).await;
    assert!(shown(&store).await.is_empty());
    assert_eq!(standing(&store, bob).await, Standing::Declined);
    assert_eq!(store.contacts().await.unwrap().len(), 1, "its session is still tried");
    save(&store, vec![accept(bob)]).await;
    assert_eq!(shown(&store).await, [line("bob", 1, 1)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_the_network_brings_leaves_a_decision_as_it_is() {
    let (_temporary, store) = alice().await;
    let bob = contact(2, "bob").account;
    let read = Contact { standing: Standing::Request, ..contact(2, "bob") };
    save(&store, vec![Chat::SaveContact(Box::new(read))]).await;
    // Read before the person decided, saved afterwards.
    let late = || Contact { standing: Standing::Request, ready: true, ..contact(2, "bob") };
    for (decision, expected) in
        [(accept(bob), Standing::Accepted), (decline(bob), Standing::Declined)]
    {
        save(&store, vec![decision, Chat::SaveContact(Box::new(late()))]).await;
        assert_eq!(standing(&store, bob).await, expected);
        assert!(store.contact(bob).await.unwrap().unwrap().ready);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_last_message_shows_what_became_of_its_payment() {
    let (_temporary, store) = alice().await;
    let bob = contact(2, "bob");
    let told = PaymentRef { tx: TxId([1; 32]), amount: Amount::new(5) };
    let notice = Message { payment: Some(told), ..message(bob.account, Direction::Out, 1) };
    let changes: Vec<Change> = vec![
        add(2, "bob").into(),
        Chat::AddMessage(notice).into(),
        Wallet::SavePayment(payment(1, bob.address())).into(),
    ];
    save(&store, changes).await;
    let last = store.chats().await.unwrap().remove(0).last.unwrap();
    assert_eq!(last.payment_state, Some(PaymentState::Queued));
    assert_eq!(Some(&last), store.conversation(bob.account, Some(1)).await.unwrap().first());
}

async fn standing(store: &Store, account: OpenId) -> Standing {
    store.contact(account).await.unwrap().unwrap().standing
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn who_asked_before_a_friend_came_stands_behind_the_friend_once_accepted() {
    let (_temporary, store) = alice().await;
    let stranger = Contact { standing: Standing::Request, ..contact(2, "bob") };
    let (asking, friend) = (stranger.account, contact(3, "bob").account);
    let known = [stranger, contact(3, "bob")];
    save(&store, known.map(|one| Chat::SaveContact(Box::new(one))).into()).await;
    let order = |contacts: Vec<Contact>| contacts.iter().map(|one| one.account).collect::<Vec<_>>();
    assert_eq!(order(store.contacts().await.unwrap()), [asking, friend]);
    let accepted = || Chat::SetStanding { contact: asking, standing: Standing::Accepted };
    save(&store, vec![accepted(), accepted()]).await;
    assert_eq!(order(store.contacts().await.unwrap()), [friend, asking]);
    save(&store, vec![Chat::SaveContact(Box::new(contact(4, "carol")))]).await;
    assert_eq!(store.contacts().await.unwrap().pop().unwrap().name, "carol");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_number_counts_as_compared_until_the_contact_has_another_key() {
    let (_temporary, store) = alice().await;
    let bob = || contact(2, "bob");
    let account = bob().account;
    let set = Chat::SetCompared { contact: account, compared: true };
    save(&store, vec![Chat::SaveContact(Box::new(bob())), set]).await;
    save(&store, vec![Chat::SaveContact(Box::new(bob()))]).await;
    assert_eq!(store.compared().await.unwrap().into_iter().collect::<Vec<_>>(), [account]);
    let mut other = bob();
    other.card.identity = contact(3, "bob").card.identity;
    save(&store, vec![Chat::SaveContact(Box::new(other))]).await;
    assert!(store.compared().await.unwrap().is_empty());
}
