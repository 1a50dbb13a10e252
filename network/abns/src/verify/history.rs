//! What follows from the headers: the range over all of them, and the committees that they name.

use crate::{
    AbnsError,
    layout::{COMMITTEES, RANGE, range_key},
    rows::ReadRows,
    snapshot::{View, decode},
};
use ledger::{CertifiedHeader, Committee, Tip, range_peaks};
use std::collections::BTreeSet;
use types::Round;

/// The nodes that a header completes in the range over all of them.
pub(super) fn verify_nodes(
    view: &View,
    before: &Tip,
    block: &CertifiedHeader,
) -> Result<(), AbnsError> {
    let rows = view.snapshot.rows(RANGE)?;
    let mut range = before.history.clone();
    let nodes = range.append(block.header.id());
    nodes.into_iter().try_for_each(|node| is_node(&rows, (node.height, node.index), node.hash))
}

/// What the file begins with, that nothing is missing, and that there is nothing more.
pub(super) fn verify_rest(
    view: &View,
    base: &Tip,
    committees: &BTreeSet<[u8; 32]>,
) -> Result<(), AbnsError> {
    let rows = view.snapshot.rows(RANGE)?;
    let peaks = range_peaks(base.round.0).into_iter().zip(base.history.peaks());
    for (place, peak) in peaks {
        is_node(&rows, place, *peak)?;
    }
    let first = u64::from(base.round.0.count_ones());
    let added = nodes_of(view.tip.round).saturating_sub(nodes_of(base.round));
    if rows.count()? != first.saturating_add(added) {
        return Err(rows.damaged("wrong number of nodes"));
    }
    verify_committees(view, committees)
}

/// How many nodes the range over all headers has, up to a round.
fn nodes_of(round: Round) -> u64 {
    round.0.saturating_mul(2).saturating_sub(u64::from(round.0.count_ones()))
}

fn is_node(rows: &ReadRows, (height, index): (u8, u64), hash: [u8; 32]) -> Result<(), AbnsError> {
    let stored = range_key(height, index).map(|key| rows.need(&key)).transpose()?;
    if stored.as_deref() == Some(hash.as_slice()) {
        Ok(())
    } else {
        Err(rows.damaged("another node"))
    }
}

fn verify_committees(view: &View, named: &BTreeSet<[u8; 32]>) -> Result<(), AbnsError> {
    let rows = view.snapshot.rows(COMMITTEES)?;
    let mut found = 0;
    for row in rows.all()? {
        let (key, bytes) = row?;
        let committee: Committee = decode(&rows, &bytes)?;
        let hash = committee.hash();
        if key != hash || !named.contains(&hash) {
            return Err(rows.damaged("not what a header names"));
        }
        found += 1;
    }
    if found == named.len() { Ok(()) } else { Err(rows.damaged("rows missing")) }
}
