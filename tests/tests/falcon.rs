//! Moving to Falcon: payments before, in and after the move, a second device, power cuts in the middle,
//! and a thief who has the old key.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use keys::{Words, format_address, parse_address};
use ledger::{AccountProof, Action, AddKey, Pay, PayAll, RetireKey, Source, Transaction};
use scenarios::harness::{Devnet, LIMIT, Ledger, Person, eventually, units};
use serde_json::Value;
use std::thread::sleep;
use std::time::{Duration, Instant};
use types::{Amount, ChainId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode};

const GIFT: u64 = 100_000_000;

fn address(person: &Person, kind: &str) -> String {
    let account = person.run(&["account", "show"]);
    account["account"]["addresses"][kind].as_str().unwrap().to_owned()
}

fn words(person: &Person) -> String {
    let document = person.run(&["account", "words"]);
    let words = document["words"].as_array().unwrap().iter();
    words.map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn balance(person: &Person) -> u64 {
    let document = person.run(&["balance"]);
    assert_eq!(document["synced"], true);
    units(&document["tokens"][0]["total"])
}

/// Which of a person's keys sign: the first one, the Falcon one.
fn signing(person: &Person) -> [bool; 2] {
    let document = person.run(&["balance"]);
    let addresses = document["addresses"].as_array().unwrap();
    assert_eq!((&addresses[0]["kind"], &addresses[1]["kind"]), (&"ecdsa".into(), &"falcon".into()));
    [0, 1].map(|at: usize| addresses[at]["active"].as_bool().unwrap())
}

/// What lies at the Falcon address outside the account.
fn waiting(person: &Person) -> String {
    person.run(&["balance"])["addresses"][1]["waiting"].as_str().unwrap().to_owned()
}

/// The history, once nothing of it is under way any more.
fn history(person: &Person) -> Vec<Value> {
    eventually("a history in which all is final", || {
        let history = person.run(&["history"]);
        let entries = history["entries"].as_array().unwrap().clone();
        let done = |entry: &Value| entry["state"] == "final" || entry["state"] == "expired";
        entries.iter().all(done).then_some(entries)
    })
}

fn of_kind<'a>(entries: &'a [Value], kind: &str) -> Vec<&'a Value> {
    entries.iter().filter(|entry| entry["kind"] == kind).collect()
}

