//! The directory: prekey bundles, kept by the worker that holds their owner's mailbox.
//!
//! The worker sees an Ed25519 directory key and opaque bytes; whoever fetches checks what is inside
//! against the identity key that the invite named.

use crate::{Decode, DecodeError, Encode, Reader, Writer, hash};
use types::WorkerId;

/// Most bytes of a bundle.
pub const MAX_BUNDLE: usize = 4096;
/// Most bytes of a one-time Curve25519 prekey.
pub const MAX_ONE_TIME: usize = 64;
/// Most bytes of a one-time Kyber prekey.
pub const MAX_KYBER: usize = 1680;
/// Most one-time prekeys of each kind in one publication: as many as fit a request.
pub const MAX_AT_ONCE: usize = 30;
/// Most one-time prekeys of each kind kept for one directory key.
pub const MAX_KEPT: usize = 100;

/// What the directory key signs to publish on this worker.
#[must_use]
pub fn publish_bytes(worker: WorkerId, publication: &Publication) -> [u8; 32] {
    hash("bcm-publish-v2", &[&worker.0, &publication.to_bytes()])
}

/// What the directory key signs to count on this worker, over the connection that this peer key
/// proves.
#[must_use]
pub fn count_bytes(worker: WorkerId, peer: &[u8; 32]) -> [u8; 32] {
    hash("bcm-count-v1", &[&worker.0, peer])
}

/// Replaces the bundle and adds one-time prekeys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Ed25519; names the entry.
    pub key: [u8; 32],
    /// Grows with every publication; a lower one than stored is refused.
    pub sequence: u64,
    /// Nothing that was published before is handed out any more.
    pub afresh: bool,
    /// Identity key, signed prekey, Kyber prekey of last resort; opaque here.
    pub bundle: Vec<u8>,
    /// Curve25519 prekeys, handed out once each; opaque here.
    pub one_time: Vec<OneTime>,
    /// Kyber prekeys, handed out once each; opaque here.
    pub kyber: Vec<OneTimeKyber>,
}

/// An opaque one-time Curve25519 prekey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTime(pub Vec<u8>);

/// An opaque one-time Kyber prekey.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OneTimeKyber(pub Vec<u8>);

/// What a worker holds under a directory key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holding {
    /// The number of the last publication.
    pub sequence: u64,
    /// One-time Curve25519 prekeys that nobody has been given yet.
    pub one_time: u32,
    /// One-time Kyber prekeys that nobody has been given yet.
    pub kyber: u32,
}

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
    /// Asks what the worker itself holds under `key`. For its owner alone: others are not to learn
    /// how often it is fetched.
    Count {
        /// The entry.
        key: [u8; 32],
        /// By the directory key over [`count_bytes`].
        signature: [u8; 64],
    },
}

/// The answers, in the order of the requests.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DirectoryReply {
    /// Stored; so much is held now.
    Published(Holding),
    /// The bundle and, while there are any, a one-time prekey of each kind that nobody gets again.
    Fetched {
        /// As published.
        bundle: Vec<u8>,
        /// As published.
        one_time: Option<OneTime>,
        /// As published; stands in for the bundle's own.
        kyber: Option<OneTimeKyber>,
    },
    /// So much is held.
    Counted(Holding),
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

impl Encode for OneTimeKyber {
    fn encode(&self, w: &mut Writer) {
        w.bytes(&self.0);
    }
}

impl Decode for OneTimeKyber {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        r.bytes(MAX_KYBER).map(Self)
    }
}

impl Encode for Holding {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.sequence);
        w.u32(self.one_time);
        w.u32(self.kyber);
    }
}

impl Decode for Holding {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { sequence: r.u64()?, one_time: r.u32()?, kyber: r.u32()? })
    }
}

impl Encode for Publication {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.key);
        w.u64(self.sequence);
        w.bool(self.afresh);
        w.bytes(&self.bundle);
        w.list(&self.one_time);
        w.list(&self.kyber);
    }
}

