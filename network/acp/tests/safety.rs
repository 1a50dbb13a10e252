//! Scripts of an adversary against agreement (`acp-corrections.md` B.4, S1-S8): each forks an
//! engine that lacks one rule. A, B and C are honest, D signs what it likes, and what is not shown
//! to somebody is held for ever. `*` marks the step that must be refused.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

mod harness;

use harness::{A, B, C, D, World, make};
use ledger::Step::{Commit, Prepare};
use ledger::{Certificate, Header};

/// A, B and C before anything was said, and two blocks of view 0.
fn begin() -> (World, Header, Header) {
    let mut world = World::new(4, &[D]);
    world.up_all();
    let (h, h2) = (world.block(D, 1), world.block(D, 2));
    (world, h, h2)
}

fn propose(world: &mut World, view: u32, header: &Header, qc: Option<Certificate>, to: &[u16]) {
    let proposal = make::proposal(D, view, header, qc);
    world.show_message(D, &proposal, to);
    world.propose_time(view, to);
}

fn lock(view: u32, header: &Header) -> Certificate {
    make::quorum(Prepare, view, header.id(), &[A, B, D], 4)
}

/// These members leave all views below and enter this one; nobody hears of all four.
fn enter(world: &mut World, view: u32, members: &[u16]) {
    for member in members {
        let present = world.status(*member).view;
        world.time_out(present, &[*member]);
    }
    for member in members {
        let new_view = make::new_view(D, view, None);
        world.show_message(D, &new_view, &[*member]);
    }
    // Twice: whoever was behind announces only when it hears of the others.
    for _ in 0..2 {
        for of in members {
            let said = |m: &acp::Message| matches!(m, acp::Message::NewView(n) if n.view == view);
            let new_view = world.said.iter().find(|(from, m)| from == of && said(m)).cloned();
            if let Some((_, new_view)) = new_view {
                world.show_message(*of, &new_view, members);
            }
        }
    }
}

#[track_caller]
fn assert_views(world: &World, view: u32, members: &[u16]) {
    for member in members {
        assert_eq!(world.status(*member).view, view, "view of {member}");
    }
}

#[test]
fn s1_two_prepares_of_four_are_no_quorum() {
    let (mut world, h, h2) = begin();
    propose(&mut world, 0, &h, None, &[A]);
    propose(&mut world, 0, &h2, None, &[C]);
    let late = make::proposal(D, 0, &h, None);
    world.show_message(D, &late, &[B]);
    world.show((Prepare, 0, h.id()), &[A, D], &[B]);
    assert!(!world.has_voted(B, Commit, 0, h.id()), "*");
    world.show((Prepare, 0, h2.id()), &[C, D], &[A]);
    assert!(!world.has_voted(A, Commit, 0, h2.id()));
    for member in [A, B, C] {
        let status = world.status(member);
        assert_eq!((status.locked, status.high), (None, None), "{member}");
    }
}

/// A is final on h, C is locked on it; returns with B and C in view 1.
fn s2_until_view_1(world: &mut World, h: &Header) {
    propose(world, 0, h, None, &[A, B, C]);
    world.show((Prepare, 0, h.id()), &[A, B, D], &[A, C]);
    world.show((Commit, 0, h.id()), &[C, D], &[A]);
    assert_eq!(world.end(A), Some(h.id()));
    assert_eq!(world.status(C).locked, Some((0, h.id())));
    enter(world, 1, &[B, C]);
    assert_views(world, 1, &[B, C]);
}

#[test]
fn s2_a_lock_holds_against_another_block_without_a_quorum() {
    let (mut world, h, _) = begin();
    s2_until_view_1(&mut world, &h);
    let e = world.empty();
    propose(&mut world, 1, &e, None, &[B, C]);
    assert_eq!(world.prepared(B, 1), [e.id()]);
    assert_eq!(world.prepared(C, 1), [], "*");
    world.show((Prepare, 1, e.id()), &[B, D], &[B, C]);
    assert!(!world.has_voted(B, Commit, 1, e.id()));
}

