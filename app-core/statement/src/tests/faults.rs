//! Each way to falsify a statement, with its own word; signed again wherever the exporter himself
//! could have done it.

use super::*;

/// Signs a changed statement again and asserts what is said of it.
#[track_caller]
fn check(world: &World, change: impl FnOnce(&mut Statement), why: &str, entry: Option<usize>) {
    let mut statement = world.statement();
    change(&mut statement);
    let report = world.check(&sign(statement).file());
    assert_eq!(verdict(&report), (Some(why), entry), "{:?}", report.verdicts[0]);
    assert!(report.failed());
}

/// Gives the lines the numbers and marks that they would have.
fn smooth(statement: &mut Statement) {
    let mut history = statement.before.1;
    let mut counter = statement.before.0;
    if let Some(previous) = &statement.previous {
        (history, counter) = (previous.next_hash(&history), previous.counter);
    }
    for line in &mut statement.lines {
        counter += 1;
        line.entry.counter = counter;
        history = line.entry.next_hash(&history);
        line.mark = line::mark(&history);
    }
}

#[test]
fn a_statement_as_it_was_made_is_proved() {
    let world = World::plain();
    let statement = world.statement();
    assert_eq!(statement.lines.len(), 6);
    assert_eq!(statement.held_before().abc, Amount::new(3_000_000));
    assert_eq!(statement.held_after().abc, Amount::new(9_000_000));
    let report = world.check(&statement.file());
    assert_eq!((verdict(&report), report.by_owner), ((None, None), true));
    assert_eq!((report.entries, report.closed_round), (6, Round(9)));
    let (read, wrong) = Statement::from_json(&statement.to_json()).unwrap();
    assert_eq!((read, wrong), (statement, None));
}

#[test]
fn the_bytes_of_a_statement_are_frozen() {
    let statement = World::plain().statement();
    assert_eq!(
        hex::encode(statement.digest()),
        "a44215f44aa080c4554c7abb8f7566a88b05094a6ca3b0916d61fcd565984a3c"
    );
    let file = statement.file();
    assert_eq!(
        hex::encode(hash("", &[file.as_bytes()])),
        "af47630eb2bc72e5b5e104fd679cd42f59189f5f1a4621943c4bf6c9954264ac"
    );
}

#[test]
fn a_removed_entry_is_missed_wherever_it_was() {
    let world = World::plain();
    check(&world, |it| drop(it.lines.remove(0)), "entry_removed", Some(0));
    check(&world, |it| drop(it.lines.remove(3)), "entry_removed", Some(3));
    check(&world, |it| drop(it.lines.pop()), "entry_removed", None);
    check(&world, |it| it.tail.truncate(1), "entry_removed", None);
    let first = |it: &mut Statement| it.tail = it.tail.split_off(1);
    check(&world, first, "entry_removed", None);
    check(&world, |it| it.tail.clear(), "entry_removed", None);
    let renumbered = |it: &mut Statement| {
        it.lines.remove(2);
        it.tail.clear();
        smooth(it);
    };
    check(&world, renumbered, "entry_removed", None);
}

#[test]
fn an_entry_is_not_hidden_before_the_period_nor_behind_it() {
    let world = World::plain();
    let hide = |it: &mut Statement| {
        let hidden = it.lines.remove(0);
        let previous = it.previous.replace(hidden.entry).unwrap();
        it.before = (previous.counter, previous.next_hash(&it.before.1));
    };
    check(&world, hide, "entry_removed", Some(0));
    let delay = |it: &mut Statement| {
        let hidden = it.lines.pop().unwrap();
        it.tail.insert(0, hidden.entry);
    };
    check(&world, delay, "entry_removed", None);
    check(&world, |it| it.previous = None, "entry_removed", Some(0));
    check(&world, |it| it.before.0 = 0, "entry_removed", Some(0));
}

