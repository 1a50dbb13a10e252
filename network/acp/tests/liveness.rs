//! Scripts against progress and blame (`acp-corrections.md` B.4, L1-L6, V1, V2).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

mod harness;

use acp::{Message, Timer};
use harness::{A, B, C, D, World, make};
use ledger::Step::{Commit, Prepare};
use ledger::{Certificate, Header};
use types::Timestamp;

fn begin(absent: &[u16]) -> (World, Header) {
    let mut world = World::new(4, absent);
    world.up_all();
    let h = world.block(D, 1);
    (world, h)
}

fn propose(world: &mut World, view: u32, header: &Header, qc: Option<Certificate>, to: &[u16]) {
    let proposal = make::proposal(D, view, header, qc);
    world.show_message(D, &proposal, to);
    world.propose_time(view, to);
}

fn quorum(view: u32, header: &Header, signers: &[u16]) -> Message {
    Message::Quorum(Box::new(make::quorum(Prepare, view, header.id(), signers, 4)))
}

/// From now on everything arrives after so long.
fn settle(world: &mut World, millis: u64) {
    world.delay = Some(20);
    world.run(millis);
}

#[test]
fn l1_members_spread_over_views_meet_again() {
    let (mut world, _) = begin(&[D]);
    world.time_out(0, &[A, B]);
    world.show_new_views(1, &[B, D], &[A]);
    assert_eq!(world.status(A).view, 1);
    // D falls silent, the network heals.
    let healed = world.now;
    settle(&mut world, 2 * 50 + 200);
    for member in [B, C] {
        assert!(world.status(member).view >= 1, "{member} by {}", world.now - healed);
    }
    world.run(3_000);
    let ends: Vec<_> = [A, B, C].map(|member| world.end(member)).to_vec();
    assert!(ends[0].is_some() && ends.iter().all(|end| *end == ends[0]), "{ends:?}");
}

#[test]
fn l1_no_spread_over_views_is_for_ever() {
    for spread in [[1, 2, 3], [3, 1, 0], [0, 4, 1], [5, 0, 2], [2, 2, 0]] {
        let (mut world, _) = begin(&[D]);
        for (member, view) in [A, B, C].into_iter().zip(spread) {
            world.time_out(0, &[member]);
            // Two others pretend to be there, so that it enters.
            for other in [A, B, C, D].into_iter().filter(|other| *other != member).take(2) {
                let told = make::new_view(other, view, None);
                world.show_message(other, &told, &[member]);
            }
        }
        settle(&mut world, 20_000);
        for member in [A, B, C] {
            assert!(world.end(member).is_some(), "{member} of {spread:?}");
        }
    }
}

#[test]
fn l2_members_locked_on_different_blocks_are_released_by_the_quorums_that_new_views_carry() {
    let (mut world, h) = begin(&[D]);
    let e = world.empty();
    propose(&mut world, 0, &h, None, &[A, B]);
    world.show_message(D, &quorum(0, &h, &[A, B, D]), &[C]);
    world.time_out(0, &[A, B]);
    world.show_new_views(1, &[B, D], &[A]);
    world.show_new_views(1, &[A, D], &[B]);
    propose(&mut world, 1, &e, None, &[A, B]);
    world.show((Prepare, 1, e.id()), &[A, B, D], &[A]);
    assert_eq!(world.status(A).locked, Some((1, e.id())));
    assert_eq!(world.status(C).locked, Some((0, h.id())));
    // Both have left view 1: nobody else commits there.
    world.time_out(1, &[A, B]);
    settle(&mut world, 6_000);
    for member in [A, B, C] {
        assert_eq!(world.end(member), Some(e.id()), "{member}");
    }
    let excuse = |record: &acp::WalRecord| match record {
        acp::WalRecord::Excuse(quorum) => Some((quorum.view, quorum.block)),
        _ => None,
    };
    let excuses: Vec<_> = world.disk(C).iter().filter_map(excuse).collect();
    assert_eq!(excuses.first(), Some(&(1, e.id())), "what allowed C to leave its lock");
    assert!(excuses.contains(&(0, h.id())), "and what it had locked on");
    // V1: an honest member that changes its mind by the rules is blamed for nothing.
    assert_eq!(world.evidence, []);
}

#[test]
fn l3_a_quorum_that_comes_after_the_farewell_is_learnt_and_no_more() {
    let (mut world, h) = begin(&[D]);
    propose(&mut world, 0, &h, None, &[A, B, C]);
    world.time_out(0, &[C]);
    assert_eq!(world.new_view(C, 1), make::new_view(C, 1, None));
    world.show((Prepare, 0, h.id()), &[A, B, D], &[C]);
    let status = world.status(C);
    assert_eq!((status.high, status.locked), (Some((0, h.id())), None));
    assert!(!world.has_voted(C, Commit, 0, h.id()), "*");
    assert_eq!(world.evidence, []);
}

