//! A seed expanded into scalar and prefix as Ed25519 does (RFC 8032, 5.1.5), for keys whose scalar
//! does more than sign.

use crate::secret::{Secret, redacted};
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::{Scalar, clamp_integer};
use sha2::{Digest, Sha512};
use zeroize::{Zeroize, Zeroizing};

pub(crate) struct Expanded {
    /// Clamped but not reduced.
    scalar: Secret<32>,
    prefix: Secret<32>,
    public: [u8; 32],
}

redacted!(Expanded);

impl Expanded {
    /// Wipes the seed that was handed in.
    pub(crate) fn from_seed(mut seed: [u8; 32]) -> Self {
        let mut hash = Sha512::digest(seed);
        seed.zeroize();
        let scalar = Secret::fill(|scalar| {
            scalar.iter_mut().zip(&hash).for_each(|(to, from)| *to = *from);
            *scalar = clamp_integer(*scalar);
        });
        let prefix = Secret::fill(|prefix| {
            prefix.iter_mut().zip(hash.iter().skip(32)).for_each(|(to, from)| *to = *from);
        });
        hash.as_mut_slice().zeroize();
        let mut key = Self { scalar, prefix, public: [0; 32] };
        key.public = EdwardsPoint::mul_base(&key.scalar()).compress().to_bytes();
        key
    }

    pub(crate) fn public(&self) -> [u8; 32] {
        self.public
    }

    pub(crate) fn scalar(&self) -> Zeroizing<Scalar> {
        Zeroizing::new(Scalar::from_bytes_mod_order(*self.scalar.bytes()))
    }

    /// What is hashed into each nonce.
    pub(crate) fn prefix(&self) -> &[u8; 32] {
        self.prefix.bytes()
    }
}
