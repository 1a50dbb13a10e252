//! Where workers listen, as they have announced it themselves. Lives in memory only: workers
//! announce again. Those that the ledger registers are never driven out by others.

use std::collections::{BTreeMap, BTreeSet};
use types::WorkerId;
use wire::roster::{MAX_ADDRESS, MAX_ADDRESSES};

/// Most nodes beside the registered workers; behind them the one heard of longest ago goes.
const MAX_STRANGERS: usize = 4096;

#[derive(Debug)]
pub(crate) struct Roster {
    registered: BTreeSet<WorkerId>,
    heard: BTreeMap<WorkerId, (u64, Vec<String>)>,
    next: u64,
}

impl Roster {
    pub(crate) fn new() -> Self {
        Self { registered: BTreeSet::new(), heard: BTreeMap::new(), next: 0 }
    }

    /// Notes which workers the ledger registers now.
    pub(crate) fn register(&mut self, workers: Vec<WorkerId>) {
        self.registered = workers.into_iter().collect();
    }

    /// Notes an announcement; addresses beyond the limits are left out.
    pub(crate) fn announce(&mut self, worker: WorkerId, mut addresses: Vec<String>) {
        addresses.retain(|address| address.len() <= MAX_ADDRESS);
        addresses.truncate(MAX_ADDRESSES);
        self.next = self.next.saturating_add(1);
        self.heard.insert(worker, (self.next, addresses));
        let strangers = self.heard.iter().filter(|(id, _)| !self.registered.contains(id));
        let mut strangers: Vec<_> = strangers.map(|(id, (at, _))| (*at, *id)).collect();
        let surplus = strangers.len().saturating_sub(MAX_STRANGERS);
        if surplus > 0 {
            // More than one, if workers have left since.
            strangers.sort_unstable();
            strangers.iter().take(surplus).for_each(|(_, id)| drop(self.heard.remove(id)));
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
        let mut roster = Roster::new();
        roster.register(vec![worker(0)]);
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
        // Whoever is a worker no more is a stranger, and the one heard of longest ago.
        roster.register(vec![worker(2)]);
        roster.announce(worker(1), vec!["c".into()]);
        assert_eq!(roster.locate(worker(0)), [""; 0]);
        assert_eq!(roster.locate(worker(2)), ["b"]);
    }
}
