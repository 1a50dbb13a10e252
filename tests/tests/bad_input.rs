//! Whatever a person or a script gets wrong has a code, and changes nothing: tables of commands and
//! the code each ends with. That the failure is one line of JSON on standard error, with exit 2 for
//! wrong usage and 1 for all else, is checked for every command by the harness.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use keys::Words;
use scenarios::harness::{Devnet, Person, eventually};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

#[track_caller]
fn check(person: &Person, args: &[&str], code: &str) {
    assert_eq!(person.fails(args).code, code, "{args:?}");
}

/// The same text with another letter at one place.
fn altered(text: &str, at: usize) -> String {
    let other = if text.as_bytes()[at] == b'X' { "Y" } else { "X" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

fn text(document: &Value, path: &str) -> String {
    document.pointer(path).unwrap().as_str().unwrap().to_owned()
}

fn invite(person: &Person) -> String {
    text(&person.run(&["invite"]), "/invite")
}

// ------------------------------------------------------------------ what is typed wrong

#[test]
fn what_is_typed_wrong_has_a_code_and_changes_nothing() {
    let net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    alice.run(&["contact", "add", &invite(&bob)]);
    alice.run(&["faucet"]);
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
        check(alice, &["pay", "bob", amount], "bad_amount");
        check(alice, &["sendtoaddress", address, amount], "bad_amount");
    }
    // More than 64 bits of smallest units; and less than a new account must be paid.
    for amount in ["18446744073709.551616", "99999999999999999999999999", "0.000001"] {
        check(alice, &["pay", "bob", amount], "bad_amount");
    }
    // The last one leaves nothing for the fee.
    for amount in ["999999999999", "100.000001", "100"] {
        check(alice, &["pay", "bob", amount], "insufficient_funds");
        check(alice, &["sendtoaddress", address, amount, "--wait"], "insufficient_funds");
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
        check(alice, &["sendtoaddress", &wrong, "1"], "bad_address");
        check(alice, &["pay", &wrong, "1"], "bad_address");
    }
    check(alice, &["sendtoaddress", "bob", "1"], "bad_address");
    check(alice, &["balance", "--bootstrap", "/ip4/127.0.0.1"], "bad_address");
}

fn contacts_and_messages(alice: &Person) {
    let bob = text(&alice.run(&["contact", "list"]), "/contacts/0/id");
    for nobody in ["nobody", "", "Bob", &bob[..7], &altered(&bob, 9), &format!("{bob}0")] {
        check(alice, &["chat", "send", nobody, "hello"], "unknown_contact");
        check(alice, &["chat", "read", nobody], "unknown_contact");
    }
    check(alice, &["pay", "nobody", "1"], "unknown_contact");
    for name in ["bob", &bob[..8], &bob.to_uppercase()] {
        assert_eq!(alice.run(&["chat", "read", name, "--offline"])["contact"], "bob");
    }

    // 12,000 bytes are the limit, not letters.
    let long = ["x".repeat(12_001), "ü".repeat(6_001)];
    for long in &long {
        check(alice, &["chat", "send", "bob", long], "message_too_long");
        check(alice, &["pay", "bob", "1", "--memo", long], "message_too_long");
    }
    for empty in ["", "  ", "\n\t"] {
        check(alice, &["chat", "send", "bob", empty], "empty_message");
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
        check(alice, args, "usage");
    }
}

fn invites(alice: &Person, bob: &Person) {
    let good = invite(bob);
    let mut wrong = vec![String::new(), "bcm:".to_owned(), good[4..].to_owned()];
    wrong.push(good[..good.len() - 1].to_owned());
    wrong.push(format!("{good}1"));
    wrong.push(good.replace("bcm:", "http:"));
    wrong.push(format!("bcm:{}", "1".repeat(5_000)));
    wrong.extend([0, 4, 5, good.len() / 2, good.len() - 1].map(|at| altered(&good, at)));
    for wrong in &wrong {
        check(alice, &["contact", "add", wrong], "bad_invite");
    }
    check(alice, &["contact", "add", &invite(alice)], "own_invite");

    let elsewhere = Devnet::start(1);
    let carol = elsewhere.person("carol");
    check(alice, &["contact", "add", &invite(&carol)], "wrong_network");
    check(alice, &["balance", "--bootstrap", &elsewhere.bootstrap()[0]], "wrong_network");
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
        alice.run(&["contact", "add", &invite(&dora)]);
        text(&account, "/account/id")
    });
    let [one, two] = &twins;
    assert_eq!(one[..8], two[..8]);
    let same = one.bytes().zip(two.bytes()).take_while(|(one, two)| one == two).count();
    for command in [&["chat", "send", &one[..8], "hello"][..], &["pay", &one[..same], "1"]] {
        check(alice, command, "ambiguous_contact");
    }
    for (id, name) in [(one, "dora"), (two, "dora (2)")] {
        for who in [&id[..=same], id, name] {
            let sent = alice.run(&["chat", "send", who, "hello", "--offline"]);
            assert_eq!(sent.pointer("/message/contact").unwrap(), name);
        }
    }
}

