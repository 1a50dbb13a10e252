use std::time::Duration;

use ledger::{Draw, Header, NO_PROPOSER};
use types::{BlockId, ChainId};

use super::*;

fn header(round: u64) -> Header {
    let draw = Draw { proposer: 0, ticket: [0; 80], output: [0; 64] };
    Header {
        version: Header::VERSION,
        chain: ChainId([1; 32]),
        round: Round(round),
        time: Timestamp(round.saturating_mul(1000)),
        parent: BlockId([0; 32]),
        body_root: [0; 32],
        state_root: [0; 32],
        receipts_root: [0; 32],
        committee: [3; 32],
        next_committee: [3; 32],
        beacon: [0; 32],
        history: [0; 32],
        parent_certificate: [0; 32],
        proposer: if round.is_multiple_of(7) { NO_PROPOSER } else { draw.proposer },
        ticket: draw.ticket,
        flags: 0,
    }
}

fn voted(round: u64) -> Sighting {
    let votes = light::Votes { view: 0, signers: vec![0, 1, 2] };
    Sighting { votes: Some(votes), ..Sighting::of(&header(round)) }
}

fn connection(peer: u8) -> Connection {
    Connection {
        peer: WorkerId([peer; 32]),
        address: "/ip4/127.0.0.1/tcp/1".to_owned(),
        carrier: Carrier::Tcp,
        relayed: false,
        age: Duration::from_secs(2),
        round_trip: Some(Duration::from_micros(1500)),
    }
}

#[test]
fn half_and_ninety_nine_of_a_hundred_are_values_that_were_measured() {
    let of = |late: &[u64]| finality(&late.iter().copied().collect());
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[7]), Some(Finality { p50_ms: 7, p99_ms: 7, samples: 1 }));
    assert_eq!(of(&[9, 1]), Some(Finality { p50_ms: 1, p99_ms: 9, samples: 2 }));
    let many: Vec<u64> = (1..=200).rev().collect();
    assert_eq!(of(&many), Some(Finality { p50_ms: 100, p99_ms: 198, samples: 200 }));
}

#[test]
fn only_the_latest_arrivals_count() {
    let mut seen = Seen::default();
    seen.listens(Timestamp(5));
    (0..ARRIVALS).for_each(|_| seen.arrived(Timestamp(5), Timestamp(9005)));
    (0..ARRIVALS).for_each(|_| seen.arrived(Timestamp(5), Timestamp(25)));
    let finality = seen.explored().finality.unwrap();
    assert_eq!((finality.p99_ms, finality.samples), (20, ARRIVALS));
}

#[test]
fn a_header_that_waited_for_us_says_nothing_about_finality() {
    let mut seen = Seen::default();
    seen.arrived(Timestamp(100), Timestamp(150));
    seen.listens(Timestamp(1000));
    seen.arrived(Timestamp(999), Timestamp(9000));
    assert_eq!(seen.explored().finality, None);
    seen.arrived(Timestamp(1000), Timestamp(1030));
    // A clock that is behind sees headers from the future.
    seen.arrived(Timestamp(2000), Timestamp(1990));
    let expected = Finality { p50_ms: 0, p99_ms: 30, samples: 2 };
    assert_eq!(seen.explored().finality, Some(expected));
}

#[test]
fn votes_are_wanted_of_the_newest_rounds_only_and_kept_when_the_header_comes_again() {
    let mut seen = Seen::default();
    assert_eq!(seen.first_without_votes(), None);
    (1..=100).for_each(|round| seen.sight(&header(round)));
    assert_eq!(seen.first_without_votes(), Some(Round(41)));
    for round in 41..=100 {
        let sighting = seen.round_mut(Round(round)).unwrap();
        sighting.votes = voted(round).votes;
    }
    assert_eq!(seen.first_without_votes(), None);
    seen.sight(&header(100));
    assert_eq!(seen.first_without_votes(), None);
    seen.sight(&header(101));
    assert_eq!(seen.first_without_votes(), Some(Round(101)));
}

#[test]
fn no_more_rounds_are_kept_than_the_light_node_holds() {
    let mut seen = Seen::default();
    seen.sight(&header(1));
    seen.sight(&header(WINDOW));
    assert_eq!(seen.explored().survey.rounds.len(), 2);
    seen.sight(&header(WINDOW + 1));
    let left: Vec<u64> = seen.explored().survey.rounds.iter().map(|line| line.round.0).collect();
    assert_eq!(left, [WINDOW, WINDOW + 1]);
}

#[test]
fn who_agreed_is_counted_anew_with_each_question() {
    let mut seen = Seen::default();
    seen.asks_others();
    assert_eq!(seen.explored().crossed, None);
    seen.agreed(Timestamp(1));
    seen.agreed(Timestamp(2));
    assert_eq!(seen.explored().crossed, Some(CrossCheck { peers: 2, time: Timestamp(2) }));
    seen.asks_others();
    assert_eq!(seen.explored().crossed.unwrap().peers, 2, "until the next answer");
    seen.agreed(Timestamp(9));
    assert_eq!(seen.explored().crossed, Some(CrossCheck { peers: 1, time: Timestamp(9) }));
}

#[test]
fn other_workers_are_listed_once_newest_first_and_not_without_end() {
    let mut seen = Seen::default();
    for peer in [1, 2, 1] {
        seen.met(connection(peer), Timestamp(10_000));
    }
    let ids =
        |seen: &Seen| seen.explored().peers.iter().map(|peer| peer.id.0[0]).collect::<Vec<_>>();
    assert_eq!(ids(&seen), [1, 2]);
    let peer = &seen.explored().peers[0];
    assert_eq!((peer.since, peer.round_trip_us, peer.local), (Timestamp(8000), Some(1500), true));
    (3..=20).for_each(|peer| seen.met(connection(peer), Timestamp(10_000)));
    assert_eq!(ids(&seen).len(), OTHERS);
}

#[test]
fn what_was_of_another_chain_is_forgotten() {
    let mut seen = Seen::default();
    seen.steps.count(true);
    seen.steps.count(false);
    seen.take(voted(5), &ledger_committee());
    seen.listens(Timestamp(0));
    seen.arrived(Timestamp(1), Timestamp(2));
    seen.forget();
    let explored = seen.explored();
    assert_eq!((explored.survey.rounds.len(), explored.survey.managers.len()), (0, 0));
    assert_eq!(explored.finality, None);
    assert_eq!(explored.steps, Steps { stepwise: 1, jumped: 1, filled: 0 });
    assert!(seen.remembers, "what was saved is of the other chain as well");
}

fn ledger_committee() -> Committee {
    let member = |byte| ledger::Member { key: [byte; 32], vrf: [byte | 128; 32] };
    Committee::new((1..=4).map(member).collect()).unwrap()
}
