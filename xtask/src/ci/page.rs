//! The steps that run on Node: the page's own, and the stories told through a browser and a window.

use crate::node;
use anyhow::Result;
use std::process::Command;

const PAGE: &str = "ui";

/// Fetches what the page is made with, if the lock file asks for other packages than are there;
/// tests, checks and builds the page.
pub(super) fn build() -> Result<Vec<Command>> {
    let mut commands = node::fetch(PAGE)?;
    for script in [["run", "test"], ["run", "build"]] {
        commands.push(node::npm(PAGE, &script)?);
    }
    Ok(commands)
}

/// Looks at every view, for what keeps people from using it.
pub(super) fn views() -> Result<Vec<Command>> {
    Ok(vec![node::npm(PAGE, &["run", "views"])?])
}

/// One story told from outside; with a display, on one that nobody sees.
pub(super) fn story(file: &str, display: bool) -> Result<Vec<Command>> {
    let mut command = Command::new(if display { "xvfb-run" } else { "node" });
    if display {
        command.args(["--auto-servernum", "--server-args=-screen 0 1280x900x24", "node"]);
    }
    node::test(&mut command, &[file])?;
    // No keychain: a test leaves nothing in the one of the person who started it.
    command.env("DBUS_SESSION_BUS_ADDRESS", "disabled:");
    Ok(vec![command])
}
