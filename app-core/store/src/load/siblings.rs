//! The other devices of these words, and what is known of what they pay.

use crate::{Store, StoreError, row};
use std::collections::BTreeSet;
use types::{Round, Timestamp, TxId, WorkerId};
use wallet::{DeviceId, KnownIntent};

/// Maker, transaction, its last round, state.
type IntentColumns = (Option<Vec<u8>>, Option<Vec<u8>>, Option<i64>, String);

impl Store {
    /// The other devices that were heard of since this moment, and whose board each reads.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn siblings(
        &self,
        since: Timestamp,
    ) -> Result<Vec<(DeviceId, WorkerId, Timestamp)>, StoreError> {
        let query = sqlx::query_as(sql::SIBLINGS).bind(row::int(since.0));
        let found: Vec<(Vec<u8>, Vec<u8>, i64)> =
            query.fetch_all(&mut *self.connection().await?).await?;
        let parse = |(device, worker, seen): (Vec<u8>, Vec<u8>, i64)| {
            let (device, worker) = (DeviceId(row::fixed(&device)?), WorkerId(row::fixed(&worker)?));
            Ok((device, worker, row::time(seen)?))
        };
        found.into_iter().map(parse).collect()
    }

    /// What is known of a payment of the account, whoever makes it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn known_payment(&self, intent: [u8; 16]) -> Result<Option<KnownIntent>, StoreError> {
        self.known(sql::PAYMENT, intent).await
    }

    /// What is known of a transfer out of the pool, whoever makes it. A sweep of everything has the same
    /// intent for both.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn known_transfer(
        &self,
        intent: [u8; 16],
    ) -> Result<Option<KnownIntent>, StoreError> {
        self.known(sql::TRANSFER, intent).await
    }

    async fn known(
        &self,
        sql: &'static str,
        intent: [u8; 16],
    ) -> Result<Option<KnownIntent>, StoreError> {
        let query = sqlx::query_as(sql).bind(intent.to_vec());
        let found: Option<IntentColumns> =
            query.fetch_optional(&mut *self.connection().await?).await?;
        let Some((device, tx, expiry, state)) = found else { return Ok(None) };
        let maker = device.as_deref().map(row::fixed).transpose()?.map(DeviceId);
        let attempt = match (tx, expiry) {
            (Some(tx), Some(expiry)) => Some((TxId(row::fixed(&tx)?), Round(row::uint(expiry)?))),
            _ => None,
        };
        Ok(Some(KnownIntent { maker, attempt, is_final: state == "final" }))
    }

    /// The intents of siblings' payments of the account that may still happen.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn payments_elsewhere(&self) -> Result<BTreeSet<[u8; 16]>, StoreError> {
        self.intents(sql::PAYMENTS).await
    }

    /// The intents of siblings' transfers out of the pool that may still happen.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn transfers_elsewhere(&self) -> Result<BTreeSet<[u8; 16]>, StoreError> {
        self.intents(sql::TRANSFERS).await
    }

    async fn intents(&self, sql: &'static str) -> Result<BTreeSet<[u8; 16]>, StoreError> {
        let found: Vec<Vec<u8>> =
            sqlx::query_scalar(sql).fetch_all(&mut *self.connection().await?).await?;
        found.iter().map(|intent| row::fixed(intent)).collect()
    }
}

crate::sql::statements! {
    SIBLINGS = "SELECT device, worker, seen FROM siblings WHERE seen >= ?1 ORDER BY device";
    PAYMENT = "SELECT device, tx, expiry, state FROM payments WHERE intent = ?1";
    TRANSFER = "SELECT device, tx, expiry, state FROM transfers WHERE intent = ?1";
    PAYMENTS = "SELECT intent FROM payments
        WHERE device IS NOT NULL AND state IN ('queued', 'submitted')";
    TRANSFERS = "SELECT intent FROM transfers
        WHERE device IS NOT NULL AND state IN ('planned', 'queued', 'submitted')";
}
