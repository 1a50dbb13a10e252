//! Red envelopes with the real binaries: Alice gives in her chat with Bob, Bob claims, both see who
//! got what, and every sum is right.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Person, eventually, units};
use serde_json::{Value, json};
use std::time::Duration;

/// What a claim that is paid to an address costs: it comes out of the share.
const FEE: u64 = 1_696;

fn balance(person: &Person) -> u64 {
    let balance = person.in_step(&["balance"]);
    amount(&balance["tokens"][0]["total"])
}

fn amount(text: &Value) -> u64 {
    units(text)
}

/// The red envelope as this person sees it.
fn seen(person: &Person, id: &str) -> Value {
    let list = person.in_step(&["envelope", "list"]);
    let all = list["envelopes"].as_array().unwrap();
    all.iter().find(|envelope| envelope["id"] == id).unwrap().clone()
}

fn create(person: &Person, args: &[&str]) -> (String, Value) {
    let made =
        person.run(&[&["envelope", "create", "--public"], args].concat())["envelope"].clone();
    assert_eq!((&made["state"], &made["claimed"]), (&json!("open"), &json!([])), "{made}");
    assert_eq!((&made["left"], &made["from"]), (&made["total"], &json!("me")));
    (made["id"].as_str().unwrap().to_owned(), made)
}

#[test]
fn alice_gives_and_bob_claims() {
    let net = Devnet::start(2);
    let [alice, bob] = net.friends();
    let (before, bobs) = (balance(&alice), balance(&bob));
    let (id, made) = create(&alice, &["bob", "12.5", "--shares", "1", "--text", "恭喜发财"]);
    assert_eq!(
        (&made["shares"], &made["lucky"], &made["key_shared"]),
        (&1.into(), &false.into(), &false.into())
    );
    let cost = before - balance(&alice);
    assert!((12_500_000..12_510_000).contains(&cost), "{cost}");

    // It stands in the chat, and can be opened from there.
    let read = bob.run(&["chat", "read", "alice"]);
    let message = read["messages"].as_array().unwrap().last().unwrap().clone();
    assert_eq!((&message["text"], &message["payment"]), (&json!("恭喜发财"), &Value::Null));
    let told = &message["envelope"];
    assert_eq!(
        (&told["id"], &told["state"], &told["share"]),
        (&json!(id), &json!("open"), &json!("unclaimed"))
    );
    let short = &id[..12];
    let claimed = bob.run(&["envelope", "claim", short, "--public"]);
    assert_eq!(amount(&claimed["got"]), 12_500_000 - FEE);
    assert_eq!(claimed["envelope"]["state"], "done");
    assert_eq!(balance(&bob), bobs + 12_500_000 - FEE);
    bob.refuses(&["envelope", "claim", &id], "already_claimed");

    // Both see the same, each with their own names.
    let share = "12.498304";
    let at_bob = seen(&bob, &id);
    assert_eq!(at_bob["claimed"], json!([{ "who": "me", "amount": share }]));
    let at_alice = seen(&alice, &id);
    assert_eq!(at_alice["claimed"], json!([{ "who": "bob", "amount": share }]));
    for envelope in [at_bob, at_alice] {
        assert_eq!((&envelope["left"], &envelope["state"]), (&json!("0"), &json!("done")));
    }
    // Of one share none is for Alice.
    alice.refuses(&["envelope", "claim", &id], "no_share");
    histories(&alice, &bob);
}

/// Both histories tell of it, with whom and what was said.
fn histories(alice: &Person, bob: &Person) {
    let of = |person: &Person| {
        let history = person.run(&["history"]);
        let entries = history["entries"].as_array().unwrap().clone();
        entries.into_iter().find(|entry| entry["kind"] == "envelope").unwrap()
    };
    let (given, got) = (of(alice), of(bob));
    assert_eq!((&given["direction"], &given["amount"]), (&json!("out"), &json!("12.5")));
    assert_eq!((&given["counterparty"], &given["memo"]), (&json!("bob"), &json!("恭喜发财")));
    assert_eq!((&got["direction"], &got["amount"]), (&json!("in"), &json!("12.498304")));
    assert_eq!((&got["counterparty"], &got["fee"]), (&json!("alice"), &Value::Null));
}

