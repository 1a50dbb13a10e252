//! The writing end of a queue: what its reader hands to one contact.

use core::fmt;
use keys::Ed25519Key;
use types::{SendId, WorkerId};
use wire::mail::{MailRequest, envelope_id, put_bytes};
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

/// How to write into somebody's queue. Whoever holds it can write, nobody else.
pub struct Route {
    /// The worker that holds the queue.
    pub worker: WorkerId,
    /// Ed25519 seed of the send key; its reader holds it too, so a signature proves nothing to
    /// third parties.
    pub send_seed: Zeroizing<[u8; 32]>,
    /// AES-256-GCM key of the outer layer.
    pub outer_key: Zeroizing<[u8; 32]>,
}

impl Route {
    /// The key that signs what is put into the queue.
    #[must_use]
    pub fn send_key(&self) -> Ed25519Key {
        Ed25519Key::from_seed(*self.send_seed)
    }

    /// The queue's name for its writer.
    #[must_use]
    pub fn send_id(&self) -> SendId {
        wire::mail::send_id(&self.send_key().public())
    }

    /// Signs that this blob may lie in the queue.
    #[must_use]
    pub fn sign(&self, blob: &[u8]) -> [u8; 64] {
        let send = self.send_id();
        self.send_key().sign(&put_bytes(self.worker, send, envelope_id(send, blob)))
    }

    /// Asks for this blob to be put into the queue.
    #[must_use]
    pub fn put_request(&self, blob: Vec<u8>) -> MailRequest {
        let signature = self.sign(&blob);
        MailRequest::Put { owner: self.worker, send: self.send_id(), blob, signature }
    }
}

impl PartialEq for Route {
    /// True for the same queue: whose send key it is says all.
    fn eq(&self, other: &Self) -> bool {
        self.worker == other.worker && self.send_id() == other.send_id()
    }
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route").field("worker", &self.worker).finish_non_exhaustive()
    }
}

impl Encode for Route {
    fn encode(&self, writer: &mut Writer) {
        self.worker.encode(writer);
        writer.fixed(self.send_seed.as_slice());
        writer.fixed(self.outer_key.as_slice());
    }
}

impl Decode for Route {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            worker: WorkerId::decode(reader)?,
            send_seed: Zeroizing::new(reader.fixed()?),
            outer_key: Zeroizing::new(reader.fixed()?),
        })
    }
}
