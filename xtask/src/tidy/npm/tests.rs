use super::*;
use crate::tidy::tree::tests::file;
use serde_json::{Value, json};

const GOOD: &str = "ignore-scripts=true\nomit-lockfile-registry-resolved=true\n";

fn package() -> Value {
    json!({ "version": "1.0.0", "integrity": "sha512-aa==", "license": "MIT" })
}

#[track_caller]
fn check(settings: &str, lock: &Value, expected: &[&str]) {
    let files = vec![file("ui/.npmrc", settings), file("ui/package-lock.json", &lock.to_string())];
    let faults = super::check(&Tree { files });
    let told: Vec<_> = faults.iter().map(|fault| &*fault.what).collect();
    assert_eq!(told, expected);
}

/// A lock file with one package, changed.
#[track_caller]
fn check_package(name: &str, field: &str, value: Value, expected: &[&str]) {
    let mut package = package();
    package[field] = value;
    let path = format!("node_modules/{name}");
    check(GOOD, &json!({ "lockfileVersion": 3, "packages": { path: package } }), expected);
}

#[test]
fn a_good_lock_file_has_no_fault() {
    let root =
        json!({ "dependencies": { "a": "1.0.0" }, "devDependencies": { "b": "2.0.0-rc.1" } });
    let packages = json!({ "": root, "node_modules/a": package() });
    check(GOOD, &json!({ "lockfileVersion": 3, "packages": packages }), &[]);
}

#[test]
fn every_package_has_a_hash_and_no_place() {
    check_package("a", "integrity", Value::Null, &["a has no SHA-512"]);
    check_package("a", "integrity", json!("sha1-aa="), &["a has no SHA-512"]);
    let place = json!("https://example.org/a.tgz");
    check_package("@b/a", "resolved", place, &["@b/a names the place it comes from"]);
}

#[test]
fn nothing_runs_at_installation() {
    let wants = "a wants to run a script when installed";
    check_package("a", "hasInstallScript", json!(true), &[wants]);
    check_package("fsevents", "hasInstallScript", json!(true), &[]);
    let lock = json!({ "lockfileVersion": 3 });
    let told = "the .npmrc beside it does not say ignore-scripts=true: \
                foreign scripts must not run at installation";
    check("omit-lockfile-registry-resolved=true", &lock, &[told]);
}

#[test]
fn licences_are_those_of_the_other_packages_or_named() {
    check_package("a", "license", Value::Null, &["a names no licence"]);
    check_package("a", "license", json!("MPL-2.0"), &["a is under MPL-2.0, which is not allowed"]);
    check_package("lightningcss-linux-x64-gnu", "license", json!("MPL-2.0"), &[]);
    let other = "lightningcssy is under MPL-2.0, which is not allowed";
    check_package("lightningcssy", "license", json!("MPL-2.0"), &[other]);
}

#[test]
fn a_package_may_be_allowed_in_one_folder_alone() {
    let mut package = package();
    package["license"] = json!("AGPL-3.0-only");
    let packages = json!({ "node_modules/@signalapp/libsignal-client": package });
    let lock = json!({ "lockfileVersion": 3, "packages": packages }).to_string();
    let faults = |folder: &str| {
        let settings = file(&format!("{folder}.npmrc"), GOOD);
        let lock = file(&format!("{folder}package-lock.json"), &lock);
        super::check(&Tree { files: vec![settings, lock] }).len()
    };
    assert_eq!(faults("tests/interop/"), 0);
    assert_eq!(faults("ui/"), 1);
    assert_eq!(faults("tests/interop/more/"), 1);
}

#[test]
fn our_own_wishes_are_exact() {
    let packages = json!({ "": { "devDependencies": { "a": "^1.0.0" } } });
    let lock = json!({ "lockfileVersion": 3, "packages": packages });
    check(GOOD, &lock, &["a must have an exact version, not ^1.0.0"]);
}

#[test]
fn other_formats_are_refused() {
    check(GOOD, &json!({ "lockfileVersion": 2 }), &["has version 2, not 3"]);
    let faults = super::check(&Tree { files: vec![file("ui/package.json", "{}")] });
    assert_eq!(faults, [Fault::new(RULE, "ui/package.json", "has no lock file beside it")]);
}