#[test]
fn chance_divides_a_lucky_one_and_nothing_is_lost() {
    let net = Devnet::start(2);
    let [alice, bob] = net.friends();
    let bobs = balance(&bob);
    let (id, _) = create(&alice, &["bob", "10", "--shares", "2", "--lucky"]);
    let cost = balance(&alice);
    let got = amount(&bob.run(&["envelope", "claim", &id, "--public"])["got"]);
    assert!((1..10_000_000 - FEE).contains(&got), "{got}");
    assert_eq!(balance(&bob), bobs + got);
    // The maker is a member as well, and takes the rest.
    let rest = amount(&alice.run(&["envelope", "claim", &id, "--public"])["got"]);
    assert_eq!(got + rest + 2 * FEE, 10_000_000);
    assert_eq!(balance(&alice), cost + rest);
    let envelope = seen(&alice, &id);
    assert_eq!((&envelope["left"], &envelope["state"]), (&json!("0"), &json!("done")));
    let claimed = envelope["claimed"].as_array().unwrap();
    let sum: u64 = claimed.iter().map(|share| amount(&share["amount"])).sum();
    assert_eq!((claimed.len(), sum), (2, got + rest));
}

#[test]
fn what_is_claimed_or_made_without_a_network_goes_out_once_there_is_one() {
    let mut net = Devnet::start(2);
    let [alice, bob] = net.friends();
    let before = balance(&bob);
    net.stop();
    let made =
        alice.run(&["envelope", "create", "bob", "3", "--shares", "3", "--public", "--offline"]);
    let id = made["envelope"]["id"].as_str().unwrap().to_owned();
    assert_eq!(made["envelope"]["state"], "queued");
    net.start_again();
    alice.run(&["sync"]);
    bob.run(&["sync"]);
    let open = eventually("the ledger has it", || {
        alice.run(&["sync"]);
        let envelope = seen(&bob, &id);
        (envelope["state"] == "open").then_some(envelope)
    });
    assert_eq!((&open["left"], &open["shares"]), (&json!("3"), &json!(3)));
    bob.run(&["envelope", "claim", &id, "--public"]);
    assert_eq!(balance(&bob), before + 1_000_000 - FEE);
    let left = seen(&alice, &id);
    assert_eq!((&left["left"], &left["state"]), (&json!("2"), &json!("open")));
    // One of the three is Alice's; the last is nobody's here.
    alice.run(&["envelope", "claim", &id, "--public"]);
    bob.refuses(&["envelope", "claim", &id], "already_claimed");
    assert_eq!(seen(&bob, &id)["left"], "1");
}

#[test]
fn the_first_money_of_an_account_can_come_in_a_red_envelope() {
    let net = Devnet::start(2);
    let [alice, _] = net.friends();
    let carol = net.person("carol");
    alice.run(&["contact", "add", &carol.invite()]);
    carol.in_step(&["sync"]);
    let (small, _) = create(&alice, &["carol", "0.005", "--shares", "1"]);
    carol.refuses(&["envelope", "claim", &small, "--public"], "below_minimum");
    // Nor is it worth what bringing it into the pool costs.
    carol.refuses(&["envelope", "claim", &small], "below_fee");
    let (id, _) = create(&alice, &["carol", "0.5", "--shares", "1"]);
    let got = amount(&carol.run(&["envelope", "claim", &id, "--public"])["got"]);
    assert_eq!((got, balance(&carol)), (500_000 - FEE, 500_000 - FEE));
    // And now the small one, too.
    assert_eq!(amount(&carol.run(&["envelope", "claim", &small, "--public"])["got"]), 5_000 - FEE);
    into_the_pool(&alice, &carol);
}

/// What nobody is named for goes into the pool by itself, and no account tells of it.
fn into_the_pool(alice: &Person, carol: &Person) {
    let public =
        |person: &Person| amount(&person.in_step(&["balance"])["tokens"][0]["transparent"]);
    let before = public(carol);
    let (id, _) = create(alice, &["carol", "2", "--shares", "1"]);
    let claimed = carol.run(&["envelope", "claim", &id]);
    assert_eq!(claimed["envelope"]["to_pool"], true, "{claimed}");
    let got = eventually("the share is in the pool", || {
        let envelope = seen(carol, &id);
        (envelope["share"] == "got").then(|| amount(&envelope["got"]))
    });
    let private = eventually("it is found there", || {
        let balance = carol.in_step(&["balance"]);
        let private = amount(&balance["tokens"][0]["private"]);
        (private > 0).then_some(private)
    });
    assert_eq!((private, public(carol)), (got, before));
    assert!(got < 2_000_000 - FEE && got > 1_950_000, "{got}");
    carol.refuses(&["envelope", "claim", &id], "already_claimed");
    let history = carol.run(&["history"]);
    let told = history["entries"].as_array().unwrap().iter();
    let line = told.rev().find(|entry| entry["private"] == true).unwrap();
    assert_eq!((&line["direction"], &line["counterparty"]), (&json!("in"), &json!("alice")));
}

