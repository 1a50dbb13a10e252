//! The database file: opened, read, written and closed without ever panicking.
//!
//! redb asserts on pages that a failing disk has changed. That must end as an error of this store,
//! not of the node around it.

use crate::{AbnsError, snapshot::Snapshot};
use redb::{Database, Durability, ReadableDatabase, WriteTransaction};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Runs something that touches the file; a panic of redb is reported as damage. What it left half
/// done inside redb is not used again: the caller gives the store up.
pub(crate) fn guarded<T>(work: impl FnOnce() -> Result<T, AbnsError>) -> Result<T, AbnsError> {
    catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(AbnsError::damaged("its pages are inconsistent")))
}

/// An open database.
pub(crate) struct File(Option<Database>);

impl File {
    pub(crate) fn new(database: Database) -> Self {
        Self(Some(database))
    }

    /// The file as it is now; it stays so for this reader.
    pub(crate) fn snapshot(&self) -> Result<Snapshot, AbnsError> {
        Ok(Snapshot(self.database()?.begin_read()?))
    }

    /// A transaction that is on the disk when it commits. Two-phase with the allocator's state in
    /// it: a manager's pages hold strangers' bytes, and recovery after a crash must not take longer
    /// as the chain grows.
    pub(crate) fn begin(&self) -> Result<WriteTransaction, AbnsError> {
        let mut transaction = self.database()?.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        transaction.set_quick_repair(true);
        Ok(transaction)
    }

    fn database(&self) -> Result<&Database, AbnsError> {
        self.0.as_ref().ok_or_else(|| AbnsError::damaged("it is closed"))
    }
}

impl Drop for File {
    fn drop(&mut self) {
        // redb writes when it closes, and asserts there too. What is committed is safe already, so
        // a failure is nobody's concern any more.
        let database = self.0.take();
        let _ = guarded(|| {
            drop(database);
            Ok(())
        });
    }
}
