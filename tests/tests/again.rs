//! Two people talk on after one of them has lost what his device knew: restored from the words, or
//! copied back from an old copy of the folder. Nobody does more than write and look into the
//! mailboxes; whatever was not confirmed comes again, and nothing is there twice.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Person, Running, eventually};
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Alice and Bob, who have talked, and nothing is under way.
struct Two {
    net: Devnet,
    alice: Person,
    bob: Person,
}

impl Two {
    fn talking() -> Self {
        let net = Devnet::start(2);
        let (alice, bob) = (net.person("alice"), net.person("bob"));
        alice.run(&["contact", "add", &bob.invite()]);
        let two = Self { net, alice, bob };
        two.alice_says("hello");
        two.settle();
        two.turns("before", 2);
        two
    }

    fn alice_says(&self, text: &str) {
        self.alice.run(&["chat", "send", "bob", text]);
    }

    fn bob_says(&self, text: &str) {
        self.bob.run(&["chat", "send", "alice", text]);
    }

    /// Each answers the other so many times, so that ratchets turn; in the end all is confirmed.
    fn turns(&self, when: &str, count: usize) {
        for turn in 0..count {
            self.bob_says(&format!("{when} {turn}"));
            self.bob_says(&format!("{when} {turn} and more"));
            self.alice.run(&["sync"]);
            self.alice_says(&format!("{when} {turn} too"));
            self.bob.run(&["sync"]);
        }
        self.settle();
    }

    /// Both look into their mailboxes until each knows that all it wrote has arrived.
    fn settle(&self) {
        eventually("everything is confirmed", || {
            let synced =
                [&self.alice, &self.bob].map(|person| person.run(&["sync"])["synced"] == true);
            let under_way = [written(&self.alice, "bob"), written(&self.bob, "alice")].concat();
            let arrived = under_way.iter().all(|message| message["state"] == "delivered");
            (arrived && synced == [true, true]).then_some(())
        });
    }

    /// What Alice wrote to Bob, as she knows it, and what he has of it.
    fn of_alice(&self) -> [Vec<String>; 2] {
        [texts(&written(&self.alice, "bob")), texts(&read(&self.bob, "alice"))]
    }

    /// What Bob wrote to Alice, as he knows it, and what she has of it.
    fn of_bob(&self) -> [Vec<String>; 2] {
        [texts(&written(&self.bob, "alice")), texts(&read(&self.alice, "bob"))]
    }

    /// Bob has nothing left but his words.
    fn bob_restores(&self, words: &str) {
        let mut args = vec!["account", "restore", "--name", "bob"];
        args.extend(self.net.bootstrap().iter().flat_map(|address| ["--bootstrap", address]));
        self.bob.attempt_with_input(&args, words).unwrap();
    }
}

#[test]
fn whoever_restores_from_the_words_gets_what_he_had_not_confirmed_and_talks_on() {
    let two = Two::talking();
    let (alice, bob) = (&two.alice, &two.bob);
    alice.run(&["faucet"]);
    let invite = alice.invite();
    let [before_of_alice, before_of_bob] = [two.of_alice(), two.of_bob()].map(|[said, _]| said);
    let words = words(bob);
    fs::remove_dir_all(bob.dir()).unwrap();
    two.alice_says("one");
    let lunch = alice.run(&["pay", "bob", "12.5", "--memo", "lunch", "--public", "--wait"]);
    two.alice_says("two");
    alice.run(&["chat", "send", "bob", "three", "--offline"]);

    two.bob_restores(&words);
    bob.run(&["contact", "add", &invite]);
    two.settle();
    let missed = ["one", "lunch", "two", "three"].map(str::to_owned);
    let [said, heard] = two.of_alice();
    assert_eq!(heard, missed);
    assert_eq!(said, [before_of_alice, missed.to_vec()].concat());
    let notice = &read(bob, "alice")[1]["payment"];
    assert_eq!((&notice["tx"], &notice["state"]), (&lunch["tx"], &"final".into()));

    let missed = missed.len();
    two.turns("after", 2);
    assert_eq!(two.of_alice()[1].len(), missed + 2);
    assert!(two.of_alice()[0].ends_with(&two.of_alice()[1]));
    let [said, heard] = two.of_bob();
    assert_eq!(heard, [before_of_bob, said].concat());
    for (person, other) in [(alice, "bob"), (bob, "alice")] {
        let contacts = person.run(&["contact", "list"]);
        let contacts = contacts["contacts"].as_array().unwrap();
        assert_eq!(contacts.len(), 1, "{contacts:?}");
        assert_eq!((&contacts[0]["name"], &contacts[0]["state"]), (&other.into(), &"ready".into()));
    }
}

