//! A statement as lines for people: fees in a column of their own, runs of dust in one line.

mod private;

pub(crate) use private::row as private_row;

use crate::line::{envelope_of, shown};
use crate::{Direction, Line, Statement};
use keys::format_address;
use ledger::EntryKind;
use types::{Abc, Abit, Amount, Timestamp};

/// Receipts of so little, in smallest units of ABC, are dust ...
const DUST: u64 = 10_000;
/// ... and a run of more than this many of them is one line.
const RUN: usize = 8;

/// A line of a table or a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// How many entries it stands for; more than one for a run of dust.
    pub count: usize,
    /// When the last of them was.
    pub time: Timestamp,
    /// The number of the last of them in the account's history.
    pub counter: u64,
    /// Its round.
    pub round: u64,
    /// Its transaction; empty for a run.
    pub tx: String,
    /// What it is.
    pub kind: &'static str,
    /// `in`, `out` or `self`.
    pub direction: &'static str,
    /// The change of ABC, without what is a fee.
    pub amount: String,
    /// The fee.
    pub fee: String,
    /// The change of ABIT.
    pub abit: String,
    /// The change of bonded ABC.
    pub bonded: String,
    /// ABC afterwards.
    pub balance: String,
    /// ABIT afterwards.
    pub abit_balance: String,
    /// The other side's address, or the red envelope.
    pub counterparty: String,
    /// The other side's name: foreign text.
    pub name: String,
    /// The memo: foreign text.
    pub memo: String,
    /// `public`, or `private` for what happened in the pool; its balance is that of the pool then.
    /// `annex` for what was moved on after the period.
    pub state: &'static str,
}

/// The lines of a statement.
#[must_use]
pub fn rows(statement: &Statement) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut rest = statement.lines.as_slice();
    while let Some((first, behind)) = rest.split_first() {
        let run = rest.iter().take_while(|line| is_dust(line)).count();
        if run > RUN {
            let (dust, behind) = rest.split_at(run);
            rows.extend(folded(dust));
            rest = behind;
        } else {
            rows.push(row(first));
            rest = behind;
        }
    }
    if let Some(pool) = &statement.pool {
        rows.extend(private::rows(pool, statement.rounds()));
        // Stable: the order of each list stays where times are equal.
        rows.sort_by_key(|row| row.time);
        rows.extend(private::annex(pool));
    }
    rows
}

fn is_dust(line: &Line) -> bool {
    line.entry.kind == EntryKind::PayIn
        && line.entry.delta.abc.units() <= DUST
        && line.memo.is_none()
}

fn folded(dust: &[Line]) -> Option<Row> {
    let last = dust.last()?;
    let units = dust.iter().map(|line| line.entry.delta.abc.units());
    let sum = Amount::<Abc>::new(units.fold(0, u64::saturating_add));
    let none = String::new;
    Some(Row {
        count: dust.len(),
        tx: none(),
        amount: sum.to_string(),
        counterparty: none(),
        name: none(),
        ..row(last)
    })
}

fn row(line: &Line) -> Row {
    let entry = &line.entry;
    let abc = shown::<Abc>(entry.delta.abc);
    let (amount, fee) = match (entry.kind, abc.strip_prefix('-')) {
        (EntryKind::Fee, Some(fee)) => (String::new(), fee.to_owned()),
        _ => (abc, String::new()),
    };
    let other = entry.counterparty.map(format_address);
    let envelope = || envelope_of(&entry.kind).map(|id| hex::encode(id.0));
    Row {
        count: 1,
        time: line.time,
        counter: entry.counter,
        round: entry.round.0,
        tx: entry.tx.to_string(),
        kind: entry.kind.name(),
        direction: if entry.kind == EntryKind::Fee {
            "out"
        } else {
            Direction::word(line.direction())
        },
        amount,
        fee,
        abit: shown::<Abit>(entry.delta.abit),
        bonded: shown::<Abc>(entry.delta.bonded),
        balance: entry.abc.to_string(),
        abit_balance: entry.abit.to_string(),
        counterparty: other.or_else(envelope).unwrap_or_default(),
        name: line.name.clone().unwrap_or_default(),
        memo: line.memo.clone().unwrap_or_default(),
        state: "public",
    }
}
