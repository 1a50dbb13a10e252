//! Crashes: nothing leaves or counts before it is on disk, and whatever the disk holds is what the
//! member goes on saying (`acp-corrections.md` A8).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

mod harness;

use acp::{Input, Message, Output, Timer, WalRecord};
use harness::{A, B, C, D, World, make};
use ledger::Header;
use ledger::Step::{Commit, Prepare};
use std::collections::BTreeMap;
use types::{BlockId, Round};

/// What a statement is about: two different ones in one place are an offence.
type Slot = (u8, u32);

fn slot(message: &Message) -> Option<(Slot, Message)> {
    let slot = match message {
        Message::Proposal(proposal) => (0, proposal.view),
        Message::Vote(vote) if vote.step == Prepare => (1, vote.view),
        Message::Vote(vote) => (2, vote.view),
        Message::NewView(new_view) => (3, new_view.view),
        _ => return None,
    };
    Some((slot, message.clone()))
}

fn said(record: &WalRecord) -> Option<Message> {
    Some(match record {
        WalRecord::Proposal(proposal) => Message::Proposal(proposal.clone()),
        WalRecord::Vote { vote, .. } => Message::Vote(vote.clone()),
        WalRecord::NewView(new_view) => Message::NewView(new_view.clone()),
        WalRecord::Excuse(_) => return None,
    })
}

/// A life of A in three views, with a lock, another block against it, and an own lead. `salt`
/// changes everything that comes from outside.
fn live(world: &mut World, salt: u8) {
    let tell = |world: &mut World, from, message: &Message| {
        world.show_message(from, message, &[A]);
    };
    let own = world.block(A, salt);
    world.input(A, Input::Built { header: own, size_rank: 1 });
    let x = world.block(B, salt);
    tell(world, B, &make::proposal(B, 0, &x, None));
    world.propose_time(0, &[A]);
    let quorum = |view, block: &Header| make::quorum(Prepare, view, block.id(), &[B, C, D], 4);
    tell(world, B, &Message::Quorum(Box::new(quorum(0, &x))));
    world.time_out(0, &[A]);
    for member in [C, D] {
        tell(world, member, &make::new_view(member, 1, None));
    }
    world.timer(A, Timer::Lead(1));
    world.propose_time(1, &[A]);
    let y = world.block(C, salt ^ 0x40);
    world.time_out(1, &[A]);
    for member in [C, D] {
        let high = Some(quorum(1, &y));
        tell(world, member, &make::new_view(member, 2, high));
    }
    tell(world, D, &make::proposal(D, 2, &y, Some(quorum(1, &y))));
    world.propose_time(2, &[A]);
    tell(world, B, &Message::Quorum(Box::new(quorum(2, &y))));
    world.time_out(2, &[A]);
}

fn alone(disk: &[WalRecord]) -> World {
    let mut world = World::new(4, &[B, C, D]);
    world.nodes[0].disk = disk.to_vec();
    world.up_all();
    world
}

#[test]
fn the_life_writes_every_kind_of_record() {
    let mut world = alone(&[]);
    live(&mut world, 1);
    let kinds: Vec<_> = world.disk(A).iter().filter_map(said).filter_map(|m| slot(&m)).collect();
    let slots: Vec<Slot> = kinds.into_iter().map(|(slot, _)| slot).collect();
    let expected = [(0, 0), (1, 0), (2, 0), (3, 1), (0, 1), (1, 1), (3, 2), (1, 2), (2, 2), (3, 3)];
    assert_eq!(slots, expected);
    let excuse = |record: &&WalRecord| matches!(record, WalRecord::Excuse(_));
    assert_eq!(world.disk(A).iter().filter(excuse).count(), 3, "allowed by, locked on, locked on");
    assert_eq!(world.evidence, []);
}

#[test]
fn cut_at_any_record_a_member_repeats_what_it_said_and_never_says_otherwise() {
    let mut world = alone(&[]);
    live(&mut world, 1);
    let disk = world.disk(A).to_vec();
    for kept in 0..=disk.len() {
        let before: BTreeMap<Slot, Message> =
            disk[..kept].iter().filter_map(said).filter_map(|m| slot(&m)).collect();
        let mut world = alone(&disk[..kept]);
        let view = world.status(A).view;
        for (slot, message) in &before {
            let latest = matches!(slot, (1 | 2, of) if *of == view)
                || slot.0 == 3 && !before.contains_key(&(3, slot.1 + 1));
            let again = world.said.contains(&(A, message.clone()));
            assert!(again || !latest, "{slot:?} after {kept} records");
        }
        // The world has changed meanwhile: other blocks everywhere.
        live(&mut world, 2);
        live(&mut world, 3);
        let own = |(from, message): &(u16, Message)| slot(message).filter(|_| *from == A);
        let mut after = before.clone();
        for (slot, message) in world.said.iter().filter_map(own) {
            let first = after.entry(slot).or_insert_with(|| message.clone());
            assert_eq!(*first, message, "{slot:?} after {kept} records");
        }
        assert_eq!(&world.disk(A)[..kept], &disk[..kept]);
    }
}

