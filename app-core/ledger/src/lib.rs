//! The ledger's rules as pure functions: genesis, transactions, blocks, accounts, certificates and
//! state proofs.
//!
//! Managers execute blocks with this crate and the light node checks them with it, so that both
//! follow one text. It reads no clock, holds no key and touches no disk: state comes in through
//! [`StateView`], changes go out as a map.
//!
//! Hashes are SHA-256 behind a domain tag ([`wire::hash`]); each type names its own tag.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod account;
mod account_proof;
mod body;
mod certificate;
mod committee;
mod draft;
mod entry;
mod execution;
pub mod fuzz;
mod genesis;
mod header;
mod merkle;
mod prices;
mod rejection;
mod state;
mod state_proof;
#[cfg(test)]
mod tests;
mod transaction;
mod witness;

pub use account::{Account, KeySlot, MAX_SLOTS};
pub use account_proof::AccountProof;
pub use body::{Body, MAX_BODY, MAX_BODY_TRANSACTIONS, Receipt, receipts_root};
pub use certificate::{Certificate, CertificateError, Step, vote_bytes};
pub use committee::{Committee, MAX_MEMBERS, MIN_MEMBERS};
pub use entry::{Delta, Deltas, Entry, EntryKind};
pub use execution::{BlockContext, Execution, Outcome, check, execute};
pub use genesis::{Genesis, GenesisError, MAX_SUPPLY};
pub use header::{CertifiedHeader, Header, HeaderError, Tip};
pub use merkle::merkle_root;
pub use prices::Prices;
pub use rejection::Rejection;
pub use state::{StateView, account_key, account_of, alias_key, cell_key, home_of, open_id_key};
pub use state_proof::{EMPTY_SUBTREE, ProofError, StateProof, leaf_hash, node_hash};
pub use transaction::{
    Action, EXPIRY_ROUNDS, MAX_ACTIONS, MAX_SOURCES, MAX_TRANSACTION, Source, Transaction,
};