// ------------------------------------------------------------------ profiles

/// People without a network, in a folder that goes.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn person(&self, name: &str) -> Person {
        Person::new(name, &self.0.path().join(name))
    }
}

fn words(person: &Person) -> String {
    let document = person.run(&["account", "words"]);
    let words: Vec<&str> =
        document["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap()).collect();
    assert_eq!(words.len(), 24);
    words.join(" ")
}

fn restore(person: &Person, words: &str) -> Result<Value, String> {
    person.attempt_with_input(&["account", "restore"], words).map_err(|failure| failure.code)
}

#[test]
fn without_a_profile_nothing_is_made_by_the_way() {
    let home = Home::new();
    let nobody = home.person("nobody");
    let table: [&[&str]; 11] = [
        &["account", "show"],
        &["account", "words"],
        &["invite"],
        &["contact", "add", "bcm:1"],
        &["contact", "list"],
        &["chat", "send", "bob", "hello"],
        &["chat", "read", "bob"],
        &["faucet"],
        &["balance", "--offline"],
        &["history"],
        &["sync"],
    ];
    for args in table {
        check(&nobody, args, "no_profile");
    }
    check(&nobody, &["pay", "bob", "1"], "no_profile");
    let long = "n".repeat(65);
    for name in ["", " alice", "a\nb", &long] {
        check(&nobody, &["account", "new", "--name", name], "bad_name");
    }
    check(&nobody, &["account", "new", "--bootstrap", "here"], "bad_address");
    assert!(!nobody.dir().exists());
}

#[test]
fn words_are_checked_and_bring_the_same_account() {
    let home = Home::new();
    let alice = home.person("alice");
    let account = alice.run(&["account", "new", "--name", "alice"]);
    check(&alice, &["account", "new"], "profile_exists");
    assert_eq!(alice.run(&["account", "show"]), account);
    let words = words(&alice);

    let again = home.person("again");
    let less = words.rsplit_once(' ').unwrap().0;
    let unknown = format!("{less} bitcoinz");
    let more = format!("{words} {words}");
    // Known words, but the last one of all-zero words is another.
    let unchecked = ["abandon"; 24].join(" ");
    for wrong in ["", "\n", less, &more, &unknown, &unchecked] {
        assert_eq!(restore(&again, wrong), Err("bad_words".to_owned()), "{wrong}");
    }
    assert!(!again.dir().exists());

    let restored = restore(&again, &words.to_uppercase().replace(' ', "\n  ")).unwrap();
    for field in ["/account/id", "/account/addresses"] {
        assert_eq!(restored.pointer(field), account.pointer(field));
    }
    // Never over somebody else's profile.
    let bob = home.person("bob");
    let of_bob = bob.run(&["account", "new", "--name", "bob"]);
    assert_eq!(restore(&bob, &words), Err("profile_exists".to_owned()));
    assert_eq!(bob.run(&["account", "show"]), of_bob);
}

#[test]
fn a_wrong_key_opens_nothing_and_harms_nothing() {
    let home = Home::new();
    let alice = home.person("alice");
    let right = alice.with_passphrase("correct horse");
    let account = right.run(&["account", "new"]);
    assert_eq!(account["protection"], "passphrase");
    for wrong in [&alice, &alice.with_passphrase("battery staple")] {
        check(wrong, &["balance", "--offline"], "wrong_key");
    }
    assert_eq!(right.run(&["account", "show"]), account);

    let bob = home.person("bob");
    let account = bob.run(&["account", "new"]);
    assert_eq!(account["protection"], "file");
    let of_carol = home.person("carol");
    of_carol.run(&["account", "new"]);
    fs::copy(of_carol.dir().join("device.key"), bob.dir().join("device.key")).unwrap();
    let files = contents(bob.dir());
    check(&bob, &["account", "show"], "wrong_key");
    assert_eq!(contents(bob.dir()), files);
}

#[test]
fn a_damaged_profile_is_left_as_it_is() {
    let home = Home::new();
    let alice = home.person("alice");
    let account = alice.run(&["account", "new"]);
    let database = alice.dir().join("profile.db");
    let whole = fs::read(&database).unwrap();
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x40;
        bytes
    };
    let table = [
        flipped(0),
        flipped(whole.len() / 2),
        flipped(whole.len() - 1),
        whole[..whole.len() / 2].to_vec(),
        b"not a database".to_vec(),
        vec![],
    ];
    for damaged in table {
        fs::write(&database, &damaged).unwrap();
        for args in [&["account", "show"][..], &["chat", "send", "bob", "hello"]] {
            check(&alice, args, "damaged_profile");
        }
        check(&alice, &["account", "new"], "profile_exists");
        assert_eq!(fs::read(&database).unwrap(), damaged);
    }
    fs::remove_file(&database).unwrap();
    check(&alice, &["account", "show"], "damaged_profile");
    fs::write(&database, &whole).unwrap();
    assert_eq!(alice.run(&["account", "show"]), account);
}

