//! The review inbox: sealed grant cards are opened with it (`money-and-mail.md` B9).
//!
//! HPKE (RFC 9180) in base mode with X-Wing, HKDF-SHA256 and ChaCha20-Poly1305. It says nothing
//! about who has sealed something: what lies in it is signed. Viewing keys are worth harvesting, so
//! nothing weaker than a hybrid with ML-KEM-768 ever carries one.

use crate::secret::redacted;
use core::fmt;
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::XWing;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use rand_core::CryptoRng;
use sha2::{Digest, Sha256};
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

/// Length of a public key.
const PUBLIC_LEN: usize = 1216;
/// Length of what carries the key of one sealed text.
pub const SEAL_LEN: usize = 1120;

/// Opens what is sealed to a reviewer.
pub struct InboxKey(<XWing as Kem>::PrivateKey);

redacted!(InboxKey);

/// What cards are sealed to: shown by whoever wants to review.
#[derive(Clone, PartialEq, Eq)]
pub struct InboxPublicKey(Box<[u8; PUBLIC_LEN]>);

/// What a text was sealed under beside the key: both must be the same when it is opened.
#[derive(Debug, Clone, Copy)]
pub struct SealContext<'a> {
    /// What it is for, and on which network.
    pub info: &'a [u8],
    /// What stands in the clear before it.
    pub head: &'a [u8],
}

/// A text that one reviewer can open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// What carries its key.
    pub enc: Box<[u8; SEAL_LEN]>,
    /// The text and its tag.
    pub ciphertext: Vec<u8>,
}

impl InboxKey {
    /// The key of this X-Wing seed; `None` never happens for 32 bytes.
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Option<Self> {
        <XWing as Kem>::PrivateKey::from_bytes(seed).ok().map(Self)
    }

    /// What others seal to.
    #[must_use]
    pub fn public(&self) -> InboxPublicKey {
        let mut bytes = Box::new([0; PUBLIC_LEN]);
        bytes.copy_from_slice(&XWing::sk_to_pk(&self.0).to_bytes());
        InboxPublicKey(bytes)
    }

    /// The text, if it was sealed to this key in this context and nothing was changed.
    #[must_use]
    pub fn open(&self, sealed: &Sealed, context: SealContext<'_>) -> Option<Zeroizing<Vec<u8>>> {
        let enc = <XWing as Kem>::EncappedKey::from_bytes(&sealed.enc[..]).ok()?;
        let (mode, SealContext { info, head }) = (OpModeR::Base, context);
        hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &mode,
            &self.0,
            &enc,
            info,
            &sealed.ciphertext,
            head,
        )
        .ok()
        .map(Zeroizing::new)
    }
}

impl InboxPublicKey {
    /// SHA-256 of its bytes: what a grant names its grantee by, and people compare.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        Sha256::digest(self.0.as_slice()).into()
    }

    /// Seals a text to the holder of the key; `None` for a key that is none.
    #[must_use]
    pub fn seal(
        &self,
        text: &[u8],
        context: SealContext<'_>,
        rng: &mut impl CryptoRng,
    ) -> Option<Sealed> {
        let key = <XWing as Kem>::PublicKey::from_bytes(self.0.as_slice()).ok()?;
        let (mode, SealContext { info, head }) = (OpModeS::Base, context);
        let (enc, ciphertext) =
            hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, XWing>(
                &mode, &key, info, text, head, rng,
            )
            .ok()?;
        let mut bytes = Box::new([0; SEAL_LEN]);
        bytes.copy_from_slice(&enc.to_bytes());
        Some(Sealed { enc: bytes, ciphertext })
    }
}

/// The fingerprint says as much as anybody wants to read.
impl fmt::Debug for InboxPublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("InboxPublicKey")
    }
}

impl Encode for InboxPublicKey {
    fn encode(&self, w: &mut Writer) {
        w.fixed(self.0.as_slice());
    }
}

impl Decode for InboxPublicKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let bytes = Box::new(r.fixed::<PUBLIC_LEN>()?);
        // Every coefficient must be below the modulus: one key has one encoding.
        match <XWing as Kem>::PublicKey::from_bytes(bytes.as_slice()) {
            Ok(key) if key.to_bytes()[..] == bytes[..] => Ok(Self(bytes)),
            Ok(_) | Err(_) => Err(DecodeError::BadValue("inbox key")),
        }
    }
}

#[cfg(test)]
mod tests;
