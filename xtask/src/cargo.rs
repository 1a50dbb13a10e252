//! How the chores call cargo: always from the root of the workspace, always as a person would.

use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// The folder of the workspace.
pub(crate) fn root() -> Result<PathBuf> {
    let here = match std::env::var_os("CARGO_MANIFEST_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::current_dir().context("the current folder cannot be read")?,
    };
    here.ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file())
        .map(PathBuf::from)
        .context("no Cargo.lock here or above: run this inside the checkout")
}

/// A call of cargo with these arguments.
pub(crate) fn command(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root()?);
    // `cargo run` describes xtask itself to us; passed on, it makes build scripts that watch these
    // variables run again, and with them a good part of the build.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&*name);
        }
    }
    if std::env::var("CI").is_ok_and(|ci| ci == "1" || ci == "true") {
        command.env("CARGO_INCREMENTAL", "0");
    }
    Ok(command)
}

/// A call of cargo that compiles our own crates by way of clippy, whose every warning is an error.
///
/// `cargo clippy` would go over all crates once more, dependencies included, and keep nothing that
/// tests can use; clippy's compiler lints and builds in one pass.
pub(crate) fn linted(arguments: &[&str]) -> Result<Command> {
    let mut command = command(arguments)?;
    command.env("RUSTC_WORKSPACE_WRAPPER", "clippy-driver").env("CLIPPY_ARGS", "-Dwarnings");
    Ok(command)
}

/// What cargo prints for these arguments.
pub(crate) fn output(arguments: &[&str]) -> Result<String> {
    printed(command(arguments)?)
}

/// What this call of cargo prints.
pub(crate) fn printed(mut command: Command) -> Result<String> {
    let output = command.output().context("cargo does not start")?;
    if !output.status.success() {
        let why = String::from_utf8_lossy(&output.stderr);
        let arguments: Vec<_> = command.get_args().map(|it| it.to_string_lossy()).collect();
        bail!("cargo {} failed: {}", arguments.join(" "), why.trim());
    }
    String::from_utf8(output.stdout).context("cargo printed something that is not text")
}
