//! Which licences we link, from the manifests.
//!
//! Not in any manifest: SQLCipher's C code (BSD-style), SQLite (public domain) and the system's
//! libcrypto (Apache-2.0).

use super::Fault;
use super::metadata::{Metadata, Package};

const RULE: &str = "licences";

/// Licences that ask for no more than a notice.
const ALLOWED: [&str; 13] = [
    "MIT",
    "MIT-0",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "Zlib",
    "Unicode-3.0",
    "Unlicense",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "BSL-1.0",
];

/// Packages under another licence, with the licence and the reason why that is bearable. MPL-2.0
/// asks for the source of its own files only; these are linked as they are published.
const NAMED: [(&str, &str, &str); 6] = [
    ("attohttpc", "MPL-2.0", "only in the lock file: libp2p's upnp, which is not built"),
    ("cssparser", "MPL-2.0", "unchanged; tauri reads its page with it"),
    ("cssparser-macros", "MPL-2.0", "unchanged; part of cssparser"),
    ("dtoa-short", "MPL-2.0", "unchanged; part of cssparser"),
    ("option-ext", "MPL-2.0", "unchanged; tauri finds the system's folders with it"),
    ("selectors", "MPL-2.0", "unchanged; tauri reads its page with it"),
];

/// Checks the licence of every package.
pub(super) fn check(metadata: &Metadata) -> Vec<Fault> {
    metadata.packages.iter().filter_map(fault).collect()
}

fn fault(package: &Package) -> Option<Fault> {
    let what = match &package.license {
        None => "names no licence".to_owned(),
        Some(licence) => match acceptable(licence, &named(&package.name)) {
            Some(true) => return None,
            Some(false) => format!("{licence} is not among the allowed licences"),
            None => format!("{licence} is not a licence expression"),
        },
    };
    Some(Fault::new(RULE, &package.name, what))
}

fn named(package: &str) -> Vec<&'static str> {
    let lines = NAMED.iter().filter(|(name, _, _)| *name == package);
    lines.map(|(_, licence, _)| *licence).collect()
}

/// Whether we may use a package under this SPDX expression, if these licences are allowed for it
/// besides the usual ones; `None` if it is no expression.
pub(super) fn acceptable(expression: &str, named: &[&str]) -> Option<bool> {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let mut words = Words { words: spaced.split_whitespace().collect(), next: 0, named };
    let verdict = words.any()?;
    words.peek().is_none().then_some(verdict)
}

struct Words<'a> {
    words: Vec<&'a str>,
    next: usize,
    named: &'a [&'a str],
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.words.get(self.next).copied()
    }

    fn take(&mut self) -> Option<&'a str> {
        let word = self.peek();
        self.next += 1;
        word
    }

    fn took(&mut self, expected: &str) -> bool {
        let found = self.peek() == Some(expected);
        self.next += usize::from(found);
        found
    }

    /// Terms joined by OR: we choose one.
    fn any(&mut self) -> Option<bool> {
        let mut verdict = self.all()?;
        while self.took("OR") {
            verdict |= self.all()?;
        }
        Some(verdict)
    }

    /// Factors joined by AND: each binds us.
    fn all(&mut self) -> Option<bool> {
        let mut verdict = self.one()?;
        while self.took("AND") {
            verdict &= self.one()?;
        }
        Some(verdict)
    }

    fn one(&mut self) -> Option<bool> {
        let word = self.take()?;
        if word == "(" {
            let verdict = self.any()?;
            return self.took(")").then_some(verdict);
        }
        if ["AND", "OR", "WITH", ")"].contains(&word) {
            return None;
        }
        let licence = if self.took("WITH") {
            format!("{word} WITH {}", self.take()?)
        } else {
            word.to_owned()
        };
        Some(self.named.contains(&&*licence) || ALLOWED.contains(&&*licence))
    }
}

#[cfg(test)]
mod tests;