#[test]
fn an_account_moves_in_place_and_stays_itself() {
    let net = Devnet::start(2);
    let [alice, bob] = net.friends();
    let (old, new) = (address(&alice, "ecdsa"), address(&alice, "falcon"));
    assert_eq!(signing(&alice), [true, false]);

    // Before, to both addresses; in the middle of it; and after, to both.
    bob.run(&["sendtoaddress", &old, "1", "--wait"]);
    bob.run(&["sendtoaddress", &format!("falcon:{new}"), "2", "--wait"]);
    assert_eq!(balance(&alice), GIFT + 1_000_000);
    assert_eq!(waiting(&alice), "2", "shown apart until the account moves");
    let meanwhile = bob.start(&["sendtoaddress", &old, "3", "--wait"]);
    let moved = alice.run(&["migrate", "--wait"]);
    meanwhile.finish().unwrap();
    assert_eq!((&moved["state"], &moved["to"]), (&"final".into(), &new.as_str().into()));
    assert_eq!((&moved["txs"][0], &moved["already"]), (&moved["tx"], &false.into()));
    bob.run(&["sendtoaddress", &old, "4", "--wait"]);
    bob.run(&["sendtoaddress", &new, "5", "--wait"]);
    bob.run(&["pay", "alice", "6", "--public", "--wait"]);

    let fee = units(&moved["fee"]);
    let has = GIFT + 21_000_000 - fee;
    assert_eq!(balance(&alice), has);
    assert_eq!(waiting(&alice), "0");
    assert_eq!(signing(&alice), [false, true]);
    let ledger = Ledger::open(&net.bootstrap()[0]);
    assert_eq!([ledger.balance(&old), ledger.balance(&new)], [has; 2], "one account");
    let entries = history(&alice);
    let [migrated] = of_kind(&entries, "migrate")[..] else { panic!("{entries:?}") };
    assert_eq!((&migrated["tx"], &migrated["fee"]), (&moved["tx"], &moved["fee"]));
    assert_eq!(migrated["counterparty"], new.as_str());

    // Asked again, it says so and does nothing.
    for args in [&["migrate", "--wait"][..], &["sendalltofalconaddr", &new]] {
        let again = alice.run(args);
        assert_eq!((&again["tx"], &again["already"]), (&moved["tx"], &true.into()));
    }
    assert_eq!(balance(&alice), has);

    // Paying goes on, by the new key, and the contact still knows who it was.
    let lunch = alice.run(&["pay", "bob", "7", "--memo", "lunch", "--public", "--wait"]);
    assert!(units(&lunch["fee"]) > 1_000, "a Falcon signature is longer: {lunch}");
    eventually("bob's chat that shows what alice paid", || {
        let read = bob.run(&["chat", "read", "alice"]);
        let messages = read["messages"].as_array().unwrap();
        let paid = messages.iter().find(|message| message["payment"]["tx"] == lunch["tx"])?;
        (paid["payment"]["state"] == "final").then_some(())
    });
    let entries = history(&bob);
    let [received] = entries.iter().filter(|it| it["tx"] == lunch["tx"]).collect::<Vec<_>>()[..]
    else {
        panic!("{entries:?}")
    };
    assert_eq!((&received["counterparty"], &received["memo"]), (&"alice".into(), &"lunch".into()));

    // Her words on another device find the moved account.
    let other = net.stranger("other");
    let args = ["account", "restore", "--name", "other", "--bootstrap", &net.bootstrap()[0]];
    other.attempt_with_input(&args, &words(&alice)).unwrap();
    assert_eq!(address(&other, "ecdsa"), old);
    assert_eq!(balance(&other), balance(&alice));
    assert_eq!(signing(&other), [false, true]);
    let again = other.run(&["migrate"]);
    assert_eq!((&again["tx"], &again["already"]), (&moved["tx"], &true.into()));
    assert_eq!((&again["fee"], &again["round"]), (&moved["fee"], &moved["round"]));
    other.run(&["sendtoaddress", &address(&bob, "ecdsa"), "1", "--wait"]);
    let left = has - 8_000_000 - units(&lunch["fee"]) * 2;
    assert!(balance(&alice).abs_diff(left) < 1_000, "the fees differ by a memo at most");
}

/// The address by which a person pays its only contact, as the ledger has proved it.
fn known_address(person: &Person) -> Option<String> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let store = store::open_within(person.dir(), LIMIT, || None).await.unwrap();
        let contact = store.contacts().await.unwrap().remove(0);
        let known = store.key_address(contact.account).await.unwrap();
        store.close().await;
        known.map(format_address)
    })
}

#[test]
fn whoever_pays_to_the_old_address_learns_the_new_one() {
    let net = Devnet::start(2);
    let [alice, bob] = net.friends();
    let (old, new) = (address(&alice, "ecdsa"), address(&alice, "falcon"));
    alice.run(&["migrate", "--wait"]);
    bob.run(&["sendtoaddress", &old, "1", "--wait"]);
    assert_eq!(known_address(&bob), None, "nobody has told him yet");
    eventually("bob's app that pays alice's Falcon address", || {
        alice.run(&["sync"]);
        bob.run(&["sync"]);
        known_address(&bob).filter(|known| *known == new)
    });
    // Also without a network: saved for that address, and it arrives.
    let before = balance(&alice);
    bob.run(&["pay", "alice", "2", "--public", "--offline"]);
    eventually("the payment", || {
        bob.run(&["sync"]);
        (balance(&alice) == before + 2_000_000).then_some(())
    });
}

