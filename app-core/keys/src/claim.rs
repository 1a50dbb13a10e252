//! Envelope keys, and the claim keys that come of them (`money-and-mail.md` A2).
//!
//! A member of a chat has one envelope key K = k·B for life, which the others know. For a red
//! envelope everybody who knows its salt and K computes the member's claim key P = h·K, but only
//! the member has the scalar h·k and can sign with it. Who lacks salt or K sees in two claim keys
//! nothing that links them. Signatures verify like any other of Ed25519.

use crate::Ed25519Key;
use crate::expanded::Expanded;
use crate::secret::{Secret, redacted};
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};
use types::ChainId;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};
use zeroize::{Zeroize, Zeroizing};

/// The secret side of what the other members of a chat know a member by.
///
/// Its prefix is hashed into that of each claim key.
pub struct EnvelopeKey(Expanded);

/// Signs for one share of one red envelope.
pub struct ClaimKey(Signs);

enum Signs {
    /// h·k, and what is hashed into each nonce.
    Blinded { scalar: Secret<32>, prefix: Secret<32>, public: [u8; 32] },
    /// A key of its own, told to its member by the creator, who could use it as well.
    Given(Ed25519Key),
}

redacted!(EnvelopeKey);
redacted!(ClaimKey);

/// One who may claim, as all members of the chat know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claimer {
    /// By the envelope key K of the member.
    Member([u8; 32]),
    /// By a claim key whose seed the creator has made and told to one member: nobody but those two
    /// knows whose it is, and the creator could use it. For members whose K is not known.
    Given([u8; 32]),
}

impl EnvelopeKey {
    /// The key with this seed, expanded as Ed25519 does (RFC 8032, 5.1.5).
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Expanded::from_seed(seed))
    }

    /// K: what the other members are told.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.public()
    }

    /// The key that signs for this member's share of the red envelope with this salt; `None` with a
    /// chance of one in 2²⁵².
    #[must_use]
    #[expect(clippy::arithmetic_side_effects, reason = "modulo the group order")]
    pub fn claim_key(&self, chain: ChainId, salt: &[u8; 32]) -> Option<ClaimKey> {
        let h = blinding(chain, salt, &self.public())?;
        let product = Zeroizing::new(h * *self.0.scalar());
        let public = EdwardsPoint::mul_base(&product).compress().to_bytes();
        let scalar = Secret::fill(|bytes| *bytes = product.to_bytes());
        let prefix = Secret::fill(|prefix| {
            *prefix = hash("bcm-claim-prefix-v1", &[self.0.prefix(), h.as_bytes()]);
        });
        Some(ClaimKey(Signs::Blinded { scalar, prefix, public }))
    }

    /// The key under which waits what nobody claims of a red envelope of ours with this root over its
    /// claim keys: of seed SHA-256("bcm-refund-key-v1" ‖ prefix(k) ‖ chain ‖ root). Nobody but us can
    /// tell that it is ours, and it comes back from the words with what the ledger shows.
    #[must_use]
    pub fn refund_key(&self, chain: ChainId, root: &[u8; 32]) -> ClaimKey {
        ClaimKey::given(hash("bcm-refund-key-v1", &[self.0.prefix(), &chain.0, root]))
    }
}

impl ClaimKey {
    /// The key that a creator has given to a member whose K it does not know.
    #[must_use]
    pub fn given(seed: [u8; 32]) -> Self {
        Self(Signs::Given(Ed25519Key::from_seed(seed)))
    }

    /// P: what the claim names and others verify with.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        match &self.0 {
            Signs::Blinded { public, .. } => *public,
            Signs::Given(key) => key.public(),
        }
    }

    /// Signs a message as Ed25519 does (RFC 8032, 5.1.6); the same message always gives the same
    /// signature.
    #[must_use]
    pub fn sign(&self, message: &[u8; 32]) -> [u8; 64] {
        match &self.0 {
            Signs::Given(key) => key.sign(message),
            Signs::Blinded { scalar, prefix, public } => {
                let scalar = Zeroizing::new(Scalar::from_bytes_mod_order(*scalar.bytes()));
                sign(&scalar, prefix.bytes(), public, message)
            }
        }
    }
}

impl Claimer {
    /// P: the claim key of this one for the red envelope with this salt; `None` if K is no key.
    #[must_use]
    #[expect(clippy::arithmetic_side_effects, reason = "in the group")]
    pub fn claim_key(&self, chain: ChainId, salt: &[u8; 32]) -> Option<[u8; 32]> {
        match self {
            Self::Given(key) => Some(*key),
            Self::Member(key) => {
                let point = member_point(key)?;
                Some((blinding(chain, salt, key)? * point).compress().to_bytes())
            }
        }
    }
}

/// True for what may be a member's envelope key K: the one encoding of a point of the prime-order
/// group that is not its neutral element. With any other, P would not be the member's alone.
#[must_use]
pub fn envelope_key_is_valid(key: &[u8; 32]) -> bool {
    member_point(key).is_some()
}

fn member_point(key: &[u8; 32]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*key).decompress()?;
    let canonical = point.compress().as_bytes() == key;
    (canonical && point.is_torsion_free() && !point.is_small_order()).then_some(point)
}

/// h = SHA-512("bcm-claim-v1" ‖ chain ‖ salt ‖ K) modulo the group order, never 0.
fn blinding(chain: ChainId, salt: &[u8; 32], key: &[u8; 32]) -> Option<Scalar> {
    let hash = Sha512::new().chain_update("bcm-claim-v1").chain_update(chain.0);
    let hash = hash.chain_update(salt).chain_update(key).finalize();
    let h = Scalar::from_bytes_mod_order_wide(&hash.into());
    (h != Scalar::ZERO).then_some(h)
}

#[expect(clippy::arithmetic_side_effects, reason = "modulo the group order")]
fn sign(scalar: &Scalar, prefix: &[u8; 32], public: &[u8; 32], message: &[u8; 32]) -> [u8; 64] {
    let mut wide: [u8; 64] =
        Sha512::new().chain_update(prefix).chain_update(message).finalize().into();
    let nonce = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&wide));
    wide.zeroize();
    let commitment = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
    let challenge =
        Sha512::new().chain_update(commitment).chain_update(public).chain_update(message);
    let challenge = Scalar::from_bytes_mod_order_wide(&challenge.finalize().into());
    let response = *nonce + challenge * scalar;
    let mut signature = [0; 64];
    let parts = commitment.iter().chain(response.as_bytes());
    signature.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
    signature
}

impl Encode for Claimer {
    fn encode(&self, w: &mut Writer) {
        let (tag, key) = match self {
            Self::Member(key) => (1, key),
            Self::Given(key) => (2, key),
        };
        w.u8(tag);
        w.fixed(key);
    }
}

impl Decode for Claimer {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match (r.u8()?, r.fixed()?) {
            (1, key) if envelope_key_is_valid(&key) => Ok(Self::Member(key)),
            (2, key) => Ok(Self::Given(key)),
            _ => Err(DecodeError::BadValue("claimer")),
        }
    }
}

#[cfg(test)]
mod tests;
