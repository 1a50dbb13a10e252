//! Statements of receipts: what incoming keys show and no more, and how one is falsified
//! (`money-and-mail.md` C5).

use super::pooled::*;
use super::*;
use crate::receipts::{Receipt, Receipts};
use std::sync::OnceLock;

fn world() -> &'static PoolWorld {
    static WORLD: OnceLock<PoolWorld> = OnceLock::new();
    WORLD.get_or_init(|| PoolWorld::of(Pooled::new()))
}

fn incoming() -> ReviewKeys {
    ReviewKeys::new(CHAIN, vec![], vec![alice().incoming().unwrap()])
}

/// The receipts of rounds 4 to 9: half of one in round 5, 0.07 in round 7.
fn receipts() -> Receipts {
    let statement = world().world.statement();
    let part = statement.pool.unwrap();
    let opening = statement.opening.round();
    let paid = part
        .notes
        .into_iter()
        .filter(|note| note.scope == shielded::Scope::External && note.round > opening);
    let receipt = |note: PoolNote| Receipt {
        period: note.period,
        note: note.note,
        witness: note.witness,
        round: note.round,
        made: note.made,
        time: note.time,
        name: None,
        memo: Some("rent".to_owned()),
    };
    signed(Receipts {
        chain: statement.chain,
        from: statement.from,
        to: statement.to,
        subject: statement.subject,
        opening: statement.opening,
        closing: statement.closing,
        steps: statement.steps,
        cell: part.cell,
        since: part.since,
        accounts: part.accounts.iter().map(|it| (it.period, it.incoming)).collect(),
        receipts: paid.map(receipt).collect(),
        exporter: Receipts::unsigned(person().public()),
    })
}

fn signed(mut receipts: Receipts) -> Receipts {
    receipts.exporter.signature = person().sign(&receipts.digest()).to_vec();
    receipts
}

fn outcomes(file: &str, keys: Option<&ReviewKeys>, stream: Option<&[u8]>) -> [Outcome; 2] {
    let report = world().check(file, keys, stream);
    let claims: Vec<_> = report.verdicts.iter().map(|it| it.claim).collect();
    assert_eq!(claims, [Claim::Receipts, Claim::IncomingComplete]);
    [report.verdicts[0].outcome, report.verdicts[1].outcome]
}

#[test]
fn receipts_are_proved_offline_and_complete_with_key_and_stream() {
    let (file, stream) = (receipts().file(), world().stream());
    let [listed, whole] = outcomes(&file, None, None);
    assert_eq!(listed, Outcome::Proved);
    assert!(matches!(whole, Outcome::NotChecked(_)));
    assert_eq!(outcomes(&file, Some(&incoming()), Some(&stream)), [Outcome::Proved; 2]);
    let full = ReviewKeys::new(CHAIN, vec![alice()], vec![]);
    assert_eq!(outcomes(&file, Some(&full), Some(&stream)), [Outcome::Proved; 2]);
    for hidden in ["closing\":\"", "opening\":\"", "balance\"", "nullifier"] {
        assert!(!file.contains(hidden), "{hidden}");
    }
    let read = Receipts::from_json(&Json::parse(file.as_bytes()).unwrap()).unwrap();
    assert_eq!(read, receipts());
    let table = csv_of(receipts().rows(), &Zone { name: "UTC", offset: &|_| 0 });
    assert_eq!(table.lines().count(), 1 + 2);
    assert!(table.contains(",private_in,in,0.5,"), "{table}");
}

#[test]
fn one_kind_of_statement_does_not_pass_for_the_other() {
    let checkpoint = world().world.chain.checkpoint(ROUNDS);
    let (period, receipts) = (world().world.statement().file(), receipts().file());
    for (file, own, other) in
        [(&period, SCHEMA, RECEIPTS_SCHEMA), (&receipts, RECEIPTS_SCHEMA, SCHEMA)]
    {
        let swapped = file.replacen(own, other, 1);
        assert_ne!(*file, swapped);
        assert!(verify(swapped.as_bytes(), &checkpoint, at(ROUNDS)).is_err(), "{own}");
    }
}

#[test]
fn receipts_are_neither_removed_nor_added_changed_or_moved() {
    let stream = world().stream();
    let check = |change: fn(&mut Receipts)| {
        let mut it = receipts();
        change(&mut it);
        outcomes(&signed(it).file(), Some(&incoming()), Some(&stream))
    };
    let refused = |change: fn(&mut Receipts), why: Why, entry| {
        let Outcome::Failed(flaw) = check(change)[0] else { panic!("{why:?}") };
        assert_eq!((flaw.why, flaw.entry), (why, entry), "{flaw:?}");
    };
    let [listed, whole] = check(|it| drop(it.receipts.remove(0)));
    assert_eq!(listed, Outcome::Proved);
    let Outcome::Failed(flaw) = whole else { panic!("{whole:?}") };
    assert_eq!((flaw.why, flaw.place.unwrap().0), (Why::EntryRemoved, Round(5)));
    refused(|it| it.receipts.insert(1, it.receipts[0].clone()), Why::EntryAdded, Some(1));
    refused(|it| it.receipts.swap(0, 1), Why::EntryMoved, Some(1));
    refused(|it| it.receipts[1].round = Round(6), Why::EntryChanged, Some(1));
    refused(|it| it.receipts[0].note.value = Amount::new(1), Why::EntryChanged, Some(0));
    refused(|it| it.receipts[0].time = at(12), Why::EntryChanged, Some(0));
    refused(|it| it.closing.last = it.opening.last.clone(), Why::BadProof, None);
    refused(|it| it.since = it.closing.clone(), Why::BadProof, None);
}

#[test]
fn a_note_of_somebody_else_and_a_foreign_signature_are_refused() {
    let it = receipts();
    let bob = spender(2).viewing_key().incoming().unwrap();
    let own = (it.accounts[0].0, bob.fingerprint());
    let keys = ReviewKeys::new(CHAIN, vec![], vec![bob]);
    let claimed = signed(Receipts { accounts: vec![own], ..it.clone() });
    let [listed, _] = outcomes(&claimed.file(), Some(&keys), None);
    assert!(matches!(listed, Outcome::Failed(Flaw { why: Why::EntryChanged, entry: Some(0), .. })));
    let file = it.file().replacen("\"memo\":\"rent\"", "\"memo\":\"gift\"", 1);
    let [listed, _] = outcomes(&file, None, None);
    assert!(matches!(listed, Outcome::Failed(Flaw { why: Why::BadSignature, .. })));
}
