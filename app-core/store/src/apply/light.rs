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
        LightChange::KeysSaid { contact, round } => {
            let said = query(sql::KEYS_SAID).bind(contact.0.to_vec()).bind(int(round.0));
            said.execute(&mut *db_tx).await?;
        }
        LightChange::KeysProved { contact, round, address } => {
            let proved = query(sql::KEYS_PROVED).bind(contact.0.to_vec()).bind(int(round.0));
            proved.bind(address.to_bytes().to_vec()).execute(&mut *db_tx).await?;
        }
        LightChange::ForgetKeysSaid(contact) => {
            query(sql::FORGET_KEYS_SAID).bind(contact.0.to_vec()).execute(&mut *db_tx).await?;
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
    KEYS_SAID = "INSERT INTO contact_keys (contact, said, proved) VALUES (?1, ?2, 0)
        ON CONFLICT (contact) DO UPDATE SET said = max(said, excluded.said)";
    KEYS_PROVED = "INSERT INTO contact_keys (contact, said, proved, address) VALUES (?1, 0, ?2, ?3)
        ON CONFLICT (contact) DO UPDATE SET proved = excluded.proved, address = excluded.address";
    FORGET_KEYS_SAID = "UPDATE contact_keys SET said = proved WHERE contact = ?1";
    FORGET_VOUCHES = "DELETE FROM vouches";
}
