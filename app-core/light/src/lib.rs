//! The light node's judgement: moves its trust from header to header and believes nothing that is
//! not proved under one of them.
//!
//! `engine` feeds it what nodes answer and stores [`LightState`]; whoever sent an answer plays no
//! part. Servers plan with [`route`] what they send. Pure: time is an argument, nothing here asks
//! the network.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod checkpoint;
mod compact;
mod compare;
mod error;
pub mod fuzz;
mod history;
mod judge;
mod led;
mod proofs;
mod route;
mod state;
mod step;
mod stored;
mod survey;
#[cfg(test)]
mod tests;
mod verify;
mod warrant;
mod window;

pub use checkpoint::{CONTACTS, Checkpoint, RELEASED, agree};
pub use compact::{Backfill, CompactHeader, MAX_BACK, Proposed};
pub use compare::Agreement;
pub use error::LightError;
pub use history::check_history;
pub use judge::Limits;
pub use proofs::{ProvedAccount, RecordProof};
pub use route::{MAX_ROUTE, route};
pub use state::{KEPT_ROOTS, LightState, WALKED_EPOCHS};
pub use step::Step;
pub use survey::{
    Committees, MARKS, ManagerRecord, Mark, RoundLine, Sighting, Survey, Votes, survey,
};
pub use window::{Gap, WINDOW, Window};
