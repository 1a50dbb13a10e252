//! Asking for money with the real binaries: requests that are paid once and proved, bills that are
//! split, payment links, and the address book.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Person, eventually, units};
use serde_json::{Value, json};
use std::time::Duration;

/// Alice and Bob, who know each other and have 100 ABC each.
fn friends(net: &Devnet) -> [Person; 2] {
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    know(&alice, &bob);
    for person in [&alice, &bob] {
        in_step(person, &["sync"]);
        person.run(&["faucet"]);
    }
    [alice, bob]
}

fn know(one: &Person, other: &Person) {
    one.run(&["contact", "add", &other.invite()]);
    other.run(&["sync"]);
    other.run(&["chat", "send", one.name(), "it is me"]);
    in_step(one, &["sync"]);
}

/// A command's answer once the network was reached in time: many networks share this computer.
fn in_step(person: &Person, args: &[&str]) -> Value {
    eventually("an answer that is up to date", || {
        Some(person.run(args)).filter(|answer| answer["synced"] == true)
    })
}

fn balance(person: &Person) -> u64 {
    units(&in_step(person, &["balance"])["tokens"][0]["total"])
}

fn asks(person: &Person, args: &[&str]) -> (String, Value) {
    let made = person.run(&[&["request", "create"], args].concat())["request"].clone();
    assert_eq!((&made["state"], &made["from"]), (&json!("open"), &json!("me")), "{made}");
    (made["id"].as_str().unwrap().to_owned(), made)
}

/// The request as this person sees it.
fn seen(person: &Person, id: &str) -> Value {
    let list = in_step(person, &["request", "list"]);
    let all = list["requests"].as_array().unwrap();
    all.iter().find(|request| request["id"] == id).unwrap_or(&Value::Null).clone()
}

fn becomes(person: &Person, id: &str, state: &str) -> Value {
    eventually(&format!("the request is {state}"), || {
        Some(seen(person, id)).filter(|request| request["state"] == state)
    })
}

fn message(person: &Person, with: &str, text: &str) -> Value {
    let read = person.run(&["chat", "read", with]);
    let messages = read["messages"].as_array().unwrap().clone();
    messages.into_iter().rev().find(|message| message["text"] == text).unwrap_or(Value::Null)
}

#[test]
fn alice_asks_and_bob_pays_once() {
    let net = Devnet::start(2);
    let [alice, bob] = friends(&net);
    let (alices, bobs) = (balance(&alice), balance(&bob));
    let (id, made) = asks(&alice, &["bob", "12.5", "--memo", "晚饭", "--expires", "2999-01-01"]);
    assert_eq!((&made["amount"], &made["memo"]), (&json!("12.5"), &json!("晚饭")));
    assert_eq!(made["expires"], "2999-01-01T00:00:00.000Z");
    let told = message(&bob, "alice", "晚饭");
    assert_eq!((&told["payment"], &told["envelope"]), (&Value::Null, &Value::Null));
    assert_eq!((&told["request"]["id"], &told["request"]["state"]), (&json!(id), &json!("open")));
    // Nobody pays his own request.
    alice.refuses(&["request", "pay", &id], "unknown_request");

    let short = &id[..12];
    let paid = bob.run(&["request", "pay", short, "--public", "--wait"])["request"].clone();
    assert_eq!((&paid["state"], &paid["payment"]["state"]), (&json!("paid"), &json!("final")));
    let cost = bobs - balance(&bob);
    assert!((12_501_000..12_502_000).contains(&cost), "{cost}");
    let at_alice = becomes(&alice, &id, "paid");
    assert_eq!(at_alice["payment"]["tx"], paid["payment"]["tx"]);
    assert_eq!(balance(&alice), alices + 12_500_000);
    // Asked for again, the same payment is found.
    let again = bob.run(&["request", "pay", &id, "--wait"])["request"].clone();
    assert_eq!(again["payment"], paid["payment"]);
    assert_eq!(balance(&bob), bobs - cost);
    for person in [&alice, &bob] {
        person.refuses(&["request", "decline", &id], "request_paid");
    }
    // The payment stands in the chat and in both histories, with whom and what for.
    assert_eq!(message(&alice, "bob", "晚饭")["payment"]["state"], "final");
    let history = bob.run(&["history"]);
    let entry = history["entries"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&entry["counterparty"], &entry["memo"]), (&json!("alice"), &json!("晚饭")));
}

