//! What a worker promises, told by readers and writers who hold keys; [`Bench`] is the worker.

mod chunks;
mod directory;
mod files;
mod limits;
mod mail;
mod time;

use crate::{Worker, WorkerError};
use ed25519_dalek::{Signer, SigningKey};
use tempfile::TempDir;
use types::{EnvelopeId, QueueId, SendId, Timestamp, WorkerId};
use wire::mail::{
    MailReply, MailRequest, Waiting, create_bytes, delete_bytes, envelope_id, put_bytes, queue_id,
    read_bytes, send_id,
};
use wire::{Failure, code};

const HOME: WorkerId = WorkerId([7; 32]);
const ALICE: [u8; 32] = [0xa1; 32];
const BOB: [u8; 32] = [0xb0; 32];
const NOW: Timestamp = Timestamp(1_800_000_000_000);
const DAY: u64 = 24 * 3600;

/// A worker in a folder of its own; the clock stands at [`NOW`] unless a test says otherwise.
struct Bench {
    dir: TempDir,
    worker: Worker,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let worker = Worker::open(dir.path(), HOME).await.unwrap();
        Self { dir, worker }
    }

    /// A worker with the queue of each number.
    async fn with_queues(numbers: &[u8]) -> Self {
        let bench = Self::new().await;
        for number in numbers {
            assert_eq!(bench.ask(Queue::new(*number).create()).await, Ok(MailReply::Created));
        }
        bench
    }

    async fn reopened(self) -> Self {
        drop(self.worker);
        let worker = Worker::open(self.dir.path(), HOME).await.unwrap();
        Self { dir: self.dir, worker }
    }

    async fn ask(&self, request: MailRequest) -> Result<MailReply, Failure> {
        self.ask_at(request, NOW).await
    }

    async fn ask_at(&self, request: MailRequest, now: Timestamp) -> Result<MailReply, Failure> {
        self.worker.mail(&ALICE, request, now).await
    }

    /// Everything in the queue, page by page.
    async fn all(&self, queue: &Queue) -> Vec<Waiting> {
        let mut all = Vec::new();
        loop {
            let after = all.last().map_or(0, |last: &Waiting| last.position);
            let (envelopes, more) = waiting(self.ask(queue.pull(after)).await);
            all.extend(envelopes);
            if !more {
                return all;
            }
        }
    }
}

/// Both keys of a queue, made from a number.
struct Queue {
    receive: SigningKey,
    send: SigningKey,
}

impl Queue {
    fn new(number: u8) -> Self {
        let key = |role: u8| SigningKey::from_bytes(&[role.wrapping_add(number); 32]);
        Self { receive: key(0), send: key(128) }
    }

    fn receive_key(&self) -> [u8; 32] {
        self.receive.verifying_key().to_bytes()
    }

    fn send_key(&self) -> [u8; 32] {
        self.send.verifying_key().to_bytes()
    }

    fn id(&self) -> QueueId {
        queue_id(&self.receive_key())
    }

    fn send_id(&self) -> SendId {
        send_id(&self.send_key())
    }

    fn envelope(&self, blob: &[u8]) -> EnvelopeId {
        envelope_id(self.send_id(), blob)
    }

    fn create(&self) -> MailRequest {
        let bytes = create_bytes(HOME, &self.receive_key(), &self.send_key());
        MailRequest::Create {
            receive_key: self.receive_key(),
            send_key: self.send_key(),
            signature: sign(&self.receive, &bytes),
        }
    }

    fn put(&self, blob: &[u8]) -> MailRequest {
        self.put_signed(blob, &self.send, HOME)
    }

    fn put_signed(&self, blob: &[u8], key: &SigningKey, signed_for: WorkerId) -> MailRequest {
        let bytes = put_bytes(signed_for, self.send_id(), self.envelope(blob));
        MailRequest::Put {
            owner: HOME,
            send: self.send_id(),
            blob: blob.to_vec(),
            signature: sign(key, &bytes),
        }
    }

    fn pull(&self, after: u64) -> MailRequest {
        self.pull_signed(after, &self.receive, &ALICE)
    }

    fn pull_signed(&self, after: u64, key: &SigningKey, peer: &[u8; 32]) -> MailRequest {
        MailRequest::Pull {
            receive_key: self.receive_key(),
            after,
            signature: sign(key, &read_bytes(HOME, peer)),
        }
    }

    fn delete(&self, blobs: &[&[u8]]) -> MailRequest {
        self.delete_ids(blobs.iter().map(|blob| self.envelope(blob)).collect())
    }

    fn delete_ids(&self, envelopes: Vec<EnvelopeId>) -> MailRequest {
        let signature = sign(&self.receive, &delete_bytes(HOME, &envelopes));
        MailRequest::Delete { receive_key: self.receive_key(), envelopes, signature }
    }
}

fn sign(key: &SigningKey, bytes: &[u8; 32]) -> [u8; 64] {
    key.sign(bytes).to_bytes()
}

/// A blob of the smallest length, different for each number.
fn blob(number: u64) -> Vec<u8> {
    sized(number, 512)
}

fn sized(number: u64, len: usize) -> Vec<u8> {
    let mut blob = vec![0x5a; len];
    blob[..8].copy_from_slice(&number.to_be_bytes());
    blob
}

fn stored_until(days: u64) -> Result<MailReply, Failure> {
    Ok(MailReply::Stored(NOW.plus_secs(days * DAY)))
}

#[track_caller]
fn waiting(answer: Result<MailReply, Failure>) -> (Vec<Waiting>, bool) {
    match answer {
        Ok(MailReply::Waiting { envelopes, more }) => (envelopes, more),
        other => panic!("not what waits: {other:?}"),
    }
}

fn blobs(envelopes: &[Waiting]) -> Vec<Vec<u8>> {
    envelopes.iter().map(|envelope| envelope.blob.clone()).collect()
}

#[track_caller]
fn refused<T: std::fmt::Debug>(answer: Result<T, Failure>, code: &str) {
    assert_eq!(answer.expect_err("refused").code, code);
}
