//! Where managers listen, as far as is known: from the settings, and as they announce themselves.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use types::WorkerId;

/// Addresses by manager.
#[derive(Debug, Default)]
pub(crate) struct Book(Mutex<BTreeMap<WorkerId, Vec<String>>>);

impl Book {
    /// A book that begins with these.
    pub(crate) fn new(known: &[(WorkerId, Vec<String>)]) -> Self {
        Self(Mutex::new(known.iter().cloned().collect()))
    }

    /// Where a manager listens; nothing if nobody has said.
    pub(crate) fn addresses(&self, manager: WorkerId) -> Vec<String> {
        self.lock().get(&manager).cloned().unwrap_or_default()
    }

    /// Notes where a manager is said to listen.
    pub(crate) fn note(&self, manager: WorkerId, addresses: Vec<String>) {
        self.lock().insert(manager, addresses);
    }

    /// All that is known.
    pub(crate) fn all(&self) -> Vec<(WorkerId, Vec<String>)> {
        self.lock().iter().map(|(manager, addresses)| (*manager, addresses.clone())).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<WorkerId, Vec<String>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