#[test]
fn whoever_restores_before_he_has_looked_in_gets_what_strangers_wrote() {
    let net = Devnet::start(2);
    let two = Two { alice: net.person("alice"), bob: net.person("bob"), net };
    let words = words(&two.bob);
    two.alice.run(&["contact", "add", &two.bob.invite()]);
    two.alice_says("one");
    two.alice_says("two");
    fs::remove_dir_all(two.bob.dir()).unwrap();
    two.bob_restores(&words);
    two.bob.run(&["contact", "add", &two.alice.invite()]);
    two.settle();
    assert_eq!(two.of_alice()[1], ["one", "two"]);
}

/// Bob's folder becomes again what it was some turns ago; then this is done.
fn after_a_copy_came_back(write: impl Fn(&Two)) {
    let two = Two::talking();
    let bob = &two.bob;
    let copy = two.net.folder("copy of bob");
    copy_folder(bob.dir(), &copy);
    two.turns("between", 3);
    let [between_of_alice, between_of_bob] = [two.of_alice(), two.of_bob()].map(|[said, _]| said);
    fs::remove_dir_all(bob.dir()).unwrap();
    copy_folder(&copy, bob.dir());
    let [kept_of_alice, kept_of_bob] = [two.of_alice()[1].clone(), two.of_bob()[0].clone()];
    assert_eq!([&kept_of_alice, &kept_of_bob].map(Vec::len), [3, 4]);

    write(&two);
    two.settle();
    two.turns("after", 2);
    // What had to be asked for comes a little later than it was written.
    let [said, heard] = two.of_alice();
    assert_eq!(sorted(&heard), sorted(&[&kept_of_alice, &said[between_of_alice.len()..]].concat()));
    assert!(heard.ends_with(&said[said.len() - 2..]));
    let [said, heard] = two.of_bob();
    assert_eq!(sorted(&heard), sorted(&[&between_of_bob, &said[kept_of_bob.len()..]].concat()));
    assert!(heard.ends_with(&said[said.len() - 4..]));
}

#[test]
fn a_copy_that_came_back_talks_on_when_its_owner_writes_first() {
    after_a_copy_came_back(|two| {
        two.bob_says("first");
        two.bob_says("second");
        two.settle();
        two.alice_says("third");
    });
}

#[test]
fn a_copy_that_came_back_talks_on_when_the_other_side_writes_first() {
    after_a_copy_came_back(|two| {
        two.alice_says("first");
        two.alice_says("second");
        two.settle();
        two.bob_says("third");
    });
}

/// Bob finds in one look what he has to ask for, and that he is asked.
#[test]
fn a_copy_that_came_back_talks_on_when_both_write_and_neither_can_read() {
    after_a_copy_came_back(|two| {
        two.bob_says("from bob");
        two.alice_says("from alice");
        two.alice.run(&["sync"]);
        two.bob.run(&["sync"]);
    });
}

/// Nobody asks or is asked more than once a minute then.
#[test]
fn a_copy_that_came_back_talks_on_while_both_apps_stay_open() {
    after_a_copy_came_back(|two| {
        let pages = two.net.folder("pages");
        fs::create_dir(&pages).unwrap();
        fs::write(pages.join("index.html"), "<!doctype html>").unwrap();
        let _open = [&two.alice, &two.bob].map(|person| stays_open(person, &pages));
        for turn in 0..3 {
            two.bob_says(&format!("from bob {turn}"));
            two.alice_says(&format!("from alice {turn}"));
        }
        two.settle();
    });
}

/// An app that runs until this is dropped; commands go through it.
fn stays_open(person: &Person, pages: &Path) -> Running {
    let app = person.start(&["serve", "--ui", pages.to_str().unwrap()]);
    eventually("the app is open", || person.dir().join("app.sock").exists().then_some(()));
    app
}

fn words(person: &Person) -> String {
    let document = person.run(&["account", "words"]);
    let words = document["words"].as_array().unwrap().iter();
    words.map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

/// What a person wrote in a conversation, as it knows it without asking.
fn written(person: &Person, contact: &str) -> Vec<Value> {
    messages(person, contact, "me")
}

/// What a person has of what the other one wrote.
fn read(person: &Person, contact: &str) -> Vec<Value> {
    messages(person, contact, contact)
}

fn messages(person: &Person, contact: &str, from: &str) -> Vec<Value> {
    let conversation = person.run(&["chat", "read", contact, "--offline"]);
    let messages = conversation["messages"].as_array().unwrap().iter();
    messages.filter(|message| message["from"] == from).cloned().collect()
}

fn texts(messages: &[Value]) -> Vec<String> {
    messages.iter().map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

fn sorted(texts: &[String]) -> Vec<String> {
    let mut texts = texts.to_vec();
    texts.sort();
    texts
}

/// A copy as a person makes it: of everything that is there while nobody uses it.
fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let (path, copy) = (entry.path(), to.join(entry.file_name()));
        match path.is_dir() {
            true => copy_folder(&path, &copy),
            false => drop(fs::copy(path, copy).unwrap()),
        }
    }
}