#[test]
fn s2_a_quorum_for_another_block_than_the_proposed_releases_nothing() {
    let (mut world, h, _) = begin();
    s2_until_view_1(&mut world, &h);
    let e = world.empty();
    propose(&mut world, 1, &e, Some(lock(0, &h)), &[B, C]);
    assert_eq!(world.prepared(C, 1), [], "*");
    assert_eq!(world.prepared(B, 1), [], "it is no proposal at all");
}

#[test]
fn s2_a_restart_does_not_forget_the_lock() {
    let (mut world, h, _) = begin();
    s2_until_view_1(&mut world, &h);
    world.down(C);
    world.up(C);
    assert_eq!(world.status(C).locked, Some((0, h.id())));
    let view = world.status(C).view;
    let b = world.new_view(B, 1);
    world.show_message(B, &b, &[C]);
    world.show_message(D, &make::new_view(D, 1, None), &[C]);
    assert_eq!((view, world.status(C).view), (0, 1), "a NewView enters nothing by itself");
    let e = world.empty();
    propose(&mut world, 1, &e, None, &[B, C]);
    assert_eq!(world.prepared(C, 1), [], "*");
}

/// C is final on the empty block of view 1; A and B are in view 2.
fn s3_until_view_2(world: &mut World, h: &Header) {
    let e = world.empty();
    propose(world, 0, h, None, &[A, B]);
    enter(world, 1, &[B, C]);
    propose(world, 1, &e, None, &[B, C]);
    world.show((Prepare, 1, e.id()), &[B, C, D], &[B, C]);
    world.show((Commit, 1, e.id()), &[B, D], &[C]);
    assert_eq!(world.end(C), Some(e.id()));
    enter(world, 2, &[A, B]);
    assert_views(world, 2, &[A, B]);
    let learnt = world.status(A);
    assert_eq!((learnt.high, learnt.locked), (Some((1, e.id())), None));
}

#[test]
fn s3_an_older_quorum_than_the_lock_releases_nothing() {
    let (mut world, h, _) = begin();
    s3_until_view_2(&mut world, &h);
    propose(&mut world, 2, &h, Some(lock(0, &h)), &[A, B]);
    assert_eq!(world.prepared(A, 2), [h.id()]);
    assert_eq!(world.prepared(B, 2), [], "*");
    world.show((Prepare, 2, h.id()), &[A, D], &[A, B]);
    assert!(!world.has_voted(A, Commit, 2, h.id()));
}

#[test]
fn s3_learning_an_older_quorum_never_lowers_a_lock() {
    let (mut world, h, _) = begin();
    s3_until_view_2(&mut world, &h);
    let (old, e) = (acp::Message::Quorum(Box::new(lock(0, &h))), world.empty().id());
    world.show_message(D, &old, &[B]);
    assert_eq!(world.status(B).locked, Some((1, e)));
    assert_eq!(world.status(B).high, Some((1, e)));
    propose(&mut world, 2, &h, Some(lock(0, &h)), &[B]);
    assert_eq!(world.prepared(B, 2), [], "*");
}

#[test]
fn s4_a_lock_on_the_empty_block_is_a_lock() {
    let (mut world, h, _) = begin();
    let e = world.empty();
    enter(&mut world, 1, &[A, B, C]);
    propose(&mut world, 1, &e, None, &[A, B]);
    world.show((Prepare, 1, e.id()), &[A, B, D], &[A, C]);
    assert!(world.has_voted(C, Commit, 1, e.id()), "a Commit needs no own Prepare");
    world.show((Commit, 1, e.id()), &[C, D], &[A]);
    assert_eq!(world.end(A), Some(e.id()));
    enter(&mut world, 2, &[B, C]);
    assert_views(&world, 2, &[B, C]);
    propose(&mut world, 2, &h, None, &[B, C]);
    assert_eq!(world.prepared(B, 2), [h.id()]);
    assert_eq!(world.prepared(C, 2), [], "*");
}

