//! How far granted keys have read in the private pool, and the notes that they have found.

use crate::{Store, StoreError, row};
use sqlx::FromRow;
use types::{OpenId, Round};
use wallet::review::{GrantedKey, KeyName, LogPlace, Nullifier, ReviewKeys, ReviewedNote};
use zeroize::Zeroizing;

#[derive(FromRow)]
struct ReadColumns {
    name: Vec<u8>,
    count: i64,
    hash: Vec<u8>,
    round: i64,
}

#[derive(FromRow)]
struct NoteColumns {
    nullifier: Vec<u8>,
    name: Vec<u8>,
    value: i64,
    spent: Option<i64>,
}

/// How far one granted key has read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyRead {
    /// The key's fingerprint.
    pub name: KeyName,
    /// Behind the last bundle that it has read.
    pub place: LogPlace,
    /// The round that this is proved for.
    pub round: Round,
}

impl Store {
    /// The keys that open an account, of grants of which the ledger says that its own key has signed
    /// them: whoever signs for somebody else opens nothing under his name.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn review_keys(&self, account: OpenId) -> Result<ReviewKeys, StoreError> {
        let query = sqlx::query_scalar(sql::KEYS).bind(account.0.to_vec());
        let found: Vec<Vec<u8>> = query.fetch_all(&mut *self.connection().await?).await?;
        let read = |key: Vec<u8>| row::decode::<GrantedKey>(&Zeroizing::new(key));
        Ok(ReviewKeys::of(found.into_iter().map(read).collect::<Result<Vec<_>, _>>()?))
    }

    /// Other accounts whose owners have granted one of these very keys as their own: one of them says
    /// what is not true, and no key tells which.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn claimed_by_others(&self, account: OpenId) -> Result<Vec<OpenId>, StoreError> {
        let query = sqlx::query_scalar(sql::CLAIMED).bind(account.0.to_vec());
        let found: Vec<Vec<u8>> = query.fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(|account| row::account(&account)).collect()
    }

    /// How far the granted keys of a reviewed account have read in the pool.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn reviewed_reads(&self, account: OpenId) -> Result<Vec<KeyRead>, StoreError> {
        let query = sqlx::query_as(sql::READS).bind(account.0.to_vec());
        let found: Vec<ReadColumns> = query.fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(ReadColumns::parse).collect()
    }

    /// The notes that they have found, each with the round in which it was spent.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn reviewed_notes(
        &self,
        account: OpenId,
    ) -> Result<Vec<(ReviewedNote, Option<Round>)>, StoreError> {
        let query = sqlx::query_as(sql::NOTES).bind(account.0.to_vec());
        let found: Vec<NoteColumns> = query.fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(NoteColumns::parse).collect()
    }
}

impl ReadColumns {
    fn parse(self) -> Result<KeyRead, StoreError> {
        let place = LogPlace { count: row::uint(self.count)?, hash: row::fixed(&self.hash)? };
        Ok(KeyRead { name: row::fixed(&self.name)?, place, round: Round(row::uint(self.round)?) })
    }
}

impl NoteColumns {
    fn parse(self) -> Result<(ReviewedNote, Option<Round>), StoreError> {
        let note = ReviewedNote {
            nullifier: Nullifier(row::fixed(&self.nullifier)?),
            key: row::fixed(&self.name)?,
            value: row::amount(self.value)?,
        };
        let spent = self.spent.map(row::uint).transpose()?;
        Ok((note, spent.map(Round)))
    }
}

crate::sql::statements! {
    KEYS = "SELECT granted_keys.key FROM granted_keys
        JOIN grants_received ON grants_received.serial = granted_keys.serial
        WHERE grants_received.account = ?1 AND grants_received.proved = 1";
    CLAIMED = "SELECT DISTINCT theirs.account FROM grants_received AS ours
        JOIN granted_keys AS our_keys ON our_keys.serial = ours.serial
        JOIN granted_keys AS their_keys ON their_keys.key = our_keys.key
        JOIN grants_received AS theirs ON theirs.serial = their_keys.serial
        WHERE ours.account = ?1 AND ours.proved = 1 AND theirs.account <> ?1 AND theirs.proved = 1
        ORDER BY theirs.account";
    READS = "SELECT name, count, hash, round FROM reviewed_keys WHERE account = ?1";
    NOTES = "SELECT nullifier, name, value, spent FROM reviewed_notes WHERE account = ?1
        ORDER BY nullifier";
}