#[test]
fn everything_can_be_swept_to_somebody_elses_falcon_address() {
    let net = Devnet::start(2);
    let [alice, bob] = ["alice", "bob"].map(|name| net.person(name));
    for person in [&alice, &bob] {
        person.run(&["faucet"]);
    }
    let (old, to) = (address(&bob, "ecdsa"), address(&bob, "falcon"));
    let falcon_before_ecdsa = format!("falcon:{old}");
    for wrong in [old.as_str(), &falcon_before_ecdsa, "F", ""] {
        alice.refuses(&["sendalltofalconaddr", wrong], "bad_address");
    }
    assert!(of_kind(&history(&alice), "sweep").is_empty());

    // There is nothing in the pool: it makes no difference.
    let with_pool = ["sendalltofalconaddr", &format!("falcon:{to}"), "--with-private", "--wait"];
    let swept = alice.run(&with_pool);
    let moved = GIFT - units(&swept["fee"]);
    assert_eq!((&swept["state"], units(&swept["amount"])), (&"final".into(), moved));
    assert_eq!((&swept["private"], &swept["pool"]), (&false.into(), &Value::Null));
    assert_eq!(balance(&alice), 0);
    let entries = history(&alice);
    let [out] = of_kind(&entries, "sweep")[..] else { panic!("{entries:?}") };
    assert_eq!((&out["direction"], units(&out["amount"])), (&"out".into(), moved));
    let again = alice.run(&["sendalltofalconaddr", &to]);
    assert_eq!((&again["tx"], &again["already"]), (&swept["tx"], &true.into()));
    // It lies at the address, and joins bob's account when that moves.
    assert_eq!(Ledger::open(&net.bootstrap()[0]).balance(&to), moved);
    let migrated = bob.run(&["migrate", "--wait"]);
    assert_eq!(balance(&bob), GIFT + moved - units(&migrated["fee"]));
    assert_eq!(units(&migrated["amount"]), balance(&bob));
    alice.refuses(&["migrate"], "insufficient_funds");
    // A split move: some of it by hand, to her own Falcon address.
    bob.run(&["sendtoaddress", &address(&alice, "ecdsa"), "20", "--wait"]);
    alice.run(&["sendtoaddress", &address(&alice, "falcon"), "10", "--wait"]);
    assert_eq!((waiting(&alice).as_str(), balance(&alice) < 10_000_000), ("10", true));
    let migrated = alice.run(&["migrate", "--wait"]);
    assert!(balance(&alice) > 19_900_000, "{migrated}");
}

/// Puts so much into the pool; what is left of the gift outside.
fn tops_up(person: &Person, abc: u64) -> u64 {
    let paid = person.run(&["private", "topup", &abc.to_string(), "--wait"]);
    eventually("money in the pool", || (private(person) == abc * 1_000_000).then_some(()));
    GIFT - abc * 1_000_000 - units(&paid["fee"])
}

fn private(person: &Person) -> u64 {
    units(&person.run(&["balance"])["tokens"][0]["private"])
}

#[test]
fn what_lies_in_the_private_pool_is_swept_along_once_whatever_is_cut_off() {
    let net = Devnet::start(2);
    let [alice, bob] = ["alice", "bob"].map(|name| net.person(name));
    alice.run(&["faucet"]);
    let to = address(&bob, "falcon");
    let outside = tops_up(&alice, 20);
    let all = ["sendalltofalconaddr", &to, "--with-private", "--wait"];
    let running = alice.start(&all);
    sleep(Duration::from_millis(900));
    drop(running.kill());

    let swept = eventually("all of it, final", || alice.attempt(&all).ok());
    assert_eq!((&swept["state"], &swept["private"]), (&"final".into(), &true.into()));
    let moved = units(&swept["amount"]);
    assert_eq!(moved + units(&swept["fee"]), outside + 20_000_000, "nothing is left behind");
    assert_eq!([balance(&alice), private(&alice)], [0, 0]);
    assert_eq!(Ledger::open(&net.bootstrap()[0]).balance(&to), moved);
    // The pool's part alone, and both in the history; asked again, nothing is signed.
    let (pool, txs) = (&swept["pool"], swept["txs"].as_array().unwrap());
    assert_eq!((&pool["state"], txs.len()), (&"final".into(), 2));
    let again = alice.run(&all);
    assert_eq!((&again["already"], &again["txs"]), (&true.into(), &swept["txs"]));
    assert_eq!((&again["amount"], &again["pool"]["id"]), (&swept["amount"], &pool["id"]));
    let entries = history(&alice);
    let swept: Vec<_> = of_kind(&entries, "sweep");
    assert_eq!(swept.len(), 2, "{entries:?}");
    assert!(swept.iter().all(|it| it["direction"] == "out" && it["counterparty"] == to.as_str()));
    let [hidden] = swept.iter().filter(|it| it["private"] == true).collect::<Vec<_>>()[..] else {
        panic!("{entries:?}")
    };
    assert_eq!((&hidden["amount"], &hidden["tx"]), (&pool["amount"], &pool["tx"]));
    assert_eq!(units(&hidden["amount"]) + units(&hidden["fee"]), 20_000_000);
}

