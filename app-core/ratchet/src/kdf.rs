//! Key derivation: HKDF and HMAC over SHA-256 with the protocol's labels.
//!
//! The labels of sessions stand here; those of one other part stand in its own module.

use crate::secret::Secret;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

const AGREEMENT: &[u8] = b"WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024";
const RATCHET: &[u8] = b"WhisperRatchet";
const MESSAGE_KEYS: &[u8] = b"WhisperMessageKeys";

/// What encrypts and authenticates one message.
pub(crate) struct MessageKeys {
    pub(crate) cipher: Secret,
    pub(crate) mac: Secret,
    pub(crate) iv: Zeroizing<[u8; 16]>,
}

/// Root key, first chain key and post-quantum authentication key from all shared secrets in order.
pub(crate) fn agreement(secrets: &[u8]) -> [Secret; 3] {
    hkdf(None, secrets, AGREEMENT)
}

/// The next root key and the chain key that belongs to it.
pub(crate) fn root_step(root: &Secret, shared: &Secret) -> [Secret; 2] {
    hkdf(Some(root.as_bytes().as_slice()), shared.as_bytes(), RATCHET)
}

/// A chain's message seed and its next chain key.
pub(crate) fn chain_step(chain: &Secret) -> [Secret; 2] {
    // The key is taken in once for both.
    let mac = keyed(chain);
    [&[1], &[2]].map(|label| Secret::new(*finish(mac.clone(), &[label])))
}

/// Only the next chain key, for a message whose seed nobody will want.
pub(crate) fn chain_skip(chain: &Secret) -> Secret {
    Secret::new(*hmac(chain, &[&[2]]))
}

/// The keys of one message. `pq_key` is the post-quantum ratchet's key for it; because it is known
/// only when the message arrives, skipped messages are kept as seeds.
pub(crate) fn message_keys(seed: &Secret, pq_key: &Secret) -> MessageKeys {
    // The protocol takes 80 bytes; HKDF gives the same ones at the start of 96.
    let [cipher, mac, rest] = hkdf(Some(pq_key.as_bytes()), seed.as_bytes(), MESSAGE_KEYS);
    let mut iv = Zeroizing::new([0; 16]);
    iv.iter_mut().zip(rest.as_bytes()).for_each(|(to, from)| *to = *from);
    MessageKeys { cipher, mac, iv }
}

/// HMAC-SHA256 over the parts, one behind the other.
pub(crate) fn hmac(key: &Secret, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    finish(keyed(key), parts)
}

/// HMAC-SHA256 with this key, before any byte.
pub(crate) fn keyed(key: &Secret) -> Hmac<Sha256> {
    // HMAC fills its key with zeros to one block, so a whole block needs no fallible constructor.
    let mut block = Zeroizing::new([0; 64]);
    block.iter_mut().zip(key.as_bytes()).for_each(|(to, from)| *to = *from);
    Hmac::new((&*block).into())
}

fn finish(mut mac: Hmac<Sha256>, parts: &[&[u8]]) -> Zeroizing<[u8; 32]> {
    parts.iter().for_each(|part| mac.update(part));
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// HKDF with SHA-256 for `N` times 32 bytes; no salt is a salt of zeros. For labels that only one
/// other module uses.
pub(crate) fn hkdf<const N: usize>(salt: Option<&[u8]>, ikm: &[u8], info: &[u8]) -> [Secret; N] {
    let mut okm = Zeroizing::new([[0; 32]; N]);
    expand(salt, ikm, info, &mut okm);
    okm.map(Secret::new)
}

fn expand<const N: usize>(salt: Option<&[u8]>, ikm: &[u8], info: &[u8], okm: &mut [[u8; 32]; N]) {
    // Longer outputs are HKDF's only error; they do not compile.
    const { assert!(N <= 255) };
    let expanded = Hkdf::<Sha256>::new(salt, ikm).expand(info, okm.as_flattened_mut());
    debug_assert!(expanded.is_ok());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks the start of the output, since ours always has whole blocks.
    #[track_caller]
    fn check(salt: &str, ikm: &str, info: &str, okm: &str) {
        let [salt, ikm, info] = [salt, ikm, info].map(|part| hex::decode(part).unwrap());
        let mut output = [[0; 32]; 3];
        expand((!salt.is_empty()).then_some(&salt), &ikm, &info, &mut output);
        let text = hex::encode(output.as_flattened());
        assert_eq!(text.get(..okm.len()), Some(okm));
    }

    fn run(from: u8, to: u8) -> String {
        hex::encode((from..=to).collect::<Vec<_>>())
    }

    #[test]
    fn rfc_5869_appendix_a() {
        let twenty_two = "0b".repeat(22);
        check(
            &run(0, 0x0c),
            &twenty_two,
            &run(0xf0, 0xf9),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
        );
        check(
            &run(0x60, 0xaf),
            &run(0, 0x4f),
            &run(0xb0, 0xff),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb\
             41c65e590e09da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
        );
        check(
            "",
            &twenty_two,
            "",
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
        );
    }

    #[test]
    fn rfc_4231_test_case_2_by_a_padded_key() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac(&Secret::new(key), &[b"what do ya want ", b"for nothing?"]);
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(*mac), expected);
    }

    #[test]
    fn a_post_quantum_key_changes_every_message_key() {
        let seed = Secret::new([1; 32]);
        let one = message_keys(&seed, &Secret::new([2; 32]));
        let other = message_keys(&seed, &Secret::new([3; 32]));
        assert_ne!(one.cipher.as_bytes(), other.cipher.as_bytes());
        assert_ne!(one.mac.as_bytes(), other.mac.as_bytes());
        assert_ne!(one.iv, other.iv);
    }
}
