//! What happens when: virtual milliseconds, and the order of asking within one.

use crate::world::Event;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

struct Entry {
    at: u64,
    number: u64,
    event: Event,
}

/// All that is still to happen.
#[derive(Default)]
pub(crate) struct Queue {
    entries: BinaryHeap<Reverse<Entry>>,
    number: u64,
}

impl Queue {
    pub(crate) fn add(&mut self, at: u64, event: Event) {
        self.number += 1;
        self.entries.push(Reverse(Entry { at, number: self.number, event }));
    }

    pub(crate) fn next(&mut self) -> Option<(u64, Event)> {
        self.entries.pop().map(|Reverse(entry)| (entry.at, entry.event))
    }
}

impl PartialEq for Entry {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Entry {}

impl PartialOrd for Entry {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Entry {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.at, self.number).cmp(&(other.at, other.number))
    }
}
