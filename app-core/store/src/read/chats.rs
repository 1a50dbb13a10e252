//! The list of chats: who, how much is unread, what was said last.

use crate::load::ContactColumns;
use crate::read::conversation::MessageColumns;
use crate::{MessageRow, Store, StoreError, row};
use chat::Contact;
use sqlx::{Connection, FromRow};
use std::collections::BTreeMap;
use types::OpenId;

/// A chat as a list shows it.
#[derive(Debug)]
pub struct ChatRow {
    /// With whom.
    pub contact: Contact,
    /// How many messages the person has not looked at.
    pub unread: u32,
    /// The newest message.
    pub last: Option<MessageRow>,
}

#[derive(FromRow)]
struct ChatColumns {
    #[sqlx(flatten)]
    contact: ContactColumns,
    unread: u32,
}

#[derive(FromRow)]
struct LastColumns {
    contact: Vec<u8>,
    #[sqlx(flatten)]
    message: MessageColumns,
}

impl Store {
    /// The chats with all contacts that are not declined, the newest activity first. What counts is
    /// the order of arrival here, and no time that somebody else wrote; a contact without messages
    /// stands where it was added.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn chats(&self) -> Result<Vec<ChatRow>, StoreError> {
        // Both in one transaction, so that they speak of the same moment.
        let mut connection = self.connection().await?;
        let mut db_tx = connection.begin().await?;
        let chats: Vec<ChatColumns> = sqlx::query_as(sql::CHATS).fetch_all(&mut *db_tx).await?;
        let last: Vec<LastColumns> = sqlx::query_as(sql::LAST).fetch_all(&mut *db_tx).await?;
        db_tx.commit().await?;
        drop(connection);
        let mut last: BTreeMap<OpenId, MessageColumns> = last
            .into_iter()
            .map(|last| Ok((row::account(&last.contact)?, last.message)))
            .collect::<Result<_, StoreError>>()?;
        let mut rows = Vec::with_capacity(chats.len());
        for ChatColumns { contact, unread } in chats {
            let contact = contact.parse()?;
            let last = match last.remove(&contact.account) {
                Some(columns) => Some(self.message_row(contact.account, columns).await?),
                None => None,
            };
            rows.push(ChatRow { contact, unread, last });
        }
        Ok(rows)
    }
}

crate::sql::statements! {
    CHATS = "SELECT account, name, card, directory_key, directory_worker, route, ready, greeted,
            standing, added,
            (SELECT COUNT(*) FROM messages WHERE contact = account AND unread = 1) AS unread
        FROM contacts WHERE standing <> 'declined'
        ORDER BY coalesce((SELECT max(messages.seq) FROM messages WHERE contact = account),
            added_behind) DESC, contacts.seq DESC";
    LAST = "SELECT contact, seq, direction, id, time, text, delivery, payment_tx, payment_amount,
            unread, envelope, request
        FROM messages WHERE seq IN (
            SELECT (SELECT max(messages.seq) FROM messages WHERE contact = account) FROM contacts)";
}
