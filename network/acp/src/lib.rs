//! The consensus of the managers as a pure machine: inputs in, outputs out.
//!
//! [`AcpEngine`] decides which block of a round is final. It reads no clock, opens no file and
//! knows no network: the manager feeds it [`Input`]s and performs its [`Output`]s in order. One
//! member proposes in a round, in the order of the genesis; a quorum of Prepare votes locks a
//! block, a quorum of Commit votes makes it final. Nothing is ever decided or skipped by a timer: a
//! [`Input::Tick`] repeats what was said before, until the round is final.
//!
//! Whatever a member signs is durable before it is sent and before the member counts it itself
//! ([`WalRecord`]); after a restart the same bytes are said again, never others.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod engine;
pub mod fuzz;
mod identity;
mod message;
mod ports;
mod round;
mod tally;
mod wal;

pub use engine::AcpEngine;
pub use message::{Message, Proposal, Vote, proposal_bytes};
pub use ports::{Engine, EngineStatus, Input, Output};
pub use wal::WalRecord;
