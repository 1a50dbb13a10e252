//! Safety numbers, compared with those of Signal's published library.

use crate::{IdentityKey, IdentityKeyPair, RatchetError, SafetyNumber, compare_scannable, fuzz};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::Value as Json;

const VECTORS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/vectors.json"));

fn vectors() -> Vec<Json> {
    let mut vectors: Json = serde_json::from_str(VECTORS).unwrap();
    vectors["fingerprints"].as_array_mut().unwrap().split_off(0)
}

fn bytes(json: &Json) -> Vec<u8> {
    BASE64_STANDARD.decode(json.as_str().unwrap()).unwrap()
}

fn number(json: &Json) -> u32 {
    json.as_u64().unwrap().try_into().unwrap()
}

fn key(json: &Json) -> IdentityKey {
    IdentityKey::parse(&bytes(json)).unwrap()
}

/// What Alice and Bob show to each other.
fn shown(version: u32) -> [Vec<u8>; 2] {
    let [alice, bob] = [1, 2].map(|key| IdentityKeyPair::from_private([key; 32]).public());
    let (alice, bob) = ((b"alice".as_slice(), &alice), (b"bob".as_slice(), &bob));
    [(alice, bob), (bob, alice)]
        .map(|(ours, theirs)| SafetyNumber::new(version, 2, ours, theirs).unwrap().scannable())
}

#[test]
fn digits_and_payloads_are_those_of_the_library() {
    for vector in vectors() {
        let (local_id, remote_id) = (bytes(&vector["local_id"]), bytes(&vector["remote_id"]));
        let (local_key, remote_key) = (key(&vector["local_key"]), key(&vector["remote_key"]));
        let (local, remote) =
            ((local_id.as_slice(), &local_key), (remote_id.as_slice(), &remote_key));
        let (version, iterations) = (number(&vector["version"]), number(&vector["iterations"]));
        let ours = SafetyNumber::new(version, iterations, local, remote).unwrap();
        assert_eq!(ours.digits(), vector["display"]);
        assert_eq!(ours.scannable(), bytes(&vector["scannable"]));

        let theirs = SafetyNumber::new(version, iterations, remote, local).unwrap();
        assert_eq!(theirs.digits(), vector["display"]);
        let other_side = bytes(&vector["scannable_of_other_side"]);
        assert_eq!(theirs.scannable(), other_side);
        assert_eq!(compare_scannable(&ours.scannable(), &other_side), Ok(true));
        assert_eq!(compare_scannable(&other_side, &ours.scannable()), Ok(true));
        assert_eq!(compare_scannable(&other_side, &other_side), Ok(false));
    }
}

/// The library refuses the same numbers of iterations; its digits for the smallest and the largest
/// one were taken down from it.
#[test]
fn iterations_from_two_to_a_million() {
    let vector = vectors().swap_remove(0);
    let (alice, bob) = (key(&vector["local_key"]), key(&vector["remote_key"]));
    let digits = |iterations| {
        SafetyNumber::new(2, iterations, (b"a", &alice), (b"b", &bob)).map(|number| number.digits())
    };
    for iterations in [0, 1, 1_000_001, u32::MAX] {
        assert_eq!(digits(iterations), Err(RatchetError::BadMessage));
    }
    let two = "149276449323046362219569631189452916750422752029640154740665";
    assert_eq!(digits(2).as_deref(), Ok(two));
    let million = "495709152759741177703242929275963990386542401665352274448172";
    assert_eq!(digits(1_000_000).as_deref(), Ok(million));
}

#[test]
fn every_identity_and_every_id_counts() {
    let [alice, bob, mallory] =
        [1, 2, 3].map(|key| IdentityKeyPair::from_private([key; 32]).public());
    let digits = |ours, theirs| SafetyNumber::new(2, 2, ours, theirs).unwrap().digits();
    let good = digits((b"alice", &alice), (b"bob", &bob));
    assert_eq!(good.len(), 60);
    assert!(good.bytes().all(|digit| digit.is_ascii_digit()));
    for (ours, theirs) in [
        ((b"alice".as_slice(), &mallory), (b"bob".as_slice(), &bob)),
        ((b"alice", &alice), (b"bob", &mallory)),
        ((b"alic", &alice), (b"bob", &bob)),
        ((b"alice", &alice), (b"", &bob)),
    ] {
        assert_ne!(digits(ours, theirs), good);
    }
}

#[test]
fn other_versions_do_not_compare() {
    let ([ours, _], [_, theirs]) = (shown(1), shown(2));
    assert_eq!(compare_scannable(&ours, &theirs), Err(RatchetError::OtherVersion));
    assert_eq!(compare_scannable(&theirs, &ours), Err(RatchetError::OtherVersion));
}

#[test]
fn a_changed_payload_never_matches() {
    let [ours, theirs] = shown(2);
    assert_eq!(compare_scannable(&ours, &theirs), Ok(true));
    for bit in 0..theirs.len() * 8 {
        let mut changed = theirs.clone();
        changed[bit / 8] ^= 1 << (bit % 8);
        assert_ne!(compare_scannable(&ours, &changed), Ok(true), "bit {bit}");
        assert_ne!(compare_scannable(&changed, &ours), Ok(true), "bit {bit}");
        fuzz::fuzz_scannable(&changed);
    }
    fuzz::fuzz_scannable(&theirs);
}

#[test]
fn a_payload_has_a_version_and_two_sides_of_32_bytes() {
    let [ours, theirs] = shown(2);
    // Version: 2 bytes. Each side: 2 bytes around it, 2 before its content, 32 of content.
    let (version, sides) = theirs.split_at(2);
    let (local, remote) = sides.split_at(36);
    let reordered = [remote, &[0x20, 1], version, local].concat();
    assert_eq!(compare_scannable(&ours, &reordered), Ok(true));

    let content = &local[4..];
    let longer = [&[0x12, 35, 0x0a, 33], content, &[0]].concat();
    let shorter = [&[0x12, 33, 0x0a, 31], &content[1..]].concat();
    for bad in [
        sides.to_vec(),
        [version, local].concat(),
        [version, remote].concat(),
        [version, &longer, remote].concat(),
        [version, &shorter, remote].concat(),
        [version, &[0x12, 0], remote].concat(),
        [version, &[0x10, 1], remote].concat(),
        theirs[..theirs.len() - 1].to_vec(),
        vec![],
        b"https://example.org".to_vec(),
    ] {
        assert_eq!(compare_scannable(&ours, &bad), Err(RatchetError::BadMessage));
        assert_eq!(compare_scannable(&bad, &ours), Err(RatchetError::BadMessage));
    }
}
