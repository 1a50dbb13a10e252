//! Mailboxes: one-way queues on a worker (`network.md` 3.2, `money-and-mail.md` A6, B12).
//!
//! A queue has two Ed25519 keys, both made by its reader: the receive key reads and deletes, the
//! send key (handed to one contact inside the session) writes. No account id ever appears here.

use crate::{Decode, DecodeError, Encode, Reader, Writer, hash};
use types::{EnvelopeId, QueueId, SendId, Timestamp, WorkerId};

/// Sizes a blob may have, so that its length says little about what is inside.
pub const BUCKETS: [usize; 6] = [512, 1024, 2048, 4096, 8192, 16384];
/// Most envelopes one queue holds.
pub const QUEUE_MESSAGES: u32 = 1000;
/// Most bytes one queue holds.
pub const QUEUE_BYTES: u64 = 4 * 1024 * 1024;
/// How long an envelope waits: 30 days, in seconds.
pub const TTL_SECS: u64 = 30 * 24 * 3600;
/// Most envelopes in one answer to a pull.
pub const PULL_MESSAGES: usize = 64;

/// The queue's name for its reader.
#[must_use]
pub fn queue_id(receive_key: &[u8; 32]) -> QueueId {
    QueueId(hash("bcm-queue-v1", &[receive_key]))
}

/// The queue's name for its writer.
#[must_use]
pub fn send_id(send_key: &[u8; 32]) -> SendId {
    SendId(hash("bcm-send-v1", &[send_key]))
}

/// The name of one blob in one queue; the same blob elsewhere has another.
#[must_use]
pub fn envelope_id(send: SendId, blob: &[u8]) -> EnvelopeId {
    EnvelopeId(hash("bcm-msg-v1", &[&send.0, blob]))
}

/// What the receive key signs to create a queue on this worker.
#[must_use]
pub fn create_bytes(worker: WorkerId, receive_key: &[u8; 32], send_key: &[u8; 32]) -> [u8; 32] {
    hash("bcm-queue-create-v1", &[&worker.0, receive_key, send_key])
}

/// What the send key signs to put an envelope into a queue of this worker.
#[must_use]
pub fn put_bytes(worker: WorkerId, send: SendId, envelope: EnvelopeId) -> [u8; 32] {
    hash("bcm-queue-put-v1", &[&worker.0, &send.0, &envelope.0])
}

/// What the receive key signs to read. `peer` is the reader's libp2p public key, which the
/// connection itself proves: a signature seen on one connection is worth nothing on another.
#[must_use]
pub fn read_bytes(worker: WorkerId, peer: &[u8; 32]) -> [u8; 32] {
    hash("bcm-queue-read-v1", &[&worker.0, peer])
}

/// What the receive key signs to delete these envelopes.
#[must_use]
pub fn delete_bytes(worker: WorkerId, envelopes: &[EnvelopeId]) -> [u8; 32] {
    let ids: Vec<&[u8]> = envelopes.iter().map(|id| id.0.as_slice()).collect();
    let list = hash("bcm-list-v1", &ids);
    hash("bcm-queue-delete-v1", &[&worker.0, &list])
}

/// Asked of a worker under [`crate::protocol::MAIL`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailRequest {
    /// Makes a queue; making it again changes nothing.
    Create {
        /// Reads and deletes.
        receive_key: [u8; 32],
        /// Writes.
        send_key: [u8; 32],
        /// By the receive key over [`create_bytes`].
        signature: [u8; 64],
    },
    /// Stores an envelope at `owner`; any worker passes it on.
    Put {
        /// The worker that holds the queue.
        owner: WorkerId,
        /// The queue.
        send: SendId,
        /// One of [`BUCKETS`] in length.
        blob: Vec<u8>,
        /// By the send key over [`put_bytes`].
        signature: [u8; 64],
    },
    /// Reads envelopes behind a position, oldest first.
    Pull {
        /// The queue.
        receive_key: [u8; 32],
        /// The last position already seen, 0 for none.
        after: u64,
        /// By the receive key over [`read_bytes`].
        signature: [u8; 64],
    },
    /// Deletes envelopes for good, also those the worker has not seen yet.
    Delete {
        /// The queue.
        receive_key: [u8; 32],
        /// At most [`PULL_MESSAGES`].
        envelopes: Vec<EnvelopeId>,
        /// By the receive key over [`delete_bytes`].
        signature: [u8; 64],
    },
}

/// The answers, in the order of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MailReply {
    /// The queue is there.
    Created,
    /// The envelope is on disk until then.
    Stored(Timestamp),
    /// What waits.
    Waiting {
        /// Oldest first, at most [`PULL_MESSAGES`].
        envelopes: Vec<Waiting>,
        /// True if there is more behind the last.
        more: bool,
    },
    /// They are gone and stay gone.
    Deleted,
}

/// One waiting envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// Its position; grows within a queue.
    pub position: u64,
    /// The sealed bytes.
    pub blob: Vec<u8>,
}

const MAX_BLOB: usize = 16384;

impl Encode for MailRequest {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Create { receive_key, send_key, signature } => {
                w.u8(1);
                w.fixed(receive_key);
                w.fixed(send_key);
                w.fixed(signature);
            }
            Self::Put { owner, send, blob, signature } => {
                w.u8(2);
                owner.encode(w);
                send.encode(w);
                w.bytes(blob);
                w.fixed(signature);
            }
            Self::Pull { receive_key, after, signature } => {
                w.u8(3);
                w.fixed(receive_key);
                w.u64(*after);
                w.fixed(signature);
            }
            Self::Delete { receive_key, envelopes, signature } => {
                w.u8(4);
                w.fixed(receive_key);
                w.list(envelopes);
                w.fixed(signature);
            }
        }
    }
}

impl Decode for MailRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Create {
                receive_key: r.fixed()?,
                send_key: r.fixed()?,
                signature: r.fixed()?,
            },
            2 => Self::Put {
                owner: WorkerId::decode(r)?,
                send: SendId::decode(r)?,
                blob: r.bytes(MAX_BLOB)?,
                signature: r.fixed()?,
            },
            3 => Self::Pull { receive_key: r.fixed()?, after: r.u64()?, signature: r.fixed()? },
            4 => Self::Delete {
                receive_key: r.fixed()?,
                envelopes: r.list(PULL_MESSAGES)?,
                signature: r.fixed()?,
            },
            _ => return Err(DecodeError::BadValue("mail request")),
        })
    }
}

impl Encode for MailReply {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Created => w.u8(1),
            Self::Stored(until) => {
                w.u8(2);
                until.encode(w);
            }
            Self::Waiting { envelopes, more } => {
                w.u8(3);
                w.list(envelopes);
                w.bool(*more);
            }
            Self::Deleted => w.u8(4),
        }
    }
}

impl Decode for MailReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Created,
            2 => Self::Stored(Timestamp::decode(r)?),
            3 => Self::Waiting { envelopes: r.list(PULL_MESSAGES)?, more: r.bool()? },
            4 => Self::Deleted,
            _ => return Err(DecodeError::BadValue("mail reply")),
        })
    }
}

impl Encode for Waiting {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.position);
        w.bytes(&self.blob);
    }
}

impl Decode for Waiting {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { position: r.u64()?, blob: r.bytes(MAX_BLOB)? })
    }
}
