//! The four claims about money in the pool, and each way to falsify what is listed of it.

use super::pooled::*;
use super::*;
use shielded::{Memo, Scope};
use std::sync::OnceLock;
use wire::Decode;

fn world() -> &'static PoolWorld {
    static WORLD: OnceLock<PoolWorld> = OnceLock::new();
    WORLD.get_or_init(|| PoolWorld::of(Pooled::new()))
}

fn viewing() -> ReviewKeys {
    ReviewKeys::new(CHAIN, vec![alice()], vec![])
}

/// Each claim in a word, and what is said of the first that failed.
fn words(report: &Report) -> ([&'static str; 4], Option<Flaw>) {
    let word = |outcome: Outcome| match outcome {
        Outcome::Proved => "proved",
        Outcome::Failed(_) => "failed",
        Outcome::Stated => Outcome::STATED,
        Outcome::NotChecked(words) => words,
    };
    let mut flaws = report.verdicts.iter().filter_map(|verdict| match verdict.outcome {
        Outcome::Failed(flaw) => Some(flaw),
        Outcome::Proved | Outcome::Stated | Outcome::NotChecked(_) => None,
    });
    let all: Vec<_> = report.verdicts.iter().take(4).map(|verdict| word(verdict.outcome)).collect();
    (all.try_into().unwrap(), flaws.next())
}

const NO_KEY: &str = "cannot be checked without the viewing key";
const NO_STREAM: &str = "not checked: needs the pool stream or your own node";

fn pool(statement: &mut Statement) -> &mut PoolPart {
    statement.pool.as_mut().unwrap()
}

/// Changes a statement, signs it again and gives all that a reader may have.
fn altered(change: impl FnOnce(&mut PoolPart)) -> ([&'static str; 4], Option<Flaw>) {
    let mut statement = world().world.statement();
    change(pool(&mut statement));
    let stream = world().stream();
    words(&world().check(&sign(statement).file(), Some(&viewing()), Some(&stream)))
}

#[track_caller]
fn refused(change: impl FnOnce(&mut PoolPart), why: Why, list: Listed, entry: Option<usize>) {
    let (words, flaw) = altered(change);
    let flaw = flaw.unwrap();
    assert_eq!((flaw.why, flaw.list, flaw.entry), (why, list, entry), "{flaw:?}");
    assert_eq!(words[0], "proved");
}

#[test]
fn each_claim_has_its_own_verdict_by_what_the_reader_holds() {
    let statement = world().world.statement();
    let (file, stream) = (statement.file(), world().stream());
    assert_eq!(statement.held_in_pool(), (Amount::new(1_000_000), Amount::new(1_199_990)));
    let check = |keys, stream| words(&world().check(&file, keys, stream));
    assert_eq!(check(None, None), (["proved", "proved", NO_KEY, NO_KEY], None));
    assert_eq!(check(None, Some(&stream)).0, ["proved", "proved", NO_KEY, NO_KEY]);
    let keys = viewing();
    assert_eq!(check(Some(&keys), None).0, ["proved", "proved", "proved", NO_STREAM]);
    assert_eq!(check(Some(&keys), Some(&stream)), (["proved"; 4], None));
    let report = world().check(&file, Some(&keys), Some(&stream));
    assert_eq!((report.entries, report.failed()), (6 + 4 + 2, false));
    let other = ReviewKeys::new(CHAIN, vec![spender(2).viewing_key()], vec![]);
    assert_eq!(check(Some(&other), Some(&stream)).0, ["proved", "proved", NO_KEY, NO_KEY]);
    let (read, wrong) = Statement::from_json(&Json::parse(file.as_bytes()).unwrap()).unwrap();
    assert_eq!((read, wrong), (statement, None));
}

#[test]
fn the_bytes_of_a_private_part_are_frozen() {
    let file = world().world.statement().file();
    assert_eq!(
        hex::encode(hash("", &[file.as_bytes()])),
        "73e2c80c3d67d6417a2f23d33f12ea57dae909189abec6373547578eeae68864"
    );
}

#[test]
fn a_receipt_that_is_left_out_with_its_spend_is_missed_by_the_stream_alone() {
    let (words, flaw) = altered(|part| {
        drop(part.notes.remove(3));
        drop(part.bundles.remove(1));
    });
    assert_eq!(words, ["proved", "proved", "proved", "failed"]);
    let flaw = flaw.unwrap();
    let entry = &world().pooled.entries[3];
    let scanner = shielded::Scanner::of_accounts(&[alice()]).unwrap();
    let action = scanner.scan(&entry.actions)[0].action;
    assert_eq!((flaw.why, flaw.place), (Why::EntryRemoved, Some((Round(7), action))));
    let older = |part: &mut PoolPart| drop(part.notes.remove(0));
    let (words, flaw) = altered(older);
    assert_eq!((words[3], flaw.unwrap().place.unwrap().0), ("failed", Round(2)));
}

#[test]
fn a_stream_with_one_byte_altered_is_not_the_log() {
    let file = world().world.statement().file();
    let keys = viewing();
    let check = |stream: &[u8]| words(&world().check(&file, Some(&keys), Some(stream)));
    let stream = world().stream();
    // The first entry: round, index, count, then nf, cmx, epk, enc.
    let first = 5 + 32 + 40 + 13;
    for place in [first + 64, first + 96, first, stream.len() - 1] {
        let mut bytes = stream.clone();
        bytes[place] ^= 1;
        let (words, flaw) = check(&bytes);
        assert_eq!(words[..3], ["proved"; 3]);
        assert_eq!((words[3], flaw.unwrap().why), ("failed", Why::BadProof), "{place}");
    }
    let entries = &world().pooled.entries;
    let place = shielded::LogPlace::START.behind(&entries[..1]);
    let late = write_stream(CHAIN, place, &entries[1..]);
    assert_eq!(check(&late).1.unwrap().detail, "the stream begins too late");
    let short = write_stream(CHAIN, shielded::LogPlace::START, &entries[..4]);
    assert_eq!(check(&short).1.unwrap().why, Why::BadProof);
}

#[test]
fn a_note_with_a_spoiled_tag_is_seen_by_everybody_alike() {
    // The last byte of the tag of both actions' ciphertexts: behind cv, nf, rk, cmx, epk and enc.
    let spoiled = PoolWorld::of(Pooled::with(|bytes| {
        for action in 0..2 {
            bytes[47 + 820 * action + 160 + 579] ^= 1;
        }
    }));
    let statement = spoiled.world.statement();
    assert_eq!(statement.pool.as_ref().unwrap().notes.len(), 4);
    assert_eq!(statement.held_in_pool().1, Amount::new(1_199_990));
    let report = spoiled.check(&statement.file(), Some(&viewing()), Some(&spoiled.stream()));
    assert_eq!(words(&report), (["proved"; 4], None));
}

#[test]
fn an_incoming_key_shows_receipts_and_no_more() {
    let incoming = || vec![alice().incoming().unwrap()];
    let keys = ReviewKeys::new(CHAIN, vec![], incoming());
    let keys = ReviewKeys::read(&keys.to_file()).unwrap();
    let stream = world().stream();
    let mut statement = world().world.statement();
    let (said, _) = words(&world().check(&statement.file(), Some(&keys), Some(&stream)));
    assert_eq!(said, ["proved", "proved", NO_KEY, "proved"]);
    drop(pool(&mut statement).notes.remove(3));
    drop(pool(&mut statement).bundles.remove(1));
    let report = world().check(&sign(statement).file(), Some(&keys), Some(&stream));
    assert_eq!(words(&report).0, ["proved", "proved", NO_KEY, "failed"]);
}

#[test]
fn notes_are_neither_removed_nor_added_changed_or_moved() {
    use Listed::Notes;
    refused(|it| drop(it.notes.remove(2)), Why::EntryRemoved, Listed::Bundles, Some(0));
    refused(|it| it.notes.insert(1, it.notes[0].clone()), Why::EntryAdded, Notes, Some(1));
    refused(|it| it.notes.swap(0, 1), Why::EntryMoved, Notes, Some(1));
    let richer = |it: &mut PoolPart| it.notes[1].note.value = Amount::new(500_001);
    refused(richer, Why::EntryChanged, Notes, Some(1));
    refused(|it| it.notes[1].round = Round(6), Why::EntryChanged, Notes, Some(1));
    refused(|it| it.notes[1].spent = None, Why::EntryChanged, Notes, Some(1));
    refused(|it| it.notes[0].spent = Some(Round(12)), Why::EntryChanged, Notes, Some(0));
    refused(|it| it.notes[0].time = at(9), Why::EntryChanged, Notes, Some(0));
    refused(|it| it.notes[0].scope = Scope::Internal, Why::EntryChanged, Notes, Some(0));
    // The mark of another note, which is proved as well.
    let other = |it: &mut PoolPart| {
        let other = it.notes[3].clone();
        (it.notes[0].nullifier, it.notes[0].mark) = (other.note.rho, other.made);
        it.notes[0].spent = Some(Round(7));
    };
    refused(other, Why::EntryChanged, Notes, Some(0));
}

#[test]
fn bundles_are_neither_removed_nor_added_changed_or_moved() {
    use Listed::Bundles;
    refused(|it| drop(it.bundles.remove(0)), Why::EntryRemoved, Listed::Notes, Some(1));
    refused(|it| it.bundles.insert(1, it.bundles[0].clone()), Why::EntryAdded, Bundles, Some(1));
    refused(|it| it.bundles.swap(0, 1), Why::EntryMoved, Bundles, Some(1));
    refused(|it| it.bundles[0].index = 1, Why::EntryChanged, Bundles, Some(0));
    refused(|it| drop(it.bundles[0].outputs.pop()), Why::EntryChanged, Bundles, Some(0));
    let paid = |it: &mut PoolPart| it.bundles[1].outputs[0].memo = Some("rent".to_owned());
    refused(paid, Why::EntryChanged, Bundles, Some(1));
    refused(|it| it.bundles[0].undisclosed = 5, Why::EntryChanged, Bundles, Some(0));
    refused(|it| it.bundles[0].fee = Amount::new(11), Why::EntryChanged, Bundles, Some(0));
    let fresh = |it: &mut PoolPart| {
        let mut bytes = it.bundles[0].effects.to_bytes();
        // The memo of the first action.
        bytes[47 + 160 + 60] ^= 1;
        it.bundles[0].effects = shielded::Effects::from_bytes(&bytes).unwrap();
    };
    refused(fresh, Why::EntryChanged, Bundles, Some(0));
    let foreign = |it: &mut PoolPart| {
        let mut other = it.bundles[0].clone();
        (other.number, other.round, other.time) = (5, Round(8), at(8));
        (other.index, other.outputs, other.fee) = (1, vec![], Amount::ZERO);
        other.effects = world().pooled.effects[5].clone();
        it.bundles.push(other);
    };
    refused(foreign, Why::EntryAdded, Bundles, Some(2));
}

#[test]
fn what_is_written_beside_the_bytes_is_what_follows_from_them() {
    let file = world().world.statement().file();
    let replaced = |from: &str, to: &str| {
        assert!(file.contains(from), "{from}");
        words(&world().check(&file.replacen(from, to, 1), None, None))
    };
    let (words, flaw) = replaced("\"amount\":\"0.5\"", "\"amount\":\"5\"");
    assert_eq!((words[0], flaw.unwrap().why), ("failed", Why::BadSignature));
    assert_eq!(words[1], "failed");
    let (words, _) = replaced("\"closing\":\"1.19999\"", "\"closing\":\"2.19999\"");
    assert_eq!(words[1], "failed");
}

#[test]
fn tables_show_what_was_received_and_paid_in_the_pool() {
    let statement = world().world.statement();
    let rows = rows(&statement);
    let hidden: Vec<_> = rows.iter().filter(|row| row.state == "private").collect();
    let lines: Vec<_> =
        hidden.iter().map(|row| (row.kind, &*row.amount, &*row.fee, &*row.balance)).collect();
    let expected = [
        ("private_in", "0.5", "", "1.5"),
        ("private_out", "-0.3", "0.00001", "1.19999"),
        ("private_in", "0.07", "", "1.26999"),
        ("private_out", "-0.06999", "0.00001", "1.19999"),
    ];
    assert_eq!(lines, expected);
    assert_eq!(hidden[1].memo, "so 300000");
    let memos = paid_memo(&world().pooled.effects[2]);
    assert!(memos.contains(&Memo::Payment { request: None, text: "so 300000".to_owned() }));
    let table = csv(&statement, &Zone { name: "UTC", offset: &|_| 0 });
    assert_eq!(table.lines().count(), 1 + 6 + 4);
    assert!(table.lines().all(|line| line.ends_with("e") || line.ends_with("c")));
    assert!(table.contains(",private_out,out,-0.3,0.00001,,,1.19999,,"), "{table}");
}

#[test]
fn files_of_keys_and_streams_that_are_none_are_refused() {
    let file = viewing().to_file();
    assert!(ReviewKeys::read(&file).is_ok());
    assert_eq!(format!("{:?}", viewing()), "ReviewKeys([secret])");
    for wrong in [&b"BCMK"[..], &file[..file.len() - 1], b"BCMS\x01", &[]] {
        assert!(ReviewKeys::read(wrong).is_err());
    }
    assert!(Stream::read(&world().stream()).is_ok());
    assert!(Stream::read(&file).is_err());
}
