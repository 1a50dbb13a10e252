//! Changes of our money in the private pool.

use super::Statement;
use crate::StoreError;
use crate::row::{int, transfer_state_columns};
use ledger::Gift;
use sqlx::{SqliteConnection, query};
use types::{Abc, Amount, MessageId, OpenId, Timestamp};
use wallet::private::{OwnNote, PoolStep, Randomizer, SpendingBundle, Transfer, TransferState};
use wallet::{FoundRest, ShieldedAddress};
use wire::Encode;
use zeroize::Zeroizing;

/// What a piece of the log has changed: the place in the log and what it brought are one thing.
pub(super) async fn take_pool(
    db_tx: &mut SqliteConnection,
    step: &PoolStep,
) -> Result<(), StoreError> {
    let save = query(sql::SAVE_POOL).bind(int(step.round.0)).bind(&step.state[..]);
    save.execute(&mut *db_tx).await?;
    for note in &step.notes {
        add_note(note).execute(&mut *db_tx).await?;
    }
    for spent in &step.spent {
        let spend = query(sql::SPEND_NOTE).bind(&spent.nullifier.0[..]);
        spend.bind(int(spent.round.0)).bind(&spent.bundle[..]).execute(&mut *db_tx).await?;
    }
    for bundle in &step.bundles {
        add_bundle(bundle).execute(&mut *db_tx).await?;
    }
    for transfer in &step.settled {
        save_transfer(transfer).execute(&mut *db_tx).await?;
    }
    Ok(())
}

fn add_note(note: &OwnNote) -> Statement {
    let bytes = Zeroizing::new(note.to_bytes());
    query(sql::ADD_NOTE)
        .bind(&note.nullifier.0[..])
        .bind(int(note.position))
        .bind(int(note.note.value.units()))
        .bind(&bytes[..])
        .bind(&note.bundle[..])
        .bind(note.contact.as_ref().map(|contact| &contact.0[..]))
        .bind(&note.note.recipient()[..])
}

fn add_bundle(bundle: &SpendingBundle) -> Statement {
    let SpendingBundle { bundle, fee, time, did } = bundle;
    let add = query(sql::ADD_BUNDLE).bind(&bundle[..]).bind(int(fee.units())).bind(int(time.0));
    add.bind(did.as_ref().map(Encode::to_bytes))
}

pub(super) fn save_label(address: &ShieldedAddress, label: &str, given: Timestamp) -> Statement {
    let receiver = address.receiver().to_vec();
    query(sql::SAVE_LABEL).bind(receiver).bind(label.to_owned()).bind(int(given.0))
}

pub(super) fn save_address(contact: OpenId, address: &ShieldedAddress) -> Statement {
    query(sql::SAVE_ADDRESS).bind(&contact.0[..]).bind(address.to_bytes())
}

pub(super) fn set_told(contact: OpenId, period: u32) -> Statement {
    query(sql::SET_TOLD_PERIOD).bind(&contact.0[..]).bind(i64::from(period))
}

pub(super) fn save_transfer(transfer: &Transfer) -> Statement {
    let (state, final_round) = transfer_state_columns(transfer.state);
    let attempt = transfer.attempt.as_ref();
    query(sql::SAVE_TRANSFER)
        .bind(&transfer.intent[..])
        .bind(transfer.to.to_bytes())
        .bind(transfer.contact.as_ref().map(|contact| &contact.0[..]))
        .bind(int(transfer.amount.units()))
        .bind(transfer.memo.as_deref())
        .bind(int(transfer.created.0))
        .bind(attempt.map(|attempt| &attempt.tx.0[..]))
        .bind(attempt.map(|attempt| &attempt.bytes[..]))
        .bind(transfer.bundle().as_ref().map(|bundle| &bundle[..]))
        .bind(attempt.map(|attempt| int(attempt.fee.units())))
        .bind(attempt.map(|attempt| int(attempt.expiry.0)))
        .bind(attempt.and_then(|attempt| attempt.carry.as_ref()).map(Encode::to_bytes))
        .bind(attempt.and_then(|attempt| attempt.spend.as_ref()).map(kept_spend))
        .bind(state)
        .bind(final_round)
        .bind(transfer.state == TransferState::Cancelled)
}

/// An action's place, and what was kept of its spend: one byte and 32.
fn kept_spend((place, kept): &(u8, Randomizer)) -> Vec<u8> {
    [&[*place], &kept.to_bytes()[..]].concat()
}

pub(super) fn pays_request(intent: [u8; 16], request: MessageId) -> Statement {
    query(sql::PAYS_REQUEST).bind(intent.to_vec()).bind(request.0.to_vec())
}

