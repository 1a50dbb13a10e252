//! One payment shown to one verifier.

use serde::{Deserialize, Serialize};

use crate::ShowingState;

/// What a verifier asks somebody with who is to show a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ChallengeRecord {
    /// Fresh, and remembered: 64 hex digits.
    pub challenge: String,
    /// To whom the payment is made out: our reviewer's card, `bcmr:…`.
    pub card: String,
    /// The fingerprint of the key on it, in hex: what `bcm-verify --verifier` asks for.
    pub verifier: String,
    /// The same in digits, for the discloser to compare.
    pub digits: String,
    /// What is remembered of it.
    pub showing: ShowingRecord,
}

/// A challenge to show a payment, ours or a contact's.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ShowingRecord {
    /// Names it.
    pub id: String,
    /// The other side; null for a challenge of ours that did not go over chat.
    pub contact: Option<String>,
    /// Who asks: `me` or the contact's name.
    pub from: String,
    /// What is to be answered: 64 hex digits.
    pub challenge: String,
    /// Which payment is meant, in words.
    pub which: String,
    /// What for.
    pub purpose: String,
    /// When it was told.
    pub time: String,
    /// The last moment at which an answer counts.
    pub not_after: String,
    /// What has become of it.
    pub state: ShowingState,
    /// Of an answer that does not hold, the code that says why.
    pub code: Option<String>,
    /// The same in words.
    pub why: Option<String>,
    /// What an answer to us shows, checked.
    pub payment: Option<ShownPayment>,
}

/// One challenge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct OneShowing {
    /// The challenge.
    pub showing: ShowingRecord,
}

/// A payment that somebody has shown us, checked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ShownPayment {
    /// Who shows it: `payer` or `payee`.
    pub role: String,
    /// How much was paid.
    pub amount: String,
    /// Of what.
    pub token: String,
    /// To which address, as it reads if it was given out for that month.
    pub address: String,
    /// What the payer said with it.
    pub memo: Option<String>,
    /// When it was.
    pub time: String,
    /// The round that made it final.
    #[cfg_attr(test, specta(type = u32))]
    pub round: u64,
    /// What the discloser calls the transaction.
    pub tx: String,
    /// The account that answers for it, if one does.
    pub account: Option<String>,
    /// What the discloser says about it.
    pub said: String,
    /// Until when it counts.
    pub not_after: String,
    /// Each claim with what became of it: all are proved.
    pub claims: Vec<PaymentClaimRecord>,
    /// What it proves.
    pub proves: String,
    /// What it does not prove.
    pub limits: Vec<String>,
}

/// A claim about a payment that was proved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct PaymentClaimRecord {
    /// `discloser`, `made_out_to_you`, `final` or `payment`.
    pub claim: String,
    /// What it says, for people.
    pub sentence: String,
}
