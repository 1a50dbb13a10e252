//! A session that broke: what cannot be read is asked for, what was missed is said again.

use chat::{Body, Content};
use ratchet::{PublicKey33, SessionRecord};
use wire::mail::Waiting;

use super::requests::{Mailbox, Stranger, asked, keys_of, now, puts, texts};
use super::*;
use crate::find_contact;

/// Bob, who asked, was accepted, and has had an answer that nobody confirmed.
async fn talking() -> (Worker, TempDir, Engine, Stranger) {
    let (worker, dir, mut engine, mut bob) = asked().await;
    bob.says(1, "hi");
    engine.sync(PATIENCE).await.unwrap();
    let contact = find_contact(engine.store(), "bob").await.unwrap();
    engine.writer().write(&contact, "hello").await.unwrap();
    engine.sync(PATIENCE).await.unwrap();
    (worker, dir, engine, bob)
}

/// Everything that went to bob, as he finds it.
async fn letters(worker: &Worker, engine: &Engine, bob: &Stranger) -> Vec<Letter> {
    let contact = engine.store().contact(bob.account()).await.unwrap().unwrap();
    let asked = worker.asked.lock().unwrap();
    let puts = asked.iter().filter(|request| is_for_bob(request)).filter_map(|request| {
        let MailRequest::Put { blob, .. } = request else { return None };
        Some(letter(&bob.identity, &contact, blob))
    });
    puts.collect()
}

/// The ratchet keys about which alice has asked bob.
pub(super) async fn requests_to(
    worker: &Worker,
    engine: &Engine,
    bob: &Stranger,
) -> Vec<PublicKey33> {
    let letters = letters(worker, engine, bob).await;
    let keys = letters.into_iter().filter_map(|letter| match letter {
        Letter::Again(key) => key,
        Letter::First(_) | Letter::Later(_) => None,
    });
    keys.collect()
}

#[tokio::test]
async fn who_writes_with_an_old_copy_of_the_session_is_asked_once() {
    let (worker, _dir, mut engine, mut bob) = talking().await;
    let copy = bob.record.states();
    bob.says(2, "before the copy came back");
    engine.sync(PATIENCE).await.unwrap();
    assert!(requests_to(&worker, &engine, &bob).await.is_empty());

    bob.record = SessionRecord::load(&copy).unwrap();
    let key = *bob.record.ratchet_key().unwrap();
    bob.says(3, "under a key that was used up");
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(texts(&engine, bob.account()).await, ["hi", "hello", "before the copy came back"]);
    assert_eq!(requests_to(&worker, &engine, &bob).await, [key]);

    // Within the minute nothing more is asked, and what can be read is read.
    bob.record = SessionRecord::load(&copy).unwrap();
    bob.says(4, "once more");
    bob.says(5, "under a new key");
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(texts(&engine, bob.account()).await[3..], ["under a new key"]);
    assert_eq!(requests_to(&worker, &engine, &bob).await.len(), 1);
}

#[tokio::test]
async fn a_letter_that_was_read_is_no_reason_to_ask_whatever_envelope_it_comes_in() {
    let (worker, _dir, mut engine, mut bob) = talking().await;
    bob.says(2, "once");
    engine.sync(PATIENCE).await.unwrap();
    let (route, rng) = (&bob.alice.route, &mut rand::rng());
    let last = bob.mailbox.lock().unwrap().last().unwrap().clone();
    let sealed = chat::open_envelope(&route.outer_key, route.send_id(), &last.blob).unwrap();
    let blob = chat::seal_envelope(route, &sealed, rng).unwrap();
    bob.mailbox.lock().unwrap().push(Waiting { position: last.position + 1, blob });
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(texts(&engine, bob.account()).await.len(), 3);
    assert!(requests_to(&worker, &engine, &bob).await.is_empty());
}

