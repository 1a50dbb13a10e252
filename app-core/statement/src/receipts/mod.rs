//! Statements of receipts: what some period accounts of the pool were paid, as incoming keys show it.
//!
//! Whoever holds such a key sees neither spends nor change, so there are no balances here and no
//! closing line; the schema has a name of its own, so that none of it passes for a statement with
//! balances (`money-and-mail.md` C5).

mod check;
mod json;

use crate::{Boundary, Exporter, Row, Subject};
use crate::{Json, PoolCell};
use keys::PublicKey;
use ledger::StateProof;
use light::Step;
use shielded::{Note, Period, Witness};
use types::{ChainId, Round, Timestamp};
use wire::hash;

pub(crate) use check::check;

/// What names this form.
pub const RECEIPTS_SCHEMA: &str = "bcm-receipts-statement-v1";

/// Printed with each of them, because no proof can say more.
pub const RECEIPTS_LIMITS: [&str; 4] = [
    "Receipts only: no payments, no change, no balances. The same person may own other accounts.",
    "A note whose on-chain ciphertext was spoiled is invisible to any viewing key.",
    "Without the key it is not shown that a listed receipt belongs to the account.",
    "Names and memos are the exporter's words. Of a receipt's time it is proved that it lies in the \
     period.",
];

/// What an account was paid in the pool during a period, as far as some keys show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipts {
    /// The network.
    pub chain: ChainId,
    /// The beginning of the period.
    pub from: Timestamp,
    /// Its end, which does not belong to it.
    pub to: Timestamp,
    /// Whose receipts, as the exporter says.
    pub subject: Subject,
    /// Where the period begins among the headers.
    pub opening: Boundary,
    /// Where it ends.
    pub closing: Boundary,
    /// What leads from a checkpoint to the header that all is proved under, which is the last one's.
    pub steps: Vec<Step>,
    /// The pool under that header.
    pub cell: PoolCell,
    /// Where the stream must begin at the latest.
    pub since: Boundary,
    /// The period accounts that it is about, and the names of their incoming keys.
    pub accounts: Vec<(Period, [u8; 32])>,
    /// What they were paid, by the place in the tree.
    pub receipts: Vec<Receipt>,
    /// Who made it.
    pub exporter: Exporter,
}

/// A note that an account was paid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Which account.
    pub period: Period,
    /// The note.
    pub note: Note,
    /// Its place in the tree and the path to the root in [`Receipts::cell`].
    pub witness: Witness,
    /// The round that made it.
    pub round: Round,
    /// That it did.
    pub made: StateProof,
    /// When that was.
    pub time: Timestamp,
    /// The other side, as the exporter calls it.
    pub name: Option<String>,
    /// What it says.
    pub memo: Option<String>,
}

impl Receipts {
    /// The exporter of one that is yet to be signed.
    #[must_use]
    pub const fn unsigned(key: PublicKey) -> Exporter {
        Exporter { key, signature: vec![] }
    }

    /// What the exporter signs: SHA-256("bcm-receipts-statement-v1" ‖ canonical JSON without
    /// signature).
    #[must_use]
    pub fn digest(&self) -> [u8; 32] {
        digest(&self.to_json())
    }

    /// The file, one line.
    #[must_use]
    pub fn file(&self) -> String {
        self.to_json().canonical() + "\n"
    }

    /// The lines for people.
    #[must_use]
    pub fn rows(&self) -> Vec<Row> {
        self.receipts.iter().map(row).collect()
    }

    pub(crate) fn rounds(&self) -> (Round, Round) {
        (self.opening.round(), self.closing.round())
    }
}

fn digest(json: &Json) -> [u8; 32] {
    let mut unsigned = json.clone();
    if let Json::Object(members) = &mut unsigned {
        members.remove("signature");
    }
    hash(RECEIPTS_SCHEMA, &[unsigned.canonical().as_bytes()])
}

fn row(receipt: &Receipt) -> Row {
    Row {
        time: receipt.time,
        counter: receipt.witness.position().into(),
        round: receipt.round.0,
        amount: receipt.note.value.to_string(),
        name: receipt.name.clone().unwrap_or_default(),
        memo: receipt.memo.clone().unwrap_or_default(),
        ..crate::rows::private_row("private_in", "in")
    }
}
