//! Who is behind, who is ahead, who is silent, and how much is kept (C.6, C.7, R8, A8, A9).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

mod harness;

use acp::{Input, Message, Output, Timer};
use harness::{A, B, C, D, T0, World, make};
use ledger::Offence;
use ledger::Step::{Commit, Prepare};
use types::{BlockId, Round};

fn alone() -> World {
    let mut world = World::new(4, &[B, C, D]);
    world.up_all();
    world
}

fn tell(world: &mut World, from: u16, message: &Message) {
    world.show_message(from, message, &[A]);
}

fn answers(world: &mut World) -> Vec<(u16, Message)> {
    let node = &mut world.nodes[usize::from(A)];
    let sent = |output| match output {
        Output::SendTo(to, message) => Some((to, message)),
        _ => None,
    };
    std::mem::take(&mut node.outputs).into_iter().filter_map(sent).collect()
}

/// A decides round 1 with the votes of B and C.
fn decided() -> (World, ledger::CertifiedHeader) {
    let mut world = alone();
    let x = world.block(B, 1);
    tell(&mut world, B, &make::proposal(B, 0, &x, None));
    world.propose_time(0, &[A]);
    for step in [Prepare, Commit] {
        for member in [B, C] {
            tell(&mut world, member, &make::vote(member, step, 0, x.id()));
        }
    }
    let end = world.nodes[0].chain[0].clone();
    answers(&mut world);
    (world, end)
}

#[test]
fn a_decided_member_answers_every_message_of_the_round_with_its_end() {
    let (mut world, end) = decided();
    let x = &end.header;
    let answer = vec![(D, Message::Final(Box::new(end.clone())))];
    let asking = [
        make::proposal(D, 0, x, None),
        make::vote(D, Prepare, 0, x.id()),
        make::vote(D, Commit, 1, x.id()),
        make::new_view(D, 1, None),
        Message::Quorum(Box::new(make::quorum(Prepare, 0, x.id(), &[B, C, D], 4))),
        make::status(1, 0),
    ];
    for message in asking {
        tell(&mut world, D, &message);
        assert_eq!(answers(&mut world), answer, "{message:?}");
        tell(&mut world, D, &message);
        assert_eq!(answers(&mut world), [], "once between two repetitions");
        world.timer(A, Timer::Repeat);
    }
    tell(&mut world, D, &Message::Final(Box::new(end)));
    tell(&mut world, D, &make::ticket(D, 1));
    assert_eq!(answers(&mut world), [], "who has it is not told");
}

#[test]
fn a_decided_member_says_nothing_more_in_the_round() {
    let (mut world, end) = decided();
    world.said.clear();
    world.timer(A, Timer::Repeat);
    world.time_out(0, &[A]);
    world.timer(A, Timer::Propose(0));
    let own = world.block(A, 1);
    world.input(A, Input::Built { header: own, size_rank: 1 });
    for member in [B, C, D] {
        tell(&mut world, member, &make::new_view(member, 1, None));
    }
    let binds =
        |m: &Message| !matches!(m, Message::Final(_) | Message::Status(_) | Message::Ticket(_));
    assert!(!world.said.iter().any(|(from, message)| *from == A && binds(message)));
    assert_eq!(world.status(A).view, 0);
    assert!(world.status(A).decided && end.certificate.view == 0);
}

#[test]
fn the_commit_that_comes_last_is_late_and_not_behind() {
    let (mut world, end) = decided();
    let late = make::vote(D, Commit, 0, end.header.id());
    tell(&mut world, D, &late);
    assert_eq!(answers(&mut world), []);
    tell(&mut world, D, &late);
    assert_eq!(answers(&mut world).len(), 1, "it was behind after all");
}

#[test]
fn a_decided_member_still_convicts() {
    let (mut world, _) = decided();
    tell(&mut world, B, &make::vote(B, Commit, 0, BlockId([9; 32])));
    tell(&mut world, C, &make::new_view(C, 1, None));
    let offences: Vec<_> = world.evidence.iter().map(|evidence| &evidence.offence).collect();
    assert!(matches!(offences[..], [Offence::DuplicateVote(..), Offence::LockAmnesia(..)]));
}

#[test]
fn past_rounds_are_answered_too() {
    let (mut world, end) = decided();
    let setup = make::setup(4, A, &world.nodes[0].chain, &world.order);
    world.input(A, Input::Start(Box::new(setup)));
    answers(&mut world);
    tell(&mut world, D, &make::new_view(D, 1, None));
    assert_eq!(answers(&mut world), [(D, Message::Final(Box::new(end)))]);
    // What is remembered nowhere: where we are, so that the chain is fetched.
    tell(&mut world, C, &make::status(0, 0));
    let [(C, Message::Status(status))] = &answers(&mut world)[..] else { panic!("a status") };
    assert_eq!(status.round, Round(2));
}

