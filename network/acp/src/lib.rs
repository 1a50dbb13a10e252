//! The consensus of the managers as a pure machine: inputs in, outputs out.
//!
//! ACP-S: view 0 takes proposals from every member, ranked by their tickets; later views have public
//! leaders. One lock per member, whatever leads; a Commit quorum ends the round. The machine reads
//! no clock, opens no file, knows no network and checks no signature: the manager verifies what
//! comes in ([`Verifier`]), feeds [`Input`]s and performs [`Output`]s in order. The rules stand in
//! `acp.md` §2 as corrected; each is named where it is followed.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod blocks;
mod draws;
mod early;
mod engine;
pub mod fuzz;
mod log;
mod message;
mod ports;
mod round;
mod rules;
mod scheme;
mod tally;
mod timing;
mod turn;
mod verify;
mod wal;

pub use engine::{AcpEngine, SoundEngine};
pub use message::{Message, NewView, Proposal, Status, Ticket, Vote};
pub use ports::{Engine, EngineStatus, Input, Output, RoundSetup, Scheme, Timer};
pub use rules::{Ballot, Rules, Sound};
pub use scheme::KeyScheme;
pub use timing::Timing;
pub use verify::{BadMessage, Electorate, Seen, Verifier};
pub use wal::WalRecord;
