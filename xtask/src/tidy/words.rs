//! Words that must not stand in a file: places of one machine, forgotten work, hidden tests, and
//! what would make a pure room impure.

use super::Fault;
use super::imports::PURE;
use super::tree::{TextFile, Tree};

/// One word, where it is looked for, and why it must not be there.
struct Word {
    rule: &'static str,
    text: &'static str,
    what: &'static str,
    matches: fn(&TextFile) -> bool,
}

const MACHINE: &str = "is a place of one machine: paths are relative";
const REGISTRY: &str = "names a registry: where packages are fetched is each machine's own matter";
const LATER: &str = "is work left undone: do it, or record it outside the source";
const HIDDEN: &str = "hides a test's result: assert what happens";
const IMPURE: &str = "makes a pure room depend on more than its arguments";
const ORDER: &str = "has no order: two devices would disagree; use the BTree one";

const fn word(
    rule: &'static str,
    text: &'static str,
    what: &'static str,
    matches: fn(&TextFile) -> bool,
) -> Word {
    Word { rule, text, what, matches }
}

const WORDS: [Word; 25] = [
    word("paths", "/work/", MACHINE, any),
    word("paths", "/root/", MACHINE, any),
    word("paths", "/home/", MACHINE, any),
    word("paths", "/Users/", MACHINE, any),
    word("registries", "index.crates.io", REGISTRY, any),
    word("registries", "static.crates.io", REGISTRY, any),
    word("registries", "registry.npmjs.org", REGISTRY, any),
    word("registries", "sparse+http", REGISTRY, any),
    word("registries", "replace-with", REGISTRY, any),
    word("later", "TODO", LATER, any),
    word("later", "FIXME", LATER, any),
    word("tests", "#[ignore", HIDDEN, rust),
    word("tests", "should_panic", HIDDEN, rust),
    word("pure", "std::fs", IMPURE, pure),
    word("pure", "std::net", IMPURE, pure),
    word("pure", "std::env", IMPURE, pure),
    word("pure", "std::sync::Mutex", IMPURE, pure),
    word("pure", "SystemTime::now", IMPURE, pure),
    word("pure", "Instant::now", IMPURE, pure),
    word("pure", "rand::rng", IMPURE, pure),
    word("pure", "thread_rng", IMPURE, pure),
    word("pure", "OsRng", IMPURE, pure),
    word("pure", "async fn", IMPURE, pure),
    word("pure", "HashMap", ORDER, pure),
    word("pure", "HashSet", ORDER, pure),
];

/// Checks every file.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = vec![];
    for file in &tree.files {
        for word in WORDS.iter().filter(|word| (word.matches)(file)) {
            let inside = word.rule == "pure";
            let lines = if inside { file.sizes().0 } else { usize::MAX };
            let mut found = file.text.lines().enumerate().take(lines).filter(|(_, line)| {
                stands_in(word.text, line) && !(inside && line.trim_start().starts_with("//"))
            });
            if let Some((line, _)) = found.next() {
                let what = format!("line {}: {} {}", line + 1, word.text, word.what);
                faults.push(Fault::new(word.rule, &file.path, what));
            }
        }
    }
    faults
}

/// True if the line holds the word itself and not as the inner part of a longer word or path.
fn stands_in(word: &str, line: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        !before.is_some_and(|c| c.is_alphanumeric() || "_-.".contains(c))
    })
}

fn any(_: &TextFile) -> bool {
    true
}

fn rust(file: &TextFile) -> bool {
    file.path.ends_with(".rs")
}

fn pure(file: &TextFile) -> bool {
    let parts: Vec<&str> = file.path.split('/').collect();
    let room = matches!(parts.as_slice(), [_, room, "src", ..] if PURE.contains(room));
    room && rust(file) && !file.is_test()
}

#[cfg(test)]
mod tests;
