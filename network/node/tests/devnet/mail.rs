//! Mailboxes and prekeys, with reader and writer at two workers.

use crate::support::{Process, code};
use keys::Ed25519Key;
use net::LightNode;
use types::{Timestamp, WorkerId};
use wire::directory::{
    DirectoryReply, DirectoryRequest, Holding, OneTime, OneTimeKyber, Publication, count_bytes,
    publish_bytes,
};
use wire::events::{Event, Follow, QueueRight, Subscribe};
use wire::mail::{self, BUCKETS, MailReply, MailRequest};

/// A queue at the home worker of its reader.
pub(crate) struct Queue {
    receive: Ed25519Key,
    send: Ed25519Key,
    worker: WorkerId,
}

impl Queue {
    pub(crate) async fn create(reader: &LightNode, seed: u8) -> Self {
        let (receive, send) =
            (Ed25519Key::from_seed([seed; 32]), Ed25519Key::from_seed([!seed; 32]));
        let (receive_key, send_key, worker) = (receive.public(), send.public(), reader.worker());
        let signature = receive.sign(&mail::create_bytes(worker, &receive_key, &send_key));
        let create = MailRequest::Create { receive_key, send_key, signature };
        assert_eq!(reader.mail(create).await, Ok(MailReply::Created));
        Self { receive, send, worker }
    }

    pub(crate) fn put(&self, byte: u8) -> MailRequest {
        let (owner, blob) = (self.worker, vec![byte; BUCKETS[0]]);
        let send = mail::send_id(&self.send.public());
        let id = mail::envelope_id(send, &blob);
        let signature = self.send.sign(&mail::put_bytes(owner, send, id));
        MailRequest::Put { owner, send, blob, signature }
    }

    fn right(&self, reader: &LightNode) -> QueueRight {
        let signature = self.receive.sign(&mail::read_bytes(self.worker, &reader.peer()));
        QueueRight { receive_key: self.receive.public(), signature }
    }

