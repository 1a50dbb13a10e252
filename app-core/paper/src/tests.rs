//! A page is looked at as a reader's program would: by unpacking what is inside.

use super::*;
use crate::sheet::of_statement;
use crate::woff::unpack;
use keys::PublicKey;
use ledger::{AccountProof, Delta, Deltas, Entry, EntryKind, Header, NO_PROPOSER, StateProof};
use miniz_oxide::inflate::decompress_to_vec_zlib;
use shielded::{Frontier, LogPlace, Scanner, Witnesses};
use statement::{
    Boundary, Exporter, Line, LogRun, PoolAccount, PoolCell, PoolNote, PoolPart, ProvedHeader,
    Statement, Subject, Zone,
};
use std::collections::BTreeSet;
use types::{Amount, BlockId, ChainId, Round, Timestamp, TxId};

const CHINA: Zone<'static> = Zone { name: "Asia/Shanghai", offset: &|_| 8 * 3600 };

fn key() -> PublicKey {
    testkit::person(1).public()
}

fn line(counter: u64, memo: &str) -> Line {
    let entry = Entry {
        counter,
        round: Round(counter),
        tx: TxId([3; 32]),
        index: 0,
        kind: EntryKind::PayIn,
        delta: Deltas { abc: Delta::plus(12_500_000), ..Deltas::default() },
        counterparty: Some(key().address()),
        abc: Amount::new(112_500_000),
        abit: Amount::ZERO,
        bonded: Amount::ZERO,
        nonce: 0,
        via_retired: false,
    };
    let time = Timestamp(1_795_000_000_000 + counter);
    Line { entry, time, name: Some("鲍勃".to_owned()), memo: Some(memo.to_owned()), mark: [0; 8] }
}

fn statement(lines: Vec<Line>) -> Statement {
    let address = key().address();
    let nothing = || StateProof::new(None, vec![]);
    Statement {
        chain: ChainId([7; 32]),
        from: Timestamp(1_794_000_000_000),
        to: Timestamp(1_796_000_000_000),
        subject: Subject { address, name: Some("alice".to_owned()) },
        opening: Boundary::default(),
        closing: Boundary::default(),
        steps: vec![],
        proof: AccountProof {
            round: Round(9),
            address,
            alias: None,
            alias_proof: nothing(),
            account: None,
            proof: nothing(),
        },
        before: (0, [0; 32]),
        previous: None,
        lines,
        tail: vec![],
        pool: None,
        exporter: Exporter { key: key(), signature: vec![1; 64] },
    }
}

/// Everything that is packed in a file, unpacked.
fn streams(pdf: &[u8]) -> Vec<Vec<u8>> {
    let find = |bytes: &[u8], word: &[u8]| bytes.windows(word.len()).position(|it| it == word);
    let (mut rest, mut found) = (pdf, vec![]);
    while let Some(at) = find(rest, b"stream\n") {
        rest = &rest[at + 7..];
        let end = find(rest, b"endstream").unwrap();
        found.push(decompress_to_vec_zlib(&rest[..end]).unwrap_or_else(|_| rest[..end].to_vec()));
        rest = &rest[end + 9..];
    }
    found
}

#[test]
fn a_page_carries_its_letters_and_the_file_that_proves_it() {
    let statement = statement(vec![line(1, "五月的房租 – rent"), line(2, "\u{202e}evil\u{0}")]);
    let file = pdf(&statement, &CHINA).unwrap();
    assert!(file.starts_with(b"%PDF-1.7") && file.ends_with(b"%%EOF"));
    assert!(file.len() < 60_000, "only a part of the font is inside: {}", file.len());
    let streams = streams(&file);
    let holds = |text: &str| streams.iter().any(|it| String::from_utf8_lossy(it).contains(text));
    assert!(streams.contains(&statement.file().into_bytes()));
    // U+79DF and U+52C3 can be copied out again; nothing that turns lines is among the letters.
    assert!(holds("<79DF>") && holds("<52C3>"));
    assert!(!holds("<202E>") && !holds("beginbfchar\n<0000>"));
    assert_eq!(pdf(&statement, &CHINA).unwrap(), file, "the same statement, the same bytes");
}

