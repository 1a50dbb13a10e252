//! What is said about a disclosure: a verdict for each claim, what it shows, and what it does not.

use super::form::Asked;
use crate::{Json, Outcome, utc};
use keys::format_address;
use shielded::ShieldedAddress;
use types::{Abc, Address, Amount, Round, Timestamp, TxId};

/// What follows if no claim failed.
pub const PAYMENT_PROVES: &str = "In a final transaction this output paid this amount to this \
    address with this memo, and whoever discloses it answers this challenge.";

/// Always printed, because no proof can say more (`money-and-mail.md` B6).
pub const PAYMENT_LIMITS: [&str; 5] = [
    "It does not prove that the payer's name is right, that the money is still there, or that there \
     are no other payments.",
    "It does not prove that whoever handed it over has made it: a payer or payee may have made it out \
     to this verifier for somebody else.",
    "The transaction id and what is said beside the payment are the discloser's words.",
    "A payer who proves it by a spend has authorised a spend of this transaction; of a spend that \
     only fills it up that says no more than that he has built it.",
    "Challenge and verifier stop that this file is used towards another verifier. They stop no \
     gossip: who has it can show the content to anyone.",
];

/// What a disclosure claims.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PaymentClaim {
    /// The discloser has made all of it.
    Discloser,
    /// For this reader, for his challenge, and in time.
    MadeOut,
    /// The payment is in the ledger, in this round.
    Final,
    /// It paid this amount to this address with this memo.
    Paid,
}

/// A claim and what became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentVerdict {
    /// What is claimed.
    pub claim: PaymentClaim,
    /// What became of it.
    pub outcome: Outcome,
}

/// Who discloses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PaymentRole {
    /// Who paid.
    Payer,
    /// Who was paid.
    Payee,
}

/// What a disclosure shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// By whom.
    pub role: PaymentRole,
    /// How much was paid.
    pub amount: Amount<Abc>,
    /// To which address: diversifier and transmission key.
    pub recipient: [u8; 43],
    /// The same as text, as it reads if it was given out for the month of the payment.
    pub address: Option<ShieldedAddress>,
    /// What the payer said with it; nothing if there is nothing, or nothing that can be read.
    pub memo: Option<String>,
    /// In which round.
    pub round: Round,
    /// When that was.
    pub time: Timestamp,
    /// The digest of its bundle.
    pub bundle: [u8; 32],
    /// What the discloser calls the transaction.
    pub tx: TxId,
    /// The account that answers for it, by its first address, if one does.
    pub account: Option<Address>,
    /// To whom, for what.
    pub asked: Asked,
}

/// Everything that is said about a disclosure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaymentReport {
    /// One for each claim, in order.
    pub verdicts: Vec<PaymentVerdict>,
    /// What is shown; nothing if it does not open.
    pub shown: Option<Shown>,
}

impl PaymentRole {
    /// Its word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Payer => "payer",
            Self::Payee => "payee",
        }
    }
}

impl PaymentClaim {
    /// Its word in reports.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Discloser => "discloser",
            Self::MadeOut => "made_out_to_you",
            Self::Final => "final",
            Self::Paid => "payment",
        }
    }

    /// The claim with this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Discloser, Self::MadeOut, Self::Final, Self::Paid];
        all.into_iter().find(|claim| claim.word() == word)
    }

    /// What it says, for people.
    #[must_use]
    pub const fn sentence(self) -> &'static str {
        match self {
            Self::Discloser => "Disclosed and signed as the file says",
            Self::MadeOut => "Made out to you, for your challenge, and still good",
            Self::Final => "Final in the ledger, in this round",
            Self::Paid => "Paid this amount to this address with this memo",
        }
    }
}

impl PaymentReport {
    /// True if any claim failed.
    #[must_use]
    pub fn failed(&self) -> bool {
        self.verdicts.iter().any(|verdict| matches!(verdict.outcome, Outcome::Failed(_)))
    }

    /// The report as one line.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let limits = PAYMENT_LIMITS.iter().map(|limit| Json::text(*limit)).collect();
        let claims = self.verdicts.iter().map(|verdict| verdict.to_json()).collect();
        Json::object([
            ("claims", Some(Json::List(claims))),
            ("limits", Some(Json::List(limits))),
            ("payment", Some(self.shown.as_ref().map_or(Json::Null, Shown::to_json))),
            ("proves", (!self.failed()).then(|| Json::text(PAYMENT_PROVES))),
        ])
    }
}

impl PaymentVerdict {
    fn to_json(self) -> Json {
        let (verdict, why, flaw) = self.outcome.parts();
        Json::object([
            ("claim", Some(Json::text(self.claim.word()))),
            ("detail", Some(flaw.map_or(Json::Null, |flaw| Json::text(flaw.detail)))),
            ("verdict", Some(Json::text(verdict))),
            ("why", Some(why.map_or(Json::Null, Json::text))),
        ])
    }
}

impl Shown {
    fn to_json(&self) -> Json {
        let text = |text: &Option<String>| text.clone().map_or(Json::Null, Json::Text);
        Json::object([
            ("account", Some(self.account.map_or(Json::Null, |it| Json::Text(format_address(it))))),
            ("address", Some(self.address.map_or(Json::Null, |it| Json::Text(it.to_string())))),
            ("amount", Some(Json::text(self.amount.to_string()))),
            ("bundle", Some(Json::hex(self.bundle))),
            ("challenge", Some(Json::hex(self.asked.challenge))),
            ("memo", Some(text(&self.memo))),
            ("not_after", Some(Json::text(utc(self.asked.not_after)))),
            ("recipient", Some(Json::hex(self.recipient))),
            ("role", Some(Json::text(self.role.word()))),
            ("round", Some(Json::Number(self.round.0))),
            ("said", Some(Json::text(self.asked.text.clone()))),
            ("time", Some(Json::text(utc(self.time)))),
            ("token", Some(Json::text("ABC"))),
            ("tx", Some(Json::text(self.tx.to_string()))),
            ("verifier", Some(Json::hex(self.asked.verifier))),
        ])
    }
}
