//! Signatures on which verifiers in use disagree, each with our verdict.
//!
//! The rule: S below the group order, neither A nor R of small order, R as the equation *without*
//! the cofactor gives it, byte for byte. Nodes that disagree about one signature split the chain,
//! so a library that changes a verdict fails here. What a batch verifier says is not this rule.

use super::*;
use crate::torsion;
use curve25519_dalek::edwards::EdwardsPoint;
use curve25519_dalek::scalar::Scalar;
use sha2::{Digest, Sha512};

/// One of the vectors of "Taming the many EdDSAs" (Chalkias, Garillot, Nikolaenko, 2020), table 5.
struct Case {
    what: &'static str,
    message: &'static str,
    public: &'static str,
    signature: &'static str,
    /// Whether 8·S·B = 8·R + 8·k·A, and S·B = R + k·A, however A, R and S are encoded.
    equations: [bool; 2],
    accepted: bool,
}

const SMALL: &str = "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa";
const SMALL_NOT_CANONICAL: &str =
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff";
const MIXED: &str = "cdb267ce40c5cd45306fa5d2f29731459387dbf9eb933b7bd5aed9a765b88d4d";
const MIXED_TOO: &str = "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43";
const PRIME: &str = "442aad9f089ad9e14647b1ef9099a1ff4798d78589e66f28eca69c11f582a623";

const CASES: [Case; 12] = [
    Case {
        what: "0: A and R small, S = 0",
        message: "8c93255d71dcab10e8f379c26200f3c7bd5f09d9bc3068d3ef4edeb4853022b6",
        public: SMALL,
        signature: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a\
                    0000000000000000000000000000000000000000000000000000000000000000",
        equations: [true, true],
        accepted: false,
    },
    Case {
        what: "1: A small, R mixed",
        message: "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        public: SMALL,
        signature: "f7badec5b8abeaf699583992219b7b223f1df3fbbea919844e3f7c554a43dd43\
                    a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
        equations: [true, true],
        accepted: false,
    },
    Case {
        what: "2: A mixed, R small",
        message: "aebf3f2601a0c8c5d39cc7d8911642f740b78168218da8471772b35f9d35b9ab",
        public: MIXED_TOO,
        signature: "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa\
                    8c4bd45aecaca5b24fb97bc10ac27ac8751a7dfe1baff8b953ec9f5833ca260e",
        equations: [true, true],
        accepted: false,
    },
    Case {
        what: "3: A and R mixed, both equations hold",
        message: "9bd9f44f4dcc75bd531b56b2cd280b0bb38fc1cd6d1230e14861d861de092e79",
        public: MIXED,
        signature: "9046a64750444938de19f227bb80485e92b83fdb4b6506c160484c016cc1852f\
                    87909e14428a7a1d62e9f22f3d3ad7802db02eb2e688b6c52fcd6648a98bd009",
        equations: [true, true],
        accepted: true,
    },
    Case {
        what: "4: A and R mixed, only with the cofactor",
        message: "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        public: MIXED,
        signature: "160a1cb0dc9c0258cd0a7d23e94d8fa878bcb1925f2c64246b2dee1796bed512\
                    5ec6bc982a269b723e0668e540911a9a6a58921d6925e434ab10aa7940551a09",
        equations: [true, false],
        accepted: false,
    },
    Case {
        what: "5: A mixed, only with the cofactor, and not if 8·k is reduced first",
        message: "e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec4011eaccd55b53f56c",
        public: MIXED,
        signature: "21122a84e0b5fca4052f5b1235c80a537878b38f3142356b2c2384ebad4668b7\
                    e40bc836dac0f71076f9abe3a53f9c03c1ceeeddb658d0030494ace586687405",
        equations: [true, false],
        accepted: false,
    },
    Case {
        what: "6: S above the order",
        message: "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        public: PRIME,
        signature: "e96f66be976d82e60150baecff9906684aebb1ef181f67a7189ac78ea23b6c0e\
                    547f7690a0e2ddcd04d87dbc3490dc19b3b3052f7ff0538cb68afb369ba3a514",
        equations: [true, true],
        accepted: false,
    },
    Case {
        what: "7: S above the order, with high bits",
        message: "85e241a07d148b41e47d62c63f830dc7a6851a0b1f33ae4bb2f507fb6cffec40",
        public: PRIME,
        signature: "8ce5b96c8f26d0ab6c47958c9e68b937104cd36e13c33566acd2fe8d38aa1942\
                    7e71f98a473474f2f13f06f97c20d58cc3f54b8bd0d272f42b695dd7e89a8c22",
        equations: [true, true],
        accepted: false,
    },
    Case {
        what: "8: A mixed, R small and not canonical, for a hash of its canonical form",
        message: "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        public: MIXED_TOO,
        signature: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
                    03be9678ac102edcd92b0210bb34d7428d12ffc5df5f37e359941266a4e35f0f",
        equations: [false, false],
        accepted: false,
    },
    Case {
        what: "9: A mixed, R small and not canonical, for a hash of R as it is",
        message: "9bedc267423725d473888631ebf45988bad3db83851ee85c85e241a07d148b41",
        public: MIXED_TOO,
        signature: "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff\
                    ca8c5b64cd208982aa38d4936621a4775aa233aa0505711d8fdcfdaa943d4908",
        equations: [true, true],
        accepted: false,
    },
    Case {
        what: "10: A small and not canonical, for a hash of its canonical form",
        message: "e96b7021eb39c1a163b6da4e3093dcd3f21387da4cc4572be588fafae23c155b",
        public: SMALL_NOT_CANONICAL,
        signature: "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc\
                    a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
        equations: [true, false],
        accepted: false,
    },
    Case {
        what: "11: A small and not canonical, for a hash of A as it is",
        message: "39a591f5321bbe07fd5a23dc2f39d025d74526615746727ceefd6e82ae65c06f",
        public: SMALL_NOT_CANONICAL,
        signature: "a9d55260f765261eb9b84e106f665e00b867287a761990d7135963ee0a7d59dc\
                    a5bb704786be79fc476f91d3f3f89b03984d8068dcf1bb7dfc6637b45450ac04",
        equations: [true, true],
        accepted: false,
    },
];

