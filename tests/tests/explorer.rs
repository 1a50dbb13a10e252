//! What a person's own light node has seen of the ledger, and what the connection doctor finds, with
//! the real network and after it is gone.

use scenarios::harness::{Devnet, Person};
use serde_json::Value;
use std::collections::BTreeSet;

fn health(person: &Person, code: &str) -> Option<String> {
    let found = person.run(&["doctor"]);
    let findings = found["findings"].as_array().cloned().unwrap_or_default();
    let wanted = findings.into_iter().find(|finding| finding["code"] == code)?;
    Some(wanted["health"].as_str().unwrap_or_default().to_owned())
}

fn list<'a>(record: &'a Value, name: &str) -> &'a [Value] {
    record[name].as_array().map(Vec::as_slice).unwrap_or_default()
}

#[test]
fn rounds_votes_and_ways_are_seen_from_here_and_a_dead_network_is_named() {
    let mut net = Devnet::start(2);
    let alice = net.person("alice");
    alice.run(&["faucet"]);

    let seen = alice.run(&["explorer"]);
    assert_eq!(seen["synced"], true, "{seen}");
    assert!(seen["round"].as_u64() > Some(0), "{seen}");
    let managers = list(&seen, "managers");
    let names: BTreeSet<&str> = managers.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!((managers.len(), names.len()), (4, 4));
    // The newest round was decided by a quorum, and its certificate was looked at here.
    let newest = list(&seen, "recent").last().cloned().unwrap_or_default();
    assert!(newest["signers"].as_u64() >= Some(3), "{newest}");
    assert_eq!((newest["managers"].as_u64(), newest["view"].is_u64()), (Some(4), true));
    assert_eq!(seen["checks"]["trusted_round"], seen["round"]);
    assert_eq!(seen["checks"]["frozen"], false);
    let home = list(&seen, "peers").iter().find(|peer| peer["role"] == "home").cloned();
    assert_eq!(home.unwrap_or_default()["note"], "local");

    for code in ["home_reached", "path_local", "quic_open", "tcp_open", "second_reached"] {
        assert_eq!(health(&alice, code).as_deref(), Some("good"), "{code}");
    }
    alice.refuses(&["doctor", "--offline"], "no_network");

    net.kill();
    for code in ["home_silent", "path_none"] {
        assert_eq!(health(&alice, code).as_deref(), Some("bad"), "{code}");
    }
    let saved = alice.run(&["explorer"]);
    assert_eq!(saved["synced"], false);
    assert!(!list(&saved, "recent").is_empty(), "what was checked is still shown: {saved}");
}
