//! Prekeys with their private halves, as their owner keeps them.
//!
//! The store keeps them encoded; the owner deletes a used one-time key, and refuses a second use of
//! the same base key with a Kyber key that it keeps (see [`crate::UsedPreKeys`]).

use crate::{
    curve::{KeyPair, PublicKey33},
    identity::IdentityKeyPair,
    kyber::{KyberPrivateKey, KyberPublicKey},
};
use core::fmt;
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// First byte of every stored prekey.
const FORMAT: u8 = 1;

fn write_head(writer: &mut Writer, id: u32) {
    writer.u8(FORMAT);
    writer.u32(id);
}

/// The number of a stored prekey.
fn read_head(r: &mut Reader<'_>) -> Result<u32, DecodeError> {
    if r.u8()? == FORMAT { r.u32() } else { Err(DecodeError::BadValue("prekey format")) }
}

/// A Curve25519 prekey, signed by its owner, that serves for some days.
pub struct SignedPreKey {
    id: u32,
    pair: KeyPair,
    signature: [u8; 64],
}

impl SignedPreKey {
    /// A fresh key, signed by its owner.
    #[must_use]
    pub fn generate(id: u32, owner: &IdentityKeyPair, rng: &mut impl CryptoRng) -> Self {
        let pair = KeyPair::generate(rng);
        let signature = owner.sign(pair.public().as_bytes(), rng);
        Self { id, pair, signature }
    }

    /// The number by which messages name it.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey33 {
        self.pair.public()
    }

    /// The owner's signature over the public half.
    #[must_use]
    pub const fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    pub(crate) const fn pair(&self) -> &KeyPair {
        &self.pair
    }
}

impl Encode for SignedPreKey {
    fn encode(&self, writer: &mut Writer) {
        write_head(writer, self.id);
        self.pair.encode(writer);
        writer.fixed(&self.signature);
    }
}

impl Decode for SignedPreKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { id: read_head(r)?, pair: KeyPair::decode(r)?, signature: r.fixed()? })
    }
}

/// A Curve25519 prekey for one session only.
pub struct OneTimePreKey {
    id: u32,
    pair: KeyPair,
}

impl OneTimePreKey {
    /// A fresh key.
    #[must_use]
    pub fn generate(id: u32, rng: &mut impl CryptoRng) -> Self {
        Self { id, pair: KeyPair::generate(rng) }
    }

    /// The number by which messages name it.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicKey33 {
        self.pair.public()
    }

    pub(crate) const fn pair(&self) -> &KeyPair {
        &self.pair
    }
}

impl Encode for OneTimePreKey {
    fn encode(&self, writer: &mut Writer) {
        write_head(writer, self.id);
        self.pair.encode(writer);
    }
}

impl Decode for OneTimePreKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { id: read_head(r)?, pair: KeyPair::decode(r)? })
    }
}

/// A Kyber-1024 prekey, signed by its owner.
pub struct KyberPreKey {
    id: u32,
    private: KyberPrivateKey,
    public: KyberPublicKey,
    signature: [u8; 64],
}

impl KyberPreKey {
    /// A fresh key, signed by its owner.
    #[must_use]
    pub fn generate(id: u32, owner: &IdentityKeyPair, rng: &mut impl CryptoRng) -> Self {
        let (private, public) = KyberPrivateKey::generate(rng);
        let signature = owner.sign(public.as_bytes(), rng);
        Self { id, private, public, signature }
    }

    /// The number by which messages name it.
    #[must_use]
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &KyberPublicKey {
        &self.public
    }

    /// The owner's signature over the public half.
    #[must_use]
    pub const fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    pub(crate) const fn private(&self) -> &KyberPrivateKey {
        &self.private
    }
}

impl Encode for KyberPreKey {
    fn encode(&self, writer: &mut Writer) {
        write_head(writer, self.id);
        self.private.encode(writer);
        self.public.encode(writer);
        writer.fixed(&self.signature);
    }
}

impl Decode for KyberPreKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            id: read_head(r)?,
            private: KyberPrivateKey::decode(r)?,
            public: KyberPublicKey::decode(r)?,
            signature: r.fixed()?,
        })
    }
}

/// Shows a prekey by its number alone.
macro_rules! redacted {
    ($($name:ident),*) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($name)).field("id", &self.id).finish_non_exhaustive()
            }
        }
    )*};
}

redacted!(SignedPreKey, OneTimePreKey, KyberPreKey);

/// The prekeys that a first message names; the caller looks them up by their numbers.
#[derive(Debug, Clone, Copy)]
pub struct PreKeys<'a> {
    /// Number [`crate::PreKeyMessage::signed_pre_key_id`].
    pub signed: &'a SignedPreKey,
    /// Number [`crate::PreKeyMessage::one_time_id`], exactly if there is one.
    pub one_time: Option<&'a OneTimePreKey>,
    /// Number [`crate::PreKeyMessage::kyber_id`].
    pub kyber: &'a KyberPreKey,
}
