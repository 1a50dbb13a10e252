//! From twenty-four words to everything an account can sign with.
//!
//! [`Words`] give a [`Master`], the master gives the keys, a key gives a [`PublicKey`] and that an
//! address. Callers get functions, never the bytes of a key; the few secrets that do leave (the
//! chat identity, an Ed25519 seed for storage) say so. Randomness is an argument. A derivation
//! never changes: a changed derivation is lost money.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]
#![cfg_attr(test, allow(clippy::arithmetic_side_effects))]

mod address;
mod bip32;
mod board;
mod claim;
mod ecdsa;
mod ed25519;
mod expanded;
mod falcon;
pub mod fuzz;
mod inbox;
mod master;
mod public_key;
mod secret;
#[cfg(test)]
mod torsion;
mod vrf;
mod words;
mod wrap;

pub use address::{AddressError, format_address, parse_address};
pub use board::{BoardKey, BoardKeys};
pub use claim::{ClaimKey, Claimer, EnvelopeKey, envelope_key_is_valid};
pub use ecdsa::EcdsaKey;
pub use ed25519::{Ed25519Key, ed25519_verify};
pub use falcon::FalconKey;
pub use inbox::{InboxKey, InboxPublicKey, SEAL_LEN, SealContext, Sealed};
pub use master::Master;
pub use public_key::PublicKey;
pub use vrf::{VRF_PROOF_LEN, VrfKey, vrf_key_is_valid, vrf_output, vrf_verify};
pub use words::{Words, WordsError};
pub use wrap::{WrapError, WrapKey};
