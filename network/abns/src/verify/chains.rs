//! The pasts of all keys of a namespace: links, depths, and the heads in the index.

use crate::{
    AbnsError,
    index::Page,
    layout::HISTORIES,
    rows::Readable,
    snapshot::View,
    versions::{Head, Log, Row, Version},
};
use std::collections::BTreeMap;

const PAGE: usize = 4_096;

/// The newest row of a key so far.
struct Last {
    head: Head,
    version: Version,
    depth: u64,
    is_deleted: bool,
}

/// Checks every row that may be needed against the one before it; how many there are.
pub(super) fn verify<T: Readable>(view: &View, log: &Log<T>) -> Result<u64, AbnsError> {
    let mut keys: BTreeMap<Vec<u8>, Last> = BTreeMap::new();
    let mut count = 0;
    for bytes in log.rows.all()? {
        let (key, bytes) = bytes?;
        let position = Version::parse(&key).ok_or_else(|| log.rows.damaged("bad key"))?;
        let row = log.decode(position, &bytes)?;
        if position.round < log.floor {
            continue;
        }
        let fits = match keys.get(&row.key) {
            Some(last) => follows(&row, position, last),
            None => begins(log, &row, position),
        };
        if !fits || row.version > position || !points_back(log, &row, position)? {
            return Err(log.rows.damaged("broken chain"));
        }
        let last = Last {
            head: row.head(position),
            version: row.version,
            depth: row.depth,
            is_deleted: row.value.is_none(),
        };
        keys.insert(row.key, last);
        count += 1;
    }
    verify_heads(view, log, keys)?;
    Ok(count)
}

/// Whether a row goes on where the last one ended, or is that one carried forward.
fn follows(row: &Row, position: Version, last: &Last) -> bool {
    if row.version == position {
        row.before == last.head.link
            && row.depth == last.depth + 1
            && row.prev == Some(last.head.position)
    } else {
        row.version == last.version && row.depth == last.depth && row.link() == last.head.link
    }
}

/// Whether nothing is missing before the first row of a key that is there.
fn begins<T>(log: &Log<T>, row: &Row, position: Version) -> bool {
    let is_dropped = |before: Version| before.round < log.floor;
    match row.prev {
        Some(prev) => is_dropped(prev),
        // The very first, or that one carried forward. A history may have been begun elsewhere; its
        // number is the account's business.
        None => {
            row.before == [0; 32]
                && (row.depth == 1 || log.namespace == HISTORIES)
                && (row.version == position || is_dropped(row.version))
        }
    }
}

/// Whether the rows that it names are what it says.
fn points_back<T: Readable>(log: &Log<T>, row: &Row, position: Version) -> Result<bool, AbnsError> {
    if row.prev.is_some() != row.jump.is_some() {
        return Ok(false);
    }
    if let Some(prev) = row.prev {
        let before = if prev < position { log.row(prev)? } else { return Ok(false) };
        let fits = before.is_none_or(|before| {
            before.key == row.key && before.link() == row.before && before.depth + 1 == row.depth
        });
        if !fits {
            return Ok(false);
        }
    }
    if let Some((jump, depth)) = row.jump {
        let far = if jump < position { log.row(jump)? } else { return Ok(false) };
        return Ok(far.is_none_or(|far| far.key == row.key && far.depth == depth));
    }
    Ok(true)
}

fn verify_heads<T: Readable>(
    view: &View,
    log: &Log<T>,
    mut keys: BTreeMap<Vec<u8>, Last>,
) -> Result<(), AbnsError> {
    let (mut from, end) = (vec![log.namespace], [log.namespace.saturating_add(1)]);
    loop {
        let Page { rows, next } = view.index.page(&from, &end, PAGE)?;
        for (key, bytes) in rows {
            let last = keys.remove(key.get(1..).unwrap_or_default());
            if Head::parse(&bytes) != last.map(|last| last.head) {
                return Err(view.index.table.damaged("wrong head"));
            }
        }
        match next {
            Some(next) => from = next,
            None => break,
        }
    }
    // What was deleted before the horizon may be forgotten.
    if keys.values().all(|last| last.is_deleted) {
        Ok(())
    } else {
        Err(view.index.table.damaged("head missing"))
    }
}
