//! Ed25519: keys of nodes, mailbox queues and the directory; never of money.

use crate::secret::redacted;
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rand_core::CryptoRng;
use zeroize::{Zeroize, Zeroizing};

/// An Ed25519 signing key.
pub struct Ed25519Key(SigningKey);

redacted!(Ed25519Key);

impl Ed25519Key {
    /// A new key.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 32]);
        rng.fill_bytes(seed.as_mut_slice());
        Self(SigningKey::from_bytes(&seed))
    }

    /// The key with this seed.
    #[must_use]
    pub fn from_seed(mut seed: [u8; 32]) -> Self {
        let key = Self(SigningKey::from_bytes(&seed));
        seed.zeroize();
        key
    }

    /// The seed: a secret, for storage only.
    #[must_use]
    pub fn seed(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The key others verify with.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// Signs a message; the same message always gives the same signature.
    #[must_use]
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }
}

/// True if the key signed the message. Strict: keys of small order are refused, so that no
/// signature fits two messages.
#[must_use]
pub fn ed25519_verify(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(public)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn signs_as_rfc_8032_says() {
        let seed = "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";
        let key = Ed25519Key::from_seed(hex::decode(seed).unwrap().try_into().unwrap());
        assert_eq!(
            hex::encode(key.public()),
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
        );
        let signature = key.sign(&[0x72]);
        assert_eq!(
            hex::encode(signature),
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        );
        assert!(ed25519_verify(&key.public(), &[0x72], &signature));
    }

    #[test]
    fn a_changed_bit_anywhere_is_refused() {
        let key = Ed25519Key::generate(&mut StdRng::seed_from_u64(1));
        let signature = key.sign(b"message");
        for byte in 0..signature.len() {
            let mut tampered = signature;
            tampered[byte] ^= 1;
            assert!(!ed25519_verify(&key.public(), b"message", &tampered), "byte {byte}");
        }
        assert!(!ed25519_verify(&key.public(), b"messagE", &signature));
    }

    #[test]
    fn a_key_of_small_order_signs_nothing() {
        let mut identity = [0; 32];
        identity[0] = 1;
        let mut signature = [0; 64];
        signature[0] = 1;
        // R = identity, s = 0 satisfies the bare equation for every message.
        assert!(!ed25519_verify(&identity, b"anything", &signature));
    }
}
