//! What may be fed with anything: files that somebody sends.

use crate::{
    Expected, Json, PaymentDisclosure, Receipts, ReviewKeys, Statement, Stream, Zone,
    check_payment, csv, csv_of, pool, read_checkpoint, rows, verify,
};
use light::{Checkpoint, Step};
use shielded::{Period, SpendingKey};
use types::{BlockId, ChainId, Round, Timestamp};
use wire::Encode;

/// Checks a file against a checkpoint that leads nowhere, and shows it to people as it is.
///
/// # Panics
/// If what was read is written otherwise than it was read.
pub fn fuzz_statement(bytes: &[u8]) {
    let checkpoint = nowhere();
    let _ = (verify(bytes, &checkpoint, Timestamp(5)), read_checkpoint(bytes));
    let _ = (ReviewKeys::read(bytes), Stream::read(bytes));
    let Ok(json) = Json::parse(bytes) else { return };
    assert_eq!(Json::parse(json.canonical().as_bytes()).as_ref(), Ok(&json));
    if let Ok(receipts) = Receipts::from_json(&json) {
        let _ = csv_of(receipts.rows(), &Zone { name: "UTC", offset: &|_| i32::MAX });
        assert_eq!(Receipts::from_json(&receipts.to_json()), Ok(receipts));
    }
    let Ok((statement, _)) = Statement::from_json(&json) else { return };
    let _ = csv(&statement, &Zone { name: "UTC", offset: &|_| i32::MAX });
    let _ = rows(&statement);
    private(&statement, &json);
}

/// The checks of the private part, whether or not those before it would have let it through.
fn private(statement: &Statement, json: &Json) {
    let Some(part) = &statement.pool else { return };
    if let Some(top) = statement.steps.last().map(Step::header) {
        let _ = pool::check(statement, part, (top, json.get("pool")));
    }
    let key = Period::new(768).and_then(|period| SpendingKey::derive(&[1; 32], period));
    let keys = key.map(|key| key.viewing_key()).into_iter().collect();
    let keys = ReviewKeys::new(statement.chain, keys, vec![]);
    let _ = (pool::own_marks(part, &keys), pool::sent(statement, part, Some(&keys)));
    let file = crate::write_stream(statement.chain, part.log.from, &[]);
    let _ = Stream::read(&file).map(|stream| pool::received(statement, part, (&keys, &stream)));
}

/// Checks a disclosure of one payment, for a reader to whom it may or may not be made out.
///
/// # Panics
/// If what was read is written otherwise than it was read.
pub fn fuzz_payment(bytes: &[u8]) {
    let Ok(disclosure) = PaymentDisclosure::read(bytes) else { return };
    assert_eq!(PaymentDisclosure::read(&disclosure.to_bytes()).as_ref(), Ok(&disclosure));
    let asked = &disclosure.facts.asked;
    let expected =
        Expected { verifiers: vec![asked.verifier], challenges: vec![(asked.challenge, None)] };
    let newest = disclosure.facts.evidence.newest().map_or_else(nowhere, Checkpoint::of);
    for checkpoint in [nowhere(), newest] {
        let report = check_payment(&disclosure, (&checkpoint, Timestamp(5)), Some(&expected));
        let _ = report.to_json().canonical();
    }
}

fn nowhere() -> Checkpoint {
    Checkpoint {
        chain: ChainId([1; 32]),
        round: Round(1),
        header: BlockId([2; 32]),
        committee: [3; 32],
        time: Timestamp(4),
    }
}
