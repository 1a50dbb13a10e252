//! Pruning, a little with each block.
//!
//! A sweep goes through all keys of the state, some with each block, and carries the newest row of
//! each forward that was written before the sweep began: the row into the log once more, the value
//! into the tree once more. When it has ended, nothing that is alive lies before its beginning. Once
//! the horizon has passed its end, no kept round needs what lies there, and whole rounds are dropped
//! from the left end of their tables. A chain in which little happens is hardly ever swept.

use crate::{
    AbnsError, Horizon,
    jobs::{Jobs, Sweep, Sweeping},
    layout::{BODIES, NODES, STATE_KEYS, era_key, round_key},
    rows::WriteRows,
    snapshot::View,
    versions::{Head, Row},
};
use redb::WriteTransaction;
use types::Round;

/// Keys that a sweep looks at with each block.
const STEP: usize = 256;
/// Rows that are dropped with each block, at most, unless it has written more.
const DROPS: usize = 8_192;
/// Bodies that are dropped with each block, at most.
const BODY_DROPS: usize = 8;
/// So little is not worth sweeping.
const FEW: u64 = 1_024;

/// What the sweep does with one block.
#[derive(Debug, Default)]
pub(crate) struct Plan {
    /// Rows to write again.
    pub(crate) carried: Vec<Row>,
    /// Keys deleted so long ago that nobody may ask any more.
    pub(crate) forgotten: Vec<Vec<u8>>,
    /// What to remember.
    pub(crate) sweeping: Sweeping,
}

/// What to carry with the block of a round.
pub(crate) fn plan(view: &View, horizon: Horizon, round: Round) -> Result<Plan, AbnsError> {
    let mut plan = Plan { sweeping: view.jobs.sweeping.clone(), ..Plan::default() };
    let running = plan.sweeping.running.take();
    let running = match running {
        None if is_due(view, horizon, round) => {
            plan.sweeping.fresh = 0;
            Sweep { start: round, next: vec![STATE_KEYS], seen: 0 }
        }
        None => return Ok(plan),
        Some(running) => running,
    };
    let page = view.index.page(&running.next, &[STATE_KEYS + 1], STEP)?;
    let seen = running.seen + page.rows.len() as u64;
    for (key, head) in page.rows {
        let key = key.get(1..).unwrap_or_default();
        let head = Head::parse(&head).ok_or_else(|| view.index.table.damaged("bad head"))?;
        if head.position.round < running.start {
            let row = view.state.newest(head, key)?;
            if row.value.is_none() && row.version.round < horizon.oldest(round) {
                plan.forgotten.push(row.key);
            } else {
                plan.carried.push(row);
            }
        }
    }
    let Sweeping { running: next, done, live, .. } = &mut plan.sweeping;
    match page.next {
        Some(key) => *next = Some(Sweep { next: key, seen, ..running }),
        None => {
            done.push((running.start, round));
            *live = seen;
        }
    }
    Ok(plan)
}

/// A new sweep is worth its price once as much was replaced as there is.
fn is_due(view: &View, horizon: Horizon, round: Round) -> bool {
    let Some(rounds) = horizon.rounds() else { return false };
    let Sweeping { done, live, fresh, .. } = &view.jobs.sweeping;
    let last = done.last().map_or(Round(0), |(start, _)| *start);
    last.plus(rounds / 8) <= round && *fresh >= FEW.max(*live)
}

/// Drops what no kept round needs, as much as one block may.
pub(crate) fn drop_old(
    transaction: &WriteTransaction,
    state: &mut WriteRows<'_>,
    jobs: &mut Jobs,
    (oldest, written): (Round, usize),
) -> Result<(), AbnsError> {
    let done = &mut jobs.sweeping.done;
    let passed = done.iter().filter(|(_, end)| *end <= oldest).count();
    if let Some((start, _)) = passed.checked_sub(1).and_then(|last| done.get(last)) {
        jobs.floor = jobs.floor.max(*start);
    }
    done.drain(..passed.saturating_sub(1));
    let most = DROPS.max(2 * written);
    drop_before(state, jobs.floor, most)?;
    drop_before(&mut WriteRows::write(transaction, NODES)?, jobs.floor, most)?;
    jobs.bodies = jobs.bodies.max(oldest);
    drop_before(&mut WriteRows::write(transaction, BODIES)?, jobs.bodies, BODY_DROPS)
}

fn drop_before(rows: &mut WriteRows<'_>, round: Round, most: usize) -> Result<(), AbnsError> {
    let end = round_key(round);
    for _ in 0..most {
        match rows.first()? {
            Some(key) if key.as_slice() < end.as_slice() => rows.remove_first()?,
            Some(_) | None => break,
        }
    }
    Ok(())
}

/// Drops rows of an era from the index, as many as one block may; true if none is left.
pub(crate) fn drop_era(index: &mut WriteRows<'_>, era: u32) -> Result<bool, AbnsError> {
    let old: Vec<Vec<u8>> = index
        .scan(&era_key(era), &era_key(era.saturating_add(1)))?
        .take(DROPS)
        .map(|row| row.map(|(key, _)| key))
        .collect::<Result<_, _>>()?;
    for key in &old {
        index.remove(key)?;
    }
    Ok(old.len() < DROPS)
}
