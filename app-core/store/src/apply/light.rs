//! Changes of the headers that are held, and of what contacts vouch for.

use super::{HeaderRow, LightChange};
use crate::StoreError;
use crate::row::int;
use sqlx::{SqliteConnection, query};

pub(super) async fn apply(
    db_tx: &mut SqliteConnection,
    change: LightChange,
) -> Result<(), StoreError> {
    match change {
        LightChange::AddHeaders(headers) => {
            for HeaderRow { round, header, certificate } in headers {
                let add = query(sql::ADD_HEADER).bind(int(round.0)).bind(header).bind(certificate);
                add.execute(&mut *db_tx).await?;
            }
        }
        LightChange::ForgetHeaders(before) => {
            query(sql::FORGET_HEADERS).bind(int(before.0)).execute(&mut *db_tx).await?;
        }
        LightChange::Asked { contact, round, at } => {
            let asked = query(sql::ASKED).bind(contact.0.to_vec()).bind(int(round.0));
            asked.bind(int(at.0)).execute(&mut *db_tx).await?;
        }
        LightChange::Vouched { contact, checkpoint } => {
            let vouched = query(sql::VOUCHED).bind(contact.0.to_vec()).bind(checkpoint);
            vouched.execute(&mut *db_tx).await?;
        }
        LightChange::ForgetVouches => {
            query(sql::FORGET_VOUCHES).execute(&mut *db_tx).await?;
        }
    }
    Ok(())
}

crate::sql::statements! {
    ADD_HEADER = "INSERT INTO headers (round, header, certificate) VALUES (?1, ?2, ?3)
        ON CONFLICT (round) DO UPDATE SET header = excluded.header,
            certificate = coalesce(excluded.certificate, certificate)";
    FORGET_HEADERS = "DELETE FROM headers WHERE round < ?1";
    ASKED = "INSERT INTO vouches (contact, asked, asked_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (contact) DO UPDATE SET asked = excluded.asked, asked_at = excluded.asked_at";
    VOUCHED = "INSERT INTO vouches (contact, asked, asked_at, answer) VALUES (?1, 0, 0, ?2)
        ON CONFLICT (contact) DO UPDATE SET answer = excluded.answer";
    FORGET_VOUCHES = "DELETE FROM vouches";
}
