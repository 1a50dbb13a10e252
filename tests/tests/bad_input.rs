//! Whatever a person or a script gets wrong has a code, and changes nothing; and what cannot be done
//! without a network waits for one. That a failure is one line of JSON on standard error, with exit
//! 2 for wrong usage and 1 for all else, is checked for every command by the harness.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use keys::Words;
use scenarios::harness::{Devnet, Person, eventually};
use serde_json::{Value, json};

/// The same text with another letter at one place.
fn altered(text: &str, at: usize) -> String {
    let other = if text.as_bytes()[at] == b'X' { "Y" } else { "X" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

fn text(document: &Value, path: &str) -> String {
    document.pointer(path).unwrap().as_str().unwrap().to_owned()
}

#[test]
fn what_is_typed_wrong_has_a_code_and_changes_nothing() {
    let net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    alice.run(&["contact", "add", &bob.invite()]);
    alice.run(&["faucet"]);
    // Bob answers whenever he is connected: it is not to happen in between.
    eventually("both know each other", || {
        bob.run(&["sync"]);
        let state = text(&alice.run(&["contact", "list"]), "/contacts/0/state");
        (state == "ready").then_some(())
    });
    let address = text(&bob.run(&["account", "show"]), "/account/addresses/ecdsa");
    let before = snapshot(&alice);
    assert_eq!(before[0].pointer("/tokens/0/total").unwrap(), "100");

    amounts(&alice, &address);
    addresses(&alice, &address);
    contacts_and_messages(&alice);
    usage(&alice);
    invites(&alice, &bob);
    assert_eq!(snapshot(&alice), before);

    two_contacts_of_one_beginning(&net, &alice);
}

/// Balance, history and conversation, without what time alone changes.
fn snapshot(person: &Person) -> [Value; 4] {
    let commands: [&[&str]; 4] =
        [&["balance"], &["history"], &["chat", "read", "bob"], &["contact", "list"]];
    commands.map(|args| {
        let mut document = person.run(args);
        document.as_object_mut().unwrap().remove("round");
        document
    })
}

fn amounts(alice: &Person, address: &str) {
    for amount in ["-5", "0", "0.0", "abc", "", "1.0000001", "1e3", "1,5", "+1", ".5", "5.", " 1"] {
        alice.refuses(&["pay", "bob", amount], "bad_amount");
        alice.refuses(&["sendtoaddress", address, amount], "bad_amount");
    }
    // More than 64 bits of smallest units; and less than a new account must be paid.
    for amount in ["18446744073709.551616", "99999999999999999999999999"] {
        alice.refuses(&["pay", "bob", amount], "bad_amount");
    }
    alice.refuses(&["pay", "bob", "0.000001", "--public"], "bad_amount");
    // The last one leaves nothing for the fee.
    for amount in ["999999999999", "100.000001", "100"] {
        alice.refuses(&["pay", "bob", amount], "insufficient_funds");
        alice.refuses(&["sendtoaddress", address, amount, "--wait"], "insufficient_funds");
    }
}

fn addresses(alice: &Person, address: &str) {
    let own = alice.run(&["account", "show"]);
    let falcon = text(&own, "/account/addresses/falcon");
    let mut wrong =
        vec![address[1..].to_owned(), format!("{address}1"), format!("falcon:{address}")];
    wrong.extend([0, 1, 12, address.len() - 1].map(|at| altered(address, at)));
    wrong.extend([1, falcon.len() - 1].map(|at| altered(&falcon, at)));
    // Nobody pays himself by mistake.
    wrong.push(text(&own, "/account/addresses/ecdsa"));
    for wrong in wrong {
        alice.refuses(&["sendtoaddress", &wrong, "1"], "bad_address");
        alice.refuses(&["pay", &wrong, "1"], "bad_address");
    }
    alice.refuses(&["sendtoaddress", "bob", "1"], "bad_address");
    alice.refuses(&["balance", "--bootstrap", "/ip4/127.0.0.1"], "bad_address");
}

fn contacts_and_messages(alice: &Person) {
    let bob = text(&alice.run(&["contact", "list"]), "/contacts/0/id");
    for nobody in ["nobody", "", "Bob", &bob[..7], &altered(&bob, 9), &format!("{bob}0")] {
        alice.refuses(&["chat", "send", nobody, "hello"], "unknown_contact");
        alice.refuses(&["chat", "read", nobody], "unknown_contact");
    }
    alice.refuses(&["pay", "nobody", "1"], "unknown_contact");
    for name in ["bob", &bob[..8], &bob.to_uppercase()] {
        assert_eq!(alice.run(&["chat", "read", name, "--offline"])["contact"], "bob");
    }

    // 12,000 bytes are the limit, not letters.
    let long = ["x".repeat(12_001), "ü".repeat(6_001)];
    for long in &long {
        alice.refuses(&["chat", "send", "bob", long], "message_too_long");
        alice.refuses(&["pay", "bob", "1", "--memo", long], "message_too_long");
    }
    for empty in ["", "  ", "\n\t"] {
        alice.refuses(&["chat", "send", "bob", empty], "empty_message");
    }
}

fn usage(alice: &Person) {
    let table: [&[&str]; 14] = [
        &[],
        &["dance"],
        &["account"],
        &["pay", "bob"],
        &["pay", "bob", "1", "2"],
        &["pay", "bob", "1", "--memo"],
        &["contact", "add"],
        &["chat", "send", "bob"],
        &["chat", "read", "bob", "--wait", "soon"],
        &["chat", "read", "bob", "--last", "-1"],
        // A conversation line by line is for people.
        &["chat", "open", "bob"],
        &["balance", "--what"],
        &["history", "--from", "yesterday"],
        &["history", "--to", "2026-13-01"],
    ];
    for args in table {
        alice.refuses(args, "usage");
    }
}

fn invites(alice: &Person, bob: &Person) {
    let good = bob.invite();
    let mut wrong = vec![String::new(), "bcm:".to_owned(), good[4..].to_owned()];
    wrong.push(good[..good.len() - 1].to_owned());
    wrong.push(format!("{good}1"));
    wrong.push(good.replace("bcm:", "http:"));
    wrong.push(format!("bcm:{}", "1".repeat(5_000)));
    wrong.extend([0, 4, 5, good.len() / 2, good.len() - 1].map(|at| altered(&good, at)));
    for wrong in &wrong {
        alice.refuses(&["contact", "add", wrong], "bad_invite");
    }
    alice.refuses(&["contact", "add", &alice.invite()], "own_invite");

    let elsewhere = Devnet::start(1);
    let carol = elsewhere.person("carol");
    alice.refuses(&["contact", "add", &carol.invite()], "wrong_network");
    alice.refuses(&["balance", "--bootstrap", &elsewhere.bootstrap()[0]], "wrong_network");
}

/// Two accounts whose ids have the same first eight digits, and who give themselves the same name.
fn two_contacts_of_one_beginning(net: &Devnet, alice: &Person) {
    let twins = [8_993, 13_456].map(|number: u64| {
        let dora = net.stranger(&format!("dora-{number}"));
        let mut entropy = [0; 32];
        entropy[24..].copy_from_slice(&number.to_be_bytes());
        let words = Words::from_entropy(entropy).list().join(" ");
        let args = ["account", "restore", "--name", "dora", "--bootstrap", &net.bootstrap()[0]];
        let account = dora.attempt_with_input(&args, &words).unwrap();
        alice.run(&["contact", "add", &dora.invite()]);
        text(&account, "/account/id")
    });
    let [one, two] = &twins;
    assert_eq!(one[..8], two[..8]);
    let same = one.bytes().zip(two.bytes()).take_while(|(one, two)| one == two).count();
    for command in [&["chat", "send", &one[..8], "hello"][..], &["pay", &one[..same], "1"]] {
        alice.refuses(command, "ambiguous_contact");
    }
    for (id, name) in [(one, "dora"), (two, "dora (2)")] {
        for who in [&id[..=same], id, name] {
            let sent = alice.run(&["chat", "send", who, "hello", "--offline"]);
            assert_eq!(sent.pointer("/message/contact").unwrap(), name);
        }
    }
}

#[test]
fn without_a_network_things_wait_and_nothing_is_lost() {
    let mut net = Devnet::start(1);
    let (alice, bob, carol) = (net.person("alice"), net.person("bob"), net.person("carol"));
    alice.run(&["contact", "add", &bob.invite()]);
    alice.run(&["chat", "send", "bob", "before"]);
    alice.run(&["faucet"]);
    let of_carol = carol.invite();
    let newcomer = net.person("newcomer");
    let address = text(&carol.run(&["account", "show"]), "/account/addresses/ecdsa");
    net.stop();

    let sent = alice.run(&["chat", "send", "bob", "meanwhile"]);
    assert_eq!(sent.pointer("/message/state").unwrap(), "queued");
    let paid = alice.run(&["pay", "bob", "7", "--public"]);
    assert_eq!((&paid["state"], &paid["round"]), (&json!("queued"), &Value::Null));
    let balance = alice.run(&["balance"]);
    assert_eq!(balance["synced"], false);
    assert_eq!(balance.pointer("/tokens/0/total").unwrap(), "100");
    assert_eq!(alice.run(&["history", "--offline"])["synced"], false);
    assert_eq!(alice.run(&["sync"])["synced"], false);
    let added = alice.run(&["contact", "add", &of_carol, "--offline"]);
    assert_eq!(added.pointer("/contact/state").unwrap(), "new");
    alice.refuses(&["invite"], "no_network");
    alice.refuses(&["faucet"], "no_network");
    // It has never seen its network, and can do nothing that needs it.
    newcomer.refuses(&["contact", "add", &of_carol], "no_network");
    newcomer.refuses(&["pay", &address, "1", "--offline"], "no_network");
    assert_eq!(newcomer.run(&["balance", "--offline"])["synced"], false);

    net.start_again();
    // Nodes that have just started know one another after a moment.
    eventually("alice is up to date", || (alice.run(&["sync"])["synced"] == true).then_some(()));
    let said = |document: &Value, field: &str| -> Vec<Value> {
        document["messages"].as_array().unwrap().iter().map(|said| said[field].clone()).collect()
    };
    let read = eventually("the payment is final", || {
        let read = bob.run(&["chat", "read", "alice"]);
        (read.pointer("/messages/2/payment/state")? == "final").then_some(read)
    });
    assert_eq!(said(&read, "text"), ["before", "meanwhile", ""]);
    assert_eq!(read.pointer("/messages/2/payment/tx").unwrap(), &paid["tx"]);
    let heard_of = eventually("carol hears of alice", || {
        alice.run(&["sync"]);
        let list = carol.run(&["contact", "list"]);
        list.pointer("/contacts/0/name").cloned()
    });
    assert_eq!(heard_of, "alice");
    assert_eq!(text(&newcomer.run(&["contact", "add", &of_carol]), "/contact/name"), "carol");
}
