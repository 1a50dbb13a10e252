//! Random histories: whatever people try, no money appears or vanishes, every history closes, no
//! nonce serves twice, and every address leads to one account.

mod attempts;
mod world;

use super::books::{Books, MONEY};
use super::gifts::Gift;
use attempts::{Block, blocks};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;
use wire::Encode;
use world::World;

/// Lives through a history and says which kinds of entries it made, and which actions it performed.
fn live(blocks: &[Block]) -> (BTreeSet<u8>, BTreeSet<u8>) {
    let mut world = World::new();
    for block in blocks {
        world.block(block);
        for _ in 0..block.pause {
            world.empty();
        }
        world.check();
    }
    world.run_out();
    world.check();
    world.books.check(&world.net);
    let Books { entries, acted, .. } = &world.books;
    let kinds = entries.iter().flat_map(|(_, entry)| entry.kind.to_bytes().first().copied());
    (kinds.collect(), acted.clone())
}

proptest! {
    #![proptest_config(Config { cases: 48, ..Config::default() })]

    #[test]
    fn money_is_kept_histories_close_and_addresses_lead_to_one_account(blocks in blocks()) {
        live(&blocks);
    }
}

/// Otherwise the property above would say little.
#[test]
fn random_histories_come_upon_every_kind_of_entry_and_every_action_of_money() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), rng);
    let (mut seen, mut acted) = (BTreeSet::new(), BTreeSet::new());
    for _ in 0..40 {
        let (kinds, actions) = live(&blocks().new_tree(&mut runner).unwrap().current());
        seen.extend(kinds);
        acted.extend(actions);
    }
    assert_eq!(seen, (1..=12).chain(30..=32).collect());
    assert_eq!(acted, MONEY.into());
}

/// The gifts of a history, one after the other, each with claim keys of its own.
fn gift(number: usize, total: u64, (shares, lucky): (u8, bool)) -> Gift {
    Gift::new(u8::try_from(number).unwrap_or(u8::MAX), 4, (total, shares), lucky)
}
