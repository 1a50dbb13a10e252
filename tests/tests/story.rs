//! Two people meet, talk and pay over a network of their own, in one command after the other, as a
//! script would have them do.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Ledger, Person, eventually, units};
use serde_json::{Value, json};

/// Messages each way.
const MESSAGES: usize = 100;

#[test]
fn two_people_meet_and_talk() {
    let mut net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    one_pastes(&alice, &bob);
    let (mut to_bob, mut to_alice) = (Said::new(&alice, "bob"), Said::new(&bob, "alice"));

    // Both there, and talking at the same time.
    std::thread::scope(|scope| {
        scope.spawn(|| to_bob.there(15));
        scope.spawn(|| to_alice.there(15));
    });
    to_bob.queued(35);
    to_alice.queued(35);
    alice.run(&["sync"]);
    bob.run(&["sync"]);
    to_bob.heard_by(&bob);
    to_alice.heard_by(&alice);

    // From here on, the reader of each message does nothing until all of them are written.
    for (said, reader) in [(&mut to_bob, &bob), (&mut to_alice, &alice)] {
        said.sent(10);
        said.queued(39);
        net.stop();
        said.without_network();
        net.start_again();
        assert_eq!(said.writer.run(&["sync"])["sent"], 40);
        assert_eq!(said.states(), ["sent"].repeat(50), "{}", reader.name());
        said.heard_by(reader);
        assert_eq!(said.texts.len(), MESSAGES);
    }
    delivered(&alice, &bob, [&to_bob, &to_alice]);
}

/// Alice has Bob's invite; Bob has done nothing but make it.
fn one_pastes(alice: &Person, bob: &Person) {
    let invite = bob.invite();
    let added = &alice.run(&["contact", "add", &invite])["contact"];
    assert_eq!((&added["name"], &added["state"]), (&"bob".into(), &"new".into()));
    assert_eq!(added["verified"], false);
    // Before Bob has even looked, Alice may write.
    alice.run(&["chat", "send", "bob", "hello, it is me"]);

    assert_contacts(bob, "alice", "ready");
    assert_contacts(alice, "bob", "ready");
    assert_eq!(texts(&bob.run(&["chat", "read", "alice"]), "alice"), ["hello, it is me"]);
    // Added again, it is the same contact.
    assert_eq!(alice.run(&["contact", "add", &invite])["contact"]["state"], "ready");
    assert_contacts(alice, "bob", "ready");
}

#[test]
fn both_paste_and_wait_for_news() {
    let net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    let (of_alice, of_bob) = (alice.invite(), bob.invite());
    alice.run(&["contact", "add", &of_bob]);
    bob.run(&["contact", "add", &of_alice]);
    for (person, other) in [(&alice, "bob"), (&bob, "alice")] {
        assert_contacts(person, other, "ready");
    }

    // Whoever waits hears of it, and needs not be asked again.
    let mut said = Said::new(&alice, "bob");
    for _ in 0..3 {
        let waiting = bob.start(&["chat", "read", "alice", "--wait", "60"]);
        said.sent(1);
        assert_eq!(texts(&waiting.finish().unwrap(), "alice"), said.texts);
    }
    // Nothing came: still an answer.
    let quiet = bob.run(&["chat", "read", "alice", "--wait", "1", "--last", "2"]);
    assert_eq!(texts(&quiet, "alice"), said.texts[1..]);
    bob.run(&["chat", "send", "alice", "-- Zoë 🦆\n\"and\" a second line"]);
    let read = alice.run(&["chat", "read", "bob"]);
    assert_eq!(texts(&read, "bob"), ["-- Zoë 🦆\n\"and\" a second line"]);
    let talk = [&said, &Said { writer: &bob, reader: "alice", texts: texts(&read, "bob") }];
    delivered(&alice, &bob, talk);
}

