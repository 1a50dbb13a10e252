//! Review keys: grants, and what a reviewer sees.

use serde::{Deserialize, Serialize};

use crate::{
    GrantDelivery, GrantState, GrantStrength, HistoryEntry, ReviewedPool, ShowingRecord,
    ShownPayment, TokenBalance,
};

/// A review grant, given or received.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct GrantRecord {
    /// Names it for ever.
    pub serial: String,
    /// The account that it opens.
    pub account: String,
    /// To whom it is made out.
    pub grantee: String,
    /// What it opens.
    pub strength: GrantStrength,
    /// The months, such as `2026-11`, in UTC.
    pub months: Vec<String>,
    /// The last month of a standing grant that ends by itself.
    pub until: Option<String>,
    /// What for.
    pub purpose: String,
    /// The case that it belongs to.
    pub case: Option<String>,
    /// When it was issued.
    pub issued: String,
    /// What has become of it.
    pub state: GrantState,
    /// Whose account it opens: `me`, a contact's name, or the first digits of the id.
    pub owner: String,
    /// The grantee's fingerprint, in digits.
    pub digits: String,
    /// When it was stopped.
    pub stopped: Option<String>,
    /// Whether the ledger says that the account's strongest key has signed it; null before it was
    /// asked, and for our own.
    pub proved: Option<bool>,
    /// Of one payment that we have shown: its transaction, as the history has it.
    pub tx: Option<String>,
    /// Of one payment: the last moment at which it counts.
    pub not_after: Option<String>,
    /// Of one payment that was shown to us: what it shows, checked.
    pub payment: Option<ShownPayment>,
}

/// One grant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct OneGrant {
    /// The grant.
    pub grant: GrantRecord,
}

/// A grant that was given just now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct GivenRecord {
    /// The grant.
    pub grant: GrantRecord,
    /// How it goes to its grantee.
    pub delivery: GrantDelivery,
    /// Of a file, the sealed card in hex; the command line puts its path here.
    pub card: Option<String>,
}

/// All grants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Grants {
    /// Those that we have given, in order.
    pub given: Vec<GrantRecord>,
    /// Those that we have received, in order.
    pub received: Vec<GrantRecord>,
    /// Who is to show whom a payment, in order; nothing that an answer which holds has ended.
    pub asked: Vec<ShowingRecord>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// What is shown before a grant is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct GrantPreview {
    /// To whom.
    pub grantee: String,
    /// What to compare with the grantee before: the safety number of a contact, or the digits of a
    /// reviewer's card.
    pub digits: String,
    /// The months that would be opened.
    pub months: Vec<String>,
    /// The present month.
    pub now: String,
}

/// A reviewed account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Reviewed {
    /// The account.
    pub account: String,
    /// A contact's name, or the first digits of the id.
    pub name: String,
    /// The grants that open it.
    pub grants: Vec<String>,
    /// Its balances, as last proved; of ABC, `private` is what lies in the months that are open in both
    /// directions.
    pub tokens: Vec<TokenBalance>,
    /// Its history, each line proved.
    pub entries: Vec<HistoryEntry>,
    /// What left the pool in bundles of these keys without being opened by them.
    pub undisclosed_outflow: String,
    /// The round whose header proves it.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
    /// Whether it was brought up to date first.
    pub synced: bool,
    /// What is known of the private side.
    pub pool: ReviewedPool,
    /// The round up to which the granted keys have read the private pool; null before they have.
    #[cfg_attr(test, specta(type = Option<u32>))]
    pub pool_round: Option<u64>,
    /// The months that are open in both directions, such as `2026-11`.
    pub months: Vec<String>,
    /// The months whose receipts alone are open.
    pub receipt_months: Vec<String>,
    /// Other accounts whose owners have granted one of the same private keys as their own: one of
    /// them says what is not true.
    pub claimed_by: Vec<String>,
    /// How many proofs of carry-overs came with its grants that did not hold.
    #[cfg_attr(test, specta(type = u32))]
    pub refused_proofs: u64,
}

/// What others seal grants to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ReviewerRecord {
    /// The card as text: `bcmr:…`.
    pub card: String,
    /// Thirty digits, to be compared before anybody seals to it.
    pub digits: String,
}