#[test]
fn what_is_killed_in_between_happens_once_or_not_at_all() {
    let net = Devnet::start(2);
    let [alice, bob] = net.friends();
    let (alices, bobs) = (balance(&alice), balance(&bob));
    let mut told = 0;
    for millis in [60, 150, 300, 600, 1000, 1500] {
        let create = ["envelope", "create", "bob", "1", "--shares", "1", "--public"];
        let made = killed_after(&alice, &create, millis).is_some();
        let mine = || alice.run(&["envelope", "list"])["envelopes"].as_array().unwrap().clone();
        let all = eventually("no red envelope is on its way", || {
            let all = mine();
            all.iter().all(|envelope| envelope["state"] != "queued").then_some(all)
        });
        assert!(all.len() >= told + usize::from(made), "what was acknowledged is there");
        told = all.len();
        let Some(newest) = all.iter().find(|envelope| envelope["state"] == "open") else {
            continue;
        };
        let id = newest["id"].as_str().unwrap();
        bob.run(&["sync"]);
        let claim = ["envelope", "claim", id, "--public"];
        killed_after(&bob, &claim, millis);
        // Asked once more, as a person would.
        if let Err(again) = bob.attempt(&claim) {
            assert_eq!(again.code, "already_claimed");
        }
        assert_eq!(seen(&alice, id)["state"], "done");
    }
    let given = u64::try_from(told).unwrap();
    assert!(given > 0, "not all of them were killed before they began");
    assert_eq!(balance(&bob), bobs + given * (1_000_000 - FEE));
    let spent = alices - balance(&alice);
    // A payer's fee is a little over 0.001 ABC.
    assert!((given * 1_001_000..given * 1_002_000).contains(&spent), "{spent} for {given}");
}

/// Out of the pool, cut off again and again: while money is put in first, while it is proved, before and
/// after it is sent. There is one red envelope, and no account's history tells of it.
#[test]
fn one_out_of_the_private_pool_is_given_once_and_names_nobody() {
    let net = Devnet::start(1);
    let [alice, bob] = net.friends();
    let tokens = |person: &Person| {
        let balance = person.in_step(&["balance"]);
        ["transparent", "private"].map(|kind| amount(&balance["tokens"][0][kind]))
    };
    let before = balance(&alice);
    let create = ["envelope", "create", "bob", "3", "--shares", "2", "--text", "hi", "--offline"];
    let made = alice.run(&create)["envelope"].clone();
    assert_eq!((&made["state"], &made["private"]), (&json!("queued"), &json!(true)), "{made}");
    let told_of = |person: &Person, other: &str| -> Vec<Value> {
        let read = person.run(&["chat", "read", other]);
        let all = read["messages"].as_array().unwrap().iter();
        all.filter(|message| !message["envelope"].is_null()).cloned().collect()
    };
    let read = alice.run(&["chat", "read", "bob", "--offline"]);
    let all = read["messages"].as_array().unwrap();
    assert!(all.iter().all(|it| it["envelope"].is_null()), "told before it is signed: {read}");
    for after in [1, 5] {
        let cut = alice.start(&["sync"]);
        std::thread::sleep(Duration::from_secs(after));
        let _ = cut.kill();
    }
    let open = eventually("the ledger has it", || {
        alice.run(&["sync"]);
        let list = alice.run(&["envelope", "list"]);
        let all = list["envelopes"].as_array().unwrap().clone();
        let [one] = &all[..] else { panic!("{list}") };
        (one["state"] == "open").then(|| one.clone())
    });
    let id = open["id"].as_str().unwrap().to_owned();
    assert_eq!((&open["private"], &open["from"]), (&json!(true), &json!("me")));
    let [_, private] = tokens(&alice);
    let spent = before - balance(&alice) - 3_000_000;
    assert!(private < 2_000_000 && spent < 60_000, "put in 5, gave 3: {private}, fees {spent}");
    let history = alice.run(&["history"]);
    let rows = history["entries"].as_array().unwrap();
    let given: Vec<_> = rows.iter().filter(|row| row["kind"] == "envelope").collect();
    let [given] = given[..] else { panic!("{history}") };
    assert_eq!((&given["private"], &given["direction"]), (&json!(true), &json!("out")));
    assert_eq!((&given["counterparty"], &given["amount"]), (&json!("bob"), &json!("3")));
    reviewed(&alice, &bob, given);

    let bobs = balance(&bob);
    bob.run(&["envelope", "claim", &id, "--public"]);
    assert_eq!(balance(&bob), bobs + 1_500_000 - FEE);
    let told = told_of(&bob, "alice");
    let [told] = &told[..] else { panic!("{told:?}") };
    assert_eq!((&told["text"], &told["envelope"]["id"]), (&json!("hi"), &json!(id)));
    // The maker's own share goes into the pool, like anybody's.
    let took = amount(&alice.run(&["envelope", "claim", &id])["got"]);
    eventually("it is there", || (tokens(&alice)[1] == private + took).then_some(()));

    // One that is called off before it is signed is none.
    let again = alice.run(&["envelope", "create", "bob", "1", "--shares", "1", "--offline"]);
    let wish = again["envelope"]["transfer"].as_str().unwrap().to_owned();
    alice.run(&["cancel", &wish]);
    alice.run(&["sync"]);
    assert_eq!(alice.run(&["envelope", "list"])["envelopes"].as_array().unwrap().len(), 1);
    assert_eq!(found_again(&net, &alice, given), tokens(&alice));
}

