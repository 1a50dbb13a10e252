//! Changes of what is known of review keys: grants given and received, keys, reviewed accounts.

use super::Statement;
use crate::row::int;
use crate::{StoreError, load};
use sqlx::{SqliteConnection, query};
use types::{OpenId, Timestamp};
use wallet::review::{GivenGrant, GrantedKey, Period, ReceivedGrant, ReviewChange, Serial, Tip};
use wallet::{ProvedEntry, SavedAccount};
use wire::Encode;
use zeroize::Zeroizing;

pub(super) async fn apply(
    db_tx: &mut SqliteConnection,
    change: ReviewChange,
) -> Result<(), StoreError> {
    let statement = match change {
        ReviewChange::AddGiven(given) => add_given(&given),
        ReviewChange::Issued { serial, tip, last } => {
            with_tip(sql::ISSUED, serial, tip).bind(last.index())
        }
        ReviewChange::StopGiven(serial, at) => stop(sql::STOP_GIVEN, serial, at),
        ReviewChange::BeginPeriod(period) => {
            let first = Period::first_of(period.month());
            let stop = period.index().saturating_sub(first.index());
            query(sql::BEGIN_PERIOD).bind(period.month().number()).bind(stop)
        }
        ReviewChange::AddReceived(received, keys) => {
            return add_received(db_tx, &received, &keys).await;
        }
        ReviewChange::AddKey { serial, key, tip } => {
            with_tip(sql::RECEIVED_TIP, serial, tip).execute(&mut *db_tx).await?;
            add_key(serial, &GrantedKey::Viewing(key))
        }
        ReviewChange::StopReceived(serial, at) => stop(sql::STOP_RECEIVED, serial, at),
        ReviewChange::SetProved(serial, proved) => {
            query(sql::SET_PROVED).bind(serial.0.to_vec()).bind(proved)
        }
        ReviewChange::AddShown(shown) => super::showings::add_shown(&shown),
        ReviewChange::SaveReviewed(account, saved) => save_reviewed(account, &saved),
        ReviewChange::AddReviewed(account, entries) => {
            return add_entries(db_tx, account, &entries).await;
        }
        ReviewChange::TakeReviewedPool(step) => {
            return super::reviewed_pool::apply(db_tx, &step).await;
        }
        ReviewChange::HandOver(serial, bundle) => super::proofs::hand_over(serial, bundle),
        ReviewChange::AddProof(serial, proof) => super::proofs::add(serial, &proof),
        ReviewChange::JudgeProof { serial, bundle, holds } => {
            return super::proofs::judge(db_tx, (serial, bundle), holds).await;
        }
    };
    statement.execute(&mut *db_tx).await?;
    Ok(())
}

/// About whom a change says something that a screen shows.
pub(super) fn shown(change: &ReviewChange) -> Option<OpenId> {
    match change {
        ReviewChange::AddGiven(given) => given.contact,
        ReviewChange::AddReceived(received, _) => received.contact,
        ReviewChange::AddShown(shown) => shown.contact,
        ReviewChange::Issued { .. }
        | ReviewChange::StopGiven(..)
        | ReviewChange::BeginPeriod(_)
        | ReviewChange::AddKey { .. }
        | ReviewChange::StopReceived(..)
        | ReviewChange::SetProved(..)
        | ReviewChange::SaveReviewed(..)
        | ReviewChange::AddReviewed(..)
        | ReviewChange::TakeReviewedPool(_)
        | ReviewChange::HandOver(..)
        | ReviewChange::AddProof(..)
        | ReviewChange::JudgeProof { .. } => None,
    }
}

fn add_given(given: &GivenGrant) -> Statement {
    query(sql::ADD_GIVEN)
        .bind(given.grant.terms.serial.0.to_vec())
        .bind(given.contact.map(|contact| contact.0.to_vec()))
        .bind(given.grant.to_bytes())
        .bind(given.stopped.map(|at| int(at.0)))
        .bind(given.tip.0)
        .bind(given.tip.1.to_vec())
        .bind(given.last.index())
}

