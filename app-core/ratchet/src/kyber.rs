//! Kyber-1024, round 3: the post-quantum part of a prekey.
//!
//! Not ML-KEM: the final standard derives other secrets. Keys and ciphertexts travel behind the
//! type byte 8.

use crate::secret::Secret;
use core::{fmt, ops::IndexMut};
use libcrux_ml_kem::{kyber1024, mlkem1024::MlKem1024PrivateKey};
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::{Zeroize, Zeroizing};

const KEY_TYPE: u8 = 0x08;
const TAGGED_LEN: usize = 1569;
const PRIVATE_LEN: usize = 3168;

/// A Kyber-1024 public key as it travels: the type byte 8, then 1568 bytes.
#[derive(Clone, PartialEq, Eq)]
pub struct KyberPublicKey(Box<[u8; TAGGED_LEN]>);

impl KyberPublicKey {
    /// Length in bytes.
    pub const LEN: usize = TAGGED_LEN;

    /// Reads exactly 1569 bytes that begin with 8 and hold reduced coefficients.
    #[must_use]
    pub fn parse(bytes: &[u8]) -> Option<Self> {
        let key = parse_tagged(bytes)?;
        kyber1024::validate_public_key(&body(&key).into()).then_some(Self(key))
    }

    /// Type byte and key.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; TAGGED_LEN] {
        &self.0
    }

    /// A fresh secret and the ciphertext that carries it to the key's owner.
    pub(crate) fn encapsulate(&self, rng: &mut impl CryptoRng) -> (KyberCiphertext, Secret) {
        let mut random = Zeroizing::new([0; 32]);
        rng.fill_bytes(&mut *random);
        let (ciphertext, secret) = kyber1024::encapsulate(&body(&self.0).into(), *random);
        (KyberCiphertext(tagged(ciphertext.as_slice())), Secret::new(secret))
    }
}

impl fmt::Debug for KyberPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KyberPublicKey(..)")
    }
}

impl Encode for KyberPublicKey {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(self.as_bytes());
    }
}

impl Decode for KyberPublicKey {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::parse(reader.take(TAGGED_LEN)?).ok_or(DecodeError::BadValue("kyber key"))
    }
}

/// An encapsulated secret as it travels: the type byte 8, then 1568 bytes.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct KyberCiphertext(Box<[u8; TAGGED_LEN]>);

impl KyberCiphertext {
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        parse_tagged(bytes).map(Self)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; TAGGED_LEN] {
        &self.0
    }
}

impl fmt::Debug for KyberCiphertext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KyberCiphertext(..)")
    }
}

impl Encode for KyberCiphertext {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(self.as_bytes());
    }
}

impl Decode for KyberCiphertext {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Self::parse(reader.take(TAGGED_LEN)?).ok_or(DecodeError::BadValue("kyber ciphertext"))
    }
}

/// A Kyber-1024 private key, without a type byte: it never travels.
pub(crate) struct KyberPrivateKey(Box<Zeroizing<[u8; PRIVATE_LEN]>>);

impl KyberPrivateKey {
    pub(crate) fn generate(rng: &mut impl CryptoRng) -> (Self, KyberPublicKey) {
        let mut random = Zeroizing::new([0; 64]);
        rng.fill_bytes(&mut *random);
        let (mut private, public) = kyber1024::generate_key_pair(*random).into_parts();
        let kept = Self::keep(private.as_slice());
        wipe(&mut private);
        (kept, KyberPublicKey(tagged(public.as_slice())))
    }

    /// Copied where it stays: nothing of it is left behind on the stack.
    fn keep(private: &[u8; PRIVATE_LEN]) -> Self {
        let mut kept = Box::new(Zeroizing::new([0; PRIVATE_LEN]));
        kept.copy_from_slice(private);
        Self(kept)
    }

    /// The secret in a ciphertext. A ciphertext made for another key yields an unrelated secret.
    pub(crate) fn decapsulate(&self, ciphertext: &KyberCiphertext) -> Secret {
        let mut private = MlKem1024PrivateKey::from(&**self.0);
        let secret = kyber1024::decapsulate(&private, &body(&ciphertext.0).into());
        wipe(&mut private);
        Secret::new(secret)
    }
}

impl fmt::Debug for KyberPrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KyberPrivateKey(..)")
    }
}

impl Encode for KyberPrivateKey {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(&**self.0);
    }
}

impl Decode for KyberPrivateKey {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = reader.take(PRIVATE_LEN)?;
        bytes.try_into().map(Self::keep).map_err(|_| DecodeError::BadValue("kyber private key"))
    }
}

/// The library's key type does not wipe itself.
fn wipe(private: &mut MlKem1024PrivateKey) {
    (0..PRIVATE_LEN).for_each(|position| private.index_mut(position).zeroize());
}

fn parse_tagged(bytes: &[u8]) -> Option<Box<[u8; TAGGED_LEN]>> {
    let bytes: Box<[u8; TAGGED_LEN]> = bytes.to_vec().try_into().ok()?;
    let [kind, ..] = &*bytes;
    (*kind == KEY_TYPE).then_some(bytes)
}

fn tagged(body: &[u8; TAGGED_LEN - 1]) -> Box<[u8; TAGGED_LEN]> {
    let mut bytes = Box::new([KEY_TYPE; TAGGED_LEN]);
    bytes.iter_mut().skip(1).zip(body).for_each(|(to, from)| *to = *from);
    bytes
}

const fn body(tagged: &[u8; TAGGED_LEN]) -> &[u8; TAGGED_LEN - 1] {
    let [_, body @ ..] = tagged;
    body
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn only_the_owner_gets_the_secret() {
        let rng = &mut ChaCha20Rng::seed_from_u64(5);
        let (private, public) = KyberPrivateKey::generate(rng);
        let (ciphertext, secret) = public.encapsulate(rng);
        assert_eq!(private.decapsulate(&ciphertext).as_bytes(), secret.as_bytes());
        let (other, _) = KyberPrivateKey::generate(rng);
        assert_ne!(other.decapsulate(&ciphertext).as_bytes(), secret.as_bytes());

        let stored = KyberPrivateKey::from_bytes(&private.to_bytes()).unwrap();
        assert_eq!(stored.decapsulate(&ciphertext).as_bytes(), secret.as_bytes());
        assert_eq!(format!("{private:?}"), "KyberPrivateKey(..)");
    }

    #[test]
    fn other_types_lengths_and_unreduced_keys_are_refused() {
        let (_, public) = KyberPrivateKey::generate(&mut ChaCha20Rng::seed_from_u64(5));
        let good = public.as_bytes().to_vec();
        assert_eq!(KyberPublicKey::parse(&good).as_ref(), Some(&public));
        for kind in [0x05, 0x07, 0x0a] {
            let other = [&[kind], &good[1..]].concat();
            assert_eq!(KyberPublicKey::parse(&other), None);
            assert_eq!(KyberCiphertext::parse(&other), None);
        }
        assert_eq!(KyberPublicKey::parse(&good[..TAGGED_LEN - 1]), None);
        assert_eq!(KyberPublicKey::parse(&[good.as_slice(), &[0]].concat()), None);
        assert_eq!(KyberPublicKey::parse(&[[8].as_slice(), &[0xff; 1568]].concat()), None);
    }
}
