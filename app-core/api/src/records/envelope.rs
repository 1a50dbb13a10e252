//! Red envelopes.

use serde::{Deserialize, Serialize};

use crate::{EnvelopeState, ShareState};

/// A share that somebody has claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ClaimedShare {
    /// `me`, a contact's name, or null for somebody whose key we do not know.
    pub who: Option<String>,
    /// What it brought, without the fee of the claim; null until it is drawn.
    pub amount: Option<String>,
}

/// A red envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Envelope {
    /// Its id on the ledger.
    pub id: String,
    /// In whose chat it is.
    pub contact: String,
    /// `me` or the contact's name, which is never `me`.
    pub from: String,
    /// What is said with it.
    pub text: String,
    /// All of it, in ABC.
    pub total: String,
    /// What no share has been made of.
    pub left: String,
    /// In how many shares.
    pub shares: u8,
    /// True if chance divides it.
    pub lucky: bool,
    /// Who got what, by proved records.
    pub claimed: Vec<ClaimedShare>,
    /// What it is.
    pub state: EnvelopeState,
    /// When it ends, as far as can be told now.
    pub expires: String,
    /// How we stand to it.
    pub share: ShareState,
    /// What we got, or what waits for us.
    pub got: Option<String>,
    /// True if our share goes, or went, into the private pool; false if to the account.
    pub to_pool: bool,
    /// True if its creator made the key of one member, and so could take that share as well.
    pub key_shared: bool,
    /// True of one of ours that came out of the private pool: nobody sees who gave it.
    #[serde(default)]
    pub private: bool,
    /// What came back of such a one, or waits to; null before the end, and if nothing did.
    #[serde(default)]
    pub back: Option<String>,
    /// Names the wish for `transfer_cancel`, while nothing is signed: its id is not known before.
    #[serde(default)]
    pub transfer: Option<String>,
}

/// One red envelope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct OneEnvelope {
    /// The red envelope.
    pub envelope: Envelope,
}

/// A red envelope whose share we have claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ClaimedEnvelope {
    /// The red envelope.
    pub envelope: Envelope,
    /// What we got; null while that is not known.
    pub got: Option<String>,
}

/// All red envelopes, in the order they were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Envelopes {
    /// The red envelopes.
    pub envelopes: Vec<Envelope>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}