    pub(crate) async fn pull(&self, reader: &LightNode) -> Vec<Vec<u8>> {
        let QueueRight { receive_key, signature } = self.right(reader);
        match reader.mail(MailRequest::Pull { receive_key, after: 0, signature }).await.unwrap() {
            MailReply::Waiting { envelopes, more: false } => {
                envelopes.into_iter().map(|waiting| waiting.blob).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    fn delete(&self, blob: &[u8]) -> MailRequest {
        let envelopes = vec![mail::envelope_id(mail::send_id(&self.send.public()), blob)];
        let signature = self.receive.sign(&mail::delete_bytes(self.worker, &envelopes));
        MailRequest::Delete { receive_key: self.receive.public(), envelopes, signature }
    }
}

#[tokio::test]
async fn an_envelope_goes_from_worker_to_worker() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let (reader, writer) = (devnet.light_node(0).await, devnet.light_node(1).await);
    let queue = Queue::create(&reader, 1).await;
    let quiet = Queue::create(&reader, 2).await;

    let queues = vec![queue.right(&reader), quiet.right(&reader)];
    let subscribe = Subscribe::To { queues, headers: Follow::None };
    let mut events = reader.subscribe(subscribe).await.unwrap();
    let stored = writer.mail(queue.put(7)).await.unwrap();
    assert!(matches!(stored, MailReply::Stored(until) if until > Timestamp(0)));
    let news = Event::Mail(mail::queue_id(&queue.receive.public()));
    assert_eq!(events.recv().await, Some(news.clone()));
    assert_eq!(queue.pull(&reader).await, vec![vec![7; BUCKETS[0]]]);

    // A later subscription is told of what already waits.
    let queues = vec![quiet.right(&reader), queue.right(&reader)];
    let subscribe = Subscribe::To { queues, headers: Follow::None };
    let mut later = reader.subscribe(subscribe).await.unwrap();
    assert_eq!(later.recv().await, Some(news));

    let delete = queue.delete(&[7; BUCKETS[0]]);
    assert_eq!(reader.mail(delete).await, Ok(MailReply::Deleted));
    assert!(queue.pull(&reader).await.is_empty());
}

#[tokio::test]
async fn refusals_come_back_from_the_owner() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let (reader, writer) = (devnet.light_node(0).await, devnet.light_node(1).await);
    let queue = Queue::create(&reader, 1).await;
    let MailRequest::Put { owner, send, blob, .. } = queue.put(1) else { panic!("no put") };
    let forged = MailRequest::Put { owner, send, blob: blob.clone(), signature: [0; 64] };
    assert_eq!(code(writer.mail(forged).await), "bad_signature");
    let nowhere = MailRequest::Put { owner: WorkerId([9; 32]), send, blob, signature: [0; 64] };
    assert_eq!(code(writer.mail(nowhere).await), "not_found");

    // Another's right is worth nothing on this connection: the stream ends.
    let queues = vec![queue.right(&reader)];
    let subscribe = Subscribe::To { queues, headers: Follow::None };
    let mut events = writer.subscribe(subscribe).await.unwrap();
    assert_eq!(events.recv().await, None);
}

#[tokio::test]
async fn a_bundle_is_fetched_through_another_worker() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let (owner, asker) = (devnet.light_node(0).await, devnet.light_node(1).await);
    let key = Ed25519Key::from_seed([3; 32]);
    let (one_time, kyber) = (vec![OneTime(vec![1; 37])], vec![OneTimeKyber(vec![2; 1637])]);
    let publication = Publication {
        key: key.public(),
        sequence: 1,
        afresh: true,
        bundle: vec![5; 100],
        one_time: one_time.clone(),
        kyber: kyber.clone(),
    };
    let signature = key.sign(&publish_bytes(owner.worker(), &publication));
    let publish = DirectoryRequest::Publish { publication, signature };
    let holding = |left| Holding { sequence: 1, one_time: left, kyber: left };
    assert_eq!(owner.directory(publish).await, Ok(DirectoryReply::Published(holding(1))));

    for (one_time, kyber) in [(one_time.first(), kyber.first()), (None, None)] {
        let fetch = DirectoryRequest::Fetch { owner: owner.worker(), key: key.public() };
        let (one_time, kyber) = (one_time.cloned(), kyber.cloned());
        let fetched = DirectoryReply::Fetched { bundle: vec![5; 100], one_time, kyber };
        assert_eq!(asker.directory(fetch).await, Ok(fetched));
    }
    let signature = key.sign(&count_bytes(owner.worker(), &owner.peer()));
    let count = DirectoryRequest::Count { key: key.public(), signature };
    assert_eq!(owner.directory(count.clone()).await, Ok(DirectoryReply::Counted(holding(0))));
    assert_eq!(code(devnet.light_node(0).await.directory(count).await), "bad_signature");
}

#[tokio::test]
async fn one_connection_cannot_fill_the_directory() {
    let dir = tempfile::tempdir().unwrap();
    let devnet = Process::devnet(dir.path());
    let (flooder, other) = (devnet.light_node(0).await, devnet.light_node(0).await);
    let publish = |seed: u8| {
        let key = Ed25519Key::from_seed([seed; 32]);
        let publication = Publication {
            key: key.public(),
            sequence: 1,
            afresh: false,
            bundle: vec![5; 100],
            one_time: vec![],
            kyber: vec![],
        };
        let signature = key.sign(&publish_bytes(flooder.worker(), &publication));
        DirectoryRequest::Publish { publication, signature }
    };
    let empty = Holding { sequence: 1, one_time: 0, kyber: 0 };
    for seed in 0..120 {
        let published = flooder.directory(publish(seed)).await;
        assert_eq!(published, Ok(DirectoryReply::Published(empty)));
    }
    assert_eq!(code(flooder.directory(publish(200)).await), "unavailable");
    assert_eq!(other.directory(publish(200)).await, Ok(DirectoryReply::Published(empty)));
}