/// To her own address: the account moves in place, and the pool pays there.
#[test]
fn what_lies_in_a_former_account_of_the_pool_is_carried_over_and_swept() {
    let net = Devnet::start(1);
    let [alice, _] = net.friends();
    let to = address(&alice, "falcon");
    let outside = tops_up(&alice, 20);
    let history = alice.in_step(&["history"]);
    let month = format!("{}..", &history["entries"][0]["time"].as_str().unwrap()[..7]);
    let wish = ["--strength", "standing", "--months", &month, "--purpose", "tax year 2026"];
    let given = alice.run(&[&["review", "grant", "bob"], &wish[..]].concat());
    alice.run(&["review", "stop", given["grant"]["serial"].as_str().unwrap()]);

    let all = ["sendalltofalconaddr", &to, "--with-private"];
    let first = alice.run(&all);
    assert!(first["pool"]["id"].is_string() && first["already"] == false, "{first}");
    let elsewhere = Words::from_entropy([9; 32]).master().falcon_key().public().address();
    let elsewhere = format_address(elsewhere);
    alice.refuses(&["sendalltofalconaddr", &elsewhere, "--with-private"], "move_under_way");
    alice.refuses(&["sendalltofalconaddr", &elsewhere], "move_under_way");
    let swept = eventually("all of it, final", || {
        let swept = alice.run(&all);
        assert_eq!(swept["pool"]["id"], first["pool"]["id"], "asked for once");
        (swept["state"] == "final").then_some(swept)
    });
    let entries = self::history(&alice);
    let [carried] = of_kind(&entries, "carry_over")[..] else { panic!("{entries:?}") };
    let costs = units(&swept["fee"]) + units(&carried["fee"]);
    assert_eq!(units(&swept["amount"]) + costs, outside + 20_000_000);
    assert_eq!([balance(&alice), private(&alice)], [units(&swept["amount"]), 0]);
    assert_eq!(signing(&alice), [false, true]);
    assert_eq!(["sweep", "migrate"].map(|kind| of_kind(&entries, kind).len()), [1, 1]);
    assert_eq!(alice.run(&all)["already"], true);
}

/// In milliseconds after the start of the first try.
const CUTS: [u64; 8] = [0, 40, 90, 150, 220, 300, 400, 700];

#[test]
fn a_move_in_place_that_is_cut_off_at_any_moment_happens_once() {
    let net = Devnet::start(1);
    let ledger = Ledger::open(&net.bootstrap()[0]);
    for (number, after) in CUTS.into_iter().enumerate() {
        let person = net.person(&format!("p{number}"));
        let left = cut_off(&person, &["migrate", "--wait"], after, "migrate");
        assert_eq!([balance(&person), ledger.balance(&address(&person, "falcon"))], [left; 2]);
        assert_eq!(person.run(&["migrate"])["already"], true);
    }
}

#[test]
fn a_sweep_that_is_cut_off_at_any_moment_happens_once() {
    let net = Devnet::start(1);
    let ledger = Ledger::open(&net.bootstrap()[0]);
    for (number, after) in (1..).zip(CUTS) {
        let person = net.person(&format!("p{number}"));
        let to = Words::from_entropy([number; 32]).master().falcon_key().public().address();
        let to = format_address(to);
        let left = cut_off(&person, &["sendalltofalconaddr", &to, "--wait"], after, "sweep");
        assert_eq!((balance(&person), ledger.balance(&to)), (0, left));
        assert_eq!(person.run(&["sendalltofalconaddr", &to])["already"], true);
    }
}

/// Repeats a command that is killed, a little later each time, until it comes to its end. What is left
/// of the gift behind the one transaction that it made.
fn cut_off(person: &Person, command: &[&str], after: u64, kind: &str) -> u64 {
    person.run(&["faucet"]);
    let start = Instant::now();
    loop {
        assert!(start.elapsed() < LIMIT, "not moved");
        let running = person.start(command);
        let further = u64::try_from(start.elapsed().as_millis() / 8).unwrap_or(0);
        sleep(Duration::from_millis(after + further));
        let Some(done) = running.kill() else { continue };
        assert_eq!(done["state"], "final");
        break;
    }
    let entries = history(person);
    let [moved] = of_kind(&entries, kind)[..] else { panic!("{entries:?}") };
    assert_eq!(moved["state"], "final");
    GIFT - units(&moved["fee"])
}

