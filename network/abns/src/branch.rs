//! States that may come to be: what candidate blocks would change, in memory.

use crate::{AbnsError, ChainStore, PendingState, State};
use ledger::{Changes, StateView};
use std::{collections::BTreeMap, ops::Bound, sync::Arc};

/// What a branch grows from.
#[derive(Debug, Clone)]
enum Parent {
    State(Arc<State>),
    Branch(Arc<Branch>),
}

/// Changes on top of a state or of another branch. Any number may stand beside one another; nothing
/// of one is ever written but by [`ChainStore::commit`].
#[derive(Debug, Clone)]
pub struct Branch {
    parent: Parent,
    changes: Changes,
}

impl Branch {
    /// A branch without changes on a state.
    #[must_use]
    pub fn of(state: Arc<State>) -> Self {
        Self { parent: Parent::State(state), changes: Changes::new() }
    }

    /// A branch without changes on another.
    #[must_use]
    pub fn on(branch: Arc<Self>) -> Self {
        Self { parent: Parent::Branch(branch), changes: Changes::new() }
    }

    /// Takes changes in, over earlier ones of the same keys; `None` deletes.
    pub fn apply(&mut self, changes: impl IntoIterator<Item = (Vec<u8>, Option<Vec<u8>>)>) {
        self.changes.extend(changes);
    }

    /// What it changes of its parent.
    #[must_use]
    pub fn changes(&self) -> &BTreeMap<Vec<u8>, Option<Vec<u8>>> {
        &self.changes
    }

    /// Keys from one to another, the second not included, and their values, in order, at most so
    /// many.
    #[must_use]
    pub fn range(&self, from: &[u8], to: &[u8], most: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        if from >= to {
            return Vec::new();
        }
        let range = (Bound::Included(from), Bound::Excluded(to));
        let own: BTreeMap<_, _> = self.changes.range::<[u8], _>(range).collect();
        // Of what the parent gives, at most as many fall away as there are changes here.
        let most_below = most.saturating_add(own.len());
        let below = match &self.parent {
            Parent::State(state) => state.range(from, to, most_below),
            Parent::Branch(branch) => branch.range(from, to, most_below),
        };
        let mut all: BTreeMap<_, _> = below.into_iter().collect();
        for (key, value) in own {
            match value {
                Some(value) => all.insert(key.clone(), value.clone()),
                None => all.remove(key),
            };
        }
        all.into_iter().take(most).collect()
    }
}

impl StateView for Branch {
    fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        match (self.changes.get(key), &self.parent) {
            (Some(change), _) => change.clone(),
            (None, Parent::State(state)) => state.get(key),
            (None, Parent::Branch(branch)) => branch.get(key),
        }
    }
}

impl ChainStore {
    /// A branch without changes on the tip, for a candidate of the next round.
    ///
    /// # Errors
    /// [`AbnsError`] if the file cannot be read, now or earlier.
    pub fn branch(&self) -> Result<Branch, AbnsError> {
        Ok(Branch::of(Arc::new(self.state()?)))
    }

    /// Computes the state of a branch, which must grow from the tip itself. Writes nothing.
    ///
    /// # Errors
    /// [`AbnsError::BadBlock`] if the branch grows from elsewhere; else [`AbnsError`] if the file
    /// cannot be read, now or earlier.
    pub fn prepare_branch(&self, branch: &Branch) -> Result<PendingState, AbnsError> {
        match &branch.parent {
            Parent::State(state) if *state.tip() == self.tip() => self.prepare(&branch.changes),
            Parent::State(_) | Parent::Branch(_) => {
                Err(AbnsError::bad_block("the branch does not grow from the tip"))
            }
        }
    }
}
