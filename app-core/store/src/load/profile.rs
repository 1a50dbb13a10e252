//! The account, the network and the ways to find it.

use crate::{Store, StoreError, row};
use keys::Words;
use sqlx::FromRow;
use types::{ChainId, Timestamp};
use zeroize::Zeroizing;

/// The account whose profile this is.
#[derive(Debug)]
pub struct ProfileRow {
    /// The recovery words; every key of the account follows from them.
    pub words: Words,
    /// As the account calls itself.
    pub name: String,
    /// True once the person has shown that the words are written down.
    pub words_confirmed: bool,
    /// When the profile was made.
    pub created: Timestamp,
    /// Number of the last publication of the prekey bundle, 0 for none.
    pub publication: u64,
    /// True for a profile that looks and never signs.
    pub review_only: bool,
}

/// The network that the profile belongs to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetworkRow {
    /// SHA-256 of the genesis file.
    pub chain: ChainId,
    /// The genesis file.
    pub genesis: Vec<u8>,
    /// The home worker's address, once one is chosen.
    pub home: Option<String>,
    /// The encoded `light::LightState`, once headers were followed.
    pub light: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct ProfileColumns {
    entropy: Vec<u8>,
    name: String,
    created: i64,
    words_confirmed: bool,
    publication: i64,
    review_only: bool,
}

#[derive(FromRow)]
struct NetworkColumns {
    chain: Vec<u8>,
    genesis: Vec<u8>,
    home: Option<String>,
    light: Option<Vec<u8>>,
}

impl Store {
    /// The account whose profile this is.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn identity(&self) -> Result<ProfileRow, StoreError> {
        let found: ProfileColumns =
            sqlx::query_as(sql::IDENTITY).fetch_one(&mut *self.connection().await?).await?;
        let entropy = Zeroizing::new(found.entropy);
        Ok(ProfileRow {
            words: Words::from_entropy(row::fixed(&entropy)?),
            name: found.name,
            words_confirmed: found.words_confirmed,
            created: row::time(found.created)?,
            publication: row::uint(found.publication)?,
            review_only: found.review_only,
        })
    }

    /// The network that the profile is bound to, if it is.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn network(&self) -> Result<Option<NetworkRow>, StoreError> {
        let found: Option<NetworkColumns> =
            sqlx::query_as(sql::NETWORK).fetch_optional(&mut *self.connection().await?).await?;
        found
            .map(|found| {
                Ok(NetworkRow {
                    chain: ChainId(row::fixed(&found.chain)?),
                    genesis: found.genesis,
                    home: found.home,
                    light: found.light,
                })
            })
            .transpose()
    }

    /// The addresses by which the network is found, in the order they were given.
    ///
    /// # Errors
    /// [`StoreError`] if the database cannot be read.
    pub async fn bootstrap(&self) -> Result<Vec<String>, StoreError> {
        Ok(sqlx::query_scalar(sql::BOOTSTRAP).fetch_all(&mut *self.connection().await?).await?)
    }
}

crate::sql::statements! {
    IDENTITY = "SELECT entropy, name, created, words_confirmed, publication, review_only
        FROM profile";
    NETWORK = "SELECT chain, genesis, home, light FROM network";
    BOOTSTRAP = "SELECT address FROM bootstrap ORDER BY seq";
}
