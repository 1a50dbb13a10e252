//! Whole rounds: what happens when nobody, one member or the network fails.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

mod harness;

use harness::{A, B, C, D, World};
use ledger::Step;

fn builders(size: u16, absent: &[u16]) -> World {
    let mut world = World::new(size, absent);
    world.delay = Some(10);
    world.nodes.iter_mut().for_each(|node| node.builds = true);
    world.up_all();
    world
}

#[test]
fn a_calm_round_ends_in_view_0_with_the_block_of_the_lowest_ticket() {
    for size in [4, 7, 10] {
        let mut world = builders(size, &[]);
        world.run(60);
        for member in world.honest() {
            let end = &world.nodes[usize::from(member)].chain[0];
            assert_eq!((end.header.proposer, end.certificate.view), (A, 0), "{size}: {member}");
            assert_eq!(end.certificate.step, Step::Commit);
            assert!(end.certificate.signers().len() >= usize::from(size * 2 / 3 + 1));
        }
        assert!(world.evidence.is_empty());
    }
}

#[test]
fn one_absent_member_costs_a_timer_and_no_view() {
    for absent in [A, B, C, D] {
        let mut world = builders(4, &[absent]);
        world.run(400);
        for member in world.honest() {
            let end = &world.nodes[usize::from(member)].chain[0];
            assert_eq!(end.certificate.view, 0, "without {absent}");
        }
    }
}

#[test]
fn a_round_without_proposals_ends_with_the_empty_block_in_view_1() {
    let mut world = World::new(4, &[]);
    world.delay = Some(10);
    world.up_all();
    world.run(1_000);
    let empty = world.empty().id();
    for member in world.honest() {
        assert_eq!(world.end(member), Some(empty));
        let end = &world.nodes[usize::from(member)].chain[0];
        assert_eq!(end.certificate.view, 1);
    }
}

#[test]
fn rounds_follow_one_another_an_interval_apart() {
    let mut world = builders(4, &[]);
    world.goes_on = true;
    world.run(5_500);
    for member in world.honest() {
        let chain = &world.nodes[usize::from(member)].chain;
        assert_eq!(chain.len(), 6, "{member}");
        assert!(chain.iter().all(|end| end.certificate.view == 0));
        let first = &world.nodes[0].chain;
        assert!(chain.iter().zip(first).all(|(a, b)| a.header == b.header), "one chain");
    }
    assert!(world.evidence.is_empty());
}
