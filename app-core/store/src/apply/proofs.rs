//! Changes of the proofs of carry-overs: handed over to grantees, and come with grants.

use super::Statement;
use crate::StoreError;
use sqlx::{SqliteConnection, query};
use wallet::review::{CarriedProof, Serial};
use wire::Encode;

pub(super) fn hand_over(serial: Serial, bundle: [u8; 32]) -> Statement {
    of(sql::HAND_OVER, serial, bundle)
}

pub(super) fn add(serial: Serial, proof: &CarriedProof) -> Statement {
    of(sql::ADD, serial, proof.bundle).bind(proof.to_bytes())
}

/// One that does not hold is forgotten, and counted if it was there.
pub(super) async fn judge(
    db_tx: &mut SqliteConnection,
    (serial, bundle): (Serial, [u8; 32]),
    holds: bool,
) -> Result<(), StoreError> {
    if holds {
        of(sql::HOLDS, serial, bundle).execute(&mut *db_tx).await?;
        return Ok(());
    }
    let removed = of(sql::REMOVE, serial, bundle).execute(&mut *db_tx).await?;
    if removed.rows_affected() > 0 {
        query(sql::COUNT).bind(serial.0.to_vec()).execute(&mut *db_tx).await?;
    }
    Ok(())
}

fn of(statement: &'static str, serial: Serial, bundle: [u8; 32]) -> Statement {
    query(statement).bind(serial.0.to_vec()).bind(bundle.to_vec())
}

crate::sql::statements! {
    HAND_OVER = "INSERT INTO proofs_given (serial, bundle) VALUES (?1, ?2)
        ON CONFLICT (serial, bundle) DO NOTHING";
    ADD = "INSERT INTO proofs_received (serial, bundle, proof) VALUES (?1, ?2, ?3)
        ON CONFLICT (serial, bundle) DO NOTHING";
    HOLDS = "UPDATE proofs_received SET holds = 1 WHERE serial = ?1 AND bundle = ?2";
    REMOVE = "DELETE FROM proofs_received WHERE serial = ?1 AND bundle = ?2";
    COUNT = "UPDATE grants_received SET refused_proofs = refused_proofs + 1 WHERE serial = ?1";
}
