//! The pool log against the state of the tip, and the effects against the log.

use crate::{
    AbnsError,
    layout::{META, POOL_EFFECTS, POOL_LOG, number_key},
    pool::gap,
    snapshot::{View, decode},
};
use ledger::pool_key;
use shielded::{Effects, LogEntry, LogPlace, Pool};

/// How many bundles there are.
pub(super) fn verify(view: &View) -> Result<u64, AbnsError> {
    let (log, all) = (view.snapshot.rows(POOL_LOG)?, view.snapshot.rows(POOL_EFFECTS)?);
    let cell = view.get(&pool_key(), view.tip.round)?;
    let pool: Option<Pool> = cell.map(|bytes| decode(&view.state.rows, &bytes)).transpose()?;
    let end = pool.map_or(LogPlace::START, |pool| pool.log_place());
    let gap = gap(&view.snapshot.rows(META)?)?;
    // Of rows that are not all there yet nothing can be said.
    let mut place = gap.map_or(LogPlace::START, |gap| gap.end);
    if gap.is_some_and(|gap| gap.given.count >= gap.end.count) {
        return Err(log.damaged("a gap of nothing"));
    }
    let first = place.count;
    for number in first..end.count {
        let key = number_key(number);
        let (entry, effects): (LogEntry, Effects) =
            (decode(&log, &log.need(&key)?)?, decode(&all, &all.need(&key)?)?);
        if !entry.is_of(&effects) {
            return Err(all.damaged("effects of another bundle"));
        }
        place = place.behind(&[entry]);
    }
    if place != end {
        return Err(log.damaged("another log than the state's"));
    }
    let own = end.count.saturating_sub(first);
    for rows in [&log, &all] {
        let more = rows.scan(&number_key(end.count), &[u8::MAX; 9])?.next();
        if more.is_some() || (gap.is_none() && rows.count()? != own) {
            return Err(rows.damaged("rows of no bundle"));
        }
    }
    Ok(own)
}
