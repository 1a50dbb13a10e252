//! What commands and queries return. Amounts are decimal strings, times RFC 3339, ids lower-case
//! hex, exactly as the command line prints them. Records are promises: a field is only ever added.

mod chat;
mod explorer;
mod money;
mod profile;

pub use chat::{
    ChatRecord, Chats, ComparedRecord, ContactRecord, Contacts, Conversation, InviteRecord,
    MessageRecord, OneContact, PaymentOfMessage, SafetyRecord, SentMessage, SentRecord,
};
pub use explorer::{
    ChecksRecord, CrossCheckRecord, Diagnosis, Explorer, FinalityRecord, FindingRecord,
    ManagerRecord, PeerRecord, RoundRecord,
};
pub use money::{
    AddressRecord, Balance, FaucetRecord, History, HistoryEntry, PaymentRecord, QuoteRecord,
    TokenBalance,
};
pub use profile::{
    Account, AccountRecord, Addresses, CheckpointRecord, LightRecord, Status, SyncRecord,
    WordsRecord,
};
