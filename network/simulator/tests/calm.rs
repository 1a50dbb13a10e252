//! A network without faults is as fast as its messages.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test")]

use simulator::{Calm, Waits};

const SIXTEEN: Calm = Calm { managers: 16, delay: 100, interval: 1000, rounds: 12, payments: 50 };

fn longest(times: &[u64]) -> u64 {
    times.iter().copied().max().unwrap()
}

#[test]
fn a_round_takes_three_delays_and_the_work_between_them() {
    for calm in [Calm { delay: 50, ..SIXTEEN }, Calm { managers: 4, delay: 30, ..SIXTEEN }] {
        let Waits { rounds, payments, later_views } = calm.run(1).unwrap();
        assert_eq!(rounds.len(), usize::from(calm.managers) * 11);
        assert_eq!((payments.len(), later_views), (50, 0));
        assert!(rounds.iter().all(|time| *time > 3 * calm.delay), "{rounds:?}");
        // Proposal, Prepare and Commit; the rest is building, checking and disks.
        assert!(longest(&rounds) < 3 * calm.delay + 75, "{rounds:?}");
        // Whoever comes too late for one block waits for the next, and on the way there.
        assert!(longest(&payments) < calm.interval + 5 * calm.delay, "{payments:?}");
    }
}

/// First proposals then come when members behind the first three no longer wait for them, and what
/// those propose divides votes.
#[test]
fn delays_as_long_as_the_wait_for_first_proposals_cost_a_second_view_at_most() {
    let Waits { mut rounds, .. } = SIXTEEN.run(1).unwrap();
    assert!(rounds.iter().all(|time| *time > 3 * SIXTEEN.delay), "{rounds:?}");
    assert!(longest(&rounds) < 8 * SIXTEEN.delay, "{rounds:?}");
    rounds.sort_unstable();
    assert!(rounds[rounds.len() / 2] < 4 * SIXTEEN.delay, "{rounds:?}");
}

#[test]
fn rounds_follow_one_another_as_fast_as_they_are_decided() {
    let calm = Calm { interval: 200, ..SIXTEEN };
    let waits = calm.run(1).unwrap();
    assert!(longest(&waits.payments) < 13 * calm.delay, "{:?}", waits.payments);
    assert!(waits.payments.iter().all(|time| *time > 3 * calm.delay), "{:?}", waits.payments);
}

#[test]
fn the_same_seed_gives_the_same_times() {
    assert_eq!(SIXTEEN.run(5), SIXTEEN.run(5));
    assert_ne!(SIXTEEN.run(5), SIXTEEN.run(6));
}

#[test]
fn what_no_network_is_cannot_be_run() {
    for calm in [
        Calm { managers: 3, ..SIXTEEN },
        Calm { managers: 17, ..SIXTEEN },
        Calm { delay: 0, ..SIXTEEN },
        Calm { delay: 201, ..SIXTEEN },
        Calm { interval: 0, ..SIXTEEN },
        Calm { rounds: 1, ..SIXTEEN },
    ] {
        assert_eq!(calm.run(1), None, "{calm:?}");
    }
}