#[test]
fn an_added_entry_is_one_too_many() {
    let world = World::plain();
    let twice = |it: &mut Statement| it.lines.insert(3, it.lines[2].clone());
    check(&world, twice, "entry_added", Some(3));
    let more = |it: &mut Statement| {
        it.lines.push(it.lines[5].clone());
        smooth(it);
    };
    check(&world, more, "entry_added", Some(6));
    let open = World::of(receipts(9), vec![(person().public(), false)], (3, 9, 15));
    check(&open, more, "entry_added", Some(6));
}

#[test]
fn a_changed_entry_is_named() {
    let world = World::plain();
    let richer = |it: &mut Statement| it.lines[2].entry.delta.abc = Delta::plus(2_000_000);
    check(&world, richer, "entry_changed", Some(2));
    check(
        &world,
        |it| it.lines[4].entry.counterparty = Some(address_of(8)),
        "entry_changed",
        Some(4),
    );
    check(&world, |it| it.lines[1].mark = [0; 8], "entry_changed", Some(1));
    check(&world, |it| it.tail[0].nonce = 9, "entry_changed", None);
    let all = |it: &mut Statement| {
        it.lines[2].entry.delta.abc = Delta::plus(2_000_000);
        smooth(it);
    };
    check(&world, all, "entry_changed", Some(2));
    check(&world, |it| it.lines[3].time = at(9), "entry_changed", Some(4));
    check(&world, |it| it.lines[5].time = at(10), "entry_changed", Some(5));
}

#[test]
fn entries_that_changed_places_have_moved() {
    let world = World::plain();
    check(&world, |it| it.lines.swap(1, 2), "entry_moved", Some(1));
    check(&world, |it| it.lines.rotate_left(1), "entry_moved", Some(0));
    let contents = |it: &mut Statement| {
        it.lines.swap(1, 2);
        smooth(it);
    };
    check(&world, contents, "entry_changed", Some(1));
}

#[test]
fn a_boundary_moved_by_one_round_proves_nothing() {
    let world = World::plain();
    for (opening, closing) in [(2, 9), (4, 9), (3, 8), (3, 10)] {
        let bounds = (world.chain.boundary(opening), world.chain.boundary(closing));
        check(&world, |it| (it.opening, it.closing) = bounds, "bad_proof", None);
    }
    // Headers that are not adjacent, of no chain, or proved under nothing.
    check(&world, |it| it.closing.next = Some(world.chain.proved(11)), "bad_proof", None);
    check(&world, |it| it.opening.last = None, "bad_proof", None);
    check(&world, |it| it.opening.next = None, "bad_proof", None);
    check(&world, |it| it.closing.next = None, "bad_proof", None);
    let redated = |it: &mut Statement| it.closing.last.as_mut().unwrap().header.time = at(8);
    check(&world, redated, "bad_proof", None);
    let unproved = |it: &mut Statement| it.closing.last.as_mut().unwrap().path = None;
    check(&world, unproved, "bad_proof", None);
    check(&world, |it| it.to = at(9), "bad_proof", None);
    check(&world, |it| it.from = at(3), "bad_proof", None);
}

#[test]
fn a_statement_up_to_the_newest_header_claims_no_more() {
    let world = World::of(receipts(15), vec![(person().public(), false)], (3, 15, 15));
    assert_eq!(verdict(&world.check(&world.statement().file())), (None, None));
    check(&world, |it| it.to = at(16), "bad_proof", None);
    check(&world, |it| it.to = at(15), "bad_proof", None);
}

#[test]
fn a_period_without_entries_and_an_account_without_any_are_proved() {
    let keys = || vec![(person().public(), false)];
    for (entries, bounds) in
        [(3, (5, 9, 15)), (12, (0, 15, 15)), (0, (3, 9, 15)), (12, (12, 12, 15))]
    {
        let world = World::of(receipts(entries), keys(), bounds);
        assert_eq!(verdict(&world.check(&world.statement().file())), (None, None), "{bounds:?}");
    }
}

