//! Answers to light nodes and to managers that catch up, straight from the store.
//!
//! Everything here blocks on the disk. Nothing here is believed by anybody: the asking side checks
//! headers and proofs itself.

use crate::clock;
use crate::frame::{MAX_BLOCKS, SyncedBlock};
use crate::gate;
use crate::shared::{Shared, lock, store_failure};
use abns::ChainStore;
use types::Round;
use wire::chain::{ChainReply, ChainRequest, MAX_ENTRIES, MAX_HEADERS, Object};
use wire::{Encode, Failure};

/// An answer stays under this, unless its first item alone is longer.
const MAX_ANSWER: usize = 1536 * 1024;

pub(crate) fn answer(
    shared: &Shared,
    store: &ChainStore,
    request: ChainRequest,
) -> Result<ChainReply, Failure> {
    let reply = match request {
        ChainRequest::Genesis => ChainReply::Genesis(shared.genesis.clone()),
        ChainRequest::Tip => ChainReply::Tip { round: store.tip().0, now: clock::now() },
        ChainRequest::Headers { from, max } => ChainReply::Headers(headers(store, from, max)),
        ChainRequest::Submit(Object(bytes)) => {
            ChainReply::Submitted(gate::submit(shared, store, &bytes, true)?)
        }
        ChainRequest::Account(address) => {
            let proof = store.prove(address).map_err(|error| store_failure(&error))?;
            ChainReply::Account(object(&proof))
        }
        ChainRequest::History { home, after } => ChainReply::History(
            store.entries(home, after, MAX_ENTRIES).iter().map(object).collect(),
        ),
        ChainRequest::Find(id) => ChainReply::Found(store.find(id).map(|(round, _)| round)),
        ChainRequest::Locate(worker) => ChainReply::Located(lock(&shared.roster).locate(worker)),
    };
    // A read that fails looks like one that finds nothing.
    store.check().map_err(|error| store_failure(&error))?;
    Ok(reply)
}

fn headers(store: &ChainStore, from: Round, max: u16) -> Vec<Object> {
    let headers = rounds(from, usize::from(max).min(MAX_HEADERS))
        .map_while(|round| store.header(round))
        .map(|header| object(&header));
    fitting(headers, |header| header.0.len())
}

/// The final blocks from a round on, as many as one frame takes.
pub(crate) fn blocks(store: &ChainStore, from: Round) -> Vec<SyncedBlock> {
    let blocks = rounds(from, MAX_BLOCKS).map_while(|round| {
        Some(SyncedBlock { header: store.header(round)?, body: store.body(round)?.to_bytes() })
    });
    fitting(blocks, |block| block.to_bytes().len())
}

/// Round 0 has no header.
fn rounds(from: Round, max: usize) -> impl Iterator<Item = Round> {
    (from.0.max(1)..=u64::MAX).take(max).map(Round)
}

fn fitting<T>(items: impl Iterator<Item = T>, len: impl Fn(&T) -> usize) -> Vec<T> {
    let mut total = 0_usize;
    let mut kept = Vec::new();
    for item in items {
        total = total.saturating_add(len(&item));
        if total > MAX_ANSWER && !kept.is_empty() {
            break;
        }
        kept.push(item);
    }
    kept
}

fn object(value: &impl Encode) -> Object {
    Object(value.to_bytes())
}
