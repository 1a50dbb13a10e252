//! An engine with a profile on disk, against a home worker that a test plays.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chat::{
    Card, Change, Contact, Delivery, Direction, Letter, Message, Outgoing, Queue, SealedLetter,
    Standing,
};
use keys::Words;
use ledger::{FirstWorker, Genesis, Params};
use net::Bootstrap;
use net::transport::{Incoming, Transport};
use rand::SeedableRng;
use rand::rngs::StdRng;
use ratchet::IdentityKeyPair;
use store::{NetworkChange, Store};
use tempfile::TempDir;
use types::{Address, Amount, ChainId, MessageId, OpenId, SendId, Timestamp, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::directory::DirectoryRequest;
use wire::mail::{MailReply, MailRequest};
use wire::{Decode, Encode, Failure, Reply, code, protocol};

use self::directory::Directory;
use crate::{Clock, Engine};

mod again;
mod asks;
mod directory;
mod ledger_life;
mod moves;
mod requests;
mod retry;
mod review;
mod rotation;
mod safety;
mod writer;

const PATIENCE: Duration = Duration::from_secs(10);
const NOW: Timestamp = Timestamp(1_795_000_000_000);
const BOB: u8 = 2;

/// The home worker, and what it was asked.
struct Worker {
    transport: Transport,
    asked: Arc<Mutex<Vec<MailRequest>>>,
    directory: Arc<Mutex<Directory>>,
    /// How often prekeys had been published when each envelope for Bob came.
    published: Arc<Mutex<Vec<usize>>>,
}

impl Worker {
    /// Its mailboxes answer like this; of the ledger it knows nothing now.
    async fn play(
        mail: impl Fn(&MailRequest) -> Result<MailReply, Failure> + Send + 'static,
    ) -> Self {
        let unavailable = || Failure::new(code::UNAVAILABLE, "no manager answers");
        Self::play_both(mail, move |_| Err(unavailable())).await
    }

    /// The same, and its ledger answers like this.
    async fn play_both(
        mail: impl Fn(&MailRequest) -> Result<MailReply, Failure> + Send + 'static,
        chain: impl Fn(ChainRequest) -> Result<ChainReply, Failure> + Send + 'static,
    ) -> Self {
        let listen = "/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap();
        let transport = Transport::spawn([1; 32], &[listen]).await.unwrap();
        let asked = Arc::new(Mutex::new(vec![]));
        let (directory, published) = (Arc::<Mutex<Directory>>::default(), Arc::default());
        let (log, entry, at) = (Arc::clone(&asked), Arc::clone(&directory), Arc::clone(&published));
        tokio::spawn(serve(transport.accept(protocol::MAIL).unwrap(), move |request| {
            log.lock().unwrap().push(request_of(&request));
            if is_for_bob(&request_of(&request)) {
                let at: &Mutex<Vec<usize>> = &at;
                at.lock().unwrap().push(entry.lock().unwrap().publications());
            }
            let answer = mail(&request_of(&request));
            async move { Reply::from(answer).to_bytes() }
        }));
        tokio::spawn(serve(transport.accept(protocol::CHAIN).unwrap(), move |request| {
            let answer = chain(ChainRequest::from_bytes(&request).unwrap());
            async move { Reply::from(answer).to_bytes() }
        }));
        let entry = Arc::clone(&directory);
        tokio::spawn(serve(transport.accept(protocol::DIRECTORY).unwrap(), move |request| {
            let request = DirectoryRequest::from_bytes(&request).unwrap();
            let answer = entry.lock().unwrap().answer(request);
            async move { Reply::from(answer).to_bytes() }
        }));
        Self { transport, asked, directory, published }
    }

    fn was_asked(&self, what: fn(&MailRequest) -> bool) -> usize {
        self.asked.lock().unwrap().iter().filter(|request| what(request)).count()
    }
}

/// True for what is put into Bob's queue, not on the board of Alice's devices.
fn is_for_bob(request: &MailRequest) -> bool {
    matches!(request, MailRequest::Put { owner, .. } if owner.0 == [BOB; 32])
}

fn request_of(bytes: &[u8]) -> MailRequest {
    MailRequest::from_bytes(bytes).unwrap()
}

async fn serve<F: Future<Output = Vec<u8>>>(mut incoming: Incoming, answer: impl Fn(Vec<u8>) -> F) {
    while let Some((_, mut channel)) = incoming.next().await {
        if let Ok(Some(request)) = channel.receive(protocol::MAX_REQUEST).await {
            channel.send(&answer(request).await).await.unwrap_or_default();
        }
    }
}

/// A network of four managers and this worker.
fn genesis(worker: WorkerId) -> Genesis {
    let workers = vec![FirstWorker { id: worker, archive: false }];
    Genesis { workers, ..testkit::genesis(NOW, &[]) }
}

/// A profile that is bound to a network whose only node is this worker.
async fn alice(worker: &Worker) -> (TempDir, Store) {
    alice_on(worker, &genesis(worker.transport.id())).await
}

/// The same on a network with this genesis.
async fn alice_on(worker: &Worker, genesis: &Genesis) -> (TempDir, Store) {
    let dir = tempfile::tempdir().unwrap();
    let words = Words::from_entropy([0xa1; 32]);
    // With a passphrase nothing is asked of, or left in, this computer's keychain.
    let (path, rng) = (dir.path().join("profile"), &mut StdRng::seed_from_u64(1));
    let store = store::create(&path, &words, "alice", Some("x"), rng).await.unwrap();
    let home = Bootstrap {
        worker: worker.transport.id(),
        addresses: worker.transport.addresses().remove(0),
        chain: genesis.chain(),
    };
    let bind = NetworkChange::Bind { chain: genesis.chain(), genesis: genesis.to_bytes() };
    store.apply(vec![bind.into(), NetworkChange::SetHome(home.to_string()).into()]).await.unwrap();
    // One handle is kept for good: SQLCipher takes its memory away when the process ends, also from a
    // thread that would be closing the database just then.
    std::mem::forget(store.clone());
    (dir, store)
}

async fn save(store: &Store, changes: Vec<Change>) {
    store.apply(changes.into_iter().map(Into::into).collect()).await.unwrap();
}

/// What lies in an envelope for the owner of this identity.
fn letter(identity: &IdentityKeyPair, contact: &Contact, blob: &[u8]) -> Letter {
    // Reading takes both ends of the queue; the test holds one, as its writer does.
    let queue = Queue {
        receive_seed: [0; 32].into(),
        send_seed: contact.route.send_seed.clone(),
        outer_key: contact.route.outer_key.clone(),
        worker: contact.route.worker,
        contact: None,
        created: true,
    };
    SealedLetter::open(&queue, blob).unwrap().unseal(identity, NOW).unwrap().letter
}

/// A contact whose queue is held by the worker of this number, and so many envelopes for it.
async fn with_envelopes(store: &Store, number: u8, count: u8) -> OpenId {
    let master = Words::from_entropy([number; 32]).master();
    let identity = IdentityKeyPair::from_private(*master.chat_identity());
    let operation = master.operation_key();
    let card = Card::sign("somebody", &operation, &identity, ChainId([1; 32]), &mut rand::rng());
    let (account, worker) = (card.account(), WorkerId([number; 32]));
    let contact = Contact {
        account,
        name: "somebody".to_owned(),
        card,
        directory: ([3; 32], worker),
        route: Queue::generate(worker, None, &mut rand::rng()).route(),
        ready: true,
        greeted: true,
        standing: Standing::Accepted,
        added: NOW,
    };
    // It has had our envelope key.
    let told = Change::SetTold { contact: account, told: true };
    let mut changes = vec![Change::SaveContact(Box::new(contact)), told];
    for n in 0..count {
        let id = MessageId([n; 16]);
        let (contact, message) = (account, Some(id));
        changes.push(Change::AddMessage(Message {
            id,
            contact,
            direction: Direction::Out,
            time: Clock::system().now(),
            text: n.to_string(),
            delivery: Delivery::Queued,
            payment: None,
            envelope: None,
            request: None,
        }));
        let (send, blob, signature) = (SendId([number; 32]), vec![n; 512], [0; 64]);
        changes.push(Change::AddOutgoing(Outgoing {
            contact,
            message,
            worker,
            send,
            blob,
            signature,
        }));
    }
    save(store, changes).await;
    account
}

/// How far the messages to a contact got.
async fn deliveries(store: &Store, contact: OpenId) -> BTreeSet<Delivery> {
    let rows = store.conversation(contact, None).await.unwrap();
    rows.into_iter().map(|row| row.message.delivery).collect()
}

/// Bob's worker takes everything; each other owner has its own way to refuse.
fn only_bobs_worker(request: &MailRequest) -> Result<MailReply, Failure> {
    let MailRequest::Put { owner, .. } = request else { return Ok(MailReply::Deleted) };
    match owner.0[0] {
        BOB => Ok(MailReply::Stored(NOW)),
        3 => Err(Failure::new(code::UPGRADE_NEEDED, "")),
        4 => Err(Failure::new(code::UNAVAILABLE, "")),
        5 => Err(Failure::new("usage", "")),
        _ => Ok(MailReply::Created),
    }
}

#[tokio::test]
async fn mail_moves_while_the_ledger_stands_still_and_other_peoples_workers_refuse() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let mut others = vec![];
    for number in 3..=6 {
        others.push(with_envelopes(&store, number, 210).await);
    }
    let bob = with_envelopes(&store, BOB, 30).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();

    let done = engine.sync(PATIENCE).await.unwrap();
    assert!(!done.synced, "nobody answers for the ledger");
    assert_eq!(done.sent, 30);
    assert_eq!(deliveries(&store, bob).await, BTreeSet::from([Delivery::Sent]));
    for other in others {
        assert_eq!(deliveries(&store, other).await, BTreeSet::from([Delivery::Queued]));
    }
    // Each of the others was asked once, and is left alone for now.
    let puts = |request: &MailRequest| matches!(request, MailRequest::Put { .. });
    assert_eq!(worker.was_asked(puts), 34);
    engine.sync(PATIENCE).await.unwrap();
    assert_eq!(worker.was_asked(puts), 34);
}

