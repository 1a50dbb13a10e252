//! Profiles: where there is none, where there is one, and what opens it. Whatever does not leaves
//! every file as it was.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Person, eventually};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

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
        nobody.refuses(args, "no_profile");
    }
    nobody.refuses(&["pay", "bob", "1"], "no_profile");
    let long = "n".repeat(65);
    for name in ["", " alice", "a\nb", &long] {
        nobody.refuses(&["account", "new", "--name", name], "bad_name");
    }
    nobody.refuses(&["account", "new", "--bootstrap", "here"], "bad_address");
    assert!(!nobody.dir().exists());
}

#[test]
fn words_are_checked_and_bring_the_same_account() {
    let home = Home::new();
    let alice = home.person("alice");
    let account = alice.run(&["account", "new", "--name", "alice"]);
    alice.refuses(&["account", "new"], "profile_exists");
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
        wrong.refuses(&["balance", "--offline"], "wrong_key");
    }
    assert_eq!(right.run(&["account", "show"]), account);

    let bob = home.person("bob");
    let account = bob.run(&["account", "new"]);
    assert_eq!(account["protection"], "file");
    let of_carol = home.person("carol");
    of_carol.run(&["account", "new"]);
    fs::copy(of_carol.dir().join("device.key"), bob.dir().join("device.key")).unwrap();
    let files = contents(bob.dir());
    bob.refuses(&["account", "show"], "wrong_key");
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
            alice.refuses(args, "damaged_profile");
        }
        alice.refuses(&["account", "new"], "profile_exists");
        assert_eq!(fs::read(&database).unwrap(), damaged);
    }
    fs::remove_file(&database).unwrap();
    alice.refuses(&["account", "show"], "damaged_profile");
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

#[test]
fn one_process_has_a_profile_and_a_lost_key_comes_back_with_all_that_was() {
    let net = Devnet::start(1);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    alice.run(&["contact", "add", &bob.invite()]);
    alice.run(&["faucet"]);
    alice.run(&["chat", "send", "bob", "remember this"]);
    let paid = alice.run(&["pay", "bob", "5", "--memo", "and this", "--public", "--wait"]);

    // Nothing is left unread, so that the next one has something to wait for.
    bob.run(&["chat", "read", "alice"]);
    let waiting = bob.start(&["chat", "read", "alice", "--wait", "100"]);
    eventually("bob waits for more", || bob.in_use().then_some(()));
    bob.refuses(&["account", "show"], "profile_in_use");
    assert!(waiting.kill().is_none(), "it was still waiting");
    bob.run(&["account", "show"]);

    let (alices, bobs) = (words(&alice), words(&bob));
    let key = alice.dir().join("device.key");
    fs::remove_file(&key).unwrap();
    alice.refuses(&["chat", "read", "bob"], "wrong_key");
    assert_eq!(restore(&alice, &bobs), Err("profile_exists".to_owned()));
    alice.refuses(&["chat", "read", "bob"], "wrong_key");
    let restored = restore(&alice, &alices).unwrap();
    assert_eq!(restored.pointer("/account/name").unwrap(), "alice");
    let read = alice.run(&["chat", "read", "bob", "--offline"]);
    assert_eq!(read.pointer("/messages/0/text").unwrap(), "remember this");
    let history = alice.run(&["history", "--offline"]);
    assert_eq!(history.pointer("/entries/1/tx").unwrap(), &paid["tx"]);
    assert_eq!(history.pointer("/entries/1/memo").unwrap(), "and this");
    assert_eq!(alice.run(&["sync"])["synced"], true);
}