#[test]
fn two_people_pay() {
    let mut net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.person("bob"));
    alice.run(&["contact", "add", &bob.invite()]);
    assert_contacts(&bob, "alice", "ready");

    for person in [&alice, &bob] {
        assert_eq!(balance(person), 0);
        let gift = person.run(&["faucet"]);
        assert_eq!((&gift["amount"], &gift["state"]), (&"100".into(), &"final".into()));
        assert_eq!(gift["token"], "ABC");
        assert_eq!(person.fails(&["faucet"]).code, "faucet_used");
        assert_eq!(balance(person), 100_000_000);
    }

    let lunch = alice.run(&["pay", "bob", "12.5", "--memo", "lunch", "--public", "--wait"]);
    assert_eq!((&lunch["to"], &lunch["state"]), (&"bob".into(), &"final".into()));
    let address = account(&alice, "ecdsa");
    let back = bob.run(&["sendtoaddress", &address, "3.25", "--wait"]);
    assert_eq!((&back["to"], &back["state"]), (&address.as_str().into(), &"final".into()));
    let more = bob.run(&["pay", &address, "0.75", "--wait"]);
    let last = alice.run(&["pay", "bob", "2", "--public"]);
    assert!(last["state"] == "submitted" || last["state"] == "final", "{last}");

    let read = bob.run(&["chat", "read", "alice"]);
    let notice = read["messages"][0].clone();
    assert_eq!((&notice["text"], &notice["from"]), (&"lunch".into(), &"alice".into()));
    assert_eq!(notice["payment"]["tx"], lunch["tx"]);
    assert_eq!(
        (&notice["payment"]["amount"], &notice["payment"]["state"]),
        (&"12.5".into(), &"final".into())
    );

    let paid = [
        (&alice, &bob, &lunch),
        (&bob, &alice, &back),
        (&bob, &alice, &more),
        (&alice, &bob, &last),
    ];
    books_agree(&net, [&alice, &bob], &paid);
    net.stop();
    net.start_again();
    books_agree(&net, [&alice, &bob], &paid);
}

#[test]
fn two_people_compare_their_safety_number() {
    let net = Devnet::start(2);
    let [alice, bob, carol] = ["alice", "bob", "carol"].map(|name| net.person(name));
    let of_bob = bob.invite();
    for person in [&alice, &carol] {
        person.run(&["contact", "add", &of_bob]);
    }
    let known = bob.run(&["contact", "list"])["contacts"].as_array().unwrap().len();
    assert_eq!(known, 2);

    // What is compared is known without the network.
    let safety = |person: &Person, contact| {
        let shown = person.run(&["contact", "safety", contact, "--offline"]);
        ["digits", "payload"].map(|field| shown[field].as_str().unwrap().to_owned())
    };
    let [at_alice, at_bob] = [safety(&alice, "bob"), safety(&bob, "alice")];
    let [of_carol, with_carol] = [safety(&carol, "bob"), safety(&bob, "carol")];
    assert_eq!(at_alice[0], at_bob[0]);
    assert!(at_alice[0].len() == 60 && at_alice[0].bytes().all(|byte| byte.is_ascii_digit()));
    assert_eq!(of_carol[0], with_carol[0]);
    assert_ne!(of_carol[0], at_bob[0]);

    for (person, contact, shown, matches) in [
        (&alice, "bob", &at_bob, true),
        (&bob, "alice", &at_alice, true),
        (&bob, "alice", &of_carol, false),
        (&alice, "bob", &with_carol, false),
    ] {
        let compared = person.start(&["contact", "compare", contact, &shown[1]]).verdict();
        assert_eq!(compared, (json!({ "match": matches }), matches), "{} {contact}", person.name());
    }
    for wrong in [at_alice[1].as_str(), at_bob[0].as_str(), "", &of_bob] {
        alice.refuses(&["contact", "compare", "bob", wrong], "bad_payload");
    }
    alice.refuses(&["contact", "safety", "carol"], "unknown_contact");
}

/// Histories, balances and the ledger say the same: these payments, and nothing else.
fn books_agree(net: &Devnet, people: [&Person; 2], paid: &[(&Person, &Person, &Value)]) {
    let ledger = Ledger::open(&net.bootstrap()[0]);
    let (mut total, mut fees) = (0, 0);
    for person in people {
        let history = final_history(person);
        assert_eq!(history[0]["kind"], "faucet");
        assert_eq!((&history[0]["direction"], &history[0]["fee"]), (&"in".into(), &Value::Null));
        let mut expected = 100_000_000;
        let of_person =
            paid.iter().filter(|(from, to, _)| [from.name(), to.name()].contains(&person.name()));
        let of_person: Vec<_> = of_person.collect();
        assert_eq!(history.len(), 1 + of_person.len(), "{history:?}");
        for (from, _, payment) in of_person {
            let entry = history.iter().find(|entry| entry["tx"] == payment["tx"]).unwrap();
            assert_eq!(entry["amount"], payment["amount"]);
            assert_eq!(entry["kind"], "pay");
            if from.name() == person.name() {
                assert_eq!((&entry["direction"], &entry["fee"]), (&"out".into(), &payment["fee"]));
                expected -= units(&payment["amount"]) + units(&payment["fee"]);
                fees += units(&payment["fee"]);
            } else {
                assert_eq!((&entry["direction"], &entry["fee"]), (&"in".into(), &Value::Null));
                expected += units(&payment["amount"]);
            }
        }
        assert_eq!(balance(person), expected);
        assert_eq!(ledger.balance(&account(person, "ecdsa")), expected);
        total += expected;
    }
    assert!(fees > 0);
    assert_eq!(total + fees, 200_000_000);
}

