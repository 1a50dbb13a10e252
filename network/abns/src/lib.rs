//! The managers' chain store: every final block, the state after it, and proofs about both.
//!
//! One redb file. A final block is one durable transaction: header, body, history entries, the
//! index of transactions, the new state and its tree go in together or not at all. Readers see
//! whole blocks only and never wait for the writer. The store checks that a block follows its tip
//! and that its parts belong together; whether it *should* be final is for `acp` and `ledger`.

mod ahead;
mod branch;
mod commit;
mod error;
mod fault;
mod file;
pub mod fuzz;
mod horizon;
mod index;
mod jobs;
mod layout;
mod opening;
mod pool;
mod prove;
mod rows;
mod snapshot;
mod state;
mod store;
mod sweep;
mod transfer;
mod tree;
mod verify;
mod versions;
mod write;

pub use branch::Branch;
pub use commit::PendingState;
pub use error::AbnsError;
pub use horizon::Horizon;
pub use pool::{Filled, PoolBundle, PoolGap};
pub use prove::ProvedValue;
pub use state::State;
pub use store::ChainStore;
pub use transfer::{Export, Ground, MAX_CHUNK, StateChunk};
pub use verify::Verified;
pub use versions::Version;

// The network of the integration tests serves the unit tests too, under the same names.
#[cfg(test)]
extern crate self as abns;
#[cfg(test)]
#[path = "../tests/disk/mod.rs"]
mod disk;
#[cfg(test)]
#[path = "../tests/network/mod.rs"]
mod network;
#[cfg(test)]
mod tests;
