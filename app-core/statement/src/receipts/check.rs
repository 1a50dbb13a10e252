//! The check of a statement of receipts: each one lies in the tree and was made in its round, offline;
//! with the key it is the account's, and with the stream as well none is missing.

use super::{RECEIPTS_LIMITS, Receipt, Receipts, digest};
use crate::pool::{in_stream, is_whole_log};
use crate::report::{Flaw, Listed};
use crate::verify::{NO_KEY, NO_STREAM, encloses, of, period_holds, trusted};
use crate::{
    Beside, Claim, Json, Malformed, Outcome, PoolPart, Report, ReviewKeys, Stream, Verdict, Why,
};
use ledger::{Header, nullifier_key, pool_key};
use light::Checkpoint;
use shielded::{IncomingKey, Nullifier, Period, Scanner};
use std::collections::BTreeSet;
use types::{Round, Timestamp};
use wire::Encode;

/// One verdict for each of the two claims of such a file.
pub(crate) fn check(
    json: &Json,
    checkpoint: &Checkpoint,
    now: Timestamp,
    beside: Beside<'_>,
) -> Result<Report, Malformed> {
    let it = Receipts::from_json(json)?;
    let keys = beside.keys.filter(|keys| keys.chain() == it.chain);
    let keys = keys.and_then(|keys| incoming(&it, keys));
    let proved = trusted(it.chain, &it.steps, checkpoint, now).and_then(|top| {
        grounded(&it, top)?;
        let mut last = None;
        for (at, receipt) in it.receipts.iter().enumerate() {
            listed(&it, (at, receipt), (top, last))?;
            last = Some(receipt.witness.position());
        }
        said(&it, json)?;
        keys.as_deref().map_or(Ok(()), |keys| own(&it, keys))
    });
    let whole = match (&proved, keys, beside.stream) {
        (Err(flaw), ..) => Outcome::Failed(*flaw),
        (Ok(()), None, _) => Outcome::NotChecked(NO_KEY),
        (Ok(()), Some(_), None) => Outcome::NotChecked(NO_STREAM),
        (Ok(()), Some(keys), Some(stream)) => {
            of(is_whole_log(stream, (it.chain, it.cell.pool().log_place(), it.since.round()))
                .and_then(|()| complete(&it, &keys, stream)))
        }
    };
    let verdicts = [(Claim::Receipts, of(proved)), (Claim::IncomingComplete, whole)];
    Ok(Report {
        verdicts: verdicts.map(|(claim, outcome)| Verdict { claim, outcome }).to_vec(),
        entries: it.receipts.len(),
        closed_round: it.rounds().1,
        by_owner: it.exporter.key.address() == it.subject.address,
        limits: &RECEIPTS_LIMITS,
    })
}

/// A key for each account, or nothing.
fn incoming(it: &Receipts, keys: &ReviewKeys) -> Option<Vec<IncomingKey>> {
    it.accounts.iter().map(|(period, name)| keys.receipts_key(*period, name)).collect()
}

fn grounded(it: &Receipts, top: &Header) -> Result<(), Flaw> {
    let bad = |words| Err(Why::BadProof.flaw(None, words));
    period_holds((it.from, it.to), (&it.opening, &it.closing), top)?;
    let cell = it.cell.pool.as_ref().map(Encode::to_bytes);
    if it.cell.proof.verify(&top.state_root, &pool_key(), cell.as_deref()).is_err() {
        return bad("the pool is not proved under the header");
    }
    if !it.accounts.is_sorted_by(|one, next| one.0 < next.0) {
        return bad("a period account stands there twice, or out of order");
    }
    let months = it.accounts.iter().map(|account| account.0);
    let first = PoolPart::first_moment_of(months, it.from);
    if it.since.next.is_none() || !encloses(&it.since, first, top) {
        return bad("the header before the keys' first moment is another one");
    }
    Ok(())
}

