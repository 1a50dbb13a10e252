//! Rules that depend on the state, each by its own function (`shielded-pool.md` 2.4).

use super::{Chain, SUPPLY, abc, proved, shielding};
use crate::{Effects, Malformed, Pool, PoolBlock, Refusal};
use types::Round;

fn draft(chain: &Chain, amount: u64, seed: u64) -> Effects {
    shielding(chain.pool.anchor, amount, seed).effects().clone()
}

/// Refused by this rule, by all together, and nothing has changed.
#[track_caller]
fn refused(
    chain: &Chain,
    effects: &Effects,
    by: impl Fn(&PoolBlock, &Chain, &Effects) -> Result<(), Refusal>,
    why: Refusal,
) {
    let mut block = chain.begin();
    assert_eq!(by(&block, chain, effects), Err(why));
    assert_eq!(block.check(chain, effects), Err(why));
    assert_eq!(block.apply(chain, effects, 0), Err(why));
    assert_eq!(*block.pool(), chain.pool);
}

#[test]
fn money_comes_in_moves_and_its_fee_leaves() {
    let mut chain = proved().chain.clone();
    assert_eq!(chain.pool.balance, abc(1_000_000));
    assert_eq!(chain.pool.tree_size, 2);
    chain.block(&[&proved().transfer.effects]).unwrap();
    assert_eq!(chain.pool.balance, abc(999_990));
    assert_eq!(chain.pool.tree_size, 4);
    assert_eq!(chain.pool.log_count, 2);
    assert_eq!(chain.spent.len(), 4);
    assert_eq!(chain.spent[&proved().transfer.effects.actions[0].nullifier], Round(2));
}

#[test]
fn a_note_is_spent_once_in_the_life_of_the_chain() {
    let mut chain = proved().chain.clone();
    let transfer = &proved().transfer.effects;
    chain.block(&[transfer]).unwrap();
    refused(&chain, transfer, |b, c, e| b.check_unspent(c, e), Refusal::NullifierSpent);
    // In a later tree as well: the set is common to all.
    chain.pool.anchor.tree = 5;
    let moved = Effects { anchor: chain.pool.anchor, ..transfer.clone() };
    refused(&chain, &moved, |b, c, e| b.check_unspent(c, e), Refusal::NullifierSpent);
}

#[test]
fn a_note_is_spent_once_in_a_block() {
    let chain = proved().chain.clone();
    let transfer = &proved().transfer.effects;
    let mut block = chain.begin();
    block.apply(&chain, transfer, 0).unwrap();
    assert_eq!(block.check_unspent(&chain, transfer), Err(Refusal::NullifierSpent));
    assert_eq!(block.apply(&chain, transfer, 1), Err(Refusal::NullifierSpent));
    assert_eq!(block.pool().balance, abc(999_990));
}

#[test]
fn bundles_of_one_transaction_and_of_one_block_share_no_nullifier() {
    let chain = Chain::new();
    let (first, mut second) = (draft(&chain, 5, 1), draft(&chain, 5, 2));
    second.actions[1].nullifier = first.actions[0].nullifier;
    let mut block = chain.begin();
    block.apply(&chain, &first, 0).unwrap();
    assert_eq!(block.apply(&chain, &second, 0), Err(Refusal::NullifierSpent));
}

#[test]
fn the_nullifiers_of_padding_count_too() {
    let mut chain = Chain::new();
    let first = draft(&chain, 5, 1);
    chain.block(&[&first]).unwrap();
    for action in [0, 1] {
        let mut second = draft(&chain, 5, 2);
        second.actions[action].nullifier = first.actions[action].nullifier;
        refused(&chain, &second, |b, c, e| b.check_unspent(c, e), Refusal::NullifierSpent);
    }
}

#[test]
fn a_malformed_bundle_is_refused_with_its_own_code() {
    let chain = Chain::new();
    let effects = Effects { version: 9, ..draft(&chain, 5, 1) };
    let mut block = chain.begin();
    let why = Refusal::Malformed(Malformed::Version);
    assert_eq!(block.apply(&chain, &effects, 0), Err(why));
    assert_eq!(why.code(), "bad_pool_version");
}

#[test]
fn no_more_leaves_the_pool_than_is_in_it() {
    let mut chain = proved().chain.clone();
    let transfer = &proved().transfer.effects;
    for (held, leaves, fits) in [(10, 10, true), (9, 10, false), (0, 1, false), (0, 0, true)] {
        chain.pool.balance = abc(held);
        let effects = Effects { balance: leaves, ..transfer.clone() };
        if fits {
            assert_eq!(chain.begin().check_turnstile(&effects), Ok(()));
        } else {
            refused(&chain, &effects, |b, _, e| b.check_turnstile(e), Refusal::Turnstile);
        }
    }
}

#[test]
fn the_turnstile_counts_within_a_block_too() {
    let mut chain = proved().chain.clone();
    chain.pool.balance = abc(15);
    let first = &proved().transfer.effects;
    let mut second = first.clone();
    second.actions = draft(&chain, 5, 3).actions;
    let mut block = chain.begin();
    block.apply(&chain, first, 0).unwrap();
    assert_eq!(block.apply(&chain, &second, 1), Err(Refusal::Turnstile));
    assert_eq!(block.pool().balance, abc(5));
}

#[test]
fn the_pool_never_holds_more_than_there_is() {
    let mut chain = Chain::new();
    let supply = SUPPLY.units();
    let effects = draft(&chain, supply, 1);
    chain.block(&[&effects]).unwrap();
    assert_eq!(chain.pool.balance, SUPPLY);
    let one_more = draft(&chain, 1, 2);
    refused(&chain, &one_more, |b, _, e| b.check_turnstile(e), Refusal::Turnstile);
}

#[test]
fn a_stopped_pool_takes_nothing() {
    let mut chain = Chain::new();
    let effects = draft(&chain, 5, 1);
    chain.pool.stop(Round(2));
    chain.block(&[&effects]).unwrap();
    let next = draft(&chain, 5, 2);
    refused(&chain, &next, |b, _, _| b.check_running(), Refusal::Stopped);
}

#[test]
fn a_stop_can_be_brought_forward_but_never_put_off() {
    let mut pool = Pool::genesis();
    assert!(pool.runs_in(Round(u64::MAX)));
    pool.stop(Round(10));
    assert!(pool.runs_in(Round(9)) && !pool.runs_in(Round(10)));
    pool.stop(Round(20));
    assert!(!pool.runs_in(Round(10)));
    pool.stop(Round(5));
    assert!(!pool.runs_in(Round(5)));
}

#[test]
fn the_log_tells_order_place_and_every_byte() {
    let chain = Chain::new();
    let (a, b) = (draft(&chain, 5, 1), draft(&chain, 6, 2));
    let log = |bundles: &[(&Effects, u32)]| {
        let mut block = chain.begin();
        for (effects, index) in bundles {
            block.apply(&chain, effects, *index).unwrap();
        }
        block.pool().log
    };
    let mut logs = vec![log(&[]), log(&[(&a, 0)]), log(&[(&a, 1)]), log(&[(&a, 0), (&b, 1)])];
    logs.push(log(&[(&b, 0), (&a, 1)]));
    let mut memo = b.clone();
    memo.actions[0].enc[579] ^= 1;
    logs.push(log(&[(&a, 0), (&memo, 1)]));
    let distinct: std::collections::BTreeSet<_> = logs.iter().collect();
    assert_eq!(distinct.len(), logs.len());
}
