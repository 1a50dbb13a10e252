//! Reading a queue, oldest first and a page at a time. Reading changes nothing.

use crate::Worker;
use crate::database::{from_sql, row_of, to_sql};
use crate::failure::Stop;
use crate::signature::check_right;
use sqlx::{SqliteConnection, query_as};
use types::Timestamp;
use wire::events::QueueRight;
use wire::mail::{MailReply, PULL_MESSAGES, Waiting, queue_id};

/// Most bytes of blobs in one answer.
const PULL_BYTES: u64 = 256 * 1024;

/// One envelope's position and size.
type Place = (i64, i64);

impl Worker {
    pub(crate) async fn pull(
        &self,
        peer: &[u8; 32],
        right: &QueueRight,
        after: u64,
        now: Timestamp,
    ) -> Result<MailReply, Stop> {
        if !check_right(self.key, peer, right) {
            return Err(Stop::bad_signature("no right to this queue on this connection"));
        }
        let queue = queue_id(&right.receive_key);
        let mut db_tx = self.database.read().await?;
        let row = row_of(&mut db_tx, queue).await?.ok_or(Stop::not_found("no such queue"))?;
        self.read().insert(queue);
        let places = places(&mut db_tx, row, after, now).await?;
        let page = page(&places);
        let envelopes = envelopes(&mut db_tx, row, page, now).await?;
        Ok(MailReply::Waiting { envelopes, more: page.len() < places.len() })
    }
}

/// The positions behind `after`: a full page, and one more if there is more.
async fn places(
    db_tx: &mut SqliteConnection,
    row: i64,
    after: u64,
    now: Timestamp,
) -> Result<Vec<Place>, sqlx::Error> {
    query_as(
        "SELECT position, size FROM envelopes
         WHERE queue = ? AND position > ? AND expires_at > ? ORDER BY position LIMIT ?",
    )
    .bind(row)
    .bind(to_sql(after))
    .bind(to_sql(now.0))
    .bind(to_sql(PULL_MESSAGES as u64 + 1))
    .fetch_all(db_tx)
    .await
}

/// How many of them fit into one answer.
fn page(places: &[Place]) -> &[Place] {
    let mut total = 0_u64;
    let fits = places.iter().take(PULL_MESSAGES).take_while(|(_, size)| {
        total = total.saturating_add(from_sql(*size));
        total <= PULL_BYTES
    });
    let count = fits.count();
    places.split_at_checked(count).map_or(places, |(page, _)| page)
}

async fn envelopes(
    db_tx: &mut SqliteConnection,
    row: i64,
    page: &[Place],
    now: Timestamp,
) -> Result<Vec<Waiting>, sqlx::Error> {
    let (Some((first, _)), Some((last, _))) = (page.first(), page.last()) else {
        return Ok(Vec::new());
    };
    let rows: Vec<(i64, Vec<u8>)> = query_as(
        "SELECT position, blob FROM envelopes
         WHERE queue = ? AND position BETWEEN ? AND ? AND expires_at > ? ORDER BY position",
    )
    .bind(row)
    .bind(first)
    .bind(last)
    .bind(to_sql(now.0))
    .fetch_all(db_tx)
    .await?;
    let waiting = |(position, blob)| Waiting { position: from_sql(position), blob };
    Ok(rows.into_iter().map(waiting).collect())
}