#[test]
fn who_is_behind_our_view_is_told_our_farewell() {
    let mut world = alone();
    for member in [B, C, D] {
        tell(&mut world, member, &make::new_view(member, 3, None));
    }
    answers(&mut world);
    let farewell = world.new_view(A, 3);
    for behind in [make::status(1, 2), make::new_view(D, 2, None)] {
        tell(&mut world, D, &behind);
        assert_eq!(answers(&mut world), [(D, farewell.clone())]);
        world.timer(A, Timer::Repeat);
    }
    tell(&mut world, D, &make::status(1, 3));
    assert_eq!(answers(&mut world), []);
}

#[test]
fn messages_of_the_next_round_wait_for_it_one_of_a_kind() {
    let (mut world, end) = decided();
    let parent = end.header.id();
    let next = make::header(4, Round(2), parent, B);
    tell(&mut world, B, &make::proposal(B, 0, &next, None));
    for block in [BlockId([9; 32]), next.id()] {
        tell(&mut world, C, &make::vote_in(Round(2), C, Prepare, 0, block));
    }
    let setup = make::setup(4, A, &world.nodes[0].chain, &world.order);
    world.input(A, Input::Start(Box::new(setup)));
    assert_eq!(world.status(A).prepares, [C]);
    assert_eq!(world.evidence, [], "the latest is kept, the first forgotten");
    world.propose_time(0, &[A]);
    world.timer(A, Timer::Propose(0));
    assert_eq!(world.status(A).prepares, [A, C], "the body came before the round");
}

#[test]
fn whoever_is_rounds_ahead_means_that_we_are_behind() {
    let mut world = alone();
    let needs = |world: &mut World| {
        let outputs = std::mem::take(&mut world.nodes[0].outputs);
        outputs.into_iter().filter(|o| matches!(o, Output::NeedSync { .. })).collect::<Vec<_>>()
    };
    tell(&mut world, B, &make::vote_in(Round(2), B, Prepare, 0, BlockId([1; 32])));
    assert_eq!(needs(&mut world), []);
    tell(&mut world, B, &make::vote_in(Round(3), B, Prepare, 0, BlockId([1; 32])));
    assert_eq!(needs(&mut world), [Output::NeedSync { round: Round(3), from: B }]);
    tell(&mut world, B, &make::status(9, 0));
    assert_eq!(needs(&mut world), [], "once between two repetitions");
    world.timer(A, Timer::Repeat);
    tell(&mut world, B, &make::status(9, 0));
    assert_eq!(needs(&mut world), [Output::NeedSync { round: Round(9), from: B }]);
}

#[test]
fn views_far_ahead_are_not_kept() {
    let mut world = alone();
    let x = world.block(B, 1);
    for (view, kept) in [(8, true), (9, false), (u32::MAX, false)] {
        for member in [B, C, D] {
            tell(&mut world, member, &make::vote(member, Prepare, view, x.id()));
        }
        let high = world.status(A).high;
        assert_eq!(high == Some((view, x.id())), kept, "{view}");
    }
    // A quorum is judged alone, however far.
    let far = make::quorum(Prepare, u32::MAX, x.id(), &[B, C, D], 4);
    tell(&mut world, B, &Message::Quorum(Box::new(far)));
    assert_eq!(world.status(A).high, Some((u32::MAX, x.id())));
    for member in [B, C, D] {
        tell(&mut world, member, &make::new_view(member, u32::MAX, None));
    }
    world.time_out(u32::MAX, &[A]);
    assert_eq!(world.status(A).view, u32::MAX, "views end there and never wrap");
}

#[test]
fn many_blocks_of_one_leader_are_one_block_and_one_piece_of_evidence() {
    let mut world = alone();
    for nonce in 0..50 {
        let x = world.block(B, nonce);
        tell(&mut world, B, &make::proposal(B, 0, &x, None));
        tell(&mut world, B, &make::vote(B, Prepare, 0, x.id()));
    }
    let kinds: Vec<_> = world.evidence.iter().map(|evidence| &evidence.offence).collect();
    assert!(matches!(kinds[..], [Offence::DuplicateProposal(..), Offence::DuplicateVote(..)]));
    world.propose_time(0, &[A]);
    assert_eq!(world.prepared(A, 0), [world.block(B, 0).id()], "the first");

    let mut world = alone();
    (world.nodes[0].gets_bodies, world.nodes[0].fetches) = (false, false);
    for nonce in 0..50 {
        let x = world.block(B, nonce);
        tell(&mut world, B, &make::proposal(B, 0, &x, None));
    }
    world.now += 50;
    world.timer(A, Timer::Fetch);
    let fetch = |output: &&Output| matches!(output, Output::Fetch { .. });
    assert_eq!(world.nodes[0].outputs.iter().filter(fetch).count(), 1, "and asked for once");
}

