//! What the machines need to go on, as the values they saved.

mod chat;
mod headers;
mod mail;
mod prekeys;
mod profile;
mod wallet;

pub(crate) use chat::ContactColumns;
pub use headers::VouchRow;
pub use profile::{NetworkRow, ProfileRow};
pub(crate) use wallet::history_tip;

/// All statements of this folder.
#[cfg(test)]
pub(crate) fn statements() -> Vec<(&'static str, &'static str)> {
    [
        chat::sql::ALL,
        headers::sql::ALL,
        mail::sql::ALL,
        prekeys::sql::ALL,
        profile::sql::ALL,
        wallet::sql::ALL,
    ]
    .concat()
}
