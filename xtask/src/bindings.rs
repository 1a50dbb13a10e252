//! `cargo xtask bindings`: writes anew what is generated from the core's table of commands.
//!
//! The writing is done by the test of `api` that otherwise compares.

use crate::cargo;
use anyhow::{Context, Result};

/// Writes them; true if that worked.
pub(crate) fn run() -> Result<bool> {
    let mut command = cargo::command(&["test", "--locked", "--package", "api", "bindings"])?;
    command.env("UPDATE_BINDINGS", "1");
    Ok(command.status().context("cargo does not start")?.success())
}