/// One that is there already keeps its keys: whoever uses its number once more adds none.
async fn add_received(
    db_tx: &mut SqliteConnection,
    received: &ReceivedGrant,
    keys: &[GrantedKey],
) -> Result<(), StoreError> {
    let serial = received.grant.terms.serial;
    let added = query(sql::ADD_RECEIVED)
        .bind(serial.0.to_vec())
        .bind(received.grant.terms.account.0.to_vec())
        .bind(received.contact.map(|contact| contact.0.to_vec()))
        .bind(received.grant.to_bytes())
        .bind(int(received.received.0))
        .bind(received.stopped.map(|at| int(at.0)))
        .bind(received.tip.0)
        .bind(received.tip.1.to_vec())
        .bind(received.proved)
        .execute(&mut *db_tx)
        .await?;
    if added.rows_affected() > 0 {
        for key in keys {
            add_key(serial, key).execute(&mut *db_tx).await?;
        }
    }
    Ok(())
}

fn add_key(serial: Serial, key: &GrantedKey) -> Statement {
    let bytes = Zeroizing::new(key.to_bytes());
    query(sql::ADD_KEY).bind(serial.0.to_vec()).bind(key.period().index()).bind(bytes.to_vec())
}

fn with_tip(statement: &'static str, serial: Serial, tip: Tip) -> Statement {
    query(statement).bind(serial.0.to_vec()).bind(tip.0).bind(tip.1.to_vec())
}

fn stop(statement: &'static str, serial: Serial, at: Timestamp) -> Statement {
    query(statement).bind(serial.0.to_vec()).bind(int(at.0))
}

fn save_reviewed(account: OpenId, saved: &SavedAccount) -> Statement {
    query(sql::SAVE_REVIEWED)
        .bind(account.0.to_vec())
        .bind(int(saved.round.0))
        .bind(saved.home.to_bytes().to_vec())
        .bind(saved.account.as_ref().map(Encode::to_bytes))
}

/// As for our own history: each row carries the hash of all up to it.
async fn add_entries(
    db_tx: &mut SqliteConnection,
    account: OpenId,
    entries: &[ProvedEntry],
) -> Result<(), StoreError> {
    let (mut counter, mut hash) = load::reviewed_tip(&mut *db_tx, account).await?;
    let known = counter;
    for ProvedEntry { entry, time } in entries.iter().filter(|it| it.entry.counter > known) {
        if entry.counter != counter.saturating_add(1) {
            return Err(StoreError::Database("a gap in a reviewed history".to_owned()));
        }
        (hash, counter) = (entry.next_hash(&hash), entry.counter);
        let add = query(sql::ADD_ENTRY).bind(account.0.to_vec()).bind(int(counter));
        let add = add.bind(int(time.0)).bind(entry.to_bytes()).bind(hash.to_vec());
        add.execute(&mut *db_tx).await?;
    }
    Ok(())
}

crate::sql::statements! {
    ADD_GIVEN = "INSERT INTO grants_given (serial, contact, grant_bytes, stopped, issued, tip,
            last_period)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    ISSUED = "UPDATE grants_given SET issued = ?2, tip = ?3, last_period = ?4 WHERE serial = ?1";
    STOP_GIVEN = "UPDATE grants_given SET stopped = ?2 WHERE serial = ?1 AND stopped IS NULL";
    BEGIN_PERIOD = "INSERT INTO period_stops (month, stop) VALUES (?1, ?2)
        ON CONFLICT (month) DO UPDATE SET stop = max(stop, excluded.stop)";
    ADD_RECEIVED = "INSERT INTO grants_received (serial, account, contact, grant_bytes, received,
            stopped, issued, tip, proved)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
        ON CONFLICT (serial) DO NOTHING";
    RECEIVED_TIP = "UPDATE grants_received SET issued = ?2, tip = ?3 WHERE serial = ?1";
    ADD_KEY = "INSERT INTO granted_keys (serial, period, key) VALUES (?1, ?2, ?3)
        ON CONFLICT (serial, period) DO NOTHING";
    STOP_RECEIVED = "UPDATE grants_received SET stopped = ?2 WHERE serial = ?1 AND stopped IS NULL";
    SET_PROVED = "UPDATE grants_received SET proved = ?2 WHERE serial = ?1";
    SAVE_REVIEWED = "INSERT INTO reviewed (account, round, home, record) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (account) DO UPDATE SET round = excluded.round, home = excluded.home,
            record = excluded.record";
    ADD_ENTRY = "INSERT INTO reviewed_entries (account, counter, time, entry, hash)
        VALUES (?1, ?2, ?3, ?4, ?5)";
}
