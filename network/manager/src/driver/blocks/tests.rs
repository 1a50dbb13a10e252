//! What is kept of blocks that nobody has verified.

use super::*;
use crate::chain::Rules;
use std::sync::{Arc, OnceLock};
use types::Timestamp;

const HONEST: WorkerId = WorkerId([1; 32]);
const GREEDY: WorkerId = WorkerId([2; 32]);

/// A block of this round like no other.
fn block(round: u64, number: u64) -> (BlockId, Held) {
    static ANY: OnceLock<Header> = OnceLock::new();
    let any = ANY.get_or_init(|| {
        let genesis = testkit::genesis(Timestamp(5), &[]);
        let folder = tempfile::tempdir().unwrap();
        let store = abns::ChainStore::open(&folder.path().join("chain.redb"), &genesis).unwrap();
        Rules::new(&genesis).ground(&store).unwrap().0.empty
    });
    let (round, time) = (Round(round), Timestamp(number));
    let header = Header { round, time, proposer: 0, ..any.clone() };
    (header.id(), Held { header, body: Arc::default() })
}

fn in_round(round: u64) -> Blocks {
    let mut blocks = Blocks::default();
    blocks.enter(Round(round));
    blocks
}

#[test]
fn a_block_that_comes_early_is_told_of_when_its_round_begins() {
    let mut blocks = in_round(1);
    let (id, held) = block(2, 0);
    assert!(!blocks.take(HONEST, id, held));
    assert!(blocks.tell_all().is_empty());
    blocks.enter(Round(2));
    let told = blocks.tell_all();
    assert!(matches!(&told[..], [Input::Header(header), Input::Held { block, .. }]
        if header.id() == id && *block == id));
    blocks.enter(Round(3));
    assert!(blocks.tell_all().is_empty() && blocks.former.contains_key(&id));
}

#[test]
fn one_manager_cannot_take_the_places_of_the_others() {
    let mut blocks = in_round(1);
    for number in 0..100 {
        let (id, held) = block(1, number);
        assert_eq!(blocks.take(GREEDY, id, held), number < MOST_OF_ONE as u64);
        let (id, held) = block(2, number);
        assert!(!blocks.take(GREEDY, id, held));
    }
    assert_eq!((blocks.held.len(), blocks.early.len()), (MOST_OF_ONE, EARLY_OF_ONE));
    let (id, held) = block(1, 1000);
    assert!(blocks.take(HONEST, id, held.clone()));
    assert!(!blocks.take(HONEST, id, held), "it is here already");
    let (id, held) = block(2, 1000);
    blocks.take(HONEST, id, held);
    assert!(blocks.early.contains_key(&id));
}

#[test]
fn what_was_asked_for_is_taken_from_anybody_and_however_much_is_held() {
    let mut blocks = in_round(1);
    for number in 0..MOST as u64 + 9 {
        let (id, held) = block(1, number);
        blocks.take(WorkerId([number as u8; 32]), id, held);
    }
    assert_eq!(blocks.held.len(), MOST);
    let (id, held) = block(1, 1000);
    assert!(!blocks.take(HONEST, id, held.clone()));
    blocks.want(id, vec![HONEST]);
    assert!(blocks.take(GREEDY, id, held) && blocks.wanted.is_empty());
}

#[test]
fn blocks_of_other_rounds_are_let_go() {
    let mut blocks = in_round(5);
    for round in [0, 1, 4, 7, u64::MAX] {
        let (id, held) = block(round, 0);
        assert!(!blocks.take(HONEST, id, held));
    }
    assert!(blocks.held.is_empty() && blocks.early.is_empty());
}

#[test]
fn a_block_is_given_to_each_who_wants_it_and_not_over_and_over() {
    let mut blocks = in_round(1);
    let (id, held) = block(1, 0);
    let now = Instant::now();
    assert!(blocks.give(HONEST, id, now).is_none(), "it is not here");
    blocks.take(GREEDY, id, held);
    assert!(blocks.give(GREEDY, id, now).is_some());
    for _ in 0..100 {
        assert!(blocks.give(GREEDY, id, now).is_none());
    }
    assert!(blocks.give(HONEST, id, now).is_some());
    assert!(blocks.give(GREEDY, id, now + PATIENCE).is_some(), "it may have been lost");
    assert!(blocks.given.len() == 2);
    blocks.enter(Round(2));
    assert!(blocks.given.is_empty() && blocks.give(GREEDY, id, now).is_some());
}
