//! What cargo knows about the packages, as far as the rules ask.

use crate::cargo;
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};

/// The answer of `cargo metadata`.
#[derive(Debug, Deserialize)]
pub(crate) struct Metadata {
    pub(super) packages: Vec<Package>,
    pub(super) workspace_members: BTreeSet<String>,
    pub(super) workspace_default_members: BTreeSet<String>,
    pub(super) workspace_root: String,
    pub(super) resolve: Resolve,
}

/// A package, ours or foreign.
#[derive(Debug, Deserialize)]
pub(crate) struct Package {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) license: Option<String>,
    pub(super) source: Option<String>,
    pub(super) manifest_path: String,
    pub(super) dependencies: Vec<Dependency>,
}

/// A line of a manifest.
#[derive(Debug, Deserialize)]
pub(crate) struct Dependency {
    pub(super) name: String,
    pub(super) req: String,
    pub(super) kind: Option<String>,
    pub(super) path: Option<String>,
}

/// Who really gets whom.
#[derive(Debug, Deserialize)]
pub(crate) struct Resolve {
    pub(super) nodes: Vec<Node>,
}

/// One package among the resolved ones.
#[derive(Debug, Deserialize)]
pub(crate) struct Node {
    pub(super) id: String,
    pub(super) deps: Vec<Edge>,
}

/// A resolved dependency.
#[derive(Debug, Deserialize)]
pub(crate) struct Edge {
    pub(super) pkg: String,
    pub(super) dep_kinds: Vec<Kind>,
}

/// One reason for a dependency: `None` to run, `dev` for tests, `build` for its build script.
#[derive(Debug, Deserialize)]
pub(crate) struct Kind {
    pub(super) kind: Option<String>,
}

impl Metadata {
    /// Asks cargo, for the platform that we are on: the packages of others need not be fetched.
    pub(super) fn read() -> Result<Self> {
        let version = cargo::output(&["-vV"])?;
        let host = version.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.context("cargo does not name its platform")?;
        let arguments = ["metadata", "--locked", "--format-version=1", "--filter-platform", host];
        serde_json::from_str(&cargo::output(&arguments)?)
            .context("cargo's metadata is not as known")
    }

    /// The packages of the workspace.
    pub(super) fn members(&self) -> impl Iterator<Item = &Package> {
        self.packages.iter().filter(|package| self.workspace_members.contains(&package.id))
    }

    /// Everything that a package links or builds with, tests aside, each with the one that asks.
    pub(super) fn reach(&self, from: &Package) -> BTreeMap<&str, &str> {
        let names: BTreeMap<&str, &str> =
            self.packages.iter().map(|package| (&*package.id, &*package.name)).collect();
        let name = |id: &str| names.get(id).copied().unwrap_or_default();
        let (mut found, mut open) = (BTreeMap::new(), vec![from.id.as_str()]);
        while let Some(id) = open.pop() {
            let edges = self.resolve.nodes.iter().filter(|node| node.id == id);
            for edge in edges.flat_map(|node| &node.deps).filter(|edge| edge.ships()) {
                if !found.contains_key(name(&edge.pkg)) {
                    found.insert(name(&edge.pkg), name(id));
                    open.push(&edge.pkg);
                }
            }
        }
        found
    }
}

impl Dependency {
    /// True unless it is for tests only, which are free of the import rules.
    pub(super) fn ships(&self) -> bool {
        self.kind.as_deref() != Some("dev")
    }
}

impl Edge {
    fn ships(&self) -> bool {
        self.dep_kinds.iter().any(|kind| kind.kind.as_deref() != Some("dev"))
    }
}

/// Name and version of each package that a build of the workspace compiles. `cargo metadata` also
/// lists what is only in the lock file, for features and platforms that are not ours.
pub(super) fn built() -> Result<BTreeSet<(String, String)>> {
    let tree = ["tree", "--locked", "--workspace", "--edges=normal,build", "--prefix=none"];
    Ok(built_of(&cargo::output(&tree)?))
}

fn built_of(tree: &str) -> BTreeSet<(String, String)> {
    let words = tree.lines().map(|line| line.split_whitespace());
    let packages = words.filter_map(|mut words| Some((words.next()?, words.next()?)));
    packages.map(|(name, v)| (name.to_owned(), v.trim_start_matches('v').to_owned())).collect()
}

#[cfg(test)]
pub(super) mod samples;
#[cfg(test)]
mod tests;
