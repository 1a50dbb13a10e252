//! The profile's encrypted database: makes, unlocks and recovers it, loads the machines' state,
//! applies their changes, and answers the screens' questions.
//!
//! `engine` and `api` call it; nobody else sees SQL. It decides no rule of the protocol, never
//! writes a file that it cannot read, and lets no key into a log, an error or a `Debug`.

mod apply;
mod connections;
mod database;
mod error;
mod files;
pub mod fuzz;
mod keychain;
mod load;
mod lock;
mod paths;
mod profile;
mod read;
mod row;
mod secret;
mod sql;
mod store;
mod unlock;
mod wraps;

pub use apply::{Change, HeaderRow, LightChange, NetworkChange};
pub use error::StoreError;
pub use load::{KeptProof, KeyRead, NetworkRow, ProfileRow, VouchRow};
pub use lock::LOCK_WAIT;
pub use paths::Profile;
pub use profile::{create, open, open_within, recover};
pub use read::{
    ChatRow, Flow, GivenFor, HistoryKind, HistoryRow, MessageRow, MoneyMark, Remark, RequestRow,
    ReviewedRow,
};
pub use store::Store;
pub use unlock::Protection;

#[cfg(test)]
mod tests;
