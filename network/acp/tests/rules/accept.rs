//! R2: which proposals are well-formed and acceptable.

use super::{alone, checks, enter, outputs, tell};
use crate::harness::{A, B, C, D, T0, make};
use acp::{Message, Timer};
use ledger::Header;
use ledger::Step::{Commit, Prepare};
use types::{BlockId, ChainId, Round, Timestamp};

#[test]
fn ill_formed_proposals_neither_rank_nor_arrive() {
    let mut world = alone();
    let (own_name, by_b) = (world.block(D, 1), world.block(B, 2));
    let high = |view| make::quorum(Prepare, view, by_b.id(), &[B, C, D], 4);
    let strip = |message: Message, strip: fn(&mut acp::Proposal)| {
        let Message::Proposal(mut proposal) = message else { unreachable!() };
        strip(&mut proposal);
        Message::Proposal(proposal)
    };
    let e = world.empty();
    let in_view_0 = [
        (D, make::proposal(D, 0, &by_b, None)),
        (D, make::proposal(D, 0, &e, None)),
        (B, make::proposal(B, 0, &by_b, Some(high(0)))),
        (B, strip(make::proposal(B, 0, &by_b, None), |p| p.header = None)),
    ];
    for (from, message) in in_view_0 {
        tell(&mut world, from, &message);
    }
    world.propose_time(0, &[A]);
    assert_eq!(world.prepared(A, 0), []);
    enter(&mut world, 1);
    let commits = make::quorum(Commit, 0, by_b.id(), &[B, C, D], 4);
    let in_view_1 = [
        // C does not lead view 1, D does.
        (C, make::proposal(C, 1, &by_b, None)),
        (D, strip(make::proposal(D, 1, &own_name, None), |p| p.origin = None)),
        (D, make::proposal(D, 1, &own_name, Some(high(0)))),
        (D, make::proposal(D, 1, &by_b, Some(high(1)))),
        (D, make::proposal(D, 1, &by_b, Some(commits))),
        (D, strip(make::proposal(D, 1, &by_b, None), |p| p.header = None)),
    ];
    for (from, message) in in_view_1 {
        tell(&mut world, from, &message);
    }
    world.propose_time(1, &[A]);
    assert_eq!(world.prepared(A, 1), []);
    tell(&mut world, D, &make::proposal(D, 1, &e, None));
    assert_eq!(world.prepared(A, 1), [e.id()], "and none of them stands in the way");
}

#[test]
fn a_block_that_cannot_follow_is_refused_without_asking() {
    let mut world = alone();
    let good = world.block(B, 1);
    let bad = [
        Header { parent: BlockId([8; 32]), ..good.clone() },
        Header { chain: ChainId([8; 32]), ..good.clone() },
        Header { time: Timestamp(T0 - 1), ..good.clone() },
        Header { proposer: D, round: Round(2), ..good.clone() },
    ];
    for header in &bad {
        let Message::Proposal(mut proposal) = make::proposal(B, 0, header, None) else {
            unreachable!()
        };
        proposal.round = Round(1);
        tell(&mut world, B, &Message::Proposal(proposal));
    }
    world.propose_time(0, &[A]);
    assert_eq!(checks(&outputs(&mut world, A)), []);
    assert_eq!(world.prepared(A, 0), []);
}

#[test]
fn only_the_canonical_empty_block_is_empty() {
    let mut world = alone();
    let other = Header { time: Timestamp(T0 + 1), ..world.empty() };
    enter(&mut world, 1);
    tell(&mut world, D, &make::proposal(D, 1, &other, None));
    let high = make::quorum(Prepare, 0, other.id(), &[B, C, D], 4);
    tell(&mut world, B, &make::proposal(B, 1, &other, Some(high)));
    world.propose_time(1, &[A]);
    assert_eq!(world.prepared(A, 1), []);
}

#[track_caller]
fn check_clock(view: u32, ahead: i64, quorum: bool, expected: bool) {
    let mut world = alone();
    let block = world.block(D, 1);
    let time = Timestamp(T0.saturating_add_signed(ahead.max(0)));
    let block = Header { time, ..block };
    world.headers.insert(block.id(), block.clone());
    if view > 0 {
        enter(&mut world, view);
    }
    world.now = T0.saturating_add_signed(-ahead.min(0));
    let high = quorum.then(|| make::quorum(Prepare, 0, block.id(), &[B, C, D], 4));
    tell(&mut world, D, &make::proposal(D, view, &block, high));
    world.propose_time(view, &[A]);
    let voted = world.prepared(A, view) == [block.id()];
    assert_eq!(voted, expected, "view {view}, {ahead} ms ahead, quorum: {quorum}");
}

#[test]
fn the_clock_is_asked_only_where_no_quorum_speaks() {
    for (ahead, view_0, view_1) in [
        (2_000, true, true),
        (2_001, false, false),
        (-2_000, true, true),
        (-2_001, false, true),
        (-60_000, false, true),
    ] {
        check_clock(0, ahead, false, view_0);
        check_clock(1, ahead, false, view_1);
        check_clock(1, ahead, true, true);
    }
    check_clock(1, 1_000_000_000, true, true);
}

#[test]
fn the_clock_is_asked_when_voting() {
    let mut world = alone();
    let block = Header { time: Timestamp(T0 + 2_500), ..world.block(D, 1) };
    tell(&mut world, D, &make::proposal(D, 0, &block, None));
    world.propose_time(0, &[A]);
    assert_eq!(world.prepared(A, 0), []);
    world.now = T0 + 500;
    world.timer(A, Timer::Repeat);
    assert_eq!(world.prepared(A, 0), [block.id()]);
}
