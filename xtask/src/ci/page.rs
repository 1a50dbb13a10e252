//! The steps that run on Node: the page's own, and the stories told through a browser and a window.

use crate::cargo;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

/// Fetches what the page is made with, if the lock file asks for other packages than are there;
/// tests, checks and builds the page.
pub(super) fn build() -> Result<Vec<Command>> {
    let root = cargo::root()?;
    let mut commands = vec![];
    if !fetched(&root.join("ui")) {
        commands.push(npm(&["ci", "--ignore-scripts", "--loglevel=error"])?);
        let mut note = Command::new("cp");
        note.args(["package-lock.json", "node_modules/.fetched"]).current_dir(root.join("ui"));
        commands.push(note);
    }
    for script in [["run", "test"], ["run", "build"]] {
        commands.push(npm(&script)?);
    }
    Ok(commands)
}

/// Looks at every view, for what keeps people from using it.
pub(super) fn views() -> Result<Vec<Command>> {
    Ok(vec![npm(&["run", "views"])?])
}

/// One story told from outside; with a display, on one that nobody sees.
pub(super) fn story(file: &str, display: bool) -> Result<Vec<Command>> {
    let mut command = Command::new(if display { "xvfb-run" } else { "node" });
    if display {
        command.args(["--auto-servernum", "--server-args=-screen 0 1280x900x24", "node"]);
    }
    command.args(["--test", "--test-reporter=spec", file]).current_dir(cargo::root()?);
    // No keychain: a test leaves nothing in the one of the person who started it.
    command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:").env("NO_COLOR", "1");
    Ok(vec![command])
}

/// True if the modules there are those of the lock file; `./bcm` leaves the same note.
fn fetched(folder: &Path) -> bool {
    let lock = std::fs::read(folder.join("package-lock.json"));
    let note = std::fs::read(folder.join("node_modules/.fetched"));
    lock.ok().zip(note.ok()).is_some_and(|(lock, note)| lock == note)
}

fn npm(arguments: &[&str]) -> Result<Command> {
    let mut command = Command::new("npm");
    // The runner's closing lines are looked for among what it prints.
    command.args(arguments).current_dir(cargo::root()?.join("ui")).env("NO_COLOR", "1");
    Ok(command)
}
