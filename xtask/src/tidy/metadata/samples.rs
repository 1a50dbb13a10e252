//! Invented workspaces for the tests of the rules.

use super::Metadata;
use serde_json::json;

/// A package: its name, its licence or the default one, and its dependencies `(name, kind)`.
pub(crate) type Sample<'a> = (&'a str, &'a [(&'a str, Option<&'a str>)]);

/// A workspace of these members; a dependency that is none of them is a foreign package.
pub(crate) fn workspace(members: &[Sample<'_>], foreign: &[Sample<'_>]) -> Metadata {
    let ours: Vec<&str> = members.iter().map(|(name, _)| *name).collect();
    let id = |name: &str| format!("{name}-id");
    let package = |(name, deps): &Sample<'_>, source: Option<&str>| {
        let dependencies: Vec<_> = deps
            .iter()
            .map(|(dep, kind)| {
                let path = ours.contains(dep).then(|| format!("/w/{dep}"));
                json!({ "name": dep, "req": "=1.0.0", "kind": kind, "path": path })
            })
            .collect();
        json!({
            "id": id(name), "name": name, "license": "MIT OR Apache-2.0", "source": source,
            "manifest_path": format!("/w/{name}/Cargo.toml"), "dependencies": dependencies,
        })
    };
    let node = |(name, deps): &Sample<'_>| {
        let edge = |(dep, kind): &(&str, Option<&str>)| json!({ "pkg": id(dep), "dep_kinds": [{ "kind": kind }] });
        json!({ "id": id(name), "deps": deps.iter().map(edge).collect::<Vec<_>>() })
    };
    let registry = Some(crate::tidy::packages::REGISTRY);
    let packages = members.iter().map(|member| package(member, None));
    let packages = packages.chain(foreign.iter().map(|other| package(other, registry)));
    let members_ids: Vec<_> = ours.iter().map(|name| id(name)).collect();
    let value = json!({
        "packages": packages.collect::<Vec<_>>(),
        "workspace_members": members_ids,
        "workspace_default_members": members_ids,
        "workspace_root": "/w",
        "resolve": { "nodes": members.iter().chain(foreign).map(node).collect::<Vec<_>>() },
    });
    serde_json::from_value(value).unwrap()
}
