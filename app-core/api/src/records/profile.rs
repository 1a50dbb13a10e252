//! The account, its profile, and what its light node knows.

use serde::{Deserialize, Serialize};
use zeroize::Zeroize;

use crate::{Connection, Error, ProfileState, Protection};

/// An account as its owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct AccountRecord {
    /// OpenID.
    pub id: String,
    /// As it calls itself.
    pub name: String,
    /// Where it can be paid.
    pub addresses: Addresses,
    /// The network, once the profile knows one.
    pub chain: Option<String>,
}

/// The addresses of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Addresses {
    /// `A…`.
    pub ecdsa: String,
    /// `F…`.
    pub falcon: String,
}

/// An account and how its profile is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Account {
    /// The account.
    pub account: AccountRecord,
    /// What keeps the profile's key on this device.
    pub protection: Protection,
    /// True once the owner has proved to have the words.
    pub words_confirmed: bool,
    /// True for a profile that looks at what others let it see: nothing is paid or signed with it.
    pub review_only: bool,
}

/// What a front end asks first: is there a profile, and is there a way to the network?
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Status {
    /// What there is of the profile.
    pub profile: ProfileState,
    /// The account of an open profile.
    pub account: Option<Account>,
    /// The way to the network.
    pub connection: Connection,
    /// Why the profile is not open, or what a person must do about the network.
    pub trouble: Option<Error>,
    /// True once an address of a network is known.
    pub network_known: bool,
    /// True on a network that gives play money away.
    pub faucet: bool,
    /// Of this program.
    pub version: String,
}

/// The 24 words. Redacted when debugged, wiped when dropped.
#[derive(Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct WordsRecord {
    /// In order.
    pub words: Vec<String>,
}

impl Drop for WordsRecord {
    fn drop(&mut self) {
        self.words.zeroize();
    }
}

impl core::fmt::Debug for WordsRecord {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WordsRecord").finish_non_exhaustive()
    }
}

/// How far an update got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct SyncRecord {
    /// True if everything was done.
    pub synced: bool,
    /// The newest round whose header has been checked.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
    /// How many rounds the network is said to be ahead.
    #[cfg_attr(test, specta(type = u32))]
    pub behind: u64,
    /// New contents.
    pub received: u32,
    /// Envelopes that a worker took.
    pub sent: u32,
}

/// A header of the ledger that a person may vouch for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct CheckpointRecord {
    /// The network.
    pub chain: String,
    /// The header's round.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
    /// Its id.
    pub header: String,
    /// The hash of the managers who decide the round after it.
    pub committee: String,
    /// Its time.
    pub time: String,
}

/// What the light node has checked by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct LightRecord {
    /// The network, once the profile is bound to one.
    pub chain: Option<String>,
    /// The newest round whose header has been checked, with every one before it.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
    /// That header's time.
    pub time: Option<String>,
    /// When the network began.
    pub genesis_time: Option<String>,
    /// How many managers vote.
    pub managers: u32,
    /// How many of them must have signed a header.
    pub quorum: u32,
    /// The round whose header proves the balance; 0 for none.
    #[cfg_attr(test, specta(type = u32))]
    pub account_round: u64,
    /// From this round on the private pool takes nothing; null unless the managers have decided it.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub pool_stop: Option<u64>,
    /// From this round on ECDSA is off; null unless the managers have decided it.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub ecdsa_off: Option<u64>,
    /// The home worker.
    pub worker: Option<String>,
    /// Where it was reached last.
    pub address: Option<String>,
}
