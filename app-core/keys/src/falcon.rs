//! Falcon-1024 in its round-3 form with padded signatures: the operation key that outlasts quantum
//! computers.
//!
//! A second implementation checks this one in the tests, in both directions.

use crate::PublicKey;
use crate::secret::{Secret, redacted};
use fn_dsa::{
    DOMAIN_NONE, FN_DSA_LOGN_1024, HASH_ID_ORIGINAL_FALCON, KeyPairGenerator, KeyPairGenerator1024,
    SigningKey, SigningKey1024, VerifyingKey, VerifyingKey1024,
};
use rand_core::CryptoRng;

/// Length of a public key.
pub(crate) const PUBLIC_LEN: usize = fn_dsa::vrfy_key_size(FN_DSA_LOGN_1024);
/// Length of a padded signature.
pub(crate) const SIGNATURE_LEN: usize = fn_dsa::signature_size(FN_DSA_LOGN_1024);
const SECRET_LEN: usize = fn_dsa::sign_key_size(FN_DSA_LOGN_1024);

/// A Falcon operation key.
pub struct FalconKey {
    secret: Secret<SECRET_LEN>,
    public: Box<[u8; PUBLIC_LEN]>,
}

redacted!(FalconKey);

impl FalconKey {
    /// The key that key generation makes of this seed, the same on every machine.
    pub(crate) fn from_seed(seed: &[u8; 32]) -> Self {
        let mut public = Box::new([0; PUBLIC_LEN]);
        let secret = Secret::fill(|secret| {
            let mut generator = Box::new(KeyPairGenerator1024::default());
            generator.keygen(FN_DSA_LOGN_1024, &mut Seed(seed), secret, public.as_mut_slice());
        });
        Self { secret, public }
    }

    /// The key others verify with.
    #[must_use]
    pub fn public(&self) -> PublicKey {
        PublicKey::Falcon(self.public.clone())
    }

    /// Signs a digest; every signature is another.
    #[must_use]
    pub fn sign(&self, digest: &[u8; 32], rng: &mut impl CryptoRng) -> Box<[u8; SIGNATURE_LEN]> {
        let mut signature = Box::new([0; SIGNATURE_LEN]);
        let mut key = SigningKey1024::decode(self.secret.bytes());
        debug_assert!(key.is_some(), "what key generation wrote can be read");
        // Borrowed, not moved out: a move would leave an unwiped copy behind.
        if let Some(key) = &mut key {
            let out = signature.as_mut_slice();
            key.sign(&mut Old(rng), &DOMAIN_NONE, &HASH_ID_ORIGINAL_FALCON, digest, out);
        }
        signature
    }
}

pub(crate) fn is_valid(public: &[u8; PUBLIC_LEN]) -> bool {
    VerifyingKey1024::decode(public).is_some()
}

pub(crate) fn verify(public: &[u8; PUBLIC_LEN], digest: &[u8; 32], signature: &[u8]) -> bool {
    VerifyingKey1024::decode(public)
        .is_some_and(|key| key.verify(signature, &DOMAIN_NONE, &HASH_ID_ORIGINAL_FALCON, digest))
}

/// Hands key generation its seed: it asks once, for exactly 32 bytes, and expands them itself.
struct Seed<'a>(&'a [u8; 32]);

/// A generator of today behind the traits of yesterday, which `fn-dsa` still asks for.
struct Old<'a, R>(&'a mut R);

/// Implements the old traits around one way to fill bytes.
macro_rules! old_rng {
    ([$($generics:tt)*] $name:ty, |$rng:ident, $to:ident| $fill:expr) => {
        impl<$($generics)*> rand_core_06::CryptoRng for $name {}

        impl<$($generics)*> rand_core_06::RngCore for $name {
            fn next_u32(&mut self) -> u32 {
                rand_core_06::impls::next_u32_via_fill(self)
            }

            fn next_u64(&mut self) -> u64 {
                rand_core_06::impls::next_u64_via_fill(self)
            }

            fn fill_bytes(&mut self, $to: &mut [u8]) {
                let $rng = self;
                $fill
            }

            fn try_fill_bytes(&mut self, to: &mut [u8]) -> Result<(), rand_core_06::Error> {
                self.fill_bytes(to);
                Ok(())
            }
        }
    };
}

old_rng!(['a] Seed<'a>, |seed, to| {
    debug_assert_eq!(to.len(), seed.0.len(), "a longer answer would repeat the seed");
    to.iter_mut().zip(seed.0.iter().cycle()).for_each(|(to, from)| *to = *from);
});
old_rng!(['a, R: CryptoRng] Old<'a, R>, |old, to| old.0.fill_bytes(to));

#[cfg(test)]
mod tests {
    use super::*;
    use pqcrypto_falcon::falconpadded1024 as second;
    use pqcrypto_traits::sign::{DetachedSignature as _, PublicKey as _};
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn the_second_implementation_accepts_ours_and_only_ours() {
        let (key, digest) = (FalconKey::from_seed(&[1; 32]), [9; 32]);
        let mut rng = StdRng::seed_from_u64(1);
        let signature = key.sign(&digest, &mut rng);
        assert_ne!(signature, key.sign(&digest, &mut rng));

        let public = second::PublicKey::from_bytes(key.public.as_slice()).unwrap();
        let theirs = second::DetachedSignature::from_bytes(signature.as_slice()).unwrap();
        assert!(second::verify_detached_signature(&theirs, &digest, &public).is_ok());
        assert!(second::verify_detached_signature(&theirs, &[8; 32], &public).is_err());

        assert!(verify(&key.public, &digest, signature.as_slice()));
        assert!(!verify(&key.public, &[8; 32], signature.as_slice()));
        for byte in 0..SIGNATURE_LEN {
            let mut tampered = signature.clone();
            tampered[byte] ^= 1;
            assert!(!verify(&key.public, &digest, tampered.as_slice()), "byte {byte}");
        }
        assert!(!verify(&key.public, &digest, &signature[..SIGNATURE_LEN - 1]));
        assert!(!verify(&key.public, &digest, &[signature.as_slice(), &[0]].concat()));
    }

    #[test]
    fn we_accept_what_the_second_implementation_signs() {
        let (public, secret) = second::keypair();
        let bytes: [u8; PUBLIC_LEN] = public.as_bytes().try_into().unwrap();
        assert!(is_valid(&bytes));
        let signature = second::detached_sign(&[9; 32], &secret);
        assert_eq!(signature.as_bytes().len(), SIGNATURE_LEN);
        assert!(verify(&bytes, &[9; 32], signature.as_bytes()));
        assert!(!verify(&bytes, &[8; 32], signature.as_bytes()));

        let (stranger, _) = second::keypair();
        let stranger: [u8; PUBLIC_LEN] = stranger.as_bytes().try_into().unwrap();
        assert!(!verify(&stranger, &[9; 32], signature.as_bytes()));
    }

    #[test]
    fn only_canonical_coefficients_are_a_key() {
        let mut zero = [0; PUBLIC_LEN];
        assert!(!is_valid(&zero), "the first byte names the degree");
        zero[0] = 10;
        assert!(is_valid(&zero));
        // 0x3fff is above the modulus 12289.
        zero[1..].fill(0xff);
        assert!(!is_valid(&zero));
        assert!(!verify(&zero, &[9; 32], &[0; SIGNATURE_LEN]));
    }
}
