//! The values: each against the tree of its round, all of them against the newest root, and the
//! histories against the accounts.

use super::Verified;
use crate::{
    AbnsError,
    layout::ENTRIES,
    rows::Readable,
    snapshot::{View, decode},
    tree::{self, plain_hash},
    versions::{Log, Version},
};
use ledger::{Account, Entry};
use std::collections::BTreeMap;
use types::Round;

pub(super) fn verify(
    view: &View,
    base: Round,
    roots: &BTreeMap<Round, [u8; 32]>,
    done: &mut Verified,
) -> Result<(), AbnsError> {
    verify_values(view)?;
    let at = Version::after(view.tip.round);
    let state = view.state.range(&view.index, (&[], &[u8::MAX; 64]), at, usize::MAX)?;
    let root = tree::root_of_state(state.iter().map(|(key, value)| (key, value)));
    let in_tree = tree::root(&view.nodes, view.tip.round.0)?;
    if root != in_tree || roots.get(&view.tip.round).is_some_and(|in_header| root != *in_header) {
        return Err(AbnsError::damaged("state, tree and header differ"));
    }
    let entries = view.entries()?;
    let mut rows = 0;
    for (_, value) in state.iter().filter(|(key, _)| key.starts_with(b"acct/")) {
        let account: Account = decode(&view.state.rows, value)?;
        let (count, begun) = verify_history(view, (&entries, base), &account)?;
        done.entries += count;
        done.accounts += 1;
        rows += count + u64::from(begun);
    }
    if view.snapshot.rows(ENTRIES)?.count()? == rows {
        Ok(())
    } else {
        Err(AbnsError::damaged("history entries of no account"))
    }
}

/// Each row of the state is what the tree says in its round.
fn verify_values(view: &View) -> Result<(), AbnsError> {
    let log = &view.state;
    for row in log.rows.all()? {
        let (key, bytes) = row?;
        let position = Version::parse(&key).ok_or_else(|| log.rows.damaged("bad key"))?;
        let row = log.decode(position, &bytes)?;
        if position.round < log.floor {
            continue;
        }
        let proof = tree::prove(&view.nodes, position.round.0, &row.key)?;
        let own = proof.leaf.filter(|(hash, _)| *hash == plain_hash(&row.key));
        if own.map(|(_, value)| value) != row.value.as_deref().map(plain_hash) {
            return Err(log.rows.damaged("value of no tree"));
        }
    }
    Ok(())
}

/// Recomputes one account's history hash; how many entries it has, and whether its beginning was
/// given with the file's first state.
fn verify_history<T: Readable>(
    view: &View,
    (log, base): (&Log<T>, Round),
    account: &Account,
) -> Result<(u64, bool), AbnsError> {
    let mut rows = log.history(&view.index, &account.home.to_bytes(), usize::MAX)?;
    let start = rows.pop_if(|row| base > Round(0) && row.version.round == base);
    let (mut counter, mut hash) = (0, [0; 32]);
    if let Some(start) = &start {
        counter = start.depth;
        hash = decode(&log.rows, start.value.as_deref().unwrap_or_default())?;
    }
    let count = rows.len() as u64;
    for row in rows.into_iter().rev() {
        let entry: Entry = decode(&log.rows, row.value.as_deref().unwrap_or_default())?;
        counter += 1;
        if entry.counter != counter || row.depth != counter {
            return Err(log.rows.damaged("gap"));
        }
        hash = entry.next_hash(&hash);
    }
    if counter == account.counter && hash == account.history {
        Ok((count, start.is_some()))
    } else {
        Err(log.rows.damaged("broken history"))
    }
}
