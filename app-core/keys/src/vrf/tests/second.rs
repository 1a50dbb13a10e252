//! The other implementation, in both directions and where the two could differ.

use super::*;
use crate::torsion;
use vrf_rfc9381::ec::edwards25519::tai::{
    EdVrfEdwards25519TaiPublicKey, EdVrfEdwards25519TaiSecretKey,
};
use vrf_rfc9381::{Proof as _, Prover as _, Verifier};

type TheirProof = <EdVrfEdwards25519TaiPublicKey as Verifier<Sha512>>::Proof;

fn theirs(public: &[u8; 32], alpha: &[u8], proof: &[u8; VRF_PROOF_LEN]) -> Option<[u8; 64]> {
    let key = EdVrfEdwards25519TaiPublicKey::from_slice(public).ok()?;
    let output = key.verify(alpha, TheirProof::decode_pi(proof).ok()?).ok()?;
    Some(output.into())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn both_prove_the_same_and_accept_each_other(seed: [u8; 32], alpha: Vec<u8>) {
        let key = VrfKey::from_seed(seed);
        let proof = key.prove(&alpha);
        let their_key = EdVrfEdwards25519TaiSecretKey::from_slice(&seed).unwrap();
        let their_proof = their_key.prove(&alpha).unwrap().encode_to_pi();
        prop_assert_eq!(their_proof.as_slice(), proof.as_slice());

        let output = vrf_verify(&key.public(), &alpha, &their_proof.try_into().unwrap());
        prop_assert!(output.is_some());
        prop_assert_eq!(theirs(&key.public(), &alpha, &proof), output);
    }

    #[test]
    fn both_refuse_a_change(alpha: [u8; 4], byte in 0..VRF_PROOF_LEN, change in 1..=255_u8) {
        let key = key(1);
        let mut proof = key.prove(&alpha);
        proof[byte] ^= change;
        prop_assert_eq!(vrf_verify(&key.public(), &alpha, &proof), None);
        prop_assert_eq!(theirs(&key.public(), &alpha, &proof), None);
    }
}

/// All parts of small order, in the key and in Γ.
#[test]
fn both_judge_points_of_mixed_order_alike() {
    let (x, k) = (*key(1).0.scalar(), Scalar::from(7341_u16));
    let (mut accepted, mut refused) = (0, 0);
    for extra in torsion::points() {
        let public = (EdwardsPoint::mul_base(&x) + extra).compress().to_bytes();
        for (alpha, added) in (0..48).zip(torsion::points().into_iter().cycle()) {
            let h = encode_to_curve(&public, &[alpha]).unwrap();
            let gamma = h * x + added;
            let c = challenge(&public, &[h, gamma, EdwardsPoint::mul_base(&k), h * k]);
            let proof = Proof { gamma, c, s: k + Scalar::from(c) * x }.encode();
            let verdict = vrf_verify(&public, &[alpha], &proof);
            assert_eq!(verdict, theirs(&public, &[alpha], &proof));
            *(if verdict.is_some() { &mut accepted } else { &mut refused }) += 1;
        }
    }
    assert!(accepted > 40 && refused > 150, "{accepted} {refused}");
}
