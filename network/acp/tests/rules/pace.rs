//! R7 and R9: farewells, and views that end early.

use super::{alone, enter, outputs, tell, tell_sized};
use crate::harness::{A, B, C, D, World, make};
use acp::{Input, Message, Output, Timer};
use ledger::Step::Prepare;
use types::BlockId;

#[test]
fn f_plus_one_pull_and_a_quorum_moves_counted_cumulatively() {
    let mut world = alone();
    tell(&mut world, B, &make::new_view(B, 5, None));
    assert_eq!(world.status(A).view, 0);
    tell(&mut world, C, &make::new_view(C, 3, None));
    // (f + 1)-th largest of 5, 3, 0, 0 is 3; with our own the Q-th largest is 3 as well.
    assert_eq!(world.new_view(A, 3), make::new_view(A, 3, None));
    assert_eq!(world.status(A).view, 3);
    tell(&mut world, B, &make::new_view(B, 4, None));
    assert_eq!(world.status(A).view, 3, "an older NewView takes nothing back");
    tell(&mut world, D, &make::new_view(D, 9, None));
    assert_eq!(world.status(A).view, 5);
}

#[test]
fn it_enters_no_view_before_its_own_farewell_is_durable() {
    let mut world = World::new(4, &[B, C, D]);
    world.nodes[0].slow_disk = true;
    world.up_all();
    for member in [B, C, D] {
        tell(&mut world, member, &make::new_view(member, 2, None));
    }
    assert_eq!(world.status(A).view, 0);
    assert!(!world.said.iter().any(|(from, m)| *from == A && matches!(m, Message::NewView(_))));
    world.input(A, Input::Persisted(1));
    assert_eq!(world.status(A).view, 2);
    assert_eq!(world.new_view(A, 2), make::new_view(A, 2, None));
}

#[test]
fn a_farewell_is_repeated_in_the_same_bytes_whatever_was_learnt_since() {
    let mut world = alone();
    world.time_out(0, &[A]);
    let first = world.new_view(A, 1);
    let quorum = make::quorum(Prepare, 0, BlockId([9; 32]), &[B, C, D], 4);
    tell(&mut world, B, &Message::Quorum(Box::new(quorum)));
    world.said.clear();
    world.time_out(0, &[A]);
    world.timer(A, Timer::Repeat);
    let again: Vec<_> =
        world.said.iter().filter(|(_, m)| matches!(m, Message::NewView(_))).collect();
    assert!(!again.is_empty() && again.iter().all(|(_, message)| *message == first));
    let refire = Output::SetTimer(Timer::View(0), 200);
    assert!(outputs(&mut world, A).contains(&refire));
}

#[test]
fn after_its_farewell_a_member_neither_prepares_nor_leads() {
    let mut world = alone();
    let x = world.block(B, 1);
    tell_sized(&mut world, &x, 1);
    world.time_out(0, &[A]);
    world.propose_time(0, &[A]);
    assert_eq!(world.prepared(A, 0), []);
    enter(&mut world, 1);
    world.time_out(1, &[A]);
    world.timer(A, Timer::Lead(1));
    assert!(!world.said.iter().any(|(from, m)| *from == A && matches!(m, Message::Proposal(_))));
}

#[test]
fn a_view_whose_votes_are_split_ends_early() {
    let mut world = alone();
    let (x, y) = (world.block(B, 1), world.block(C, 1));
    tell_sized(&mut world, &x, 1);
    world.propose_time(0, &[A]);
    tell(&mut world, B, &make::vote(B, Prepare, 0, x.id()));
    tell(&mut world, C, &make::vote(C, Prepare, 0, y.id()));
    assert!(!world.said.iter().any(|(_, m)| matches!(m, Message::NewView(_))), "D decides yet");
    tell(&mut world, D, &make::vote(D, Prepare, 0, y.id()));
    assert_eq!(world.new_view(A, 1), make::new_view(A, 1, None));
}

#[test]
fn one_mad_vote_ends_no_view_that_the_others_agree_in() {
    let mut world = alone();
    let (x, y) = (world.block(B, 1), world.block(C, 1));
    tell(&mut world, D, &make::vote(D, Prepare, 0, y.id()));
    for member in [B, C] {
        tell(&mut world, member, &make::vote(member, Prepare, 0, x.id()));
    }
    assert!(!world.said.iter().any(|(_, m)| matches!(m, Message::NewView(_))));
}
