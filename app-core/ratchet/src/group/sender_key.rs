//! One chain of one sender, with the key that signs its messages.

use super::{DistributionId, SenderKeyDistribution, SenderKeyMessage, message::Unsigned};
use crate::{
    RatchetError,
    chain::{Advance, ChainKey, SkippingChain},
    cipher,
    curve::{KeyPair, PublicKey33},
    kdf,
    secret::Secret,
};
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

const MESSAGE_KEYS: &[u8] = b"WhisperGroup";

/// A sender key.
#[derive(Debug)]
pub(super) struct SenderKey {
    distribution: DistributionId,
    chain_id: u32,
    signer: Signer,
    chain: SkippingChain,
}

/// Whose messages the chain holds: only their sender can sign them.
#[derive(Debug)]
enum Signer {
    Us(KeyPair),
    Them(PublicKey33),
}

impl SenderKey {
    /// A new one of ours.
    pub(super) fn generate(distribution: DistributionId, rng: &mut impl CryptoRng) -> Self {
        // 31 bits, because some readers take the number for a signed one.
        let chain_id = rng.next_u32() >> 1;
        let mut key = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *key);
        let chain = SkippingChain::new(ChainKey::new(Secret::new(*key)));
        Self { distribution, chain_id, signer: Signer::Us(KeyPair::generate(rng)), chain }
    }

    /// The one that somebody has handed to us.
    pub(super) fn received(from: &SenderKeyDistribution) -> Self {
        let key = Secret::new(*from.chain_key());
        Self {
            distribution: from.distribution,
            chain_id: from.chain_id,
            signer: Signer::Them(from.signing_key),
            chain: SkippingChain::new(ChainKey::at(key, from.iteration())),
        }
    }

    /// For a member who is to read everything from here on.
    pub(super) fn hand_out(&self) -> SenderKeyDistribution {
        let position = self.chain.position();
        let key = Secret::new(*position.key().as_bytes());
        SenderKeyDistribution {
            distribution: self.distribution,
            chain_id: self.chain_id,
            chain: ChainKey::at(key, position.index()),
            signing_key: *self.signing_key(),
        }
    }

    pub(super) const fn distribution(&self) -> DistributionId {
        self.distribution
    }

    /// What names it among all keys of its sender.
    pub(super) const fn name(&self) -> (DistributionId, u32) {
        (self.distribution, self.chain_id)
    }

    pub(super) const fn is_ours(&self) -> bool {
        matches!(self.signer, Signer::Us(_))
    }

    pub(super) const fn signing_key(&self) -> &PublicKey33 {
        match &self.signer {
            Signer::Us(pair) => pair.public(),
            Signer::Them(key) => key,
        }
    }

    /// Encrypts the next message.
    pub(super) fn seal(
        &self,
        plaintext: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<(Vec<u8>, Advance), RatchetError> {
        let Signer::Us(pair) = &self.signer else { return Err(RatchetError::NoSenderKey) };
        let iteration = self.chain.position().index();
        let found = self.chain.find(iteration, false).map_err(|_| RatchetError::SessionTooOld)?;
        let (iv, key) = message_keys(found.seed());
        let unsigned = Unsigned {
            distribution: self.distribution,
            chain_id: self.chain_id,
            iteration,
            ciphertext: &cipher::encrypt(&key, &iv, plaintext),
        };
        Ok((unsigned.sign(pair, rng), found.into_advance()))
    }

    /// Decrypts a message, and says what that changes. Only the sender's signature makes it worth
    /// looking for the key: forged numbers cost one verification and nothing else.
    pub(super) fn open(
        &self,
        message: &SenderKeyMessage,
    ) -> Result<(Zeroizing<Vec<u8>>, Advance), RatchetError> {
        if !message.is_signed_by(self.signing_key()) {
            return Err(RatchetError::BadSignature);
        }
        let found = self.chain.find(message.iteration(), false)?;
        let (iv, key) = message_keys(found.seed());
        let plaintext = cipher::decrypt(&key, &iv, message.ciphertext())?;
        Ok((plaintext, found.into_advance()))
    }

    pub(super) fn apply(&mut self, advance: Advance) {
        self.chain.apply(advance);
    }
}

/// Start value and key of one message, in the order in which they are derived.
fn message_keys(seed: &Secret) -> (Zeroizing<[u8; 16]>, Zeroizing<[u8; 32]>) {
    // The protocol takes 48 bytes; HKDF gives the same ones at the start of 64.
    let [first, second] = kdf::hkdf(None, seed.as_bytes(), MESSAGE_KEYS);
    let (mut iv, mut key) = (Zeroizing::new([0; 16]), Zeroizing::new([0; 32]));
    let derived = first.as_bytes().iter().chain(second.as_bytes());
    iv.iter_mut().chain(&mut *key).zip(derived).for_each(|(to, from)| *to = *from);
    (iv, key)
}

impl Encode for SenderKey {
    fn encode(&self, writer: &mut Writer) {
        self.distribution.encode(writer);
        writer.u32(self.chain_id);
        writer.bool(self.is_ours());
        match &self.signer {
            Signer::Us(pair) => pair.encode(writer),
            Signer::Them(key) => key.encode(writer),
        }
        self.chain.encode(writer);
    }
}

impl Decode for SenderKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            distribution: DistributionId::decode(r)?,
            chain_id: r.u32()?,
            signer: if r.bool()? {
                Signer::Us(KeyPair::decode(r)?)
            } else {
                Signer::Them(PublicKey33::decode(r)?)
            },
            chain: SkippingChain::decode(r)?,
        })
    }
}
