//! Our money in the private pool: notes, how far the log was read, transfers.

use crate::row::{self, amount, transfer_state};
use crate::{Store, StoreError};
use ledger::Gift;
use sqlx::FromRow;
use types::{Abc, Amount, MessageId, OpenId, Round, TxId};
use wallet::ShieldedAddress;
use wallet::private::{
    OwnNote, PoolState, PrivateAttempt, PrivateMoney, Randomizer, Spent, Transfer,
};
use zeroize::Zeroizing;

#[derive(FromRow)]
struct TransferColumns {
    intent: Vec<u8>,
    recipient: Vec<u8>,
    contact: Option<Vec<u8>>,
    amount: i64,
    memo: Option<String>,
    created: i64,
    tx: Option<Vec<u8>>,
    bytes: Option<Vec<u8>>,
    fee: Option<i64>,
    expiry: Option<i64>,
    carry_proof: Option<Vec<u8>>,
    spend: Option<Vec<u8>>,
    state: String,
    final_round: Option<i64>,
    cancelled: bool,
}

#[derive(FromRow)]
struct NoteColumns {
    note: Vec<u8>,
    spent: Option<i64>,
    spent_by: Option<Vec<u8>>,
}

impl Store {
    /// How far the pool's log was read; `None` before the first look.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn pool_state(&self) -> Result<Option<PoolState>, StoreError> {
        let found: Option<Vec<u8>> =
            sqlx::query_scalar(sql::POOL).fetch_optional(&mut *self.connection().await?).await?;
        found.map(|state| row::decode(&state)).transpose()
    }

    /// Our notes that are not spent, in the order of the log.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn unspent_notes(&self) -> Result<Vec<OwnNote>, StoreError> {
        let found: Vec<Vec<u8>> =
            sqlx::query_scalar(sql::UNSPENT).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(|note| row::decode(&note)).collect()
    }

    /// All our notes with what has spent them, in the order of the log.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn all_notes(&self) -> Result<Vec<(OwnNote, Option<Spent>)>, StoreError> {
        let found: Vec<NoteColumns> =
            sqlx::query_as(sql::NOTES).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(NoteColumns::parse).collect()
    }

    /// The transfers that may still happen, in the order they were asked for: ours, and what siblings
    /// have signed.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn open_transfers(&self) -> Result<Vec<Transfer>, StoreError> {
        let found: Vec<TransferColumns> =
            sqlx::query_as(sql::OPEN_TRANSFERS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(TransferColumns::parse).collect()
    }

    /// The transfers for which nothing was ever signed, open and given up, in the order they were
    /// asked for.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn unsigned_transfers(&self) -> Result<Vec<Transfer>, StoreError> {
        let found: Vec<TransferColumns> =
            sqlx::query_as(sql::UNSIGNED).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(TransferColumns::parse).collect()
    }

    /// The request of its contact that a transfer pays.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn request_of_transfer(
        &self,
        intent: [u8; 16],
    ) -> Result<Option<MessageId>, StoreError> {
        let query = sqlx::query_scalar(sql::REQUEST).bind(intent.to_vec());
        let found: Option<Vec<u8>> = query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(|id| row::fixed(&id).map(MessageId)).transpose()
    }

    /// The red envelope that a transfer makes, as its members are to be told of it once its transaction
    /// is known.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn gift_of_transfer(&self, intent: [u8; 16]) -> Result<Option<Gift>, StoreError> {
        let query = sqlx::query_scalar(sql::GIFT).bind(intent.to_vec());
        let found: Option<Vec<u8>> = query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(Zeroizing::new).map(|gift| row::decode(&gift)).transpose()
    }

    /// What may still be put into the pool for a transfer: what was agreed, less what was put in for it
    /// or is on its way. What came to nothing has used nothing.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn agreed_top_up(&self, intent: [u8; 16]) -> Result<Option<Amount<Abc>>, StoreError> {
        self.amount_of(sql::AGREED, intent).await
    }

    /// What more a transfer would have taken that was given up for it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn asked_top_up(&self, intent: [u8; 16]) -> Result<Option<Amount<Abc>>, StoreError> {
        self.amount_of(sql::ASKED, intent).await
    }

    async fn amount_of(
        &self,
        sql: &'static str,
        intent: [u8; 16],
    ) -> Result<Option<Amount<Abc>>, StoreError> {
        let query = sqlx::query_scalar(sql).bind(intent.to_vec());
        let found: Option<i64> = query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(amount).transpose()
    }

    /// The contact that a request of ours asks, by the address that this request was given.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn asked_at(&self, receiver: &[u8; 43]) -> Result<Option<OpenId>, StoreError> {
        let query = sqlx::query_scalar(sql::ASKED_AT).bind(receiver.to_vec());
        let found: Option<Vec<u8>> = query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(|contact| row::account(&contact)).transpose()
    }

    /// All transfers of this device, in the order they were asked for.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn transfers(&self) -> Result<Vec<Transfer>, StoreError> {
        let found: Vec<TransferColumns> =
            sqlx::query_as(sql::TRANSFERS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(TransferColumns::parse).collect()
    }

    /// What siblings have on its way out of the pool, in the order in which we heard of it. What is final
    /// is read in the log; what is dead may be signed anew by whoever made it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn transfers_of_siblings(&self) -> Result<Vec<Transfer>, StoreError> {
        let found: Vec<TransferColumns> =
            sqlx::query_as(sql::OF_SIBLINGS).fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(TransferColumns::parse).collect()
    }

    /// The transfer of this intent.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn transfer(&self, intent: [u8; 16]) -> Result<Option<Transfer>, StoreError> {
        let query = sqlx::query_as(sql::TRANSFER).bind(intent.to_vec());
        let found: Option<TransferColumns> =
            query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(TransferColumns::parse).transpose()
    }

    /// Where a contact is paid in the pool, as it has told us.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn shielded_address(
        &self,
        contact: OpenId,
    ) -> Result<Option<ShieldedAddress>, StoreError> {
        let query = sqlx::query_scalar(sql::ADDRESS).bind(contact.0.to_vec());
        let found: Option<Vec<u8>> = query.fetch_optional(&mut *self.connection().await?).await?;
        found.map(|address| row::decode(&address)).transpose()
    }

    /// The contacts that have been greeted and know no address of this period account, by its
    /// number, or of a later one.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn contacts_without_address(&self, period: u32) -> Result<Vec<OpenId>, StoreError> {
        let query = sqlx::query_scalar(sql::WITHOUT_ADDRESS).bind(i64::from(period));
        let found: Vec<Vec<u8>> = query.fetch_all(&mut *self.connection().await?).await?;
        found.into_iter().map(|account| row::account(&account)).collect()
    }

    /// What lies in the pool, and what is under way out of it.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn private_money(&self) -> Result<PrivateMoney, StoreError> {
        let balance: i64 =
            sqlx::query_scalar(sql::BALANCE).fetch_one(&mut *self.connection().await?).await?;
        let pending: i64 =
            sqlx::query_scalar(sql::PENDING).fetch_one(&mut *self.connection().await?).await?;
        Ok(PrivateMoney { balance: amount(balance)?, pending: amount(pending)? })
    }
}

