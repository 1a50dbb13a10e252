//! Random histories of whole committees: loss, reordering, restarts and a member that says two
//! things. Whatever happens, a round has one end; when the trouble is over, everybody has it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

mod harness;

use acp::Message;
use harness::{World, make};
use ledger::Step;
use std::collections::BTreeMap;
use types::Round;

/// What the mad member signs next, for whom it likes.
fn rave(world: &mut World, mad: u16) {
    let view = world.random(4) as u32;
    let nonce = world.random(3) as u8;
    let block = match world.random(3) {
        0 => world.empty(),
        _ => world.block(mad, nonce),
    };
    let seen = world.honest().into_iter().find_map(|member| world.status(member).high);
    let step = if world.random(2) == 0 { Step::Prepare } else { Step::Commit };
    let id = seen.filter(|_| world.random(2) == 0).map_or(block.id(), |(_, block)| block);
    let message = match world.random(4) {
        0 => make::proposal(mad, view, &block, None),
        1 => make::new_view(mad, view + 1, None),
        _ => make::vote(mad, step, view, id),
    };
    for to in world.honest() {
        if world.random(2) == 0 {
            world.deliver(mad, to, &message);
        }
    }
}

#[track_caller]
fn check(size: u16, mad: Option<u16>, seed: u64) {
    let mut world = World::new(size, mad.as_slice());
    world.nodes.iter_mut().for_each(|node| node.builds = true);
    (world.delay, world.jitter, world.loss, world.seed) = (Some(5), 120, 25, seed);
    world.up_all();
    for _ in 0..60 {
        world.run(60);
        if let Some(mad) = mad {
            rave(&mut world, mad);
        }
        let members = world.honest();
        let one = members[world.random(members.len() as u64) as usize];
        if world.random(8) == 0 && world.end(one).is_none() {
            world.down(one);
            world.up(one);
        }
    }
    (world.jitter, world.loss) = (20, 0);
    world.run(25_000);
    let ends: Vec<_> = world.honest().into_iter().map(|member| world.end(member)).collect();
    let told = format!("{size} members, seed {seed}, {mad:?}");
    assert!(ends[0].is_some() && ends.iter().all(|end| *end == ends[0]), "{told}: {ends:?}");
    let guilty = mad.map(|mad| make::committee(size).member(mad).unwrap().key);
    assert!(world.evidence.iter().all(|e| Some(e.key) == guilty), "{told}");
    check_words(&world, &told);
}

/// Nobody says two things in one place.
fn check_words(world: &World, told: &str) {
    let mut words: BTreeMap<(u16, u8, u32), &Message> = BTreeMap::new();
    for (from, message) in world.said.iter().filter(|(_, m)| m.round() == Round(1)) {
        let place = match message {
            Message::Proposal(proposal) => (0, proposal.view),
            Message::Vote(vote) if vote.step == Step::Prepare => (1, vote.view),
            Message::Vote(vote) => (2, vote.view),
            Message::NewView(new_view) => (3, new_view.view),
            _ => continue,
        };
        let first = words.entry((*from, place.0, place.1)).or_insert(message);
        assert_eq!(*first, message, "{told}: {from} in {place:?}");
    }
}

#[test]
fn loss_reordering_and_restarts_neither_fork_nor_stop_a_round() {
    for (size, seeds) in [(4, 40), (7, 12), (10, 5)] {
        for seed in 0..seeds {
            check(size, None, seed);
        }
    }
}

#[test]
fn neither_does_a_member_that_says_two_things() {
    for (size, seeds) in [(4, 40), (7, 12), (10, 5)] {
        for seed in 0..seeds {
            check(size, Some((seed % 4) as u16), 1_000 + seed);
        }
    }
}
