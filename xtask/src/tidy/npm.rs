//! What npm fetches: every package by its hash, under an allowed licence, from wherever the machine
//! is told to look, and nothing of it runs at installation.

use super::Fault;
use super::licences;
use super::tree::{TextFile, Tree};
use serde::Deserialize;
use std::collections::BTreeMap;

const RULE: &str = "npm";
const LOCK: &str = "package-lock.json";

/// The settings that must stand in the `.npmrc` beside a lock file, with the reason.
const SETTINGS: [(&str, &str); 2] = [
    ("ignore-scripts=true", "foreign scripts must not run at installation"),
    ("omit-lockfile-registry-resolved=true", "the lock file must not name a registry"),
];

/// Packages that would like to run a script when installed, with the reason why they work without.
const SCRIPTS: [(&str, &str); 2] = [
    ("fsevents", "watches files, on macOS only"),
    ("@signalapp/libsignal-client", "prints a hint; its programs are in the package"),
];

/// Beginnings of names of packages under another licence, with the licence and the reason why that
/// is bearable.
const NAMED: [(&str, &str, &str); 3] = [
    ("axe-core", "MPL-2.0", "only in tests"),
    ("lightningcss", "MPL-2.0", "only builds the page: none of it is in what is built"),
    ("tslib", "0BSD", "asks for nothing"),
];

/// Packages under another licence that the lock file of one folder alone may name: folder, package,
/// licence, and the reason why that is bearable there.
const ONLY_IN: [(&str, &str, &str, &str); 1] = [(
    "tests/interop/",
    "@signalapp/libsignal-client",
    "AGPL-3.0-only",
    "the other side of our tests, in a process of its own: never linked, never shipped",
)];

/// A lock file, as far as the rules ask.
#[derive(Deserialize)]
struct Lock {
    #[serde(rename = "lockfileVersion")]
    version: u32,
    #[serde(default)]
    packages: BTreeMap<String, Entry>,
}

/// One package; the one without a path is our own.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry {
    resolved: Option<String>,
    integrity: Option<String>,
    license: Option<String>,
    #[serde(default)]
    has_install_script: bool,
    #[serde(default)]
    dependencies: BTreeMap<String, String>,
    #[serde(default)]
    dev_dependencies: BTreeMap<String, String>,
    #[serde(default)]
    optional_dependencies: BTreeMap<String, String>,
}

/// Checks every lock file, and that each list of packages has one.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = vec![];
    for file in &tree.files {
        match file.name() {
            LOCK => {
                settings(tree, file, &mut faults);
                lock(file, &mut faults);
            }
            "package.json" if beside(tree, file, LOCK).is_none() => {
                faults.push(Fault::new(RULE, &file.path, "has no lock file beside it"));
            }
            _ => {}
        }
    }
    faults
}

fn beside<'a>(tree: &'a Tree, file: &TextFile, name: &str) -> Option<&'a TextFile> {
    let folder = file.path.strip_suffix(file.name())?;
    tree.files.iter().find(|other| other.path.strip_prefix(folder) == Some(name))
}

fn settings(tree: &Tree, file: &TextFile, faults: &mut Vec<Fault>) {
    let text = beside(tree, file, ".npmrc").map_or("", |settings| &settings.text);
    for (setting, why) in SETTINGS {
        if !text.lines().any(|line| line.trim() == setting) {
            let what = format!("the .npmrc beside it does not say {setting}: {why}");
            faults.push(Fault::new(RULE, &file.path, what));
        }
    }
}

fn lock(file: &TextFile, faults: &mut Vec<Fault>) {
    let mut tell = |what: String| faults.push(Fault::new(RULE, &file.path, what));
    let lock: Lock = match serde_json::from_str(&file.text) {
        Ok(lock) => lock,
        Err(error) => return tell(format!("is not a lock file as known: {error}")),
    };
    if lock.version != 3 {
        tell(format!("has version {}, not 3", lock.version));
    }
    for (path, entry) in &lock.packages {
        if path.is_empty() {
            ours(entry).into_iter().for_each(&mut tell);
        } else {
            let name = path.rsplit("node_modules/").next().unwrap_or_default();
            let wrong = foreign(&file.path, name, entry);
            wrong.into_iter().for_each(|what| tell(format!("{name} {what}")));
        }
    }
}

/// What is wrong with our own wishes.
fn ours(entry: &Entry) -> Vec<String> {
    let all = [&entry.dependencies, &entry.dev_dependencies, &entry.optional_dependencies];
    let wishes = all.into_iter().flatten();
    let loose = wishes.filter(|(_, version)| !version.starts_with(|c: char| c.is_ascii_digit()));
    loose
        .map(|(name, version)| format!("{name} must have an exact version, not {version}"))
        .collect()
}

/// What is wrong with a package of others in this lock file.
fn foreign(file: &str, name: &str, entry: &Entry) -> Vec<String> {
    let mut wrong = vec![];
    if entry.resolved.as_deref().is_some_and(|place| place.contains("//")) {
        wrong.push("names the place it comes from".to_owned());
    }
    if !entry.integrity.as_deref().is_some_and(|hash| hash.starts_with("sha512-")) {
        wrong.push("has no SHA-512".to_owned());
    }
    if entry.has_install_script && !SCRIPTS.iter().any(|(known, _)| *known == name) {
        wrong.push("wants to run a script when installed".to_owned());
    }
    let named: Vec<&str> = NAMED
        .iter()
        .filter(|(known, _, _)| is_or_is_part_of(name, known))
        .map(|(_, licence, _)| *licence)
        .chain(only_here(file, name))
        .collect();
    match entry.license.as_deref() {
        None => wrong.push("names no licence".to_owned()),
        Some(licence) if licences::acceptable(licence, &named) == Some(true) => {}
        Some(licence) => wrong.push(format!("is under {licence}, which is not allowed")),
    }
    wrong
}

/// The licences that this package may have in this lock file and in no other.
fn only_here<'a>(file: &str, name: &str) -> impl Iterator<Item = &'a str> {
    let here = |folder: &str| file.strip_prefix(folder) == Some(LOCK);
    let lines = ONLY_IN.iter().filter(move |(folder, known, _, _)| here(folder) && *known == name);
    lines.map(|(_, _, licence, _)| *licence)
}

/// True for the package itself and its builds for single platforms, as `lightningcss-linux-x64-gnu`.
fn is_or_is_part_of(name: &str, known: &str) -> bool {
    name.strip_prefix(known).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}

#[cfg(test)]
mod tests;