/// The files of a folder and of those in it, but for logs.
fn contents(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let paths = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> = paths
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), fs::read(&path).unwrap()))
        .collect();
    files.sort();
    files
}

// ------------------------------------------------------------------ the world is not there

#[test]
fn without_a_network_things_wait_and_nothing_is_lost() {
    let mut net = Devnet::start(1);
    let (alice, bob, carol) = (net.person("alice"), net.person("bob"), net.person("carol"));
    alice.run(&["contact", "add", &invite(&bob)]);
    alice.run(&["chat", "send", "bob", "before"]);
    alice.run(&["faucet"]);
    let of_carol = invite(&carol);
    let newcomer = net.person("newcomer");
    let address = text(&carol.run(&["account", "show"]), "/account/addresses/ecdsa");
    net.stop();

    let sent = alice.run(&["chat", "send", "bob", "meanwhile"]);
    assert_eq!(sent.pointer("/message/state").unwrap(), "queued");
    let paid = alice.run(&["pay", "bob", "7"]);
    assert_eq!((&paid["state"], &paid["round"]), (&json!("queued"), &Value::Null));
    let balance = alice.run(&["balance"]);
    assert_eq!(balance["synced"], false);
    assert_eq!(balance.pointer("/tokens/0/total").unwrap(), "100");
    assert_eq!(alice.run(&["history", "--offline"])["synced"], false);
    assert_eq!(alice.run(&["sync"])["synced"], false);
    let added = alice.run(&["contact", "add", &of_carol, "--offline"]);
    assert_eq!(added.pointer("/contact/state").unwrap(), "new");
    check(&alice, &["invite"], "no_network");
    check(&alice, &["faucet"], "no_network");
    // It has never seen its network, and can do nothing that needs it.
    check(&newcomer, &["contact", "add", &of_carol], "no_network");
    check(&newcomer, &["pay", &address, "1", "--offline"], "no_network");
    assert_eq!(newcomer.run(&["balance", "--offline"])["synced"], false);

    net.start_again();
    assert_eq!(alice.run(&["sync"])["synced"], true);
    let said = |document: &Value, field: &str| -> Vec<Value> {
        document["messages"].as_array().unwrap().iter().map(|said| said[field].clone()).collect()
    };
    let read = eventually("the payment is final", || {
        let read = bob.run(&["chat", "read", "alice"]);
        (read.pointer("/messages/2/payment/state")? == "final").then_some(read)
    });
    assert_eq!(said(&read, "text"), ["before", "meanwhile", ""]);
    assert_eq!(read.pointer("/messages/2/payment/tx").unwrap(), &paid["tx"]);
    assert_eq!(text(&carol.run(&["contact", "list"]), "/contacts/0/name"), "alice");
    assert_eq!(text(&newcomer.run(&["contact", "add", &of_carol]), "/contact/name"), "carol");
}

#[test]
fn one_process_has_a_profile_and_a_lost_key_comes_back_with_all_that_was() {
    let net = Devnet::start(1);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    alice.run(&["contact", "add", &invite(&bob)]);
    alice.run(&["faucet"]);
    alice.run(&["chat", "send", "bob", "remember this"]);
    let paid = alice.run(&["pay", "bob", "5", "--memo", "and this", "--wait"]);

    // Nothing is left unread, so that the next one has something to wait for.
    bob.run(&["chat", "read", "alice"]);
    let waiting = bob.start(&["chat", "read", "alice", "--wait", "100"]);
    eventually("bob waits for more", || bob.in_use().then_some(()));
    check(&bob, &["account", "show"], "profile_in_use");
    assert!(waiting.kill().is_none(), "it was still waiting");
    bob.run(&["account", "show"]);

    let (alices, bobs) = (words(&alice), words(&bob));
    let key = alice.dir().join("device.key");
    fs::remove_file(&key).unwrap();
    check(&alice, &["chat", "read", "bob"], "wrong_key");
    assert_eq!(restore(&alice, &bobs), Err("profile_exists".to_owned()));
    check(&alice, &["chat", "read", "bob"], "wrong_key");
    let restored = restore(&alice, &alices).unwrap();
    assert_eq!(restored.pointer("/account/name").unwrap(), "alice");
    let read = alice.run(&["chat", "read", "bob", "--offline"]);
    assert_eq!(read.pointer("/messages/0/text").unwrap(), "remember this");
    let history = alice.run(&["history", "--offline"]);
    assert_eq!(history.pointer("/entries/1/tx").unwrap(), &paid["tx"]);
    assert_eq!(history.pointer("/entries/1/memo").unwrap(), "and this");
    assert_eq!(alice.run(&["sync"])["synced"], true);
}
