//! What is listed of the pool, held to the checkpoint alone: the notes are in the tree, made and
//! spent when the statement says, and the bundles are those of the log.

use super::carried::annex;
use super::{PoolNote, PoolPart, PoolSpend};
use crate::report::Flaw;
use crate::verify::encloses;
use crate::{Json, Statement, Why};
use ledger::{Header, StateProof, nullifier_key, pool_key};
use shielded::{Action, Effects, Note, Nullifier, Pool};
use std::collections::BTreeSet;
use types::{Round, Timestamp};
use wire::Encode;

/// Checks everything about the pool that needs no key, in the order in which people understand
/// faults: where it all hangs, then notes and bundles one by one, then what is said beside them.
pub(crate) fn check(
    statement: &Statement,
    part: &PoolPart,
    (top, json): (&Header, Option<&Json>),
) -> Result<(), Flaw> {
    let pool = ground(statement, part, top)?;
    notes(statement, part, (&pool, &top.state_root))?;
    bundles(statement, part)?;
    annex(statement, part, (top, &pool))?;
    times(statement, part)?;
    said(statement, part, json)
}

/// The pool's cell, where the stream begins, the accounts, the log.
fn ground(statement: &Statement, part: &PoolPart, top: &Header) -> Result<Pool, Flaw> {
    let bad = |words| Err(Why::BadProof.flaw(None, words));
    let cell = part.cell.pool.as_ref().map(Encode::to_bytes);
    if part.cell.proof.verify(&top.state_root, &pool_key(), cell.as_deref()).is_err() {
        return bad("the pool is not proved under the header");
    }
    let first = PoolPart::first_moment(&part.accounts, statement.from);
    if part.since.next.is_none() || !encloses(&part.since, first, top) {
        return bad("the header before the keys' first moment is another one");
    }
    if !part.accounts.is_sorted_by(|one, next| one.period < next.period) {
        return bad("a period account stands there twice, or out of order");
    }
    let pool = part.cell.pool();
    let end = part.log.end();
    if end != pool.log_place() {
        return bad("the log of the pool does not lead to the proved one");
    }
    Ok(pool)
}

fn notes(
    statement: &Statement,
    part: &PoolPart,
    (pool, root): (&Pool, &[u8; 32]),
) -> Result<(), Flaw> {
    let (opening, closing) = statement.rounds();
    let mut marks = BTreeSet::new();
    let mut last: Option<u32> = None;
    for (at, note) in part.notes.iter().enumerate() {
        let position = note.witness.position();
        if last.is_some_and(|last| last > position) {
            return Err(Why::EntryMoved.of_note(at, "this note stands before an earlier one"));
        }
        if last == Some(position) || !marks.insert(note.nullifier) {
            return Err(Why::EntryAdded.of_note(at, "this note stands there twice"));
        }
        last = Some(position);
        if !part.accounts.iter().any(|account| account.period == note.period) {
            return Err(Why::EntryAdded.of_note(at, "this note is of no account of the statement"));
        }
        let leads = note.note.commitment().and_then(|leaf| note.witness.root(leaf));
        if leads != Some(pool.anchor.root) {
            return Err(Why::EntryChanged.of_note(at, "no such note lies there in the pool"));
        }
        proofs(note, root).map_err(|words| Why::EntryChanged.of_note(at, words))?;
        let gone = note.spent.is_some_and(|spent| spent <= opening);
        if note.round > closing || gone {
            return Err(Why::EntryAdded.of_note(at, "this note was not there in the period"));
        }
    }
    Ok(())
}

/// When a note was made, and when it was spent.
pub(super) fn proofs(note: &PoolNote, root: &[u8; 32]) -> Result<(), &'static str> {
    let proved = |proof: &StateProof, mark: &Nullifier, round: Option<Round>| {
        let round = round.map(|round| round.to_bytes());
        proof.verify(root, &nullifier_key(mark), round.as_deref()).is_ok()
    };
    if !proved(&note.made, &note.note.rho, Some(note.round)) {
        return Err("this note was not made in this round");
    }
    if !proved(&note.mark, &note.nullifier, note.spent) {
        return Err("this note was not spent as the statement says");
    }
    Ok(())
}

