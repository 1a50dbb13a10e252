//! How much one peer may make a worker keep: queues and publications per hour.
//!
//! A peer key costs nothing, so this only stops a single client gone wild; the worker's own limit
//! on the size of its file is what bounds them all together.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use types::{Timestamp, WorkerId};
use wire::{Failure, code};

const HOUR_MS: u64 = 3_600_000;
/// Peers remembered at a time; beyond that all start anew.
const PEERS: usize = 100_000;

/// Counts what a peer makes the worker keep.
#[derive(Debug)]
pub struct Hourly {
    most: usize,
    peers: Mutex<HashMap<WorkerId, (Timestamp, usize)>>,
}

impl Hourly {
    /// So many in an hour for each peer.
    #[must_use]
    pub fn new(most: usize) -> Self {
        Self { most, peers: Mutex::default() }
    }

    /// Counts one more, or refuses it.
    ///
    /// # Errors
    /// `unavailable` once it is one too many.
    pub fn count(&self, peer: WorkerId, now: Timestamp) -> Result<(), Failure> {
        let mut peers = self.peers.lock().unwrap_or_else(PoisonError::into_inner);
        if peers.len() >= PEERS {
            peers.retain(|_, (since, _)| now.millis_since(*since) < HOUR_MS);
        }
        if peers.len() >= PEERS {
            peers.clear();
        }
        let (since, made) = peers.entry(peer).or_insert((now, 0));
        if now.millis_since(*since) >= HOUR_MS {
            (*since, *made) = (now, 0);
        }
        if *made >= self.most {
            return Err(Failure::new(code::UNAVAILABLE, "too much from one connection in an hour"));
        }
        *made = made.saturating_add(1);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_in_an_hour_and_for_each_peer_alone() {
        let (limit, peer) = (Hourly::new(3), WorkerId([1; 32]));
        for _ in 0..3 {
            assert_eq!(limit.count(peer, Timestamp(0)), Ok(()));
        }
        assert!(limit.count(peer, Timestamp(HOUR_MS - 1)).is_err());
        assert_eq!(limit.count(WorkerId([2; 32]), Timestamp(0)), Ok(()));
        assert_eq!(limit.count(peer, Timestamp(HOUR_MS)), Ok(()));
    }
}
