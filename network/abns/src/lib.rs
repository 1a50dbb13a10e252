//! The managers' chain store: every final block, the state after it, and proofs about both.
//!
//! One redb file. A final block is one durable transaction: header, body, history entries, the
//! index of transactions, the new state and its tree go in together or not at all. Readers see
//! whole blocks only and never wait for the writer. The store checks that a block follows its tip
//! and that its parts belong together; whether it *should* be final is for `acp` and `ledger`.

mod commit;
mod error;
mod fault;
mod file;
mod layout;
mod opening;
mod prove;
mod rows;
mod snapshot;
mod state;
mod store;
mod tree;
mod verify;

pub use commit::PendingState;
pub use error::AbnsError;
pub use state::State;
pub use store::ChainStore;
pub use verify::Verified;

// The network of the integration tests serves the unit tests too, under the same names.
#[cfg(test)]
extern crate self as abns;
#[cfg(test)]
#[path = "../tests/network/mod.rs"]
mod network;
#[cfg(test)]
mod tests;
