//! The tests of proofs, each package's in one process: a circuit's keys take seconds to build, and a
//! runner that gives every test a process of its own would build them for every test.

use crate::cargo;
use anyhow::{Result, ensure};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// Whose unit tests build such keys.
const PACKAGES: [&str; 2] = ["ledger", "shielded"];
/// What nextest is to run: everything else.
pub(super) const OTHERS: &str = "not (kind(lib) & (package(ledger) | package(shielded)))";
/// Says where they lie; they are built already.
pub(super) const BUILT: [&str; 7] =
    ["test", "--locked", "--workspace", "--lib", "--no-run", "--message-format", "json"];

/// The programs that run them.
pub(super) fn tests() -> Result<Vec<Command>> {
    let built = cargo::printed(cargo::linted(&BUILT)?)?;
    let commands: Vec<Command> = built.lines().filter_map(program).collect();
    ensure!(commands.len() == PACKAGES.len(), "the tests of {PACKAGES:?} are not all there");
    Ok(commands)
}

/// The program that a line of cargo's names, if it is one of them.
fn program(line: &str) -> Option<Command> {
    let line: Value = serde_json::from_str(line).ok()?;
    let executable = line["executable"].as_str()?;
    let ours = PACKAGES.iter().any(|package| line["target"]["name"] == **package);
    let source = Path::new(line["target"]["src_path"].as_str()?);
    let folder = source.parent()?.parent()?;
    let mut command = Command::new(executable);
    command.current_dir(folder);
    (ours && line["profile"]["test"] == true).then_some(command)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(package: &str, test: bool) -> String {
        let target = serde_json::json!({ "name": package, "src_path": "/w/app-core/x/src/lib.rs" });
        let profile = serde_json::json!({ "test": test });
        serde_json::json!({ "target": target, "profile": profile, "executable": "/w/t/x-1" })
            .to_string()
    }

    #[test]
    fn the_tests_of_two_packages_are_found() {
        let found = program(&line("shielded", true)).unwrap();
        assert_eq!(found.get_program(), "/w/t/x-1");
        assert_eq!(found.get_current_dir(), Some(Path::new("/w/app-core/x")));
        assert!(program(&line("shielded", false)).is_none());
        assert!(program(&line("store", true)).is_none());
        assert!(program("   Compiling shielded").is_none());
        assert!(PACKAGES.iter().all(|package| OTHERS.contains(&format!("package({package})"))));
    }
}
