//! What cannot be read is asked for again, and nothing that was asked is forgotten on the way.

use chat::prekeys::{Stock, Wanted};
use chat::{Body, Content};
use ratchet::{
    Bundle, ContentHint, ContentKind, KyberPreKey, PublicKey33, RetryRequest, SealedContent,
    SessionRecord, SignedPreKey,
};
use wire::directory::{Publication, publish_bytes};

use super::requests::{Stranger, asked, keys_of, now, puts};
use super::retry::requests_to;
use super::writer::Device;
use super::*;

const NOTHING: Wanted = Wanted { lasting: true, afresh: true, one_time: 0, kyber: 0 };

impl Stranger {
    /// Writes in a session that begins with prekeys of a device that alice has lost.
    fn writes_to_a_lost_device(&mut self, text: &str) {
        let (rng, identity) = (&mut rand::rng(), keys_of(0xa1).1);
        let stock = Stock { identity: &identity, registration_id: 7, kept: &[], now: now() };
        let (lost, _) = stock.make(NOTHING, None, rng);
        let bundle = Bundle::from_parts(&lost.bundle, None).unwrap();
        self.record.initiate(&self.identity, &bundle, 7, now(), rng).unwrap();
        self.says(9, text);
    }

    /// Says that what alice sent under this key could not be read.
    pub(super) fn asks_for(&self, key: Option<PublicKey33>) {
        let request = RetryRequest { ratchet_key: key, timestamp: now(), device: 1 };
        let content = SealedContent {
            kind: ContentKind::Plaintext,
            certificate: self.certificate.clone(),
            content: request.to_content(),
            hint: ContentHint::Resendable,
            group: None,
        };
        let (route, rng) = (&self.alice.route, &mut rand::rng());
        let sealed = ratchet::seal(&self.identity, &self.alice.card.identity, &content, rng);
        let blob = chat::seal_envelope(route, &sealed.unwrap(), rng).unwrap();
        let mut mailbox = self.mailbox.lock().unwrap();
        let position = u64::try_from(mailbox.len()).unwrap() + 1;
        mailbox.push(wire::mail::Waiting { position, blob });
    }
}

#[tokio::test]
async fn a_second_session_that_cannot_be_read_either_is_asked_for_too() {
    let (worker, _dir, mut engine, mut bob) = asked().await;
    engine.sync(PATIENCE).await.unwrap();
    bob.writes_to_a_lost_device("one");
    bob.says(8, "two");
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(requests_to(&worker, &engine, &bob).await.len(), 1, "once for a session");
    // He was given the same lost prekeys again.
    bob.writes_to_a_lost_device("one");
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(requests_to(&worker, &engine, &bob).await.len(), 2);
}

#[tokio::test]
async fn what_was_not_saved_has_not_been_asked_or_answered() {
    let (_worker, _dir, mut engine, mut bob) = asked().await;
    engine.sync(PATIENCE).await.unwrap();
    bob.writes_to_a_lost_device("lost");
    bob.asks_for(None);
    let queue = engine.store().queues().await.unwrap().remove(0);
    let waiting = bob.mailbox.lock().unwrap().clone();
    for blob in waiting.iter().rev().take(2).map(|waiting| &waiting.blob) {
        let sealed = SealedLetter::open(&queue, blob).unwrap();
        for _ in 0..2 {
            let read = engine.read(&queue, &sealed, now()).await.unwrap().unwrap();
            assert!(!read.changes.is_empty());
        }
    }
}

#[tokio::test]
async fn what_we_asked_is_not_lost_among_what_is_dropped() {
    let (worker, _dir, mut engine, mut bob) = asked().await;
    engine.sync(PATIENCE).await.unwrap();
    // Both sides have lost something, and hear of it together.
    bob.writes_to_a_lost_device("lost");
    bob.asks_for(None);
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(requests_to(&worker, &engine, &bob).await.len(), 1);
}

#[tokio::test]
async fn whoever_is_asked_to_begin_anew_is_not_given_prekeys_that_are_lost() {
    let (worker, _dir, mut engine, mut bob) = asked().await;
    engine.sync(PATIENCE).await.unwrap();
    let before = worker.directory.lock().unwrap().publications();
    assert_eq!(before, 1);
    // The profile is a copy from before the last publication, which the worker has.
    save(engine.store(), vec![Change::SetPublication(1)]).await;
    bob.writes_to_a_lost_device("lost");
    let mut engine = Engine::open(engine.store().clone(), vec![], Clock::system()).await.unwrap();
    let sent = puts(&worker);
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(requests_to(&worker, &engine, &bob).await.len(), 1);
    assert_eq!(worker.published.lock().unwrap()[sent..], [2], "published before it is asked");
}

#[tokio::test]
async fn a_contact_that_may_not_know_us_hears_first_who_we_are() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let bob = with_envelopes(&store, BOB, 0).await;
    let mut contact = store.contact(bob).await.unwrap().unwrap();
    contact.ready = false;
    let (_, written) = chat::write(&contact, "hi", now(), &mut rand::rng());
    let mut queue = Queue::generate(worker.transport.id(), Some(bob), &mut rand::rng());
    queue.created = true;
    let contact = Box::new(contact);
    save(&store, vec![Change::SaveContact(contact), Change::SaveQueue(queue)]).await;
    save(&store, written).await;
    let (rng, identity) = (&mut rand::rng(), keys_of(BOB).1);
    let signed = SignedPreKey::generate(1, &identity, rng);
    let kyber = KyberPreKey::generate(1, &identity, rng);
    let bundle = Bundle::new(5, 1, &identity, &signed, &kyber).base_bytes();
    let key = keys::Ed25519Key::from_seed([BOB; 32]);
    let publication = Publication {
        key: key.public(),
        sequence: 1,
        afresh: true,
        bundle,
        one_time: vec![],
        kyber: vec![],
    };
    let signature = key.sign(&publish_bytes(worker.transport.id(), &publication));
    let publish = DirectoryRequest::Publish { publication, signature };
    worker.directory.lock().unwrap().answer(publish).unwrap();

    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    engine.flush(bob, PATIENCE).await;
    let contact = store.contact(bob).await.unwrap().unwrap();
    let mut device = Device { identity, signed, kyber, record: SessionRecord::default() };
    let asked = worker.asked.lock().unwrap().clone();
    let said: Vec<Content> = asked
        .iter()
        .filter_map(|request| {
            let MailRequest::Put { blob, .. } = request else { return None };
            Some(device.read(&contact, blob))
        })
        .collect();
    let [hello, text] = &said[..] else { panic!("{said:?}") };
    assert!(matches!(hello.body, Body::Hello(_)));
    assert!(matches!(&text.body, Body::Text(text) if text == "hi"));
}
