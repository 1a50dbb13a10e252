//! The statements about bodies and chunks.

use super::judge::Judged;
use crate::database::{bytes, from_sql, to_sql};
use ledger::{Chunk, MerklePath};
use sqlx::{SqliteConnection, query, query_as, query_scalar};
use types::{BlockId, Round, Timestamp};
use wire::chain::Object;
use wire::store::Piece;
use wire::{Decode, Encode};

/// A block of whose body something is held.
pub(super) struct BodyRow {
    pub(super) round: Round,
    pub(super) block: BlockId,
    pub(super) pieces: u32,
    wids: [u8; 32],
    pub(super) header: Vec<u8>,
}

/// A chunk that is held, without its bytes.
#[derive(Clone, Copy)]
pub(super) struct Held {
    pub(super) index: u32,
    pub(super) key: [u8; 32],
    pub(super) time: Timestamp,
}

pub(super) async fn body(
    db_tx: &mut SqliteConnection,
    round: Round,
) -> Result<Option<BodyRow>, sqlx::Error> {
    type Columns = (Vec<u8>, u32, Vec<u8>, Vec<u8>);
    let row: Option<Columns> =
        query_as("SELECT block, pieces, wids, header FROM bodies WHERE round = ?")
            .bind(to_sql(round.0))
            .fetch_optional(db_tx)
            .await?;
    let Some((block, pieces, wids, header)) = row else { return Ok(None) };
    Ok(Some(BodyRow { round, block: BlockId(bytes(block)?), pieces, wids: bytes(wids)?, header }))
}

/// What is held of a round, by ascending index.
pub(super) async fn held(
    db_tx: &mut SqliteConnection,
    round: Round,
) -> Result<Vec<Held>, sqlx::Error> {
    let rows: Vec<(u32, Vec<u8>, i64)> =
        query_as("SELECT position, key, stored_at FROM chunks WHERE round = ? ORDER BY position")
            .bind(to_sql(round.0))
            .fetch_all(db_tx)
            .await?;
    let held =
        |(index, key, time)| Ok(Held { index, key: bytes(key)?, time: Timestamp(from_sql(time)) });
    rows.into_iter().map(held).collect()
}

/// An encoded `ledger::Chunk`.
pub(super) async fn chunk(
    db_tx: &mut SqliteConnection,
    body: &BodyRow,
    index: u32,
) -> Result<Option<Piece>, sqlx::Error> {
    let row: Option<(Vec<u8>, Vec<u8>)> =
        query_as("SELECT path, bytes FROM chunks WHERE round = ? AND position = ?")
            .bind(to_sql(body.round.0))
            .bind(index)
            .fetch_optional(db_tx)
            .await?;
    let Some((path, bytes)) = row else { return Ok(None) };
    let path = MerklePath::from_bytes(&path).map_err(|error| sqlx::Error::Decode(error.into()))?;
    Ok(Some(Piece(Chunk { index, bytes, path, wids: body.wids }.to_bytes())))
}

/// A place where the chunk with this key stands.
pub(super) async fn place(
    db_tx: &mut SqliteConnection,
    key: &[u8; 32],
) -> Result<Option<(Round, u32)>, sqlx::Error> {
    let row: Option<(i64, u32)> =
        query_as("SELECT round, position FROM chunks WHERE key = ? LIMIT 1")
            .bind(key.as_slice())
            .fetch_optional(db_tx)
            .await?;
    Ok(row.map(|(round, index)| (Round(from_sql(round)), index)))
}

/// The bytes with this hash.
pub(super) async fn bytes_of(
    db_tx: &mut SqliteConnection,
    key: &[u8; 32],
) -> Result<Option<Vec<u8>>, sqlx::Error> {
    query_scalar("SELECT bytes FROM chunks WHERE key = ? LIMIT 1")
        .bind(key.as_slice())
        .fetch_optional(db_tx)
        .await
}

/// How many bytes the chunks take.
pub(super) async fn room_taken(db_tx: &mut SqliteConnection) -> Result<u64, sqlx::Error> {
    let taken: i64 = query_scalar("SELECT bytes FROM chunk_room").fetch_one(db_tx).await?;
    Ok(from_sql(taken))
}

/// Stores a chunk, and its block if it is the first one of it.
pub(super) async fn insert(
    db_tx: &mut SqliteConnection,
    judged: &Judged,
    header: &Object,
    now: Timestamp,
) -> Result<(), sqlx::Error> {
    let round = to_sql(judged.round().0);
    query(
        "INSERT INTO bodies (round, block, pieces, wids, header) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (round) DO NOTHING",
    )
    .bind(round)
    .bind(judged.block.0.as_slice())
    .bind(judged.chunk.path.leaves)
    .bind(judged.chunk.wids.as_slice())
    .bind(header.0.as_slice())
    .execute(&mut *db_tx)
    .await?;
    query(
        "INSERT INTO chunks (round, position, key, stored_at, path, bytes)
         VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(round)
    .bind(judged.chunk.index)
    .bind(judged.key.as_slice())
    .bind(to_sql(now.0))
    .bind(judged.chunk.path.to_bytes())
    .bind(judged.chunk.bytes.as_slice())
    .execute(&mut *db_tx)
    .await?;
    Ok(())
}

/// The first round from this one on of which a chunk is missing.
pub(super) async fn first_gap(
    db_tx: &mut SqliteConnection,
    from: Round,
) -> Result<Round, sqlx::Error> {
    // Walks along the table for as long as it is whole, one round after the other.
    let gap: i64 = query_scalar(
        "WITH RECURSIVE whole (round) AS (
             SELECT ?1
             UNION ALL
             SELECT whole.round + 1 FROM whole JOIN bodies ON bodies.round = whole.round
             WHERE pieces = (SELECT COUNT(*) FROM chunks WHERE chunks.round = bodies.round)
         )
         SELECT MAX(round) FROM whole",
    )
    .bind(to_sql(from.0))
    .fetch_one(db_tx)
    .await?;
    Ok(Round(from_sql(gap)))
}

/// The first so many blocks between two rounds, both included.
pub(super) async fn bodies(
    db_tx: &mut SqliteConnection,
    first: Round,
    last: Round,
    most: u32,
) -> Result<Vec<(Round, BlockId)>, sqlx::Error> {
    let rows: Vec<(i64, Vec<u8>)> = query_as(
        "SELECT round, block FROM bodies WHERE round BETWEEN ? AND ? ORDER BY round LIMIT ?",
    )
    .bind(to_sql(first.0))
    .bind(to_sql(last.0))
    .bind(most)
    .fetch_all(db_tx)
    .await?;
    rows.into_iter()
        .map(|(round, block)| Ok((Round(from_sql(round)), BlockId(bytes(block)?))))
        .collect()
}

/// Drops a block with its chunks.
pub(super) async fn drop_body(
    db_tx: &mut SqliteConnection,
    round: Round,
) -> Result<(), sqlx::Error> {
    query("DELETE FROM bodies WHERE round = ?").bind(to_sql(round.0)).execute(db_tx).await?;
    Ok(())
}
