//! R1: what leaders propose; tickets, building, backup.

use super::{alone, enter, fetches, outputs, tell, tell_sized};
use crate::harness::{A, B, C, D, INVALID, T0, World, make};
use acp::{Input, Message, Output, Timer};
use ledger::Header;
use ledger::Step::Prepare;
use types::{BlockId, Round};

#[test]
fn a_leader_waits_for_all_or_its_time_and_then_proposes_once() {
    for by_timer in [true, false] {
        let mut world = alone();
        enter(&mut world, 1);
        let proposals = |world: &World| {
            world.said.iter().filter(|(_, m)| matches!(m, Message::Proposal(_))).count()
        };
        assert_eq!(proposals(&world), 0);
        assert!(world.nodes[0].timers.contains_key(&Timer::Lead(1)));
        if by_timer {
            world.timer(A, Timer::Lead(1));
        } else {
            tell(&mut world, B, &make::new_view(B, 1, None));
        }
        assert_eq!(proposals(&world), 1);
        world.timer(A, Timer::Lead(1));
        world.timer(A, Timer::Propose(1));
        assert_eq!(proposals(&world), 1);
    }
}

fn led(world: &World, view: u32) -> acp::Proposal {
    let mine = |(from, message): &(u16, Message)| match message {
        Message::Proposal(proposal) if *from == A && proposal.view == view => {
            Some(proposal.as_ref().clone())
        }
        _ => None,
    };
    world.said.iter().find_map(mine).unwrap()
}

#[test]
fn a_leader_proposes_the_highest_quorum_even_by_id_alone() {
    let mut world = alone();
    world.nodes[0].fetches = false;
    enter(&mut world, 1);
    let block = BlockId([9; 32]);
    let high = make::quorum(Prepare, 0, block, &[B, C, D], 4);
    tell(&mut world, B, &make::new_view(B, 1, Some(high.clone())));
    let proposal = led(&world, 1);
    assert_eq!((proposal.block, proposal.header), (block, None));
    assert_eq!((proposal.quorum, proposal.origin), (Some(high), None));
    let wanted = (block, vec![B, C, D]);
    assert_eq!(fetches(&outputs(&mut world, A)), [wanted], "once, from the signers");
}

#[test]
fn a_leader_without_a_quorum_takes_up_the_best_valid_block_of_view_0_with_its_origin() {
    let mut world = alone();
    let (big, small) = (world.block(D, 1), world.block(B, 2));
    let refused = Header { state_root: INVALID, ..world.block(C, 3) };
    for (header, size) in [(&big, 5), (&small, 4), (&refused, 9)] {
        tell_sized(&mut world, header, size);
    }
    enter(&mut world, 1);
    world.timer(A, Timer::Lead(1));
    let proposal = led(&world, 1);
    let Message::Proposal(first) = make::proposal(D, 0, &big, None) else { unreachable!() };
    assert_eq!((proposal.block, proposal.origin), (big.id(), Some(first.signature)));
    assert_eq!(proposal.header, Some(big));
}

#[test]
fn a_leader_with_nothing_at_hand_proposes_the_empty_block() {
    let mut world = alone();
    enter(&mut world, 1);
    world.timer(A, Timer::Lead(1));
    let proposal = led(&world, 1);
    assert_eq!((proposal.block, proposal.origin), (world.empty().id(), None));
}

#[test]
fn a_leader_learns_a_block_of_view_0_from_another_leaders_proposal() {
    let mut world = alone();
    let block = world.block(C, 1);
    enter(&mut world, 1);
    tell(&mut world, D, &make::proposal(D, 1, &block, None));
    world.timer(A, Timer::Lead(1));
    assert_eq!(led(&world, 1).block, block.id());
}

#[test]
fn tickets_are_said_a_round_ahead_and_at_the_first_start_for_this_round_too() {
    let mut world = World::new(4, &[]);
    world.nodes.iter_mut().for_each(|node| node.builds = true);
    (world.delay, world.goes_on) = (Some(10), true);
    world.up_all();
    let tickets = |world: &World| -> Vec<Round> {
        let ticket = |(from, message): &(u16, Message)| match message {
            Message::Ticket(ticket) if *from == A => Some(ticket.round),
            _ => None,
        };
        world.said.iter().filter_map(ticket).collect()
    };
    assert_eq!(tickets(&world), [Round(1), Round(2)]);
    world.said.clear();
    world.run(150);
    assert_eq!(tickets(&world), [Round(3)], "round 2 waits for its time");
}

#[test]
fn who_is_not_among_the_three_lowest_builds_only_if_no_better_ticket_proposed() {
    let last = 4;
    for better in [true, false] {
        let mut world = World::new(5, &[A, B, C, D]);
        world.now = T0 - 10;
        world.up_all();
        for member in [A, B, C] {
            world.show_message(member, &make::ticket(member, 1), &[last]);
        }
        world.now = T0;
        world.timer(last, Timer::Start);
        let built = |world: &World| {
            let node = &world.nodes[usize::from(last)];
            node.outputs.iter().any(|output| matches!(output, Output::Build { .. }))
        };
        assert!(!built(&world));
        if better {
            let x = world.block(A, 1);
            world.show_message(A, &make::proposal(A, 0, &x, None), &[last]);
        }
        world.timer(last, Timer::Backup);
        assert_eq!(built(&world), !better);
    }
}

#[test]
fn an_own_block_is_proposed_once_and_must_be_of_this_round() {
    let mut world = alone();
    let own = world.block(A, 1);
    let wrong = [
        Header { proposer: B, ..own.clone() },
        Header { round: Round(2), ..own.clone() },
        Header { parent: BlockId([8; 32]), ..own.clone() },
    ];
    for header in wrong {
        world.input(A, Input::Built { header, size_rank: 1 });
    }
    assert_eq!(world.disk(A), []);
    world.input(A, Input::Built { header: own.clone(), size_rank: 1 });
    assert!(world.said.contains(&(A, make::proposal(A, 0, &own, None))));
    let second = world.block(A, 2);
    world.input(A, Input::Built { header: second, size_rank: 1 });
    assert_eq!(world.disk(A).len(), 1);
}
