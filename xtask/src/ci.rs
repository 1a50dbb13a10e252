//! `cargo xtask ci`: every check of a change, in one command that also runs at home.
//!
//! A failing step does not stop the later ones: one run tells everything there is to repair. The
//! closing table says what each step cost.

mod clock;
mod closing;
mod page;
mod proofs;
mod step;
#[cfg(test)]
mod tests;

use crate::{cargo, interop, tidy};
use anyhow::Result;
pub(crate) use clock::Clock;
use std::process::Command;
use step::Outcome;

/// Lints, and links the binaries and examples that the stories start, with the features the tests
/// use. Always the whole workspace, so that no dependency is built twice.
const BUILD: [&str; 5] = ["build", "--locked", "--workspace", "--all-targets", "--keep-going"];
const NEXTEST: [&str; 8] = [
    "nextest",
    "run",
    "--locked",
    "--workspace",
    "--no-fail-fast",
    "-E",
    proofs::OTHERS,
    "--test-threads",
];
const TEST: [&str; 7] =
    ["test", "--locked", "--workspace", "--no-fail-fast", "--lib", "--bins", "--tests"];
const DOC_TESTS: [&str; 4] = ["test", "--locked", "--workspace", "--doc"];

/// Runs all steps; true if each passed.
pub(crate) fn run() -> Result<bool> {
    let start = Clock::start();
    let nextest = cargo::output(&["nextest", "--version"]).is_ok();
    let outcomes = [
        step::cargo("fmt", &["fmt", "--all", "--check"])?,
        step::own("tidy", tidy::run)?,
        // Before anything is compiled: the window carries the built page inside it.
        step::tests("ui", page::build()?)?,
        step::cargo("lints and build", &BUILD)?,
        step::tests("tests", vec![tests(nextest)?])?,
        step::tests("proofs", proofs(nextest)?)?,
        step::tests("doc tests", vec![step::cargo_tests(&DOC_TESTS)?])?,
        step::tests("interop", interop::short()?)?,
        step::tests("views", page::views()?)?,
        step::tests("served", page::story("tests/e2e/served.test.mjs", false)?)?,
        step::tests("window", page::story("tests/e2e/window.test.mjs", true)?)?,
    ];
    let passed = outcomes.iter().all(|outcome| outcome.passed);
    print!("{}", report(&outcomes, &start));
    Ok(passed)
}

/// The unit and integration tests, by the better runner if it is installed.
fn tests(nextest: bool) -> Result<Command> {
    if !nextest {
        return step::cargo_tests(&TEST);
    }
    let mut command = step::cargo_tests(&NEXTEST)?;
    // Half of them wait for a network most of the time.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    command.arg(cores.saturating_add(cores.div_ceil(2)).to_string());
    Ok(command)
}

/// Those that nextest leaves out. What does not build fails once more, and is not passed over.
fn proofs(nextest: bool) -> Result<Vec<Command>> {
    if !nextest {
        return Ok(vec![]);
    }
    proofs::tests().or_else(|_| Ok(vec![step::cargo_tests(&proofs::BUILT)?]))
}

fn report(outcomes: &[Outcome], start: &Clock) -> String {
    let mut text = String::new();
    for outcome in outcomes.iter().filter(|outcome| !outcome.closing.is_empty()) {
        text += &format!("\n{}:\n", outcome.name);
        outcome.closing.iter().for_each(|line| text += &format!("{line}\n"));
    }
    text += &format!("\n{:<15} {:>8} {:>8}\n", "step", "wall s", "CPU s");
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
    format!("{name:<15} {wall:>8.1} {cpu:>8}  {verdict}\n")
}
