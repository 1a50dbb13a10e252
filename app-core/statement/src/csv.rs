//! The table for spreadsheets: columns that stay, and cells that are never formulas.

use crate::harmless::harmless;
use crate::{Row, Statement, Zone, rows, utc};

/// The columns, in order. New ones are only ever added behind.
pub const COLUMNS: [&str; 19] = [
    "time_utc",
    "time_local",
    "zone",
    "number",
    "round",
    "transaction",
    "kind",
    "direction",
    "abc",
    "fee",
    "abit",
    "bonded",
    "abc_after",
    "abit_after",
    "counterparty",
    "name",
    "memo",
    "entries",
    "state",
];

/// A statement as RFC 4180 has it: commas, quotes, lines that end in CR LF. Runs of small receipts
/// are one line with their number.
#[must_use]
pub fn csv(statement: &Statement, zone: &Zone<'_>) -> String {
    csv_of(rows(statement), zone)
}

/// Lines of any statement in the same columns.
#[must_use]
pub fn csv_of(rows: Vec<Row>, zone: &Zone<'_>) -> String {
    let mut out = COLUMNS.join(",") + "\r\n";
    for row in rows {
        out.push_str(&line(row, zone).join(","));
        out.push_str("\r\n");
    }
    out
}

fn line(row: Row, zone: &Zone<'_>) -> [String; 19] {
    [
        utc(row.time),
        cell(&zone.show(row.time)),
        cell(zone.name),
        row.counter.to_string(),
        row.round.to_string(),
        row.tx,
        row.kind.to_owned(),
        row.direction.to_owned(),
        row.amount,
        row.fee,
        row.abit,
        row.bonded,
        row.balance,
        row.abit_balance,
        row.counterparty,
        cell(&row.name),
        cell(&row.memo),
        row.count.to_string(),
        row.state.to_owned(),
    ]
}

/// Foreign text as a cell. A spreadsheet computes what begins like a formula, and some of them look
/// behind blanks and take signs of full width for the same: such a text gets a mark in front.
fn cell(text: &str) -> String {
    let text = harmless(text);
    let first = text.trim_start().chars().next();
    let formula = first.is_some_and(|c| "=+-@|%＝＋－＠".contains(c));
    let mark = if formula { "'" } else { "" };
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}
