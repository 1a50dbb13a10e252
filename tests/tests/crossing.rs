//! Three people add one another at the same moment, so that the first messages of each pair cross.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Person, eventually};
use serde_json::Value;
use std::thread;

/// What each writes to each before anybody has heard of anybody.
const FIRST: [&str; 2] = ["hello", "is that you?"];
/// What each writes when all know one another.
const LATER: [&str; 2] = ["there you are", "so it is"];

#[test]
fn three_people_whose_first_messages_cross_read_everything_once() {
    let net = Devnet::start(2);
    let people = ["alice", "bob", "carol"].map(|name| net.person(name));
    let invites = people.each_ref().map(Person::invite);
    // Nobody has looked into a mailbox when all of them write.
    for person in &people {
        for (other, invite) in
            people.iter().zip(&invites).filter(|(other, _)| is_other(person, other))
        {
            person.run(&["contact", "add", invite, "--offline"]);
            for text in FIRST {
                person.run(&["chat", "send", other.name(), text, "--offline"]);
            }
        }
    }
    at_the_same_time(&people, |person| drop(person.run(&["sync"])));
    all_arrived(&people, &FIRST);

    at_the_same_time(&people, |person| {
        for other in people.iter().filter(|other| is_other(person, other)) {
            for text in LATER {
                person.run(&["chat", "send", other.name(), text]);
            }
        }
    });
    all_arrived(&people, &[FIRST, LATER].concat());
}

fn is_other(person: &Person, other: &Person) -> bool {
    person.name() != other.name()
}

fn at_the_same_time(people: &[Person], act: impl Fn(&Person) + Sync) {
    thread::scope(|scope| {
        for person in people {
            scope.spawn(|| act(person));
        }
    });
}

/// Everybody has these texts of everybody, each once and in order, and every writer knows it.
fn all_arrived(people: &[Person], expected: &[&str]) {
    eventually("everything is confirmed", || {
        at_the_same_time(people, |person| drop(person.run(&["sync"])));
        pairs(people).all(|(one, other)| is_confirmed(&messages(one, other, "me"))).then_some(())
    });
    for (one, other) in pairs(people) {
        let known = |message: &Value| (message["id"].clone(), message["text"].clone());
        let written: Vec<_> = messages(one, other, "me").iter().map(known).collect();
        let read: Vec<_> = messages(other, one, one.name()).iter().map(known).collect();
        assert_eq!(written, read, "{} to {}", one.name(), other.name());
        assert!(written.iter().map(|(_, text)| text).eq(expected), "{written:?}");
    }
    for person in people {
        let contacts = person.run(&["contact", "list", "--offline"]);
        let contacts = contacts["contacts"].as_array().unwrap();
        assert!(contacts.len() == 2 && contacts.iter().all(|one| one["state"] == "ready"));
    }
}

fn pairs(people: &[Person]) -> impl Iterator<Item = (&Person, &Person)> {
    people
        .iter()
        .flat_map(|one| people.iter().map(move |other| (one, other)))
        .filter(|(one, other)| is_other(one, other))
}

fn is_confirmed(messages: &[Value]) -> bool {
    messages.iter().all(|message| message["state"] == "delivered")
}

fn messages(person: &Person, contact: &Person, from: &str) -> Vec<Value> {
    let conversation = person.run(&["chat", "read", contact.name(), "--offline"]);
    let messages = conversation["messages"].as_array().unwrap().iter();
    messages.filter(|message| message["from"] == from).cloned().collect()
}
