//! What a profile knows of review keys. Plain values; `store` keeps them.

use shielded::{Period, ViewingKey};
use types::{OpenId, Timestamp, TxId};

use super::card::GrantedKey;
use super::grant::{ReviewGrant, Serial, Strength};
use super::pool::ReviewedStep;
use super::proof::CarriedProof;
use crate::{ProvedEntry, SavedAccount};

/// How many keys were issued behind a card, and the digest of the last thing that was.
pub type Tip = (u32, [u8; 32]);

/// A grant that this account has given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GivenGrant {
    /// What was signed.
    pub grant: ReviewGrant,
    /// The contact that it went to; `None` if it went as a file.
    pub contact: Option<OpenId>,
    /// When it was stopped.
    pub stopped: Option<Timestamp>,
    /// How far its keys go.
    pub tip: Tip,
    /// The newest period account that it opens.
    pub last: Period,
}

impl GivenGrant {
    /// True if its holder has the full viewing key of this period account.
    #[must_use]
    pub fn opens(&self, period: Period) -> bool {
        let card = &self.grant.keys;
        let on_card = card.iter().any(|key| key.period == period);
        let behind = card.last().is_some_and(|last| last.period < period) && period <= self.last;
        match self.grant.terms.strength {
            Strength::Incoming => false,
            Strength::Period | Strength::Full => on_card,
            Strength::Standing => on_card || behind,
        }
    }
}

/// A grant that this account has received.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedGrant {
    /// What was signed.
    pub grant: ReviewGrant,
    /// The contact that sent it; `None` if it came as a file.
    pub contact: Option<OpenId>,
    /// When it came.
    pub received: Timestamp,
    /// When its owner has stopped it.
    pub stopped: Option<Timestamp>,
    /// How far its keys go.
    pub tip: Tip,
    /// Whether the ledger says that the account's strongest key has signed it.
    pub proved: Option<bool>,
}

/// One payment that this account has shown to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownPayment {
    /// The beginning of the disclosure's digest.
    pub serial: Serial,
    /// The contact that it went to over chat; `None` if it went as a file.
    pub contact: Option<OpenId>,
    /// Its reader's name, as we knew it.
    pub name: String,
    /// The fingerprint of its reader's key.
    pub verifier: [u8; 32],
    /// Which payment, as our history calls it.
    pub tx: TxId,
    /// What for.
    pub purpose: String,
    /// The case that it belongs to.
    pub case: Option<String>,
    /// When it was made.
    pub issued: Timestamp,
    /// The last moment at which it counts.
    pub not_after: Timestamp,
}

/// Something to save.
#[derive(Debug)]
pub enum ReviewChange {
    /// A grant was given.
    AddGiven(Box<GivenGrant>),
    /// One more key of a standing grant was issued.
    Issued {
        /// The grant.
        serial: Serial,
        /// How far its keys go now.
        tip: Tip,
        /// The period account that the key opens.
        last: Period,
    },
    /// A grant was stopped; nothing if it was before.
    StopGiven(Serial, Timestamp),
    /// From now on this is the month's period account.
    BeginPeriod(Period),
    /// A grant has come, with its keys; nothing if it is there already.
    AddReceived(Box<ReceivedGrant>, Vec<GrantedKey>),
    /// One more key of a grant has come.
    AddKey {
        /// The grant.
        serial: Serial,
        /// The key.
        key: ViewingKey,
        /// How far its keys go now.
        tip: Tip,
    },
    /// Its owner has stopped a grant.
    StopReceived(Serial, Timestamp),
    /// Whether the ledger says that the account's strongest key has signed a grant.
    SetProved(Serial, bool),
    /// A payment was shown.
    AddShown(Box<ShownPayment>),
    /// A reviewed account as last proved.
    SaveReviewed(OpenId, SavedAccount),
    /// New entries of its history, in order, with the times of their rounds.
    AddReviewed(OpenId, Vec<ProvedEntry>),
    /// What its granted keys have read in the pool.
    TakeReviewedPool(Box<ReviewedStep>),
    /// The proof of the carry-over with this bundle was handed over with a grant.
    HandOver(Serial, [u8; 32]),
    /// A proof has come with a grant, to be judged; nothing if there is one of its bundle.
    AddProof(Serial, Box<CarriedProof>),
    /// Whether the proof of the carry-over with this bundle holds. One that does not is forgotten and
    /// counted.
    JudgeProof {
        /// The grant that it came with.
        serial: Serial,
        /// The bundle.
        bundle: [u8; 32],
        /// True if it holds.
        holds: bool,
    },
}
