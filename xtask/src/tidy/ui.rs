//! The rules of the page, `ui/src`: who may import whom, and what must not stand in it.
//!
//! The folders: `bindings` (generated), `lib` (the way to the core), `shared` (parts without a
//! domain), `features/<domain>`, `views` (put the features together).

use super::Fault;
use super::tree::{TextFile, Tree};

mod scan;

use scan::Import;

const RULE: &str = "ui";
const SOURCE: &str = "ui/src/";
const BINDINGS: &str = "ui/src/bindings";
const FEATURES: &str = "ui/src/features/";

/// Written from the core's table of commands: exempt from the sizes.
pub(super) const GENERATED: &str = "ui/src/bindings/";

/// What must not stand in the page, and why.
const WORDS: [(&str, &str); 4] = [
    ("{@html", "puts a stranger's text into the page as markup"),
    ("innerHTML", "puts a stranger's text into the page as markup"),
    ("http://", "is an address: the page talks to nobody but the core"),
    ("https://", "is an address: the page talks to nobody but the core"),
];

/// How tests are left out or singled out, in the page and in the stories in JavaScript.
const HIDDEN: [&str; 9] = [
    "it.skip",
    "it.only",
    "it.todo",
    "test.skip",
    "test.only",
    "test.todo",
    "describe.skip",
    "describe.only",
    "describe.todo",
];

/// Checks every file of the page, and every test in its language.
pub(super) fn check(tree: &Tree) -> Vec<Fault> {
    let mut faults = vec![];
    for file in &tree.files {
        let test = file.name().contains(".test.");
        if test {
            hidden(file, &mut faults);
        } else if file.path.starts_with(SOURCE) {
            words(file, &mut faults);
            for import in scan::imports(&file.path, &file.text) {
                imports(file, &import, &mut faults);
            }
        }
    }
    faults
}

fn hidden(file: &TextFile, faults: &mut Vec<Fault>) {
    for word in HIDDEN.iter().filter(|word| file.text.contains(&format!("{word}("))) {
        let what = format!("{word} hides a test's result: assert what happens");
        faults.push(Fault::new("tests", &file.path, what));
    }
}

fn words(file: &TextFile, faults: &mut Vec<Fault>) {
    for (word, why) in WORDS {
        // The name of a language of markup looks like an address and is none.
        let mut lines = file.text.lines().enumerate().filter(|(_, line)| !line.contains("xmlns"));
        if let Some((line, _)) = lines.find(|(_, line)| line.contains(word)) {
            let what = format!("line {}: {word} {why}", line + 1);
            faults.push(Fault::new(RULE, &file.path, what));
        }
    }
}

fn imports(file: &TextFile, import: &Import, faults: &mut Vec<Fault>) {
    let (path, to) = (&*file.path, &*import.to);
    let mut tell = |what: String| faults.push(Fault::new(RULE, path, what));
    if is_in(to, BINDINGS) && !import.types_only && !may_call(path) {
        tell("only .ts files of lib and features may call the bindings".to_owned());
    }
    let Some(feature) = feature(to) else { return };
    if path.starts_with("ui/src/shared/") || path.starts_with("ui/src/lib/") {
        tell(format!("may not import the feature {feature}: it is below all features"));
    }
    if self::feature(path).is_some_and(|own| own != feature) {
        tell(format!("may not import the feature {feature}: a view puts features together"));
    }
}

fn may_call(path: &str) -> bool {
    let place = ["ui/src/lib/", FEATURES, GENERATED].iter().any(|place| path.starts_with(place));
    place && path.ends_with(".ts")
}

fn is_in(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The domain that a path belongs to.
fn feature(path: &str) -> Option<&str> {
    path.strip_prefix(FEATURES)?.split('/').next()
}

#[cfg(test)]
mod tests;
