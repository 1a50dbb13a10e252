//! How the chores call Node and npm: from a folder of the checkout, with modules by its lock file.

use crate::cargo;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// What fetches the modules that a folder's lock file names, unless they are there already.
pub(crate) fn fetch(folder: &str) -> Result<Vec<Command>> {
    if fetched(&cargo::root()?.join(folder)) {
        return Ok(vec![]);
    }
    let mut note = Command::new("cp");
    note.args(["package-lock.json", "node_modules/.fetched"]);
    note.current_dir(cargo::root()?.join(folder));
    Ok(vec![npm(folder, &["ci", "--ignore-scripts", "--loglevel=error"])?, note])
}

/// A call of npm there.
pub(crate) fn npm(folder: &str, arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new("npm");
    // The runner's closing lines are looked for among what it prints.
    command.args(arguments).current_dir(cargo::root()?.join(folder)).env("NO_COLOR", "1");
    Ok(command)
}

/// Node's own test runner on these files below the root, started by `program`.
pub(crate) fn test(program: &mut Command, files: &[&str]) -> Result<()> {
    program.args(["--test", "--test-reporter=spec"]).args(files);
    program.current_dir(cargo::root()?).env("NO_COLOR", "1");
    Ok(())
}

/// True if the modules there are those of the lock file; `./bcm` leaves the same note.
fn fetched(folder: &Path) -> bool {
    let lock = std::fs::read(folder.join("package-lock.json"));
    let note = std::fs::read(folder.join("node_modules/.fetched"));
    lock.ok().zip(note.ok()).is_some_and(|(lock, note)| lock == note)
}
