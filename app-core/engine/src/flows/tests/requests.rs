//! A stranger asks to be heard; what comes of it is the person's decision.

use chat::prekeys::{Publishable, Stock, Wanted, wanted};
use chat::{Body, Content, Invite, Me, Ours, Pending, PreKeyKind};
use keys::EcdsaKey;
use ratchet::{Bundle, KyberPublic, SenderCertificate, SessionRecord};
use types::Timestamp;
use wire::mail::Waiting;

use super::*;
use crate::find_contact;

pub(super) type Mailbox = Arc<Mutex<Vec<Waiting>>>;

/// Somebody whom alice does not know, with an invite of hers.
pub(super) struct Stranger {
    pub(super) identity: IdentityKeyPair,
    pub(super) certificate: SenderCertificate,
    pub(super) me: Me,
    pub(super) alice: Contact,
    pub(super) record: SessionRecord,
    pub(super) mailbox: Mailbox,
}

pub(super) fn now() -> Timestamp {
    Clock::system().now()
}

pub(super) fn keys_of(seed: u8) -> (EcdsaKey, IdentityKeyPair, [u8; 32]) {
    let master = Words::from_entropy([seed; 32]).master();
    let identity = IdentityKeyPair::from_private(*master.chat_identity());
    (master.operation_key(), identity, master.directory_key().public())
}

/// What somebody on this network shows.
fn me_of(name: &str, seed: u8, chain: ChainId, home: WorkerId) -> Me {
    let (operation, identity, directory) = keys_of(seed);
    let card = Card::sign(name, &operation, &identity, chain, &mut rand::rng());
    Me { chain, card, directory, home }
}

impl Stranger {
    /// Reads alice's invite and bundle, as any device would.
    fn new(chain: ChainId, invite: Invite, prekeys: &Publishable, mailbox: &Mailbox) -> Self {
        let (rng, me) = (&mut rand::rng(), me_of("bob", 0xb0, chain, WorkerId([BOB; 32])));
        let (_, identity, _) = keys_of(0xb0);
        let one_time = prekeys.one_time.first().map(|key| key.0.as_slice());
        let mut bundle = Bundle::from_parts(&prekeys.bundle, one_time).unwrap();
        if let Some(kyber) = prekeys.kyber.first() {
            bundle.kyber = KyberPublic::from_bytes(&kyber.0).unwrap();
        }
        let certificate = chat::certificate(&identity, rng).unwrap();
        let mut record = SessionRecord::default();
        record.initiate(&identity, &bundle, 7, now(), rng).unwrap();
        let mut changes = chat::add_contact(invite, &me, now(), rng).into_iter();
        let Some(Change::SaveContact(alice)) = changes.next() else { panic!("a contact") };
        let hello = changes.find_map(|change| {
            if let Change::AddPending(pending) = change { Some(pending) } else { None }
        });
        let mut stranger =
            Self { certificate, identity, me, alice: *alice, record, mailbox: Arc::clone(mailbox) };
        stranger.put(&hello.unwrap());
        stranger
    }

    pub(super) fn account(&self) -> OpenId {
        self.me.card.account()
    }

    pub(super) fn put(&mut self, pending: &Pending) {
        let waiting = (&[][..], pending);
        let rng = &mut rand::rng();
        let ours = Ours { identity: &self.identity, certificate: &self.certificate };
        let sealed = chat::seal(&self.alice, &mut self.record, ours, waiting, now(), rng);
        let sealed = sealed.unwrap();
        let Some(Change::AddOutgoing(outgoing)) = sealed.last() else { panic!("sealed") };
        let mut mailbox = self.mailbox.lock().unwrap();
        let position = u64::try_from(mailbox.len()).unwrap() + 1;
        mailbox.push(Waiting { position, blob: outgoing.blob.clone() });
    }

    /// Seals what the first envelope holds once more, as only its writer can.
    fn replay(&self) {
        let (route, rng) = (&self.alice.route, &mut rand::rng());
        let mut mailbox = self.mailbox.lock().unwrap();
        let sealed = chat::open_envelope(&route.outer_key, route.send_id(), &mailbox[0].blob);
        let content = ratchet::unseal(&keys_of(0xa1).1, &sealed.unwrap()).unwrap();
        let sealed = ratchet::seal(&self.identity, &self.alice.card.identity, &content, rng);
        let blob = chat::seal_envelope(route, &sealed.unwrap(), rng).unwrap();
        let position = u64::try_from(mailbox.len()).unwrap() + 1;
        mailbox.push(Waiting { position, blob });
    }

