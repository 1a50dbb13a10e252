//! The chain's file against other key-value stores on the same load: `tools/storage-bench`, which is
//! outside the workspace so that those stores are no dependency of anything.

use super::target;
use crate::cargo;
use anyhow::{Context, Result};

/// Measures and prints.
pub(super) fn run() -> Result<bool> {
    let folder = cargo::root()?.join("tools/storage-bench");
    // Beside everything else that is built, and on a disk: the system's folder for temporary files
    // may be memory, where saving costs nothing.
    let target = target()?.join("storage-bench");
    std::fs::create_dir_all(&target)?;
    let mut command = cargo::command(&["run", "--release", "--locked", "--quiet"])?;
    command.arg("--manifest-path").arg(folder.join("Cargo.toml"));
    command.arg("--target-dir").arg(&target).args(["--", "--dir"]).arg(&target);
    Ok(command.status().context("cargo does not start")?.success())
}