#[test]
fn another_account_or_state_is_not_proved() {
    let world = World::plain();
    check(&world, |it| it.subject.address = address_of(8), "bad_proof", None);
    let richer = |it: &mut Statement| it.proof.account.as_mut().unwrap().counter = 6;
    check(&world, richer, "bad_proof", None);
    check(&world, |it| it.proof.round = Round(14), "bad_proof", None);
    check(&world, |it| it.steps.clear(), "bad_proof", None);
}

#[test]
fn only_a_key_that_counts_signs() {
    let world = World::plain();
    let mut statement = world.statement();
    statement.subject.name = Some("bob".to_owned());
    assert_eq!(verdict(&world.check(&statement.file())), (Some("bad_signature"), None));
    statement.exporter.signature.clear();
    assert_eq!(verdict(&world.check(&statement.file())), (Some("bad_signature"), None));

    let falcon = keys::Words::from_entropy([1; 32]).master().falcon_key().public();
    for (keys, why, by_owner) in [
        (vec![(person().public(), true), (falcon.clone(), false)], Some("bad_signature"), false),
        (vec![(person().public(), false), (falcon, false)], Some("bad_signature"), true),
        (vec![], None, true),
    ] {
        let world = World::of(receipts(12), keys, (3, 9, 15));
        let report = world.check(&world.statement().file());
        assert_eq!((verdict(&report), report.by_owner), ((why, None), by_owner));
    }
    // Whoever else exported it says so by his key.
    let keys = vec![(testkit::person(5).public(), false)];
    let report = World::of(receipts(12), keys, (3, 9, 15));
    let report = report.check(&report.statement().file());
    assert_eq!((verdict(&report), report.by_owner), ((None, None), false));
}

#[test]
fn what_the_file_says_for_people_is_what_it_proves() {
    let world = World::plain();
    let file = world.statement().file();
    // Not signed by anybody, so that every altered digit is refused; here it counts by which word.
    for (from, to, why) in [
        ("\"closing\":{\"abc\":\"9\"", "\"closing\":{\"abc\":\"90\"", "bad_proof"),
        ("\"closing_round\":9", "\"closing_round\":8", "bad_proof"),
        ("\"direction\":\"in\"", "\"direction\":\"out\"", "entry_changed"),
        ("\"abc\":\"1\"", "\"abc\":\"1.0\"", "entry_changed"),
        ("\"kind\":\"pay_in\"", "\"kind\":\"gift\"", "entry_changed"),
        ("\"schema\":", "\"note\":\"paid in full\",\"schema\":", "bad_proof"),
        ("The same person may own others.", "", "bad_proof"),
    ] {
        assert!(file.contains(from), "{from}");
        let report = world.check(&file.replacen(from, to, 1));
        assert_eq!(verdict(&report).0, Some(why), "{to}");
    }
    // Written by another program, it is the same statement.
    let spaced = file.replace("\":", "\": ").replace("A3", "\\u00413");
    assert_eq!(verdict(&world.check(&spaced)), (None, None));
}

#[test]
fn one_kind_of_statement_does_not_pass_for_another() {
    let world = World::plain();
    let file = world.statement().file();
    for schema in
        ["bcm-receipts-statement-v1", "bcm-payment-disclosure-v1", "bcm-period-statement-v1"]
    {
        let other = file.replace(SCHEMA, schema);
        let checkpoint = world.chain.checkpoint(15);
        assert!(verify(other.as_bytes(), &checkpoint, at(15)).is_err(), "{schema}");
    }
}

#[test]
fn every_byte_of_a_statement_counts() {
    let world = World::plain();
    let file = world.statement().file();
    let checkpoint = world.chain.checkpoint(15);
    for place in (0..file.len() - 1).step_by(211) {
        let mut bytes = file.clone().into_bytes();
        bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
        let proved = verify(&bytes, &checkpoint, at(15)).is_ok_and(|report| !report.failed());
        assert!(!proved, "byte {place}: {}", &file[place.saturating_sub(20)..place + 1]);
        fuzz::fuzz_statement(&bytes[..bytes.len() / 2]);
        fuzz::fuzz_statement(&bytes[..place]);
    }
}
