//! Statements that prove themselves: an account's entries of a period, each one and no other, under
//! headers that a checkpoint leads to.
//!
//! The engine builds and signs them, `bcm-verify` checks them with nothing but a checkpoint. Form,
//! rules and texts are here; no secret, network, clock or disk is (`money-and-mail.md` A3, B7).

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects, clippy::indexing_slicing))]

mod build;
mod csv;
mod entries;
mod form;
pub mod fuzz;
mod harmless;
mod json;
mod line;
mod payment;
mod pool;
mod receipts;
mod report;
mod rows;
#[cfg(test)]
mod tests;
mod verify;
mod when;

pub use build::{Pieces, Told, Untimed};
pub use csv::{COLUMNS, csv, csv_of};
pub use form::{Boundary, Exporter, Holding, ProvedHeader, SCHEMA, Statement, Subject};
pub use harmless::harmless;
pub use json::{Json, MAX_FILE, Malformed};
pub use line::{Direction, Line};
pub use payment::{
    Asked, ByAccount, Expected, PAYMENT_LIMITS, PAYMENT_PROVES, PaymentAuthority, PaymentClaim,
    PaymentDisclosure, PaymentEvidence, PaymentFacts, PaymentReport, PaymentRole, PaymentVerdict,
    Shown, check_payment,
};
pub use pool::{
    Annex, Carry, CarryEvidence, LogRun, LogStep, PoolAccount, PoolCell, PoolNote, PoolOutput,
    PoolPart, PoolSpend, ReviewKeys, Stream, memo_text, opened, write_stream,
};
pub use receipts::{RECEIPTS_LIMITS, RECEIPTS_SCHEMA, Receipt, Receipts};
pub use report::{Claim, Flaw, LIMITS, Listed, Outcome, Report, Verdict, Why};
pub use rows::{Row, rows};
pub use verify::{Beside, read_checkpoint, verify, verify_with};
pub use when::{Zone, utc};