#[test]
fn l4_a_quorum_from_the_future_ranks_nowhere() {
    let (mut world, _) = begin(&[D]);
    let (h, e) = (world.block(B, 1), world.empty());
    world.time_out(0, &[A]);
    world.show_new_views(1, &[D], &[A]);
    world.show_message(B, &make::new_view(B, 1, None), &[A]);
    let forged = make::quorum(Prepare, 1_000_000, e.id(), &[A, B, D], 4);
    world.show_message(D, &make::proposal(D, 1, &e, Some(forged)), &[A]);
    world.show_message(B, &make::proposal(B, 1, &h, None), &[A]);
    world.propose_time(1, &[A]);
    assert_eq!(world.prepared(A, 1), [h.id()], "*");
    assert_eq!(world.status(A).high, None);
}

#[test]
fn l5_a_block_dated_years_ahead_gets_no_vote_in_any_view() {
    let years = 10 * 365 * 24 * 3_600 * 1_000;
    let (mut world, h) = begin(&[D]);
    let far = Header { time: Timestamp(h.time.0 + years), ..h };
    world.headers.insert(far.id(), far.clone());
    propose(&mut world, 0, &far, None, &[A]);
    world.time_out(0, &[A, B]);
    world.show_new_views(1, &[B, D], &[A]);
    world.show_new_views(1, &[A, D], &[B]);
    propose(&mut world, 1, &far, None, &[A, B]);
    assert_eq!((world.prepared(A, 0), world.prepared(A, 1)), (vec![], vec![]), "*");
    assert_eq!(world.prepared(B, 1), [], "*");
    // Nor is it taken up by a leader: A leads view 1.
    world.timer(A, Timer::Lead(1));
    assert_eq!(world.prepared(A, 1), [world.empty().id()]);
}

#[test]
fn l6_a_block_in_another_members_name_is_no_proposal() {
    let (mut world, _) = begin(&[D]);
    let stolen = world.block(A, 9);
    world.time_out(0, &[B]);
    world.show_new_views(1, &[D], &[B]);
    world.show_message(A, &make::new_view(A, 1, None), &[B]);
    let Message::Proposal(mut proposal) = make::proposal(D, 1, &stolen, None) else {
        unreachable!("it is a proposal")
    };
    // A's word for it is what D cannot make; a false one never reaches an engine.
    proposal.origin = None;
    world.show_message(D, &Message::Proposal(proposal), &[B]);
    world.propose_time(1, &[B]);
    assert_eq!(world.prepared(B, 1), [], "*");
}

#[test]
fn v1_saying_the_same_in_other_bytes_is_never_evidence() {
    let (mut world, h) = begin(&[D]);
    propose(&mut world, 0, &h, None, &[A, B, C]);
    world.show((Prepare, 0, h.id()), &[A, B], &[C]);
    // The same quorum from other signers, the same vote again, after a restart too.
    for signers in [[A, B, D], [A, C, D], [B, C, D]] {
        world.show_message(D, &quorum(0, &h, &signers), &[A, B, C]);
    }
    world.down(A);
    world.up(A);
    world.show((Prepare, 0, h.id()), &[A], &[B, C]);
    world.show((Commit, 0, h.id()), &[B], &[A]);
    let Message::Vote(mut vote) = make::vote(D, Prepare, 0, h.id()) else {
        unreachable!("it is a vote")
    };
    world.show_message(D, &Message::Vote(vote.clone()), &[A, B, C]);
    vote.signature = [9; 64];
    world.show_message(D, &Message::Vote(vote), &[A, B, C]);
    // The same proposal with other quorums, and with none.
    world.time_out(0, &[A, B]);
    world.show_new_views(1, &[B, D], &[A]);
    for signers in [[A, B, D], [A, C, D]] {
        let high = make::quorum(Prepare, 0, h.id(), &signers, 4);
        world.show_message(D, &make::proposal(D, 1, &h, Some(high)), &[A]);
    }
    world.show_message(D, &make::proposal(D, 1, &h, None), &[A]);
    // A vote of a lower view behind a NewView is normal, as long as the NewView knows of it.
    let (b, commit) = (world.new_view(B, 1), world.vote(B, Commit, 0, h.id()));
    world.show_message(B, &b, &[C]);
    world.show_message(B, &commit, &[C]);
    assert_eq!(world.evidence, []);
}

#[test]
fn v2_who_has_committed_in_a_view_prepares_nothing_more_in_it() {
    let mut world = World::new(4, &[C, D]);
    world.up_all();
    let (x, y) = (world.block(D, 1), world.block(D, 2));
    propose(&mut world, 0, &x, None, &[A]);
    world.show((Prepare, 0, x.id()), &[C, D], &[A]);
    assert!(world.has_voted(A, Commit, 0, x.id()));
    world.time_out(0, &[A]);
    world.show_new_views(1, &[C, D], &[A]);
    assert_eq!(world.status(A).view, 1);
    world.show_message(D, &quorum(1, &y, &[B, C, D]), &[A]);
    assert!(world.has_voted(A, Commit, 1, y.id()), "by the quorum of the present view");
    let legal = make::quorum(Prepare, 0, y.id(), &[B, C, D], 4);
    propose(&mut world, 1, &y, Some(legal), &[A]);
    assert_eq!(world.prepared(A, 1), [], "*");
    let key = |member: u16| harness::make::committee(4).member(member).unwrap().key;
    assert!(world.evidence.iter().all(|e| [key(C), key(D)].contains(&e.key)));
}