impl NoteColumns {
    fn parse(self) -> Result<(OwnNote, Option<Spent>), StoreError> {
        let note: OwnNote = row::decode(&self.note)?;
        let (Some(round), Some(by)) = (self.spent, self.spent_by) else { return Ok((note, None)) };
        let (round, bundle) = (Round(row::uint(round)?), row::fixed(&by)?);
        let spent = Spent { nullifier: note.nullifier, round, bundle };
        Ok((note, Some(spent)))
    }
}

impl TransferColumns {
    fn parse(self) -> Result<Transfer, StoreError> {
        let attempt = match (self.tx, self.bytes, self.fee, self.expiry) {
            (Some(tx), Some(bytes), Some(fee), Some(expiry)) => Some(PrivateAttempt {
                tx: TxId(row::fixed(&tx)?),
                bytes,
                fee: amount(fee)?,
                expiry: Round(row::uint(expiry)?),
                carry: self.carry_proof.as_deref().map(row::decode).transpose()?,
                spend: self.spend.as_deref().map(kept_spend).transpose()?,
            }),
            _ => None,
        };
        let amount: Amount<Abc> = amount(self.amount)?;
        Ok(Transfer {
            intent: row::fixed(&self.intent)?,
            to: row::decode(&self.recipient)?,
            contact: self.contact.as_deref().map(row::account).transpose()?,
            amount,
            memo: self.memo,
            created: row::time(self.created)?,
            attempt,
            state: transfer_state(&self.state, (self.final_round, self.cancelled))?,
        })
    }
}

