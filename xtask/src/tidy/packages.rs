//! Where packages come from, which are banned, which versions are exact, who is in the workspace.

use super::Fault;
use super::metadata::{Metadata, Package};
use std::collections::BTreeSet;

/// The only place that foreign packages come from.
pub(crate) const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Never compiled, with the reason.
const BANNED: [(&str, &str); 4] = [
    ("openssl", "TLS is rustls; SQLCipher alone uses the system's libcrypto"),
    ("native-tls", "TLS is rustls"),
    ("rusqlite", "SQLite goes through sqlx; a second binding is a second copy of its rules"),
    ("hpke-rs", "pulls in a second generation of the RustCrypto crates"),
];

/// Signatures and secrets must not meet two generations of the curve.
const CURVE: (&str, u32) = ("curve25519-dalek", 5);

/// A changed version of these is a decision: their manifests say `=`.
const EXACT: [&str; 27] = [
    "sha2",
    "hmac",
    "hkdf",
    "ripemd",
    "aes",
    "cbc",
    "aes-gcm",
    "argon2",
    "k256",
    "curve25519-dalek",
    "ed25519-dalek",
    "x25519-dalek",
    "fn-dsa",
    "pqcrypto-falcon",
    "libcrux-ml-kem",
    "bip39",
    "jmt",
    "sqlx",
    "libp2p",
    "libp2p-stream",
    "orchard",
    "rsa",
    "tauri",
    "tauri-build",
    "specta",
    "specta-serde",
    "specta-typescript",
];

/// Members that a plain `cargo build` leaves out: they need more than a Rust toolchain.
const BUILT_APART: [&str; 2] = ["desktop", "bindings"];

/// Checks all packages; `built` are name and version of what a build compiles.
pub(super) fn check(metadata: &Metadata, built: &BTreeSet<(String, String)>) -> Vec<Fault> {
    let mut faults = vec![];
    for package in &metadata.packages {
        sources(metadata, package, &mut faults);
    }
    for package in metadata.members() {
        requirements(package, &mut faults);
        membership(metadata, package, &mut faults);
    }
    bans(built, &mut faults);
    faults
}

fn sources(metadata: &Metadata, package: &Package, faults: &mut Vec<Fault>) {
    let known = match &package.source {
        Some(source) => source == REGISTRY,
        None => package.manifest_path.starts_with(&format!("{}/", metadata.workspace_root)),
    };
    if !known {
        let what = "comes neither from the default registry nor from this checkout";
        faults.push(Fault::new("sources", &package.name, what));
    }
}

fn requirements(package: &Package, faults: &mut Vec<Fault>) {
    for dependency in package.dependencies.iter().filter(|dependency| dependency.path.is_none()) {
        let (name, req) = (&dependency.name, &dependency.req);
        if req == "*" {
            faults.push(Fault::new("pins", &package.name, format!("{name} has no version")));
        } else if EXACT.contains(&&**name) && !req.starts_with('=') {
            let what = format!("{name} must have an exact version (=), not {req}");
            faults.push(Fault::new("pins", &package.name, what));
        }
    }
}

fn membership(metadata: &Metadata, package: &Package, faults: &mut Vec<Fault>) {
    let apart = BUILT_APART.contains(&&*package.name);
    if !apart && !metadata.workspace_default_members.contains(&package.id) {
        faults.push(Fault::new("members", &package.name, "is not among the default members"));
    }
}

fn bans(built: &BTreeSet<(String, String)>, faults: &mut Vec<Fault>) {
    for (name, version) in built {
        if let Some((_, why)) = BANNED.iter().find(|(banned, _)| banned == name) {
            faults.push(Fault::new("bans", name, format!("is banned: {why}")));
        }
        let major = version.split('.').next().and_then(|major| major.parse::<u32>().ok());
        if name == CURVE.0 && major.is_none_or(|major| major < CURVE.1) {
            let what = format!("{version} is built, older than {}", CURVE.1);
            faults.push(Fault::new("bans", name, what));
        }
    }
}

#[cfg(test)]
mod tests;
