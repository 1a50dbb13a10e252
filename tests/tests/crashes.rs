//! Power cuts. Commands of both sides, the worker that is home to both, and the network itself are
//! killed at any moment and started again, by a plan drawn from a seed. In the end nothing that was
//! acknowledged is lost, nothing is there twice, and the money adds up.
//!
//! The seed fixes the plan, not the moments at which the computer gets round to things; a failure
//! names its seed and is repeated by running it again.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use scenarios::harness::{Devnet, LIMIT, Ledger, OwnWorker, Person, Running, units};
use serde_json::Value;
use std::collections::BTreeSet;
use std::thread::sleep;
use std::time::{Duration, Instant};

const STEPS: usize = 60;
/// What each side has in the beginning.
const GIFT: u64 = 40_000_000;
/// In milliseconds: whatever is killed is killed within so long of the start of a command. Quick
/// ones have ended by then, so that every part of them is hit.
const LATEST: u64 = 200;

#[test]
fn nothing_is_lost_with_seed_1() {
    run(1);
}

#[test]
fn nothing_is_lost_with_seed_2() {
    run(2);
}

#[test]
fn nothing_is_lost_with_seed_3() {
    run(3);
}

fn run(seed: u64) {
    let mut story = Story::begin(seed);
    for _ in 0..STEPS {
        story.step();
    }
    story.end();
}

/// One side, and what it was told about what it did.
struct Side {
    person: Person,
    other: &'static str,
    address: String,
    /// Wishes so far: each text and each amount is another.
    wishes: u64,
    /// Texts whose command ended with exit 0.
    said: Vec<String>,
    /// Transactions whose command ended with exit 0.
    paid: Vec<Value>,
}

/// What a side does next.
enum Wish {
    Read,
    Say(String),
    Pay(String, bool),
}

/// A command under way.
struct Doing {
    side: usize,
    wish: Wish,
    running: Running,
}

struct Story {
    rng: StdRng,
    sides: [Side; 2],
    worker: OwnWorker,
    net: Devnet,
}

impl Story {
    fn begin(seed: u64) -> Self {
        let net = Devnet::start(1);
        let worker = OwnWorker::join(&net);
        let sides = [("alice", "bob"), ("bob", "alice")];
        let sides = sides.map(|(name, other)| Side::begin(net.stranger(name), other, &worker));
        let rich = net.person("rich");
        rich.run(&["faucet"]);
        for side in &sides {
            rich.run(&["sendtoaddress", &side.address, "40", "--wait"]);
        }
        sides[0].person.run(&["contact", "add", &sides[1].person.invite()]);
        // From here on both know of each other and of their money, also without a network.
        for side in sides.iter().rev() {
            assert_eq!(side.person.run(&["sync"])["synced"], true);
        }
        Self { rng: StdRng::seed_from_u64(seed), sides, worker, net }
    }

    fn step(&mut self) {
        let one = self.rng.random_range(0..2);
        match self.rng.random_range(0..24) {
            0 => self.while_both_are_at_it(
                |story| story.worker.kill(),
                |story| story.worker.start_again(),
            ),
            1 => {
                self.while_both_are_at_it(|story| story.net.kill(), |story| story.net.start_again())
            }
            // Much that waits makes the next command long, and a kill in its middle likely.
            2..7 => self.pile_up(one),
            _ => {
                let doing = self.start(one);
                self.end_of(doing);
            }
        }
    }

    /// Something of the network goes down and comes up again while both sides use it.
    fn while_both_are_at_it(&mut self, down: fn(&mut Self), up: fn(&mut Self)) {
        let doing = [self.start(0), self.start(1)];
        self.pause();
        down(self);
        self.pause();
        up(self);
        doing.into_iter().for_each(|doing| self.end_of(doing));
    }

    fn pile_up(&mut self, side: usize) {
        for _ in 0..self.rng.random_range(1..6) {
            let Side { person, other, wishes, said, .. } = &mut self.sides[side];
            *wishes += 1;
            let text = wishes.to_string();
            person.run(&["chat", "send", other, &text, "--offline"]);
            said.push(text);
        }
    }

    fn start(&mut self, side: usize) -> Doing {
        let Side { person, other, wishes, .. } = &mut self.sides[side];
        *wishes += 1;
        let wish = match self.rng.random_range(0..6) {
            0 | 1 => Wish::Say(wishes.to_string()),
            2 => Wish::Pay(format!("0.5{wishes:03}1"), self.rng.random()),
            _ => Wish::Read,
        };
        let running = match &wish {
            Wish::Read => person.start(&["chat", "read", other]),
            Wish::Say(text) => person.start(&["chat", "send", other, text]),
            Wish::Pay(amount, false) => person.start(&["pay", other, amount, "--public"]),
            Wish::Pay(amount, true) => person.start(&["pay", other, amount, "--public", "--wait"]),
        };
        Doing { side, wish, running }
    }

    fn end_of(&mut self, doing: Doing) {
        if self.rng.random_ratio(2, 3) { self.kill(doing) } else { self.finish(doing) }
    }

    fn finish(&mut self, doing: Doing) {
        let Doing { side, wish, running } = doing;
        match running.finish() {
            Ok(document) => self.sides[side].learn(wish, &document),
            Err(failure) => panic!("{}: {failure:?}", self.sides[side].person.name()),
        }
    }

    /// Killed, it may have done all of it, or nothing.
    fn kill(&mut self, doing: Doing) {
        let Doing { side, wish, running } = doing;
        self.pause();
        if let Some(document) = running.kill() {
            self.sides[side].learn(wish, &document);
        }
        // No lock is left behind: the next command has the profile.
        self.sides[side].person.run(&["account", "show"]);
    }

