//! `cargo xtask interop`: our protocol in conversation with Signal's published library.
//!
//! The tests are Node's, in `tests/interop`; each of them plays every pairing of the two. `ci` runs
//! the short ones against the peer that it has built; this chore runs as many conversations as one
//! likes, and what takes longer.

use crate::{cargo, node};
use anyhow::{Context, Result, ensure};
use clap::Args;
use std::path::PathBuf;
use std::process::Command;

const FOLDER: &str = "tests/interop";
const CONVERSATIONS: &str = "tests/interop/conversations.test.mjs";
const SHORT: [&str; 6] = [
    "tests/interop/vectors.test.mjs",
    "tests/interop/requests.test.mjs",
    "tests/interop/scenarios.test.mjs",
    "tests/interop/refusals.test.mjs",
    "tests/interop/tamper.test.mjs",
    CONVERSATIONS,
];
const LIMITS: &str = "tests/interop/limits.test.mjs";

/// What to run.
#[derive(Args)]
pub(crate) struct Options {
    /// How many random conversations, and groups, each pairing has.
    #[arg(long, default_value_t = 50)]
    seeds: u32,
    /// Plays again the conversations of one seed, which a failed test's name tells.
    #[arg(long)]
    seed: Option<u32>,
    /// Builds our side optimised.
    #[arg(long)]
    release: bool,
}

/// The step of `ci`: fetches the library if need be, and runs what is short.
pub(crate) fn short() -> Result<Vec<Command>> {
    let mut commands = node::fetch(FOLDER)?;
    let mut tests = Command::new("node");
    node::test(&mut tests, &SHORT)?;
    commands.push(tests);
    Ok(commands)
}

/// Builds our peer and runs everything, or one seed; true if all passed.
pub(crate) fn run(options: &Options) -> Result<bool> {
    let mut build = vec!["build", "--locked", "--package", "ratchet", "--example", "peer"];
    if options.release {
        build.push("--release");
    }
    let status = cargo::command(&build)?.status().context("cargo does not start")?;
    ensure!(status.success(), "cargo {} failed", build.join(" "));
    for mut command in node::fetch(FOLDER)? {
        let status = command.status().context("npm does not start")?;
        ensure!(status.success(), "npm could not fetch what {FOLDER}/package-lock.json names");
    }
    let mut tests = Command::new("node");
    tests.env("BCM_PEER", peer(options.release)?);
    match options.seed {
        Some(seed) => {
            tests.env("BCM_SEED", seed.to_string()).env("BCM_SEEDS", "1");
            node::test(&mut tests, &[CONVERSATIONS])?;
        }
        None => {
            tests.env("BCM_SEEDS", options.seeds.to_string());
            node::test(&mut tests, &[SHORT.as_slice(), &[LIMITS]].concat())?;
        }
    }
    Ok(tests.status().context("node does not start")?.success())
}

/// Where cargo has put our peer.
fn peer(release: bool) -> Result<PathBuf> {
    let target = std::env::var_os("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into());
    let profile = if release { "release" } else { "debug" };
    Ok(cargo::root()?.join(target).join(profile).join("examples/peer"))
}