/// The history, once nothing of it is under way any more.
fn final_history(person: &Person) -> Vec<Value> {
    eventually("a history in which all is final", || {
        let history = person.run(&["history"]);
        let entries = history["entries"].as_array().unwrap().clone();
        entries.iter().all(|entry| entry["state"] == "final").then_some(entries)
    })
}

/// What one person has written to another so far.
struct Said<'a> {
    writer: &'a Person,
    reader: &'a str,
    texts: Vec<String>,
}

impl<'a> Said<'a> {
    fn new(writer: &'a Person, reader: &'a str) -> Self {
        Self { writer, reader, texts: vec![] }
    }

    fn say(&mut self, options: &[&str]) -> String {
        let text = format!("{} {}", self.writer.name(), self.texts.len());
        let document = self.writer.run(&[&["chat", "send", self.reader, &text], options].concat());
        let message = &document["message"];
        assert_eq!(message["contact"], self.reader);
        assert!(message.get("text").is_none(), "the text is not repeated");
        self.texts.push(text);
        message["state"].as_str().unwrap().to_owned()
    }

    /// Writes to somebody who is there, and reads now and then.
    fn there(&mut self, count: usize) {
        for written in 0..count {
            self.say(&[]);
            if written % 5 == 0 {
                self.writer.run(&["chat", "read", self.reader]);
            }
        }
    }

    fn sent(&mut self, count: usize) {
        for _ in 0..count {
            let state = self.say(&[]);
            assert!(state == "sent" || state == "delivered", "{state}");
        }
    }

    fn queued(&mut self, count: usize) {
        for _ in 0..count {
            assert_eq!(self.say(&["--offline"]), "queued");
        }
    }

    fn without_network(&mut self) {
        assert_eq!(self.say(&[]), "queued");
    }

    /// The states of the newest fifty, as the writer knows them without asking.
    fn states(&self) -> Vec<String> {
        let args = ["chat", "read", self.reader, "--last", "50", "--offline"];
        let document = self.writer.run(&args);
        let messages = document["messages"].as_array().unwrap();
        messages.iter().map(|message| message["state"].as_str().unwrap().to_owned()).collect()
    }

    /// The reader reads them all, in order, each once.
    fn heard_by(&self, reader: &Person) {
        let read = reader.run(&["chat", "read", self.writer.name()]);
        assert_eq!(read["synced"], true);
        let heard = texts(&read, self.writer.name());
        let from = heard.len() - self.texts.len();
        assert_eq!(heard[from..], self.texts);
    }
}

/// Both have the same messages under the same ids, and each writer knows that all arrived.
fn delivered(alice: &Person, bob: &Person, said: [&Said<'_>; 2]) {
    alice.run(&["sync"]);
    let of_bob = bob.run(&["chat", "read", "alice"]);
    let of_alice = alice.run(&["chat", "read", "bob"]);
    for said in said {
        let (own, other) =
            if said.writer.name() == "alice" { (&of_alice, &of_bob) } else { (&of_bob, &of_alice) };
        let (written, read) = (from(own, "me"), from(other, said.writer.name()));
        assert!(written.iter().all(|message| message["state"] == "delivered"), "{written:?}");
        assert!(read.iter().all(|message| message["state"] == "received"), "{read:?}");
        let known = |messages: &[Value]| -> Vec<(Value, Value)> {
            messages
                .iter()
                .map(|message| (message["id"].clone(), message["text"].clone()))
                .collect()
        };
        assert_eq!(known(&written), known(&read));
        assert!(texts(own, "me").ends_with(&said.texts));
    }
}

fn from(conversation: &Value, who: &str) -> Vec<Value> {
    let messages = conversation["messages"].as_array().unwrap().iter();
    messages.filter(|message| message["from"] == who).cloned().collect()
}

fn texts(conversation: &Value, who: &str) -> Vec<String> {
    let texts = from(conversation, who).into_iter();
    texts.map(|message| message["text"].as_str().unwrap().to_owned()).collect()
}

#[track_caller]
fn assert_contacts(person: &Person, name: &str, state: &str) {
    let list = person.run(&["contact", "list"]);
    let contacts = list["contacts"].as_array().unwrap();
    assert_eq!(contacts.len(), 1, "{list}");
    assert_eq!((&contacts[0]["name"], &contacts[0]["state"]), (&name.into(), &state.into()));
}

fn account(person: &Person, kind: &str) -> String {
    let account = person.run(&["account", "show"]);
    account["account"]["addresses"][kind].as_str().unwrap().to_owned()
}

fn balance(person: &Person) -> u64 {
    let document = person.run(&["balance"]);
    assert_eq!(document["synced"], true);
    let abc = &document["tokens"][0];
    assert_eq!((&abc["token"], &abc["total"]), (&"ABC".into(), &abc["transparent"]));
    units(&abc["total"])
}
