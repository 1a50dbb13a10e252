//! The state as executor and mempool read it: one block's, whatever is committed meanwhile.

use crate::{AbnsError, fault::Fault, snapshot::View, versions::Version};
use ledger::{StateView, Tip};

/// The whole state after one final block; later commits do not change it.
pub struct State {
    view: View,
    tip: Tip,
    fault: Fault,
}

impl State {
    pub(crate) fn new(view: View, tip: Tip, fault: Fault) -> Self {
        Self { view, tip, fault }
    }

    /// The block whose state this is.
    #[must_use]
    pub const fn tip(&self) -> &Tip {
        &self.tip
    }

    /// Whether every read so far went well. What was computed after a failed one is worthless;
    /// [`crate::ChainStore::prepare`] asks the same.
    ///
    /// # Errors
    /// [`AbnsError::Damaged`] once a read has failed.
    pub fn check(&self) -> Result<(), AbnsError> {
        self.fault.check()
    }

    /// Keys from one to another, the second not included, and their values, in order, at most so
    /// many. Empty when the file cannot be read.
    #[must_use]
    pub fn range(&self, from: &[u8], to: &[u8], most: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        let at = Version::after(self.tip.round);
        let read = || self.view.state.range(&self.view.index, (from, to), at, most);
        self.fault.read(read).unwrap_or_default()
    }

    /// What a key was up to this block, newest first, at most so many; `None` stands for a
    /// deletion. Ends where the horizon has been passed.
    #[must_use]
    pub fn history(&self, key: &[u8], most: usize) -> Vec<(Version, Option<Vec<u8>>)> {
        let read = || {
            let View { index, state, .. } = &self.view;
            let mut next = state.at(index, key, Version::after(self.tip.round))?;
            let mut all = Vec::new();
            while let Some(row) = next.filter(|_| all.len() < most) {
                next = state.before(&row)?;
                all.push((row.version, row.value));
            }
            Ok(all)
        };
        self.fault.read(read).unwrap_or_default()
    }

    /// The version before another of a key, and what it was.
    #[must_use]
    pub fn get_previous(&self, key: &[u8], before: Version) -> Option<(Version, Option<Vec<u8>>)> {
        let before = before.min(Version::after(self.tip.round));
        let read = || self.view.state.get_previous(&self.view.index, key, before);
        let row = self.fault.read(read).flatten()?;
        Some((row.version, row.value))
    }
}

impl StateView for State {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.fault.read(|| self.view.get(key, self.tip.round)).flatten()
    }
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State").field("tip", &self.tip).finish_non_exhaustive()
    }
}
