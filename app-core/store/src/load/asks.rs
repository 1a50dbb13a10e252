//! Requests of payment as told, the address book, and the addresses that this profile knows.

use crate::{Store, StoreError, row};
use chat::{KnownRequest, PaymentRequest};
use sqlx::FromRow;
use types::{Address, MessageId, OpenId, Timestamp};
use wallet::{BookEntry, Destination};

#[derive(FromRow)]
struct RequestColumns {
    id: Vec<u8>,
    contact: Vec<u8>,
    made: bool,
    amount: i64,
    memo: String,
    expiry: Option<i64>,
    told: i64,
    closed: Option<String>,
    address: Option<Vec<u8>>,
}

impl Store {
    /// All requests, ours and those of contacts, in the order they were told.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn known_requests(&self) -> Result<Vec<KnownRequest>, StoreError> {
        let found: Vec<RequestColumns> =
            sqlx::query_as(sql::REQUESTS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(RequestColumns::parse).collect()
    }

    /// One request of ours, or of a contact.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn known_request(
        &self,
        contact: OpenId,
        (id, made): (MessageId, bool),
    ) -> Result<Option<KnownRequest>, StoreError> {
        let found: Option<RequestColumns> = sqlx::query_as(sql::REQUEST)
            .bind(&contact.0[..])
            .bind(made)
            .bind(&id.0[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(RequestColumns::parse).transpose()
    }

    /// The requests between us and a contact that we have closed since then, and whether they were our
    /// own; the newest hundred.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn closed_requests(
        &self,
        contact: OpenId,
        since: Timestamp,
    ) -> Result<Vec<(MessageId, bool)>, StoreError> {
        let found: Vec<(Vec<u8>, bool)> = sqlx::query_as(sql::CLOSED)
            .bind(&contact.0[..])
            .bind(row::int(since.0))
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.into_iter().map(|(id, made)| Ok((MessageId(row::fixed(&id)?), made))).collect()
    }

    /// The address book, in the order in which addresses were named.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn address_book(&self) -> Result<Vec<BookEntry>, StoreError> {
        let found: Vec<(Vec<u8>, String, i64)> =
            sqlx::query_as(sql::ADDRESS_BOOK).fetch_all(&mut *self.connection().await?).await?;
        let entry = |(to, name, added): (Vec<u8>, String, i64)| {
            let to = Destination::from_bytes(&to).ok_or(StoreError::DamagedProfile)?;
            Ok(BookEntry { to, name, added: row::time(added)? })
        };
        found.into_iter().map(entry).collect()
    }

    /// The addresses that we have paid, or are paying, each with the time of the first wish.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn paid_addresses(&self) -> Result<Vec<(Address, Timestamp)>, StoreError> {
        let found: Vec<(Vec<u8>, i64)> =
            sqlx::query_as(sql::PAID).fetch_all(&mut *self.connection().await?).await?;
        let paid = |(to, first): (Vec<u8>, i64)| Ok((row::address(&to)?, row::time(first)?));
        found.into_iter().map(paid).collect()
    }

    /// The addresses of accepted contacts: those of their cards, and of the keys that they have now.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn contact_addresses(&self) -> Result<Vec<(OpenId, Address)>, StoreError> {
        let found: Vec<(Vec<u8>, Vec<u8>)> =
            sqlx::query_as(sql::OF_CONTACTS).fetch_all(&mut *self.connection().await?).await?;
        let known =
            |(account, to): (Vec<u8>, Vec<u8>)| Ok((row::account(&account)?, row::address(&to)?));
        found.into_iter().map(known).collect()
    }
}

impl RequestColumns {
    fn parse(self) -> Result<KnownRequest, StoreError> {
        Ok(KnownRequest {
            id: MessageId(row::fixed(&self.id)?),
            contact: row::account(&self.contact)?,
            made: self.made,
            request: PaymentRequest {
                amount: row::amount(self.amount)?,
                memo: self.memo,
                expiry: self.expiry.map(row::time).transpose()?,
                address: self.address.as_deref().map(row::fixed).transpose()?,
            },
            told: row::time(self.told)?,
            closed: self.closed.map(|by| row::closed(&by)).transpose()?,
        })
    }
}

crate::sql::statements! {
    REQUESTS = "SELECT id, contact, made, amount, memo, expiry, told, closed, address FROM requests
        ORDER BY seq";
    REQUEST = "SELECT id, contact, made, amount, memo, expiry, told, closed, address FROM requests
        WHERE contact = ?1 AND made = ?2 AND id = ?3";
    CLOSED = "SELECT id, made FROM requests
        WHERE contact = ?1 AND closed = 'by_us' AND closed_at >= ?2 ORDER BY seq DESC LIMIT 100";
    ADDRESS_BOOK = "SELECT address, name, added FROM address_book ORDER BY seq";
    PAID = "SELECT recipient, min(created) FROM payments
        WHERE state <> 'expired' AND kind <> 'migrate' GROUP BY recipient ORDER BY recipient";
    OF_CONTACTS = "SELECT account, address FROM contacts WHERE standing = 'accepted'
        UNION SELECT contact, contact_keys.address FROM contact_keys
            JOIN contacts ON account = contact
            WHERE contact_keys.address IS NOT NULL AND standing = 'accepted'";
}
