//! ML-KEM-768, cut into parts that travel one after the other.
//!
//! A key is a header and a vector, a ciphertext two parts; whoever knows the header can already
//! make the ciphertext's first part and the secret. Keys and encapsulations are kept as the
//! randomness they were made from, and made again where they are needed.

use super::chunks::Block;
use crate::{RatchetError, secret::Secret};
use libcrux_ml_kem::mlkem768::incremental as mlkem;
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

/// Seed of the matrix, and hash of the whole key.
pub(super) type Header = [Block; 2];
/// The encoded vector of a key.
pub(super) type Key = [Block; 36];
/// The first part of a ciphertext.
pub(super) type Ct1 = [Block; 30];
/// The second part of a ciphertext.
pub(super) type Ct2 = [Block; 4];

type WholeKeyPair = Zeroizing<[u8; mlkem::COMPRESSED_KEYPAIR_LEN]>;

/// What a key pair was generated from.
pub(super) struct KeySeed(Zeroizing<[u8; 64]>);

impl KeySeed {
    pub(super) fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut seed = Zeroizing::new([0; 64]);
        rng.fill_bytes(&mut *seed);
        Self(seed)
    }

    pub(super) fn header(&self) -> Header {
        let pair = self.pair();
        blocks(pair.iter().skip(HEADER_AT))
    }

    pub(super) fn key(&self) -> Key {
        let pair = self.pair();
        blocks(pair.iter().skip(KEY_AT))
    }

    /// The secret in a ciphertext. A ciphertext made for another key yields an unrelated secret.
    pub(super) fn decapsulate(&self, ct1: &Ct1, ct2: &Ct2) -> Secret {
        let ct1 = mlkem::Ciphertext1 { value: flat(ct1) };
        let ct2 = mlkem::Ciphertext2 { value: flat(ct2) };
        Secret::new(mlkem::decapsulate_compressed_key(&self.pair(), &ct1, &ct2))
    }

    /// The private vector, the key's vector, its header, and the value for refused ciphertexts.
    fn pair(&self) -> WholeKeyPair {
        let mut pair = Zeroizing::new([0; mlkem::COMPRESSED_KEYPAIR_LEN]);
        mlkem::generate_key_pair_compressed(*self.0, &mut pair);
        pair
    }
}

const KEY_AT: usize = 1152;
const HEADER_AT: usize = 2 * 1152;

/// A secret for the owner of the key with this header, and the ciphertext's first part.
pub(super) fn encapsulate(
    header: &Header,
    randomness: &Secret,
) -> Result<(Ct1, Secret), RatchetError> {
    let (ct1, secret, _) = first_part(header, randomness)?;
    Ok((ct1, secret))
}

/// Both parts of the ciphertext, once the whole key is known. The key must be the header's.
pub(super) fn complete(
    header: &Header,
    randomness: &Secret,
    key: &Key,
) -> Result<(Ct1, Ct2), RatchetError> {
    mlkem::validate_pk_bytes(header.as_flattened(), key.as_flattened())
        .map_err(|_| RatchetError::BadMessage)?;
    let (ct1, _, state) = first_part(header, randomness)?;
    let ct2 = mlkem::encapsulate2(&state, &flat(key));
    Ok((ct1, blocks(ct2.value.iter())))
}

type State = Zeroizing<[u8; mlkem::encaps_state_len()]>;

/// The only error would be a buffer of the wrong length.
fn first_part(header: &Header, randomness: &Secret) -> Result<(Ct1, Secret, State), RatchetError> {
    let mut state = Zeroizing::new([0; mlkem::encaps_state_len()]);
    let mut secret = Zeroizing::new([0; 32]);
    let header = header.as_flattened();
    let ct1 = mlkem::encapsulate1(header, *randomness.as_bytes(), &mut *state, &mut *secret)
        .map_err(|_| RatchetError::BadKey)?;
    Ok((blocks(ct1.value.iter()), Secret::new(*secret), state))
}

fn blocks<'a, const N: usize>(bytes: impl Iterator<Item = &'a u8>) -> [Block; N] {
    let mut blocks = [[0; 32]; N];
    blocks.as_flattened_mut().iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    blocks
}

fn flat<const LEN: usize>(blocks: &[Block]) -> [u8; LEN] {
    let mut bytes = [0; LEN];
    bytes.iter_mut().zip(blocks.as_flattened()).for_each(|(to, from)| *to = *from);
    bytes
}

impl Encode for KeySeed {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(&*self.0);
    }
}

impl Decode for KeySeed {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.fixed().map(|seed| Self(Zeroizing::new(seed)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use libcrux_ml_kem::mlkem768;
    use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};

    #[test]
    fn the_parts_make_up_plain_ml_kem_768() {
        let seed = KeySeed::generate(&mut ChaCha20Rng::seed_from_u64(3));
        let (header, key) = (seed.header(), seed.key());
        let plain = mlkem768::generate_key_pair(*seed.0);
        let whole = [key.as_flattened(), &header[0]].concat();
        assert_eq!(plain.pk(), whole.as_slice());

        let randomness = Secret::new([9; 32]);
        let (ct1, secret) = encapsulate(&header, &randomness).unwrap();
        let (again, ct2) = complete(&header, &randomness, &key).unwrap();
        assert_eq!(ct1, again);
        let (ciphertext, expected) = mlkem768::encapsulate(plain.public_key(), [9; 32]);
        assert_eq!(
            ciphertext.as_slice().to_vec(),
            [ct1.as_flattened(), ct2.as_flattened()].concat()
        );
        assert_eq!(*secret.as_bytes(), expected);
        assert_eq!(*seed.decapsulate(&ct1, &ct2).as_bytes(), expected);
    }

    #[test]
    fn a_key_that_is_not_the_headers_is_refused() {
        let seed = KeySeed::generate(&mut ChaCha20Rng::seed_from_u64(3));
        let (header, key) = (seed.header(), seed.key());
        let check = |header: &Header, key: &Key| {
            assert_eq!(complete(header, &Secret::new([9; 32]), key), Err(RatchetError::BadMessage));
        };
        for block in [0, 17, 35] {
            let mut other = key;
            other[block][5] ^= 1;
            check(&header, &other);
        }
        for block in [0, 1] {
            let mut other = header;
            other[block][0] ^= 1;
            check(&other, &key);
        }
    }
}
