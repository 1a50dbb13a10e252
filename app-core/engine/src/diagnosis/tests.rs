use std::time::Duration;

use types::Round;

use super::*;
use crate::observatory::PeerFacts;

const NOW: Timestamp = Timestamp(1_790_000_000_000);

const fn open(ms: u64) -> Way {
    let time = Duration::from_millis(ms);
    Way::Open(Probed { connected: time, round_trip: time })
}

fn used(carrier: Carrier) -> PeerFacts {
    PeerFacts {
        id: WorkerId([1; 32]),
        home: true,
        relayed: false,
        carrier,
        local: false,
        address: String::new(),
        round_trip_us: Some(20_100),
        since: NOW,
        bytes: None,
    }
}

fn well() -> Measured {
    let second = Second::Reached(
        WorkerId([2; 32]),
        Probed { connected: Duration::ZERO, round_trip: Duration::ZERO },
    );
    let (quic, tcp, in_use) = (open(30), open(40), Some(used(Carrier::Quic)));
    Measured { in_use, quic, tcp, second, clock_ahead_ms: Some(-12) }
}

fn standing() -> Standing {
    Standing {
        round: Round(100),
        time: Timestamp(NOW.0 - 1500),
        interval_ms: 1000,
        window: 100,
        period_left_s: 1_209_598,
        frozen: false,
        checkpoint: None,
        flags: ledger::Flags::default(),
    }
}

#[test]
fn what_the_managers_switch_off_is_said_before_and_after() {
    let with = |pool_stop, ecdsa_off| {
        let flags = ledger::Flags { pool_stop, ecdsa_off };
        let standing = Standing { flags, ..standing() };
        diagnose(Some(&well()), Some(&standing), NOW).split_off(of(&well()).len())
    };
    assert_eq!(with(None, None), []);
    let due = with(Some(Round(160)), Some(Round(100)));
    let told: Vec<_> = due.iter().map(|found| (found.kind, found.health, found.ms)).collect();
    assert_eq!(
        told,
        [
            (FindingKind::PoolStopping, Health::Fair, Some(60_000)),
            (FindingKind::EcdsaOff, Health::Bad, None)
        ]
    );
    assert!(due.iter().all(|found| found.advice().is_some() && !found.said().is_empty()));
}

fn of(measured: &Measured) -> Vec<(FindingKind, Health)> {
    let findings = diagnose(Some(measured), Some(&standing()), NOW);
    findings.iter().map(|finding| (finding.kind, finding.health)).collect()
}

#[track_caller]
fn check(measured: &Measured, kind: FindingKind, health: Health) {
    let found = of(measured);
    assert!(found.contains(&(kind, health)), "{kind:?} {health:?} is not in {found:?}");
}

#[test]
fn where_all_is_well_nothing_is_advised() {
    let findings = diagnose(Some(&well()), Some(&standing()), NOW);
    assert_eq!(findings.len(), 9);
    for finding in &findings {
        assert_eq!((finding.health, finding.advice()), (Health::Good, None), "{finding:?}");
        assert!(finding.said().ends_with('.'));
    }
    let measured = |kind| findings.iter().find(|finding| finding.kind == kind).unwrap().ms;
    assert_eq!(measured(FindingKind::LatencyGood), Some(21));
    assert_eq!(measured(FindingKind::QuicOpen), Some(30));
    assert_eq!(measured(FindingKind::ClockRight), Some(12));
    assert_eq!(measured(FindingKind::HeaderFresh), Some(1500));
}

#[test]
fn blocked_quic_is_named_as_why_tcp_is_used() {
    let quic_shut = Measured { quic: Way::Shut, in_use: Some(used(Carrier::Tcp)), ..well() };
    check(&quic_shut, FindingKind::PathFallback, Health::Fair);
    check(&quic_shut, FindingKind::QuicShut, Health::Fair);
    check(&quic_shut, FindingKind::HomeReached, Health::Good);
    let by_choice = Measured { in_use: Some(used(Carrier::Tcp)), ..well() };
    check(&by_choice, FindingKind::PathTcp, Health::Good);
}

