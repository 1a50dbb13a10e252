//! Wrapping: one secret sealed under another, with AES-256-GCM.
//!
//! For keys and small secrets at rest. The context names what is inside and where it belongs, and
//! opens nothing anywhere else.

use crate::secret::{Secret, redacted};
use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use rand_core::CryptoRng;
use zeroize::Zeroizing;

const NONCE_LEN: usize = 12;

/// Seals and opens secrets.
pub struct WrapKey(Secret<32>);

redacted!(WrapKey);

/// The wrapped bytes do not open: another key, another context, or damage. Nobody can tell which.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("wrong key, wrong context or damaged bytes")]
pub struct WrapError;

impl WrapKey {
    /// The key with these bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Secret::take(bytes))
    }

    /// Seals a secret: nonce, ciphertext, tag.
    #[must_use]
    pub fn wrap(&self, secret: &[u8], context: &[u8], rng: &mut impl CryptoRng) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        rng.fill_bytes(&mut nonce);
        let sealed = self.cipher().encrypt(&nonce.into(), Payload { msg: secret, aad: context });
        debug_assert!(sealed.is_ok(), "the limit is 64 GiB");
        [nonce.as_slice(), &sealed.unwrap_or_default()].concat()
    }

    /// Opens what [`WrapKey::wrap`] sealed under the same key and context.
    ///
    /// # Errors
    /// [`WrapError`] if anything differs.
    pub fn unwrap(&self, wrapped: &[u8], context: &[u8]) -> Result<Zeroizing<Vec<u8>>, WrapError> {
        let (nonce, sealed) = wrapped.split_first_chunk::<NONCE_LEN>().ok_or(WrapError)?;
        self.cipher()
            .decrypt(&(*nonce).into(), Payload { msg: sealed, aad: context })
            .map(Zeroizing::new)
            .map_err(|_| WrapError)
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(self.0.bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{SeedableRng, rngs::StdRng};

    /// Draws zeros: for the vector only.
    struct Zeros;

    impl rand_core::TryRng for Zeros {
        type Error = core::convert::Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Ok(0)
        }

        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Ok(0)
        }

        fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), Self::Error> {
            to.fill(0);
            Ok(())
        }
    }

    impl rand_core::TryCryptoRng for Zeros {}

    /// Test case 14 of the GCM submission to NIST: everything zero.
    #[test]
    fn seals_as_gcm_says() {
        let wrapped = WrapKey::from_bytes([0; 32]).wrap(&[0; 16], b"", &mut Zeros);
        assert_eq!(
            hex::encode(wrapped),
            "000000000000000000000000cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919"
        );
    }

    #[test]
    fn opens_only_whole_under_the_same_key_and_context() {
        let (key, mut rng) = (WrapKey::from_bytes([1; 32]), StdRng::seed_from_u64(1));
        let wrapped = key.wrap(b"secret", b"context", &mut rng);
        assert_eq!(key.unwrap(&wrapped, b"context").unwrap().as_slice(), b"secret");
        assert_ne!(wrapped, key.wrap(b"secret", b"context", &mut rng));

        assert_eq!(key.unwrap(&wrapped, b"other"), Err(WrapError));
        assert_eq!(WrapKey::from_bytes([2; 32]).unwrap(&wrapped, b"context"), Err(WrapError));
        for byte in 0..wrapped.len() {
            let mut tampered = wrapped.clone();
            tampered[byte] ^= 1;
            assert_eq!(key.unwrap(&tampered, b"context"), Err(WrapError), "byte {byte}");
            assert_eq!(key.unwrap(&wrapped[..byte], b"context"), Err(WrapError), "length {byte}");
        }
    }
}
