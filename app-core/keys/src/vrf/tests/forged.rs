//! Proofs whose equations hold, and which the checks around the equations must refuse or take.

use super::*;
use crate::torsion;
use std::collections::BTreeSet;

/// The group order, little-endian.
const ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

/// A proof by a holder of `x` with a nonce of its own choice, Γ = x·H + `added`.
fn prove(public: &[u8; 32], x: &Scalar, added: EdwardsPoint, alpha: u8) -> Proof {
    let h = encode_to_curve(public, &[alpha]).unwrap();
    let (gamma, k) = (h * x + added, Scalar::from(7341_u16));
    let c = challenge(public, &[h, gamma, EdwardsPoint::mul_base(&k), h * k]);
    Proof { gamma, c, s: k + Scalar::from(c) * x }
}

/// The first input for which the challenge cancels whatever is of small order; its proof.
fn forge(public: &[u8; 32], x: &Scalar, added: EdwardsPoint) -> (u8, Proof) {
    let mut proofs = (0..=u8::MAX).map(|alpha| (alpha, prove(public, x, added, alpha)));
    proofs.find(|(_, proof)| proof.c % 8 == 0).unwrap()
}

/// What a verifier would say that decodes the key anyhow and asks nothing of it.
fn equation_holds(public: [u8; 32], alpha: u8, proof: &Proof) -> bool {
    let h = encode_to_curve(&public, &[alpha]).unwrap();
    let [u, v] = proof.commitments(&torsion::lenient(public), &h);
    challenge(&public, &[h, proof.gamma, u, v]) == proof.c
}

/// Anybody could prove with them.
#[test]
fn keys_of_small_order_are_refused_in_every_encoding() {
    for public in torsion::all() {
        let (alpha, proof) = forge(&public, &Scalar::ZERO, EdwardsPoint::default());
        assert!(equation_holds(public, alpha, &proof), "the forgery is a good one");
        assert!(!vrf_key_is_valid(&public));
        assert_eq!(vrf_verify(&public, &[alpha], &proof.encode()), None);
    }
}

#[test]
fn bytes_that_are_no_point_are_no_key() {
    let mut two = [0; 32];
    two[0] = 2;
    assert!(!vrf_key_is_valid(&two));
    assert!(!vrf_key_is_valid(&[0xff; 32]));
    assert!(vrf_key_is_valid(&key(1).public()));
}

/// y + p for every y that leaves room for it, with either sign.
#[test]
fn coordinates_above_the_prime_are_refused() {
    let mut points = 0;
    for (low, high) in (0xed..=0xff).flat_map(|low| [(low, 0x7f), (low, 0xff)]) {
        let mut bytes = [0xff; 32];
        (bytes[0], bytes[31]) = (low, high);
        assert!(decode_point(&bytes).is_none());
        assert!(!vrf_key_is_valid(&bytes));
        points += usize::from(CompressedEdwardsY(bytes).decompress().is_some());
    }
    assert!(points > 8, "the library would have taken {points}");
}

#[test]
fn a_gamma_decodes_from_its_canonical_encoding_only() {
    let with_gamma = |gamma: [u8; 32]| {
        let mut proof = [0; VRF_PROOF_LEN];
        proof[..32].copy_from_slice(&gamma);
        vrf_output(&proof)
    };
    assert!(torsion::canonical().into_iter().all(|gamma| with_gamma(gamma).is_some()));
    assert!(torsion::not_canonical().into_iter().all(|gamma| with_gamma(gamma).is_none()));
}

/// Adds the group order; false if the sum has no room.
fn add_order(s: &mut [u8]) -> bool {
    let mut carry = 0;
    for (byte, order) in s.iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    carry == 0
}

#[test]
fn a_scalar_of_the_group_order_or_more_is_refused() {
    let key = key(1);
    let mut proof = key.prove(b"alpha");
    let s = Proof::decode(&proof).unwrap().s;
    let mut tried = 0;
    while add_order(&mut proof[48..]) {
        let same = Scalar::from_bytes_mod_order(proof[48..].try_into().unwrap());
        assert_eq!(same, s, "the equation would hold");
        assert_eq!(vrf_output(&proof), None);
        assert_eq!(vrf_verify(&key.public(), b"alpha", &proof), None);
        tried += 1;
    }
    assert!(tried >= 14, "{tried}");

    proof[48..].copy_from_slice(&ORDER);
    assert_eq!(vrf_output(&proof), None);
    proof[48] -= 1;
    assert!(vrf_output(&proof).is_some(), "the largest scalar decodes");
}

/// The RFC takes such a key: its holder knows a secret, and there is still one output.
#[test]
fn a_key_with_a_part_of_small_order_still_has_one_output() {
    let x = *key(1).0.scalar();
    for extra in torsion::points() {
        let public = (EdwardsPoint::mul_base(&x) + extra).compress().to_bytes();
        assert!(vrf_key_is_valid(&public));
        let (alpha, proof) = forge(&public, &x, EdwardsPoint::default());
        assert_eq!(vrf_verify(&public, &[alpha], &proof.encode()), Some(proof.output()));
    }
}

/// Many proofs, one output: nothing may be drawn from the bytes of a proof.
#[test]
fn whatever_of_small_order_is_added_to_gamma_the_output_stays() {
    let key = key(1);
    let mut gammas = BTreeSet::new();
    for added in torsion::points() {
        let (alpha, proof) = forge(&key.public(), &key.0.scalar(), added);
        let honest = key.prove(&[alpha]);
        assert_ne!(proof.encode(), honest);
        let output = vrf_verify(&key.public(), &[alpha], &proof.encode());
        assert_eq!(output, vrf_verify(&key.public(), &[alpha], &honest));
        assert!(output.is_some());
        gammas.insert(proof.gamma.compress().to_bytes());
    }
    assert_eq!(gammas.len(), 8);
}

/// Where the challenge does not cancel it, a part of small order breaks the proof.
#[test]
fn points_of_mixed_order_are_judged_by_the_equation_of_the_rfc() {
    let (x, mut accepted) = (*key(1).0.scalar(), 0);
    for (alpha, added) in (0..=u8::MAX).zip(torsion::points().into_iter().cycle()) {
        let public = (EdwardsPoint::mul_base(&x) + added).compress().to_bytes();
        let proof = prove(&public, &x, added, alpha);
        // c·T by adding, for the library's scalars know the prime order only.
        let cancels = (0..proof.c % 8).fold(EdwardsPoint::default(), |sum, _| sum + added);
        let verdict = vrf_verify(&public, &[alpha], &proof.encode());
        assert_eq!(verdict.is_some(), cancels == EdwardsPoint::default(), "alpha {alpha}");
        accepted += usize::from(verdict.is_some());
    }
    assert!(accepted > 32 && accepted < 128, "{accepted}");
}
