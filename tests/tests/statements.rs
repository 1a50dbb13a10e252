//! Statements with the real programs: made by one person, checked by another with a checkpoint of
//! their own, refused once anything was altered.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests may")]

use scenarios::harness::{Devnet, Person, binary, eventually};
use serde_json::{Value, json};
use std::fs::{read_to_string, write};
use std::path::{Path, PathBuf};
use std::process::Command;

const PERIOD: [&str; 4] = ["--from", "2020-01-01", "--to", "2100-01-01"];

/// Has a person write a statement; returns its file and what was printed.
fn statement(person: &Person, of: &str, format: &str) -> (PathBuf, Value) {
    let file = person.dir().with_extension(format!("{of}.{format}"));
    let out = file.to_str().unwrap();
    let line = [&["review", "statement", of, "--format", format, "--out", out], &PERIOD[..]];
    let printed = person.run(&line.concat());
    assert_eq!((&printed["statement"], &printed["format"]), (&out.into(), &format.into()));
    (file, printed)
}

fn checkpoint(person: &Person) -> PathBuf {
    let file = person.dir().with_extension("checkpoint");
    person.run(&["sync"]);
    person.run(&["checkpoint", "--out", file.to_str().unwrap()]);
    file
}

/// The exit code and what was printed.
fn check(statement: &Path, checkpoint: &Path) -> (i32, Value) {
    check_with(statement, checkpoint, &[])
}

/// The same with keys or a stream.
fn check_with(statement: &Path, checkpoint: &Path, more: &[&str]) -> (i32, Value) {
    let mut program = Command::new(binary("bcm-verify"));
    program.arg(statement).arg("--checkpoint").arg(checkpoint).args(more);
    let done = program.output().unwrap();
    let code = done.status.code().unwrap();
    let out = if done.stdout.is_empty() { &done.stderr } else { &done.stdout };
    assert_eq!(out.iter().filter(|byte| **byte == b'\n').count(), 1);
    (code, serde_json::from_slice(out).unwrap())
}

#[track_caller]
fn refused(statement: &Path, changed: &Value, checkpoint: &Path, why: &str, entry: Option<u64>) {
    let file = statement.with_extension("changed");
    write(&file, serde_json::to_string_pretty(changed).unwrap()).unwrap();
    let (code, report) = check(&file, checkpoint);
    let claim = &report["claims"][0];
    assert_eq!((code, &claim["verdict"]), (1, &"failed".into()));
    assert_eq!((claim["why"].as_str().unwrap(), claim["entry"].as_u64()), (why, entry));
    assert!(claim["detail"].is_string());
}