#[test]
fn a_long_statement_has_pages_and_every_page_its_number() {
    let lines = (1..=200).map(|number| line(number, &"long words ".repeat(40))).collect();
    let statement = statement(lines);
    let files = crate::fonts::Files::load().unwrap();
    let fonts = crate::fonts::Fonts::new(&files).unwrap();
    let pages = crate::sheet::pages(of_statement(&statement, &CHINA), &CHINA, ("d1935", &fonts));
    assert!(pages.len() > 20);
    for (number, page) in pages.iter().enumerate() {
        let named = format!("Page {} of {}", number + 1, pages.len());
        assert!(page.iter().any(|cell| cell.text == named));
        assert!(page.iter().any(|cell| cell.text.ends_with("d1935")));
        for cell in page {
            let end = cell.x + fonts.width(&cell.text) * cell.size;
            assert!(cell.y > 20.0 && end < crate::sheet::WIDTH - 30.0, "{cell:?}");
        }
    }
    let all = pages.concat();
    assert_eq!(all.iter().filter(|cell| cell.text == "112.5").count(), 200);
    assert_eq!(all.iter().filter(|cell| cell.text.ends_with('…')).count(), 200);
}

/// A note of 12.5 ABC in round 7 of a period that ends with round 9.
fn with_a_note() -> Statement {
    let person = testkit::shielded_person(1).unwrap();
    let key = person.viewing_key();
    let actions = testkit::unproved(&person, 12_500_000, 1).unwrap().effects.compact();
    let scanner = Scanner::of_accounts(std::slice::from_ref(&key)).unwrap();
    let found = scanner.scan(&actions).pop().unwrap();
    let leaves: Vec<_> = actions.iter().map(|action| action.cmx).collect();
    let position = found.action as u64;
    let mut tree = Witnesses::begin(0, &Frontier::empty(), Round(0)).unwrap();
    tree.append(Round(7), &leaves, &BTreeSet::from([position])).unwrap();
    let proof = || StateProof::new(None, vec![]);
    let note = PoolNote {
        period: key.period(),
        scope: found.scope,
        witness: tree.witness(position, Round(7)).unwrap(),
        round: Round(7),
        made: proof(),
        time: Timestamp(1_795_000_000_000),
        nullifier: key.nullifier(&found.note).unwrap(),
        spent: None,
        mark: proof(),
        name: Some("carol".to_owned()),
        memo: Some("quietly".to_owned()),
        note: found.note,
    };
    let account = PoolAccount { period: key.period(), viewing: [1; 32], incoming: [2; 32] };
    let part = PoolPart {
        cell: PoolCell { pool: None, proof: proof() },
        since: Boundary::default(),
        accounts: vec![account],
        notes: vec![note],
        bundles: vec![],
        annex: statement::Annex::default(),
        log: LogRun { from: LogPlace::START, steps: vec![] },
    };
    let header = Header {
        version: Header::VERSION,
        chain: ChainId([7; 32]),
        round: Round(9),
        time: Timestamp(1_795_900_000_000),
        parent: BlockId([1; 32]),
        body_root: [1; 32],
        state_root: [2; 32],
        receipts_root: [3; 32],
        committee: [4; 32],
        next_committee: [4; 32],
        beacon: [5; 32],
        history: [6; 32],
        parent_certificate: [7; 32],
        proposer: NO_PROPOSER,
        ticket: [0; 80],
        flags: 0,
    };
    let closing = Boundary { last: Some(ProvedHeader { header, path: None }), next: None };
    Statement { pool: Some(Box::new(part)), closing, ..statement(vec![]) }
}

#[test]
fn private_money_is_on_the_pages_and_marked_as_such() {
    let files = crate::fonts::Files::load().unwrap();
    let fonts = crate::fonts::Fonts::new(&files).unwrap();
    let cells =
        crate::sheet::pages(of_statement(&with_a_note(), &CHINA), &CHINA, ("d1935", &fonts))
            .concat();
    for text in ["private in", "private", "12.5", "carol", "quietly", "1 entries"] {
        assert!(cells.iter().any(|cell| cell.text == text), "{text}");
    }
    let balance = "In the private pool 0 ABC before, 12.5 ABC after";
    assert!(cells.iter().any(|cell| cell.text.starts_with(balance)));
}

#[test]
fn what_is_no_font_is_refused() {
    let font = include_bytes!("../fonts/noto-sans-sc-latin-400-normal.woff");
    assert!(unpack(font).is_some());
    for end in [0, 3, 12, 44, 60, 500, font.len() - 9] {
        assert_eq!(unpack(&font[..end]), None, "{end}");
    }
    for place in (0..44 + 17 * 20).step_by(3) {
        let mut bytes = font.to_vec();
        bytes[place] ^= 0xff;
        let _ = unpack(&bytes);
    }
}
