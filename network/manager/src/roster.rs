//! Where workers listen, as they have announced it themselves. Lives in memory only: workers
//! announce again.

use std::collections::{BTreeMap, BTreeSet};
use types::WorkerId;
use wire::roster::{MAX_ADDRESS, MAX_ADDRESSES};

/// Most workers beside those of the genesis; behind them the one heard of longest ago goes.
const MAX_STRANGERS: usize = 4096;

#[derive(Debug)]
pub(crate) struct Roster {
    founders: BTreeSet<WorkerId>,
    heard: BTreeMap<WorkerId, (u64, Vec<String>)>,
    next: u64,
}

impl Roster {
    pub(crate) fn new(founders: &[WorkerId]) -> Self {
        let founders = founders.iter().copied().collect();
        Self { founders, heard: BTreeMap::new(), next: 0 }
    }

    /// Notes an announcement; addresses beyond the limits are left out.
    pub(crate) fn announce(&mut self, worker: WorkerId, mut addresses: Vec<String>) {
        addresses.retain(|address| address.len() <= MAX_ADDRESS);
        addresses.truncate(MAX_ADDRESSES);
        self.next = self.next.saturating_add(1);
        self.heard.insert(worker, (self.next, addresses));
        let strangers = self.heard.iter().filter(|(id, _)| !self.founders.contains(id));
        if strangers.clone().count() > MAX_STRANGERS {
            let oldest = strangers.min_by_key(|(_, (at, _))| *at).map(|(id, _)| *id);
            oldest.and_then(|id| self.heard.remove(&id));
        }
    }

    pub(crate) fn locate(&self, worker: WorkerId) -> Vec<String> {
        self.heard.get(&worker).map(|(_, addresses)| addresses.clone()).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(n: u16) -> WorkerId {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&n.to_be_bytes());
        WorkerId(id)
    }

    #[test]
    fn the_newest_announcement_counts_and_strangers_are_bounded() {
        let mut roster = Roster::new(&[worker(0)]);
        roster.announce(worker(0), vec!["a".into()]);
        roster.announce(worker(1), vec!["old".into()]);
        let long = "x".repeat(MAX_ADDRESS + 1);
        let many = (0..20).map(|n| n.to_string());
        roster.announce(worker(1), [long].into_iter().chain(many).collect());
        assert_eq!(roster.locate(worker(1)).len(), MAX_ADDRESSES);
        for n in 2..2 + MAX_STRANGERS as u16 {
            roster.announce(worker(n), vec!["b".into()]);
        }
        assert_eq!(roster.locate(worker(0)), ["a"]);
        assert_eq!(roster.locate(worker(1)), [""; 0]);
        assert_eq!(roster.locate(worker(2)), ["b"]);
    }
}