/// Whether the equation with and the one without the cofactor hold, decoding leniently.
fn equations(public: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> [bool; 2] {
    let r: [u8; 32] = signature[..32].try_into().unwrap();
    let s = Scalar::from_bytes_mod_order(signature[32..].try_into().unwrap());
    let k_a = torsion::lenient(*public) * challenge(&r, public, message);
    let difference = EdwardsPoint::mul_base(&s) - k_a - torsion::lenient(r);
    [difference.is_small_order(), difference == EdwardsPoint::default()]
}

fn challenge(r: &[u8; 32], public: &[u8; 32], message: &[u8]) -> Scalar {
    let hash = Sha512::new().chain_update(r).chain_update(public).chain_update(message);
    Scalar::from_bytes_mod_order_wide(&hash.finalize().into())
}

/// The signature by whoever knows a and r, whatever of small order A and R have besides.
fn sign(public: &[u8; 32], r: &[u8; 32], [a, nonce]: [Scalar; 2], message: &[u8]) -> [u8; 64] {
    let s = nonce + challenge(r, public, message) * a;
    [*r, s.to_bytes()].concat().try_into().unwrap()
}

fn encoded(point: EdwardsPoint) -> [u8; 32] {
    point.compress().to_bytes()
}

#[test]
fn each_vector_of_taming_the_many_eddsas_gets_our_verdict() {
    assert!(torsion::lenient(bytes(PRIME)).is_torsion_free());
    for public in [MIXED, MIXED_TOO].map(|key| torsion::lenient(bytes(key))) {
        assert!(!public.is_torsion_free() && !public.is_small_order());
    }
    for case in &CASES {
        let (public, signature) = (bytes(case.public), bytes(case.signature));
        let message = hex::decode(case.message).unwrap();
        assert_eq!(equations(&public, &message, &signature), case.equations, "{}", case.what);
        assert_eq!(ed25519_verify(&public, &message, &signature), case.accepted, "{}", case.what);
    }
}

/// The vectors of ZIP 215, which accepts all of them.
#[test]
fn a_and_r_of_small_order_are_refused_in_every_encoding() {
    for (public, r) in
        torsion::all().into_iter().flat_map(|a| torsion::all().into_iter().map(move |r| (a, r)))
    {
        let signature = [r, [0; 32]].concat().try_into().unwrap();
        assert!(equations(&public, b"Zcash", &signature)[0]);
        assert!(!ed25519_verify(&public, b"Zcash", &signature));
    }
}

/// With an honest R, so that nothing but A is wrong.
#[test]
fn a_of_small_order_is_refused_in_every_encoding() {
    let (nonce, mut exact) = (Scalar::from(7341_u16), 0);
    let r = encoded(EdwardsPoint::mul_base(&nonce));
    for (public, message) in torsion::all().into_iter().flat_map(|a| (0..16).map(move |m| (a, m))) {
        let signature = sign(&public, &r, [Scalar::ZERO, nonce], &[message]);
        let [with_cofactor, without] = equations(&public, &[message], &signature);
        assert!(with_cofactor);
        exact += usize::from(without);
        assert!(!ed25519_verify(&public, &[message], &signature));
    }
    assert!(exact > 14 * 16 / 4, "{exact} also hold without the cofactor");
}

/// With an honest A, so that nothing but R is wrong.
#[test]
fn r_of_small_order_is_refused_in_every_encoding() {
    let a = Scalar::from(7341_u16);
    let public = encoded(EdwardsPoint::mul_base(&a));
    let mut exact = 0;
    for r in torsion::all() {
        let signature = sign(&public, &r, [a, Scalar::ZERO], b"message");
        let [with_cofactor, without] = equations(&public, b"message", &signature);
        assert!(with_cofactor);
        exact += usize::from(without);
        assert!(!ed25519_verify(&public, b"message", &signature));
    }
    assert_eq!(exact, 4, "the identity in its four encodings");
}

/// Every part of small order in A and in R.
#[test]
fn points_of_mixed_order_are_judged_without_the_cofactor() {
    let (a, nonce) = (Scalar::from(7341_u16), Scalar::from(1437_u16));
    let (mut accepted, mut refused) = (0, 0);
    for extra in torsion::points() {
        let public = encoded(EdwardsPoint::mul_base(&a) + extra);
        for (message, extra) in (0..32).zip(torsion::points().into_iter().cycle()) {
            let r = encoded(EdwardsPoint::mul_base(&nonce) + extra);
            let signature = sign(&public, &r, [a, nonce], &[message]);
            let [with_cofactor, without] = equations(&public, &[message], &signature);
            assert!(with_cofactor);
            assert_eq!(ed25519_verify(&public, &[message], &signature), without);
            *(if without { &mut accepted } else { &mut refused }) += 1;
        }
    }
    assert!(accepted > 16 && refused > 128, "{accepted} {refused}");
}

#[test]
fn a_signature_whose_s_is_the_order_or_more_is_refused() {
    let key = Ed25519Key::from_seed([1; 32]);
    let honest = key.sign(b"message");
    let order = (-Scalar::ONE).to_bytes();
    let mut signature = honest;
    // S + L = S + (L − 1) + 1, byte by byte.
    let mut carry = 1;
    for (byte, order) in signature[32..].iter_mut().zip(order) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum.to_le_bytes()[0], sum >> 8);
    }
    assert!(ed25519_verify(&key.public(), b"message", &honest));
    assert_eq!(equations(&key.public(), b"message", &signature), [true, true]);
    assert!(!ed25519_verify(&key.public(), b"message", &signature));
}
