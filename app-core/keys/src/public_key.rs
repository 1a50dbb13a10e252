//! Operation public keys, whichever scheme: what an account shows on the ledger.
//!
//! The ledger encodes, hashes and verifies with these and never asks which scheme it is.

use crate::{ecdsa, falcon, format_address};
use core::fmt;
use ripemd::{Digest, Ripemd160};
use sha2::Sha256;
use types::{Address, AddressKind, OpenId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The public half of an operation key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PublicKey {
    /// secp256k1, compressed.
    Ecdsa([u8; ecdsa::PUBLIC_LEN]),
    /// Falcon-1024, round 3.
    Falcon(Box<[u8; falcon::PUBLIC_LEN]>),
}

/// On the wire and in hashes.
const ECDSA: u8 = 1;
const FALCON: u8 = 2;

impl PublicKey {
    /// The scheme, as addresses name it.
    #[must_use]
    pub const fn kind(&self) -> AddressKind {
        match self {
            Self::Ecdsa(_) => AddressKind::Ecdsa,
            Self::Falcon(_) => AddressKind::Falcon,
        }
    }

    /// The address that belongs to this key.
    #[must_use]
    pub fn address(&self) -> Address {
        let payload = Ripemd160::digest(Sha256::digest(self.bytes())).into();
        Address { kind: self.kind(), payload }
    }

    /// The id of the account whose first key this is.
    #[must_use]
    pub fn open_id(&self) -> OpenId {
        OpenId(wire::hash("bcm-openid-v1", &[&[self.key_type()], self.bytes()]))
    }

    /// The one length that a signature by this key has.
    #[must_use]
    pub const fn signature_len(&self) -> usize {
        match self {
            Self::Ecdsa(_) => ecdsa::SIGNATURE_LEN,
            Self::Falcon(_) => falcon::SIGNATURE_LEN,
        }
    }

    /// True if this key signed the digest. A key that is none, a wrong length and a high S are
    /// false as well.
    #[must_use]
    pub fn verify(&self, digest: &[u8; 32], signature: &[u8]) -> bool {
        match self {
            Self::Ecdsa(key) => ecdsa::verify(key, digest, signature),
            Self::Falcon(key) => falcon::verify(key, digest, signature),
        }
    }

    const fn key_type(&self) -> u8 {
        match self {
            Self::Ecdsa(_) => ECDSA,
            Self::Falcon(_) => FALCON,
        }
    }

    fn bytes(&self) -> &[u8] {
        match self {
            Self::Ecdsa(bytes) => bytes,
            Self::Falcon(bytes) => bytes.as_slice(),
        }
    }
}

impl Encode for PublicKey {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.key_type());
        w.fixed(self.bytes());
    }
}

impl Decode for PublicKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (key, valid) = match r.u8()? {
            ECDSA => {
                let bytes = r.fixed()?;
                (Self::Ecdsa(bytes), ecdsa::is_valid(&bytes))
            }
            FALCON => {
                let bytes = Box::new(r.fixed()?);
                let valid = falcon::is_valid(&bytes);
                (Self::Falcon(bytes), valid)
            }
            _ => return Err(DecodeError::BadValue("key type")),
        };
        if valid { Ok(key) } else { Err(DecodeError::BadValue("public key")) }
    }
}

/// The address says as much as anybody wants to read.
impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", format_address(self.address()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The generator of secp256k1.
    const GENERATOR: &str = "0279be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

    #[test]
    fn canonical_bytes_stay_as_they_are() {
        let key = PublicKey::Ecdsa(hex::decode(GENERATOR).unwrap().try_into().unwrap());
        assert_eq!(hex::encode(key.to_bytes()), ["01", GENERATOR].concat());
        assert_eq!(PublicKey::from_bytes(&key.to_bytes()), Ok(key.clone()));
        assert_eq!(
            hex::encode(key.address().to_bytes()),
            "17751e76e8199196d454941c45d1b3a323f1433bd6"
        );
        assert_eq!(format!("{key:?}"), format!("PublicKey({})", format_address(key.address())));
    }

    #[test]
    fn a_falcon_key_reads_back() {
        let mut bytes = Box::new([0; falcon::PUBLIC_LEN]);
        bytes[0] = 10;
        let key = PublicKey::Falcon(bytes);
        assert_eq!(key.to_bytes().len(), 1794);
        assert_eq!(PublicKey::from_bytes(&key.to_bytes()), Ok(key.clone()));
        assert_eq!(key.address().kind, AddressKind::Falcon);
        assert!(!key.verify(&[0; 32], &[0; 1280]), "the zero key signs nothing");
    }

    #[test]
    fn foreign_bytes_are_refused_with_a_reason() {
        let bad_key = Err(DecodeError::BadValue("public key"));
        assert_eq!(PublicKey::from_bytes(&[[1].as_slice(), &[4; 33]].concat()), bad_key);
        assert_eq!(PublicKey::from_bytes(&[[2].as_slice(), &[0; 1793]].concat()), bad_key);
        let bad_type = Err(DecodeError::BadValue("key type"));
        assert_eq!(PublicKey::from_bytes(&[[3].as_slice(), &[0; 33]].concat()), bad_type);
        assert_eq!(PublicKey::from_bytes(&[1]), Err(DecodeError::TooShort));
        assert_eq!(PublicKey::from_bytes(&[]), Err(DecodeError::TooShort));
    }

    #[test]
    fn a_key_that_is_none_verifies_nothing() {
        assert!(!PublicKey::Ecdsa([0; 33]).verify(&[0; 32], &[0; 64]));
    }
}