#[test]
fn a_restart_knows_lock_quorum_and_view() {
    let mut world = alone(&[]);
    live(&mut world, 1);
    let (disk, mut status) = (world.disk(A).to_vec(), world.status(A));
    // What others said is theirs to say again.
    (status.prepares, status.commits) = (vec![A], vec![A]);
    let again = alone(&disk);
    assert_eq!(again.status(A), status);
    assert_eq!(status.view, 2, "view 3 was announced and not entered");
    assert_eq!(status.locked.map(|(view, _)| view), Some(2));
}

#[test]
fn nothing_leaves_or_counts_before_it_is_durable_and_later_words_wait() {
    let mut world = World::new(4, &[B, C, D]);
    world.nodes[0].slow_disk = true;
    world.up_all();
    let x = world.block(B, 1);
    world.show_message(B, &make::proposal(B, 0, &x, None), &[A]);
    world.propose_time(0, &[A]);
    world.said.clear();
    assert_eq!(world.status(A).prepares, []);
    // An answer to somebody else waits as well: it might tell of what is not yet true.
    world.timer(A, Timer::Slow);
    world.show((Prepare, 0, x.id()), &[B, C], &[A]);
    assert_eq!(world.status(A).prepares, [B, C]);
    assert_eq!(world.status(A).locked, None, "two and an own vote that does not count yet");
    assert_eq!(world.said, []);
    world.input(A, Input::Persisted(1));
    let first = world.said.iter().map(|(_, message)| message.clone()).next();
    assert_eq!(first, Some(make::vote(A, Prepare, 0, x.id())));
    assert!(world.said.iter().any(|(_, message)| matches!(message, Message::Status(_))));
    assert_eq!(world.status(A).prepares, [A, B, C]);
    assert!(!world.has_voted(A, Commit, 0, x.id()), "record 2 is not durable");
    assert!(!world.said.iter().any(|(_, message)| matches!(message, Message::Quorum(_))));
    world.input(A, Input::Persisted(2));
    assert!(world.has_voted(A, Commit, 0, x.id()));
    assert_eq!(world.status(A).commits, [A]);
}

#[test]
fn one_answer_of_the_disk_frees_all_records_before_it_in_order() {
    let mut world = World::new(4, &[B, C, D]);
    world.nodes[0].slow_disk = true;
    world.up_all();
    let own = world.block(A, 1);
    world.input(A, Input::Built { header: own.clone(), size_rank: 1 });
    world.time_out(0, &[A]);
    world.said.clear();
    world.input(A, Input::Persisted(2));
    let said: Vec<_> = world.said.iter().map(|(_, message)| message.clone()).collect();
    assert_eq!(said, [make::proposal(A, 0, &own, None), make::new_view(A, 1, None)]);
    let seqs = world.nodes[0].unsynced.iter().map(|(seq, _)| *seq).collect::<Vec<_>>();
    assert_eq!(seqs, [1, 2]);
}

#[test]
fn a_record_that_becomes_durable_in_the_next_round_says_nothing() {
    let mut world = World::new(4, &[B, C, D]);
    world.nodes[0].slow_disk = true;
    world.up_all();
    let x = world.block(B, 1);
    world.show_message(B, &make::proposal(B, 0, &x, None), &[A]);
    world.propose_time(0, &[A]);
    let end = make::quorum(Commit, 0, x.id(), &[B, C, D], 4);
    world.show_message(B, &Message::Quorum(Box::new(end)), &[A]);
    let setup = make::setup(4, A, &world.nodes[0].chain, &world.order);
    world.input(A, Input::Start(Box::new(setup)));
    world.said.clear();
    world.input(A, Input::Persisted(1));
    let tickets = |m: &Message| matches!(m, Message::Ticket(_));
    assert!(!world.said.is_empty() && world.said.iter().all(|(_, message)| tickets(message)));
}

#[test]
fn a_restart_asks_for_the_blocks_of_its_log_and_can_commit_to_them_again() {
    let mut world = alone(&[]);
    let x = world.block(B, 1);
    world.show_message(B, &make::proposal(B, 0, &x, None), &[A]);
    world.propose_time(0, &[A]);
    world.down(A);
    world.nodes[0].outputs.clear();
    world.up(A);
    let asked = |output: &Output| matches!(output, Output::Fetch { block, .. } if *block == x.id());
    assert!(world.nodes[0].outputs.iter().any(asked));
    world.show((Prepare, 0, x.id()), &[B, C], &[A]);
    assert!(world.has_voted(A, Commit, 0, x.id()));
}

#[test]
fn records_of_other_rounds_bind_nobody_in_this_one() {
    let mut world = alone(&[]);
    live(&mut world, 1);
    let mut disk = world.disk(A).to_vec();
    for record in &mut disk {
        if let WalRecord::Vote { vote, .. } = record {
            vote.round = Round(2);
        }
    }
    disk.retain(|record| record.round() == Round(2));
    assert_eq!(disk.len(), 5);
    let mut world = alone(&disk);
    assert_eq!((world.status(A).view, world.status(A).locked), (0, None));
    let x = world.block(B, 7);
    world.show_message(B, &make::proposal(B, 0, &x, None), &[A]);
    world.propose_time(0, &[A]);
    assert_eq!(world.prepared(A, 0), [x.id()]);
    assert_ne!(x.id(), BlockId([0; 32]));
}
