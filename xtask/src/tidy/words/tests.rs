use super::*;
use crate::tidy::tree::tests::file;

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let faults = super::check(&Tree { files: vec![file(path, text)] });
    let told: Vec<_> = faults.iter().map(|fault| fault.rule).collect();
    assert_eq!(told, expected, "{path}: {text}");
}

#[test]
fn places_of_one_machine_are_found() {
    check("README.md", "see /root/x", &["paths"]);
    check("a.sh", "cd \"/home/anna\"", &["paths"]);
    check("a.rs", "\"/work/main\"", &["paths"]);
    check("a.md", "docs/work/plan.md and a-b/home/", &[]);
}

#[test]
fn registries_are_found_but_the_default_one() {
    check(".cargo/config.toml", "replace-with = \"mirror\"", &["registries"]);
    check("Cargo.lock", "source = \"sparse+https://example.org/\"", &["registries"]);
    check("Cargo.lock", "registry+https://github.com/rust-lang/crates.io-index", &[]);
}

#[test]
fn undone_work_and_hidden_tests_are_found() {
    check("a.md", "TODO: more", &["later"]);
    check("a.rs", "// FIXME", &["later"]);
    check("a.rs", "#[ignore = \"slow\"]", &["tests"]);
    check("a.rs", "#[should_panic(expected = \"x\")]", &["tests"]);
    check("a.md", "no #[ignore] here", &[]);
}

#[test]
fn pure_rooms_use_their_arguments_only() {
    let pure = "app-core/chat/src/send.rs";
    check(pure, "let now = SystemTime::now();", &["pure"]);
    check(pure, "use std::fs;\nuse std::collections::{HashMap};", &["pure", "pure"]);
    check(pure, "// A HashMap would have no order.", &[]);
    check(pure, "fn a() {}\n#[cfg(test)]\nmod tests {\n    use std::fs;\n}", &[]);
    check("app-core/chat/src/send/tests.rs", "use std::fs;", &[]);
    check("app-core/store/src/files.rs", "use std::fs;", &[]);
}

#[test]
fn faults_say_which_line() {
    let faults = super::check(&Tree { files: vec![file("a.md", "x\nTODO\nTODO\n")] });
    assert_eq!(faults, [Fault::new("later", "a.md", format!("line 2: TODO {LATER}"))]);
}
