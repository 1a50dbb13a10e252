//! Contacts and sessions.

use crate::{Store, StoreError, row};
use chat::{Contact, Direction, Standing};
use sqlx::FromRow;
use std::collections::BTreeSet;
use types::{MessageId, OpenId, WorkerId};
use zeroize::Zeroizing;

#[derive(FromRow)]
pub(crate) struct ContactColumns {
    account: Vec<u8>,
    name: String,
    card: Vec<u8>,
    directory_key: Vec<u8>,
    directory_worker: Vec<u8>,
    route: Vec<u8>,
    ready: bool,
    greeted: bool,
    standing: String,
    added: i64,
}

impl ContactColumns {
    pub(crate) fn parse(self) -> Result<Contact, StoreError> {
        let route = Zeroizing::new(self.route);
        Ok(Contact {
            account: row::account(&self.account)?,
            name: self.name,
            card: row::decode(&self.card)?,
            directory: (
                row::fixed(&self.directory_key)?,
                WorkerId(row::fixed(&self.directory_worker)?),
            ),
            route: row::decode(&route)?,
            ready: self.ready,
            greeted: self.greeted,
            standing: row::standing(&self.standing)?,
            added: row::time(self.added)?,
        })
    }
}

impl Store {
    /// All contacts, declined ones too, in the order they were added.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn contacts(&self) -> Result<Vec<Contact>, StoreError> {
        let found: Vec<ContactColumns> =
            sqlx::query_as(sql::CONTACTS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(ContactColumns::parse).collect()
    }

    /// The contacts whose safety number counts as compared.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn compared(&self) -> Result<BTreeSet<OpenId>, StoreError> {
        let found: Vec<Vec<u8>> =
            sqlx::query_scalar(sql::COMPARED).fetch_all(&mut *self.connection().await?).await?;
        found.iter().map(|account| row::account(account)).collect()
    }

    /// How many contacts of this standing there are.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn contact_count(&self, standing: Standing) -> Result<u32, StoreError> {
        let standing = row::standing_text(standing);
        let query = sqlx::query_scalar(sql::CONTACT_COUNT).bind(standing);
        Ok(query.fetch_one(&mut *self.connection().await?).await?)
    }

    /// The contact with this account.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn contact(&self, account: OpenId) -> Result<Option<Contact>, StoreError> {
        let found: Option<ContactColumns> = sqlx::query_as(sql::CONTACT)
            .bind(&account.0[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(ContactColumns::parse).transpose()
    }

    /// The contact with this identity key; the oldest, should two show the same one.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn contact_by_identity(
        &self,
        identity: &[u8; 33],
    ) -> Result<Option<OpenId>, StoreError> {
        let found: Option<Vec<u8>> = sqlx::query_scalar(sql::CONTACT_BY_IDENTITY)
            .bind(&identity[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(|account| row::account(&account)).transpose()
    }

    /// The encoded sessions with a contact, in no order that means anything.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn sessions(&self, contact: OpenId) -> Result<Vec<Zeroizing<Vec<u8>>>, StoreError> {
        let found: Vec<Vec<u8>> = sqlx::query_scalar(sql::SESSIONS)
            .bind(&contact.0[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        Ok(found.into_iter().map(Zeroizing::new).collect())
    }

    /// True if the conversation has this message already.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn has_message(
        &self,
        contact: OpenId,
        direction: Direction,
        id: MessageId,
    ) -> Result<bool, StoreError> {
        let query = sqlx::query_scalar(sql::HAS_MESSAGE)
            .bind(&contact.0[..])
            .bind(row::direction_text(direction))
            .bind(&id.0[..]);
        Ok(query.fetch_one(&mut *self.connection().await?).await?)
    }
}

crate::sql::statements! {
    CONTACTS = "SELECT account, name, card, directory_key, directory_worker, route, ready, greeted,
        standing, added FROM contacts ORDER BY seq";
    COMPARED = "SELECT account FROM contacts WHERE compared = 1";
    CONTACT_COUNT = "SELECT COUNT(*) FROM contacts WHERE standing = ?1";
    CONTACT = "SELECT account, name, card, directory_key, directory_worker, route, ready, greeted,
        standing, added FROM contacts WHERE account = ?1";
    CONTACT_BY_IDENTITY = "SELECT account FROM contacts WHERE identity = ?1 ORDER BY seq LIMIT 1";
    SESSIONS = "SELECT state FROM sessions WHERE contact = ?1 ORDER BY name";
    HAS_MESSAGE = "SELECT EXISTS (SELECT 1 FROM messages
        WHERE contact = ?1 AND direction = ?2 AND id = ?3)";
}
