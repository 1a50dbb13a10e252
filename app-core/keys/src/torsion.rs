//! The points of small order and all their encodings, for the tests of whatever must refuse them.

use curve25519_dalek::edwards::{CompressedEdwardsY, EdwardsPoint};

/// The eight points, each in its canonical encoding.
const CANONICAL: [&str; 8] = [
    "0100000000000000000000000000000000000000000000000000000000000000",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0000000000000000000000000000000000000000000000000000000000000080",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
];

/// The same points again: x = −0, or y + p for y.
const OTHERS: [&str; 6] = [
    "0100000000000000000000000000000000000000000000000000000000000080",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
];

pub(crate) fn canonical() -> Vec<[u8; 32]> {
    CANONICAL.map(bytes).to_vec()
}

pub(crate) fn not_canonical() -> Vec<[u8; 32]> {
    OTHERS.map(bytes).to_vec()
}

pub(crate) fn all() -> Vec<[u8; 32]> {
    [canonical(), not_canonical()].concat()
}

/// The eight points themselves.
pub(crate) fn points() -> Vec<EdwardsPoint> {
    canonical().into_iter().map(lenient).collect()
}

/// The point, however it is encoded.
pub(crate) fn lenient(encoding: [u8; 32]) -> EdwardsPoint {
    CompressedEdwardsY(encoding).decompress().unwrap()
}

fn bytes(hex: &str) -> [u8; 32] {
    hex::decode(hex).unwrap().try_into().unwrap()
}

#[test]
fn the_lists_hold_what_they_say() {
    for encoding in canonical() {
        assert!(lenient(encoding).is_small_order());
        assert_eq!(lenient(encoding).compress().to_bytes(), encoding);
    }
    for encoding in not_canonical() {
        assert!(lenient(encoding).is_small_order());
        assert!(canonical().contains(&lenient(encoding).compress().to_bytes()));
        assert!(!canonical().contains(&encoding));
    }
    let distinct: std::collections::BTreeSet<_> = all().into_iter().collect();
    assert_eq!(distinct.len(), 14);
}
