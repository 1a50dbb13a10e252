//! The file: how it is opened, and the few questions that several requests ask of it.
//!
//! One connection writes, a few read. Writers therefore wait for one another in the pool rather
//! than in SQLite, and every write is one transaction that is on disk when its commit returns.

use crate::failure::{Stop, WorkerError};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use sqlx::{
    ConnectOptions, Connection, QueryBuilder, Sqlite, SqliteConnection, Transaction, query_as,
    query_scalar,
};
use std::path::Path;
use types::QueueId;
use wire::events::MAX_QUEUES;

/// How large the file may grow, chunks of bodies apart, before the worker takes nothing new.
pub const MAX_BYTES: u64 = 16 * 1024 * 1024 * 1024;

const PAGE_BYTES: u32 = 4096;
/// "BCMW", as the first migration writes it.
const APPLICATION: i64 = 0x4243_4d57;
const READERS: u32 = 4;

#[derive(Debug, Clone)]
pub(crate) struct Database {
    writer: SqlitePool,
    readers: SqlitePool,
    max_pages: u64,
}

impl Database {
    pub(crate) async fn open(path: &Path, max_bytes: u64) -> Result<Self, WorkerError> {
        if tokio::fs::try_exists(path).await.map_err(WorkerError::Folder)? {
            check_format(path).await?;
        }
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .idle_timeout(None)
            .max_lifetime(None)
            // SQLite ends a transaction by itself when the disk is full; sqlx then counts one too
            // many for ever, and only another connection gets on.
            .before_acquire(|connection, _| {
                Box::pin(async move { Ok(!connection.is_in_transaction()) })
            })
            .connect_with(writing(path))
            .await?;
        sqlx::migrate!().run(&writer).await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(READERS)
            .connect_lazy_with(options(path).read_only(true));
        Ok(Self { writer, readers, max_pages: max_bytes.div_ceil(PAGE_BYTES.into()) })
    }

    /// Starts a change; nothing of it stays unless it is committed.
    pub(crate) async fn write(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.writer.begin_with("BEGIN IMMEDIATE").await
    }

    /// Starts to read one unchanging state.
    pub(crate) async fn read(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.readers.begin().await
    }

    /// Stops with `disk_full` once the file has reached its limit; pages that deletions have freed
    /// count as room, those of chunks of bodies do not count.
    pub(crate) async fn require_room(&self, db_tx: &mut SqliteConnection) -> Result<(), Stop> {
        let pages: i64 = query_scalar(
            "SELECT (SELECT page_count FROM pragma_page_count)
                  - (SELECT freelist_count FROM pragma_freelist_count)
                  - (SELECT bytes / ? FROM chunk_room)",
        )
        .bind(PAGE_BYTES)
        .fetch_one(db_tx)
        .await?;
        if from_sql(pages) < self.max_pages {
            Ok(())
        } else {
            Err(Stop::disk_full("the worker holds as much as it may"))
        }
    }

    /// Those of these queues that exist, each with whether it holds an envelope.
    pub(crate) async fn existing(
        &self,
        queues: &[QueueId],
    ) -> Result<Vec<(QueueId, bool)>, sqlx::Error> {
        let mut existing = Vec::new();
        let mut db_tx = self.read().await?;
        for some in queues.chunks(MAX_QUEUES) {
            let mut query = QueryBuilder::<Sqlite>::new(
                "SELECT queue_id, EXISTS (SELECT 1 FROM envelopes WHERE queue = queues.id)
                 FROM queues WHERE queue_id IN (",
            );
            let mut list = query.separated(", ");
            for queue in some {
                list.push_bind(queue.0.as_slice());
            }
            query.push(")");
            let rows: Vec<(Vec<u8>, bool)> = query.build_query_as().fetch_all(&mut *db_tx).await?;
            for (queue, waiting) in rows {
                existing.push((QueueId(bytes(queue)?), waiting));
            }
        }
        Ok(existing)
    }

    #[cfg(test)]
    pub(crate) fn writer(&self) -> &SqlitePool {
        &self.writer
    }
}

/// The row of the queue that this receive key reads.
pub(crate) async fn row_of(
    db_tx: &mut SqliteConnection,
    queue: QueueId,
) -> Result<Option<i64>, sqlx::Error> {
    query_scalar("SELECT id FROM queues WHERE queue_id = ?")
        .bind(queue.0.as_slice())
        .fetch_optional(db_tx)
        .await
}

/// A number as SQLite holds it; nothing that counts comes near the limit.
pub(crate) fn to_sql(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// The number that [`to_sql`] wrote.
pub(crate) fn from_sql(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Bytes whose length the schema guarantees.
pub(crate) fn bytes<const N: usize>(column: Vec<u8>) -> Result<[u8; N], sqlx::Error> {
    column.try_into().map_err(|_| sqlx::Error::Decode("a column of another length".into()))
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new().filename(path).disable_statement_logging().foreign_keys(true)
}

fn writing(path: &Path) -> SqliteConnectOptions {
    options(path)
        .create_if_missing(true)
        .page_size(PAGE_BYTES)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        // Deleted is overwritten, and the log does not stay large after a busy hour.
        .pragma("secure_delete", "ON")
        .pragma("journal_size_limit", "67108864")
}

/// Looks before the first write: somebody else's file must stay as it is.
async fn check_format(path: &Path) -> Result<(), WorkerError> {
    let mut connection = options(path).read_only(true).connect().await?;
    let (application, tables): (i64, i64) = query_as(
        "SELECT (SELECT application_id FROM pragma_application_id),
                (SELECT COUNT(*) FROM sqlite_schema
                 WHERE type = 'table' AND name <> '_sqlx_migrations')",
    )
    .fetch_one(&mut connection)
    .await?;
    connection.close().await?;
    // A first start that was cut short leaves no number and no table of ours.
    if application == APPLICATION || (application == 0 && tables == 0) {
        Ok(())
    } else {
        Err(WorkerError::OtherFormat)
    }
}
