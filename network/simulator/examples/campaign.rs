//! `cargo xtask sim`: many runs of the sound engine, and the gate of broken rules; or a long walk.
//!
//! Exit 0 if all is as it must be.

use simulator::{Report, Setting, Variant, Walk};
use std::process::ExitCode;
use std::time::Instant;

/// Managers, and how many of a hundred seeds are theirs.
const SHARES: [(u16, u64); 4] = [(4, 70), (7, 20), (10, 7), (16, 3)];
/// Seeds for each broken rule, with four managers.
const GATE: u64 = 4_000;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |at: usize| arguments.get(at).and_then(|text| text.parse().ok());
    let done = match (arguments.first().map(String::as_str), number(1)) {
        (Some("runs"), Some(seeds)) => Some(runs(number(2).unwrap_or(0), seeds) & gate()),
        (Some("walk"), Some(states)) => Some(walks(states)),
        _ => None,
    };
    match done {
        Some(true) => ExitCode::SUCCESS,
        Some(false) => ExitCode::FAILURE,
        None => {
            eprintln!("usage: campaign runs SEEDS [FIRST] | campaign walk STATES");
            ExitCode::from(2)
        }
    }
}

/// The sound engine; true if there is no finding.
fn runs(first: u64, seeds: u64) -> bool {
    println!("sound engine, {seeds} seeds");
    let (mut start, mut percent) = (first, 0);
    let mut good = true;
    for (managers, share) in SHARES {
        percent += share;
        let end = first + seeds * percent / 100;
        good &= show(&Setting::new(managers, Variant::Sound), start, end);
        start = end;
    }
    good
}

/// Each broken rule; true if each is noticed.
fn gate() -> bool {
    println!("\nbroken rules, {GATE} seeds each: what must be seen, is it");
    Variant::MUTANTS
        .iter()
        .fold(true, |good, mutant| show(&Setting::new(4, *mutant), 0, GATE) & good)
}

fn show(setting: &Setting, first: u64, end: u64) -> bool {
    let start = Instant::now();
    let Some(report) = in_threads(setting, first, end) else { return false };
    let expected = setting.variant.expected();
    let met = expected.is_met(&report);
    let each = start.elapsed().as_secs_f64() * 1000.0 / (end - first).max(1) as f64;
    println!(
        "{:18} N={:<2} F={} seeds {first}..{end}: disagreements {}, undecided {}, honest convicted \
         {}, broken {}, at most {} ms after GST, {each:.2} ms a run; {expected:?}: {}",
        setting.variant.name(),
        setting.managers,
        setting.byzantine,
        report.disagreements,
        report.undecided,
        report.honest_convicted,
        report.broken,
        report.max_ms_after_gst,
        if met { "ok" } else { "FAILED" },
    );
    if let Some(seed) = report.first_bad_seed.filter(|_| !met) {
        println!("  first bad seed {seed}");
    }
    met
}

fn in_threads(setting: &Setting, first: u64, end: u64) -> Option<Report> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let parts = Report::parts(first, end, u64::try_from(threads).unwrap_or(1));
    std::thread::scope(|scope| {
        let start = |(first, end)| scope.spawn(move || Report::of(first, end, setting));
        let threads: Vec<_> = parts.into_iter().map(start).collect();
        threads
            .into_iter()
            .try_fold(Report::default(), |all, thread| Some(all.and(&thread.join().ok()??)))
    })
}

/// The walk over the engine's states, as far as so many states go.
fn walks(most: u64) -> bool {
    let walk = |variant, views, restarts| {
        let premises = variant == Variant::Sound || variant == Variant::IgnoreNewView;
        let start = Instant::now();
        let walked = Walk { variant, views, restarts, premises, most }.run()?;
        let seconds = start.elapsed().as_secs_f64();
        let restarts = if restarts { ", with restarts" } else { "" };
        println!("{} in {views} views{restarts}: {walked}, {seconds:.1} s", variant.name());
        Some(walked.violation.map(|(wrong, _)| wrong))
    };
    // What learns no quorum has the model's states exactly; the sound engine has more.
    let sound = [
        walk(Variant::Sound, 2, false),
        walk(Variant::Sound, 2, true),
        walk(Variant::IgnoreNewView, 3, false),
        walk(Variant::Sound, 3, false),
    ];
    let forks = [
        walk(Variant::QuorumMinusOne, 1, false),
        walk(Variant::NoLock, 2, false),
        walk(Variant::UnlockAnyQc, 3, false),
    ];
    sound.iter().all(|found| *found == Some(None))
        & forks.iter().all(|found| *found == Some(Some("disagreement")))
}
