//! `cargo xtask fuzz`: the mutation loop of the package `scenarios`, for as long as one likes.

use crate::cargo;
use anyhow::{Context, Result};
use clap::Args;

/// How long, and what.
#[derive(Args)]
pub(crate) struct Options {
    /// How long to run, shared by all targets.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Repeats an earlier run, which printed this number.
    #[arg(long)]
    seed: Option<u64>,
    /// One target only; a wrong name prints the list.
    target: Option<String>,
}

/// Runs it; true if no input was found that panics.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let mut command =
        cargo::command(&["run", "--locked", "--package", "scenarios", "--bin", "fuzz", "--"])?;
    command.args(["--seconds", &options.seconds.to_string()]);
    if let Some(seed) = options.seed {
        command.args(["--seed", &seed.to_string()]);
    }
    command.args(&options.target);
    Ok(command.status().context("cargo does not start")?.success())
}
