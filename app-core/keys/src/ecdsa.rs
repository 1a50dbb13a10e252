//! ECDSA over secp256k1: the first operation key of every account.
//!
//! Signatures are deterministic (RFC 6979) and low-S, over a digest that somebody else has tagged.
//! Exactly one of the two valid forms of a signature is accepted.

use crate::PublicKey;
use crate::secret::redacted;
use k256::NonZeroScalar;
use k256::ecdsa::signature::hazmat::PrehashVerifier;
use k256::ecdsa::{Signature, SigningKey, VerifyingKey};
use k256::elliptic_curve::group::GroupEncoding;

/// Length of a compressed public key.
pub(crate) const PUBLIC_LEN: usize = 33;
/// Length of a signature, r then s.
pub(crate) const SIGNATURE_LEN: usize = 64;

/// An ECDSA operation key.
pub struct EcdsaKey(SigningKey);

redacted!(EcdsaKey);

impl EcdsaKey {
    pub(crate) fn new(scalar: &NonZeroScalar) -> Self {
        Self(SigningKey::from(*scalar))
    }

    /// The key others verify with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::Ecdsa(self.0.verifying_key().as_affine().to_bytes().into())
    }

    /// Signs a digest; the same digest always gives the same signature.
    #[must_use]
    pub fn sign(&self, digest: &[u8; 32]) -> [u8; SIGNATURE_LEN] {
        self.0.sign_prehash_recoverable(digest).0.to_bytes().into()
    }
}

/// Reads a point on the curve in its one canonical form; SEC 1 knows others of the same length.
fn parse(public: &[u8; PUBLIC_LEN]) -> Option<VerifyingKey> {
    matches!(public, [2 | 3, ..]).then(|| VerifyingKey::from_sec1_bytes(public).ok()).flatten()
}

pub(crate) fn is_valid(public: &[u8; PUBLIC_LEN]) -> bool {
    parse(public).is_some()
}

pub(crate) fn verify(public: &[u8; PUBLIC_LEN], digest: &[u8; 32], signature: &[u8]) -> bool {
    let (Some(key), Ok(signature)) = (parse(public), Signature::from_slice(signature)) else {
        return false;
    };
    // A rule of ours, so it stands here, whatever the library's own setting is.
    let is_low = signature.normalize_s() == signature;
    is_low && key.verify_prehash(digest, &signature).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use sha2::{Digest, Sha256};

    fn key() -> EcdsaKey {
        EcdsaKey::new(&NonZeroScalar::from_repr([7; 32].into()).unwrap())
    }

    fn bytes(key: &EcdsaKey) -> [u8; PUBLIC_LEN] {
        let PublicKey::Ecdsa(bytes) = key.public() else { panic!("not an ECDSA key") };
        bytes
    }

    /// The well-known vector for secp256k1 with SHA-256 (key 1, Satoshi Nakamoto).
    #[test]
    fn signs_as_rfc_6979_says() {
        let one = EcdsaKey::new(&NonZeroScalar::new(k256::Scalar::ONE).unwrap());
        let signature = one.sign(&Sha256::digest(b"Satoshi Nakamoto").into());
        assert_eq!(
            hex::encode(signature),
            "934b1ea10a4b3c1757e2b0c017d0b6143ce3c9a7e6a4a49860d7a6ab210ee3d8\
             2442ce9d2b916064108014783e923ec36b49743e2ffa1c4496f01a512aafd9e5"
        );
    }

    #[test]
    fn high_s_is_refused_though_it_is_valid_mathematics() {
        let (key, digest) = (key(), [1; 32]);
        let low = Signature::from_slice(&key.sign(&digest)).unwrap();
        let high = Signature::from_scalars(low.r(), -low.s()).unwrap();
        assert_ne!(high, low);
        assert_eq!(high.normalize_s(), low);
        assert!(verify(&bytes(&key), &digest, &low.to_bytes()));
        assert!(!verify(&bytes(&key), &digest, &high.to_bytes()));
    }

    #[test]
    fn a_changed_bit_anywhere_is_refused() {
        let (key, digest) = (key(), [1; 32]);
        let signature = key.sign(&digest);
        for byte in 0..SIGNATURE_LEN {
            let mut tampered = signature;
            tampered[byte] ^= 1;
            assert!(!verify(&bytes(&key), &digest, &tampered), "byte {byte}");
        }
        assert!(!verify(&bytes(&key), &[2; 32], &signature));
        assert!(!verify(&bytes(&key), &digest, &signature[..63]));
        assert!(!verify(&bytes(&key), &digest, &[&signature[..], &[0]].concat()));
        let other = EcdsaKey::new(&NonZeroScalar::new(k256::Scalar::ONE).unwrap());
        assert!(!verify(&bytes(&other), &digest, &signature));
    }

    #[test]
    fn only_canonical_points_on_the_curve_are_keys() {
        let good = bytes(&key());
        assert!(is_valid(&good));
        for tag in (0..=255_u8).filter(|tag| !matches!(tag, 2 | 3)) {
            let mut other = good;
            other[0] = tag;
            assert!(!is_valid(&other), "tag {tag}");
        }
        let mut beyond_the_field = [0xff; PUBLIC_LEN];
        beyond_the_field[0] = 2;
        assert!(!is_valid(&beyond_the_field));
        let mut off_the_curve = [0; PUBLIC_LEN];
        (off_the_curve[0], off_the_curve[32]) = (2, 5);
        assert!(!is_valid(&off_the_curve));
    }
}
