//! `cargo xtask bench`: builds what ships, optimised, and prints the project's figures.
//!
//! The measuring itself is the binary `bench` of the package `scenarios`; this only builds and
//! starts it. `cargo xtask bench ratchet` compares encryption with Signal's published library;
//! `cargo xtask bench ledger` says what managers and light nodes can do, `cargo xtask bench wallet` what
//! private payments cost, and `cargo xtask bench stores` compares the chain's file with other stores.
//! Nothing here judges a figure.

mod ledger;
mod ratchet;
mod rows;
mod stores;
mod wallet;

use crate::cargo;
use anyhow::{Context, Result, ensure};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::env::consts::EXE_EXTENSION;
use std::path::PathBuf;
use std::process::Command;

/// What is built: what ships together with the binary that measures, then the example that
/// measures encryption alone.
const BUILDS: [&[&str]; 2] = [&["build", "--release", "--locked", "--workspace"], SPEED];
const SPEED: &[&str] =
    &["build", "--release", "--locked", "--package", "ratchet", "--example", "speed"];

/// What to measure.
#[derive(Args)]
pub(crate) struct Options {
    /// One part by itself.
    part: Option<Part>,
}

#[derive(Clone, Copy, ValueEnum)]
enum Part {
    /// Encryption, against Signal's published library in the same run.
    Ratchet,
    /// Managers: finality, transfers a second, coming back after weeks and after a crash.
    Ledger,
    /// The private pool, against the bare crate of its circuit in the same run, Falcon, statements.
    Wallet,
    /// Where the chain is kept, against other key-value stores in the same run.
    Stores,
}

/// What cargo says about the workspace.
#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

/// Builds and runs; true if everything could be measured.
pub(crate) fn run(options: &Options) -> Result<bool> {
    match options.part {
        None => everything(),
        Some(Part::Ratchet) => ratchet::run(),
        Some(Part::Ledger) => ledger::run(),
        Some(Part::Wallet) => wallet::run(),
        Some(Part::Stores) => stores::run(),
    }
}

fn everything() -> Result<bool> {
    BUILDS.iter().try_for_each(|arguments| build(arguments))?;
    // No keychain: a measurement leaves nothing in the one of the person who started it.
    let bench = built("bench")?;
    let status = Command::new(&bench)
        .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        .status()
        .with_context(|| format!("{} does not start", bench.display()))?;
    Ok(status.success())
}

fn build(arguments: &[&str]) -> Result<()> {
    let status = cargo::command(arguments)?.status().context("cargo does not start")?;
    ensure!(status.success(), "cargo {} failed", arguments.join(" "));
    Ok(())
}

/// The optimised program of this name.
fn built(name: &str) -> Result<PathBuf> {
    Ok(target()?.join("release").join(name).with_extension(EXE_EXTENSION))
}

/// Where cargo puts what it builds.
fn target() -> Result<PathBuf> {
    let metadata = cargo::output(&["metadata", "--no-deps", "--format-version", "1"])?;
    let Metadata { target_directory } = serde_json::from_str(&metadata)?;
    Ok(target_directory)
}