#[test]
fn what_stands_between_is_named() {
    let relayed = PeerFacts { relayed: true, ..used(Carrier::Quic) };
    check(&Measured { in_use: Some(relayed), ..well() }, FindingKind::PathRelayed, Health::Fair);
    let local = PeerFacts { local: true, ..used(Carrier::Quic) };
    check(&Measured { in_use: Some(local), ..well() }, FindingKind::PathLocal, Health::Good);
}

#[test]
fn a_worker_that_is_gone_is_silent_on_every_way() {
    let gone = Measured {
        in_use: None,
        quic: Way::Shut,
        tcp: Way::Shut,
        second: Second::Silent,
        clock_ahead_ms: None,
    };
    for kind in [
        FindingKind::HomeSilent,
        FindingKind::PathNone,
        FindingKind::QuicShut,
        FindingKind::TcpShut,
    ] {
        check(&gone, kind, Health::Bad);
    }
    check(&gone, FindingKind::SecondSilent, Health::Fair);
    let judged = of(&gone);
    assert!(
        !judged
            .iter()
            .any(|(kind, _)| matches!(kind, FindingKind::ClockRight | FindingKind::LatencyGood))
    );
}

#[test]
fn slow_ways_and_wrong_clocks_are_told() {
    let slow = PeerFacts { round_trip_us: Some(300_000), ..used(Carrier::Quic) };
    check(&Measured { in_use: Some(slow), ..well() }, FindingKind::LatencyHigh, Health::Fair);
    let apart = |ms| Measured { clock_ahead_ms: Some(ms), ..well() };
    check(&apart(5000), FindingKind::ClockRight, Health::Good);
    check(&apart(5001), FindingKind::ClockAhead, Health::Bad);
    check(&apart(-5001), FindingKind::ClockBehind, Health::Bad);
    check(&apart(i64::MIN), FindingKind::ClockBehind, Health::Bad);
}

#[test]
fn old_headers_and_ending_trust_are_told() {
    let judge = |standing: &Standing| {
        let findings = diagnose(Some(&well()), Some(standing), NOW);
        findings.iter().rev().take(2).map(|found| (found.kind, found.health)).collect::<Vec<_>>()
    };
    let old = Standing { time: Timestamp(NOW.0 - 90_000), ..standing() };
    assert_eq!(judge(&old)[1], (FindingKind::HeaderOld, Health::Bad));
    let slow = Standing { interval_ms: 10_000, ..old };
    assert_eq!(judge(&slow)[1], (FindingKind::HeaderFresh, Health::Good));
    let none = Standing { round: Round(0), ..standing() };
    assert_eq!(judge(&none)[1], (FindingKind::HeaderNone, Health::Bad));
    let left = |period_left_s| Standing { period_left_s, ..standing() };
    assert_eq!(judge(&left(ENDING_S))[0], (FindingKind::TrustSound, Health::Good));
    assert_eq!(judge(&left(ENDING_S - 1))[0], (FindingKind::TrustEnding, Health::Fair));
    assert_eq!(judge(&left(0))[0], (FindingKind::TrustOver, Health::Bad));
    let frozen = Standing { frozen: true, ..standing() };
    assert_eq!(judge(&frozen)[0], (FindingKind::TrustFrozen, Health::Bad));
}

#[test]
fn whatever_is_not_well_comes_with_something_to_do() {
    let cases = [
        Measured {
            in_use: None,
            quic: Way::Shut,
            tcp: Way::Shut,
            second: Second::Silent,
            ..well()
        },
        Measured { quic: Way::Unknown, tcp: Way::Shut, second: Second::Unknown, ..well() },
        Measured { tcp: Way::Unknown, clock_ahead_ms: Some(99_999), ..well() },
        Measured { clock_ahead_ms: Some(-99_999), ..well() },
    ];
    for measured in cases {
        for finding in diagnose(Some(&measured), Some(&standing()), NOW) {
            assert_eq!(finding.advice().is_some(), finding.health != Health::Good, "{finding:?}");
        }
    }
    let nothing = diagnose(None, None, NOW);
    assert_eq!(nothing.len(), 1);
    assert!(nothing[0].advice().is_some());
}
