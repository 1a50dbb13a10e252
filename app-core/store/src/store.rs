//! The open profile: a cheap handle that `engine` writes through and `api` reads through.

use crate::connections::{Connections, Lent};
use crate::lock::Lock;
use crate::{Profile, Protection, StoreError};
use core::fmt;
use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};
use tokio::sync::{Mutex, MutexGuard, broadcast};
use types::OpenId;

/// Contacts that a listener may fall behind.
const TOLD: usize = 256;

/// An open profile. Clones share one database and one lock.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    profile: Profile,
    protection: Protection,
    connections: Connections,
    writing: Mutex<()>,
    /// Tells of each contact about whom something was saved that a screen shows.
    shown: broadcast::Sender<OpenId>,
    /// Given back when the database is closed, or with the last clone.
    lock: std::sync::Mutex<Option<Lock>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Not the connections: their options hold the key.
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
        connections: Connections,
        lock: Lock,
    ) -> Self {
        let (writing, shown) = (Mutex::default(), broadcast::Sender::new(TOLD));
        let lock = std::sync::Mutex::new(Some(lock));
        Self { inner: Arc::new(Inner { profile, protection, connections, writing, shown, lock }) }
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

    /// Closes the database and gives the lock back; what any clone asks for afterwards fails.
    pub async fn close(self) {
        self.inner.connections.close().await;
        drop(self.inner.lock.lock().unwrap_or_else(PoisonError::into_inner).take());
    }

    /// The contacts about whom something is saved, from now on, that a conversation or the list of
    /// them shows.
    #[must_use]
    pub fn shown(&self) -> broadcast::Receiver<OpenId> {
        self.inner.shown.subscribe()
    }

    pub(crate) fn tell_shown(&self, contacts: BTreeSet<OpenId>) {
        for contact in contacts {
            // An error means that nobody listens.
            let _ = self.inner.shown.send(contact);
        }
    }

    /// A connection, until it is dropped.
    pub(crate) async fn connection(&self) -> Result<Lent<'_>, StoreError> {
        Ok(self.inner.connections.lend().await?)
    }

    /// The turn to write: writers wait for one another here, in order, and not in SQLite, which
    /// would give up after a while.
    pub(crate) async fn turn_to_write(&self) -> MutexGuard<'_, ()> {
        self.inner.writing.lock().await
    }
}
