//! Changes of payments, of the proved history and of the proved account.

use super::Statement;
use crate::row::{int, payment_state_columns};
use crate::{StoreError, load};
use sqlx::{SqliteConnection, query};
use wallet::{Change, Payment, ProvedEntry, SavedAccount};
use wire::Encode;

pub(super) async fn apply(db_tx: &mut SqliteConnection, change: Change) -> Result<(), StoreError> {
    match change {
        Change::SavePayment(payment) => {
            save_payment(&payment).execute(&mut *db_tx).await?;
        }
        Change::AddEntries(entries) => add_entries(db_tx, &entries).await?,
        Change::SaveAccount(account) => {
            save_account(&account).execute(&mut *db_tx).await?;
        }
    }
    Ok(())
}

/// Appends what is new; what is known already is passed over. Each row carries the hash of the
/// whole history up to it, so that the next piece can be checked against it.
async fn add_entries(
    db_tx: &mut SqliteConnection,
    entries: &[ProvedEntry],
) -> Result<(), StoreError> {
    let (mut counter, mut hash) = load::history_tip(&mut *db_tx).await?;
    let known = counter;
    for proved in entries.iter().filter(|proved| proved.entry.counter > known) {
        if proved.entry.counter != counter.saturating_add(1) {
            return Err(StoreError::Database("a gap in the history".to_owned()));
        }
        hash = proved.entry.next_hash(&hash);
        counter = proved.entry.counter;
        add_entry(proved, &hash).execute(&mut *db_tx).await?;
    }
    Ok(())
}

fn add_entry(ProvedEntry { entry, time }: &ProvedEntry, hash: &[u8; 32]) -> Statement {
    query(sql::ADD_ENTRY)
        .bind(int(entry.counter))
        .bind(&entry.tx.0[..])
        .bind(entry.kind.name())
        .bind(int(time.0))
        .bind(entry.to_bytes())
        .bind(&hash[..])
}

fn save_payment(payment: &Payment) -> Statement {
    let (state, final_round) = payment_state_columns(payment.state);
    query(sql::SAVE_PAYMENT)
        .bind(&payment.intent[..])
        .bind(&payment.to.to_bytes()[..])
        .bind(payment.contact.as_ref().map(|contact| &contact.0[..]))
        .bind(int(payment.amount.units()))
        .bind(payment.memo.as_deref())
        .bind(int(payment.created.0))
        .bind(&payment.attempt.tx.0[..])
        .bind(&payment.attempt.bytes[..])
        .bind(int(payment.attempt.fee.units()))
        .bind(int(payment.attempt.nonce))
        .bind(int(payment.attempt.expiry.0))
        .bind(state)
        .bind(final_round)
}

fn save_account(saved: &SavedAccount) -> Statement {
    query(sql::SAVE_ACCOUNT)
        .bind(int(saved.round.0))
        .bind(&saved.home.to_bytes()[..])
        .bind(saved.account.as_ref().map(Encode::to_bytes))
}

crate::sql::statements! {
    ADD_ENTRY = "INSERT INTO entries (counter, tx, kind, time, entry, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    SAVE_PAYMENT = "INSERT INTO payments (intent, recipient, contact, amount, memo, created, tx,
            bytes, fee, nonce, expiry, state, final_round)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
        ON CONFLICT (intent) DO UPDATE SET recipient = excluded.recipient,
            contact = excluded.contact, amount = excluded.amount, memo = excluded.memo,
            created = excluded.created, tx = excluded.tx, bytes = excluded.bytes,
            fee = excluded.fee, nonce = excluded.nonce, expiry = excluded.expiry,
            state = excluded.state, final_round = excluded.final_round";
    SAVE_ACCOUNT = "INSERT INTO account (id, round, home, account) VALUES (1, ?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET round = excluded.round, home = excluded.home,
            account = excluded.account";
}
