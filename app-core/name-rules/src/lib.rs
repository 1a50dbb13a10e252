//! The rules of BC-DNS names: what is a name, which name it is, and what it looks like.
//!
//! They are rules of consensus: every manager and every light node must give the same answer to the
//! same text for ever. All Unicode data is reached through the module `tables`, is pinned by
//! [`tables_hash`], which stands in the genesis, and changes only with the protocol. Who owns a
//! name, for how long and at what price is the ledger's affair.
//!
//! A name is labels between dots. The last label is the first-level one, whose owner owns all that
//! end with it: `a.b.shop` is a sub-name of `shop`.

#![deny(clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod bidi;
mod context;
mod error;
mod forms;
pub mod fuzz;
mod label;
mod name;
mod tables;

pub use error::NameError;
pub use label::Label;
pub use name::{MAX_LABEL_BYTES, MAX_LABELS, MAX_NAME_BYTES, MAX_TYPED_BYTES, Name};
pub use tables::{UNICODE_VERSION, tables_hash};

#[cfg(test)]
mod tests;
