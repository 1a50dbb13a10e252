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
    Account, AccountRecord, AddressBook, AddressRecord, Addresses, AlikeRecord, Balance,
    ChallengeRecord, ChatRecord, Chats, CheckpointRecord, ChecksRecord, ClaimedEnvelope,
    ClaimedShare, CommitmentQuote, CommitmentRecord, ComparedRecord, ContactRecord, Contacts,
    Conversation, CrossCheckRecord, Diagnosis, Envelope, Envelopes, Explorer, FaucetRecord,
    FinalityRecord, FindingRecord, GivenRecord, GrantPreview, GrantRecord, Grants, History,
    HistoryEntry, InviteRecord, LightRecord, LinkRecord, ManagerRecord, MessageRecord, MoveOutlook,
    MoveRecord, NamedAddress, OneAddress, OneContact, OneEnvelope, OneGrant, OneRequest,
    OneShowing, OneTransfer, PaymentClaimRecord, PaymentOfMessage, PaymentRecord, PeerRecord,
    PoolRecord, PrivateAddressRecord, QuoteRecord, RequestRecord, Requests, Reviewed,
    ReviewerRecord, RotationRecord, RoundRecord, SafetyRecord, SavedFile, SeenRecord, SentMessage,
    SentRecord, ShowingRecord, ShownPayment, SmallNote, SplitRecord, StatementFile,
    StatementFormat, StatementSaved, Status, SyncRecord, TokenBalance, TransferRecord, Transfers,
    WordsRecord,
};
pub use states::{
    AddressSort, Carrier, Connection, ContactState, EntryKind, EntryRemark, EnvelopeState,
    FindingCode, Flow, GrantDelivery, GrantState, GrantStrength, Health, KeyKind, KeyStage,
    MessageState, Path, PaymentState, PeerNote, PeerRole, ProfileState, Protection, RequestState,
    ReviewedPool, RotationStage, SavedKind, ShareState, ShowingState, Shown, Standing, TokenName,
    Topic, TransferStep, VoteMark, Whose,
};
pub use surroundings::{default_profile, given_passphrase};
pub use table::{Command, commands};
pub use zeroize::Zeroizing;
