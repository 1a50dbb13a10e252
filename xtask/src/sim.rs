//! `cargo xtask sim`: the consensus in its simulator, many thousand times, and with broken rules.
//!
//! The work is the example `campaign` of the package `simulator`; this builds it optimised, runs it
//! and says what it cost.

use crate::cargo;
use crate::ci::Clock;
use anyhow::{Context, Result};
use clap::Args;

/// What to run.
#[derive(Args)]
pub(crate) struct Options {
    /// How many seeds the sound engine runs, over 4, 7, 10 and 16 managers.
    #[arg(long, default_value_t = 100_000)]
    seeds: u64,
    /// The first of them.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Walks through the engine's states instead.
    #[arg(long)]
    walk: bool,
    /// Most states of each walk.
    #[arg(long, default_value_t = 3_000_000)]
    states: u64,
}

/// Builds and runs; true if nothing was found but what had to be.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let build = ["build", "--release", "--locked", "--package", "simulator", "--examples"];
    let built = cargo::command(&build)?.status().context("cargo does not start")?;
    if !built.success() {
        return Ok(false);
    }
    let start = Clock::start();
    let run = ["run", "--release", "--locked", "--quiet", "--package", "simulator"];
    let mut command = cargo::command(&run)?;
    command.args(["--example", "campaign", "--"]);
    if options.walk {
        command.args(["walk", &options.states.to_string()]);
    } else {
        command.args(["runs", &options.seeds.to_string(), &options.first.to_string()]);
    }
    let status = command.status().context("cargo does not start")?;
    let (wall, cpu) = start.spent();
    let cpu = cpu.map_or_else(String::new, |cpu| format!(", {cpu:.0} s of CPU"));
    println!("\n{}: {wall:.0} s{cpu}", if status.success() { "all ok" } else { "FAILED" });
    Ok(status.success())
}