fn listed(
    it: &Receipts,
    (at, receipt): (usize, &Receipt),
    (top, last): (&Header, Option<u32>),
) -> Result<(), Flaw> {
    let flaw = |why: Why, words| Err(Flaw { list: Listed::Receipts, ..why.flaw(Some(at), words) });
    let position = receipt.witness.position();
    if last == Some(position) {
        return flaw(Why::EntryAdded, "this receipt stands there twice");
    }
    if last.is_some_and(|last| last > position) {
        return flaw(Why::EntryMoved, "this receipt stands before an earlier one");
    }
    let (opening, closing) = it.rounds();
    let within = receipt.round > opening && receipt.round <= closing;
    if !within || !it.accounts.iter().any(|account| account.0 == receipt.period) {
        return flaw(Why::EntryAdded, "this receipt is not of the period and its accounts");
    }
    let leads = receipt.note.commitment().and_then(|leaf| receipt.witness.root(leaf));
    if leads != Some(it.cell.pool().anchor.root) {
        return flaw(Why::EntryChanged, "no such note lies there in the pool");
    }
    let (key, round) = (nullifier_key(&receipt.note.rho), receipt.round.to_bytes());
    if receipt.made.verify(&top.state_root, &key, Some(&round)).is_err() {
        return flaw(Why::EntryChanged, "this note was not made in this round");
    }
    if receipt.time < it.from || receipt.time >= it.to {
        return flaw(Why::EntryChanged, "the time of this receipt is not of the period");
    }
    Ok(())
}

/// What is written beside the bytes, and the signature.
fn said(it: &Receipts, json: &Json) -> Result<(), Flaw> {
    if it.to_json() != *json {
        let words = "the statement says something that does not follow from its proofs";
        return Err(Why::BadProof.flaw(None, words));
    }
    if it.exporter.key.verify(&digest(json), &it.exporter.signature) {
        return Ok(());
    }
    Err(Why::BadSignature.flaw(None, "the statement is not as its exporter signed it"))
}

/// That each receipt is at an address of its account.
fn own(it: &Receipts, keys: &[IncomingKey]) -> Result<(), Flaw> {
    let foreign = |receipt: &Receipt| {
        !keys.iter().any(|key| key.period() == receipt.period && key.owns(&receipt.note))
    };
    match it.receipts.iter().position(foreign) {
        Some(at) => {
            let words = "this note was not paid to the account";
            Err(Flaw { list: Listed::Receipts, ..Why::EntryChanged.flaw(Some(at), words) })
        }
        None => Ok(()),
    }
}

/// That every note which the keys open in the stream, in rounds of the period, is listed.
fn complete(it: &Receipts, keys: &[IncomingKey], stream: &Stream<'_>) -> Result<(), Flaw> {
    let (opening, closing) = it.rounds();
    let scanner =
        |key: &IncomingKey| Some((key.period(), Scanner::of_receipts(core::slice::from_ref(key))?));
    let scanners: Option<Vec<(Period, Scanner)>> = keys.iter().map(scanner).collect();
    let scanners = scanners.ok_or(Why::BadProof.flaw(None, "a key opens nothing"))?;
    let known: BTreeSet<(Period, Nullifier)> =
        it.receipts.iter().map(|receipt| (receipt.period, receipt.note.rho)).collect();
    in_stream(stream, |actions, places: &[(Round, usize)]| {
        for (period, scanner) in &scanners {
            for found in scanner.scan(actions).into_iter().filter(|it| !it.note.value.is_zero()) {
                let Some(place) = places.get(found.action).copied() else { continue };
                let within = place.0 > opening && place.0 <= closing;
                if within && !known.contains(&(*period, found.note.rho)) {
                    let words =
                        "a receipt is missing: this action pays the account, and is not listed";
                    return Err(Why::EntryRemoved.of_action(place, words));
                }
            }
        }
        Ok(())
    })
}
