//! The single face of the core: commands, queries, records and error codes, the same for every
//! front end.
//!
//! [`App`] is an open profile with a function for each thing a person can do. [`Desk`] is a
//! profile's folder, open or not, and calls the same functions by name, from one table: JSON-RPC,
//! the window's commands and the bindings of the UI come from it. Front ends parse what a person
//! typed and show the records that come back; they decide nothing.

mod app;
mod asker;
#[cfg(test)]
mod bindings;
mod commands;
mod desk;
mod error;
mod events;
pub mod fuzz;
mod log;
mod params;
mod records;
pub mod rpc;
pub mod socket;
mod states;
mod surroundings;
mod table;
mod when;
mod work;

pub use app::{App, Options};
pub use desk::{Desk, Stay};
pub use error::Error;
pub use events::{Event, Events};
pub use records::{
    Account, AccountRecord, AddressRecord, Addresses, Balance, ChatRecord, Chats, CheckpointRecord,
    ChecksRecord, ComparedRecord, ContactRecord, Contacts, Conversation, CrossCheckRecord,
    Diagnosis, Explorer, FaucetRecord, FinalityRecord, FindingRecord, History, HistoryEntry,
    InviteRecord, LightRecord, ManagerRecord, MessageRecord, OneContact, PaymentOfMessage,
    PaymentRecord, PeerRecord, QuoteRecord, RoundRecord, SafetyRecord, SentMessage, SentRecord,
    Status, SyncRecord, TokenBalance, WordsRecord,
};
pub use states::{
    Carrier, Connection, ContactState, EntryKind, FindingCode, Flow, Health, KeyKind, MessageState,
    Path, PaymentState, PeerNote, PeerRole, ProfileState, Protection, Standing, TokenName, Topic,
    VoteMark,
};
pub use surroundings::{default_profile, given_passphrase};
pub use table::{Command, commands};
pub use zeroize::Zeroizing;
