//! The connections to the database: all are opened at first and stay, each lent to one at a time.
//!
//! One is back at the very moment its borrower lets go of it. The usual pools give it back in a task of
//! its own, which never runs if the program ends first; the connection is closed then in a thread that
//! nobody waits for, and SQLCipher takes its memory away from that thread when the process ends.

use core::ops::{Deref, DerefMut};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use tokio::sync::{MappedMutexGuard, Mutex, MutexGuard, Semaphore, SemaphorePermit};

pub(crate) struct Connections {
    options: SqliteConnectOptions,
    /// Empty once all are closed.
    slots: Vec<Mutex<Option<SqliteConnection>>>,
    /// As many as there are slots; whoever has one finds a slot that is free.
    turns: Semaphore,
}

/// One of them. Whoever waits for a second one while having one may wait for ever.
pub(crate) struct Lent<'c> {
    home: &'c Connections,
    connection: MappedMutexGuard<'c, SqliteConnection>,
    /// Behind the connection: it is free before the next one looks for it.
    _turn: SemaphorePermit<'c>,
}

impl Connections {
    /// Opens so many, or none.
    pub(crate) async fn open(
        options: SqliteConnectOptions,
        count: usize,
    ) -> Result<Self, sqlx::Error> {
        let mut open = vec![];
        for _ in 0..count {
            match options.connect().await {
                Ok(connection) => open.push(connection),
                Err(error) => {
                    for connection in open {
                        connection.close().await.unwrap_or_default();
                    }
                    return Err(error);
                }
            }
        }
        let slots = open.into_iter().map(|connection| Mutex::new(Some(connection))).collect();
        Ok(Self { options, slots, turns: Semaphore::new(count) })
    }

    /// The next one that is free.
    ///
    /// # Errors
    /// [`sqlx::Error::PoolClosed`].
    pub(crate) async fn lend(&self) -> Result<Lent<'_>, sqlx::Error> {
        let turn = self.turns.acquire().await.map_err(|_| sqlx::Error::PoolClosed)?;
        let mut free = self.slots.iter().filter_map(|slot| slot.try_lock().ok());
        let connection = free.find_map(|slot| MutexGuard::try_map(slot, Option::as_mut).ok());
        let connection = connection.ok_or(sqlx::Error::PoolClosed)?;
        Ok(Lent { home: self, connection, _turn: turn })
    }

    /// Closes all, once nobody has one any more.
    pub(crate) async fn close(&self) {
        let all = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        let Ok(_turns) = self.turns.acquire_many(all).await else { return };
        self.turns.close();
        for slot in &self.slots {
            if let Some(connection) = slot.lock().await.take() {
                connection.close().await.unwrap_or_default();
            }
        }
    }
}

impl Drop for Connections {
    /// Whoever does not close them leaves them as a crash would: dropped, they were closed by threads
    /// that nobody waits for.
    fn drop(&mut self) {
        self.slots.iter_mut().for_each(|slot| core::mem::forget(slot.get_mut().take()));
    }
}

impl Lent<'_> {
    /// Puts a new one in its place, if one can be opened, and closes this one.
    pub(crate) async fn replace(mut self) {
        if let Ok(new) = self.home.options.connect().await {
            let former = core::mem::replace(&mut *self.connection, new);
            former.close().await.unwrap_or_default();
        }
    }
}

impl Deref for Lent<'_> {
    type Target = SqliteConnection;

    fn deref(&self) -> &SqliteConnection {
        &self.connection
    }
}

impl DerefMut for Lent<'_> {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}
