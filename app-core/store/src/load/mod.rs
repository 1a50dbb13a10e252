//! What the machines need to go on, as the values they saved.

mod asks;
mod chat;
mod found_rests;
mod gifts;
mod headers;
mod mail;
mod prekeys;
mod private;
mod profile;
mod proofs;
mod review;
mod reviewed_pool;
mod showings;
mod siblings;
mod wallet;

pub(crate) use chat::ContactColumns;
pub use headers::VouchRow;
pub use profile::{NetworkRow, ProfileRow};
pub use proofs::KeptProof;
pub(crate) use review::reviewed_tip;
pub use reviewed_pool::KeyRead;
pub(crate) use wallet::history_tip;

/// All statements of this folder.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [
        asks::sql::ALL,
        chat::sql::ALL,
        found_rests::sql::ALL,
        gifts::sql::ALL,
        headers::sql::ALL,
        mail::sql::ALL,
        prekeys::sql::ALL,
        private::sql::ALL,
        profile::sql::ALL,
        proofs::sql::ALL,
        review::sql::ALL,
        reviewed_pool::sql::ALL,
        showings::sql::ALL,
        siblings::sql::ALL,
        wallet::sql::ALL,
    ]
    .concat()
}