    /// The name of the session that the first envelope begins.
    fn first_session(&self) -> [u8; 33] {
        let mailbox = self.mailbox.lock().unwrap();
        let Letter::First(message) = letter(&keys_of(0xa1).1, &self.alice, &mailbox[0].blob) else {
            panic!("a first message")
        };
        *message.base_key()
    }

    pub(super) fn says(&mut self, id: u8, text: &str) {
        let body = Body::Text(text.to_owned());
        let content = Content { id: MessageId([id; 16]), time: now(), body }.to_bytes();
        self.put(&Pending { contact: self.alice.account, message: None, content });
    }

    fn invite(&self) -> String {
        let Me { chain, card, directory, home } = &self.me;
        let route = Queue::generate(*home, None, &mut rand::rng()).route();
        let directory = (*directory, *home);
        Invite { chain: *chain, card: card.clone(), directory, route }.text()
    }
}

/// A worker with one mailbox, that of alice's invites; whatever she sends is taken.
async fn worker_with(mailbox: &Mailbox) -> Worker {
    let mailbox = Arc::clone(mailbox);
    Worker::play(move |request| match request {
        MailRequest::Pull { after, .. } => {
            let waiting = mailbox.lock().unwrap();
            let new = waiting.iter().filter(|waiting| waiting.position > *after);
            Ok(MailReply::Waiting { envelopes: new.cloned().collect(), more: false })
        }
        MailRequest::Put { .. } => Ok(MailReply::Stored(NOW)),
        MailRequest::Create { .. } => Ok(MailReply::Created),
        MailRequest::Delete { .. } => Ok(MailReply::Deleted),
    })
    .await
}

/// Alice with an invite and prekeys, and a stranger who has just used them.
pub(super) async fn asked() -> (Worker, TempDir, Engine, Stranger) {
    asked_with(30).await
}

/// As [`asked`], with so many one-time prekeys of each kind published before.
async fn asked_with(one_time: u32) -> (Worker, TempDir, Engine, Stranger) {
    let mailbox = Mailbox::default();
    let worker = worker_with(&mailbox).await;
    let (dir, store) = alice(&worker).await;
    let (chain, home) = (store.network().await.unwrap().unwrap().chain, worker.transport.id());
    let mut queue = Queue::generate(home, None, &mut rand::rng());
    queue.created = true;
    let Me { card, directory, .. } = me_of("alice", 0xa1, chain, home);
    let invite = Invite { chain, card, directory: (directory, home), route: queue.route() };
    let (_, identity, _) = keys_of(0xa1);
    let (identity, now) = (&identity, now());
    let stock = Stock { identity, registration_id: 7, kept: &[], now };
    let wanted = Wanted { one_time, kyber: one_time, ..wanted(&[], 0, None, now).unwrap() };
    let (prekeys, mut changes) = stock.make(wanted, None, &mut rand::rng());
    changes.push(Change::SaveQueue(queue));
    save(&store, changes).await;
    let engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    let stranger = Stranger::new(chain, invite, &prekeys, &mailbox);
    (worker, dir, engine, stranger)
}

pub(super) async fn texts(engine: &Engine, contact: OpenId) -> Vec<String> {
    let rows = engine.store().conversation(contact, None).await.unwrap();
    rows.into_iter().map(|row| row.message.text).collect()
}

async fn standing(engine: &Engine, contact: OpenId) -> Standing {
    engine.store().contact(contact).await.unwrap().unwrap().standing
}

pub(super) fn puts(worker: &Worker) -> usize {
    worker.was_asked(is_for_bob)
}

#[tokio::test]
async fn a_request_is_answered_by_the_protocol_and_decided_by_the_person() {
    let (worker, _dir, mut engine, mut bob) = asked().await;
    bob.says(1, "hi");
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(standing(&engine, bob.account()).await, Standing::Request);
    assert_eq!(texts(&engine, bob.account()).await, ["hi"]);
    // Greeted, told our envelope key, and told that it arrived.
    assert_eq!(puts(&worker), 3);
    let contact = find_contact(engine.store(), "bob").await.unwrap();
    assert!(contact.ready);
    engine.writer().write(&contact, "hello").await.unwrap();
    assert_eq!(standing(&engine, bob.account()).await, Standing::Accepted);
}

