//! Entry points for fuzzing: must never panic.
//!
//! Each takes foreign bytes through one decoder and asserts that what is accepted reads back.

use crate::{PublicKey, VRF_PROOF_LEN, Words, WrapKey, format_address, parse_address};
use crate::{vrf, vrf_key_is_valid, vrf_output, vrf_verify};
use wire::{Decode, Encode};

/// An accepted address writes back as the same text, without its prefix.
pub fn fuzz_address(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(address) = parse_address(text) {
        let bare = text.strip_prefix("falcon:").unwrap_or(text);
        assert_eq!(format_address(address), bare);
    }
}

/// Accepted words write back as words that give the same bits.
pub fn fuzz_words(bytes: &[u8]) {
    let Ok(text) = core::str::from_utf8(bytes) else { return };
    if let Ok(words) = Words::parse(text) {
        let again = Words::parse(&words.list().join(" ")).map(|words| *words.entropy());
        assert_eq!(again, Ok(*words.entropy()));
    }
}

/// An accepted key writes back as the same bytes, and takes any bytes as a signature.
pub fn fuzz_public_key(bytes: &[u8]) {
    if let Ok(key) = PublicKey::from_bytes(bytes) {
        assert_eq!(key.to_bytes(), bytes);
        assert!(!key.verify(&[0; 32], bytes), "no signature has this length");
    }
}

/// Opened bytes are shorter than wrapped ones by nonce and tag.
pub fn fuzz_unwrap(bytes: &[u8]) {
    if let Ok(secret) = WrapKey::from_bytes([7; 32]).unwrap(bytes, b"fuzz") {
        assert_eq!(secret.len().checked_add(28), Some(bytes.len()));
    }
}

/// Key, proof and input: what verifies has a valid key and the output that the proof claims, and a
/// proof that decodes writes back as the same bytes.
pub fn fuzz_vrf(bytes: &[u8]) {
    let Some((public, rest)) = bytes.split_first_chunk() else { return };
    let Some((proof, alpha)) = rest.split_first_chunk::<VRF_PROOF_LEN>() else { return };
    let claimed = vrf_output(proof);
    assert_eq!(claimed.is_some(), vrf::reads_back(proof));
    if let Some(output) = vrf_verify(public, alpha, proof) {
        assert!(vrf_key_is_valid(public));
        assert_eq!(claimed, Some(output));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::SeedableRng;

    const TARGETS: [fn(&[u8]); 5] =
        [fuzz_address, fuzz_words, fuzz_public_key, fuzz_unwrap, fuzz_vrf];

    #[test]
    fn accepted_values_read_back() {
        fuzz_address(b"falcon:F6UGcRKHE9GgLWDpFvX3Rs2AzUSzS7EUtj");
        fuzz_words(["abandon ".repeat(23).as_str(), "ART"].concat().as_bytes());
        fuzz_public_key(&[[1, 2].as_slice(), &[0; 31], &[1]].concat());
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        fuzz_unwrap(&WrapKey::from_bytes([7; 32]).wrap(b"secret", b"fuzz", &mut rng));
        fuzz_vrf(&vrf_input(1, b"alpha"));
    }

    /// As the target reads it.
    fn vrf_input(seed: u8, alpha: &[u8]) -> Vec<u8> {
        let key = crate::VrfKey::from_seed([seed; 32]);
        [key.public().as_slice(), &key.prove(alpha), alpha].concat()
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes: Vec<u8>) {
            TARGETS.iter().for_each(|target| target(&bytes));
        }

        #[test]
        fn nothing_panics_behind_a_key_type(kind in 1..=2_u8, body: Vec<u8>) {
            let len = if kind == 1 { 33 } else { 1793 };
            let key = std::iter::once(kind).chain(body.into_iter().chain([2, 10].into_iter().cycle()));
            fuzz_public_key(&key.take(len + 1).collect::<Vec<_>>());
        }

        #[test]
        fn nothing_panics_near_a_right_proof(seed: u8, at in 0..117_usize, change: [u8; 5]) {
            let mut input = vrf_input(seed, b"alpha");
            input.iter_mut().skip(at).zip(change).for_each(|(to, from)| *to ^= from);
            fuzz_vrf(&input);
        }

        #[test]
        fn nothing_panics_on_words_of_the_list(indices in prop::collection::vec(0..2048_usize, 23..26)) {
            let list = bip39::Language::English.word_list();
            let text: Vec<&str> = indices.into_iter().map(|index| list[index]).collect();
            fuzz_words(text.join("\n").as_bytes());
        }
    }
}
