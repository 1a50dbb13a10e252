//! Whether the listed entries are the account's: each one, once, in order, unchanged (B7).

use crate::line::mark;
use crate::report::Flaw;
use crate::{Line, Statement, Why};
use std::collections::BTreeSet;
use types::{Round, Timestamp};

/// Checks the entries against the proved account, in the order in which people understand faults:
/// what is missing, too many or moved, then what is changed, then what lies outside of the period.
pub(crate) fn check(statement: &Statement) -> Result<(), Flaw> {
    numbers(statement)?;
    hashes(statement)?;
    bounds(statement)?;
    times(statement)
}

/// The number of the first entry of the period.
fn first(statement: &Statement) -> u64 {
    let before = statement.before.0.saturating_add(u64::from(statement.previous.is_some()));
    before.saturating_add(1)
}

fn numbers(statement: &Statement) -> Result<(), Flaw> {
    let listed: BTreeSet<u64> = statement.lines.iter().map(|line| line.entry.counter).collect();
    let mut due = first(statement);
    for (at, line) in statement.lines.iter().enumerate() {
        let number = line.entry.counter;
        if number > due {
            return Err(if listed.contains(&due) {
                Why::EntryMoved.flaw(Some(at), "this entry stands before one that came earlier")
            } else {
                Why::EntryRemoved.flaw(Some(at), "an entry is missing before this one")
            });
        }
        if number < due {
            let words = "this entry stands there twice, or belongs before the period";
            return Err(Why::EntryAdded.flaw(Some(at), words));
        }
        due = due.saturating_add(1);
    }
    let last = statement.lines.len().checked_sub(1);
    for entry in &statement.tail {
        if entry.counter > due {
            let words = "entries are missing between the end of the list and the proved end";
            return Err(Why::EntryRemoved.flaw(None, words));
        }
        if entry.counter < due {
            let words = "there are more entries than the account has up to the end of the period";
            return Err(Why::EntryAdded.flaw(last, words));
        }
        due = due.saturating_add(1);
    }
    let count = statement.proof.account.as_ref().map_or(0, |account| account.counter);
    match due.cmp(&count.saturating_add(1)) {
        std::cmp::Ordering::Less => {
            Err(Why::EntryRemoved.flaw(None, "the account has more entries: the end was cut off"))
        }
        std::cmp::Ordering::Greater => {
            Err(Why::EntryAdded.flaw(last, "the account has fewer entries than are listed"))
        }
        std::cmp::Ordering::Equal => Ok(()),
    }
}

fn hashes(statement: &Statement) -> Result<(), Flaw> {
    let (count, mut history) = statement.before;
    if count == 0 && history != [0; 32] {
        return Err(Why::BadProof.flaw(None, "the history does not begin where histories begin"));
    }
    if let Some(previous) = &statement.previous {
        if previous.counter != count.saturating_add(1) {
            return Err(Why::BadProof.flaw(None, "the entry before the period is another one"));
        }
        history = previous.next_hash(&history);
    } else if count != 0 {
        return Err(Why::BadProof.flaw(None, "the entry before the period is not shown"));
    }
    for (at, line) in statement.lines.iter().enumerate() {
        history = line.entry.next_hash(&history);
        if mark(&history) != line.mark {
            return Err(Why::EntryChanged.flaw(Some(at), "this entry, or its mark, was changed"));
        }
    }
    for entry in &statement.tail {
        history = entry.next_hash(&history);
    }
    let proved = statement.proof.account.as_ref().map_or([0; 32], |account| account.history);
    if history == proved {
        return Ok(());
    }
    let words = "the entries are not those of the account: their hash does not lead to the proved \
                 one";
    Err(Why::EntryChanged.flaw(unsteady(statement), words))
}

/// The first line whose balances do not follow from those before it.
fn unsteady(statement: &Statement) -> Option<usize> {
    let mut held = i128::from(statement.held_before().abc.units());
    statement.lines.iter().position(|line| {
        held = held.saturating_add(line.entry.delta.abc.signed());
        held != i128::from(line.entry.abc.units())
    })
}

fn bounds(statement: &Statement) -> Result<(), Flaw> {
    let (opening, closing) = (statement.opening.round(), statement.closing.round());
    // The entries of the genesis are in every period that begins before the first header.
    let from_the_start = statement.opening.last.is_none();
    let before = |round: Round| !from_the_start && round <= opening;
    if statement.previous.as_ref().is_some_and(|previous| !before(previous.round)) {
        let words = "an entry of the period was left out at its beginning";
        return Err(Why::EntryRemoved.flaw(Some(0), words));
    }
    let outside = |line: &Line| before(line.entry.round) || line.entry.round > closing;
    if let Some(at) = statement.lines.iter().position(outside) {
        return Err(Why::EntryAdded.flaw(Some(at), "this entry is not of the period"));
    }
    if statement.tail.first().is_some_and(|entry| entry.round <= closing) {
        let words = "an entry of the period was left out at its end";
        return Err(Why::EntryRemoved.flaw(None, words));
    }
    Ok(())
}

/// Times are the exporter's words; they may not contradict the headers or one another.
fn times(statement: &Statement) -> Result<(), Flaw> {
    let (opening, closing) = (&statement.opening, &statement.closing);
    let latest = closing.last.as_ref().map_or(Timestamp(0), |last| last.header.time);
    let first = opening.next.as_ref().map_or(Timestamp(0), |next| next.header.time);
    let mut known: Option<(Round, Timestamp)> = None;
    for (at, line) in statement.lines.iter().enumerate() {
        let (round, time) = (line.entry.round, line.time);
        // The genesis has no header.
        let within = if round == Round(0) {
            opening.next.is_none() || time < first
        } else {
            (first..=latest).contains(&time)
        };
        let fits = known.is_none_or(|(before, then)| {
            if round == before { time == then } else { round > before && time > then }
        });
        if !within || !fits {
            let words = "the time of this entry contradicts the headers or another entry";
            return Err(Why::EntryChanged.flaw(Some(at), words));
        }
        known = Some((round, time));
    }
    Ok(())
}
