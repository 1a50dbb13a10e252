//! The directory: one bundle for each directory key, and one-time prekeys that are each handed out
//! once. What is inside is not this worker's to judge.

use crate::Worker;
use crate::database::{bytes, from_sql};
use crate::failure::Stop;
use crate::signature::require;
use sqlx::{SqliteConnection, query, query_as, query_scalar};
use wire::directory::{
    DirectoryReply, Holding, MAX_AT_ONCE, MAX_BUNDLE, MAX_KEPT, MAX_KYBER, MAX_ONE_TIME, OneTime,
    OneTimeKyber, Publication, count_bytes, publish_bytes,
};

/// The kinds of one-time prekeys, as the file names them.
const CURVE: &str = "curve";
const KYBER: &str = "kyber";
const NO_BUNDLE: Stop = Stop::not_found("no such bundle");

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
        let holding = holding(&mut db_tx, &publication.key).await?;
        db_tx.commit().await?;
        Ok(DirectoryReply::Published(holding))
    }

    pub(crate) async fn count(
        &self,
        peer: &[u8; 32],
        key: &[u8; 32],
        signature: &[u8; 64],
    ) -> Result<DirectoryReply, Stop> {
        require(key, &count_bytes(self.key, peer), signature)?;
        let mut db_tx = self.database.read().await?;
        Ok(DirectoryReply::Counted(holding(&mut db_tx, key).await?))
    }

    pub(crate) async fn fetch(&self, key: &[u8; 32]) -> Result<DirectoryReply, Stop> {
        let mut db_tx = self.database.write().await?;
        let bundle: Option<Vec<u8>> =
            query_scalar("SELECT bundle FROM bundles WHERE directory_key = ?")
                .bind(key.as_slice())
                .fetch_optional(&mut *db_tx)
                .await?;
        let bundle = bundle.ok_or(NO_BUNDLE)?;
        let one_time = take(&mut db_tx, key, CURVE).await?.map(OneTime);
        let kyber = take(&mut db_tx, key, KYBER).await?.map(OneTimeKyber);
        // On disk before it leaves: after a crash nobody else is given the same key.
        db_tx.commit().await?;
        Ok(DirectoryReply::Fetched { bundle, one_time, kyber })
    }
}

fn require_limits(publication: &Publication) -> Result<(), Stop> {
    let Publication { bundle, one_time, kyber, .. } = publication;
    if bundle.len() > MAX_BUNDLE
        || one_time.len() > MAX_AT_ONCE
        || kyber.len() > MAX_AT_ONCE
        || one_time.iter().any(|key| key.0.len() > MAX_ONE_TIME)
        || kyber.iter().any(|key| key.0.len() > MAX_KYBER)
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

/// Adds what fits, behind what is there, or in its place if nothing of that is to be handed out.
async fn append(
    db_tx: &mut SqliteConnection,
    publication: &Publication,
) -> Result<(), sqlx::Error> {
    let Publication { key, afresh, one_time, kyber, .. } = publication;
    if *afresh {
        query("DELETE FROM one_time_keys WHERE directory_key = ?")
            .bind(key.as_slice())
            .execute(&mut *db_tx)
            .await?;
    }
    let one_time: Vec<&[u8]> = one_time.iter().map(|one_time| &one_time.0[..]).collect();
    let kyber: Vec<&[u8]> = kyber.iter().map(|kyber| &kyber.0[..]).collect();
    append_kind(db_tx, key, CURVE, &one_time).await?;
    append_kind(db_tx, key, KYBER, &kyber).await
}

/// Adds what fits; a key that still waits to be handed out is not added twice.
async fn append_kind(
    db_tx: &mut SqliteConnection,
    key: &[u8; 32],
    kind: &'static str,
    keys: &[&[u8]],
) -> Result<(), sqlx::Error> {
    let mut room = (MAX_KEPT as u64).saturating_sub(left(db_tx, key, kind).await?);
    for bytes in keys {
        if room == 0 {
            break;
        }
        let done = query(
            "INSERT INTO one_time_keys (directory_key, kind, bytes) VALUES (?, ?, ?)
             ON CONFLICT (directory_key, kind, bytes) DO NOTHING",
        )
        .bind(key.as_slice())
        .bind(kind)
        .bind(*bytes)
        .execute(&mut *db_tx)
        .await?;
        room = room.saturating_sub(done.rows_affected());
    }
    Ok(())
}

/// The oldest key of this kind that is left; nobody else gets it.
async fn take(
    db_tx: &mut SqliteConnection,
    key: &[u8; 32],
    kind: &'static str,
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    query_scalar(
        "DELETE FROM one_time_keys WHERE position =
             (SELECT MIN(position) FROM one_time_keys WHERE directory_key = ? AND kind = ?)
         RETURNING bytes",
    )
    .bind(key.as_slice())
    .bind(kind)
    .fetch_optional(db_tx)
    .await
}

async fn left(
    db_tx: &mut SqliteConnection,
    key: &[u8; 32],
    kind: &'static str,
) -> Result<u64, sqlx::Error> {
    query_scalar("SELECT COUNT(*) FROM one_time_keys WHERE directory_key = ? AND kind = ?")
        .bind(key.as_slice())
        .bind(kind)
        .fetch_one(db_tx)
        .await
        .map(from_sql)
}

async fn holding(db_tx: &mut SqliteConnection, key: &[u8; 32]) -> Result<Holding, Stop> {
    let sequence: Option<i64> =
        query_scalar("SELECT sequence FROM bundles WHERE directory_key = ?")
            .bind(key.as_slice())
            .fetch_optional(&mut *db_tx)
            .await?;
    let few = |left| u32::try_from(left).unwrap_or(u32::MAX);
    Ok(Holding {
        sequence: sequence.ok_or(NO_BUNDLE)?.cast_unsigned(),
        one_time: few(left(db_tx, key, CURVE).await?),
        kyber: few(left(db_tx, key, KYBER).await?),
    })
}
