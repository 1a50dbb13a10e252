//! Identity keys: who somebody is, for agreement and for signatures alike.

use crate::{
    curve::{KeyPair, PublicKey33},
    xeddsa,
};
use core::fmt;
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// The public half of an identity.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct IdentityKey(PublicKey33);

impl IdentityKey {
    /// Length in bytes.
    pub const LEN: usize = PublicKey33::LEN;

    /// Reads exactly 33 bytes that begin with 5.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        PublicKey33::parse(bytes).map(Self)
    }

    /// Type byte and u-coordinate.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; Self::LEN] {
        self.0.as_bytes()
    }

    /// True for an XEdDSA signature over the message by this identity.
    #[must_use]
    pub fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        xeddsa::verify(&self.0, message, signature)
    }

    /// True if this identity has signed that `other` is its own too.
    #[must_use]
    pub fn verify_alternate(&self, other: &Self, signature: &[u8; 64]) -> bool {
        self.verify(&alternate(other), signature)
    }

    pub(crate) const fn key(&self) -> &PublicKey33 {
        &self.0
    }
}

impl Encode for IdentityKey {
    fn encode(&self, writer: &mut Writer) {
        self.0.encode(writer);
    }
}

impl Decode for IdentityKey {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        PublicKey33::decode(reader).map(Self)
    }
}

/// An identity with its private key.
pub struct IdentityKeyPair(KeyPair);

impl IdentityKeyPair {
    /// A fresh identity.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        Self(KeyPair::generate(rng))
    }

    /// The identity of this private key, which is clamped first.
    #[must_use]
    pub fn from_private(private: [u8; 32]) -> Self {
        Self(KeyPair::from_private(private))
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> IdentityKey {
        IdentityKey(*self.0.public())
    }

    /// An XEdDSA signature over the message.
    #[must_use]
    pub fn sign(&self, message: &[u8], rng: &mut impl CryptoRng) -> [u8; 64] {
        xeddsa::sign(self.0.private(), message, rng)
    }

    /// Signs that `other` is an identity of ours too.
    #[must_use]
    pub fn sign_alternate(&self, other: &IdentityKey, rng: &mut impl CryptoRng) -> [u8; 64] {
        self.sign(&alternate(other), rng)
    }

    pub(crate) const fn pair(&self) -> &KeyPair {
        &self.0
    }
}

/// What stands for another identity in a signature; no other signed message begins like this.
fn alternate(other: &IdentityKey) -> Vec<u8> {
    [[0xff; 32].as_slice(), b"Signal_PNI_Signature", other.as_bytes()].concat()
}

impl fmt::Debug for IdentityKeyPair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IdentityKeyPair(..)")
    }
}
