//! Private money with the real programs: into the pool, to somebody, out again; found by a scan, also
//! from the words alone; and power cuts while it is proved and sent.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Ledger, Person, Running, binary, eventually, units};
use serde_json::Value;
use std::process::Command;
use std::thread::sleep;
use std::time::Duration;

const GIFT: u64 = 100_000_000;

/// What lies at transparent addresses, and in the pool.
fn money(person: &Person) -> [u64; 2] {
    let document = person.run(&["balance"]);
    assert_eq!(document["synced"], true, "{document}");
    let abc = &document["tokens"][0];
    let parts = ["transparent", "private"].map(|part| units(&abc[part]));
    assert_eq!(units(&abc["total"]), parts.iter().sum::<u64>());
    parts
}

fn private_address(person: &Person) -> String {
    let document = person.run(&["private", "address"]);
    document["address"].as_str().unwrap().to_owned()
}

fn words(person: &Person) -> String {
    let document = person.run(&["account", "words"]);
    let words = document["words"].as_array().unwrap().iter();
    words.map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn transparent(person: &Person) -> String {
    let account = person.run(&["account", "show"]);
    account["account"]["addresses"]["ecdsa"].as_str().unwrap().to_owned()
}

/// Waits until a payment that was asked for is final, however often the program has to be started.
fn settled(person: &Person, amount: &str, counterparty: &str) -> Value {
    eventually("a payment that is final", || {
        person.run(&["sync"]);
        let history = person.run(&["history"]);
        let entries = history["entries"].as_array().unwrap().clone();
        let this =
            |entry: &&Value| entry["amount"] == amount && entry["counterparty"] == counterparty;
        let found: Vec<_> = entries.iter().filter(this).collect();
        assert!(found.len() < 2, "paid twice: {entries:?}");
        found.first().filter(|entry| entry["state"] == "final").map(|entry| (*entry).clone())
    })
}

#[test]
fn money_goes_into_the_pool_to_somebody_and_out_again() {
    let net = Devnet::start(2);
    let (alice, bob) = (net.person("alice"), net.stranger("bob"));
    bob.make_account(&net.bootstrap()[..1]);
    alice.run(&["faucet"]);
    assert_eq!(money(&alice), [GIFT, 0]);

    // In: everybody sees the amount and whose it was.
    let into = alice.run(&["private", "topup", "20", "--wait"]);
    assert_eq!((&into["state"], &into["private"]), (&"final".into(), &false.into()));
    let left = GIFT - 20_000_000 - units(&into["fee"]);
    eventually("alice's notes", || (money(&alice) == [left, 20_000_000]).then_some(()));

    // To bob, from one `bcm1…` address to another: nothing of it stands in any account.
    let to = private_address(&bob);
    assert!(to.starts_with("bcm1") && to.len() == 86);
    bob.refuses(&["pay", &to, "1"], "bad_address");
    alice.refuses(&["pay", &to, "1", "--public"], "bad_address");
    alice.refuses(&["pay", &to.replace("bcm1", "bcm1q"), "1"], "bad_address");
    alice.refuses(&["pay", &to, "500"], "insufficient_funds");
    let paid = alice.run(&["pay", &to, "12.5", "--memo", "for lunch", "--wait"]);
    assert_eq!((&paid["state"], &paid["private"]), (&"final".into(), &true.into()));
    assert_eq!(paid["to"], to.as_str());
    assert_eq!(paid["top_up"], Value::Null, "the pool had enough");
    eventually("bob's note", || (money(&bob) == [0, 12_500_000]).then_some(()));
    let rest = 7_500_000 - units(&paid["fee"]);
    assert_eq!(money(&alice), [left, rest]);
    let ledger = Ledger::open(&net.bootstrap()[0]);
    assert_eq!(ledger.balance(&transparent(&bob)), 0);

    // Both show it to carol, who has asked; nobody else takes it, nor what is public anyway.
    let carol = net.person("carol");
    one_payment_is_shown([&alice, &bob, &carol], paid["tx"].as_str().unwrap());
    one_payment_is_shown_in_a_chat([&alice, &carol], paid["tx"].as_str().unwrap());

    // Out: everybody sees whom and how much, not from whom.
    let address = transparent(&carol);
    let out = bob.run(&["pay", &address, "2", "--private", "--wait"]);
    assert_eq!((&out["state"], &out["private"]), (&"final".into(), &true.into()));
    eventually("carol's money", || (money(&carol) == [2_000_000, 0]).then_some(()));
    let after = [0, 10_500_000 - units(&out["fee"])];
    assert_eq!(money(&bob), after);

    // Everybody's own history says so.
    let history = alice.run(&["history"]);
    let entries = history["entries"].as_array().unwrap();
    let [_, top_up, pay] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((&top_up["kind"], &top_up["direction"]), (&"shield".into(), &"out".into()));
    assert_eq!((&pay["private"], &pay["tx"]), (&true.into(), &paid["tx"]));
    assert_eq!((&pay["amount"], &pay["memo"]), (&"12.5".into(), &"for lunch".into()));
    let history = bob.run(&["history"]);
    let entries = history["entries"].as_array().unwrap();
    let [received, spent] = &entries[..] else { panic!("{entries:?}") };
    assert_eq!((&received["direction"], &received["private"]), (&"in".into(), &true.into()));
    assert_eq!((&spent["direction"], &spent["counterparty"]), (&"out".into(), &address.into()));

    // The words alone find it again.
    let other = net.stranger("other");
    let args = ["account", "restore", "--name", "other", "--bootstrap", &net.bootstrap()[1]];
    other.attempt_with_input(&args, &words(&bob)).unwrap();
    assert_eq!(money(&other), after);
    let history = other.run(&["history"]);
    let out_again =
        history["entries"].as_array().unwrap().iter().find(|it| it["direction"] == "out");
    let out_again = out_again.unwrap();
    assert_eq!((&out_again["amount"], &out_again["fee"]), (&"2".into(), &out["fee"]));

    // Two devices that spend the same note at the same time, each through another worker: one does.
    let to = private_address(&carol);
    let asked = [&bob, &other].map(|device| device.start(&["pay", &to, "6", "--wait"]));
    let answers = asked.map(Running::finish);
    let failures: Vec<_> = answers.iter().filter_map(|answer| answer.as_ref().err()).collect();
    let words = ["expired", "insufficient_funds", "timeout"];
    assert!(!failures.is_empty(), "{answers:?}");
    assert!(failures.iter().all(|failure| words.contains(&&*failure.code)), "{answers:?}");
    eventually("carol's note", || (money(&carol) == [2_000_000, 6_000_000]).then_some(()));
    let left = eventually("one balance on both devices", || {
        let [one, two] = [&bob, &other].map(money);
        (one == two && one != after).then_some(one)
    });
    assert_eq!(left[0], 0, "{left:?}");
    assert_eq!(left[1], after[1] - 6_000_000 - units(&paid["fee"]));
    assert_eq!(money(&carol), [2_000_000, 6_000_000]);
}

/// Payer and payee show a payment of 12.5 for lunch to carol.
fn one_payment_is_shown([alice, bob, carol]: [&Person; 3], paid: &str) {
    let asked = carol.run(&["review", "challenge"]);
    let [challenge, card, verifier] =
        ["challenge", "card", "verifier"].map(|name| asked[name].as_str().unwrap());
    let checkpoint = carol.dir().with_extension("checkpoint");
    let came = bob.run(&["history"])["entries"][0]["tx"].as_str().unwrap().to_owned();
    for (person, tx, role) in [(alice, paid, "payer"), (bob, &*came, "payee")] {
        let file = person.dir().with_extension("bcmp");
        let out = file.to_str().unwrap();
        let line = ["review", "grant", card, "--strength", "payment", "--tx", tx, "--challenge"];
        let line = [&line[..], &[challenge, "--purpose", "the tax office"]].concat();
        person.refuses(&line, "usage");
        let given = person.run(&[&line[..], &["--out", out]].concat());
        assert_eq!((&given["grant"]["strength"], &given["card"]), (&"payment".into(), &out.into()));
        let shown = &carol.run(&["review", "import", out])["payment"];
        assert_eq!((&shown["role"], &shown["amount"]), (&role.into(), &"12.5".into()));
        assert_eq!(
            (&shown["memo"], &shown["said"]),
            (&"for lunch".into(), &"the tax office".into())
        );
        assert_eq!(shown["claims"].as_array().unwrap().len(), 4);
        // Nobody else, even with a challenge of his own, and not with a word changed.
        alice.refuses(&["review", "import", out], "other_verifier");
        let mut bytes = std::fs::read(&file).unwrap();
        let place = bytes.windows(3).position(|three| three == b"tax").unwrap();
        bytes[place] = b'T';
        let altered = file.with_extension("altered");
        std::fs::write(&altered, bytes).unwrap();
        carol.refuses(&["review", "import", altered.to_str().unwrap()], "altered");
        // Without an app, by a checkpoint.
        carol.run(&["checkpoint", "--out", checkpoint.to_str().unwrap()]);
        let verified = |challenge: &str| {
            let mut program = std::process::Command::new(scenarios::harness::binary("bcm-verify"));
            program.arg(&file).arg("--checkpoint").arg(&checkpoint);
            let done = program.args(["--verifier", verifier, "--challenge", challenge]).output();
            let done = done.unwrap();
            let report: Value = serde_json::from_slice(&done.stdout).unwrap();
            (done.status.code(), report)
        };
        let (code, report) = verified(challenge);
        assert_eq!((code, &report["payment"]["amount"]), (Some(0), &"12.5".into()), "{report}");
        let (code, report) = verified(verifier);
        assert_eq!((code, &report["claims"][1]["why"]), (Some(1), &"other_challenge".into()));
    }
    let gift = alice.run(&["history"])["entries"][0]["tx"].as_str().unwrap().to_owned();
    for (tx, code) in [(&*gift, "not_private"), (verifier, "unknown_payment")] {
        let line = ["review", "grant", card, "--strength", "payment", "--tx", tx, "--challenge"];
        alice.refuses(&[&line[..], &[challenge, "--purpose", "x", "--out", "x"]].concat(), code);
    }
}

/// Carol asks Alice in their chat, and Alice answers there.
fn one_payment_is_shown_in_a_chat([alice, carol]: [&Person; 2], paid: &str) {
    alice.run(&["contact", "add", &carol.invite()]);
    eventually("alice as a contact", || {
        carol.run(&["sync"]);
        let contacts = carol.run(&["contact", "list"]);
        (!contacts["contacts"].as_array().unwrap().is_empty()).then_some(())
    });
    let grant = ["review", "grant", "carol", "--strength", "payment", "--tx", paid];
    let grant = [&grant[..], &["--purpose", "the tax office"]].concat();
    alice.refuses(&grant, "not_asked");
    let ask =
        ["review", "challenge", "--to", "alice", "--payment", "the lunch", "--purpose", "taxes"];
    let asked = carol.run(&ask)["showing"].clone();
    assert_eq!((&asked["state"], &asked["from"]), (&"open".into(), &"me".into()));
    let list =
        |person: &Person| person.run(&["review", "list"])["asked"].as_array().unwrap().clone();
    let there = eventually("carol's challenge", || list(alice).pop());
    assert_eq!((&there["which"], &there["purpose"]), (&"the lunch".into(), &"taxes".into()));
    assert_eq!((&there["from"], &there["challenge"]), (&"carol".into(), &asked["challenge"]));
    let brings = |person: &Person, contact: &str| {
        let read = person.run(&["chat", "read", contact]);
        let messages = read["messages"].as_array().unwrap().clone();
        messages.into_iter().filter(|it| it["showing"] != Value::Null).collect::<Vec<_>>()
    };
    assert_eq!(brings(alice, "carol").len(), 1);

    // One that is declined is over for both.
    let id = there["id"].as_str().unwrap();
    assert_eq!(alice.run(&["review", "decline", id])["showing"]["state"], "declined");
    alice.refuses(&grant, "not_asked");
    eventually("that she does not want to", || {
        (list(carol).pop()?["state"] == "declined").then_some(())
    });

    let asked = carol.run(&ask)["showing"].clone();
    eventually("the second", || (list(alice).len() == 2).then_some(()));
    let given = alice.run(&grant);
    assert_eq!((&given["delivery"], &given["card"]), (&"sent".into(), &Value::Null));
    alice.refuses(&grant, "not_asked");
    let shown = eventually("the verdict", || {
        let received = carol.run(&["review", "list"])["received"].as_array().unwrap().clone();
        received.into_iter().find(|it| it["serial"] == asked["id"])
    });
    assert_eq!((&shown["owner"], &shown["strength"]), (&"alice".into(), &"payment".into()));
    assert_eq!(shown["payment"]["amount"], "12.5");
    assert_eq!(shown["payment"]["claims"].as_array().unwrap().len(), 4);
    assert_eq!(shown["not_after"], asked["not_after"]);
    let told = brings(carol, "alice").pop().unwrap();
    assert_eq!((&told["from"], &told["showing"]["state"]), (&"alice".into(), &"proved".into()));
    let given = alice.run(&["review", "list"])["given"].as_array().unwrap().clone();
    assert_eq!((given.len(), &given[1]["tx"]), (2, &paid.into()), "{given:?}");
    let id = asked["id"].as_str().unwrap();
    carol.refuses(&["review", "decline", id], "challenge_closed");
}

#[test]
fn friends_pay_each_other_privately_and_a_power_cut_pays_once() {
    let net = Devnet::start(1);
    let [alice, bob] = ["alice", "bob"].map(|name| net.person(name));
    alice.run(&["contact", "add", &bob.invite()]);
    alice.run(&["faucet"]);
    // Each tells the other where it is paid, in the session.
    eventually("bob's private address", || {
        bob.run(&["sync"]);
        alice.run(&["sync"]);
        alice.attempt(&["pay", "bob", "200", "--private"]).err().filter(|failure| {
            assert!(["no_private_address", "insufficient_funds"].contains(&&*failure.code));
            failure.code == "insufficient_funds"
        })
    });

    // Asked for without a network: saved, and nothing is proved. Then cut off again and again, while
    // money is put into the pool first, while a proof is made, before and after it is sent.
    let asked = alice.run(&["pay", "bob", "3", "--memo", "tea", "--offline"]);
    assert_eq!((&asked["state"], &asked["private"]), (&"queued".into(), &true.into()));
    assert_eq!(asked["top_up"], "5");
    for after in [1, 4, 9] {
        let cut = alice.start(&["sync"]);
        sleep(Duration::from_secs(after));
        let _ = cut.kill();
    }
    eventually("money that was put in", || {
        alice.run(&["sync"]);
        money(&alice).last().is_some_and(|private| *private > 0).then_some(())
    });
    let paid = settled(&alice, "3", "bob");
    assert_eq!((&paid["private"], &paid["memo"]), (&true.into(), &"tea".into()));
    eventually("bob's note", || (money(&bob) == [0, 3_000_000]).then_some(()));
    let [transparent, left] = money(&alice);
    assert_eq!(left, 2_000_000 - units(&paid["fee"]), "put in once, paid once");
    assert!(transparent + left < GIFT - 3_000_000);

    // Bob sees it in the chat, as final, by the log alone, and who it was by the address it was
    // paid to.
    let history = bob.run(&["history"]);
    let [received] = &history["entries"].as_array().unwrap()[..] else { panic!("{history}") };
    assert_eq!((&received["counterparty"], &received["memo"]), (&"alice".into(), &"tea".into()));
    let read = bob.run(&["chat", "read", "alice"]);
    let told: Vec<_> = read["messages"].as_array().unwrap().iter().collect();
    let [told] = told[..] else { panic!("{read}") };
    assert_eq!(
        (&told["payment"]["state"], &told["payment"]["amount"]),
        (&"final".into(), &"3".into())
    );
    assert_eq!(told["payment"]["tx"], received["tx"]);
}

#[test]
fn once_a_grant_is_stopped_the_money_moves_on_to_an_account_that_it_does_not_open() {
    let net = Devnet::start(1);
    let [alice, bob] = net.friends();
    alice.run(&["private", "topup", "20", "--wait"]);
    let all = eventually("alice's notes", || {
        money(&alice).last().copied().filter(|private| *private > 0)
    });
    // The month is that of the ledger's headers.
    let history = alice.in_step(&["history"]);
    let month = format!("{}..", &history["entries"][0]["time"].as_str().unwrap()[..7]);
    let wish = ["--strength", "standing", "--months", &month, "--purpose", "tax year 2026"];
    let given = alice.run(&[&["review", "grant", "bob"], &wish[..]].concat());
    let rita = befriended(&net, &alice);
    alice.run(&[&["review", "grant", "rita"], &wish[..]].concat());
    let serial = given["grant"]["serial"].as_str().unwrap();
    alice.run(&["review", "stop", serial]);

    // What lay there moves on by itself, once, and costs its fee.
    let carried = eventually("the balance in the next account", || {
        alice.run(&["sync"]);
        let history = alice.run(&["history"]);
        let entries = history["entries"].as_array().unwrap();
        let carried: Vec<_> =
            entries.iter().filter(|entry| entry["kind"] == "carry_over").collect();
        assert!(carried.len() < 2, "moved twice: {entries:?}");
        carried.first().filter(|entry| entry["state"] == "final").map(|entry| (*entry).clone())
    });
    assert_eq!((&carried["direction"], &carried["private"]), (&"self".into(), &true.into()));
    let left = all - units(&carried["fee"]);
    assert_eq!(units(&carried["amount"]), left);
    assert_eq!(money(&alice)[1], left);
    reviewers_prove_it(&net, &alice, &rita);

    // It is paid out of there, to an address that was told since.
    let paid = eventually("bob's private address", || {
        bob.run(&["sync"]);
        alice.run(&["sync"]);
        let pay = ["pay", "bob", "3", "--private", "--memo", "three tickets", "--wait"];
        match alice.attempt(&pay) {
            Ok(paid) => Some(paid),
            Err(failure) => {
                assert_eq!(failure.code, "no_private_address", "{}", failure.message);
                None
            }
        }
    });
    assert_eq!((&paid["state"], &paid["top_up"]), (&"final".into(), &Value::Null));
    let left = left - 3_000_000 - units(&paid["fee"]);
    eventually("alice's change", || (money(&alice)[1] == left).then_some(()));

    // The words alone find that account, too.
    let other = net.stranger("other");
    let args = ["account", "restore", "--name", "other", "--bootstrap", &net.bootstrap()[0]];
    other.attempt_with_input(&args, &words(&alice)).unwrap();
    assert_eq!(money(&other)[1], left);
    // And whom it paid, how much and what for; of the carry-over, that it was one.
    let history = other.run(&["history"]);
    let entries = history["entries"].as_array().unwrap();
    let of = |kind: &str, direction: &str| {
        let same = |it: &&Value| it["kind"] == kind && it["direction"] == direction;
        entries.iter().find(same).unwrap_or_else(|| panic!("no {kind}: {entries:?}"))
    };
    let pay = of("pay", "out");
    assert_eq!((&pay["amount"], &pay["fee"]), (&"3".into(), &paid["fee"]));
    assert_eq!(pay["memo"], "three tickets");
    assert!(pay["counterparty"].as_str().unwrap().starts_with("bcm1"), "{pay}");
    assert_eq!(of("carry_over", "self")["amount"], carried["amount"]);
}

/// Rita, who reviews, and whom Alice knows.
fn befriended(net: &Devnet, alice: &Person) -> Person {
    let rita = net.person("rita");
    alice.run(&["contact", "add", &rita.invite()]);
    rita.run(&["sync"]);
    rita.run(&["chat", "send", "alice", "it is me"]);
    for person in [alice, &rita] {
        person.in_step(&["sync"]);
    }
    rita
}

/// What a statement of an account that somebody reviews shows of its opening balance, as whoever checks
/// it is told.
fn opening(reviewer: &Person, whose: &str) -> Value {
    let [statement, checkpoint] =
        ["reviewed.json", "reviewed.checkpoint"].map(|it| reviewer.dir().with_extension(it));
    let line = ["review", "statement", whose, "--from", "2020-01-01", "--to", "2100-01-01"];
    reviewer.run(&[&line[..], &["--out", statement.to_str().unwrap()]].concat());
    reviewer.run(&["checkpoint", "--out", checkpoint.to_str().unwrap()]);
    let mut program = Command::new(binary("bcm-verify"));
    let done = program.arg(&statement).arg("--checkpoint").arg(&checkpoint).output().unwrap();
    let report: Value = serde_json::from_slice(&done.stdout).unwrap();
    assert!(done.status.success(), "{report}");
    let claims = report["claims"].as_array().unwrap();
    let opening = claims.iter().find(|claim| claim["claim"] == "opening_balance");
    opening.unwrap()["verdict"].clone()
}

/// Whoever may look proves the move to whom she likes: Rita, who got the key before the balance had
/// moved, by what came to her chat; and Sam, who is nobody's contact, by what his file brought.
fn reviewers_prove_it(net: &Devnet, alice: &Person, rita: &Person) {
    eventually("the proof with rita", || {
        alice.run(&["sync"]);
        rita.in_step(&["sync"]);
        let given = rita.run(&["review", "list"])["received"].as_array().unwrap().len() == 1;
        (given && opening(rita, "alice") == "proved").then_some(())
    });
    let seen = rita.in_step(&["review", "show", "alice"]);
    assert_eq!(seen["refused_proofs"], 0);

    let sam = net.person("sam");
    let card = sam.run(&["review", "card"])["card"].as_str().unwrap().to_owned();
    let file = net.folder("grant.bcmg");
    let path = file.to_str().unwrap();
    let history = alice.in_step(&["history"]);
    let month = &history["entries"][0]["time"].as_str().unwrap()[..7];
    let wish = ["--strength", "period", "--months", month, "--purpose", "tax", "--out", path];
    let given = alice.run(&[&["review", "grant", &card], &wish[..]].concat());
    sam.run(&["review", "import", path]);
    assert_eq!(opening(&sam, given["grant"]["serial"].as_str().unwrap()), "proved");
}
