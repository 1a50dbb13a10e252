//! Whether money has moved since a screen last showed it.

use crate::row;
use crate::{Store, StoreError};
use sqlx::Connection;
use wire::hash;

/// Stands for all that is known about our money. Two that differ mean that some of it has moved;
/// headers that move nothing leave it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MoneyMark([u8; 32]);

impl Store {
    /// The mark of the history, of the proved account, and of all payments as they are now.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn money_mark(&self) -> Result<MoneyMark, StoreError> {
        let mut connection = self.connection().await?;
        let mut db_tx = connection.begin().await?;
        let (counter, tip) = crate::load::history_tip(&mut *db_tx).await?;
        let account: Option<Option<Vec<u8>>> =
            sqlx::query_scalar(sql::ACCOUNT).fetch_optional(&mut *db_tx).await?;
        let newest: i64 = sqlx::query_scalar(sql::NEWEST_PAYMENT).fetch_one(&mut *db_tx).await?;
        // A payment that is no longer open leaves this list, and never comes back.
        let open: Vec<(i64, String)> =
            sqlx::query_as(sql::OPEN_PAYMENTS).fetch_all(&mut *db_tx).await?;
        let (notes, spent): (i64, i64) = sqlx::query_as(sql::NOTES).fetch_one(&mut *db_tx).await?;
        let transfers: Vec<(i64, String)> =
            sqlx::query_as(sql::OPEN_TRANSFERS).fetch_all(&mut *db_tx).await?;
        db_tx.commit().await?;
        let transfers: String =
            transfers.iter().map(|(seq, state)| format!("{seq} {state} ")).collect();
        let private = format!("{notes} {spent} {transfers}");
        let open: String = open.iter().map(|(seq, state)| format!("{seq} {state} ")).collect();
        let account = account.flatten().unwrap_or_default();
        // Of those parts that have no fixed length, the first carries its own.
        let open_len = u64::try_from(open.len()).unwrap_or(u64::MAX);
        let [counter, newest, open_len] =
            [counter, row::uint(newest)?, open_len].map(u64::to_be_bytes);
        let private = hash("bcm-private-mark-v1", &[private.as_bytes()]);
        let parts: [&[u8]; 7] =
            [&counter, &tip, &newest, &open_len, open.as_bytes(), &private, &account];
        Ok(MoneyMark(hash("bcm-money-mark-v1", &parts)))
    }
}

crate::sql::statements! {
    ACCOUNT = "SELECT account FROM account";
    NOTES = "SELECT count(*), count(spent) FROM notes";
    OPEN_TRANSFERS = "SELECT seq, state FROM transfers
        WHERE state IN ('planned', 'queued', 'submitted') ORDER BY seq";
    NEWEST_PAYMENT = "SELECT coalesce(max(seq), 0) FROM payments";
    OPEN_PAYMENTS = "SELECT seq, state FROM payments WHERE state IN ('queued', 'submitted')
        ORDER BY seq";
}
