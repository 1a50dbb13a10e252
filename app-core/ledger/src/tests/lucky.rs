//! How lucky shares are drawn, and what a proposer can make of it.

use super::abc;
use super::gifts::{Gift, place};
use crate::*;
use proptest::prelude::*;
use std::collections::BTreeMap;
use wire::hash;

const LEAST: u64 = 1_697;

/// The shares of these claim keys, in this order.
fn shares(total: u64, beacon: &[u8; 32], envelope: RedEnvelopeId, keys: &[[u8; 32]]) -> Vec<u64> {
    let mut left = total;
    let count = u8::try_from(keys.len()).unwrap();
    let draw = |(drawn, key): (u8, &[u8; 32])| {
        let range = lucky_range(abc(left), count - drawn, abc(LEAST));
        let share = lucky_share(beacon, envelope, key, range).units();
        assert!((range.0..=range.1).contains(&share));
        left -= share;
        share
    };
    let shares = (0_u8..).zip(keys).map(draw).collect();
    assert_eq!(left, 0);
    shares
}

/// First, last, and where a lottery over the keys puts it.
fn order(which: u64, keys: &mut [[u8; 32]], envelope: RedEnvelopeId) {
    match which {
        0 => {}
        1 => keys.rotate_left(1),
        _ => keys.sort_unstable_by_key(|key| hash("grind", &[key, &envelope.0])),
    }
}

/// A proposer chooses the claims of its block: their order, and which of them must wait for another
/// block. It knows the keys and the red envelope, but not the beacon of four rounds later.
#[test]
fn a_proposer_that_orders_and_withholds_claims_gets_no_more_than_its_share() {
    const TOTAL: u64 = 5_000_000_000;
    let mut sums = [0_u128; 3];
    for number in 0..100_000_u64 {
        let word = |tag: &str| hash(tag, &[&number.to_be_bytes()]);
        let envelope = RedEnvelopeId(word("envelope"));
        let mut keys: Vec<_> =
            (0..5_u8).map(|member| hash("key", &[&[member], &envelope.0])).collect();
        let mine = keys[0];
        let at = number % 3;
        order(at, &mut keys, envelope);
        let drawn = shares(TOTAL, &word("beacon"), envelope, &keys);
        let own = keys.iter().position(|key| *key == mine).unwrap();
        sums[at as usize] += u128::from(drawn[own]);
    }
    let fair = u128::from(TOTAL) / 5;
    for sum in sums {
        let mean = sum / 33_333;
        assert!(mean.abs_diff(fair) * 100 <= fair, "{mean} is not within 1 % of {fair}");
    }
}

#[test]
fn shares_of_the_least_are_all_the_least() {
    let keys: Vec<_> = (0..100_u8).map(|key| [key; 32]).collect();
    let all = shares(100 * LEAST, &[7; 32], RedEnvelopeId([1; 32]), &keys);
    assert!(all.iter().all(|share| *share == LEAST));
}

#[test]
fn a_draw_depends_on_beacon_red_envelope_and_key() {
    let draw = |beacon: u8, envelope: u8, key: u8| {
        let range = (LEAST, u64::MAX / 2);
        lucky_share(&[beacon; 32], RedEnvelopeId([envelope; 32]), &[key; 32], range)
    };
    let draws = [draw(1, 1, 1), draw(2, 1, 1), draw(1, 2, 1), draw(1, 1, 2)];
    for (at, one) in draws.iter().enumerate() {
        assert!(draws[..at].iter().all(|other| other != one));
    }
    assert_eq!(lucky_share(&[1; 32], RedEnvelopeId([1; 32]), &[1; 32], (5, 5)), abc(5));
    let whole = lucky_share(&[1; 32], RedEnvelopeId([1; 32]), &[1; 32], (0, u64::MAX));
    assert_ne!(whole, abc(0));
}

proptest! {
    #[test]
    fn every_share_is_at_least_the_least_and_nothing_remains(
        count in 1..=100_u8,
        extra in 0..u64::MAX / 1_000,
        beacon: [u8; 32],
    ) {
        let keys: Vec<_> = (0..count).map(|key| [key; 32]).collect();
        let total = u64::from(count) * LEAST + extra;
        let all = shares(total, &beacon, RedEnvelopeId([3; 32]), &keys);
        prop_assert!(all.iter().all(|share| *share >= LEAST));
        prop_assert_eq!(all.iter().sum::<u64>(), total);
    }
}

#[test]
fn a_path_says_nothing_about_the_size_of_the_group() {
    let gift = Gift::new(1, 3, (10_000_000, 3), false);
    let many: BTreeMap<u16, [u8; 32]> =
        (0..900_u16).map(|member| (place(usize::from(member)), [1; 32])).collect();
    assert!(many.len() > 800);
    let large = ClaimTree::new(&many, || [2; 32]);
    let of_three = gift.tree.path(place(2)).unwrap();
    let of_many = large.path(place(2)).unwrap();
    assert_eq!((of_three.len(), of_many.len()), (CLAIM_LEVELS, CLAIM_LEVELS));
    assert_eq!(large.path(1023).map(|path| path.len()), Some(10));
    assert_eq!(large.path(1024), None);
}

#[test]
fn every_place_of_the_tree_leads_to_its_root() {
    let keys: BTreeMap<u16, [u8; 32]> =
        (0..1024).map(|at| (at, hash("k", &[&[(at % 251) as u8]]))).collect();
    let tree = ClaimTree::new(&keys, || unreachable!());
    for (index, key) in keys {
        // A second way to the root: fold the path by hand.
        let path = tree.path(index).unwrap();
        let leaf = hash("\u{0}", &[&index.to_be_bytes(), &key]);
        let root = path.iter().enumerate().fold(leaf, |node, (level, neighbour)| {
            if index >> level & 1 == 1 {
                hash("\u{1}", &[neighbour, &node])
            } else {
                hash("\u{1}", &[&node, neighbour])
            }
        });
        assert_eq!(root, tree.root());
    }
}
