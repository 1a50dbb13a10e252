//! Grants given and received, the keys that came with them, and the accounts that they open.

use crate::{Store, StoreError, row};
use chat::{Delivery, ReviewLetter};
use sqlx::{FromRow, SqliteExecutor};
use types::{MessageId, OpenId, Round, Timestamp};
use wallet::SavedAccount;
use wallet::review::{GivenGrant, GrantedKey, Month, Period, ReceivedGrant, Serial, Tip};
use zeroize::Zeroizing;

#[derive(FromRow)]
struct GivenColumns {
    contact: Option<Vec<u8>>,
    grant_bytes: Vec<u8>,
    stopped: Option<i64>,
    issued: i64,
    tip: Vec<u8>,
    last_period: i64,
}

#[derive(FromRow)]
struct ReceivedColumns {
    contact: Option<Vec<u8>>,
    grant_bytes: Vec<u8>,
    received: i64,
    stopped: Option<i64>,
    issued: i64,
    tip: Vec<u8>,
    proved: Option<bool>,
}

#[derive(FromRow)]
struct ReviewedColumns {
    round: i64,
    home: Vec<u8>,
    record: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct LetterColumns {
    id: Vec<u8>,
    contact: Vec<u8>,
    content: Vec<u8>,
}

impl Store {
    /// The grants that this account has given, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn grants_given(&self) -> Result<Vec<GivenGrant>, StoreError> {
        let found: Vec<GivenColumns> =
            sqlx::query_as(sql::GIVEN).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(GivenColumns::parse).collect()
    }

    /// The grants that this account has received, in order.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn grants_received(&self) -> Result<Vec<ReceivedGrant>, StoreError> {
        let found: Vec<ReceivedColumns> =
            sqlx::query_as(sql::RECEIVED).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(ReceivedColumns::parse).collect()
    }

    /// The received grant with this number.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn grant_received(
        &self,
        serial: Serial,
    ) -> Result<Option<ReceivedGrant>, StoreError> {
        let found: Option<ReceivedColumns> = sqlx::query_as(sql::RECEIVED_ONE)
            .bind(&serial.0[..])
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(ReceivedColumns::parse).transpose()
    }

    /// The keys that came with a grant and behind it, in order of their periods.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn granted_keys(&self, serial: Serial) -> Result<Vec<GrantedKey>, StoreError> {
        let found: Vec<Vec<u8>> = sqlx::query_scalar(sql::KEYS)
            .bind(&serial.0[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.into_iter().map(|key| row::decode(&Zeroizing::new(key))).collect()
    }

    /// How often the period account was changed within a month.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn period_stops(&self, month: Month) -> Result<u8, StoreError> {
        let query = sqlx::query_scalar(sql::STOPS).bind(month.number());
        let found: Option<i64> = query.fetch_optional(&mut *self.connection().await?).await?;
        u8::try_from(found.unwrap_or_default()).map_err(|_| StoreError::DamagedProfile)
    }

    /// What is about review keys and has not arrived: nothing that waits to leave, and nothing that
    /// was put on its way after this moment.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn unconfirmed_letters(
        &self,
        before: Timestamp,
    ) -> Result<Vec<ReviewLetter>, StoreError> {
        let query = sqlx::query_as(sql::LETTERS).bind(row::int(before.0));
        let found: Vec<LetterColumns> = query.fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(LetterColumns::parse).collect()
    }

    /// What a contact has not confirmed of it, but for what waits to be encrypted.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn letters_to(&self, contact: OpenId) -> Result<Vec<ReviewLetter>, StoreError> {
        let query = sqlx::query_as(sql::LETTERS_TO).bind(&contact.0[..]);
        let found: Vec<LetterColumns> = query.fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(LetterColumns::parse).collect()
    }

    /// How far something about review keys got.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn letter_delivery(&self, id: MessageId) -> Result<Option<Delivery>, StoreError> {
        let query = sqlx::query_scalar(sql::LETTER_DELIVERY).bind(&id.0[..]);
        let found: Option<String> = query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(|text| row::delivery(&text)).transpose()
    }

    /// A reviewed account as last proved.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn reviewed(&self, account: OpenId) -> Result<Option<SavedAccount>, StoreError> {
        let query = sqlx::query_as(sql::REVIEWED).bind(&account.0[..]);
        let found: Option<ReviewedColumns> =
            query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(ReviewedColumns::parse).transpose()
    }

    /// How far a reviewed account's history goes: the last counter and the hash after it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn reviewed_tip(&self, account: OpenId) -> Result<(u64, [u8; 32]), StoreError> {
        reviewed_tip(&mut *self.connection().await?, account).await
    }
}