impl Decode for Publication {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            key: r.fixed()?,
            sequence: r.u64()?,
            afresh: r.bool()?,
            bundle: r.bytes(MAX_BUNDLE)?,
            one_time: r.list(MAX_AT_ONCE)?,
            kyber: r.list(MAX_AT_ONCE)?,
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
            Self::Count { key, signature } => {
                w.u8(3);
                w.fixed(key);
                w.fixed(signature);
            }
        }
    }
}

impl Decode for DirectoryRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Publish { publication: Publication::decode(r)?, signature: r.fixed()? },
            2 => Self::Fetch { owner: WorkerId::decode(r)?, key: r.fixed()? },
            3 => Self::Count { key: r.fixed()?, signature: r.fixed()? },
            _ => return Err(DecodeError::BadValue("directory request")),
        })
    }
}

impl Encode for DirectoryReply {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Published(holding) => {
                w.u8(1);
                holding.encode(w);
            }
            Self::Fetched { bundle, one_time, kyber } => {
                w.u8(2);
                w.bytes(bundle);
                w.option(one_time.as_ref());
                w.option(kyber.as_ref());
            }
            Self::Counted(holding) => {
                w.u8(3);
                holding.encode(w);
            }
        }
    }
}

impl Decode for DirectoryReply {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Published(Holding::decode(r)?),
            2 => Self::Fetched {
                bundle: r.bytes(MAX_BUNDLE)?,
                one_time: r.option()?,
                kyber: r.option()?,
            },
            3 => Self::Counted(Holding::decode(r)?),
            _ => return Err(DecodeError::BadValue("directory reply")),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::MAX_REQUEST;

    #[test]
    fn the_largest_publication_fits_a_request() {
        let publication = Publication {
            key: [1; 32],
            sequence: u64::MAX,
            afresh: true,
            bundle: vec![0; MAX_BUNDLE],
            one_time: vec![OneTime(vec![0; MAX_ONE_TIME]); MAX_AT_ONCE],
            kyber: vec![OneTimeKyber(vec![0; MAX_KYBER]); MAX_AT_ONCE],
        };
        let publish = DirectoryRequest::Publish { publication, signature: [0; 64] };
        assert!(publish.to_bytes().len() < MAX_REQUEST);
        assert_eq!(DirectoryRequest::from_bytes(&publish.to_bytes()), Ok(publish));
    }

    #[test]
    fn what_is_said_keeps_its_encoding() {
        #[track_caller]
        fn check<T: Encode + Decode + PartialEq + core::fmt::Debug>(value: T, expected: &str) {
            let bytes = value.to_bytes();
            assert_eq!(hex::encode(&bytes), expected);
            assert_eq!(T::from_bytes(&bytes), Ok(value));
        }
        let (one_time, kyber) = (OneTime(vec![5]), OneTimeKyber(vec![6, 7]));
        let publication = Publication {
            key: [1; 32],
            sequence: 2,
            afresh: true,
            bundle: vec![4],
            one_time: vec![one_time.clone()],
            kyber: vec![kyber.clone()],
        };
        let (key, signature) = ("01".repeat(32), "03".repeat(64));
        let published = "0000000000000002010000000104000000010000000105000000010000000206                         07"
            .replace(' ', "");
        let publish = DirectoryRequest::Publish { publication, signature: [3; 64] };
        check(publish, &format!("01{key}{published}{signature}"));
        let count = DirectoryRequest::Count { key: [1; 32], signature: [3; 64] };
        check(count, &format!("03{key}{signature}"));
        let holding = Holding { sequence: 2, one_time: 8, kyber: 9 };
        check(DirectoryReply::Published(holding), "0100000000000000020000000800000009");
        check(DirectoryReply::Counted(holding), "0300000000000000020000000800000009");
        let (one_time, kyber) = (Some(one_time), Some(kyber));
        let fetched = DirectoryReply::Fetched { bundle: vec![4], one_time, kyber };
        check(fetched, "02000000010401000000010501000000020607");
    }
}
