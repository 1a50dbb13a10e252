use super::*;
use samples::workspace;

#[test]
fn reach_follows_what_ships_and_names_who_asks() {
    let metadata = workspace(
        &[("chat", &[("mid", None), ("proptest", Some("dev")), ("cc", Some("build"))])],
        &[
            ("mid", &[("tokio", None)]),
            ("tokio", &[]),
            ("proptest", &[("rand", None)]),
            ("cc", &[]),
        ],
    );
    let reach = metadata.reach(&metadata.packages[0]);
    assert_eq!(reach, BTreeMap::from([("cc", "chat"), ("mid", "chat"), ("tokio", "mid")]));
}

#[test]
fn the_tree_gives_names_and_versions() {
    let tree = "keys v0.1.0-dev (/w/keys)\nsha2 v0.11.1\nserde_derive v1.0.0 (proc-macro)\n\nsha2 v0.11.1 (*)\n";
    let built: Vec<_> = built_of(tree).into_iter().collect();
    let names: Vec<_> = built.iter().map(|(name, version)| (&**name, &**version)).collect();
    assert_eq!(names, [("keys", "0.1.0-dev"), ("serde_derive", "1.0.0"), ("sha2", "0.11.1")]);
}
