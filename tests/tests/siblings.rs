//! Two devices of the same words on a network: each knows what the other has on its way, wherever its
//! home worker is, and what one has announced or signed the other does not spend.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests may fail")]

use scenarios::harness::{Devnet, Person, eventually, units};
use serde_json::Value;

/// What the faucet gives.
const GIFT: u64 = 100_000_000;

/// A second device of hers that knows these nodes.
fn second_device(net: &Devnet, person: &Person, bootstrap: &[String]) -> Person {
    let shown = person.run(&["account", "words"]);
    let words = shown["words"].as_array().unwrap().iter().map(|word| word.as_str().unwrap());
    let words = words.collect::<Vec<_>>().join(" ");
    let device = net.stranger("phone");
    let mut args = vec!["account", "restore", "--name", "alice"];
    args.extend(bootstrap.iter().flat_map(|address| ["--bootstrap", address]));
    device.attempt_with_input(&args, &words).unwrap();
    device
}

fn history(person: &Person) -> Vec<Value> {
    person.in_step(&["history"])["entries"].as_array().unwrap().clone()
}

fn entry(person: &Person, tx: &Value) -> Option<Value> {
    history(person).into_iter().find(|entry| entry["tx"] == *tx)
}

fn balance(person: &Person) -> u64 {
    units(&person.in_step(&["balance"])["tokens"][0]["total"])
}

/// Pays on one device until the other knows of a payment what only the payer knows: on a busy computer
/// it may be sent before the other is told.
fn pays_and_knows(payer: &Person, other: &Person, memo: &str) {
    let (paid, known) = eventually("a payment that is known on the other device", || {
        let paid = payer.run(&["pay", "bob", "5", "--public", "--memo", memo]);
        let known = eventually("the payment on the other device", || entry(other, &paid["tx"]));
        (known["memo"] == memo).then_some((paid, known))
    });
    let on_its_way = known["state"] == "submitted";
    assert_eq!(known["elsewhere"], on_its_way, "{known}");
    eventually("its end", || {
        [payer, other]
            .iter()
            .all(|it| entry(it, &paid["tx"]).unwrap()["state"] == "final")
            .then_some(())
    });
    let settled = entry(other, &paid["tx"]).unwrap();
    assert_eq!((&settled["memo"], &settled["elsewhere"]), (&memo.into(), &false.into()));
}

#[test]
fn what_one_device_pays_the_other_knows_and_pays_beside_it() {
    let net = Devnet::start(2);
    let [alice, bob] = net.friends();
    let phone = second_device(&net, &alice, net.bootstrap());
    assert_eq!(history(&phone).len(), 1);
    history(&alice);
    pays_and_knows(&alice, &phone, "rent");

    // Both at once, several times over: each is paid once.
    let shown = bob.run(&["account", "show"]);
    let address = shown["account"]["addresses"]["ecdsa"].as_str().unwrap();
    let before = balance(&bob);
    for _ in 0..3 {
        let both = [&alice, &phone].map(|it| it.start(&["sendtoaddress", address, "1"]));
        let paid = both.map(|running| running.finish().unwrap());
        assert!(paid.iter().all(|paid| paid["tx"].is_string()), "{paid:?}");
        // The second one with the same nonce is signed anew, or over.
        eventually("the end of both", || {
            let open = |person| history(person).iter().any(|it| it["state"] == "submitted");
            (!open(&alice) && !open(&phone)).then_some(())
        });
    }
    let is_paid = |entry: &&Value| entry["amount"] == "1" && entry["state"] == "final";
    let paid = history(&alice).iter().filter(is_paid).count();
    assert!((3..=6).contains(&paid), "{paid}");
    assert_eq!(balance(&bob), before + 1_000_000 * u64::try_from(paid).unwrap());
    assert_eq!(balance(&alice), balance(&phone));
    assert!(balance(&alice) < GIFT);
}

#[test]
fn devices_at_two_workers_hear_of_each_other() {
    let net = Devnet::start(2);
    let [first, second] = net.bootstrap() else { panic!("two workers") };
    let alice = net.stranger("alice");
    alice.make_account(std::slice::from_ref(first));
    alice.run(&["faucet"]);
    let bob = net.stranger("bob");
    bob.make_account(net.bootstrap());
    let invite = bob.invite();
    alice.run(&["contact", "add", &invite]);
    // Which of two nodes a new profile chooses depends on its account alone.
    let account = alice.run(&["account", "show"]);
    let id = account["account"]["id"].as_str().unwrap();
    let odd = u8::from_str_radix(id.get(..2).unwrap(), 16).unwrap() % 2 == 1;
    let order = if odd { [first, second] } else { [second, first] };
    let phone = second_device(&net, &alice, &order.map(Clone::clone));
    history(&phone);
    history(&alice);
    pays_and_knows(&alice, &phone, "rent");
}