#[tokio::test]
async fn a_declined_contact_is_neither_heard_nor_answered_until_its_invite_is_added() {
    let (worker, _dir, mut engine, mut bob) = asked().await;
    bob.says(1, "hi");
    engine.sync(PATIENCE).await.unwrap();
    let writer = engine.writer();
    writer.decline(bob.account()).await.unwrap();
    let (before, queues) = (puts(&worker), engine.store().queues().await.unwrap().len());
    bob.says(2, "why don't you answer?");
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(texts(&engine, bob.account()).await, ["hi"]);
    assert_eq!(puts(&worker), before, "no receipt");
    assert!(engine.store().chats().await.unwrap().is_empty());
    assert_eq!(find_contact(engine.store(), "bob").await.unwrap_err().code(), "unknown_contact");
    let declined = find_contact(engine.store(), &bob.account().to_string()).await.unwrap();
    assert_eq!(writer.write(&declined, "x").await.unwrap_err().code(), "unknown_contact");

    assert_eq!(engine.add_contact(&bob.invite()).await.unwrap(), bob.account());
    assert_eq!(standing(&engine, bob.account()).await, Standing::Accepted);
    assert_eq!(engine.store().contacts().await.unwrap().len(), 1);
    assert_eq!(engine.store().queues().await.unwrap().len(), queues, "no second queue");
    assert!(engine.store().contacts_waiting().await.unwrap().is_empty(), "no second hello");
    bob.says(3, "there you are");
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(texts(&engine, bob.account()).await, ["hi", "there you are"]);
    let contact = find_contact(engine.store(), "bob").await.unwrap();
    engine.writer().write(&contact, "yes").await.unwrap();
    engine.flush(bob.account(), PATIENCE).await;
    let rows = engine.store().conversation(bob.account(), Some(1)).await.unwrap();
    assert_eq!(rows[0].message.delivery, Delivery::Sent);
}

#[tokio::test]
async fn whoever_pastes_the_invite_of_one_who_asks_has_one_contact() {
    let (_worker, _dir, mut engine, bob) = asked().await;
    engine.sync(PATIENCE).await.unwrap();
    let queues = engine.store().queues().await.unwrap().len();
    engine.add_contact(&bob.invite()).await.unwrap();
    assert_eq!(standing(&engine, bob.account()).await, Standing::Accepted);
    assert_eq!(engine.store().contacts().await.unwrap().len(), 1);
    assert_eq!(engine.store().queues().await.unwrap().len(), queues);
    assert!(engine.store().contacts_waiting().await.unwrap().is_empty());
}

#[tokio::test]
async fn only_a_contact_can_be_accepted_or_declined() {
    let (_worker, _dir, engine, bob) = asked().await;
    let writer = engine.writer();
    for done in [writer.accept(bob.account()).await, writer.decline(bob.account()).await] {
        assert_eq!(done.unwrap_err().code(), "unknown_contact");
    }
}

/// The numbers of those of these prekeys that are kept and were there at the start.
async fn kept(engine: &Engine, kind: PreKeyKind) -> BTreeSet<u32> {
    let kept = engine.store().kept_prekeys().await.unwrap();
    kept.into_iter().filter(|kept| kept.kind == kind).map(|kept| kept.id).collect()
}

#[tokio::test]
async fn a_first_message_takes_its_one_time_prekeys_with_it() {
    let (_worker, _dir, mut engine, bob) = asked().await;
    let kinds = [PreKeyKind::OneTime, PreKeyKind::OneTimeKyber];
    let before = [kept(&engine, kinds[0]).await, kept(&engine, kinds[1]).await];
    let lasting = kept(&engine, PreKeyKind::Kyber).await;
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(standing(&engine, bob.account()).await, Standing::Request);
    for (kind, before) in kinds.into_iter().zip(before) {
        let after = kept(&engine, kind).await;
        assert_eq!(before.difference(&after).count(), 1, "{kind:?}");
    }
    assert!(kept(&engine, PreKeyKind::Kyber).await.is_superset(&lasting));
}

#[tokio::test]
async fn a_first_message_with_the_prekey_of_last_resort_begins_one_session_only() {
    let (_worker, _dir, mut engine, bob) = asked_with(0).await;
    engine.sync(PATIENCE).await.unwrap();
    let sessions = engine.store().sessions(bob.account()).await.unwrap();
    assert_eq!(sessions.len(), 1);
    // The session is gone, and somebody puts the same first message into the mailbox again.
    let gone = Change::RemoveSession { contact: bob.account(), name: bob.first_session() };
    save(engine.store(), vec![gone]).await;
    assert!(engine.store().sessions(bob.account()).await.unwrap().is_empty());
    bob.replay();
    engine.sync(PATIENCE).await.unwrap();
    assert!(engine.store().sessions(bob.account()).await.unwrap().is_empty());
}
