//! Who may import whom. The table is the drawing of ARCHITECTURE.md, row by row.
//!
//! What tests, examples and benches link is free.

use super::Fault;
use super::metadata::{Metadata, Package};
use std::collections::BTreeSet;

const RULE: &str = "imports";

/// Values in, values out: no clock, rng, async, locks, serde, files or sockets.
pub(super) const PURE: [&str; 14] = [
    "types",
    "wire",
    "keys",
    "ratchet",
    "name-rules",
    "circuit",
    "shielded",
    "ledger",
    "light",
    "wallet",
    "statement",
    "chat",
    "acp",
    "simulator",
];

/// Each room with the rooms below it that it may import. A new room gets a row here, or is refused.
const ROOMS: &[(&str, &[&str])] = &[
    ("types", &[]),
    ("wire", &["types"]),
    ("keys", &["types", "wire"]),
    ("ratchet", &["types", "wire"]),
    // What is a name and what it looks like; who owns it is the ledger's affair.
    ("name-rules", &["types", "wire"]),
    // The prover, compiled once.
    ("circuit", &["wire"]),
    // The circuit's library goes no further; who holds a key of the pool is the wallet's affair.
    ("shielded", &["types", "wire", "circuit"]),
    ("ledger", &["types", "wire", "keys", "name-rules", "shielded"]),
    // Siblings: they never import one another; what joins two of them is a flow of the engine.
    ("light", &["types", "wire", "keys", "ledger"]),
    ("wallet", &["types", "wire", "keys", "shielded", "ledger"]),
    ("chat", &["types", "wire", "keys", "ledger", "ratchet"]),
    // Of keys only what is public: addresses and the check of signatures. Made by the engine,
    // checked by a program that has nothing else.
    ("statement", &["types", "wire", "keys", "shielded", "ledger", "light"]),
    ("verify", &["types", "statement"]),
    // Pages for people, and the only room that knows fonts.
    ("paper", &["wire", "statement"]),
    // The store takes the siblings' changes, the network side takes none of their rules.
    ("store", &["types", "wire", "keys", "ledger", "ratchet", "light", "wallet", "chat"]),
    ("net", &["types", "wire"]),
    (
        "engine",
        &[
            "types",
            "wire",
            "keys",
            "shielded",
            "ledger",
            "ratchet",
            "light",
            "wallet",
            "chat",
            "statement",
            "store",
            "net",
        ],
    ),
    (
        "api",
        &[
            "types",
            "wire",
            "keys",
            "ledger",
            "light",
            "wallet",
            "statement",
            "paper",
            "chat",
            "store",
            "net",
            "engine",
        ],
    ),
    // Linked by tests only.
    ("testkit", &["types", "wire", "keys", "shielded", "ledger"]),
    ("cli", &["types", "api"]),
    ("desktop", &["api"]),
    // The network links no wallet, chat, ratchet, store or engine: a server cannot hold a
    // person's key.
    ("acp", &["types", "wire", "keys", "ledger"]),
    // The engine in a world of its own; what it tries out is never part of a manager.
    ("simulator", &["types", "wire", "ledger", "acp"]),
    ("abns", &["types", "wire", "keys", "shielded", "ledger", "light"]),
    ("worker", &["types", "wire", "keys", "ledger", "light"]),
    ("manager", &["types", "wire", "keys", "shielded", "ledger", "light", "acp", "abns"]),
    // It takes `net` for its transport, and so names libp2p's types in one place only.
    (
        "node",
        &[
            "types",
            "wire",
            "keys",
            "ledger",
            "light",
            "net",
            "acp",
            "simulator",
            "manager",
            "worker",
        ],
    ),
    ("xtask", &[]),
];

/// The package of whole stories: it imports every room and none imports it.
const STORIES: &str = "scenarios";

