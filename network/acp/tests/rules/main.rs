//! The rules one by one: what one member does with what it is told (`acp.md` 2.6 as corrected).

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::wildcard_enum_match_arm)]
#![allow(missing_docs)]

mod accept;
#[path = "../harness/mod.rs"]
mod harness;
mod leaders;
mod pace;
mod prepare;
mod quorums;

use acp::Input;
use acp::{Message, Output};
use harness::{A, B, C, D, World, make};
use ledger::Header;
use types::BlockId;

/// A alone; the test speaks for all others.
pub(crate) fn alone() -> World {
    let mut world = World::new(4, &[B, C, D]);
    world.up_all();
    world
}

pub(crate) fn outputs(world: &mut World, member: u16) -> Vec<Output> {
    std::mem::take(&mut world.nodes[usize::from(member)].outputs)
}

pub(crate) fn checks(outputs: &[Output]) -> Vec<BlockId> {
    let check = |output: &Output| match output {
        Output::Check { header } => Some(header.id()),
        _ => None,
    };
    outputs.iter().filter_map(check).collect()
}

pub(crate) fn fetches(outputs: &[Output]) -> Vec<(BlockId, Vec<u16>)> {
    let fetch = |output: &Output| match output {
        Output::Fetch { block, from } => Some((*block, from.clone())),
        _ => None,
    };
    outputs.iter().filter_map(fetch).collect()
}

pub(crate) fn tell(world: &mut World, from: u16, message: &Message) {
    world.show_message(from, message, &[A]);
}

/// A view-0 proposal of a block whose body has this size.
pub(crate) fn tell_sized(world: &mut World, header: &Header, size_rank: u8) {
    world.nodes[0].gets_bodies = false;
    world.input(A, Input::Held { block: header.id(), size_rank });
    tell(world, header.proposer, &make::proposal(header.proposer, 0, header, None));
    world.nodes[0].gets_bodies = true;
}

pub(crate) fn enter(world: &mut World, view: u32) {
    world.time_out(world.status(A).view, &[A]);
    for other in [C, D] {
        tell(world, other, &make::new_view(other, view, None));
    }
    assert_eq!(world.status(A).view, view);
}
