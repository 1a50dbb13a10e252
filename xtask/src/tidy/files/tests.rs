use super::*;
use crate::tidy::tree::tests::file;

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) {
    let faults = super::check(&Tree { files: vec![file(path, text)] });
    let told: Vec<_> = faults.iter().map(|fault| &*fault.what).collect();
    assert_eq!(told, expected, "{path}");
}

#[test]
fn sources_have_at_most_500_lines_besides_their_tests() {
    let foot = "#[cfg(test)]\nmod tests {\n}\n";
    check("a/src/b.rs", &("//\n".repeat(500) + foot), &[]);
    check("a/src/b.rs", &"//\n".repeat(501), &["has 501 lines, at most 500 are allowed"]);
    check(
        "run",
        &("#!/bin/sh\n".to_owned() + &"\n".repeat(500)),
        &["has 501 lines, at most 500 are allowed"],
    );
    let long = "//\n".repeat(501);
    check("ui/src/lib/a.ts", &long, &["has 501 lines, at most 500 are allowed"]);
    check("tools/a.sh", &long, &["has 501 lines, at most 500 are allowed"]);
    check("ui/src/bindings/index.ts", &long, &[]);
    check("migrations/0001_a.sql", &"\n".repeat(501), &[]);
}

#[test]
fn long_tests_have_their_own_file() {
    let foot = "#[cfg(test)]\nmod tests {\n".to_owned() + &"//\n".repeat(149) + "}\n";
    check("a/src/b.rs", &foot, &["ends in 152 lines of tests: give them their own file"]);
}

#[test]
fn some_files_are_shorter_still() {
    let component = "<p>\n".repeat(251);
    check("ui/src/views/A.svelte", &component, &["has 251 lines, at most 250 are allowed"]);
    check("cli/src/main.rs", &"//\n".repeat(61), &["has 61 lines, at most 60 are allowed"]);
    check("a/tests/b/main.rs", &"//\n".repeat(61), &[]);
    check("ARCHITECTURE.md", &"x\n".repeat(201), &["has 201 lines, at most 200 are allowed"]);
    check("docs/adr/0001-a.md", &"x\n".repeat(81), &["has 81 lines, at most 80 are allowed"]);
    check("README.md", &"x\n".repeat(300), &[]);
}

#[test]
fn no_toolchain_file() {
    let expected = ["any Rust from `rust-version` on will do: no toolchain file"];
    check("rust-toolchain.toml", "", &expected);
    check("app-core/rust-toolchain", "", &expected);
}

#[test]
fn every_package_inherits_the_lints() {
    check("a/Cargo.toml", "[package]\n", &["does not inherit the workspace's lints"]);
    check("a/Cargo.toml", "[package]\n\n[lints]\nworkspace = true\n", &[]);
    check("Cargo.toml", "[workspace]\n", &[]);
}
