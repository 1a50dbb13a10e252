//! Review keys with the real binaries: Alice lets Rita look at her account, by chat and as a sealed
//! file; Rita sees what her own light node proves; stopped is stopped, and nobody else opens a card.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Person, eventually};
use serde_json::{Value, json};
use std::fs;

/// Alice, who has 100 ABC, and Rita, who know each other.
fn friends(net: &Devnet) -> [Person; 2] {
    let (alice, rita) = (net.person("alice"), net.person("rita"));
    alice.run(&["contact", "add", &rita.invite()]);
    rita.run(&["sync"]);
    rita.run(&["chat", "send", "alice", "it is me"]);
    for person in [&alice, &rita] {
        in_step(person, &["sync"]);
    }
    alice.run(&["faucet"]);
    [alice, rita]
}

/// A command's answer once the network was reached in time: many networks share this computer.
fn in_step(person: &Person, args: &[&str]) -> Value {
    eventually("an answer that is up to date", || {
        Some(person.run(args)).filter(|answer| answer["synced"] == true)
    })
}

/// The present month, as the ledger's headers say.
fn month(alice: &Person) -> String {
    let history = in_step(alice, &["history"]);
    history["entries"][0]["time"].as_str().unwrap()[..7].to_owned()
}

fn grant(alice: &Person, to: &str, rest: &[&str]) -> Value {
    let args = ["review", "grant", to, "--purpose", "tax year 2026", "--case", "T-17"];
    alice.run(&[&args[..], rest].concat())
}

fn received(rita: &Person) -> Vec<Value> {
    in_step(rita, &["review", "list"])["received"].as_array().unwrap().clone()
}

#[test]
fn a_reviewer_sees_what_her_own_light_node_proves() {
    let net = Devnet::start(2);
    let [alice, rita] = friends(&net);
    let month = month(&alice);
    let given = grant(&alice, "rita", &["--months", &month, "--strength", "period"]);
    let sent = &given["grant"];
    assert_eq!(
        (&sent["grantee"], &sent["strength"], &sent["months"], &sent["until"]),
        (&json!("rita"), &json!("period"), &json!([month]), &Value::Null)
    );
    assert_eq!(
        (&sent["purpose"], &sent["case"], &sent["state"], &given["card"]),
        (&json!("tax year 2026"), &json!("T-17"), &json!("active"), &Value::Null)
    );
    let id = alice.run(&["account", "show"])["account"]["id"].clone();
    let serial = sent["serial"].as_str().unwrap();
    assert_eq!((&sent["account"], serial.len()), (&id, 32));
    assert!(["queued", "sent"].contains(&given["delivery"].as_str().unwrap()));

    // A card that came by chat needs no import.
    let here = eventually("the grant arrives", || {
        alice.run(&["sync"]);
        received(&rita).into_iter().next()
    });
    assert_eq!((&here["serial"], &here["owner"]), (&json!(serial), &json!("alice")));
    let shown = in_step(&rita, &["review", "show", "alice"]);
    let own = in_step(&alice, &["balance"]);
    assert_eq!((&shown["account"], &shown["name"]), (&id, &json!("alice")));
    assert_eq!(shown["grants"], json!([serial]));
    assert_eq!(shown["tokens"][0]["total"], own["tokens"][0]["total"]);
    assert_eq!(shown["undisclosed_outflow"], "0");
    assert!(shown["round"].as_u64().unwrap() > 0);
    assert_eq!(received(&rita)[0]["proved"], true, "the account's own key has signed it");

    // What happens now is seen at once, by name, by id and by the grant's number.
    alice.run(&["pay", "rita", "12.5", "--wait", "--public", "--memo", "between us"]);
    let history = in_step(&alice, &["history"]);
    let lines = history["entries"].as_array().unwrap();
    for whose in ["alice", id.as_str().unwrap(), &serial[..12]] {
        let seen = eventually("the payment is seen", || {
            let seen = in_step(&rita, &["review", "show", whose]);
            let entries = seen["entries"].as_array().unwrap().clone();
            (entries.len() == lines.len()).then_some(entries)
        });
        for (seen, own) in seen.iter().zip(lines) {
            for field in ["tx", "time", "round", "direction", "amount", "fee", "state"] {
                assert_eq!(seen[field], own[field], "{field} of {seen}");
            }
            assert_eq!(seen["memo"], Value::Null, "what was said is between the two");
        }
    }

    let stopped = alice.run(&["review", "stop", &serial[..10]]);
    assert_eq!(stopped["grant"]["state"], "stopped");
    assert_eq!(in_step(&alice, &["review", "list"])["given"][0]["state"], "stopped");
    eventually("it is told", || {
        alice.run(&["sync"]);
        (received(&rita)[0]["state"] == "stopped").then_some(())
    });
}

