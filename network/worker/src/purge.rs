//! What time takes away: expired envelopes, old tombstones, queues that nobody reads.

use crate::Worker;
use crate::database::to_sql;
use crate::failure::WorkerError;
use sqlx::query;
use std::collections::BTreeSet;
use std::mem;
use types::{QueueId, Timestamp};

/// A queue that is empty and that nobody has read for so long is forgotten: 90 days, in seconds.
pub const LAPSE_SECS: u64 = 90 * 24 * 3600;

/// A tombstone outlives its envelope by so much.
const GRACE_SECS: u64 = 24 * 3600;
/// Rows in one transaction, so that puts get their turn in between.
const STEP: i64 = 500;

/// Each drops at most `?2` rows that are due at `?1`.
const ENVELOPES: &str = "DELETE FROM envelopes WHERE position IN
    (SELECT position FROM envelopes WHERE expires_at <= ?1 LIMIT ?2)";
const TOMBSTONES: &str = "DELETE FROM tombstones WHERE (queue, envelope_id) IN
    (SELECT queue, envelope_id FROM tombstones WHERE expires_at <= ?1 LIMIT ?2)";
const QUEUES: &str = "DELETE FROM queues WHERE id IN
    (SELECT id FROM queues WHERE read_at <= ?1
     AND NOT EXISTS (SELECT 1 FROM envelopes WHERE queue = queues.id) LIMIT ?2)";

impl Worker {
    /// Removes what has expired by `now`, and says how many envelopes that were. Meant to be
    /// called every few minutes; whatever is due but not yet removed is never handed out.
    ///
    /// # Errors
    /// [`WorkerError`]; what was removed so far stays removed.
    pub async fn purge(&self, now: Timestamp) -> Result<u64, WorkerError> {
        self.note_reading(now).await?;
        let expired = self.drop_due(ENVELOPES, now, 0).await?;
        self.drop_due(TOMBSTONES, now, GRACE_SECS).await?;
        self.drop_due(QUEUES, now, LAPSE_SECS).await?;
        Ok(expired)
    }

    async fn drop_due(
        &self,
        statement: &'static str,
        now: Timestamp,
        grace_secs: u64,
    ) -> Result<u64, sqlx::Error> {
        let due = to_sql(now.0.saturating_sub(grace_secs.saturating_mul(1000)));
        let mut total = 0_u64;
        loop {
            let mut db_tx = self.database.write().await?;
            let done = query(statement).bind(due).bind(STEP).execute(&mut *db_tx).await?;
            db_tx.commit().await?;
            if done.rows_affected() == 0 {
                return Ok(total);
            }
            total = total.saturating_add(done.rows_affected());
        }
    }

    /// Writes down which queues were read: once a purge, not once a pull.
    async fn note_reading(&self, now: Timestamp) -> Result<(), sqlx::Error> {
        let read = mem::take(&mut *self.read());
        let written = self.write_reading(&read, now).await;
        if written.is_err() {
            self.read().extend(read);
        }
        written
    }

    async fn write_reading(
        &self,
        read: &BTreeSet<QueueId>,
        now: Timestamp,
    ) -> Result<(), sqlx::Error> {
        if read.is_empty() {
            return Ok(());
        }
        let mut db_tx = self.database.write().await?;
        for queue in read {
            query("UPDATE queues SET read_at = MAX(read_at, ?) WHERE queue_id = ?")
                .bind(to_sql(now.0))
                .bind(queue.0.as_slice())
                .execute(&mut *db_tx)
                .await?;
        }
        db_tx.commit().await
    }
}