#[tokio::test]
async fn what_is_written_to_somebody_does_not_wait_for_the_others() {
    let worker = Worker::play(only_bobs_worker).await;
    let (_dir, store) = alice(&worker).await;
    let (dead, bob) = (with_envelopes(&store, 4, 3).await, with_envelopes(&store, BOB, 3).await);
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    engine.flush(bob, PATIENCE).await;
    assert_eq!(deliveries(&store, bob).await, BTreeSet::from([Delivery::Sent]));
    // Asked for by name, somebody who rests is tried at once.
    let puts = |request: &MailRequest| matches!(request, MailRequest::Put { .. });
    let before = worker.was_asked(puts);
    engine.flush(dead, PATIENCE).await;
    assert_eq!(worker.was_asked(puts), before + 1);
}

#[tokio::test]
async fn a_mailbox_that_the_worker_has_lost_is_made_anew() {
    let worker = Worker::play(|request| match request {
        MailRequest::Pull { .. } => Err(Failure::new(code::NOT_FOUND, "no such queue")),
        MailRequest::Create { .. } => Ok(MailReply::Created),
        MailRequest::Put { .. } | MailRequest::Delete { .. } => Ok(MailReply::Deleted),
    })
    .await;
    let (_dir, store) = alice(&worker).await;
    let mut queue = Queue::generate(worker.transport.id(), None, &mut rand::rng());
    queue.created = true;
    save(&store, vec![Change::SaveQueue(queue)]).await;
    let mut engine = Engine::open(store.clone(), vec![], Clock::system()).await.unwrap();
    engine.sync(PATIENCE).await.unwrap();
    // Beside the board of Alice's devices.
    assert_eq!(worker.was_asked(|request| matches!(request, MailRequest::Create { .. })), 2);
    assert!(store.queues().await.unwrap()[0].created);
}

#[tokio::test]
async fn a_mailbox_that_never_gets_empty_is_left_after_a_while() {
    let worker = Worker::play(|request| match request {
        MailRequest::Pull { after, .. } => {
            let nonsense = wire::mail::Waiting { position: *after, blob: vec![0; 512] };
            Ok(MailReply::Waiting { envelopes: vec![nonsense], more: true })
        }
        MailRequest::Put { .. } | MailRequest::Create { .. } | MailRequest::Delete { .. } => {
            Ok(MailReply::Deleted)
        }
    })
    .await;
    let (_dir, store) = alice(&worker).await;
    let mut queue = Queue::generate(worker.transport.id(), None, &mut rand::rng());
    queue.created = true;
    save(&store, vec![Change::SaveQueue(queue)]).await;
    let mut engine = Engine::open(store, vec![], Clock::system()).await.unwrap();
    let done = engine.sync(PATIENCE).await.unwrap();
    assert_eq!(done.received, 0);
    // The same position again and again is no progress; neither is it on the board of Alice's devices.
    assert_eq!(worker.was_asked(|request| matches!(request, MailRequest::Pull { .. })), 2);
}