#[test]
fn what_is_declined_withdrawn_or_over_is_not_paid() {
    let net = Devnet::start(2);
    let [alice, bob] = friends(&net);
    let before = balance(&bob);
    let (declined, _) = asks(&alice, &["bob", "1", "--memo", "one"]);
    let (withdrawn, _) = asks(&alice, &["bob", "2", "--memo", "two"]);
    assert_eq!(becomes(&bob, &declined, "open")["memo"], "one");
    let said = bob.run(&["request", "decline", &declined])["request"].clone();
    assert_eq!(said["state"], "declined");
    bob.refuses(&["request", "pay", &declined], "request_closed");
    becomes(&alice, &declined, "declined");
    alice.run(&["request", "decline", &withdrawn]);
    becomes(&bob, &withdrawn, "withdrawn");
    bob.refuses(&["request", "pay", &withdrawn], "request_closed");
    // Done twice, it is done.
    let again = alice.run(&["request", "decline", &withdrawn]);
    assert_eq!(again["request"]["state"], "withdrawn");
    assert_eq!(balance(&bob), before);
}

#[test]
fn a_bill_is_split_to_the_last_unit() {
    let net = Devnet::start(2);
    let [alice, bob] = friends(&net);
    let carol = net.person("carol");
    know(&alice, &carol);
    let split = ["request", "split", "10", "bob", "carol", "--with-me", "--memo", "dinner"];
    let bill = alice.run(&split);
    assert_eq!((&bill["total"], &bill["mine"]), (&json!("10"), &json!("3.333333")));
    let shares = bill["requests"].as_array().unwrap();
    let of = |index: usize| (&shares[index]["contact"], &shares[index]["amount"]);
    assert_eq!(of(0), (&json!("bob"), &json!("3.333334")));
    assert_eq!(of(1), (&json!("carol"), &json!("3.333333")));
    let id = shares[0]["id"].as_str().unwrap();
    becomes(&bob, id, "open");
    bob.run(&["request", "pay", id, "--public", "--wait"]);
    becomes(&alice, id, "paid");
    assert_eq!(seen(&alice, shares[1]["id"].as_str().unwrap())["state"], "open");
    let without = alice.run(&["request", "split", "5", "bob", "carol"]);
    assert_eq!((&without["mine"], &without["requests"][1]["amount"]), (&json!("0"), &json!("2.5")));
    alice.refuses(&["request", "split", "5", "bob", "bob"], "bad_split");
    alice.refuses(&["request", "split", "0.000001", "bob", "carol"], "bad_split");
    alice.refuses(&["request", "split", "5", "bob", "eve"], "unknown_contact");
    alice.refuses(&["request", "split", "5"], "usage");
}

#[test]
fn a_link_is_paid_by_a_stranger_and_an_address_gets_a_name() {
    let net = Devnet::start(2);
    let [alice, _] = friends(&net);
    let dan = net.person("dan");
    in_step(&dan, &["sync"]);
    let made = dan.run(&["link", "create", "--amount", "2.5", "--memo", "two books"]);
    let link = made["link"].as_str().unwrap();
    let shown = alice.run(&["link", "show", link]);
    assert_eq!((&shown["kind"], &shown["whose"]), (&json!("ecdsa"), &json!("unknown")));
    assert_eq!((&shown["first"], &shown["looks_like"]), (&json!(true), &Value::Null));
    assert_eq!((&shown["link"]["amount"], &shown["to"]), (&json!("2.5"), &made["to"]));
    alice.refuses(&["pay", link, "3"], "bad_amount");
    let paid = alice.run(&["pay", link, "--wait"]);
    assert_eq!((&paid["amount"], &paid["state"]), (&json!("2.5"), &json!("final")));
    assert_eq!(balance(&dan), 2_500_000);
    let shown = alice.run(&["link", "show", link]);
    assert_eq!((&shown["first"], &shown["whose"]), (&json!(false), &json!("paid")));

    let address = made["to"].as_str().unwrap();
    let named = alice.run(&["address", "add", address, "Bookshop"])["address"].clone();
    assert_eq!((&named["name"], &named["kind"]), (&json!("Bookshop"), &json!("ecdsa")));
    assert!(named["first_paid"].is_string(), "{named}");
    alice.run(&["pay", "bookshop", "0.5", "--wait"]);
    assert_eq!(balance(&dan), 3_000_000);
    assert_eq!(alice.run(&["address", "list"])["addresses"].as_array().unwrap().len(), 1);
    alice.refuses(&["address", "add", address, "bob"], "name_taken");
    alice.run(&["address", "remove", "Bookshop"]);
    alice.refuses(&["pay", "Bookshop", "1"], "unknown_contact");

    // Of another network, over, or no link at all.
    let chain = link.split("chain=").nth(1).unwrap().split('&').next().unwrap();
    let elsewhere = link.replace(chain, &"ee".repeat(32));
    alice.refuses(&["pay", &elsewhere, "1"], "wrong_network");
    alice.refuses(&["pay", &format!("{link}&expires=1000")], "link_over");
    alice.refuses(&["pay", &format!("{link}&amount=1")], "bad_link");
    alice.refuses(&["contact", "add", link], "bad_invite");
    alice.refuses(&["pay", &alice.invite(), "1"], "bad_address");
    alice.refuses(&["pay", address], "usage");
    alice.refuses(&["link", "create", "--expires", "2020-01-01"], "request_over");
}

