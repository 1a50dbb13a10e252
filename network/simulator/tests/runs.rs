//! The sound engine keeps every promise, and each broken rule is noticed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail tests")]

use simulator::{Expected, Report, Setting, Variant, describe, run, trace};

#[track_caller]
fn check_sound(managers: u16, first: u64, end: u64) -> Report {
    let setting = Setting::new(managers, Variant::Sound);
    let report = Report::of(first, end, &setting).unwrap();
    if let Some(seed) = report.first_bad_seed {
        let about = describe(seed, &setting).unwrap();
        panic!("seed {seed} of {managers}: {:?}\n{about}", run(seed, &setting));
    }
    assert_eq!(report.runs, end - first);
    report
}

#[test]
fn four_managers_keep_every_promise_with_one_that_does_not() {
    let report = check_sound(4, 0, 1_400);
    assert!(report.forged > 1_000, "forging is part of the runs: {report:?}");
}

#[test]
fn seven_ten_and_sixteen_managers_keep_every_promise() {
    check_sound(7, 1_400, 1_800);
    check_sound(10, 1_800, 1_940);
    check_sound(16, 1_940, 2_000);
}

#[test]
fn fewer_faulty_managers_than_the_protocol_bears_do_no_harm() {
    for byzantine in 0..2 {
        let setting = Setting { managers: 7, byzantine, variant: Variant::Sound };
        assert_eq!(Report::of(0, 30, &setting).unwrap().first_bad_seed, None, "{byzantine}");
    }
}

#[test]
fn each_broken_rule_is_noticed() {
    for mutant in Variant::MUTANTS {
        let report = Report::of(0, 500, &Setting::new(4, mutant)).unwrap();
        assert!(mutant.expected().is_met(&report), "{}: {report:?}", mutant.name());
    }
}

#[test]
fn a_seed_is_a_run() {
    for seed in [1, 4, 9, 77] {
        let setting = Setting::new(4, Variant::Sound);
        let lines = trace(seed, &setting).unwrap();
        assert!(lines.len() > 20, "{lines:?}");
        assert_eq!(trace(seed, &setting).unwrap(), lines);
        assert_eq!(run(seed, &setting), run(seed, &setting));
    }
    let other = trace(5, &Setting::new(4, Variant::Sound));
    assert_ne!(other, trace(4, &Setting::new(4, Variant::Sound)));
}

#[test]
fn more_faulty_managers_than_the_protocol_bears_are_no_setting() {
    let setting = |managers, byzantine| Setting { managers, byzantine, variant: Variant::Sound };
    assert!(setting(4, 1).is_possible() && setting(16, 5).is_possible());
    for (managers, byzantine) in [(3, 0), (4, 2), (16, 6), (17, 1)] {
        assert_eq!(Report::of(0, 1, &setting(managers, byzantine)), None);
    }
}

#[test]
fn reports_add_up_whatever_the_parts() {
    let setting = Setting::new(4, Variant::QuorumMinusOne);
    let whole = Report::of(0, 60, &setting).unwrap();
    let parts = Report::parts(0, 60, 7);
    assert_eq!(parts.first(), Some(&(0, 9)));
    let of = |(first, end): &(u64, u64)| Report::of(*first, *end, &setting).unwrap();
    assert_eq!(parts.iter().map(of).fold(Report::default(), |all, part| all.and(&part)), whole);
    assert!(whole.disagreements > 0 && !Expected::Nothing.is_met(&whole));
}