/// What it has really cost stands in a reviewer's books, too.
fn reviewed(alice: &Person, bob: &Person, given: &Value) {
    let month = &given["time"].as_str().unwrap()[..7];
    let wish = ["--strength", "period", "--months", month, "--purpose", "tax year 2026"];
    alice.run(&[&["review", "grant", "bob"], &wish[..]].concat());
    let seen = eventually("the red envelope in bob's books", || {
        alice.run(&["sync"]);
        bob.run(&["sync"]);
        let seen = bob.attempt(&["review", "show", "alice"]).ok()?;
        let entries = seen["entries"].as_array().unwrap().clone();
        entries.into_iter().find(|it| it["private"] == true && it["direction"] == "out")
    });
    assert_eq!((&seen["amount"], &seen["fee"]), (&given["amount"], &given["fee"]), "{seen}");
}

/// The words alone find the same money, and that a red envelope was given, to the unit.
fn found_again(net: &Devnet, alice: &Person, given: &Value) -> [u64; 2] {
    let document = alice.run(&["account", "words"]);
    let words = document["words"].as_array().unwrap().iter();
    let words: Vec<_> = words.map(|word| word.as_str().unwrap()).collect();
    let other = net.stranger("other");
    let args = ["account", "restore", "--name", "other", "--bootstrap", &net.bootstrap()[0]];
    other.attempt_with_input(&args, &words.join(" ")).unwrap();
    let balance = other.in_step(&["balance"]);
    let history = other.run(&["history"]);
    let rows = history["entries"].as_array().unwrap();
    let gave = rows.iter().find(|row| row["kind"] == "envelope").unwrap();
    for field in ["direction", "amount", "fee", "private", "round"] {
        assert_eq!(gave[field], given[field], "{field} of {gave}");
    }
    ["transparent", "private"].map(|kind| amount(&balance["tokens"][0][kind]))
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
    let [alice, bob] = net.friends();
    for way in [&["--public"][..], &[]] {
        let create = |amount: &str, shares: &str| {
            let create = ["envelope", "create", "bob", amount, "--shares", shares];
            alice.fails(&[&create, way].concat()).code
        };
        assert_eq!(create("0", "1"), "bad_amount");
        assert_eq!(create("-5", "1"), "bad_amount");
        assert_eq!(create("0.001", "1"), "bad_amount");
        assert_eq!(create("1", "0"), "bad_shares");
        assert_eq!(create("1", "101"), "bad_shares");
        assert_eq!(create("1", "x"), "usage");
        assert_eq!(create("100", "1"), "insufficient_funds");
    }
    alice.refuses(&["envelope", "create", "bob", "1"], "usage");
    alice.refuses(&["envelope", "create", "eve", "1", "--shares", "1"], "unknown_contact");
    let long = "x".repeat(201);
    alice.refuses(
        &["envelope", "create", "bob", "1", "--shares", "1", "--text", &long],
        "message_too_long",
    );
    for id in ["", "abc", &"7".repeat(64), "not an id"] {
        bob.refuses(&["envelope", "claim", id], "unknown_envelope");
    }
    assert_eq!(bob.run(&["envelope", "list"])["envelopes"], json!([]));
}
