//! The group message: one encrypted message in a sender's chain, signed by its sender.
//!
//! It keeps the bytes that the signature covers, because that is over what was received, not over a
//! new encoding of it.

use super::{DistributionId, VERSION, body};
use crate::{
    RatchetError,
    curve::{KeyPair, PublicKey33},
    proto::{Fields, put_bytes, put_uint32},
    xeddsa::{self, SIGNATURE_LEN},
};
use rand_core::CryptoRng;

/// More than everything around the ciphertext takes.
const AROUND: usize = 128;

/// A received group message, well-formed but not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SenderKeyMessage {
    distribution: DistributionId,
    chain_id: u32,
    iteration: u32,
    ciphertext: Vec<u8>,
    signed: Vec<u8>,
    signature: [u8; SIGNATURE_LEN],
}

/// What a group message is written from.
pub(super) struct Unsigned<'a> {
    pub(super) distribution: DistributionId,
    pub(super) chain_id: u32,
    pub(super) iteration: u32,
    pub(super) ciphertext: &'a [u8],
}

impl Unsigned<'_> {
    /// The whole message with its signature.
    pub(super) fn sign(&self, pair: &KeyPair, rng: &mut impl CryptoRng) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.ciphertext.len().saturating_add(AROUND));
        out.push(VERSION);
        put_bytes(&mut out, 1, &self.distribution.0);
        put_uint32(&mut out, 2, self.chain_id);
        put_uint32(&mut out, 3, self.iteration);
        put_bytes(&mut out, 4, self.ciphertext);
        let signature = xeddsa::sign(pair.private(), &out, rng);
        out.extend_from_slice(&signature);
        out
    }
}

impl SenderKeyMessage {
    /// Reads one.
    ///
    /// # Errors
    /// [`RatchetError::OldVersion`], [`RatchetError::UnknownVersion`], [`RatchetError::BadMessage`]
    /// for a missing field or damaged bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, RatchetError> {
        let missing = RatchetError::BadMessage;
        let (signed, signature) = bytes.split_last_chunk().ok_or(missing)?;
        let mut fields = Fields::new(body(signed)?);
        let (mut distribution, mut chain_id) = (None, None);
        let (mut iteration, mut ciphertext) = (None, None);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => distribution = Some(value.bytes()?),
                2 => chain_id = Some(value.uint32()?),
                3 => iteration = Some(value.uint32()?),
                4 => ciphertext = Some(value.bytes()?),
                _ => {}
            }
        }
        Ok(Self {
            distribution: DistributionId::from_field(distribution.ok_or(missing)?)?,
            chain_id: chain_id.ok_or(missing)?,
            iteration: iteration.ok_or(missing)?,
            ciphertext: ciphertext.ok_or(missing)?.to_vec(),
            signed: signed.to_vec(),
            signature: *signature,
        })
    }

    /// Which group it is for: with the sender, this finds the record.
    #[must_use]
    pub const fn distribution_id(&self) -> DistributionId {
        self.distribution
    }

    /// The number of the sender's chain.
    #[must_use]
    pub const fn chain_id(&self) -> u32 {
        self.chain_id
    }

    /// The message's place in that chain.
    #[must_use]
    pub const fn iteration(&self) -> u32 {
        self.iteration
    }

    /// The encrypted content.
    #[must_use]
    pub fn ciphertext(&self) -> &[u8] {
        &self.ciphertext
    }

    pub(super) fn is_signed_by(&self, key: &PublicKey33) -> bool {
        xeddsa::verify(key, &self.signed, &self.signature)
    }
}
