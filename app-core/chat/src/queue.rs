//! Making queues and signing for them.

use keys::{BoardKeys, Ed25519Key};
use rand_core::CryptoRng;
use types::{OpenId, QueueId, WorkerId};
use wire::events::QueueRight;
use wire::mail::{MailRequest, create_bytes, delete_bytes, queue_id, read_bytes, send_id};
use zeroize::Zeroizing;

use crate::{Queue, Route};

impl Queue {
    /// A new queue on this worker, for this contact or for invites.
    pub fn generate(worker: WorkerId, contact: Option<OpenId>, rng: &mut impl CryptoRng) -> Self {
        let mut outer_key = Zeroizing::new([0; 32]);
        rng.fill_bytes(outer_key.as_mut_slice());
        Self {
            receive_seed: Zeroizing::new(*Ed25519Key::generate(rng).seed()),
            send_seed: Zeroizing::new(*Ed25519Key::generate(rng).seed()),
            outer_key,
            worker,
            contact,
            created: false,
        }
    }

    /// The board of these keys on this worker: a queue that whoever knows the words reads and writes.
    #[must_use]
    pub fn board(worker: WorkerId, keys: BoardKeys) -> Self {
        Self {
            receive_seed: Zeroizing::new(*keys.receive.seed()),
            send_seed: Zeroizing::new(*keys.send.seed()),
            outer_key: keys.outer,
            worker,
            contact: None,
            created: false,
        }
    }

    /// The same queue, to be made on its worker once more.
    #[must_use]
    pub fn lost(&self) -> Self {
        Self {
            receive_seed: Zeroizing::new(*self.receive_seed),
            send_seed: Zeroizing::new(*self.send_seed),
            outer_key: Zeroizing::new(*self.outer_key),
            worker: self.worker,
            contact: self.contact,
            created: false,
        }
    }

    /// The queue's name for its reader.
    #[must_use]
    pub fn id(&self) -> QueueId {
        queue_id(&self.receive_key().public())
    }

    /// The writing end, for whoever may write.
    #[must_use]
    pub fn route(&self) -> Route {
        Route {
            worker: self.worker,
            send_seed: Zeroizing::new(*self.send_seed),
            outer_key: Zeroizing::new(*self.outer_key),
        }
    }

    /// Asks the worker to make the queue.
    #[must_use]
    pub fn create_request(&self) -> MailRequest {
        let receive_key = self.receive_key();
        let send_key = Ed25519Key::from_seed(*self.send_seed).public();
        let bytes = create_bytes(self.worker, &receive_key.public(), &send_key);
        MailRequest::Create {
            receive_key: receive_key.public(),
            send_key,
            signature: receive_key.sign(&bytes),
        }
    }

    /// Asks the worker for what waits behind a position, over the connection that this peer key
    /// proves.
    #[must_use]
    pub fn pull_request(&self, peer: &[u8; 32], after: u64) -> MailRequest {
        let QueueRight { receive_key, signature } = self.right(peer);
        MailRequest::Pull { receive_key, after, signature }
    }

    /// The right to hear of this queue, over the connection that this peer key proves.
    #[must_use]
    pub fn right(&self, peer: &[u8; 32]) -> QueueRight {
        let key = self.receive_key();
        QueueRight {
            receive_key: key.public(),
            signature: key.sign(&read_bytes(self.worker, peer)),
        }
    }

    /// Asks the worker to delete these envelopes for good.
    #[must_use]
    pub fn delete_request(&self, envelopes: Vec<types::EnvelopeId>) -> MailRequest {
        let key = self.receive_key();
        let signature = key.sign(&delete_bytes(self.worker, &envelopes));
        MailRequest::Delete { receive_key: key.public(), envelopes, signature }
    }

    /// The name of a blob in this queue.
    #[must_use]
    pub fn envelope_id(&self, blob: &[u8]) -> types::EnvelopeId {
        let send_key = Ed25519Key::from_seed(*self.send_seed).public();
        wire::mail::envelope_id(send_id(&send_key), blob)
    }

    fn receive_key(&self) -> Ed25519Key {
        Ed25519Key::from_seed(*self.receive_seed)
    }
}
