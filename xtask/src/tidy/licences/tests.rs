use super::*;
use crate::tidy::metadata::samples::workspace;

#[track_caller]
fn check(expression: &str, expected: Option<bool>) {
    assert_eq!(acceptable(expression, &[]), expected, "{expression}");
}

#[test]
fn one_allowed_choice_is_enough() {
    check("MIT", Some(true));
    check("MIT/GPL-3.0", Some(true));
    check("GPL-3.0-only OR Apache-2.0 WITH LLVM-exception", Some(true));
    check("AGPL-3.0-only", Some(false));
}

#[test]
fn every_joint_licence_must_be_allowed() {
    check("(MIT OR Apache-2.0) AND Unicode-3.0", Some(true));
    check("MIT AND GPL-3.0", Some(false));
    check("MIT OR ISC AND GPL-3.0", Some(true));
    check("(MIT OR ISC) AND GPL-3.0", Some(false));
    check("Apache-2.0 WITH Bison-exception", Some(false));
}

#[test]
fn anything_else_is_no_expression() {
    for wrong in ["", "MIT AND", "(MIT", "MIT)", "MIT ISC", "OR MIT", "MIT WITH"] {
        check(wrong, None);
    }
}

#[test]
fn a_named_exception_holds_for_its_package_and_licence_only() {
    assert_eq!(acceptable("MPL-2.0", &named("attohttpc")), Some(true));
    assert_eq!(acceptable("GPL-3.0", &named("attohttpc")), Some(false));
    assert_eq!(acceptable("MPL-2.0", &named("other")), Some(false));
}

#[test]
fn faults_name_the_package() {
    let mut metadata = workspace(&[], &[("good", &[]), ("none", &[]), ("gpl", &[])]);
    metadata.packages[1].license = None;
    metadata.packages[2].license = Some("GPL-3.0".to_owned());
    let expected = [
        Fault::new(RULE, "none", "names no licence"),
        Fault::new(RULE, "gpl", "GPL-3.0 is not among the allowed licences"),
    ];
    assert_eq!(super::check(&metadata), expected);
}
