//! A manager node without its network: the mempool, execution and the decision of blocks.
//!
//! [`spawn`] starts one manager on its folder and returns a handle. The node feeds the handle with
//! frames of other managers and with requests of light nodes, and carries what comes out of the
//! outbox; whether a frame arrives is not this crate's concern, because everything that matters is
//! said again until it has been heard. Blocks are decided by `acp`, judged by `ledger`, kept by
//! `abns`; this crate has no rules of its own about money or votes.

mod answer;
mod chain;
mod clock;
mod config;
mod driver;
mod files;
mod frame;
pub mod fuzz;
mod gate;
mod keeper;
mod manager;
mod mempool;
mod offences;
mod older;
mod report;
mod rings;
mod roster;
mod seen;
mod shared;
mod snapshot;
mod wal;
mod warrant;

pub use abns::{AbnsError, Horizon};
pub use acp::{EngineStatus, Timing};
pub use config::{CatchUp, Config, ManagerError, Vouched, account_of, member_of, registration_of};
pub use frame::{Frame, MAX_FRAME, SyncedBlock, Waiting};
pub use manager::{Manager, ManagerStatus, Outbox, spawn};
pub use older::PoolPart;
pub use rings::Rings;
pub use snapshot::{EncodedChunk, StatePart, Way};
pub use wal::WalError;
