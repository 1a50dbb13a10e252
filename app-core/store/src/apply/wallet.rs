//! Changes of payments, of the proved history and of the proved account.

use super::{Statement, asks, private, siblings};
use crate::row::{gift_state_text, int, payment_state_columns};
use crate::{StoreError, load};
use ledger::Flags;
use sqlx::{SqliteConnection, query};
use types::{OpenId, Round};
use wallet::{Change, KnownGift, Payment, ProvedEntry, SavedAccount};
use wire::Encode;
use zeroize::Zeroizing;

/// What deletes all that is proved by headers. Contacts' keys are due to be asked for anew.
const PROVED: [&str; 12] = [
    sql::FORGET_ENTRIES,
    sql::FORGET_ACCOUNT,
    sql::FORGET_WAITING,
    sql::FORGET_KEYS,
    sql::FORGET_GIFT_CLAIMS,
    sql::FORGET_GIFT_RECORDS,
    private::sql::FORGET_FOUND_RECORDS,
    private::sql::FORGET_POOL,
    private::sql::FORGET_NOTES,
    private::sql::FORGET_BUNDLES,
    sql::FORGET_FLAGS,
    private::sql::FORGET_FINAL_TRANSFERS,
];

pub(super) async fn apply(db_tx: &mut SqliteConnection, change: Change) -> Result<(), StoreError> {
    match change {
        Change::SavePayment(payment) => {
            save_payment(&payment).execute(&mut *db_tx).await?;
        }
        Change::AddEntries(entries) => add_entries(db_tx, &entries).await?,
        Change::SaveAccount(account) => {
            save_account(&account).execute(&mut *db_tx).await?;
        }
        Change::AddGift(known) => {
            add_gift(&known).execute(&mut *db_tx).await?;
        }
        Change::SaveGift(known) => save_gift(db_tx, &known).await?,
        Change::AddFoundRest(found) => {
            private::add_found_rest(&found).execute(&mut *db_tx).await?;
        }
        Change::SaveFoundRest(found) => {
            private::save_found_rest(&found).execute(&mut *db_tx).await?;
        }
        Change::ForgetProved => {
            for forget in PROVED {
                query(forget).execute(&mut *db_tx).await?;
            }
        }
        Change::TakePool(step) => private::take_pool(db_tx, &step).await?,
        Change::SaveTransfer(transfer) => {
            private::save_transfer(&transfer).execute(&mut *db_tx).await?;
        }
        Change::PaysRequest(intent, request) => {
            private::pays_request(intent, request).execute(&mut *db_tx).await?;
        }
        Change::AgreeTopUp(intent, amount) => {
            private::agree_top_up(intent, amount).execute(&mut *db_tx).await?;
        }
        Change::PutsInFor(payment, transfer) => {
            let save = query(sql::PUTS_IN_FOR).bind(payment.to_vec()).bind(transfer.to_vec());
            save.execute(&mut *db_tx).await?;
        }
        Change::GivesEnvelope(intent, gift) => {
            private::gives_envelope(intent, &gift).execute(&mut *db_tx).await?;
        }
        Change::AsksTopUp(intent, amount) => {
            private::asks_top_up(intent, amount).execute(&mut *db_tx).await?;
        }
        Change::SavePrivateAddress(contact, address) => {
            private::save_address(contact, &address).execute(&mut *db_tx).await?;
            asks::end_addresses(contact).execute(&mut *db_tx).await?;
        }
        Change::SetToldPeriod(contact, period) => {
            private::set_told(contact, period.index()).execute(&mut *db_tx).await?;
        }
        Change::OfSibling(change) => siblings::apply(db_tx, change).await?,
        Change::SaveAddress(entry) => {
            asks::save_address(&entry).execute(&mut *db_tx).await?;
        }
        Change::RemoveAddress(to) => {
            asks::remove_address(&to).execute(&mut *db_tx).await?;
        }
        Change::SaveLabel(address, label, given) => {
            private::save_label(&address, &label, given).execute(&mut *db_tx).await?;
        }
        Change::SaveFlags(round, flags) => {
            save_flags(round, flags).execute(&mut *db_tx).await?;
        }
        Change::SaveWaiting(round, amount) => {
            let save = query(sql::SAVE_WAITING).bind(int(round.0)).bind(int(amount.units()));
            save.execute(&mut *db_tx).await?;
        }
    }
    Ok(())
}

/// About whom a change says something that a conversation shows.
pub(super) fn shown(change: &Change) -> Option<OpenId> {
    match change {
        Change::AddGift(known) | Change::SaveGift(known) => Some(known.contact),
        Change::SavePayment(_)
        | Change::AddEntries(_)
        | Change::SaveAccount(_)
        | Change::AddFoundRest(_)
        | Change::SaveFoundRest(_)
        | Change::ForgetProved
        | Change::TakePool(_)
        | Change::SaveTransfer(_)
        | Change::PaysRequest(..)
        | Change::AgreeTopUp(..)
        | Change::PutsInFor(..)
        | Change::GivesEnvelope(..)
        | Change::AsksTopUp(..)
        | Change::SaveLabel(..)
        | Change::SaveFlags(..)
        | Change::SavePrivateAddress(..)
        | Change::SetToldPeriod(..)
        | Change::SaveWaiting(..)
        | Change::OfSibling(_)
        | Change::SaveAddress(_)
        | Change::RemoveAddress(_) => None,
    }
}