#[test]
fn a_sealed_card_opens_for_its_reviewer_alone() {
    let net = Devnet::start(2);
    let [alice, rita] = friends(&net);
    let mallory = net.person("mallory");
    let month = month(&alice);
    let card = rita.run(&["review", "card"]);
    let (card, digits) = (card["card"].as_str().unwrap(), card["digits"].as_str().unwrap());
    assert_eq!(digits.chars().filter(char::is_ascii_digit).count(), 30);
    let file = net.folder("grant.bcmg");
    let path = file.to_str().unwrap();
    let rest = ["--months", &month, "--strength", "incoming", "--out", path];
    let given = grant(&alice, card, &rest);
    assert_eq!((&given["delivery"], &given["card"]), (&json!("file"), &json!(path)));
    assert_eq!(
        (&given["grant"]["grantee"], &given["grant"]["digits"]),
        (&json!("rita"), &json!(digits))
    );

    let bytes = fs::read(&file).unwrap();
    assert!(bytes.starts_with(b"BCMG"));
    mallory.refuses(&["review", "import", path], "card_of_another");
    let tampered = net.folder("tampered.bcmg");
    let mut changed = bytes.clone();
    *changed.last_mut().unwrap() ^= 1;
    fs::write(&tampered, changed).unwrap();
    rita.refuses(&["review", "import", tampered.to_str().unwrap()], "bad_card");
    let imported = rita.run(&["review", "import", path]);
    assert_eq!(imported["grant"]["serial"], given["grant"]["serial"]);
    assert_eq!(imported["grant"]["strength"], "incoming");
    let shown = in_step(&rita, &["review", "show", given["grant"]["serial"].as_str().unwrap()]);
    assert_eq!(shown["account"], given["grant"]["account"]);
    // Once more is once.
    rita.run(&["review", "import", path]);
    assert_eq!(received(&rita).len(), 1);
}

#[test]
fn what_cannot_be_given_is_refused_and_nothing_is_signed() {
    let net = Devnet::start(2);
    let [alice, rita] = friends(&net);
    let month = month(&alice);
    let card = rita.run(&["review", "card"])["card"].as_str().unwrap().to_owned();
    let file = net.folder("grant.bcmg");
    let path = file.to_str().unwrap();
    let refuses = |to: &str, rest: &[&str], code: &str| {
        let args = ["review", "grant", to, "--purpose", "taxes"];
        alice.refuses(&[&args[..], rest].concat(), code);
    };
    refuses("rita", &["--months", "2999-01", "--strength", "period"], "bad_months");
    refuses("rita", &["--months", "2026-01", "--strength", "period"], "bad_months");
    let ends = ["--months", &month, "--strength", "period", "--until", "2999-01"];
    refuses("rita", &ends, "bad_months");
    refuses("rita", &["--strength", "payment"], "usage");
    // What everybody sees needs nobody who shows it.
    let history = in_step(&alice, &["history"]);
    let tx = history["entries"][0]["tx"].as_str().unwrap();
    let asked = rita.run(&["review", "challenge"]);
    let challenge = asked["challenge"].as_str().unwrap();
    let shown = ["--strength", "payment", "--tx", tx, "--challenge", challenge, "--out", path];
    refuses("rita", &shown, "not_private");
    refuses("nobody", &["--strength", "full"], "unknown_contact");
    refuses("bcmr:1234", &["--strength", "full", "--out", path], "bad_reviewer");
    let standing = ["--months", &month, "--strength", "standing", "--out", path];
    refuses(&card, &standing, "needs_chat");
    alice.refuses(&["review", "stop", "00000000"], "unknown_grant");
    rita.refuses(&["review", "show", "alice"], "unknown_grant");
    assert_eq!(in_step(&alice, &["review", "list"])["given"], json!([]));
    assert!(!file.exists());
}