/// Libraries that only these rooms may name.
const HOLDERS: &[(&str, &[&str])] = &[
    ("libp2p", &["net", "node"]),
    ("libp2p-stream", &["net", "node"]),
    ("sqlx", &["store", "worker"]),
    ("libsqlite3-sys", &["store", "worker"]),
    ("redb", &["abns", "manager"]),
    ("orchard", &["circuit", "shielded"]),
    ("shardtree", &["shielded"]),
    ("zcash_note_encryption", &["shielded"]),
    ("tauri", &["desktop"]),
    ("tauri-build", &["desktop"]),
    ("gtk", &["desktop"]),
    ("axum", &["cli", "node"]),
    ("serde", &["store", "api", "cli", "desktop", "abns", "worker", "manager", "node", "xtask"]),
];

/// Describes the core's types to TypeScript, for the tests of the only room that writes bindings.
const BINDINGS: (&str, &str) = ("specta", "api");

/// Libraries that a pure room may not name, and those it may not even reach.
const IMPURE: [&str; 11] = [
    "tokio",
    "sqlx",
    "libp2p",
    "serde",
    "serde_json",
    "futures",
    "tracing",
    "rand",
    "anyhow",
    "getrandom",
    "redb",
];
const IMPURE_AT_ANY_DEPTH: [&str; 4] = ["tokio", "sqlx", "libp2p", "redb"];

/// Checks every package of the workspace.
pub(super) fn check(metadata: &Metadata) -> Vec<Fault> {
    let ours: BTreeSet<&str> = metadata.members().map(|package| &*package.name).collect();
    let mut faults = vec![];
    for package in metadata.members() {
        rooms(package, &ours, &mut faults);
        holders(package, &mut faults);
        bindings(package, &mut faults);
        pure(metadata, package, &mut faults);
    }
    faults
}

fn rooms(package: &Package, ours: &BTreeSet<&str>, faults: &mut Vec<Fault>) {
    if package.name == STORIES {
        return;
    }
    let Some((_, allowed)) = ROOMS.iter().find(|(room, _)| *room == package.name) else {
        faults.push(Fault::new(RULE, &package.name, "has no row in xtask/src/tidy/imports.rs"));
        return;
    };
    for name in named(package).filter(|name| ours.contains(name) && !allowed.contains(name)) {
        faults.push(Fault::new(RULE, &package.name, format!("may not import {name}")));
    }
}

fn holders(package: &Package, faults: &mut Vec<Fault>) {
    if package.name == STORIES {
        return;
    }
    for (library, holders) in HOLDERS {
        if named(package).any(|name| name == *library) && !holders.contains(&&*package.name) {
            let what = format!("may not name {library}; only {} may", holders.join(", "));
            faults.push(Fault::new(RULE, &package.name, what));
        }
    }
}

fn bindings(package: &Package, faults: &mut Vec<Fault>) {
    let (library, holder) = BINDINGS;
    let named = package.dependencies.iter().filter(|dep| dep.name.starts_with(library));
    for dependency in named.filter(|dep| dep.ships() || package.name != holder) {
        let what = format!("may not name {}; only the tests of {holder} may", dependency.name);
        faults.push(Fault::new(RULE, &package.name, what));
    }
}

fn pure(metadata: &Metadata, package: &Package, faults: &mut Vec<Fault>) {
    if !PURE.contains(&&*package.name) {
        return;
    }
    for library in named(package).filter(|name| IMPURE.contains(name)) {
        let what = format!("is pure and may not name {library}");
        faults.push(Fault::new(RULE, &package.name, what));
    }
    for (library, by) in metadata.reach(package) {
        if IMPURE_AT_ANY_DEPTH.contains(&library) && by != package.name {
            let what = format!("is pure and may not reach {library} (through {by})");
            faults.push(Fault::new(RULE, &package.name, what));
        }
    }
}

fn named(package: &Package) -> impl Iterator<Item = &str> {
    package.dependencies.iter().filter(|dependency| dependency.ships()).map(|dep| &*dep.name)
}

#[cfg(test)]
mod tests;