/// As [`Store::reviewed_tip`], also inside a transaction.
pub(crate) async fn reviewed_tip(
    executor: impl SqliteExecutor<'_>,
    account: OpenId,
) -> Result<(u64, [u8; 32]), StoreError> {
    let found: Option<(i64, Vec<u8>)> =
        sqlx::query_as(sql::TIP).bind(account.0.to_vec()).fetch_optional(executor).await?;
    match found {
        Some((counter, hash)) => Ok((row::uint(counter)?, row::fixed(&hash)?)),
        None => Ok((0, [0; 32])),
    }
}

impl GivenColumns {
    fn parse(self) -> Result<GivenGrant, StoreError> {
        Ok(GivenGrant {
            grant: row::decode(&self.grant_bytes)?,
            contact: self.contact.map(|contact| row::account(&contact)).transpose()?,
            stopped: self.stopped.map(row::time).transpose()?,
            tip: tip(self.issued, &self.tip)?,
            last: period(self.last_period)?,
        })
    }
}

impl ReceivedColumns {
    fn parse(self) -> Result<ReceivedGrant, StoreError> {
        Ok(ReceivedGrant {
            grant: row::decode(&self.grant_bytes)?,
            contact: self.contact.map(|contact| row::account(&contact)).transpose()?,
            received: row::time(self.received)?,
            stopped: self.stopped.map(row::time).transpose()?,
            tip: tip(self.issued, &self.tip)?,
            proved: self.proved,
        })
    }
}

impl LetterColumns {
    fn parse(self) -> Result<ReviewLetter, StoreError> {
        Ok(ReviewLetter {
            id: MessageId(row::fixed(&self.id)?),
            contact: row::account(&self.contact)?,
            content: Zeroizing::new(self.content),
        })
    }
}

impl ReviewedColumns {
    fn parse(self) -> Result<SavedAccount, StoreError> {
        Ok(SavedAccount {
            round: Round(row::uint(self.round)?),
            home: row::address(&self.home)?,
            account: self.record.map(|record| row::decode(&record)).transpose()?,
        })
    }
}

fn tip(issued: i64, tip: &[u8]) -> Result<Tip, StoreError> {
    let issued = u32::try_from(issued).map_err(|_| StoreError::DamagedProfile)?;
    Ok((issued, row::fixed(tip)?))
}

fn period(index: i64) -> Result<Period, StoreError> {
    u32::try_from(index).ok().and_then(Period::new).ok_or(StoreError::DamagedProfile)
}

crate::sql::statements! {
    GIVEN = "SELECT contact, grant_bytes, stopped, issued, tip, last_period FROM grants_given
        ORDER BY seq";
    RECEIVED = "SELECT contact, grant_bytes, received, stopped, issued, tip, proved
        FROM grants_received ORDER BY seq";
    RECEIVED_ONE = "SELECT contact, grant_bytes, received, stopped, issued, tip, proved
        FROM grants_received WHERE serial = ?1";
    KEYS = "SELECT key FROM granted_keys WHERE serial = ?1 ORDER BY period";
    STOPS = "SELECT stop FROM period_stops WHERE month = ?1";
    LETTERS = "SELECT id, contact, content FROM review_letters
        WHERE delivery <> 'delivered' AND sent <= ?1
            AND NOT EXISTS (SELECT 1 FROM pending WHERE pending.contact = review_letters.contact
                AND pending.message = review_letters.id)
            AND NOT EXISTS (SELECT 1 FROM outgoing WHERE outgoing.contact = review_letters.contact
                AND outgoing.message = review_letters.id)
        ORDER BY seq";
    LETTERS_TO = "SELECT id, contact, content FROM review_letters
        WHERE contact = ?1 AND delivery <> 'delivered'
            AND NOT EXISTS (SELECT 1 FROM pending WHERE pending.contact = review_letters.contact
                AND pending.message = review_letters.id)
        ORDER BY seq";
    LETTER_DELIVERY = "SELECT delivery FROM review_letters WHERE id = ?1 ORDER BY seq DESC LIMIT 1";
    REVIEWED = "SELECT round, home, record FROM reviewed WHERE account = ?1";
    TIP = "SELECT counter, hash FROM reviewed_entries WHERE account = ?1
        ORDER BY counter DESC LIMIT 1";
}