#[tokio::test]
async fn who_is_asked_ends_the_session_and_says_again_what_was_not_confirmed() {
    let (worker, _dir, mut engine, bob) = talking().await;
    let sent = letters(&worker, &engine, &bob).await;
    let Some(Letter::Later(last)) = sent.last() else { panic!("an answer in bob's session") };
    let (key, account) = (*last.ratchet_key(), bob.account());
    bob.asks_for(Some(key));
    engine.sync(PATIENCE).await.unwrap();
    // Bob's directory does not answer here: everything waits for the fresh session.
    assert!(!engine.session(account).await.unwrap().has_session());
    let waiting = engine.store().pending(account, 9).await.unwrap();
    let bodies: Vec<_> = waiting
        .iter()
        .map(|(_, pending)| Content::from_bytes(&pending.content).unwrap())
        .map(|content| match content.body {
            Body::Hello(_) => "hello, here I am".to_owned(),
            Body::Receipt(ids) => format!("{} confirmed", ids.len()),
            Body::Text(text) => text,
            Body::Payment { .. } => "a payment".to_owned(),
            Body::AskCheckpoint(_) | Body::Vouch(_) | Body::KeysChanged(_) => {
                "about the ledger".to_owned()
            }
            Body::EnvelopeKey(_) => "my envelope key".to_owned(),
            Body::Gift(_) => "a red envelope".to_owned(),
            Body::PrivateAddress(_) => "where I am paid privately".to_owned(),
            Body::AskPrivateAddress => "where are you paid privately?".to_owned(),
            Body::Request(_) | Body::Settlement { .. } | Body::Closed { .. } => {
                "about a request".to_owned()
            }
            Body::Review(_) => "about review keys".to_owned(),
        })
        .collect();
    assert_eq!(bodies, ["hello, here I am", "1 confirmed", "hello", "my envelope key"]);

    // Asked again at once, nothing more is said.
    bob.asks_for(Some(key));
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(engine.store().pending(account, 9).await.unwrap().len(), 4);
    assert_eq!(texts(&engine, account).await, ["hi", "hello"]);
}

#[tokio::test]
async fn a_session_that_has_moved_on_is_not_ended() {
    let (_worker, _dir, mut engine, bob) = talking().await;
    let other = bob.record.ratchet_key().unwrap();
    bob.asks_for(Some(*other));
    engine.sync(PATIENCE).await.unwrap();
    assert!(engine.session(bob.account()).await.unwrap().has_session());
}

#[tokio::test]
async fn a_declined_contact_is_neither_asked_nor_answered() {
    let (worker, _dir, mut engine, mut bob) = talking().await;
    engine.writer().decline(bob.account()).await.unwrap();
    let before = puts(&worker);
    let copy = bob.record.states();
    bob.says(2, "one");
    bob.record = SessionRecord::load(&copy).unwrap();
    bob.says(3, "two");
    bob.asks_for(Some(engine_key(&engine, bob.account()).await));
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(puts(&worker), before);
    assert!(engine.session(bob.account()).await.unwrap().has_session());
}

async fn engine_key(engine: &Engine, bob: OpenId) -> PublicKey33 {
    *engine.session(bob).await.unwrap().ratchet_key().unwrap()
}

#[tokio::test]
async fn a_contacts_own_queue_is_for_nobody_else() {
    let (_worker, _dir, engine, bob) = talking().await;
    let queues = engine.store().queues().await.unwrap();
    let own = queues.into_iter().find(|queue| queue.contact == Some(bob.account())).unwrap();
    // Somebody to whom bob has given its writing end.
    let mailbox = Mailbox::default();
    let (_, identity, _) = keys_of(0xcc);
    let certificate = chat::certificate(&identity, &mut rand::rng()).unwrap();
    let alice = Contact { route: own.route(), ..bob.alice };
    let carol = Stranger { identity, certificate, alice, mailbox, ..bob };
    carol.asks_for(Some(engine_key(&engine, carol.account()).await));
    let blob = carol.mailbox.lock().unwrap()[0].blob.clone();
    let sealed = chat::SealedLetter::open(&own, &blob).unwrap();
    let read = engine.read(&own, &sealed, now()).await.unwrap();
    assert!(matches!(read, Err(crate::flows::read::Useless::OtherWriter)));
}