#[test]
fn what_is_killed_in_between_is_asked_and_paid_once_or_not_at_all() {
    let net = Devnet::start(2);
    let [alice, bob] = friends(&net);
    let (alices, bobs) = (balance(&alice), balance(&bob));
    let mut told = 0;
    for millis in [60, 150, 300, 600, 1000] {
        let made = killed_after(&alice, &["request", "create", "bob", "1"], millis).is_some();
        let all = in_step(&alice, &["request", "list"])["requests"].as_array().unwrap().clone();
        assert!(all.len() >= told + usize::from(made), "what was acknowledged is there");
        if all.len() == told {
            continue;
        }
        told = all.len();
        let id = all.last().unwrap()["id"].as_str().unwrap();
        becomes(&bob, id, "open");
        let pay = ["request", "pay", id, "--public"];
        killed_after(&bob, &pay, millis);
        killed_after(&bob, &pay, millis);
        // Asked once more, as a person would.
        bob.run(&["request", "pay", id, "--public", "--wait"]);
        becomes(&alice, id, "paid");
    }
    let paid = u64::try_from(told).unwrap();
    assert!(paid > 0, "not all of them were killed before they began");
    assert_eq!(balance(&alice), alices + paid * 1_000_000);
    let spent = bobs - balance(&bob);
    // A payer's fee is a little over 0.001 ABC.
    assert!((paid * 1_001_000..paid * 1_002_000).contains(&spent), "{spent} for {paid}");
}

/// Kills a command so long after its start; its document, if it had come to its end.
fn killed_after(person: &Person, args: &[&str], millis: u64) -> Option<Value> {
    let running = person.start(args);
    std::thread::sleep(Duration::from_millis(millis));
    running.kill()
}

#[test]
fn wrong_wishes_have_codes() {
    let net = Devnet::start(2);
    let [alice, bob] = friends(&net);
    for (amount, code) in [("0", "bad_amount"), ("-5", "bad_amount"), ("x", "bad_amount")] {
        alice.refuses(&["request", "create", "bob", amount], code);
    }
    alice.refuses(&["request", "create", "eve", "1"], "unknown_contact");
    alice.refuses(&["request", "create", "bob", "1", "--expires", "2020-01-01"], "request_over");
    alice.refuses(&["request", "create", "bob", "1", "--expires", "soon"], "usage");
    for id in ["", "abc", &"7".repeat(32), "not an id"] {
        bob.refuses(&["request", "pay", id], "unknown_request");
        bob.refuses(&["request", "decline", id], "unknown_request");
    }
    let (id, _) = asks(&alice, &["bob", "1000"]);
    becomes(&bob, &id, "open");
    bob.refuses(&["request", "pay", &id], "insufficient_funds");
    assert_eq!(seen(&bob, &id)["state"], "open");
    alice.refuses(&["address", "add", "A123", "shop"], "bad_address");
    alice.refuses(&["address", "remove", "shop"], "unknown_address");
    alice.refuses(&["link", "show", "bcm:pay?to=x"], "bad_link");
    assert_eq!(alice.run(&["address", "list"])["addresses"], json!([]));
}
