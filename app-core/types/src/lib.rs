//! Plain checked values that every room shares: ids, amounts, times, addresses.
//!
//! No serde, no I/O, no cryptography: whoever needs a text form of an address asks `keys`, whoever
//! needs bytes on the wire asks `wire`.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod address;
mod amount;
mod id;
mod time;

pub use address::{Address, AddressKind, UnknownAddressKind};
pub use amount::{Abc, Abit, Amount, AmountError, Token, UNITS_PER_TOKEN};
pub use id::{
    BlockId, ChainId, EnvelopeId, MessageId, OpenId, QueueId, RotationId, SendId, TxId, WorkerId,
};
pub use time::{Round, Timestamp};
