//! Balances and payments as pure functions.
//!
//! `engine` proves the account, calls [`plan`], saves the payment and only then submits it; when
//! headers have moved on it asks [`settle`] what became of it. Nothing here reads a clock, a socket
//! or a database.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod model;
mod plan;
mod settle;
#[cfg(test)]
mod tests;

pub use model::{Attempt, Change, Payment, PaymentState, ProvedEntry, SavedAccount};
pub use plan::{Ground, Quote, Refusal, Wish, pending_out, plan, quote};
pub use settle::settle;
