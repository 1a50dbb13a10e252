use crate::tidy::metadata::samples::{Sample, workspace};

#[track_caller]
fn check(members: &[Sample<'_>], expected: &[&str]) {
    let foreign: [Sample<'_>; 10] = [
        ("tokio", &[]),
        ("sqlx", &[("tokio", None)]),
        ("libp2p", &[]),
        ("orchard", &[]),
        ("serde", &[]),
        ("middle", &[("tokio", None)]),
        ("proptest", &[]),
        ("tauri", &[]),
        ("axum", &[]),
        ("specta-serde", &[]),
    ];
    let faults = super::check(&workspace(members, &foreign));
    let told: Vec<_> =
        faults.iter().map(|fault| format!("{} {}", fault.place, fault.what)).collect();
    assert_eq!(told, expected);
}

#[test]
fn arrows_that_point_down_are_allowed() {
    check(
        &[
            ("types", &[]),
            ("wire", &[("types", None)]),
            ("net", &[("types", None), ("wire", None), ("libp2p", None), ("tokio", None)]),
            ("node", &[("net", None), ("libp2p", None), ("serde", None)]),
            ("scenarios", &[("node", None), ("sqlx", None), ("serde", None)]),
        ],
        &[],
    );
}

#[test]
fn arrows_that_point_up_or_sideways_are_not() {
    check(&[("types", &[("wire", None)]), ("wire", &[])], &["types may not import wire"]);
    check(&[("wallet", &[("chat", None)]), ("chat", &[])], &["wallet may not import chat"]);
    check(&[("worker", &[("store", None)]), ("store", &[])], &["worker may not import store"]);
    check(&[("cli", &[("node", None)]), ("node", &[])], &["cli may not import node"]);
    check(&[("desktop", &[("engine", None)]), ("engine", &[])], &["desktop may not import engine"]);
    check(
        &[("xtask", &[("scenarios", None)]), ("scenarios", &[])],
        &["xtask may not import scenarios"],
    );
}

#[test]
fn tests_link_what_they_like() {
    check(&[("types", &[("wire", Some("dev")), ("tokio", Some("dev"))]), ("wire", &[])], &[]);
}

#[test]
fn a_room_without_a_row_is_refused() {
    check(&[("utils", &[])], &["utils has no row in xtask/src/tidy/imports.rs"]);
}

#[test]
fn libraries_stay_with_their_holders() {
    check(&[("engine", &[("libp2p", None)])], &["engine may not name libp2p; only net, node may"]);
    check(
        &[("wallet", &[("orchard", None)])],
        &["wallet may not name orchard; only circuit, shielded may"],
    );
    check(&[("api", &[("sqlx", None)])], &["api may not name sqlx; only store, worker may"]);
    check(
        &[("net", &[("serde", Some("build"))])],
        &[
            "net may not name serde; only store, api, cli, desktop, abns, worker, manager, node, xtask may",
        ],
    );
}

#[test]
fn each_front_end_has_its_own_library() {
    check(&[("desktop", &[("tauri", None), ("serde", None)]), ("cli", &[("axum", None)])], &[]);
    check(&[("api", &[("axum", None)])], &["api may not name axum; only cli, node may"]);
    check(&[("cli", &[("tauri", None)])], &["cli may not name tauri; only desktop may"]);
}

#[test]
fn only_the_tests_of_the_api_describe_types_to_typescript() {
    let told = |room| format!("{room} may not name specta-serde; only the tests of api may");
    check(&[("api", &[("specta-serde", Some("dev"))])], &[]);
    check(&[("api", &[("specta-serde", None)])], &[&told("api")]);
    check(&[("store", &[("specta-serde", Some("dev"))])], &[&told("store")]);
}

#[test]
fn pure_rooms_name_and_reach_nothing_impure() {
    check(&[("acp", &[("tokio", None)])], &["acp is pure and may not name tokio"]);
    check(
        &[("chat", &[("middle", None)])],
        &["chat is pure and may not reach tokio (through middle)"],
    );
    check(&[("engine", &[("middle", None), ("tokio", None)])], &[]);
}
