//! The way out once the managers have switched ECDSA off: an account whose key no block has shown moves
//! with somebody else's commitment, one whose key was shown is told that it is too late.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Ledger, Person, eventually, units};
use serde_json::{Value, json};

fn address(person: &Person, kind: &str) -> String {
    let account = person.run(&["account", "show"]);
    account["account"]["addresses"][kind].as_str().unwrap().to_owned()
}

fn words(person: &Person) -> String {
    let document = person.run(&["account", "words"]);
    let words = document["words"].as_array().unwrap().iter();
    words.map(|word| word.as_str().unwrap()).collect::<Vec<_>>().join(" ")
}

fn stage(person: &Person) -> Value {
    person.run(&["rotation", "show"])["stage"].clone()
}

#[test]
fn an_account_that_never_signed_gets_away_with_somebody_elses_commitment() {
    let net = Devnet::with_interval(2, 250);
    let [olga, hank, rosa] = ["olga", "hank", "rosa"].map(|name| net.person(name));
    for person in [&olga, &hank, &rosa] {
        person.in_step(&["sync"]);
        person.run(&["faucet"]);
    }
    // Hank has moved in time; Rosa has only paid.
    hank.run(&["migrate", "--wait"]);
    rosa.run(&["sendtoaddress", &address(&hank, "ecdsa"), "1", "--wait"]);
    assert_eq!(stage(&olga), "not_needed");

    let ledger = Ledger::open(&net.bootstrap()[0]);
    let from = ledger.tip().plus(40);
    net.switches_off("ecdsa_off", from);
    eventually("the round of the switch-off", || (ledger.tip() > from).then_some(()));

    // Too late for her: she is told so, and nothing goes out.
    assert_eq!(stage(&rosa), "key_shown");
    rosa.refuses(&["migrate", "--wait"], "key_shown");

    // Olga's key does not sign before it may; she is told what to give to whom.
    let needed = olga.fails(&["migrate", "--wait"]);
    let show = olga.run(&["rotation", "show"]);
    let text = show["text"].as_str().unwrap();
    assert_eq!((needed.code.as_str(), &show["stage"]), ("rotation_needed", &"needed".into()));
    assert!(needed.message.contains(text), "{needed:?}");
    olga.refuses(&["sendtoaddress", &address(&hank, "falcon"), "1"], "ecdsa_off");
    olga.refuses(&["rotation", "commit", text], "ecdsa_off");

    // Hank pays for the commitment, once; it is no payment.
    hank.refuses(&["pay", text, "1"], "bad_link");
    hank.refuses(&["rotation", "commit", &format!("{text}0")], "wrong_network");
    let quote = hank.run(&["rotation", "commit", text, "--quote"]);
    assert_eq!((&quote["committed"], &quote["enough"]), (&false.into(), &true.into()));
    let committed = hank.run(&["rotation", "commit", text, "--wait"]);
    assert_eq!((&committed["state"], &committed["already"]), (&"final".into(), &false.into()));
    assert_eq!((&committed["fee"], units(&committed["fee"]) > 0), (&quote["fee"], true));
    let again = hank.run(&["rotation", "commit", text, "--wait"]);
    assert_eq!((&again["tx"], &again["already"]), (&committed["tx"], &true.into()));
    let entries = hank.run(&["history"]);
    let entries = entries["entries"].as_array().unwrap().iter();
    let paid: Vec<_> = entries.filter(|entry| entry["kind"] == "rotation").collect();
    let [paid] = paid[..] else { panic!("{paid:?}") };
    assert_eq!((&paid["tx"], &paid["fee"]), (&committed["tx"], &committed["fee"]));
    assert_eq!((&paid["amount"], &paid["counterparty"]), (&"0".into(), &Value::Null));
    // Nor does anybody else pay for it once more.
    let other = rosa.run(&["rotation", "commit", text]);
    assert_eq!((&other["tx"], &other["already"]), (&Value::Null, &true.into()));
    assert_eq!(other["round"], committed["round"]);

    let waits = olga.fails(&["migrate"]);
    let show = olga.run(&["rotation", "show"]);
    assert_eq!((waits.code.as_str(), &show["stage"]), ("rotation_waits", &"waits".into()));
    assert_eq!(show["ready"], json!(committed["round"].as_u64().unwrap() + 100));
    eventually("the commitment that is old enough", || (stage(&olga) == "ready").then_some(()));

    // Her words are all that it takes, on whatever device.
    let device = net.stranger("device");
    let args = ["account", "restore", "--name", "olga", "--bootstrap", &net.bootstrap()[0]];
    device.attempt_with_input(&args, &words(&olga)).unwrap();
    device.in_step(&["sync"]);
    let moved = device.run(&["migrate", "--wait"]);
    assert_eq!((&moved["state"], &moved["already"]), (&"final".into(), &false.into()));
    olga.in_step(&["sync"]);
    let found = olga.run(&["migrate", "--wait"]);
    assert_eq!((&found["tx"], &found["already"]), (&moved["tx"], &true.into()));
    assert_eq!(stage(&olga), "not_needed");

    // She pays again.
    let paid = olga.run(&["sendtoaddress", &address(&hank, "falcon"), "2", "--wait"]);
    assert_eq!(paid["state"], "final");
    let home = address(&olga, "ecdsa");
    let left = 100_000_000 - 2_000_000 - units(&moved["fee"]) - units(&paid["fee"]);
    assert_eq!(ledger.balance(&home), left);
    // The record of the commitment is used up; Hank still knows that he paid for it.
    let again = hank.run(&["rotation", "commit", text]);
    assert_eq!((&again["tx"], &again["already"]), (&committed["tx"], &true.into()));
}
