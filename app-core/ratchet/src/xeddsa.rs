//! XEdDSA: Edwards signatures by Curve25519 keys, in the form that Signal's library makes.
//!
//! The published paper forces the sign of the Edwards key to 0 by negating the scalar. Here the
//! scalar stays as it is and the sign travels in the top bit of the signature; a reader that follows
//! the paper would refuse half of all signatures.

use crate::{curve::PublicKey33, secret::Secret};
use core::ops::{Add, Mul, Neg};
use curve25519_dalek::{edwards::EdwardsPoint, montgomery::MontgomeryPoint, scalar::Scalar};
use rand_core::CryptoRng;
use sha2::{Digest, Sha512};
use zeroize::Zeroizing;

/// Length of a signature in bytes.
pub(crate) const SIGNATURE_LEN: usize = 64;
/// Parts of the hash that makes the nonce start with this, which no encoded point does.
const NONCE_PREFIX: [u8; 32] = {
    let mut prefix = [0xff; 32];
    prefix[0] = 0xfe;
    prefix
};
const SIGN: u8 = 0b1000_0000;
/// A reduced scalar never has these bits.
const TOO_LARGE: u8 = 0b0110_0000;

/// Signs with a clamped private key and 64 fresh random bytes.
pub(crate) fn sign(private: &Secret, message: &[u8], rng: &mut impl CryptoRng) -> [u8; 64] {
    let scalar = Zeroizing::new(Scalar::from_bytes_mod_order(*private.as_bytes()));
    let public = EdwardsPoint::mul_base(&scalar).compress().to_bytes();
    let mut random = Zeroizing::new([0; 64]);
    rng.fill_bytes(&mut *random);

    let nonce_parts = [&NONCE_PREFIX, private.as_bytes(), message, &*random];
    let nonce = Zeroizing::new(hash_to_scalar(&nonce_parts));
    let point = EdwardsPoint::mul_base(&nonce).compress().to_bytes();
    let challenge = hash_to_scalar(&[&point, &public, message]);
    // Not a plain value on the stack: with the challenge, which is public, it gives the key away.
    let product = Zeroizing::new(challenge.mul(*scalar));
    let mut answer = product.add(*nonce).to_bytes();

    let ([.., last], [.., of_public]) = (&mut answer, &public);
    *last |= of_public & SIGN;
    let mut signature = [0; SIGNATURE_LEN];
    let halves = point.into_iter().chain(answer);
    signature.iter_mut().zip(halves).for_each(|(to, from)| *to = from);
    signature
}

/// True for a signature over the message by the private half of this key.
pub(crate) fn verify(public: &PublicKey33, message: &[u8], signature: &[u8; 64]) -> bool {
    let Some((point, answer)) = signature.split_first_chunk::<32>() else { return false };
    let Some(mut answer) = answer.first_chunk::<32>().copied() else { return false };
    let [.., last] = &mut answer;
    let sign = *last >> 7;
    *last &= !SIGN;
    if *last & TOO_LARGE != 0 {
        return false;
    }
    let Some(public) = MontgomeryPoint(*public.u()).to_edwards(sign) else { return false };
    let challenge = hash_to_scalar(&[point, public.compress().as_bytes(), message]);
    let answer = Scalar::from_bytes_mod_order(answer);
    let expected =
        EdwardsPoint::vartime_double_scalar_mul_basepoint(&challenge, &public.neg(), &answer);
    expected.compress().as_bytes() == point
}

fn hash_to_scalar(parts: &[&[u8]]) -> Scalar {
    let mut hash = Sha512::new();
    parts.iter().for_each(|part| hash.update(part));
    let digest = Zeroizing::new(<[u8; 64]>::from(hash.finalize()));
    Scalar::from_bytes_mod_order_wide(&digest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::curve::KeyPair;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn both_signs_verify_and_a_changed_bit_does_not() {
        let rng = &mut ChaCha20Rng::seed_from_u64(3);
        let mut signs = [false; 2];
        for round in 0..16_u8 {
            let pair = KeyPair::generate(rng);
            let mut signature = sign(pair.private(), &[round], rng);
            signs[usize::from(signature[63] >> 7)] = true;
            assert!(verify(pair.public(), &[round], &signature));
            assert!(!verify(pair.public(), &[round, 0], &signature));
            for bit in [0, 7, 255, 256, 507, 508, 509, 510, 511] {
                signature[bit / 8] ^= 1 << (bit % 8);
                assert!(!verify(pair.public(), &[round], &signature), "bit {bit}");
                signature[bit / 8] ^= 1 << (bit % 8);
            }
        }
        assert_eq!(signs, [true, true]);
    }
}
