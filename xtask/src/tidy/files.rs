//! Sizes of files, and files that must or must not be there.

use super::Fault;
use super::tree::{TextFile, Tree};

/// Most lines of a source file, its test module at the foot not counted.
const SOURCE: usize = 500;
/// How the names of source files end; programs for a shell may have any name.
const SOURCES: [&str; 6] = [".rs", ".ts", ".js", ".mjs", ".css", ".sh"];
/// Most lines of a test module at the foot of a file; a longer one has its own file.
const FOOT: usize = 150;
/// Most lines of a component of the page: its script, its markup and its style.
const COMPONENT: usize = 250;
/// Most lines of a `main.rs`: it parses arguments and calls.
const MAIN: usize = 60;
/// Most lines of ARCHITECTURE.md, so that it is read.
const ARCHITECTURE: usize = 200;
/// Most lines of one decision in docs/adr.
const DECISION: usize = 80;

/// Checks every file.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = vec![];
    for file in &tree.files {
        sizes(file, &mut faults);
        names(file, &mut faults);
        lints(file, &mut faults);
    }
    faults
}

fn sizes(file: &TextFile, faults: &mut Vec<Fault>) {
    let Some(limit) = limit(file) else { return };
    let (code, foot) = file.sizes();
    if code > limit {
        let what = format!("has {code} lines, at most {limit} are allowed");
        faults.push(Fault::new("size", &file.path, what));
    }
    if foot > FOOT {
        let what = format!("ends in {foot} lines of tests: give them their own file");
        faults.push(Fault::new("size", &file.path, what));
    }
}

fn limit(file: &TextFile) -> Option<usize> {
    match file.name() {
        _ if file.path.starts_with(super::ui::GENERATED) => None,
        "main.rs" if !file.is_test() => Some(MAIN),
        "ARCHITECTURE.md" => Some(ARCHITECTURE),
        name if name.ends_with(".svelte") => Some(COMPONENT),
        name if SOURCES.iter().any(|end| name.ends_with(end)) => Some(SOURCE),
        _ if file.text.starts_with("#!") => Some(SOURCE),
        name if name.ends_with(".md") && file.path.starts_with("docs/adr/") => Some(DECISION),
        _ => None,
    }
}

fn names(file: &TextFile, faults: &mut Vec<Fault>) {
    if ["rust-toolchain", "rust-toolchain.toml"].contains(&file.name()) {
        let what = "any Rust from `rust-version` on will do: no toolchain file";
        faults.push(Fault::new("toolchain", &file.path, what));
    }
}

fn lints(file: &TextFile, faults: &mut Vec<Fault>) {
    let manifest = file.name() == "Cargo.toml" && file.text.contains("[package]");
    if manifest && !file.text.contains("[lints]\nworkspace = true\n") {
        let what = "does not inherit the workspace's lints";
        faults.push(Fault::new("lints", &file.path, what));
    }
}

#[cfg(test)]
mod tests;
