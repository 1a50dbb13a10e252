//! Random histories of whole committees: whatever is lost, repeated, reordered or crashes, a round
//! has one end; and when the trouble is over, it has one everywhere.

#![allow(clippy::unwrap_used)]

mod traitor;
mod world;

use world::{Faults, NONE, ROUGH, World};

fn run(world: &mut World, events: usize) {
    for member in world.honest() {
        world.up(member);
    }
    for _ in 0..events {
        world.happen();
    }
}

#[track_caller]
fn check_safe_and_live(seed: u64, members: u8, faults: Faults) {
    let mut world = World::new(seed, members, 9, faults);
    run(&mut world, 3000);
    world.calm_down();
    assert_eq!(world.violations, Vec::<String>::new(), "seed {seed}, {members} members");
    for member in world.honest() {
        assert_eq!(world.height(member), 9, "seed {seed}, {members} members, {member}");
    }
}

#[test]
fn a_calm_network_ends_every_round() {
    for members in [4, 7, 10] {
        check_safe_and_live(1, members, NONE);
    }
}

#[test]
fn loss_reordering_duplication_and_crashes_neither_fork_nor_stop_the_chain() {
    for (members, seeds) in [(4, 60), (7, 15), (10, 6)] {
        for seed in 0..seeds {
            check_safe_and_live(seed, members, ROUGH);
        }
    }
}

#[test]
fn a_proposer_that_says_two_things_never_gets_two_blocks_final() {
    let mut forward = 0;
    for (members, seeds) in [(4, 80), (7, 15), (10, 6)] {
        for seed in 0..seeds {
            let mut world = World::new(seed, members, 6, ROUGH);
            world.traitor = Some((seed % 4) as u16);
            run(&mut world, 300);
            for _ in 0..60 {
                traitor::act(&mut world);
                run(&mut world, 30);
            }
            assert_eq!(world.violations, Vec::<String>::new(), "seed {seed}, {members} members");
            let turn = u64::from(world.traitor.unwrap()) + 1;
            let reached = world.honest().iter().map(|m| world.height(*m)).max().unwrap();
            forward += u64::from(reached >= turn);
        }
    }
    assert!(forward > 0, "the traitor's rounds never ended: nothing was tested");
}

#[test]
fn a_stopped_proposer_stops_the_chain_until_it_is_back() {
    let mut world = World::new(3, 4, 6, NONE);
    world.traitor = Some(2);
    world.calm_down();
    assert!(world.honest().iter().all(|member| world.height(*member) == 2));
    world.traitor = None;
    world.calm_down();
    assert!(world.honest().iter().all(|member| world.height(*member) == 6));
    assert_eq!(world.violations, Vec::<String>::new());
}

/// The simulator has teeth: without the log, members contradict themselves.
#[test]
fn members_that_forget_are_found_out() {
    let found = (0..20).any(|seed| {
        let mut world = World::new(seed, 4, 9, Faults { forget: true, crash: 8, ..ROUGH });
        run(&mut world, 3000);
        world.violations.iter().any(|words| words.contains("two things"))
    });
    assert!(found);
}
