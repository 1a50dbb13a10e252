//! The single face of the core: commands, queries, records and error codes, the same for every
//! front end.
//!
//! Front ends parse what a person typed, call [`App`], and show the records that come back; they
//! decide nothing. Records are promises: a field is only ever added.

mod app;
mod commands;
mod error;
mod records;
mod when;

pub use app::{App, Heard, News, Options};
pub use commands::account::{account_new, account_restore};
pub use error::Error;
pub use records::{
    Account, AccountRecord, AddressRecord, Addresses, Balance, ContactRecord, Contacts,
    Conversation, FaucetRecord, History, HistoryEntry, InviteRecord, MessageRecord, OneContact,
    PaymentOfMessage, PaymentRecord, SentMessage, SentRecord, SyncRecord, TokenBalance,
    WordsRecord,
};
pub use zeroize::Zeroizing;
