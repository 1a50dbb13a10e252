//! The open profile: a cheap handle that `engine` writes through and `api` reads through.

use crate::lock::Lock;
use crate::{Profile, Protection};
use core::fmt;
use sqlx::SqlitePool;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};

/// An open profile. Clones share one database and one lock; the lock is given back with the last.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    profile: Profile,
    protection: Protection,
    pool: SqlitePool,
    writing: Mutex<()>,
    _lock: Lock,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the pool: its options hold the key.
        f.debug_struct("Store")
            .field("profile", &self.inner.profile)
            .field("protection", &self.inner.protection)
            .finish_non_exhaustive()
    }
}

impl Store {
    pub(crate) fn new(
        profile: Profile,
        protection: Protection,
        pool: SqlitePool,
        lock: Lock,
    ) -> Self {
        let writing = Mutex::default();
        Self { inner: Arc::new(Inner { profile, protection, pool, writing, _lock: lock }) }
    }

    /// Where the profile's files lie.
    #[must_use]
    pub fn profile(&self) -> &Profile {
        &self.inner.profile
    }

    /// What keeps the database key on this device.
    #[must_use]
    pub fn protection(&self) -> Protection {
        self.inner.protection
    }

    /// Closes the database; what any clone asks for afterwards fails. The lock is given back when
    /// the last clone is gone.
    pub async fn close(self) {
        self.inner.pool.close().await;
    }

    pub(crate) fn pool(&self) -> &SqlitePool {
        &self.inner.pool
    }

    /// The turn to write: writers wait for one another here, in order, and not in SQLite, which
    /// would give up after a while.
    pub(crate) async fn turn_to_write(&self) -> MutexGuard<'_, ()> {
        self.inner.writing.lock().await
    }
}
