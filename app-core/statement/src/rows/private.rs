//! What happened in the pool, as lines for people: receipts, payments with their fees, what a
//! viewing key does not show. Change is none of it.

use super::Row;
use crate::pool::{PoolNote, PoolPart, PoolSpend, signed};
use shielded::Scope;
use types::{Abc, Amount, Round};

/// The lines of the rounds behind the first up to the second, in order.
pub(super) fn rows(part: &PoolPart, (opening, closing): (Round, Round)) -> Vec<Row> {
    let change: std::collections::BTreeSet<_> = part
        .bundles
        .iter()
        .flat_map(|it| it.effects.nullifiers().map(|mark| (it.period, mark)))
        .collect();
    let fresh = |note: &&PoolNote| {
        let behind = note.round > opening && note.round <= closing;
        behind && !change.contains(&(note.period, note.note.rho))
    };
    let came = part.notes.iter().filter(fresh);
    let mut rows: Vec<Row> = came.map(|note| receipt(part, note)).collect();
    rows.extend(part.bundles.iter().flat_map(|bundle| payments(part, bundle)));
    rows.sort_by_key(|row| row.round);
    for row in &mut rows {
        let round = Round(row.round);
        // What is carried in is there from the beginning, as far as this statement shows.
        let held = part.held_by_all(round).plus(part.to_be_carried_in(round));
        row.balance = held.unwrap_or(Amount::new(u64::MAX)).to_string();
    }
    rows
}

/// What became of the closing balance after the period: lines of their own, behind all others.
pub(super) fn annex(part: &PoolPart) -> Vec<Row> {
    let mut rows: Vec<Row> = part.annex.late.iter().map(|note| receipt(part, note)).collect();
    let late = |row: &mut Row| row.kind = "late_receipt";
    rows.iter_mut().filter(|row| row.kind == "private_in").for_each(late);
    rows.extend(part.annex.forward.iter().flat_map(|bundle| payments(part, bundle)));
    rows.sort_by_key(|row| row.round);
    rows.iter_mut().for_each(|row| row.state = "annex");
    rows
}

fn receipt(part: &PoolPart, note: &PoolNote) -> Row {
    let (kind, direction) = match note.scope {
        _ if part.carry_to(note).is_some() => ("carried_in", "self"),
        Scope::External => ("private_in", "in"),
        Scope::Internal => ("private_own", "self"),
    };
    Row {
        time: note.time,
        counter: note.witness.position().into(),
        round: note.round.0,
        amount: note.note.value.to_string(),
        name: note.name.clone().unwrap_or_default(),
        memo: note.memo.clone().unwrap_or_default(),
        ..row(kind, direction)
    }
}

/// One line for each payment, the fee in the first.
fn payments(part: &PoolPart, bundle: &PoolSpend) -> Vec<Row> {
    let carried = part.annex.carry_of(bundle).is_some();
    let tx = bundle.tx.map(|tx| tx.to_string()).unwrap_or_default();
    let at = |kind| Row {
        time: bundle.time,
        counter: bundle.number,
        round: bundle.round.0,
        tx: tx.clone(),
        ..row(kind, if carried { "self" } else { "out" })
    };
    let paid = bundle.outputs.iter().map(|output| Row {
        amount: format!("-{}", output.note.value),
        counterparty: hex::encode(output.note.recipient()),
        name: output.name.clone().unwrap_or_default(),
        memo: output.memo.clone().unwrap_or_default(),
        ..at(if carried { "carried_out" } else { "private_out" })
    });
    let mut rows: Vec<Row> = paid.collect();
    let outside = bundle.left().units().saturating_sub(bundle.fee.units());
    if outside > 0 {
        let amount = format!("-{}", Amount::<Abc>::new(outside));
        let name = bundle.name.clone().unwrap_or_default();
        rows.push(Row { amount, name, ..at("out_of_pool") });
    }
    if bundle.undisclosed != 0 {
        let amount = signed(bundle.undisclosed.saturating_neg());
        let kind = if bundle.undisclosed > 0 { "undisclosed_out" } else { "foreign_input" };
        rows.push(Row { amount, ..at(kind) });
    }
    if rows.is_empty() {
        rows.push(at("private_own"));
    }
    if let Some(first) = rows.first_mut() {
        first.fee = bundle.fee.to_string();
    }
    rows
}

/// An empty line of the pool.
pub(crate) fn row(kind: &'static str, direction: &'static str) -> Row {
    let none = String::new;
    Row {
        count: 1,
        time: types::Timestamp(0),
        counter: 0,
        round: 0,
        tx: none(),
        kind,
        direction,
        amount: none(),
        fee: none(),
        abit: none(),
        bonded: none(),
        balance: none(),
        abit_balance: none(),
        counterparty: none(),
        name: none(),
        memo: none(),
        state: "private",
    }
}
