//! Payments, the proved history and the proved account.

use crate::row::{self, amount, payment_kind, payment_state};
use crate::{Store, StoreError};
use ledger::{EntryKind, Flags};
use sqlx::{FromRow, SqliteExecutor};
use types::{Abc, Amount, Round, TxId};
use wallet::{Attempt, Payment, PaymentKind, ProvedEntry, SavedAccount};

#[derive(FromRow)]
struct PaymentColumns {
    intent: Vec<u8>,
    recipient: Vec<u8>,
    contact: Option<Vec<u8>>,
    amount: i64,
    memo: Option<String>,
    created: i64,
    tx: Vec<u8>,
    bytes: Vec<u8>,
    fee: i64,
    nonce: i64,
    expiry: i64,
    state: String,
    final_round: Option<i64>,
    kind: String,
}

#[derive(FromRow)]
struct EntryColumns {
    time: i64,
    entry: Vec<u8>,
}

#[derive(FromRow)]
struct AccountColumns {
    round: i64,
    home: Vec<u8>,
    account: Option<Vec<u8>>,
}

impl Store {
    /// The payments that may still happen, in the order of their nonces.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn open_payments(&self) -> Result<Vec<Payment>, StoreError> {
        let found =
            sqlx::query_as(sql::OPEN_PAYMENTS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(PaymentColumns::parse).collect()
    }

    /// All payments, in the order they were asked for.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn payments(&self) -> Result<Vec<Payment>, StoreError> {
        let found = sqlx::query_as(sql::PAYMENTS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(PaymentColumns::parse).collect()
    }

    /// The payment with this transaction.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn payment_by_tx(&self, tx: TxId) -> Result<Option<Payment>, StoreError> {
        let query = sqlx::query_as(sql::PAYMENT_BY_TX).bind(&tx.0[..]);
        query
            .fetch_optional(&mut *self.connection().await?)
            .await?
            .map(PaymentColumns::parse)
            .transpose()
    }

    /// The payments of this kind that are final behind this round.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn final_after(
        &self,
        kind: PaymentKind,
        round: Round,
    ) -> Result<Vec<Payment>, StoreError> {
        let query = sqlx::query_as(sql::FINAL_AFTER).bind(kind.name()).bind(row::int(round.0));
        let found = query.fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(PaymentColumns::parse).collect()
    }

    /// The last payment of this kind that was asked for, whatever became of it; a sibling's only while it
    /// is not dead.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn last_payment(&self, kind: PaymentKind) -> Result<Option<Payment>, StoreError> {
        let query = sqlx::query_as(sql::LAST_PAYMENT).bind(kind.name());
        query
            .fetch_optional(&mut *self.connection().await?)
            .await?
            .map(PaymentColumns::parse)
            .transpose()
    }

    /// The newest entry of this kind.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn last_entry_of(&self, kind: EntryKind) -> Result<Option<ProvedEntry>, StoreError> {
        let found: Option<EntryColumns> = sqlx::query_as(sql::LAST_OF_KIND)
            .bind(kind.name())
            .fetch_optional(&mut *self.connection().await?)
            .await?;
        found.map(EntryColumns::parse).transpose()
    }

    /// The history behind this counter (0 for all of it), oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn entries(&self, after: u64, limit: u32) -> Result<Vec<ProvedEntry>, StoreError> {
        let found: Vec<EntryColumns> = sqlx::query_as(sql::ENTRIES)
            .bind(row::int(after))
            .bind(limit)
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.into_iter().map(EntryColumns::parse).collect()
    }

    /// What a transaction did to the account, oldest first.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn entries_of(&self, tx: TxId) -> Result<Vec<ProvedEntry>, StoreError> {
        let found: Vec<EntryColumns> = sqlx::query_as(sql::ENTRIES_OF)
            .bind(&tx.0[..])
            .fetch_all(&mut *self.connection().await?)
            .await?;
        found.into_iter().map(EntryColumns::parse).collect()
    }

    /// The newest entry of the history.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn last_entry(&self) -> Result<Option<ProvedEntry>, StoreError> {
        let found: Option<EntryColumns> =
            sqlx::query_as(sql::LAST_ENTRY).fetch_optional(&mut *self.connection().await?).await?;
        found.map(EntryColumns::parse).transpose()
    }

    /// How far the history goes: the last counter and the hash after it; zeros for none.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn history_tip(&self) -> Result<(u64, [u8; 32]), StoreError> {
        history_tip(&mut *self.connection().await?).await
    }

    /// What the managers have switched off, and in the state of which round that is proved; `None` if
    /// nobody has looked.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn flags(&self) -> Result<Option<(Round, Flags)>, StoreError> {
        let found: Option<(i64, Option<i64>, Option<i64>)> =
            sqlx::query_as(sql::FLAGS).fetch_optional(&mut *self.connection().await?).await?;
        let Some((round, pool_stop, ecdsa_off)) = found else { return Ok(None) };
        let from = |from: Option<i64>| from.map(|it| row::uint(it).map(Round)).transpose();
        let flags = Flags { pool_stop: from(pool_stop)?, ecdsa_off: from(ecdsa_off)? };
        Ok(Some((Round(row::uint(round)?), flags)))
    }

    /// What lies at the address of our Falcon key before the account moves to it, as last proved.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn waiting(&self) -> Result<Amount<Abc>, StoreError> {
        let found: Option<i64> =
            sqlx::query_scalar(sql::WAITING).fetch_optional(&mut *self.connection().await?).await?;
        amount(found.unwrap_or_default())
    }

    /// The account as last proved.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn account(&self) -> Result<Option<SavedAccount>, StoreError> {
        let found: Option<AccountColumns> =
            sqlx::query_as(sql::ACCOUNT).fetch_optional(&mut *self.connection().await?).await?;
        found.map(AccountColumns::parse).transpose()
    }
}