fn bundles(statement: &Statement, part: &PoolPart) -> Result<(), Flaw> {
    let (opening, closing) = statement.rounds();
    let notes = part.by_mark();
    let mut last = None;
    for (at, bundle) in part.bundles.iter().enumerate() {
        let place = (bundle.number, bundle.period);
        if last.is_some_and(|last| last > place) {
            return Err(Why::EntryMoved.of_bundle(at, "this bundle stands before an earlier one"));
        }
        if last == Some(place) {
            return Err(Why::EntryAdded.of_bundle(at, "this bundle stands there twice"));
        }
        last = Some(place);
        is_logged(part, bundle).map_err(|words| Why::EntryChanged.of_bundle(at, words))?;
        let own = |mark| notes.get(&(bundle.period, mark));
        let mut own = bundle.effects.nullifiers().filter_map(own);
        if bundle.round <= opening || bundle.round > closing {
            return Err(Why::EntryAdded.of_bundle(at, "this bundle is not of the period"));
        }
        if !own.any(|note| note.spent == Some(bundle.round)) {
            let words = "this bundle spends none of the listed notes";
            return Err(Why::EntryAdded.of_bundle(at, words));
        }
    }
    Ok(())
}

/// That the ledger has this bundle at this place, and that it makes the notes which it is said to.
pub(super) fn is_logged(part: &PoolPart, bundle: &PoolSpend) -> Result<(), &'static str> {
    let step = part.log.step(bundle.number);
    let same = step.is_some_and(|step| {
        let place = (step.round, step.index) == (bundle.round, bundle.index);
        place && step.halves == bundle.effects.halves()
    });
    if !same {
        return Err("the ledger has another bundle there");
    }
    for output in &bundle.outputs {
        let action = bundle.effects.actions().get(usize::from(output.action));
        if !action.is_some_and(|action| makes(action, &output.note)) {
            return Err("this bundle does not make the payment that is listed");
        }
    }
    if bundle.fee > bundle.left() {
        return Err("more is said to be the fee than has left the pool");
    }
    Ok(())
}

fn makes(action: &Action, note: &Note) -> bool {
    note.rho == action.nullifier() && note.commitment() == Some(action.commitment())
}

/// True if an action of a bundle makes this note.
pub(super) fn is_made(effects: &Effects, note: &Note) -> bool {
    effects.actions().iter().any(|action| makes(action, note))
}

/// Times are the exporter's words; they may not contradict the headers or one another.
fn times(statement: &Statement, part: &PoolPart) -> Result<(), Flaw> {
    let words = "the time of this entry contradicts the headers or another entry";
    let mut known: Option<(Round, Timestamp)> = None;
    for (at, note) in part.notes.iter().enumerate() {
        if !fits(statement, (note.round, note.time), &mut known) {
            return Err(Why::EntryChanged.of_note(at, words));
        }
    }
    known = None;
    for (at, bundle) in part.bundles.iter().enumerate() {
        if !fits(statement, (bundle.round, bundle.time), &mut known) {
            return Err(Why::EntryChanged.of_bundle(at, words));
        }
    }
    Ok(())
}

fn fits(
    statement: &Statement,
    (round, time): (Round, Timestamp),
    known: &mut Option<(Round, Timestamp)>,
) -> bool {
    let time_of = |header: &Option<crate::ProvedHeader>| header.as_ref().map(|it| it.header.time);
    let (opening, closing) = (&statement.opening, &statement.closing);
    let bounds = if round > opening.round() {
        (time_of(&opening.next), time_of(&closing.last))
    } else {
        (None, time_of(&opening.last))
    };
    let within =
        bounds.0.is_none_or(|first| first <= time) && bounds.1.is_some_and(|it| time <= it);
    let steady = known.is_none_or(|(before, then)| {
        if round == before { time == then } else { round > before && time > then }
    });
    *known = Some((round, time));
    within && steady
}

/// What is written beside the bytes must be what follows from them.
fn said(statement: &Statement, part: &PoolPart, json: Option<&Json>) -> Result<(), Flaw> {
    let due = part.to_json(statement.rounds());
    if Some(&due) == json {
        return Ok(());
    }
    let differs = |name| {
        let said = json.and_then(|json| json.list_of(name)).unwrap_or_default();
        due.list_of(name)?.iter().zip(said).position(|(due, said)| due != said)
    };
    let words = "this entry says something that does not follow from its bytes";
    if let Some(at) = differs("notes") {
        return Err(Why::EntryChanged.of_note(at, words));
    }
    if let Some(at) = differs("bundles") {
        return Err(Why::EntryChanged.of_bundle(at, words));
    }
    let words = "what is said of the private pool does not follow from what is listed";
    Err(Why::BadProof.flaw(None, words))
}
