//! The headers that are held, for whoever looks at the ledger.

use crate::{Store, StoreError};

impl Store {
    /// The headers that are held, oldest first, each an encoded `ledger::Header`.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn held_headers(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(sqlx::query_scalar(sql::HEADERS).fetch_all(&mut *self.connection().await?).await?)
    }
}

crate::sql::statements! {
    HEADERS = "SELECT header FROM headers ORDER BY round";
}