#[test]
fn a_network_that_dies_in_the_middle_of_a_move_finishes_it_later() {
    let mut net = Devnet::start(1);
    let alice = net.person("alice");
    alice.run(&["faucet"]);
    net.kill();
    // Saved without a network, and nothing is signed twice.
    let saved = alice.run(&["migrate"]);
    assert_eq!(saved["state"], "queued");
    assert_eq!(alice.run(&["migrate", "--offline"])["tx"], saved["tx"]);
    assert_eq!(signing_offline(&alice), [true, false]);
    net.start_again();
    let done = alice.run(&["migrate", "--wait"]);
    assert_eq!((&done["tx"], &done["state"]), (&saved["tx"], &"final".into()));
    assert_eq!(signing(&alice), [false, true]);
}

fn signing_offline(person: &Person) -> [bool; 2] {
    let document = person.run(&["balance", "--offline"]);
    [0, 1].map(|at: usize| document["addresses"][at]["active"].as_bool().unwrap())
}

/// Whoever knows the old key, by a quantum computer or from a backup.
struct Thief {
    master: keys::Words,
    chain: ChainId,
    ledger: Ledger,
}

impl Thief {
    fn account(&self, at: &str) -> ledger::Account {
        let address = parse_address(at).unwrap();
        let ChainReply::Account(object) = self.ledger.ask(ChainRequest::Account(address)) else {
            panic!("not an account")
        };
        AccountProof::from_bytes(&object.0).unwrap().account.unwrap()
    }

    /// What a node says to this, signed with the old key.
    fn tries(&self, action: Action, nonce: u64) -> String {
        let key = self.master.master().operation_key();
        let other = Words::from_entropy([9; 32]).master().falcon_key();
        let mut transaction = Transaction {
            version: Transaction::VERSION,
            chain: self.chain,
            expiry: self.ledger.tip().plus(100),
            price_epoch: 0,
            sources: vec![Source { address: key.public().address(), nonce, reveal: None }],
            fee: Amount::ZERO,
            actions: vec![action],
            bundle: None,
            witness: vec![],
        };
        transaction.fee = transaction.fee_needed(&ledger::Prices::DEVNET).unwrap();
        let sighash = transaction.sighash();
        transaction.witness = vec![key.sign(&sighash).to_vec()];
        if matches!(transaction.actions[0], Action::AddKey(_)) {
            transaction.witness.push(other.sign(&sighash, &mut rand::rng()).to_vec());
        }
        match self.ledger.submit(Object(transaction.to_bytes())) {
            Ok(()) => "taken".to_owned(),
            Err(code) => code,
        }
    }
}

#[test]
fn a_thief_with_the_old_key_comes_too_late() {
    let net = Devnet::start(1);
    let alice = net.person("alice");
    alice.run(&["faucet"]);
    alice.run(&["migrate", "--wait"]);
    let (old, new) = (address(&alice, "ecdsa"), address(&alice, "falcon"));
    let thief = Thief {
        master: Words::parse(&words(&alice)).unwrap(),
        chain: ChainId::parse(net.chain()).unwrap(),
        ledger: Ledger::open(&net.bootstrap()[0]),
    };
    let before = thief.account(&new);
    let own = Words::from_entropy([9; 32]).master();
    let to = own.operation_key().public().address();
    let falcon = parse_address(&new).unwrap();
    let actions = [
        Action::Pay(Pay { source: 0, to, amount: Amount::new(1_000_000) }),
        Action::PayAll(PayAll { source: 0, to }),
        Action::AddKey(AddKey { source: 0, key: own.falcon_key().public() }),
        Action::RetireKey(RetireKey { source: 0, address: falcon }),
    ];
    for action in actions {
        assert_eq!(thief.tries(action, before.nonce), "key_retired");
    }
    let round = thief.ledger.tip();
    eventually("some blocks more", || (thief.ledger.tip() > round.plus(2)).then_some(()));
    assert_eq!(thief.account(&old), before);
    assert_eq!(format_address(before.home), old);
}