#[test]
fn a_statement_proves_itself_to_whoever_has_a_checkpoint() {
    let net = Devnet::start(2);
    let [alice, bob] = ["alice", "bob"].map(|name| net.person(name));
    alice.run(&["contact", "add", &bob.invite()]);
    bob.run(&["sync"]);
    alice.run(&["faucet"]);
    bob.run(&["faucet"]);
    alice.run(&["pay", "bob", "5", "--memo", "=rent, \"May\"", "--public", "--wait"]);
    bob.run(&["pay", "alice", "2", "--public", "--wait"]);
    alice.run(&["migrate", "--wait"]);
    a_private_payment_is_reviewed(&alice, &bob);
    bob.run(&["pay", "alice", "1", "--public", "--wait"]);

    let before = checkpoint(&bob);
    let earlier = bob.dir().with_extension("earlier");
    std::fs::copy(before, &earlier).unwrap();
    let (file, printed) = statement(&alice, "me", "json");
    let count = printed["entries"].as_u64().unwrap();
    let balance = alice.run(&["balance"]);
    assert_eq!(printed["opening"], "0");
    assert_eq!(printed["closing"], balance["tokens"][0]["total"]);

    // Before it, of its own round, and behind it.
    for checkpoint in [earlier, checkpoint(&bob), checkpoint(&alice)] {
        let (code, report) = check(&file, &checkpoint);
        let claim = &report["claims"][0];
        assert_eq!((code, &claim["verdict"], &claim["why"]), (0, &"proved".into(), &Value::Null));
        let verdicts = [1, 2, 3].map(|claim| report["claims"][claim]["verdict"].clone());
        assert_eq!(verdicts, ["proved", "not_checked", "not_checked"]);
        assert_eq!(report["entries"], count);
        assert_eq!(report["closed_round"], printed["closed_round"]);
        assert_eq!(report["exporter"], "owner");
        assert!(!report["limits"].as_array().unwrap().is_empty());
    }

    // One history over the move to another key, with names and memos.
    let whole: Value = serde_json::from_str(&read_to_string(&file).unwrap()).unwrap();
    let entries = whole["entries"].as_array().unwrap();
    let kinds: Vec<&str> = entries.iter().map(|entry| entry["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "key_added").count(), 1);
    assert_eq!(kinds.last(), Some(&"pay_in"));
    let paid = entries.iter().find(|entry| entry["kind"] == "pay_out").unwrap();
    assert_eq!((&paid["name"], &paid["memo"]), (&"bob".into(), &"=rent, \"May\"".into()));
    assert!(whole["exporter"]["address"].as_str().unwrap().starts_with('F'));

    // Anything altered is refused, each with its word.
    let trusted = checkpoint(&bob);
    let altered = |change: fn(&mut Vec<Value>)| {
        let mut altered = whole.clone();
        change(altered["entries"].as_array_mut().unwrap());
        altered
    };
    let removed = altered(|it| drop(it.remove(1)));
    refused(&file, &removed, &trusted, "entry_removed", Some(1));
    let cut = altered(|it| drop(it.pop()));
    refused(&file, &cut, &trusted, "entry_removed", None);
    let added = altered(|it| it.insert(1, it[0].clone()));
    refused(&file, &added, &trusted, "entry_added", Some(1));
    let changed = altered(|it| it[0]["abc"] = "99".into());
    refused(&file, &changed, &trusted, "entry_changed", Some(0));
    let moved = altered(|it| it.swap(0, 1));
    refused(&file, &moved, &trusted, "entry_moved", Some(0));
    let named = altered(|it| it[0]["name"] = "carol".into());
    refused(&file, &named, &trusted, "bad_signature", None);
    let mut period = whole.clone();
    period["period"]["to"] = "2100-01-01T00:00:00.000Z".into();
    refused(&file, &period, &trusted, "bad_proof", None);
    let mut other: Value = serde_json::from_str(&read_to_string(&trusted).unwrap()).unwrap();
    other["header"] = "ab".repeat(32).into();
    other["committee"] = "ab".repeat(32).into();
    let wrong = trusted.with_extension("wrong");
    write(&wrong, other.to_string()).unwrap();
    refused(&file, &whole, &wrong, "wrong_checkpoint", None);

    // A table in which nothing is computed, and what a contact's account shows everybody.
    let (table, _) = statement(&alice, "me", "csv");
    let table = read_to_string(table).unwrap();
    assert!(table.starts_with("time_utc,time_local,zone,number,round,transaction,kind,"));
    assert!(table.contains(",\"bob\",\"'=rent, \"\"May\"\"\",1,public\r\n"), "{table}");
    let (public, _) = statement(&alice, "bob", "json");
    let (code, report) = check(&public, &trusted);
    assert_eq!((code, &report["exporter"]), (0, &"other".into()));
    private(&alice, &bob);
}

/// Bob may look at Alice's month: he sees what is private in it with its key, by his own light node.
fn a_private_payment_is_reviewed(alice: &Person, bob: &Person) {
    let history = alice.in_step(&["history"]);
    let month = &history["entries"][0]["time"].as_str().unwrap()[..7];
    let wish = ["--strength", "period", "--months", month, "--purpose", "tax year 2026"];
    alice.run(&[&["review", "grant", "bob"], &wish[..]].concat());
    let paid = alice.run(&["pay", "bob", "3", "--memo", "quietly", "--wait"]);
    let own = alice.in_step(&["balance"]);
    let private = eventually("the private payment is seen", || {
        bob.in_step(&["sync"]);
        let seen = bob.attempt(&["review", "show", "alice"]).ok()?;
        assert_eq!((&seen["pool"], &seen["months"]), (&json!("months"), &json!([month])));
        assert_eq!(seen["undisclosed_outflow"], "0");
        let same = seen["tokens"][0]["private"] == own["tokens"][0]["private"];
        let entries = seen["entries"].as_array().unwrap().clone();
        entries.into_iter().find(|entry| entry["private"] == true).filter(|_| same)
    });
    assert_eq!((&private["direction"], &private["amount"]), (&json!("out"), &json!("3")));
    assert_eq!((&private["memo"], &private["remark"]), (&json!("quietly"), &Value::Null));
    assert_eq!(private["fee"], paid["fee"]);
}

/// What was paid privately is in both statements, and with keys and stream all of it is shown.
fn private(alice: &Person, bob: &Person) {
    for (person, kind, name) in [(alice, "bundles", "bob"), (bob, "notes", "alice")] {
        let beside = ["key", "stream", "private.json"].map(|it| person.dir().with_extension(it));
        let [key, stream, out] = beside.each_ref().map(|path| path.to_str().unwrap());
        let line = ["review", "statement", "me", "--key", key, "--stream", stream, "--out", out];
        let printed = person.run(&[&line[..], &PERIOD[..]].concat());
        assert_eq!((&printed["key"], &printed["stream"]), (&key.into(), &stream.into()));
        assert_eq!(printed["closing"], person.run(&["balance"])["tokens"][0]["total"]);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(key).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let trusted = checkpoint(person);
        let (code, report) =
            check_with(Path::new(out), &trusted, &["--key", key, "--stream", stream]);
        let claims = report["claims"].as_array().unwrap();
        let verdicts: Vec<&str> =
            claims.iter().map(|claim| claim["verdict"].as_str().unwrap()).collect();
        // Nothing was carried from month to month.
        let expected = ["proved", "proved", "proved", "proved", "not_checked", "not_checked"];
        assert_eq!((code, &verdicts[..]), (0, &expected[..]), "{report}");
        let whole: Value = serde_json::from_str(&read_to_string(out).unwrap()).unwrap();
        let listed = whole["pool"][kind].as_array().unwrap();
        let told = |it: &Value| if kind == "notes" { it.clone() } else { it["outputs"][0].clone() };
        let quiet = listed.iter().map(told).find(|it| it["memo"] == "quietly").unwrap();
        assert_eq!((&quiet["amount"], &quiet["name"]), (&"3".into(), &name.into()));

        // A byte of a point in the stream: it is not the log any more.
        let mut bytes = std::fs::read(stream).unwrap();
        let place = bytes.len() - 100;
        bytes[place] ^= 1;
        write(stream, bytes).unwrap();
        let (code, report) =
            check_with(Path::new(out), &trusted, &["--key", key, "--stream", stream]);
        let (sent, received) = (&report["claims"][2], &report["claims"][3]);
        assert_eq!((code, &sent["verdict"]), (1, &"proved".into()));
        assert_eq!(
            (&received["verdict"], &received["why"]),
            (&"failed".into(), &"bad_proof".into())
        );
    }
    receipts(bob);
}

/// What was received alone, without balances, in a form that does not pass for the other one.
fn receipts(bob: &Person) {
    let beside = ["key", "stream", "receipts.json"].map(|it| bob.dir().with_extension(it));
    let [key, stream, out] = beside.each_ref().map(|path| path.to_str().unwrap());
    let more = ["--receipts", "--key", key, "--stream", stream, "--out", out];
    let line = ["review", "statement", "me"];
    let printed = bob.run(&[&line[..], &more[..], &PERIOD[..]].concat());
    assert_eq!((&printed["opening"], &printed["closing"]), (&Value::Null, &Value::Null));
    let trusted = checkpoint(bob);
    let more = ["--key", key, "--stream", stream];
    let (code, report) = check_with(Path::new(out), &trusted, &more);
    let claims = report["claims"].as_array().unwrap();
    let of = |at: usize| (claims[at]["claim"].clone(), claims[at]["verdict"].clone());
    assert_eq!((code, claims.len(), report["entries"].as_u64()), (0, 2, Some(1)), "{report}");
    assert_eq!(of(0), ("receipts".into(), "proved".into()));
    assert_eq!(of(1), ("incoming_complete".into(), "proved".into()));
    let file = read_to_string(out).unwrap();
    write(out, file.replace("bcm-receipts-statement-v1", "bcm-period-statement-v3")).unwrap();
    let (code, report) = check(Path::new(out), &trusted);
    assert_eq!((code, &report["error"]["code"]), (1, &"malformed".into()));
}

#[test]
fn what_cannot_be_a_statement_is_refused_in_words() {
    let net = Devnet::start(2);
    let alice = net.person("alice");
    alice.run(&["faucet"]);
    let out = alice.dir().with_extension("s.json");
    let out = out.to_str().unwrap();
    let line = |from, to| ["review", "statement", "me", "--from", from, "--to", to, "--out", out];
    alice.refuses(&line("2026-01-02", "2026-01-01"), "usage");
    alice.refuses(&line("yesterday", "2100-01-01"), "usage");
    alice.refuses(&line("2098-01-01", "2100-01-01"), "no_network");
    alice.refuses(&[&["--offline"], &line("2020-01-01", "2100-01-01")[..]].concat(), "no_network");
    assert!(!Path::new(out).exists());
    write(out, "{}").unwrap();
    let (code, error) = check(Path::new(out), &checkpoint(&alice));
    assert_eq!((code, &error["error"]["code"]), (1, &"malformed".into()));
}
