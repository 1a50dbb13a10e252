//! A server's certificate, and the signed form that a sender's has too.
//!
//! Signatures are over the bytes as they were received, so those are kept and never written anew.

use crate::{
    RatchetError,
    curve::{KeyPair, PublicKey33},
    proto::{Fields, put_bytes, put_uint32},
    xeddsa::{self, SIGNATURE_LEN},
};
use core::fmt;
use rand_core::CryptoRng;

/// The server key with this number got into the wrong hands.
const REVOKED: u32 = 0xDEAD_C357;

/// Some bytes, and a signature over them: the outer form of both certificates.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Signed {
    whole: Vec<u8>,
    body: Vec<u8>,
    signature: [u8; SIGNATURE_LEN],
}

impl Signed {
    pub(super) fn new(body: Vec<u8>, signer: &KeyPair, rng: &mut impl CryptoRng) -> Self {
        let signature = xeddsa::sign(signer.private(), &body, rng);
        let mut whole = vec![];
        put_bytes(&mut whole, 1, &body);
        put_bytes(&mut whole, 2, &signature);
        Self { whole, body, signature }
    }

    pub(super) fn parse(whole: &[u8]) -> Result<Self, RatchetError> {
        let mut fields = Fields::new(whole);
        let (mut body, mut signature) = (None, None);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => body = Some(value.bytes()?),
                2 => signature = Some(value.bytes()?),
                _ => {}
            }
        }
        let signature = required(signature)?.try_into().map_err(|_| RatchetError::BadMessage)?;
        Ok(Self { whole: whole.to_vec(), body: required(body)?.to_vec(), signature })
    }

    /// As they were received.
    pub(super) fn whole(&self) -> &[u8] {
        &self.whole
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.body
    }

    pub(super) fn is_by(&self, signer: &PublicKey33) -> bool {
        xeddsa::verify(signer, &self.body, &self.signature)
    }
}

/// A server's key, certified by a trust root.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerCertificate {
    signed: Signed,
    id: u32,
    key: PublicKey33,
}

impl ServerCertificate {
    pub(super) fn new(
        id: u32,
        key: &PublicKey33,
        root: &KeyPair,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let mut body = vec![];
        put_uint32(&mut body, 1, id);
        put_bytes(&mut body, 2, key.as_bytes());
        Self { signed: Signed::new(body, root, rng), id, key: *key }
    }

    /// Reads one.
    ///
    /// # Errors
    /// [`RatchetError::BadCertificate`] for a missing field or damaged bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, RatchetError> {
        Self::read(bytes).map_err(|_| RatchetError::BadCertificate)
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, RatchetError> {
        let signed = Signed::parse(bytes)?;
        let mut fields = Fields::new(&signed.body);
        let (mut id, mut key) = (None, None);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => id = Some(value.uint32()?),
                2 => key = Some(value.bytes()?),
                _ => {}
            }
        }
        let (id, key) = (required(id)?, required(key.and_then(PublicKey33::parse))?);
        Ok(Self { signed, id, key })
    }

    /// The bytes, as they were received.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.signed.whole()
    }

    /// The server key's number.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The server's key, which signs sender certificates.
    #[must_use]
    pub const fn key(&self) -> &PublicKey33 {
        &self.key
    }

    /// Checks that the root vouches for the server, and still does.
    ///
    /// # Errors
    /// [`RatchetError::BadCertificate`] if not.
    pub fn validate(&self, root: &PublicKey33) -> Result<(), RatchetError> {
        check(self.signed.is_by(root) && self.id != REVOKED)
    }
}

impl fmt::Debug for ServerCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ServerCertificate({})", self.id)
    }
}

pub(super) fn check(holds: bool) -> Result<(), RatchetError> {
    if holds { Ok(()) } else { Err(RatchetError::BadCertificate) }
}

pub(super) fn required<T>(field: Option<T>) -> Result<T, RatchetError> {
    field.ok_or(RatchetError::BadMessage)
}