#[test]
fn s5_there_is_one_prepare_a_view_whatever_is_proposed() {
    let (mut world, h, _) = begin();
    let e = world.empty();
    enter(&mut world, 1, &[A, B, C]);
    propose(&mut world, 1, &e, None, &[A, B]);
    world.show((Prepare, 1, e.id()), &[A, B, D], &[A, C]);
    world.show((Commit, 1, e.id()), &[A, D], &[C]);
    assert_eq!(world.end(C), Some(e.id()));
    // By D again, and by B's hand as well: B leads this view too.
    propose(&mut world, 1, &h, None, &[A, B]);
    let of_b = make::proposal(B, 1, &h, None);
    world.show_message(B, &of_b, &[A]);
    let of_a = make::proposal(A, 1, &h, None);
    world.show_message(A, &of_a, &[B]);
    for member in [A, B] {
        assert_eq!(world.prepared(member, 1), [e.id()], "*");
        assert!(!world.has_voted(member, Commit, 1, h.id()));
    }
}

#[test]
fn s6_a_restarted_member_says_the_same_vote_again_and_no_other() {
    let (mut world, h, _) = begin();
    propose(&mut world, 0, &h, None, &[A, B]);
    world.said.clear();
    for member in [A, B] {
        world.down(member);
        world.up(member);
        assert!(world.has_voted(member, Prepare, 0, h.id()), "the same bytes");
    }
    let h2 = world.block(C, 2);
    let other = make::proposal(C, 0, &h2, None);
    world.show_message(C, &other, &[A, B]);
    world.propose_time(0, &[A, B]);
    for member in [A, B] {
        assert_eq!(world.prepared(member, 0), [h.id()], "*");
    }
}

#[test]
fn s7_nothing_is_committed_below_the_present_view() {
    let (mut world, h, _) = begin();
    let e = world.empty();
    propose(&mut world, 0, &h, None, &[A, B]);
    let shown = acp::Message::Quorum(Box::new(lock(0, &h)));
    world.show_message(D, &shown, &[C]);
    assert!(world.has_voted(C, Commit, 0, h.id()));
    enter(&mut world, 1, &[A, B]);
    propose(&mut world, 1, &e, None, &[A, B]);
    world.show_message(D, &shown, &[A]);
    assert!(!world.has_voted(A, Commit, 0, h.id()), "*");
    assert_eq!((world.status(A).locked, world.status(A).high), (None, Some((0, h.id()))));
    world.show((Prepare, 1, e.id()), &[A, B, D], &[A, B]);
    world.show((Commit, 1, e.id()), &[A, B, D], &[A, B]);
    assert_eq!((world.end(A), world.end(B)), (Some(e.id()), Some(e.id())));
    world.show((Commit, 0, h.id()), &[D], &[C]);
    assert_eq!(world.end(C), None, "two of four");
}

#[test]
fn s8_commits_of_different_views_never_add_up() {
    let (mut world, h, _) = begin();
    let e = world.empty();
    propose(&mut world, 0, &h, None, &[A, B]);
    world.show((Prepare, 0, h.id()), &[A, B, D], &[C]);
    enter(&mut world, 1, &[A, B]);
    propose(&mut world, 1, &e, None, &[A, B]);
    world.show((Prepare, 1, e.id()), &[A, B, D], &[A]);
    enter(&mut world, 2, &[B, C]);
    propose(&mut world, 2, &h, None, &[B, C]);
    world.show((Prepare, 2, h.id()), &[B, C, D], &[B]);
    enter(&mut world, 3, &[A, C]);
    let released = make::quorum(Prepare, 1, e.id(), &[A, B, D], 4);
    propose(&mut world, 3, &e, Some(released), &[A, C]);
    world.show((Prepare, 3, e.id()), &[A, C, D], &[C]);
    let commits = [(C, 0, h.id()), (A, 1, e.id()), (B, 2, h.id()), (C, 3, e.id())];
    for (member, view, block) in commits {
        assert!(world.has_voted(member, Commit, view, block), "all of it is legal: {view}");
        world.show((Commit, view, block), &[member, D], &[A, B, C]);
    }
    for member in [A, B, C] {
        assert_eq!(world.end(member), None, "*");
    }
}
