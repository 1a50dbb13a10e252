//! The directory: prekey bundles, kept by the worker that holds their owner's mailbox.
//!
//! The worker sees an Ed25519 directory key and opaque bytes; whoever fetches checks what is inside
//! against the identity key that the invite named.

use crate::{Decode, DecodeError, Encode, Reader, Writer, hash};
use types::WorkerId;

/// Most bytes of a bundle.
pub const MAX_BUNDLE: usize = 4096;
/// Most bytes of a one-time prekey.
pub const MAX_ONE_TIME: usize = 64;
/// Most one-time prekeys kept for one directory key.
pub const MAX_ONE_TIME_KEYS: usize = 200;

/// What the directory key signs to publish on this worker.
#[must_use]
pub fn publish_bytes(worker: WorkerId, publication: &Publication) -> [u8; 32] {
    hash("bcm-publish-v1", &[&worker.0, &publication.to_bytes()])
}

/// Replaces the bundle and adds one-time prekeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Ed25519; names the entry.
    pub key: [u8; 32],
    /// Grows with every publication; a lower one than stored is refused.
    pub sequence: u64,
    /// Identity key, signed prekeys; opaque here.
    pub bundle: Vec<u8>,
    /// Handed out once each; opaque here.
    pub one_time: Vec<OneTime>,
}

/// An opaque one-time prekey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTime(pub Vec<u8>);

/// Asked of a worker under [`crate::protocol::DIRECTORY`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryRequest {
    /// Stores a publication.
    Publish {
        /// What to store.
        publication: Publication,
        /// By the directory key over [`publish_bytes`].
        signature: [u8; 64],
    },
    /// Reads the bundle that `owner` holds under `key`; any worker passes it on.
    Fetch {
        /// The worker that holds it.
        owner: WorkerId,
        /// The entry.
        key: [u8; 32],
    },
}

/// The answers, in the order of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryReply {
    /// Stored; so many one-time prekeys are left.
    Published(u32),
    /// The bundle and, while there are any, a one-time prekey that nobody gets again.
    Fetched {
        /// As published.
        bundle: Vec<u8>,
        /// As published.
        one_time: Option<OneTime>,
    },
}

impl Encode for OneTime {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for OneTime {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_ONE_TIME).map(Self)
    }
}

impl Encode for Publication {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.key);
        w.u64(self.sequence);
        w.bytes(&self.bundle);
        w.list(&self.one_time);
    }
}

impl Decode for Publication {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            key: r.fixed()?,
            sequence: r.u64()?,
            bundle: r.bytes(MAX_BUNDLE)?,
            one_time: r.list(MAX_ONE_TIME_KEYS)?,
        })
    }
}

impl Encode for DirectoryRequest {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Publish { publication, signature } => {
                w.u8(1);
                publication.encode(w);
                w.fixed(signature);
            }
            Self::Fetch { owner, key } => {
                w.u8(2);
                owner.encode(w);
                w.fixed(key);
            }
        }
    }
}

impl Decode for DirectoryRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Publish { publication: Publication::decode(r)?, signature: r.fixed()? },
            2 => Self::Fetch { owner: WorkerId::decode(r)?, key: r.fixed()? },
            _ => return Err(DecodeError::BadValue("directory request")),
        })
    }
}

impl Encode for DirectoryReply {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Published(left) => {
                w.u8(1);
                w.u32(*left);
            }
            Self::Fetched { bundle, one_time } => {
                w.u8(2);
                w.bytes(bundle);
                w.option(one_time.as_ref());
            }
        }
    }
}

impl Decode for DirectoryReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Published(r.u32()?),
            2 => Self::Fetched { bundle: r.bytes(MAX_BUNDLE)?, one_time: r.option()? },
            _ => return Err(DecodeError::BadValue("directory reply")),
        })
    }
}