/// As [`Store::history_tip`], also inside a transaction.
pub(crate) async fn history_tip(
    executor: impl SqliteExecutor<'_>,
) -> Result<(u64, [u8; 32]), StoreError> {
    let found: Option<(i64, Vec<u8>)> =
        sqlx::query_as(sql::HISTORY_TIP).fetch_optional(executor).await?;
    match found {
        Some((counter, hash)) => Ok((row::uint(counter)?, row::fixed(&hash)?)),
        None => Ok((0, [0; 32])),
    }
}

impl PaymentColumns {
    fn parse(self) -> Result<Payment, StoreError> {
        Ok(Payment {
            intent: row::fixed(&self.intent)?,
            kind: payment_kind(&self.kind)?,
            to: row::address(&self.recipient)?,
            contact: self.contact.map(|contact| row::account(&contact)).transpose()?,
            amount: amount(self.amount)?,
            memo: self.memo,
            created: row::time(self.created)?,
            attempt: Attempt {
                tx: TxId(row::fixed(&self.tx)?),
                bytes: self.bytes,
                fee: amount(self.fee)?,
                nonce: row::uint(self.nonce)?,
                expiry: Round(row::uint(self.expiry)?),
            },
            state: payment_state(&self.state, self.final_round)?,
        })
    }
}

impl EntryColumns {
    fn parse(self) -> Result<ProvedEntry, StoreError> {
        Ok(ProvedEntry { entry: row::decode(&self.entry)?, time: row::time(self.time)? })
    }
}

impl AccountColumns {
    fn parse(self) -> Result<SavedAccount, StoreError> {
        Ok(SavedAccount {
            round: Round(row::uint(self.round)?),
            home: row::address(&self.home)?,
            account: self.account.map(|account| row::decode(&account)).transpose()?,
        })
    }
}

crate::sql::statements! {
    OPEN_PAYMENTS = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee,
        nonce, expiry, state, final_round, kind FROM payments
        WHERE state IN ('queued', 'submitted') ORDER BY nonce, seq";
    PAYMENTS = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee,
        nonce, expiry, state, final_round, kind FROM payments ORDER BY seq";
    PAYMENT_BY_TX = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee,
        nonce, expiry, state, final_round, kind FROM payments WHERE tx = ?1 ORDER BY seq DESC LIMIT 1";
    LAST_PAYMENT = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee,
        nonce, expiry, state, final_round, kind FROM payments
        WHERE kind = ?1 AND (device IS NULL OR state <> 'expired') ORDER BY seq DESC LIMIT 1";
    FINAL_AFTER = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee,
        nonce, expiry, state, final_round, kind FROM payments
        WHERE kind = ?1 AND final_round > ?2 ORDER BY seq";
    LAST_OF_KIND = "SELECT time, entry FROM entries WHERE kind = ?1 ORDER BY counter DESC LIMIT 1";
    ENTRIES = "SELECT time, entry FROM entries WHERE counter > ?1 ORDER BY counter LIMIT ?2";
    ENTRIES_OF = "SELECT time, entry FROM entries WHERE tx = ?1 ORDER BY counter";
    LAST_ENTRY = "SELECT time, entry FROM entries ORDER BY counter DESC LIMIT 1";
    HISTORY_TIP = "SELECT counter, hash FROM entries ORDER BY counter DESC LIMIT 1";
    FLAGS = "SELECT round, pool_stop, ecdsa_off FROM flags";
    WAITING = "SELECT amount FROM waiting";
    ACCOUNT = "SELECT round, home, account FROM account";
}
