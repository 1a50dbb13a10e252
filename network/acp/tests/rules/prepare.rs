//! R3: which of them is prepared, and when.

use super::{alone, checks, enter, fetches, outputs, tell, tell_sized};
use crate::harness::{A, B, C, D, World, make};
use acp::{Input, Timer};
use ledger::Header;
use ledger::Step::Prepare;

#[test]
fn view_0_takes_the_largest_block_then_the_lowest_ticket() {
    for (sizes, expected) in [([3, 5, 4], C), ([5, 5, 4], B), ([4, 5, 5], C)] {
        let mut world = alone();
        let blocks = [B, C, D].map(|member| world.block(member, 1));
        for (block, size) in blocks.iter().zip(sizes) {
            tell_sized(&mut world, block, size);
        }
        world.propose_time(0, &[A]);
        let expected = blocks[usize::from(expected) - 1].id();
        assert_eq!(world.prepared(A, 0), [expected], "{sizes:?}");
        assert_eq!(checks(&outputs(&mut world, A)), [expected], "one is executed");
    }
}

#[test]
fn it_votes_at_once_when_the_three_lowest_tickets_have_proposed() {
    let mut world = World::new(5, &[B, C, D, 4]);
    world.up_all();
    for member in [B, C, D, 4] {
        tell(&mut world, member, &make::ticket(member, 1));
    }
    // A's own ticket is the lowest, and it has not proposed.
    let blocks = [B, C, D].map(|member| world.block(member, 1));
    for block in &blocks {
        tell(&mut world, block.proposer, &make::proposal(block.proposer, 0, block, None));
    }
    assert_eq!(world.prepared(A, 0), []);
    let own = world.block(A, 1);
    world.input(A, Input::Built { header: own.clone(), size_rank: 3 });
    assert_eq!(world.prepared(A, 0), [own.id()]);
}

#[test]
fn a_missing_body_is_waited_for_until_the_timer_and_fetched_from_the_leader() {
    let mut world = alone();
    (world.nodes[0].gets_bodies, world.nodes[0].fetches) = (false, false);
    let (late, here) = (world.block(B, 1), world.block(C, 1));
    tell(&mut world, B, &make::proposal(B, 0, &late, None));
    tell_sized(&mut world, &here, 1);
    assert_eq!(fetches(&outputs(&mut world, A)), []);
    world.now += 50;
    world.timer(A, Timer::Fetch);
    assert_eq!(fetches(&outputs(&mut world, A)), [(late.id(), vec![B])]);
    world.now += 50;
    world.timer(A, Timer::Fetch);
    assert_eq!(fetches(&outputs(&mut world, A)), [], "asked for once");
    assert_eq!(world.prepared(A, 0), []);
    world.propose_time(0, &[A]);
    assert_eq!(world.prepared(A, 0), [here.id()]);
}

#[test]
fn it_stays_armed_and_votes_for_the_first_that_becomes_acceptable() {
    let mut world = alone();
    world.nodes[0].gets_bodies = false;
    world.nodes[0].fetches = false;
    world.propose_time(0, &[A]);
    let block = world.block(C, 1);
    tell(&mut world, C, &make::proposal(C, 0, &block, None));
    assert_eq!(world.prepared(A, 0), [], "no body");
    world.input(A, Input::Held { block: block.id(), size_rank: 1 });
    assert_eq!(world.prepared(A, 0), [block.id()]);
    let better = world.block(B, 1);
    tell_sized(&mut world, &better, 9);
    assert_eq!(world.prepared(A, 0), [block.id()], "once a view");
}

#[test]
fn an_invalid_best_makes_room_for_the_next_one_check_at_a_time() {
    let mut world = alone();
    world.nodes[0].checks = false;
    let blocks = [B, C, D].map(|member| world.block(member, 1));
    for block in &blocks {
        tell_sized(&mut world, block, 1);
    }
    world.propose_time(0, &[A]);
    assert_eq!(checks(&outputs(&mut world, A)), [blocks[0].id()]);
    world.timer(A, Timer::Repeat);
    assert_eq!(checks(&outputs(&mut world, A)), []);
    assert_eq!(world.prepared(A, 0), [], "the timer does not outrun the verdict");
    world.input(A, Input::Checked { block: blocks[0].id(), valid: false });
    assert_eq!(checks(&outputs(&mut world, A)), [blocks[1].id()]);
    world.input(A, Input::Checked { block: blocks[1].id(), valid: true });
    assert_eq!(world.prepared(A, 0), [blocks[1].id()]);
}

#[test]
fn later_views_prefer_the_higher_quorum_then_a_block_then_the_rank() {
    let mut world = alone();
    let (x, y) = (world.block(B, 1), world.block(C, 2));
    let e = world.empty();
    enter(&mut world, 3);
    // C, A and D lead view 3, in this order.
    let at = |view, block: &Header| Some(make::quorum(Prepare, view, block.id(), &[B, C, D], 4));
    tell(&mut world, C, &make::proposal(C, 3, &x, at(0, &x)));
    tell(&mut world, D, &make::proposal(D, 3, &y, at(1, &y)));
    world.propose_time(3, &[A]);
    assert_eq!(world.prepared(A, 3), [y.id()], "the higher quorum");

    let mut world = alone();
    enter(&mut world, 3);
    tell(&mut world, C, &make::proposal(C, 3, &e, None));
    tell(&mut world, D, &make::proposal(D, 3, &x, None));
    world.propose_time(3, &[A]);
    assert_eq!(world.prepared(A, 3), [x.id()], "a block before the empty one");

    let mut world = alone();
    enter(&mut world, 3);
    tell(&mut world, D, &make::proposal(D, 3, &x, None));
    tell(&mut world, C, &make::proposal(C, 3, &y, None));
    world.propose_time(3, &[A]);
    assert_eq!(world.prepared(A, 3), [y.id()], "the leader of the first rank");
}
