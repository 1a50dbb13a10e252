//! Deleting for good. A tombstone stays, so that a copy that arrives late, by a slow path or from
//! someone who kept it, is not stored again; the deletion may even come first.

use crate::Worker;
use crate::database::{from_sql, row_of, to_sql};
use crate::failure::Stop;
use crate::signature::require;
use sqlx::{SqliteConnection, query, query_scalar};
use types::{EnvelopeId, Timestamp};
use wire::mail::{MailReply, PULL_MESSAGES, QUEUE_MESSAGES, TTL_SECS, delete_bytes, queue_id};

impl Worker {
    pub(crate) async fn delete(
        &self,
        receive_key: &[u8; 32],
        envelopes: &[EnvelopeId],
        signature: &[u8; 64],
        now: Timestamp,
    ) -> Result<MailReply, Stop> {
        if envelopes.len() > PULL_MESSAGES {
            return Err(Stop::bad_request("too many envelopes in one request"));
        }
        require(receive_key, &delete_bytes(self.key, envelopes), signature)?;
        let queue = queue_id(receive_key);
        let mut db_tx = self.database.write().await?;
        let row = row_of(&mut db_tx, queue).await?.ok_or(Stop::not_found("no such queue"))?;
        self.read().insert(queue);
        let mut ahead = 0;
        for envelope in envelopes {
            if let Some(until) = remove(&mut db_tx, row, *envelope).await? {
                bury(&mut db_tx, row, *envelope, until, false).await?;
            } else {
                let until = to_sql(now.plus_secs(TTL_SECS).0);
                ahead += bury(&mut db_tx, row, *envelope, until, true).await?;
            }
        }
        if ahead > 0 {
            require_few_ahead(&mut db_tx, row).await?;
            self.database.require_room(&mut db_tx).await?;
        }
        db_tx.commit().await?;
        Ok(MailReply::Deleted)
    }
}

/// Removes a waiting envelope and says until when it would have waited.
async fn remove(
    db_tx: &mut SqliteConnection,
    row: i64,
    envelope: EnvelopeId,
) -> Result<Option<i64>, sqlx::Error> {
    query_scalar("DELETE FROM envelopes WHERE queue = ? AND envelope_id = ? RETURNING expires_at")
        .bind(row)
        .bind(envelope.0.as_slice())
        .fetch_optional(db_tx)
        .await
}

/// Leaves a tombstone, and says how many that makes: none if there was one.
async fn bury(
    db_tx: &mut SqliteConnection,
    row: i64,
    envelope: EnvelopeId,
    until: i64,
    ahead: bool,
) -> Result<u64, sqlx::Error> {
    let done = query(
        "INSERT INTO tombstones (queue, envelope_id, expires_at, ahead) VALUES (?, ?, ?, ?)
         ON CONFLICT (queue, envelope_id) DO NOTHING",
    )
    .bind(row)
    .bind(envelope.0.as_slice())
    .bind(until)
    .bind(ahead)
    .execute(db_tx)
    .await?;
    Ok(done.rows_affected())
}

/// Invented ids would otherwise fill the disk without a single put.
async fn require_few_ahead(db_tx: &mut SqliteConnection, row: i64) -> Result<(), Stop> {
    let ahead: i64 = query_scalar("SELECT COUNT(*) FROM tombstones WHERE queue = ? AND ahead = 1")
        .bind(row)
        .fetch_one(db_tx)
        .await?;
    if from_sql(ahead) > u64::from(QUEUE_MESSAGES) {
        return Err(Stop::queue_full("too many deletions of envelopes that never came"));
    }
    Ok(())
}