/// An action's place, and what was kept of its spend.
fn kept_spend(bytes: &[u8]) -> Result<(u8, Randomizer), StoreError> {
    let (place, kept) = bytes.split_first().ok_or(StoreError::DamagedProfile)?;
    Ok((*place, row::decode(kept)?))
}

crate::sql::statements! {
    POOL = "SELECT state FROM pool";
    UNSPENT = "SELECT note FROM notes WHERE spent IS NULL ORDER BY position";
    NOTES = "SELECT note, spent, spent_by FROM notes ORDER BY position";
    OPEN_TRANSFERS = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee,
            expiry, carry_proof, spend, state, final_round, cancelled
        FROM transfers WHERE state IN ('queued', 'submitted') OR (state = 'planned' AND device IS NULL)
        ORDER BY seq";
    TRANSFERS = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee, expiry,
            carry_proof, spend, state, final_round, cancelled
        FROM transfers WHERE device IS NULL ORDER BY seq";
    OF_SIBLINGS = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee, expiry,
            carry_proof, spend, state, final_round, cancelled
        FROM transfers
        WHERE device IS NOT NULL AND state IN ('planned', 'queued', 'submitted') ORDER BY seq";
    TRANSFER = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee, expiry,
            carry_proof, spend, state, final_round, cancelled
        FROM transfers WHERE intent = ?1";
    UNSIGNED = "SELECT intent, recipient, contact, amount, memo, created, tx, bytes, fee, expiry,
            carry_proof, spend, state, final_round, cancelled
        FROM transfers WHERE tx IS NULL AND device IS NULL ORDER BY seq";
    REQUEST = "SELECT request FROM transfers WHERE intent = ?1 AND request IS NOT NULL";
    GIFT = "SELECT gift FROM transfers WHERE intent = ?1 AND gift IS NOT NULL";
    AGREED = "SELECT max(0, agreed - (SELECT coalesce(sum(amount), 0) FROM payments
            WHERE put_in_for = ?1 AND state <> 'expired'))
        FROM transfers WHERE intent = ?1 AND agreed IS NOT NULL";
    ASKED = "SELECT asked FROM transfers WHERE intent = ?1 AND asked IS NOT NULL";
    ASKED_AT = "SELECT contact FROM requests WHERE made = 1 AND substr(address, 5) = ?1";
    ADDRESS = "SELECT shielded FROM envelope_keys WHERE contact = ?1 AND shielded IS NOT NULL";
    WITHOUT_ADDRESS = "SELECT account FROM contacts
        WHERE greeted = 1 AND standing <> 'declined' AND NOT EXISTS (SELECT 1 FROM envelope_keys
            WHERE envelope_keys.contact = contacts.account AND told_period >= ?1)
        ORDER BY seq";
    BALANCE = "SELECT coalesce(sum(value), 0) FROM notes WHERE spent IS NULL";
    PENDING = "SELECT coalesce(sum(iif(substr(recipient, 1, 1) IN (x'03', x'04'), 0, amount)
            + coalesce(fee, 0)), 0)
        FROM transfers
        WHERE state IN ('queued', 'submitted') OR (state = 'planned' AND device IS NULL)";
}
