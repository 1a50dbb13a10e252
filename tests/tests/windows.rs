//! Two people whose apps stay connected from their first moment, as windows do: nothing is ever
//! asked for twice, and whatever one does appears at the other by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use api::{App, Connection, MessageState, Options, PaymentState, Standing};
use scenarios::harness::Devnet;
use std::time::Duration;
use tempfile::TempDir;

/// Whatever takes longer than this is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(60);

async fn app(net: &Devnet, name: &str) -> (TempDir, App) {
    let dir = tempfile::tempdir().unwrap();
    let bootstrap = net.bootstrap().to_vec();
    let options = Options { dir: dir.path().join(name), bootstrap, offline: false };
    let app = App::create(&options, Some(name), None).await.unwrap();
    until(&app, "online", async || app.connection() == Connection::Online).await;
    (dir, app)
}

/// Looks again whenever the app says that something may have changed.
async fn until(app: &App, what: &str, done: impl AsyncFn() -> bool) {
    let waiting = async {
        let mut events = app.events();
        while !done().await {
            events.next().await.unwrap();
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never {what}"));
}

async fn states(app: &App, contact: &str) -> Vec<(String, MessageState)> {
    let Ok(conversation) = app.chat_messages(contact, None).await else { return vec![] };
    conversation.messages.into_iter().map(|message| (message.text, message.state)).collect()
}

#[tokio::test]
async fn whatever_one_does_appears_at_the_other() {
    let net = Devnet::start(2);
    let ((_a, alice), (_b, bob)) = (app(&net, "alice").await, app(&net, "bob").await);

    // The queue of this invite is made while bob listens already.
    let invite = bob.invite().await.unwrap().invite;
    let added = alice.contact_add(&invite, false).await.unwrap().contact;
    assert_eq!((added.name.as_str(), added.standing), ("bob", Standing::Accepted));
    until(&bob, "asked", async || !bob.chat_list().await.unwrap().chats.is_empty()).await;
    let chats = bob.chat_list().await.unwrap().chats;
    assert_eq!(chats.len(), 1);
    assert_eq!(chats[0].contact.standing, Standing::Request);
    let accepted = bob.contact_accept("alice").await.unwrap().contact;
    assert_eq!(accepted.standing, Standing::Accepted);
    // Both pasted: still one contact.
    let invite = alice.invite().await.unwrap().invite;
    assert_eq!(bob.contact_add(&invite, false).await.unwrap().contact, accepted);
    assert_eq!(bob.contact_list(false).await.unwrap().contacts.len(), 1);

    let sent = alice.chat_send("bob", "hello", false).await.unwrap().message;
    assert_eq!(sent.state, MessageState::Queued, "it is saved, and nobody waited for a node");
    let delivered = [("hello".to_owned(), MessageState::Delivered)];
    until(&alice, "delivered", async || states(&alice, "bob").await == delivered).await;
    assert_eq!(states(&bob, "alice").await, [("hello".to_owned(), MessageState::Received)]);
    assert_eq!(bob.chat_list().await.unwrap().chats[0].unread, 1);
    let id = bob.chat_messages("alice", None).await.unwrap().messages[0].id.clone();
    bob.chat_seen("alice", Some(&id)).await.unwrap();
    assert_eq!(bob.chat_list().await.unwrap().chats[0].unread, 0);

    alice.faucet().await.unwrap();
    let quote = alice.pay_quote("bob", "12.5").await.unwrap();
    let paid = alice.pay("bob", "12.5", Some("lunch"), false).await.unwrap();
    assert_eq!((&quote.amount, &quote.fee), (&paid.amount, &paid.fee));
    for (app, contact) in [(&alice, "bob"), (&bob, "alice")] {
        let is_final = async || {
            let messages = app.chat_messages(contact, None).await.unwrap().messages;
            let payment = messages.into_iter().find_map(|message| message.payment);
            payment.is_some_and(|payment| payment.state == PaymentState::Final)
        };
        until(app, "final", is_final).await;
    }
    assert_eq!(bob.balance(false).await.unwrap().tokens[0].total, "12.5");
    assert_eq!(alice.pay_quote("bob", "100").await.unwrap_err().code, "insufficient_funds");

    bob.contact_decline("alice").await.unwrap();
    alice.chat_send("bob", "are you there?", false).await.unwrap();
    let sent = ("are you there?".to_owned(), MessageState::Sent);
    until(&alice, "sent", async || states(&alice, "bob").await.contains(&sent)).await;
    bob.sync().await.unwrap();
    assert!(bob.chat_list().await.unwrap().chats.is_empty(), "declined: nothing is shown");
    alice.close().await;
    bob.close().await;
}