#[test]
fn a_vote_in_a_quorum_convicts_like_a_vote_by_itself() {
    let mut world = alone();
    tell(&mut world, D, &make::vote(D, Prepare, 0, BlockId([1; 32])));
    let quorum = make::quorum(Prepare, 0, BlockId([2; 32]), &[B, C, D], 4);
    tell(&mut world, B, &Message::Quorum(Box::new(quorum)));
    let [evidence] = &world.evidence[..] else { panic!("one") };
    assert_eq!(evidence.key, make::committee(4).member(D).unwrap().key);
    let Offence::DuplicateVote(first, second) = &evidence.offence else { panic!("two votes") };
    assert_eq!((first.block, second.block), (BlockId([1; 32]), BlockId([2; 32])));
    for vote in [first, second] {
        let place = ledger::Place::acp(harness::CHAIN, vote.round, vote.view);
        let Message::Vote(made) = make::vote(D, vote.step, vote.view, vote.block) else {
            panic!("a vote")
        };
        assert_eq!(vote.signature, made.signature);
        assert_eq!(made.signed(harness::CHAIN), place.vote(vote.step, vote.block));
    }
}

#[test]
fn a_farewell_that_denies_a_commit_convicts_in_either_order() {
    let x = BlockId([1; 32]);
    let deny = [
        (make::new_view(D, 3, None), 2, true),
        (make::new_view(D, 3, Some(make::quorum(Prepare, 1, x, &[B, C, D], 4))), 2, true),
        (make::new_view(D, 3, Some(make::quorum(Prepare, 2, x, &[B, C, D], 4))), 2, false),
        (make::new_view(D, 2, None), 2, false),
        (make::new_view(D, 2, None), 3, false),
    ];
    for (new_view, committed, guilty) in deny {
        let commit = make::vote(D, Commit, committed, x);
        for order in [[&commit, &new_view], [&new_view, &commit]] {
            let mut world = alone();
            for message in order {
                tell(&mut world, D, message);
            }
            let amnesia = |e: &ledger::Evidence| matches!(e.offence, Offence::LockAmnesia(..));
            assert_eq!(world.evidence.iter().any(amnesia), guilty, "{order:?}");
        }
    }
}

#[test]
fn who_may_not_speak_is_silent_and_still_sees_the_end() {
    let mut world = World::new(4, &[B, C, D]);
    world.nodes[0].may_speak = false;
    world.nodes[0].builds = true;
    world.up_all();
    let x = world.block(B, 1);
    tell(&mut world, B, &make::proposal(B, 0, &x, None));
    world.propose_time(0, &[A]);
    world.time_out(0, &[A]);
    world.timer(A, Timer::Backup);
    for member in [B, C, D] {
        tell(&mut world, member, &make::vote(member, Prepare, 0, x.id()));
        tell(&mut world, member, &make::new_view(member, 2, None));
    }
    world.timer(A, Timer::Repeat);
    assert_eq!(world.disk(A), []);
    let binds = |m: &Message| !matches!(m, Message::Ticket(_) | Message::Status(_));
    assert!(!world.said.iter().any(|(from, message)| *from == A && binds(message)));
    for member in [B, C, D] {
        tell(&mut world, member, &make::vote(member, Commit, 2, x.id()));
    }
    assert_eq!(world.end(A), Some(x.id()));
}

#[test]
fn a_slow_round_asks_somebody_and_decides_nothing() {
    let mut world = alone();
    let quorum = make::quorum(Prepare, 0, BlockId([9; 32]), &[B, C, D], 4);
    world.nodes[0].fetches = false;
    tell(&mut world, B, &Message::Quorum(Box::new(quorum.clone())));
    world.nodes[0].outputs.clear();
    world.now = T0 + 3_000;
    world.timer(A, Timer::Slow);
    let outputs = &world.nodes[0].outputs;
    assert!(outputs.contains(&Output::Tentative(quorum)));
    assert!(outputs.contains(&Output::SetTimer(Timer::Slow, 3_000)));
    assert!(outputs.iter().any(|o| matches!(o, Output::NeedSync { round: Round(1), .. })));
    assert!(outputs.iter().any(|o| matches!(o, Output::Broadcast(Message::Status(_)))));
    assert_eq!((world.end(A), world.status(A).locked), (None, None));
}

#[test]
fn what_was_said_is_said_again_until_the_round_ends() {
    let mut world = alone();
    let x = world.block(B, 1);
    let own = world.block(A, 1);
    world.input(A, Input::Built { header: own.clone(), size_rank: 1 });
    tell(&mut world, B, &make::proposal(B, 0, &x, None));
    let quorum = make::quorum(Prepare, 0, x.id(), &[B, C, D], 4);
    world.propose_time(0, &[A]);
    tell(&mut world, B, &Message::Quorum(Box::new(quorum.clone())));
    world.said.clear();
    world.timer(A, Timer::Repeat);
    let expected = [
        make::proposal(A, 0, &own, None),
        Message::Quorum(Box::new(quorum)),
        make::vote(A, Prepare, 0, x.id()),
        make::vote(A, Commit, 0, x.id()),
    ];
    for message in expected {
        assert!(world.said.contains(&(A, message.clone())), "{message:?}");
    }
}
