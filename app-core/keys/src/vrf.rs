//! The consensus's verifiable random function: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381.
//!
//! A key and an input (`alpha`) have one output, which only the key's holder can compute and
//! everybody can check by a proof. One is the output, not the proof: a holder who picks nonces at
//! will makes many good proofs of the same output, so nothing may be drawn from a proof's bytes.
//! The input must be public: how long hashing it to the curve takes depends on it. A key that
//! signs must not be used here, for both derive their nonces in the same way.

use crate::expanded::Expanded;
use crate::secret::redacted;
use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::{IsIdentity, VartimeMultiscalarMul};
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, Zeroizing};

/// Length of a proof in bytes: a point, a challenge of 16 bytes, a scalar.
pub const VRF_PROOF_LEN: usize = 80;

/// RFC 9381, 5.5: what every hash of this suite begins with.
const SUITE: u8 = 0x03;
/// Then comes what the hash is for, and at the end `BACK`.
const ENCODE_TO_CURVE: u8 = 0x01;
const CHALLENGE: u8 = 0x02;
const PROOF_TO_HASH: u8 = 0x03;
const BACK: u8 = 0x00;

/// A key of the verifiable random function.
pub struct VrfKey(Expanded);

redacted!(VrfKey);

impl VrfKey {
    /// The key with this seed, expanded as Ed25519 does (RFC 8032, 5.1.5).
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self(Expanded::from_seed(seed))
    }

    /// The key others verify with.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.public()
    }

    /// Proves what this key's output for `alpha` is; the same `alpha` always gives the same proof.
    ///
    /// RFC 9381, 5.1, in constant time but for `alpha`. One input in 2²⁵⁶ has no point on the curve
    /// and so no proof; what comes back for it does not verify.
    #[must_use]
    #[expect(clippy::arithmetic_side_effects, reason = "modulo the group order")]
    pub fn prove(&self, alpha: &[u8]) -> [u8; VRF_PROOF_LEN] {
        let public = self.public();
        let Some(h) = encode_to_curve(&public, alpha) else { return [0xff; VRF_PROOF_LEN] };
        let (x, k) = (self.0.scalar(), self.nonce(&h));
        let gamma = h * *x;
        let c = challenge(&public, &[h, gamma, EdwardsPoint::mul_base(&k), h * *k]);
        let product = Zeroizing::new(Scalar::from(c) * *x);
        Proof { gamma, c, s: *k + *product }.encode()
    }

    /// RFC 9381, 5.4.2.2: the nonce follows from key and input.
    fn nonce(&self, h: &EdwardsPoint) -> Zeroizing<Scalar> {
        let hash = Sha512::new().chain_update(self.0.prefix());
        let mut hash: [u8; 64] = hash.chain_update(h.compress().as_bytes()).finalize().into();
        let nonce = Zeroizing::new(Scalar::from_bytes_mod_order_wide(&hash));
        hash.zeroize();
        nonce
    }
}

/// The output if the proof is right for this key and `alpha`, else `None`.
///
/// RFC 9381, 5.3, with the key validated: a key of small order would have no secret. What is not
/// in its one canonical encoding is refused: key, point and scalar.
#[must_use]
pub fn vrf_verify(
    public: &[u8; 32],
    alpha: &[u8],
    proof: &[u8; VRF_PROOF_LEN],
) -> Option<[u8; 64]> {
    let y = decode_key(public)?;
    let proof = Proof::decode(proof)?;
    let h = encode_to_curve(public, alpha)?;
    let [u, v] = proof.commitments(&y, &h);
    (challenge(public, &[h, proof.gamma, u, v]) == proof.c).then(|| proof.output())
}

/// The output a proof claims, without verifying it; `None` if it does not decode (RFC 9381, 5.2).
#[must_use]
pub fn vrf_output(proof: &[u8; VRF_PROOF_LEN]) -> Option<[u8; 64]> {
    Proof::decode(proof).map(|proof| proof.output())
}

/// True for a key that may be registered: the canonical encoding of a point that is not of small
/// order (RFC 9381, 5.4.5).
#[must_use]
pub fn vrf_key_is_valid(public: &[u8; 32]) -> bool {
    decode_key(public).is_some()
}