    fn pause(&mut self) {
        sleep(Duration::from_millis(self.rng.random_range(0..LATEST)));
    }

    fn end(self) {
        let [alice, bob] = &self.sides;
        let start = Instant::now();
        loop {
            let waiting = [alice.under_way(), bob.under_way()].concat();
            if waiting.is_empty() {
                break;
            }
            assert!(start.elapsed() < LIMIT, "lost, or still under way: {waiting:?}");
        }
        // What the second paid last, the first has perhaps not seen.
        alice.person.run(&["sync"]);
        let ledger = Ledger::open(&self.net.bootstrap()[0]);
        let fees: u64 = [(alice, bob), (bob, alice)]
            .into_iter()
            .map(|(from, to)| {
                from.all_arrived(to);
                from.books_agree(to, &ledger)
            })
            .sum();
        let left: u64 = [alice, bob].iter().map(|side| ledger.balance(&side.address)).sum();
        assert_eq!(left + fees, 2 * GIFT);
    }
}

impl Side {
    /// The own worker is the only node it knows, and so becomes its home.
    fn begin(person: Person, other: &'static str, worker: &OwnWorker) -> Self {
        let account = person.make_account(&[worker.address().to_owned()]);
        let address = account["account"]["addresses"]["ecdsa"].as_str().unwrap().to_owned();
        Self { person, other, address, wishes: 0, said: vec![], paid: vec![] }
    }

    fn learn(&mut self, wish: Wish, document: &Value) {
        match wish {
            Wish::Read => {}
            Wish::Say(text) => self.said.push(text),
            Wish::Pay(..) => self.paid.push(document["tx"].clone()),
        }
    }

    /// What it wrote that has not arrived, and what it paid that is not final.
    fn under_way(&self) -> Vec<Value> {
        self.person.run(&["sync"]);
        let mut waiting = self.messages("me");
        waiting.retain(|message| message["state"] != "delivered");
        let paid = self.history("out").into_iter();
        waiting.extend(paid.filter(|entry| entry["state"] != "final"));
        waiting
    }

    fn messages(&self, from: &str) -> Vec<Value> {
        let read = self.person.run(&["chat", "read", self.other, "--offline"]);
        let messages = read["messages"].as_array().unwrap().iter();
        messages.filter(|message| message["from"] == from).cloned().collect()
    }

    fn history(&self, direction: &str) -> Vec<Value> {
        let history = self.person.run(&["history", "--offline"]);
        let entries = history["entries"].as_array().unwrap().iter();
        entries.filter(|entry| entry["direction"] == direction).cloned().collect()
    }

    /// What it has written stands in the other's conversation once, in the order of writing, and
    /// nothing that was acknowledged is missing.
    fn all_arrived(&self, other: &Side) {
        let (written, read) = (self.messages("me"), other.messages(self.person.name()));
        let told = |message: &Value| ["id", "text", "payment"].map(|field| message[field].clone());
        let (written, read): (Vec<_>, Vec<_>) =
            (written.iter().map(told).collect(), read.iter().map(told).collect());
        assert_eq!(written, read);

        let texts = written.iter().filter(|[_, _, payment]| payment.is_null());
        let texts: Vec<u64> = texts.map(|[_, text, _]| number(text)).collect();
        assert!(texts.is_sorted_by(|one, next| one < next), "once and in order: {texts:?}");
        let said: Vec<u64> = self.said.iter().map(|text| text.parse().unwrap()).collect();
        assert!(said.iter().all(|said| texts.contains(said)), "{said:?} in {texts:?}");

        let told = written.iter().filter(|[_, _, payment]| !payment.is_null());
        let told: Vec<&Value> = told.map(|[_, _, payment]| &payment["tx"]).collect();
        let paid = self.history("out");
        let paid: Vec<&Value> = paid.iter().map(|entry| &entry["tx"]).collect();
        assert_eq!(told, paid, "each payment is told of once");
    }

    /// Each payment was made once, both histories tell of it, and the balance is what they leave.
    /// Returns the fees.
    fn books_agree(&self, other: &Side, ledger: &Ledger) -> u64 {
        let (out, came) = (self.history("out"), other.history("in"));
        let sum = |entries: &[Value], field: &str| -> u64 {
            entries.iter().map(|entry| units(&entry[field])).sum()
        };
        let amounts: BTreeSet<u64> = out.iter().map(|entry| units(&entry["amount"])).collect();
        assert_eq!(amounts.len(), out.len(), "no wish was paid twice: {out:?}");
        let txs = |entries: &[Value]| -> Vec<Value> {
            entries.iter().map(|entry| entry["tx"].clone()).collect()
        };
        let (out_txs, came_txs) = (txs(&out), txs(&came));
        // What came first is the gift.
        assert_eq!(out_txs, came_txs[1..]);
        assert!(self.paid.iter().all(|paid| out_txs.contains(paid)), "{:?}", self.paid);

        let fees = sum(&out, "fee");
        let left = sum(&self.history("in"), "amount") - sum(&out, "amount") - fees;
        let balance = self.person.run(&["balance"]);
        assert_eq!(units(&balance["tokens"][0]["total"]), left);
        assert_eq!(balance["tokens"][0]["pending"], "0");
        assert_eq!(ledger.balance(&self.address), left);
        fees
    }
}

fn number(text: &Value) -> u64 {
    text.as_str().unwrap().parse().unwrap()
}
