//! What happens after the file could not be read.
//!
//! `ledger::StateView` has no room for an error, and "no such account" would be a wrong answer that
//! makes one manager compute another state than the rest. So the first failure is remembered, and
//! the store refuses to prepare, commit or prove anything until it is opened again.

use crate::{AbnsError, file::guarded};
use std::sync::{Arc, OnceLock};

/// The first failed read of a store, shared by the store and all its states.
#[derive(Clone, Default)]
pub(crate) struct Fault(Arc<OnceLock<String>>);

impl Fault {
    /// What was read, or nothing and a note that the store is not to be trusted any more.
    pub(crate) fn read<T>(&self, work: impl FnOnce() -> Result<T, AbnsError>) -> Option<T> {
        self.note(guarded(work)).ok()
    }

    /// Runs something whose result counts; refuses once anything has failed on damage.
    pub(crate) fn run<T>(
        &self,
        work: impl FnOnce() -> Result<T, AbnsError>,
    ) -> Result<T, AbnsError> {
        self.check()?;
        let result = guarded(work);
        // A block that does not fit, or a full disk, says nothing against what was read.
        if matches!(result, Err(AbnsError::Damaged(_))) { self.note(result) } else { result }
    }

    /// Refuses once a read has failed.
    pub(crate) fn check(&self) -> Result<(), AbnsError> {
        match self.0.get() {
            Some(first) => Err(AbnsError::damaged(format!("an earlier read failed: {first}"))),
            None => Ok(()),
        }
    }

    fn note<T>(&self, result: Result<T, AbnsError>) -> Result<T, AbnsError> {
        if let Err(error) = &result {
            self.0.get_or_init(|| error.to_string());
        }
        result
    }
}
