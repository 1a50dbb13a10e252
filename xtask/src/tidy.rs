//! `cargo xtask tidy`: the rules of the house that no compiler checks.
//!
//! Each rule is a plain function from what was read to [`Fault`]s, so that each has an example
//! that fails. Nothing here repairs anything.

mod exceptions;
mod files;
mod imports;
mod licences;
mod metadata;
mod npm;
mod packages;
mod tree;
mod ui;
mod words;

use crate::cargo;
use anyhow::{Context, Result};
use metadata::Metadata;
use tree::Tree;

/// One breach of one rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fault {
    /// The rule, as the list of exceptions calls it.
    rule: &'static str,
    /// A package or a file.
    place: String,
    /// What is wrong, and what to do.
    what: String,
}

impl Fault {
    fn new(rule: &'static str, place: &str, what: impl Into<String>) -> Self {
        Self { rule, place: place.to_owned(), what: what.into() }
    }
}

/// Checks everything and prints each fault; true if there is none.
pub(crate) fn run() -> Result<bool> {
    let root = cargo::root()?;
    let metadata = Metadata::read()?;
    let tree = Tree::read(&root)?;
    let mut faults = imports::check(&metadata);
    faults.extend(packages::check(&metadata, &metadata::built()?));
    faults.extend(licences::check(&metadata));
    faults.extend(npm::check(&tree));
    faults.extend(files::check(&tree));
    faults.extend(ui::check(&tree));
    faults.extend(words::check(&tree));
    let list = root.join("xtask/exceptions.txt");
    let list = std::fs::read_to_string(&list).with_context(|| format!("{}", list.display()))?;
    let mut faults = exceptions::apply(&list, faults);
    faults.sort();
    for fault in &faults {
        println!("{}: {}: {}", fault.rule, fault.place, fault.what);
    }
    let (packages, files) = (metadata.packages.len(), tree.files.len());
    println!("tidy: {} faults in {packages} packages and {files} files", faults.len());
    Ok(faults.is_empty())
}
