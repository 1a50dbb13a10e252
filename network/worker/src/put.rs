//! Storing an envelope. It is acknowledged once it is on disk, and stored at most once: a copy of
//! one that waits or was deleted gets the same answer and changes nothing.

use crate::Worker;
use crate::database::{bytes, from_sql, to_sql};
use crate::failure::Stop;
use crate::signature::require;
use sqlx::{SqliteConnection, query, query_as, query_scalar};
use types::{EnvelopeId, QueueId, SendId, Timestamp};
use wire::mail::{
    BUCKETS, MailReply, QUEUE_BYTES, QUEUE_MESSAGES, TTL_SECS, envelope_id, put_bytes,
};

/// The queue as its writer finds it.
struct Target {
    row: i64,
    queue: QueueId,
    send_key: [u8; 32],
}

impl Worker {
    pub(crate) async fn put(
        &self,
        send: SendId,
        blob: &[u8],
        signature: &[u8; 64],
        now: Timestamp,
    ) -> Result<MailReply, Stop> {
        if !BUCKETS.contains(&blob.len()) {
            return Err(Stop::bad_request("a blob has one of the lengths of the buckets"));
        }
        let envelope = envelope_id(send, blob);
        // Checked before the writer is taken, so that a wrong signature holds nobody up.
        let mut reading = self.database.read().await?;
        let target = target(&mut reading, send).await?;
        drop(reading);
        require(&target.send_key, &put_bytes(self.key, send, envelope), signature)?;

        let mut db_tx = self.database.write().await?;
        forget_expired(&mut db_tx, target.row, now).await?;
        if let Some(until) = known(&mut db_tx, target.row, envelope).await? {
            return Ok(MailReply::Stored(until));
        }
        require_quota(&mut db_tx, target.row, blob.len()).await?;
        self.database.require_room(&mut db_tx).await?;
        let until = now.plus_secs(TTL_SECS);
        store(&mut db_tx, target.row, envelope, blob, until).await?;
        db_tx.commit().await?;
        // Nobody listening is no error.
        let _ = self.news.send(target.queue);
        Ok(MailReply::Stored(until))
    }
}

async fn target(db_tx: &mut SqliteConnection, send: SendId) -> Result<Target, Stop> {
    let found: Option<(i64, Vec<u8>, Vec<u8>)> =
        query_as("SELECT id, queue_id, send_key FROM queues WHERE send_id = ?")
            .bind(send.0.as_slice())
            .fetch_optional(db_tx)
            .await?;
    let (row, queue, send_key) = found.ok_or(Stop::not_found("no such queue"))?;
    Ok(Target { row, queue: QueueId(bytes(queue)?), send_key: bytes(send_key)? })
}

/// What has expired neither counts nor stands in the way, whenever the next purge is.
async fn forget_expired(
    db_tx: &mut SqliteConnection,
    row: i64,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    query("DELETE FROM envelopes WHERE queue = ? AND expires_at <= ?")
        .bind(row)
        .bind(to_sql(now.0))
        .execute(db_tx)
        .await?;
    Ok(())
}

/// Until when an envelope that waits or was deleted is held.
async fn known(
    db_tx: &mut SqliteConnection,
    row: i64,
    envelope: EnvelopeId,
) -> Result<Option<Timestamp>, sqlx::Error> {
    let until: Option<i64> = query_scalar(
        "SELECT expires_at FROM envelopes WHERE queue = ?1 AND envelope_id = ?2
         UNION ALL
         SELECT expires_at FROM tombstones WHERE queue = ?1 AND envelope_id = ?2",
    )
    .bind(row)
    .bind(envelope.0.as_slice())
    .fetch_optional(db_tx)
    .await?;
    Ok(until.map(|at| Timestamp(from_sql(at))))
}

async fn require_quota(db_tx: &mut SqliteConnection, row: i64, more: usize) -> Result<(), Stop> {
    let (messages, bytes): (i64, i64) =
        query_as("SELECT COUNT(*), COALESCE(SUM(size), 0) FROM envelopes WHERE queue = ?")
            .bind(row)
            .fetch_one(db_tx)
            .await?;
    let more = u64::try_from(more).unwrap_or(u64::MAX);
    if from_sql(messages) >= u64::from(QUEUE_MESSAGES)
        || from_sql(bytes).saturating_add(more) > QUEUE_BYTES
    {
        return Err(Stop::queue_full("the queue is full until its reader empties it"));
    }
    Ok(())
}

async fn store(
    db_tx: &mut SqliteConnection,
    row: i64,
    envelope: EnvelopeId,
    blob: &[u8],
    until: Timestamp,
) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO envelopes (queue, envelope_id, expires_at, size, blob)
         VALUES (?1, ?2, ?3, length(?4), ?4)",
    )
    .bind(row)
    .bind(envelope.0.as_slice())
    .bind(to_sql(until.0))
    .bind(blob)
    .execute(db_tx)
    .await?;
    Ok(())
}
