//! What may come back of red envelopes that are known by the change of their bundles alone.

use crate::{Store, StoreError, row};
use sqlx::FromRow;
use types::Round;
use wallet::{FoundRest, MadeEnvelope, Rest};

#[derive(FromRow)]
struct FoundColumns {
    root: Vec<u8>,
    expiry: i64,
    bundle: Vec<u8>,
    rest: Vec<u8>,
    came_back: Option<Vec<u8>>,
}

impl Store {
    /// All of it, in the order it was found.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn found_rests(&self) -> Result<Vec<FoundRest>, StoreError> {
        let found: Vec<FoundColumns> =
            sqlx::query_as(sql::FOUND_RESTS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(FoundColumns::parse).collect()
    }

    /// What may still come back.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn open_found_rests(&self) -> Result<Vec<FoundRest>, StoreError> {
        let found: Vec<FoundColumns> =
            sqlx::query_as(sql::OPEN_FOUND_RESTS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(FoundColumns::parse).collect()
    }

    /// What may come back under this key.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn found_rest(&self, key: [u8; 32]) -> Result<Option<FoundRest>, StoreError> {
        let query = sqlx::query_as(sql::FOUND_REST).bind(key.to_vec());
        let found: Option<FoundColumns> =
            query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(FoundColumns::parse).transpose()
    }
}

impl FoundColumns {
    fn parse(self) -> Result<FoundRest, StoreError> {
        let (root, expiry) = (row::fixed(&self.root)?, Round(row::uint(self.expiry)?));
        let claim = self.came_back.map(|claim| row::decode(&claim)).transpose()?;
        let rest = Rest { claim, ..row::decode(&self.rest)? };
        let made = MadeEnvelope { root, expiry };
        Ok(FoundRest { made, bundle: row::fixed(&self.bundle)?, rest })
    }
}

crate::sql::statements! {
    FOUND_RESTS = "SELECT root, expiry, bundle, rest, came_back FROM found_rests ORDER BY seq";
    OPEN_FOUND_RESTS = "SELECT root, expiry, bundle, rest, came_back FROM found_rests
        WHERE settled = 0 ORDER BY seq";
    FOUND_REST = "SELECT root, expiry, bundle, rest, came_back FROM found_rests WHERE key = ?1";
}