fn add_gift(known: &KnownGift) -> Statement {
    let gift = Zeroizing::new(known.gift.to_bytes());
    query(sql::ADD_GIFT)
        .bind(&known.id().0[..])
        .bind(&known.gift.tx.0[..])
        .bind(&known.contact.0[..])
        .bind(known.made)
        .bind(int(known.told.0))
        .bind(&gift[..])
        .bind(gift_state_text(known.state))
        .bind(known.rest.as_ref().map(Encode::to_bytes))
}

/// What is proved of a red envelope, and our claim; never what was told of it.
async fn save_gift(db_tx: &mut SqliteConnection, known: &KnownGift) -> Result<(), StoreError> {
    let attempt = known.attempt.as_ref();
    let saved = query(sql::SAVE_GIFT)
        .bind(&known.id().0[..])
        .bind(known.record.as_ref().map(Encode::to_bytes))
        .bind(int(known.seen.0))
        .bind(gift_state_text(known.state))
        .bind(known.is_settled())
        .bind(attempt.map(|attempt| &attempt.tx.0[..]))
        .bind(attempt.map(|attempt| &attempt.bytes[..]))
        .bind(attempt.map(|attempt| int(attempt.expiry.0)))
        .bind(attempt.and_then(|attempt| attempt.taken).map(|round| int(round.0)))
        .bind(&known.contact.0[..])
        .bind(known.taking.as_ref().map(Encode::to_bytes))
        .bind(known.rest.as_ref().map(Encode::to_bytes))
        .bind(known.rest.as_ref().and_then(|rest| rest.claim.as_ref()).map(Encode::to_bytes));
    saved.execute(&mut *db_tx).await?;
    for (key, claim) in &known.claims {
        let row = query(sql::SAVE_GIFT_CLAIM).bind(&known.gift.id().0[..]).bind(&key[..]);
        row.bind(claim.to_bytes()).execute(&mut *db_tx).await?;
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

pub(super) fn save_payment(payment: &Payment) -> Statement {
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
        .bind(payment.kind.name())
}

fn save_account(saved: &SavedAccount) -> Statement {
    query(sql::SAVE_ACCOUNT)
        .bind(int(saved.round.0))
        .bind(&saved.home.to_bytes()[..])
        .bind(saved.account.as_ref().map(Encode::to_bytes))
}

fn save_flags(round: Round, flags: Flags) -> Statement {
    query(sql::SAVE_FLAGS)
        .bind(int(round.0))
        .bind(flags.pool_stop.map(|from| int(from.0)))
        .bind(flags.ecdsa_off.map(|from| int(from.0)))
}

crate::sql::statements! {
    ADD_ENTRY = "INSERT INTO entries (counter, tx, kind, time, entry, hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    SAVE_PAYMENT = "INSERT INTO payments (intent, recipient, contact, amount, memo, created, tx,
            bytes, fee, nonce, expiry, state, final_round, kind)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
        ON CONFLICT (intent) DO UPDATE SET recipient = excluded.recipient,
            contact = excluded.contact, amount = excluded.amount, memo = excluded.memo,
            created = excluded.created, tx = excluded.tx, bytes = excluded.bytes,
            fee = excluded.fee, nonce = excluded.nonce, expiry = excluded.expiry,
            state = excluded.state, final_round = excluded.final_round, kind = excluded.kind";
    PUTS_IN_FOR = "UPDATE payments SET put_in_for = ?2 WHERE intent = ?1";
    SAVE_FLAGS = "INSERT INTO flags (id, round, pool_stop, ecdsa_off) VALUES (1, ?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET round = excluded.round, pool_stop = excluded.pool_stop,
            ecdsa_off = excluded.ecdsa_off";
    FORGET_FLAGS = "DELETE FROM flags";
    FORGET_ENTRIES = "DELETE FROM entries";
    FORGET_ACCOUNT = "DELETE FROM account";
    FORGET_WAITING = "DELETE FROM waiting";
    FORGET_KEYS = "UPDATE contact_keys SET said = max(said, 1), proved = 0, address = NULL";
    SAVE_WAITING = "INSERT INTO waiting (id, round, amount) VALUES (1, ?1, ?2)
        ON CONFLICT (id) DO UPDATE SET round = excluded.round, amount = excluded.amount";
    ADD_GIFT = "INSERT INTO gifts (id, tx, contact, made, told, gift, record, seen, state, settled,
            claim_tx, claim_bytes, claim_expiry, claim_taken, rest)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, NULL, 0, ?7, 0, NULL, NULL, NULL, NULL, ?8)
        ON CONFLICT (id, contact) DO NOTHING";
    SAVE_GIFT = "UPDATE gifts SET record = ?2, seen = ?3, state = ?4, settled = ?5, claim_tx = ?6,
            claim_bytes = ?7, claim_expiry = ?8, claim_taken = ?9, taking = ?11,
            rest = ?12, came_back = ?13
        WHERE id = ?1 AND contact = ?10";
    SAVE_GIFT_CLAIM = "INSERT INTO gift_claims (gift, key, claim) VALUES (?1, ?2, ?3)
        ON CONFLICT (gift, key) DO UPDATE SET claim = excluded.claim";
    FORGET_GIFT_CLAIMS = "DELETE FROM gift_claims";
    FORGET_GIFT_RECORDS = "UPDATE gifts SET record = NULL, seen = 0, state = 'queued', settled = 0,
            came_back = NULL";
    SAVE_ACCOUNT = "INSERT INTO account (id, round, home, account) VALUES (1, ?1, ?2, ?3)
        ON CONFLICT (id) DO UPDATE SET round = excluded.round, home = excluded.home,
            account = excluded.account";
}
