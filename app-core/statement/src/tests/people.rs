//! What people get to see: tables, dust, foreign texts, a move to another key.

use super::*;

const CHINA: Zone<'static> = Zone { name: "Asia/Shanghai", offset: &|_| 8 * 3600 };

#[test]
fn a_table_has_both_times_and_no_formula() {
    let mut world = World::plain();
    let tx = world.pieces.entries[4].tx;
    let name = Some("=HYPERLINK(\"x\")".to_owned());
    let memo = Some(" \u{202e}@sum\n\"quoted\", twice".to_owned());
    world.pieces.told.insert(tx, Told { name, memo });
    let statement = world.statement();
    assert_eq!(verdict(&world.check(&statement.file())), (None, None));
    let table = csv(&statement, &CHINA);
    let lines: Vec<&str> = table.split("\r\n").collect();
    assert_eq!((lines.len(), lines[0]), (8, &*COLUMNS.join(",")));
    assert!(lines[1].starts_with(
        "2026-09-21T14:13:24.000Z,\"2026-09-21 22:13:24 +08:00\",\"Asia/Shanghai\",4,4,"
    ));
    assert!(lines[1].contains(",pay_in,in,1,,0,0,4,0,"), "{}", lines[1]);
    let told = ",\"'=HYPERLINK(\"\"x\"\")\",\" \u{fffd}@sum \"\"quoted\"\", twice\",1,public";
    assert!(lines[2].ends_with(told), "{}", lines[2]);
}

#[test]
fn a_run_of_dust_is_one_line_and_every_entry_is_in_the_file() {
    let dust = |number: u64| receipt(number, number, 1000, number * 1000);
    let entries: Vec<Entry> = (1..=600).map(dust).collect();
    let world = World::of(entries, vec![(person().public(), false)], (3, 599, 610));
    let statement = world.statement();
    let report = world.check(&statement.file());
    assert_eq!((verdict(&report), report.entries), ((None, None), 596));
    let rows = rows(&statement);
    assert_eq!((rows.len(), rows[0].count, &*rows[0].amount), (1, 596, "0.596"));
    assert_eq!(csv(&statement, &CHINA).lines().count(), 2);
}

#[test]
fn moving_to_falcon_is_one_typed_entry_in_one_statement() {
    let falcon = keys::Words::from_entropy([1; 32]).master().falcon_key();
    let mut entries = receipts(12);
    let changed =
        [(EntryKind::KeyAdded, falcon.public()), (EntryKind::KeyRetired, person().public())];
    for (entry, (kind, key)) in entries[5..7].iter_mut().zip(changed) {
        *entry = Entry {
            kind,
            round: Round(6),
            delta: Deltas::default(),
            counterparty: Some(key.address()),
            abc: Amount::new(5_000_000),
            ..entry.clone()
        };
    }
    for (entry, number) in entries[7..].iter_mut().zip(6..) {
        entry.abc = Amount::new(number * 1_000_000);
        entry.via_retired = true;
    }
    let keys = vec![(person().public(), true), (falcon.public(), false)];
    let mut world = World::of(entries, keys, (0, 12, 15));
    world.pieces.key = falcon.public();
    let mut statement = Statement::of(world.pieces.clone()).unwrap();
    let mut rng: rand::rngs::StdRng = rand::SeedableRng::from_seed([3; 32]);
    statement.exporter.signature = falcon.sign(&statement.digest(), &mut rng).to_vec();
    let report = world.check(&statement.file());
    assert_eq!((verdict(&report), report.by_owner), ((None, None), true));
    assert_eq!(statement.held_before().abc, Amount::ZERO);
    let kinds: Vec<_> = rows(&statement).iter().map(|row| row.kind).collect();
    assert_eq!(kinds[4..8], ["pay_in", "key_added", "key_retired", "pay_in"]);
    assert_eq!(kinds.len(), 12);
}

#[test]
fn foreign_text_stays_on_its_line_and_turns_nothing() {
    assert_eq!(
        harmless("a\u{1b}[2J\r\nb\u{2066}c\u{200b}\u{feff}\u{7f}"),
        "a\u{fffd}[2J b\u{fffd}c\u{fffd}\u{fffd}\u{fffd}"
    );
    assert_eq!(harmless("谢谢 – ok"), "谢谢 – ok");
}

#[test]
fn an_entry_of_every_kind_reads_back() {
    let envelope = ledger::RedEnvelopeId([6; 32]);
    let plain = (0..=255_u8).filter_map(|tag| wire::Decode::from_bytes(&[tag]).ok());
    let more = [
        EntryKind::FoldedIn { count: 3, history: [4; 32] },
        EntryKind::EnvelopeOut { envelope },
        EntryKind::EnvelopeIn { envelope },
        EntryKind::EnvelopeBack { envelope },
    ];
    let kinds: Vec<EntryKind> = plain.chain(more).collect();
    assert!(kinds.len() > 25);
    for kind in kinds {
        let delta =
            Deltas { abc: Delta::minus(5), abit: Delta::plus(5000), bonded: Delta::minus(1) };
        let entry = Entry { kind, delta, via_retired: true, ..receipt(1, 1, 0, 0) };
        let (name, memo) = (Some("名".to_owned()), None);
        let line = Line { entry, time: at(1), name, memo, mark: [9; 8] };
        let json = Json::parse(line.to_json().canonical().as_bytes()).unwrap();
        assert_eq!(Line::from_json(&json), Some(line));
    }
}
