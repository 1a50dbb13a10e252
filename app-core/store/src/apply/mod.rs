//! Applying the machines' changes: a list is one database transaction, and all or nothing of it.

mod asks;
mod chat;
mod light;
mod network;
mod private;
mod proofs;
mod review;
mod reviewed_pool;
mod showings;
mod siblings;
mod wallet;

use crate::{Store, StoreError, row};
use ::wallet::review::ReviewChange;
use keys::Words;
use sqlx::query::Query;
use sqlx::sqlite::SqliteArguments;
use sqlx::{Connection, Sqlite, SqliteConnection, SqlitePool};
use types::{Address, ChainId, OpenId, Round, Timestamp};

/// Something to save.
#[derive(Debug)]
pub enum Change {
    /// About contacts, queues and messages.
    Chat(::chat::Change),
    /// About payments and the proved account.
    Wallet(::wallet::Change),
    /// About the network, or the profile itself.
    Network(NetworkChange),
    /// About the headers that are held, or what contacts vouch for.
    Light(LightChange),
    /// About review keys.
    Review(ReviewChange),
}

/// Something to save about the network, or the profile itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkChange {
    /// The profile belongs to this network from now on. Binding it again to the same one is
    /// harmless, to another one an error.
    Bind {
        /// SHA-256 of the genesis file.
        chain: ChainId,
        /// The genesis file.
        genesis: Vec<u8>,
    },
    /// Another address by which the network is found; known ones stay where they are.
    AddBootstrap(String),
    /// The home worker's address.
    SetHome(String),
    /// The encoded `light::LightState`.
    SaveLight(Vec<u8>),
    /// The person has shown that the recovery words are written down.
    ConfirmWords,
    /// The profile looks, and never signs any more. There is no way back.
    ReviewOnly,
}

/// Something to save of what the light node has checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LightChange {
    /// Headers that were checked; one of a round that is held already takes its place.
    AddHeaders(Vec<HeaderRow>),
    /// The headers before this round are not held any more.
    ForgetHeaders(Round),
    /// A contact was asked which header the ledger has in a round.
    Asked {
        /// The contact.
        contact: OpenId,
        /// The round.
        round: Round,
        /// When that was.
        at: Timestamp,
    },
    /// A contact vouches for a header.
    Vouched {
        /// The contact.
        contact: OpenId,
        /// The encoded `light::Checkpoint`.
        checkpoint: Vec<u8>,
    },
    /// A contact says that its keys are others since this round. The ledger decides.
    KeysSaid {
        /// The contact.
        contact: OpenId,
        /// The round.
        round: Round,
    },
    /// Which key of a contact signs, as the ledger proves it.
    KeysProved {
        /// The contact.
        contact: OpenId,
        /// The round whose header proves it.
        round: Round,
        /// The address of its strongest key.
        address: Address,
    },
    /// What a contact has said about its keys does not count.
    ForgetKeysSaid(OpenId),
    /// Trust begins anew: what contacts were asked, and said, has done its duty.
    ForgetVouches,
}

/// A header to be held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderRow {
    /// Its round.
    pub round: Round,
    /// The encoded `ledger::Header`.
    pub header: Vec<u8>,
    /// The encoded `ledger::Certificate`, where it is worth keeping.
    pub certificate: Option<Vec<u8>>,
}

impl From<LightChange> for Change {
    fn from(change: LightChange) -> Self {
        Self::Light(change)
    }
}

impl From<::chat::Change> for Change {
    fn from(change: ::chat::Change) -> Self {
        Self::Chat(change)
    }
}

impl From<::wallet::Change> for Change {
    fn from(change: ::wallet::Change) -> Self {
        Self::Wallet(change)
    }
}

impl From<ReviewChange> for Change {
    fn from(change: ReviewChange) -> Self {
        Self::Review(change)
    }
}

impl From<NetworkChange> for Change {
    fn from(change: NetworkChange) -> Self {
        Self::Network(change)
    }
}

/// A statement with its values, ready to be executed.
type Statement = Query<'static, Sqlite, SqliteArguments>;

impl Store {
    /// Saves all of these changes, in order and durably, or none of them.
    ///
    /// # Errors
    /// [`StoreError`]; nothing has changed then.
    pub async fn apply(&self, changes: Vec<Change>) -> Result<(), StoreError> {
        let _turn = self.turn_to_write().await;
        let mut connection = self.connection().await?;
        let shown = changes.iter().filter_map(shown).collect();
        match apply_all(&mut connection, changes).await {
            Ok(()) => {
                self.tell_shown(shown);
                Ok(())
            }
            Err(error) => {
                // SQLite ends some failed transactions by itself, a full disk's for one. Closing is
                // the one way back that is always right; the first error is the one to report.
                connection.replace().await;
                Err(error)
            }
        }
    }

    /// Forgets the envelopes that cannot come again: those whose time was over before this moment.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be written.
    pub async fn forget_seen(&self, before: Timestamp) -> Result<(), StoreError> {
        let before = row::int(before.0);
        let _turn = self.turn_to_write().await;
        sqlx::query(sql::FORGET_SEEN).bind(before).execute(&mut *self.connection().await?).await?;
        Ok(())
    }
}

/// About whom a change says something that a screen shows.
fn shown(change: &Change) -> Option<OpenId> {
    match change {
        Change::Chat(change) => chat::shown(change),
        // Whose payment one is depends on it.
        Change::Light(LightChange::KeysProved { contact, .. }) => Some(*contact),
        Change::Wallet(change) => wallet::shown(change),
        Change::Review(change) => review::shown(change),
        Change::Network(_) | Change::Light(_) => None,
    }
}

async fn apply_all(
    connection: &mut SqliteConnection,
    changes: Vec<Change>,
) -> Result<(), StoreError> {
    // Immediate: a transaction that reads first and writes later could be refused half-way.
    let mut db_tx = connection.begin_with(sql::BEGIN).await?;
    for change in changes {
        match change {
            Change::Chat(change) => chat::apply(&mut db_tx, change).await?,
            Change::Wallet(change) => wallet::apply(&mut db_tx, change).await?,
            Change::Network(change) => network::apply(&mut db_tx, change).await?,
            Change::Light(change) => light::apply(&mut db_tx, change).await?,
            Change::Review(change) => review::apply(&mut db_tx, change).await?,
        }
    }
    Ok(db_tx.commit().await?)
}

/// Fills the one row of a new profile.
pub(crate) async fn insert_profile(
    pool: &SqlitePool,
    words: &Words,
    name: &str,
    created: Timestamp,
) -> Result<(), StoreError> {
    sqlx::query(sql::INSERT_PROFILE)
        .bind(words.entropy().as_slice())
        .bind(name)
        .bind(row::int(created.0))
        .execute(pool)
        .await?;
    Ok(())
}

crate::sql::statements! {
    BEGIN = "BEGIN IMMEDIATE";
    FORGET_SEEN = "DELETE FROM seen WHERE until < ?1";
    INSERT_PROFILE = "INSERT INTO profile (id, entropy, name, created, words_confirmed, publication)
        VALUES (1, ?1, ?2, ?3, 0, 0)";
}

/// All statements of this folder.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [
        sql::ALL,
        asks::sql::ALL,
        chat::sql::ALL,
        light::sql::ALL,
        network::sql::ALL,
        private::sql::ALL,
        proofs::sql::ALL,
        review::sql::ALL,
        reviewed_pool::sql::ALL,
        showings::sql::ALL,
        siblings::sql::ALL,
        wallet::sql::ALL,
    ]
    .concat()
}