pub(super) fn agree_top_up(intent: [u8; 16], amount: Amount<Abc>) -> Statement {
    query(sql::AGREE_TOP_UP).bind(intent.to_vec()).bind(int(amount.units()))
}

pub(super) fn gives_envelope(intent: [u8; 16], gift: &Gift) -> Statement {
    let gift = Zeroizing::new(gift.to_bytes());
    query(sql::GIVES_ENVELOPE).bind(intent.to_vec()).bind(gift.to_vec())
}

pub(super) fn asks_top_up(intent: [u8; 16], amount: Amount<Abc>) -> Statement {
    query(sql::ASKS_TOP_UP).bind(intent.to_vec()).bind(int(amount.units()))
}

pub(super) fn add_found_rest(found: &FoundRest) -> Statement {
    query(sql::ADD_FOUND_REST)
        .bind(found.rest.taking.key.to_vec())
        .bind(found.made.root.to_vec())
        .bind(int(found.made.expiry.0))
        .bind(found.bundle.to_vec())
        .bind(found.rest.to_bytes())
}

pub(super) fn save_found_rest(found: &FoundRest) -> Statement {
    query(sql::SAVE_FOUND_REST)
        .bind(found.rest.taking.key.to_vec())
        .bind(found.rest.to_bytes())
        .bind(found.rest.claim.as_ref().map(Encode::to_bytes))
        .bind(found.rest.is_over())
}

crate::sql::statements! {
    SAVE_POOL = "INSERT INTO pool (id, round, state) VALUES (1, ?1, ?2)
        ON CONFLICT (id) DO UPDATE SET round = excluded.round, state = excluded.state";
    ADD_NOTE = "INSERT INTO notes (nullifier, position, value, note, bundle, contact, receiver)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        ON CONFLICT (nullifier) DO NOTHING";
    SPEND_NOTE = "UPDATE notes SET spent = ?2, spent_by = ?3
        WHERE nullifier = ?1 AND spent IS NULL";
    SAVE_TRANSFER = "INSERT INTO transfers (intent, recipient, contact, amount, memo, created, tx,
            bytes, bundle, fee, expiry, carry_proof, spend, state, final_round, cancelled)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
        ON CONFLICT (intent) DO UPDATE SET amount = excluded.amount, tx = excluded.tx,
            bytes = excluded.bytes, bundle = excluded.bundle, fee = excluded.fee,
            expiry = excluded.expiry, carry_proof = excluded.carry_proof, spend = excluded.spend,
            state = excluded.state, final_round = excluded.final_round,
            cancelled = excluded.cancelled";
    PAYS_REQUEST = "UPDATE transfers SET request = ?2 WHERE intent = ?1";
    AGREE_TOP_UP = "UPDATE transfers SET agreed = ?2 WHERE intent = ?1";
    GIVES_ENVELOPE = "UPDATE transfers SET gift = ?2 WHERE intent = ?1";
    ASKS_TOP_UP = "UPDATE transfers SET asked = ?2 WHERE intent = ?1";
    SAVE_ADDRESS = "INSERT INTO envelope_keys (contact, shielded) VALUES (?1, ?2)
        ON CONFLICT (contact) DO UPDATE SET shielded = excluded.shielded";
    SET_TOLD_PERIOD = "INSERT INTO envelope_keys (contact, told_period) VALUES (?1, ?2)
        ON CONFLICT (contact) DO UPDATE SET told_period = excluded.told_period";
    ADD_BUNDLE = "INSERT INTO spending_bundles (bundle, fee, time, did) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (bundle) DO NOTHING";
    FORGET_BUNDLES = "DELETE FROM spending_bundles";
    SAVE_LABEL = "INSERT INTO labelled (receiver, label, given) VALUES (?1, ?2, ?3)
        ON CONFLICT (receiver) DO UPDATE SET label = excluded.label";
    ADD_FOUND_REST = "INSERT INTO found_rests (key, root, expiry, bundle, rest)
        SELECT ?1, ?2, ?3, ?4, ?5
        WHERE NOT EXISTS (SELECT 1 FROM gifts WHERE substr(rest, 1, 32) = ?1)
        ON CONFLICT (key) DO NOTHING";
    SAVE_FOUND_REST = "UPDATE found_rests SET rest = ?2, came_back = ?3, settled = ?4
        WHERE key = ?1";
    FORGET_FOUND_RECORDS = "UPDATE found_rests SET came_back = NULL, settled = 0";
    FORGET_POOL = "DELETE FROM pool";
    FORGET_NOTES = "DELETE FROM notes";
    FORGET_FINAL_TRANSFERS = "UPDATE transfers SET state = 'submitted', final_round = NULL
        WHERE state = 'final'";
}
