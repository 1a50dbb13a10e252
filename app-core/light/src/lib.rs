//! The light node's judgement: follows certified headers and believes nothing that is not proved
//! under one of them.
//!
//! `engine` feeds it what nodes answer and stores [`LightState`]; whoever sent an answer plays no
//! part. Pure: time is an argument, nothing here asks the network.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod error;
pub mod fuzz;
mod history;
mod state;
#[cfg(test)]
mod tests;

pub use error::LightError;
pub use history::check_history;
pub use state::{KEPT_ROOTS, LightState, MAX_AHEAD_MS, ProvedAccount};
