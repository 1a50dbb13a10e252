//! Our prekeys, what they were used for, and their publication that waits.

use crate::row::{self, prekey_kind_text};
use crate::{Store, StoreError};
use chat::{KeptPreKey, PreKeyKind};
use sqlx::FromRow;
use zeroize::Zeroizing;

#[derive(FromRow)]
struct KeptColumns {
    kind: String,
    id: u32,
    created: i64,
    replaced: Option<i64>,
}

impl Store {
    /// The encoded prekey of this kind and number.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn prekey(
        &self,
        kind: PreKeyKind,
        id: u32,
    ) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let found: Option<Vec<u8>> = sqlx::query_scalar(sql::PREKEY)
            .bind(prekey_kind_text(kind))
            .bind(id)
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        Ok(found.map(Zeroizing::new))
    }

    /// All prekeys that are kept, in the order they were made.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn kept_prekeys(&self) -> Result<Vec<KeptPreKey>, StoreError> {
        let found: Vec<KeptColumns> =
            sqlx::query_as(sql::KEPT_PREKEYS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(KeptColumns::parse).collect()
    }

    /// True if this base key was used with these prekeys before.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn is_kyber_used(
        &self,
        kyber: u32,
        signed: u32,
        base_key: &[u8; 33],
    ) -> Result<bool, StoreError> {
        let query =
            sqlx::query_scalar(sql::IS_KYBER_USED).bind(kyber).bind(signed).bind(&base_key[..]);
        Ok(query.fetch_one(&mut *self.connection().await?).await?)
    }

    /// The publication of our prekeys that no worker has confirmed yet: its number, and the encoded
    /// request.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn waiting_publication(&self) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let found: Option<(i64, Vec<u8>)> =
            sqlx::query_as(sql::PUBLICATION).fetch_optional(&mut *self.connection().await?).await?;
        found.map(|(number, request)| Ok((row::uint(number)?, request))).transpose()
    }
}

impl KeptColumns {
    fn parse(self) -> Result<KeptPreKey, StoreError> {
        Ok(KeptPreKey {
            kind: row::prekey_kind(&self.kind)?,
            id: self.id,
            created: row::time(self.created)?,
            replaced: self.replaced.map(row::time).transpose()?,
        })
    }
}

crate::sql::statements! {
    PREKEY = "SELECT record FROM prekeys WHERE kind = ?1 AND id = ?2";
    KEPT_PREKEYS = "SELECT kind, id, created, replaced FROM prekeys ORDER BY seq";
    IS_KYBER_USED = "SELECT EXISTS (SELECT 1 FROM kyber_used
        WHERE kyber = ?1 AND signed = ?2 AND base_key = ?3)";
    PUBLICATION = "SELECT number, request FROM publications ORDER BY number DESC LIMIT 1";
}
