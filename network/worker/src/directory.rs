//! The directory: one bundle for each directory key, and one-time prekeys that are each handed out
//! once. What is inside is not this worker's to judge.

use crate::Worker;
use crate::database::{bytes, from_sql};
use crate::failure::Stop;
use crate::signature::require;
use sqlx::{SqliteConnection, query, query_as, query_scalar};
use wire::directory::{
    DirectoryReply, MAX_BUNDLE, MAX_ONE_TIME, MAX_ONE_TIME_KEYS, OneTime, Publication,
    publish_bytes,
};

/// Where a publication stands against what is stored.
enum Standing {
    New,
    Repeated,
    Stale,
}

impl Worker {
    pub(crate) async fn publish(
        &self,
        publication: &Publication,
        signature: &[u8; 64],
    ) -> Result<DirectoryReply, Stop> {
        require_limits(publication)?;
        let digest = publish_bytes(self.key, publication);
        require(&publication.key, &digest, signature)?;
        let mut db_tx = self.database.write().await?;
        match standing(&mut db_tx, publication, &digest).await? {
            Standing::New => {
                self.database.require_room(&mut db_tx).await?;
                replace(&mut db_tx, publication, &digest).await?;
                append(&mut db_tx, publication).await?;
            }
            Standing::Repeated => {}
            Standing::Stale => {
                return Err(Stop::bad_request("a publication of this or a later number is there"));
            }
        }
        let left = left(&mut db_tx, &publication.key).await?;
        db_tx.commit().await?;
        Ok(DirectoryReply::Published(u32::try_from(left).unwrap_or(u32::MAX)))
    }

    pub(crate) async fn fetch(&self, key: &[u8; 32]) -> Result<DirectoryReply, Stop> {
        let mut db_tx = self.database.write().await?;
        let bundle: Option<Vec<u8>> =
            query_scalar("SELECT bundle FROM bundles WHERE directory_key = ?")
                .bind(key.as_slice())
                .fetch_optional(&mut *db_tx)
                .await?;
        let bundle = bundle.ok_or(Stop::not_found("no such bundle"))?;
        let one_time: Option<Vec<u8>> = query_scalar(
            "DELETE FROM one_time_keys WHERE position =
                 (SELECT MIN(position) FROM one_time_keys WHERE directory_key = ?)
             RETURNING bytes",
        )
        .bind(key.as_slice())
        .fetch_optional(&mut *db_tx)
        .await?;
        // On disk before it leaves: after a crash nobody else is given the same key.
        db_tx.commit().await?;
        Ok(DirectoryReply::Fetched { bundle, one_time: one_time.map(OneTime) })
    }
}

fn require_limits(publication: &Publication) -> Result<(), Stop> {
    if publication.bundle.len() > MAX_BUNDLE
        || publication.one_time.len() > MAX_ONE_TIME_KEYS
        || publication.one_time.iter().any(|key| key.0.len() > MAX_ONE_TIME)
    {
        return Err(Stop::bad_request("the publication is over a limit"));
    }
    Ok(())
}

async fn standing(
    db_tx: &mut SqliteConnection,
    publication: &Publication,
    digest: &[u8; 32],
) -> Result<Standing, sqlx::Error> {
    let stored: Option<(i64, Vec<u8>)> =
        query_as("SELECT sequence, digest FROM bundles WHERE directory_key = ?")
            .bind(publication.key.as_slice())
            .fetch_optional(db_tx)
            .await?;
    let Some((sequence, stored_digest)) = stored else { return Ok(Standing::New) };
    let sequence = sequence.cast_unsigned();
    Ok(if publication.sequence > sequence {
        Standing::New
    } else if publication.sequence == sequence && bytes::<32>(stored_digest)? == *digest {
        Standing::Repeated
    } else {
        Standing::Stale
    })
}

async fn replace(
    db_tx: &mut SqliteConnection,
    publication: &Publication,
    digest: &[u8; 32],
) -> Result<(), sqlx::Error> {
    query(
        "INSERT INTO bundles (directory_key, sequence, digest, bundle) VALUES (?, ?, ?, ?)
         ON CONFLICT (directory_key) DO UPDATE SET
             sequence = excluded.sequence, digest = excluded.digest, bundle = excluded.bundle",
    )
    .bind(publication.key.as_slice())
    .bind(publication.sequence.cast_signed())
    .bind(digest.as_slice())
    .bind(publication.bundle.as_slice())
    .execute(db_tx)
    .await?;
    Ok(())
}

/// Adds what fits; a key that still waits to be handed out is not added twice.
async fn append(
    db_tx: &mut SqliteConnection,
    publication: &Publication,
) -> Result<(), sqlx::Error> {
    let mut room = (MAX_ONE_TIME_KEYS as u64).saturating_sub(left(db_tx, &publication.key).await?);
    for one_time in &publication.one_time {
        if room == 0 {
            break;
        }
        let done = query(
            "INSERT INTO one_time_keys (directory_key, bytes) VALUES (?, ?)
             ON CONFLICT (directory_key, bytes) DO NOTHING",
        )
        .bind(publication.key.as_slice())
        .bind(one_time.0.as_slice())
        .execute(&mut *db_tx)
        .await?;
        room = room.saturating_sub(done.rows_affected());
    }
    Ok(())
}

async fn left(db_tx: &mut SqliteConnection, key: &[u8; 32]) -> Result<u64, sqlx::Error> {
    let left: i64 = query_scalar("SELECT COUNT(*) FROM one_time_keys WHERE directory_key = ?")
        .bind(key.as_slice())
        .fetch_one(db_tx)
        .await?;
    Ok(from_sql(left))
}
