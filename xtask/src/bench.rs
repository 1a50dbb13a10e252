//! `cargo xtask bench`: builds what ships, optimised, and prints the project's figures.
//!
//! The measuring itself is the binary `bench` of the package `scenarios`; this only builds and
//! starts it. Nothing here judges a figure.

use crate::cargo;
use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::env::consts::EXE_EXTENSION;
use std::path::PathBuf;
use std::process::Command;

/// What is built: what ships together with the binary that measures, then the example that
/// measures encryption alone.
const BUILDS: [&[&str]; 2] = [
    &["build", "--release", "--locked", "--workspace"],
    &["build", "--release", "--locked", "--package", "ratchet", "--example", "speed"],
];

/// Where cargo puts what it builds.
#[derive(Deserialize)]
struct Metadata {
    target_directory: PathBuf,
}

/// Builds and runs; true if everything could be measured.
pub(crate) fn run() -> Result<bool> {
    for build in BUILDS {
        let status = cargo::command(build)?.status().context("cargo does not start")?;
        ensure!(status.success(), "cargo {} failed", build.join(" "));
    }
    let metadata = cargo::output(&["metadata", "--no-deps", "--format-version", "1"])?;
    let Metadata { target_directory } = serde_json::from_str(&metadata)?;
    let bench = target_directory.join("release/bench").with_extension(EXE_EXTENSION);
    // No keychain: a measurement leaves nothing in the one of the person who started it.
    let status = Command::new(&bench)
        .env("DBUS_SESSION_BUS_ADDRESS", "disabled:")
        .status()
        .with_context(|| format!("{} does not start", bench.display()))?;
    Ok(status.success())
}
