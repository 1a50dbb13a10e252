//! Changes of the network's row, the bootstrap list and the profile's row.

use super::{NetworkChange, Statement};
use crate::StoreError;
use sqlx::{SqliteConnection, query};

pub(super) async fn apply(
    db_tx: &mut SqliteConnection,
    change: NetworkChange,
) -> Result<(), StoreError> {
    let done = statement(&change).execute(&mut *db_tx).await?;
    // An address that is known already is the one change that may find nothing to do.
    let known = matches!(change, NetworkChange::AddBootstrap(_));
    if done.rows_affected() > 0 || known {
        Ok(())
    } else {
        Err(StoreError::Database("bound to no network, or to another".to_owned()))
    }
}

fn statement(change: &NetworkChange) -> Statement {
    match change {
        NetworkChange::Bind { chain, genesis } => {
            query(sql::BIND).bind(&chain.0[..]).bind(&genesis[..])
        }
        NetworkChange::AddBootstrap(address) => query(sql::ADD_BOOTSTRAP).bind(address.as_str()),
        NetworkChange::SetHome(address) => query(sql::SET_HOME).bind(address.as_str()),
        NetworkChange::SaveLight(state) => query(sql::SAVE_LIGHT).bind(&state[..]),
        NetworkChange::ConfirmWords => query(sql::CONFIRM_WORDS),
        NetworkChange::ReviewOnly => query(sql::REVIEW_ONLY),
    }
}

crate::sql::statements! {
    BIND = "INSERT INTO network (id, chain, genesis) VALUES (1, ?1, ?2)
        ON CONFLICT (id) DO UPDATE SET genesis = excluded.genesis WHERE chain = excluded.chain";
    ADD_BOOTSTRAP = "INSERT INTO bootstrap (address) VALUES (?1) ON CONFLICT (address) DO NOTHING";
    SET_HOME = "UPDATE network SET home = ?1";
    SAVE_LIGHT = "UPDATE network SET light = ?1";
    CONFIRM_WORDS = "UPDATE profile SET words_confirmed = 1";
    REVIEW_ONLY = "UPDATE profile SET review_only = 1";
}
