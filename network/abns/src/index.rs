//! Where the newest of everything lies: rows under keys like hashes, written late and in order.
//!
//! A copy-on-write tree pays a page for each scattered key. So what a block adds here stays in
//! memory, in sorted layers; every so many blocks they become one, which is then written in key
//! order, a stretch per block. What was not written yet is found again in the logs at opening.
//! A reader keeps the layers that were there when it began.

use crate::{
    AbnsError,
    rows::{Readable, Rows, WriteRows},
};
use std::{collections::BTreeMap, ops::Bound, sync::Arc};

/// What to write under a key, or that its row goes.
type Change = Option<Vec<u8>>;
/// Changes of one block.
pub(crate) type Draft = BTreeMap<Vec<u8>, Change>;

/// Changes of one or more blocks, sorted by key.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Layer(Vec<(Vec<u8>, Change)>);

impl Layer {
    fn get(&self, key: &[u8]) -> Option<&Change> {
        let at = self.0.binary_search_by(|(other, _)| other.as_slice().cmp(key)).ok()?;
        self.0.get(at).map(|(_, change)| change)
    }

    fn range(&self, from: &[u8], to: &[u8]) -> &[(Vec<u8>, Change)] {
        let first = self.0.partition_point(|(key, _)| key.as_slice() < from);
        let end = self.0.partition_point(|(key, _)| key.as_slice() < to);
        self.0.get(first..end).unwrap_or_default()
    }

    /// Both; where they meet, the newer counts.
    fn merge(&self, newer: &Self) -> Self {
        let mut all = Vec::with_capacity(self.0.len() + newer.0.len());
        let (mut older, mut newer) = (self.0.iter().peekable(), newer.0.iter().peekable());
        loop {
            let take_older = match (older.peek(), newer.peek()) {
                (Some((one, _)), Some((other, _))) => {
                    if one == other {
                        older.next();
                        continue;
                    }
                    one < other
                }
                (one, _) => one.is_some(),
            };
            match if take_older { older.next() } else { newer.next() } {
                Some(row) => all.push(row.clone()),
                None => return Self(all),
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// So many rows from a place on.
    pub(crate) fn stretch(&self, from: usize, count: usize) -> &[(Vec<u8>, Change)] {
        let rows = self.0.get(from..).unwrap_or_default();
        rows.get(..count).unwrap_or(rows)
    }
}

/// What is not in the table yet: an old layer on its way there, and newer ones, oldest first.
#[derive(Debug, Clone, Default)]
pub(crate) struct Layers {
    frozen: Option<Arc<Layer>>,
    active: Vec<Arc<Layer>>,
}

impl Layers {
    /// Adds a block's changes. Sizes fall at least by half from layer to layer, so that there are
    /// few of them and each row is copied few times.
    pub(crate) fn push(&mut self, draft: Draft) {
        let mut newest = Layer(draft.into_iter().collect());
        while let Some(before) = self.active.pop_if(|before| before.len() <= 2 * newest.len()) {
            newest = before.merge(&newest);
        }
        self.active.push(Arc::new(newest));
    }

    /// How many rows wait in the newer layers.
    pub(crate) fn waiting(&self) -> usize {
        self.active.iter().map(|layer| layer.len()).sum()
    }

    /// The old layer.
    pub(crate) fn frozen(&self) -> Option<&Arc<Layer>> {
        self.frozen.as_ref()
    }

    /// Drops the old layer once all of it is in the table.
    pub(crate) fn thaw(&mut self) {
        self.frozen = None;
    }

    /// Makes one old layer of the newer ones.
    pub(crate) fn freeze(&mut self) {
        let mut layers = self.active.drain(..);
        let Some(first) = layers.next() else { return };
        self.frozen = Some(layers.fold(first, |all, newer| Arc::new(all.merge(&newer))));
    }

    /// Newest first.
    fn iter(&self) -> impl Iterator<Item = &Layer> {
        self.active.iter().rev().chain(&self.frozen).map(AsRef::as_ref)
    }
}

/// Some rows of the index in key order.
pub(crate) struct Page {
    pub(crate) rows: Vec<(Vec<u8>, Vec<u8>)>,
    /// Where the next page begins, if there may be one.
    pub(crate) next: Option<Vec<u8>>,
}

/// The index as of one moment: its table, and what waits to be written there.
pub(crate) struct Index<T> {
    pub(crate) table: Rows<T>,
    pub(crate) layers: Layers,
    /// What the open transaction adds.
    pub(crate) draft: Draft,
}

impl<T: Readable> Index<T> {
    pub(crate) fn new(table: Rows<T>, layers: Layers) -> Self {
        Self { table, layers, draft: Draft::new() }
    }

    pub(crate) fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, AbnsError> {
        if let Some(change) = self.draft.get(key) {
            return Ok(change.clone());
        }
        match self.layers.iter().find_map(|layer| layer.get(key)) {
            Some(change) => Ok(change.clone()),
            None => self.table.get(key),
        }
    }

    /// At most so many rows from a key to another, the second not included.
    pub(crate) fn page(&self, from: &[u8], to: &[u8], most: usize) -> Result<Page, AbnsError> {
        if from >= to {
            return Ok(Page { rows: Vec::new(), next: None });
        }
        // Oldest first, so that newer changes replace older ones. Each source gives its first
        // `most` rows, hence the first `most` of all are complete.
        let mut all: Draft = BTreeMap::new();
        for row in self.table.scan(from, to)?.take(most) {
            let (key, bytes) = row?;
            all.insert(key, Some(bytes));
        }
        let layers: Vec<&Layer> = self.layers.iter().collect();
        for layer in layers.iter().rev() {
            all.extend(layer.range(from, to).iter().take(most).cloned());
        }
        let draft = self.draft.range::<[u8], _>((Bound::Included(from), Bound::Excluded(to)));
        all.extend(draft.take(most).map(|(key, change)| (key.clone(), change.clone())));
        let next =
            all.keys().nth(most.saturating_sub(1)).map(|last| [last, [0].as_slice()].concat());
        let rows = all.into_iter().take(most).filter_map(|(key, row)| Some((key, row?))).collect();
        Ok(Page { rows, next })
    }
}

impl Index<redb::Table<'_, &'static [u8], &'static [u8]>> {
    /// Changes a row, in memory.
    pub(crate) fn put(&mut self, key: Vec<u8>, change: Change) {
        self.draft.insert(key, change);
    }

    /// Writes a stretch of the old layer.
    pub(crate) fn write(&mut self, from: usize, count: usize) -> Result<usize, AbnsError> {
        let Some(layer) = self.layers.frozen().map(Arc::clone) else { return Ok(0) };
        let stretch = layer.stretch(from, count);
        for (key, change) in stretch {
            store(&mut self.table, key, change.as_deref())?;
        }
        Ok(stretch.len())
    }
}

/// Writes or removes one row of the table.
pub(crate) fn store(
    table: &mut WriteRows<'_>,
    key: &[u8],
    bytes: Option<&[u8]>,
) -> Result<(), AbnsError> {
    match bytes {
        Some(bytes) => table.put(key, bytes),
        None => table.remove(key),
    }
}

#[cfg(test)]
mod tests;
