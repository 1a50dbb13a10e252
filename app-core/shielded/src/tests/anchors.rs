//! Anchors, trees and their epochs.

use super::{Chain, shielding};
use crate::{Anchor, Commitment, Effects, PoolRules, Refusal, Root};
use types::Timestamp;

const DAY_MS: u64 = 24 * 3_600_000;

fn with_anchor(anchor: Anchor, seed: u64) -> Effects {
    shielding(anchor, 5, seed).effects().clone()
}

fn at(chain: &Chain, time: Timestamp, anchor: Anchor) -> Result<(), Refusal> {
    let chain = Chain { time: Timestamp(time.0 - 1000), ..chain.clone() };
    chain.begin().check_anchor(&chain, &with_anchor(anchor, 99))
}

#[test]
fn the_roots_of_the_last_24_hours_are_anchors() {
    let mut chain = Chain::new();
    let empty = chain.pool.anchor;
    chain.block(&[&with_anchor(empty, 1)]).unwrap();
    let first = chain.pool.anchor;
    chain.block(&[&with_anchor(first, 2)]).unwrap();
    let (second, since) = (chain.pool.anchor, chain.time);
    assert!(empty != first && first != second);
    assert_eq!(at(&chain, Timestamp(since.0 + DAY_MS), first), Ok(()));
    let late = Timestamp(since.0 + DAY_MS + 1);
    assert_eq!(at(&chain, late, first), Err(Refusal::UnknownAnchor));
    assert_eq!(at(&chain, late, empty), Err(Refusal::UnknownAnchor));
    // The newest one stays, however long nothing happens.
    assert_eq!(at(&chain, Timestamp(since.0 + 99 * DAY_MS), second), Ok(()));
}

#[test]
fn an_anchor_that_no_block_had_is_refused() {
    let mut chain = Chain::new();
    chain.block(&[&with_anchor(chain.pool.anchor, 1)]).unwrap();
    let mut block = chain.begin();
    let unknown = Anchor { tree: 0, root: Root([1; 32]) };
    let effects = with_anchor(unknown, 2);
    assert_eq!(block.apply(&chain, &effects, 0), Err(Refusal::UnknownAnchor));
    // Neither is the root that this very block is making, nor a known root of another tree.
    let mut same = chain.clone();
    same.block(&[&with_anchor(chain.pool.anchor, 3)]).unwrap();
    let effects = with_anchor(same.pool.anchor, 4);
    assert_eq!(block.check_anchor(&chain, &effects), Err(Refusal::UnknownAnchor));
    let effects = with_anchor(Anchor { tree: 1, ..chain.pool.anchor }, 5);
    assert_eq!(block.check_anchor(&chain, &effects), Err(Refusal::UnknownAnchor));
}

#[test]
fn two_bundles_of_a_block_take_the_same_anchor() {
    let mut chain = Chain::new();
    let anchor = chain.pool.anchor;
    chain.block(&[&with_anchor(anchor, 1), &with_anchor(anchor, 2)]).unwrap();
    assert_eq!(chain.pool.tree_size, 4);
    assert_eq!(chain.retired.len(), 1);
}

#[test]
fn an_empty_block_changes_nothing() {
    let mut chain = Chain::new();
    chain.block(&[&with_anchor(chain.pool.anchor, 1)]).unwrap();
    let before = chain.pool.clone();
    let changes = chain.block(&[]).unwrap();
    assert_eq!(chain.pool, before);
    assert!(changes.retired.is_none() && changes.forgotten.is_empty() && changes.spent.is_empty());
}

#[test]
fn anchors_that_are_too_old_are_forgotten() {
    let mut chain = Chain::new();
    for seed in 0..4 {
        chain.block(&[&with_anchor(chain.pool.anchor, seed)]).unwrap();
    }
    assert_eq!(chain.retired.len(), 4);
    chain.time = chain.time.plus_millis(DAY_MS + 2000);
    chain.block(&[]).unwrap();
    assert_eq!(chain.retired.len(), 2);
    chain.block(&[&with_anchor(chain.pool.anchor, 9)]).unwrap();
    assert_eq!(chain.retired.len(), 1);
    assert_eq!((chain.pool.retired_from, chain.pool.retired_to), (4, 5));
    chain.block(&[]).unwrap();
    assert_eq!(chain.retired.len(), 1);
}

#[test]
fn a_full_tree_takes_no_note() {
    let mut chain = Chain::new();
    let effects = with_anchor(chain.pool.anchor, 1);
    for (size, fits) in [((1_u64 << 32) - 2, true), ((1 << 32) - 1, false), (1 << 32, false)] {
        chain.pool.tree_size = size;
        let mut block = chain.begin();
        let expected = if fits { Ok(()) } else { Err(Refusal::TreeFull) };
        assert_eq!(block.check_room(&effects), expected);
        assert_eq!(block.check(&chain, &effects), expected);
        if fits {
            block.apply(&chain, &effects, 0).unwrap();
            let more = with_anchor(chain.pool.anchor, 2);
            assert_eq!(block.apply(&chain, &more, 1), Err(Refusal::TreeFull));
        }
    }
}

#[test]
fn the_standard_tree_turns_over_long_before_it_is_full() {
    let rules = PoolRules::standard(super::SUPPLY);
    assert_eq!((rules.tree_leaves, rules.anchor_ms), (1 << 31, DAY_MS));
}

#[test]
fn a_new_tree_begins_and_notes_of_the_old_one_stay_spendable() {
    let mut chain = Chain::new();
    chain.rules.tree_leaves = 4;
    chain.block(&[&with_anchor(chain.pool.anchor, 1)]).unwrap();
    let first = chain.pool.anchor;
    let leaves: Vec<Commitment> = chain.leaves.clone();
    let last = with_anchor(first, 2);
    let leaves: Vec<_> = leaves.into_iter().chain(last.commitments()).collect();
    let changes = chain.block(&[&last]).unwrap();
    // What every wallet that followed the leaves computes is the root that stays.
    let mut tree = crate::Frontier::empty();
    leaves.iter().for_each(|leaf| tree.append(*leaf).unwrap());
    let finished = tree.root();
    assert_eq!(changes.finished, Some((0, finished)));
    assert_eq!(chain.pool.anchor, Anchor { tree: 1, ..Anchor::of_nothing() });
    assert_eq!(chain.pool.tree_size, 0);
    let later = chain.time.plus_millis(400 * DAY_MS);
    let old = Anchor { tree: 0, root: finished };
    assert_eq!(at(&chain, later, old), Ok(()));
    assert_eq!(at(&chain, later, first), Err(Refusal::UnknownAnchor));
    assert_eq!(at(&chain, later, Anchor { tree: 1, root: finished }), Err(Refusal::UnknownAnchor));
    // Within the day the older root of the old tree is good as well.
    assert_eq!(at(&chain, chain.time.plus_secs(1), first), Ok(()));
    chain.block(&[&with_anchor(old, 3)]).unwrap();
    assert_eq!((chain.pool.anchor.tree, chain.pool.tree_size), (1, 2));
}
