//! The latest headers, and what contacts vouch for.

use crate::{Store, StoreError, row};
use sqlx::FromRow;
use types::{Address, OpenId, Round, Timestamp};

/// What a contact was asked about the ledger, and said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VouchRow {
    /// The contact.
    pub contact: OpenId,
    /// The round that it was asked about last, 0 for none.
    pub asked: Round,
    /// When that was.
    pub asked_at: Timestamp,
    /// The encoded `light::Checkpoint` of its answer.
    pub answer: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct VouchColumns {
    contact: Vec<u8>,
    asked: i64,
    asked_at: i64,
    answer: Option<Vec<u8>>,
}

impl Store {
    /// The encoded `ledger::Header` of a round, if it is held.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn header(&self, round: Round) -> Result<Option<Vec<u8>>, StoreError> {
        let found = sqlx::query_scalar(sql::HEADER).bind(row::int(round.0));
        Ok(found.fetch_optional(&mut *self.connection().await?).await?)
    }

    /// How many headers are held.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn header_count(&self) -> Result<u64, StoreError> {
        row::uint(
            sqlx::query_scalar(sql::HEADER_COUNT).fetch_one(&mut *self.connection().await?).await?,
        )
    }

    /// The contacts about whose keys the ledger is to be asked, and the round since which they say
    /// that these are others.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn keys_due(&self) -> Result<Vec<(OpenId, Round)>, StoreError> {
        let found: Vec<(Vec<u8>, i64)> =
            sqlx::query_as(sql::KEYS_DUE).fetch_all(&mut *self.connection().await?).await?;
        let due = |(contact, said): (Vec<u8>, i64)| {
            Ok((OpenId(row::fixed(&contact)?), Round(row::uint(said)?)))
        };
        found.into_iter().map(due).collect()
    }

    /// The address of a contact's strongest key as last proved; `None` if the ledger was not asked.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn key_address(&self, contact: OpenId) -> Result<Option<Address>, StoreError> {
        let found = sqlx::query_scalar(sql::KEY_ADDRESS).bind(&contact.0[..]);
        let found: Option<Option<Vec<u8>>> =
            found.fetch_optional(&mut *self.connection().await?).await?;
        found.flatten().map(|address| row::address(&address)).transpose()
    }

    /// What contacts were asked, and said.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn vouches(&self) -> Result<Vec<VouchRow>, StoreError> {
        let found: Vec<VouchColumns> =
            sqlx::query_as(sql::VOUCHES).fetch_all(&mut *self.connection().await?).await?;
        let vouch = |found: VouchColumns| {
            Ok(VouchRow {
                contact: OpenId(row::fixed(&found.contact)?),
                asked: Round(row::uint(found.asked)?),
                asked_at: row::time(found.asked_at)?,
                answer: found.answer,
            })
        };
        found.into_iter().map(vouch).collect()
    }
}

crate::sql::statements! {
    HEADER = "SELECT header FROM headers WHERE round = ?1";
    HEADER_COUNT = "SELECT COUNT(*) FROM headers";
    KEYS_DUE = "SELECT contact, said FROM contact_keys WHERE said > proved ORDER BY contact";
    KEY_ADDRESS = "SELECT address FROM contact_keys WHERE contact = ?1";
    VOUCHES = "SELECT contact, asked, asked_at, answer FROM vouches ORDER BY contact";
}
