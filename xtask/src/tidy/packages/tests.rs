use super::*;
use crate::tidy::metadata::samples::workspace;

#[track_caller]
fn told(faults: &[Fault], expected: &[&str]) {
    let told: Vec<_> =
        faults.iter().map(|fault| format!("{} {}", fault.place, fault.what)).collect();
    assert_eq!(told, expected);
}

fn sample() -> Metadata {
    workspace(&[("keys", &[("sha2", None)])], &[("sha2", &[])])
}

#[test]
fn a_good_workspace_has_no_fault() {
    let built = BTreeSet::from([("curve25519-dalek".to_owned(), "5.0.0".to_owned())]);
    told(&check(&sample(), &built), &[]);
}

#[test]
fn other_sources_are_refused() {
    let place = "comes neither from the default registry nor from this checkout";
    let mut metadata = sample();
    metadata.packages[1].source = Some("git+https://example.org/sha2".to_owned());
    metadata.packages[0].manifest_path = "/elsewhere/keys/Cargo.toml".to_owned();
    let expected = [format!("keys {place}"), format!("sha2 {place}")];
    told(&check(&metadata, &BTreeSet::new()), &[&expected[0], &expected[1]]);
}

#[test]
fn versions_of_cryptography_are_exact() {
    let mut metadata = sample();
    metadata.packages[0].dependencies[0].req = "^0.11".to_owned();
    told(
        &check(&metadata, &BTreeSet::new()),
        &["keys sha2 must have an exact version (=), not ^0.11"],
    );
    metadata.packages[0].dependencies[0].req = "*".to_owned();
    told(&check(&metadata, &BTreeSet::new()), &["keys sha2 has no version"]);
}

#[test]
fn every_member_is_built_by_default() {
    let mut metadata = sample();
    metadata.workspace_default_members.clear();
    told(&check(&metadata, &BTreeSet::new()), &["keys is not among the default members"]);
    metadata.packages[0].name = "desktop".to_owned();
    told(&check(&metadata, &BTreeSet::new()), &[]);
}

#[test]
fn banned_packages_are_found_in_the_build() {
    let built = [("openssl", "0.10.1"), ("curve25519-dalek", "4.1.3"), ("openssl-sys", "0.9.1")];
    let built = built.map(|(name, version)| (name.to_owned(), version.to_owned()));
    told(
        &check(&sample(), &BTreeSet::from(built)),
        &[
            "curve25519-dalek 4.1.3 is built, older than 5",
            "openssl is banned: TLS is rustls; SQLCipher alone uses the system's libcrypto",
        ],
    );
}
