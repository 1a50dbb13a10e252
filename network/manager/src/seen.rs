//! Transactions whose signatures were found good: each is verified once, when it comes in, and not
//! again in every block that holds it.
//!
//! Keyed by wid, which covers every byte of the witness: another signature is another wid. A key
//! belongs to its address for ever, so that a good signature stays good; whether the key may still
//! sign is asked of the state each time.

use std::collections::{BTreeSet, VecDeque};
use std::sync::{PoisonError, RwLock};

/// Most wids that are remembered; the oldest goes first.
const MOST: usize = 50_000;

#[derive(Debug, Default)]
pub(crate) struct SeenWitnesses(RwLock<Seen>);

#[derive(Debug, Default)]
struct Seen {
    known: BTreeSet<[u8; 32]>,
    order: VecDeque<[u8; 32]>,
}

impl SeenWitnesses {
    pub(crate) fn contains(&self, wid: &[u8; 32]) -> bool {
        self.0.read().unwrap_or_else(PoisonError::into_inner).known.contains(wid)
    }

    pub(crate) fn insert(&self, wid: [u8; 32]) {
        let mut seen = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if !seen.known.insert(wid) {
            return;
        }
        seen.order.push_back(wid);
        if seen.order.len() > MOST
            && let Some(oldest) = seen.order.pop_front()
        {
            seen.known.remove(&oldest);
        }
    }
}