/// For the fuzzing: true if the proof decodes, and to what is written as the same bytes.
pub(crate) fn reads_back(proof: &[u8; VRF_PROOF_LEN]) -> bool {
    Proof::decode(proof).is_some_and(|decoded| decoded.encode() == *proof)
}

struct Proof {
    gamma: EdwardsPoint,
    c: u128,
    s: Scalar,
}

impl Proof {
    /// RFC 9381, 5.4.4.
    fn decode(bytes: &[u8; VRF_PROOF_LEN]) -> Option<Self> {
        let (gamma, rest) = bytes.split_first_chunk()?;
        let (c, s) = rest.split_first_chunk()?;
        let s = Scalar::from_canonical_bytes(s.try_into().ok()?).into_option()?;
        Some(Self { gamma: decode_point(gamma)?, c: u128::from_le_bytes(*c), s })
    }

    fn encode(&self) -> [u8; VRF_PROOF_LEN] {
        let (gamma, c) = (self.gamma.compress().to_bytes(), self.c.to_le_bytes());
        let parts = gamma.iter().chain(&c).chain(self.s.as_bytes());
        let mut bytes = [0; VRF_PROOF_LEN];
        bytes.iter_mut().zip(parts).for_each(|(to, from)| *to = *from);
        bytes
    }

    /// U = s·B − c·Y and V = s·H − c·Γ. The points are negated, not `c`: modulo the group order
    /// −c would give another sum as soon as Y or Γ has a part of small order.
    #[expect(clippy::arithmetic_side_effects, reason = "in the group")]
    fn commitments(&self, y: &EdwardsPoint, h: &EdwardsPoint) -> [EdwardsPoint; 2] {
        let c = Scalar::from(self.c);
        let u = EdwardsPoint::vartime_double_scalar_mul_basepoint(&c, &-y, &self.s);
        let v = EdwardsPoint::vartime_multiscalar_mul([self.s, c], [*h, -self.gamma]);
        [u, v]
    }

    /// RFC 9381, 5.2. The cofactor takes away whatever of small order was added to the point.
    fn output(&self) -> [u8; 64] {
        let gamma = self.gamma.mul_by_cofactor().compress();
        hash(PROOF_TO_HASH, &[gamma.as_bytes()])
    }
}

/// RFC 9381, 5.4.1.1, salted with the key.
fn encode_to_curve(public: &[u8; 32], alpha: &[u8]) -> Option<EdwardsPoint> {
    (0..=u8::MAX).find_map(|ctr| try_to_encode(public, alpha, ctr))
}

fn try_to_encode(public: &[u8; 32], alpha: &[u8], ctr: u8) -> Option<EdwardsPoint> {
    let hash = hash(ENCODE_TO_CURVE, &[public, alpha, &[ctr]]);
    let h = decode_point(hash.first_chunk()?)?.mul_by_cofactor();
    (!h.is_identity()).then_some(h)
}

/// RFC 9381, 5.4.3, of the public key and H, Γ, U, V.
fn challenge(public: &[u8; 32], points: &[EdwardsPoint; 4]) -> u128 {
    let [h, gamma, u, v] = EdwardsPoint::compress_batch(points).map(|point| point.to_bytes());
    let hash = hash(CHALLENGE, &[public, &h, &gamma, &u, &v]);
    let mut c = [0; 16];
    c.iter_mut().zip(&hash).for_each(|(to, from)| *to = *from);
    u128::from_le_bytes(c)
}

fn hash(purpose: u8, parts: &[&[u8]]) -> [u8; 64] {
    let start = Sha512::new().chain_update([SUITE, purpose]);
    let hash = parts.iter().fold(start, |hash, part| hash.chain_update(part));
    hash.chain_update([BACK]).finalize().into()
}

/// RFC 9381, 5.4.5.
fn decode_key(public: &[u8; 32]) -> Option<EdwardsPoint> {
    decode_point(public).filter(|point| !point.is_small_order())
}

/// RFC 8032, 5.1.3, to the letter: the library also takes a y above the prime and a negative zero.
fn decode_point(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let point = CompressedEdwardsY(*bytes).decompress()?;
    (point.compress().as_bytes() == bytes).then_some(point)
}

#[cfg(test)]
mod tests;
