//! What granted keys have read in the private pool.

use crate::StoreError;
use crate::row::int;
use sqlx::{SqliteConnection, query};
use wallet::review::ReviewedStep;
use wire::Encode;
use zeroize::Zeroizing;

pub(super) async fn apply(
    db_tx: &mut SqliteConnection,
    step: &ReviewedStep,
) -> Result<(), StoreError> {
    let account = step.account.0.to_vec();
    for name in &step.keys {
        query(sql::READ)
            .bind(account.clone())
            .bind(name.to_vec())
            .bind(int(step.place.count))
            .bind(step.place.hash.to_vec())
            .bind(int(step.round.0))
            .execute(&mut *db_tx)
            .await?;
    }
    for note in &step.notes {
        query(sql::ADD_NOTE)
            .bind(account.clone())
            .bind(note.nullifier.0.to_vec())
            .bind(note.key.to_vec())
            .bind(int(note.value.units()))
            .execute(&mut *db_tx)
            .await?;
    }
    for (nullifier, round) in &step.spent {
        query(sql::SPEND)
            .bind(account.clone())
            .bind(nullifier.0.to_vec())
            .bind(int(round.0))
            .execute(&mut *db_tx)
            .await?;
    }
    for (number, time, moved) in &step.moves {
        let moved = Zeroizing::new(moved.to_bytes());
        query(sql::SAVE_MOVE)
            .bind(account.clone())
            .bind(int(*number))
            .bind(int(time.0))
            .bind(moved.to_vec())
            .execute(&mut *db_tx)
            .await?;
    }
    Ok(())
}

crate::sql::statements! {
    READ = "INSERT INTO reviewed_keys (account, name, count, hash, round)
        VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (account, name) DO UPDATE SET count = excluded.count, hash = excluded.hash,
            round = max(round, excluded.round)";
    ADD_NOTE = "INSERT INTO reviewed_notes (account, nullifier, name, value)
        VALUES (?1, ?2, ?3, ?4) ON CONFLICT (account, nullifier) DO NOTHING";
    SPEND = "UPDATE reviewed_notes SET spent = ?3 WHERE account = ?1 AND nullifier = ?2";
    SAVE_MOVE = "INSERT INTO reviewed_moves (account, number, time, move) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (account, number) DO UPDATE SET move = excluded.move";
}
