//! Vectors of the RFC, forgeries that only the strict checks refuse, and a second implementation.

mod forged;
mod second;
mod vectors;

use super::*;
use proptest::prelude::*;

fn key(seed: u8) -> VrfKey {
    VrfKey::from_seed([seed; 32])
}

#[test]
fn a_changed_bit_anywhere_in_a_proof_is_refused() {
    let key = key(1);
    let proof = key.prove(b"alpha");
    assert!(vrf_verify(&key.public(), b"alpha", &proof).is_some());
    for bit in 0..8 * VRF_PROOF_LEN {
        let mut tampered = proof;
        tampered[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(vrf_verify(&key.public(), b"alpha", &tampered), None, "bit {bit}");
    }
}

#[test]
fn another_key_is_refused() {
    let (key, other) = (key(1), key(2));
    let proof = key.prove(b"alpha");
    assert_eq!(vrf_verify(&other.public(), b"alpha", &proof), None);
    for byte in 0..32 {
        let mut public = key.public();
        public[byte] ^= 1;
        assert_eq!(vrf_verify(&public, b"alpha", &proof), None, "byte {byte}");
    }
}

#[test]
fn another_alpha_is_refused() {
    let key = key(1);
    let proof = key.prove(b"alpha");
    for alpha in [b"".as_slice(), b"alph", b"alphb", b"alpha\0", b"\0alpha", b"alphaalpha"] {
        assert_eq!(vrf_verify(&key.public(), alpha, &proof), None, "{alpha:?}");
    }
}

#[test]
fn keys_and_inputs_each_have_an_output_of_their_own() {
    let outputs = [(1, b"a"), (1, b"b"), (2, b"a"), (2, b"b")]
        .map(|(seed, alpha)| vrf_output(&key(seed).prove(alpha)).unwrap());
    assert_eq!(outputs.iter().collect::<std::collections::BTreeSet<_>>().len(), 4);
}

#[test]
fn a_proof_that_is_not_verified_claims_what_it_likes() {
    let key = key(1);
    let mut proof = key.prove(b"alpha");
    let output = vrf_output(&proof);
    proof[40] ^= 1;
    assert_eq!(vrf_output(&proof), output);
    assert_eq!(vrf_verify(&key.public(), b"alpha", &proof), None);
}

#[test]
fn what_is_returned_for_an_input_without_a_point_is_no_proof() {
    assert_eq!(vrf_output(&[0xff; VRF_PROOF_LEN]), None);
}

#[test]
fn debug_shows_no_secret() {
    assert_eq!(format!("{:?}", key(1)), "VrfKey([secret])");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_is_proved_verifies(seed: [u8; 32], alpha: Vec<u8>) {
        let key = VrfKey::from_seed(seed);
        let proof = key.prove(&alpha);
        prop_assert!(vrf_key_is_valid(&key.public()));
        prop_assert_eq!(key.prove(&alpha), proof);
        let output = vrf_verify(&key.public(), &alpha, &proof);
        prop_assert!(output.is_some());
        prop_assert_eq!(vrf_output(&proof), output);
    }

    /// One encoding for one value.
    #[test]
    fn what_decodes_writes_back(bytes: [u8; 32], tail: [u8; 32]) {
        let proof: Vec<u8> = bytes.iter().chain(&tail).chain(&[0; 16]).copied().collect();
        let proof: [u8; VRF_PROOF_LEN] = proof.try_into().unwrap();
        if let Some(decoded) = Proof::decode(&proof) {
            prop_assert_eq!(decoded.encode(), proof);
        }
    }
}
