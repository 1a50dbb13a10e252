//! `cargo xtask ci`: every check of a change, in one command that also runs at home.
//!
//! A failing step does not stop the later ones: one run tells everything there is to repair. The
//! closing table says what each step cost.

mod clock;
mod step;
#[cfg(test)]
mod tests;

use crate::{cargo, tidy};
use anyhow::Result;
use clock::Clock;
use step::Outcome;

/// Runs all steps; true if each passed.
pub(crate) fn run() -> Result<bool> {
    let start = Clock::start();
    let outcomes = [
        step::cargo("fmt", &["fmt", "--all", "--check"])?,
        step::own("tidy", tidy::run)?,
        step::cargo("clippy", &["clippy", "--locked", "--all-targets", "--", "-D", "warnings"])?,
        // Also links the binaries that the scenarios start, with the features the tests use.
        step::cargo("build", &["build", "--locked", "--all-targets"])?,
        tests()?,
        step::tests("doc tests", &["test", "--locked", "--doc"])?,
    ];
    let passed = outcomes.iter().all(|outcome| outcome.passed);
    print!("{}", report(&outcomes, &start));
    Ok(passed)
}

/// The unit and integration tests, by the better runner if it is installed.
fn tests() -> Result<Outcome> {
    if cargo::output(&["nextest", "--version"]).is_ok() {
        step::tests("tests", &["nextest", "run", "--locked", "--no-fail-fast"])
    } else {
        let targets = ["test", "--locked", "--no-fail-fast", "--lib", "--bins", "--tests"];
        step::tests("tests", &targets)
    }
}

fn report(outcomes: &[Outcome], start: &Clock) -> String {
    let mut text = String::new();
    for outcome in outcomes.iter().filter(|outcome| !outcome.closing.is_empty()) {
        text += &format!("\n{}:\n", outcome.name);
        outcome.closing.iter().for_each(|line| text += &format!("{line}\n"));
    }
    text += &format!("\n{:<10} {:>8} {:>8}\n", "step", "wall s", "CPU s");
    for outcome in outcomes {
        let verdict = if outcome.passed { "ok" } else { "FAILED" };
        text += &row(outcome.name, outcome.wall, outcome.cpu, verdict);
    }
    let failed = outcomes.iter().filter(|outcome| !outcome.passed).count();
    let verdict = if failed == 0 { "all ok".to_owned() } else { format!("{failed} FAILED") };
    let (wall, cpu) = start.spent();
    text + &row("total", wall, cpu, &verdict)
}

fn row(name: &str, wall: f64, cpu: Option<f64>, verdict: &str) -> String {
    let cpu = cpu.map_or_else(|| "-".to_owned(), |seconds| format!("{seconds:.1}"));
    format!("{name:<10} {wall:>8.1} {cpu:>8}  {verdict}\n")
}
