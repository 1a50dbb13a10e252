//! The canonical codec, and the records that app and network exchange.
//!
//! One value has one encoding: fixed field order, big-endian integers, lengths before bytes, no
//! trailing bytes. A type that only one crate knows is encoded there, with [`Writer`] and
//! [`Reader`]; this crate holds the codec, the domain-separated hash and the records of the
//! protocols named in [`protocol`].

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

pub mod chain;
mod codec;
pub mod directory;
pub mod events;
pub mod fuzz;
mod hash;
pub mod mail;
pub mod protocol;
mod reply;
pub mod roster;
pub mod store;

pub use codec::{Decode, DecodeError, Encode, Reader, Writer};
pub use hash::hash;
pub use reply::{Failure, Reply, code};
