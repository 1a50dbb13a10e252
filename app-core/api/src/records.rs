//! What commands and queries return. Amounts are decimal strings, times RFC 3339, ids lower-case
//! hex, exactly as the command line prints them. Records are promises: a field is only ever added.

mod ask;
mod chat;
mod envelope;
mod explorer;
mod money;
mod payment;
mod profile;
mod review;
mod rotation;
mod statement;

pub use ask::{
    AddressBook, AlikeRecord, LinkRecord, NamedAddress, OneAddress, OneRequest, RequestRecord,
    Requests, SeenRecord, SplitRecord,
};
pub use chat::{
    ChatRecord, Chats, ComparedRecord, ContactRecord, Contacts, Conversation, InviteRecord,
    MessageRecord, OneContact, PaymentOfMessage, SafetyRecord, SentMessage, SentRecord,
};
pub use envelope::{ClaimedEnvelope, ClaimedShare, Envelope, Envelopes, OneEnvelope};
pub use explorer::{
    ChecksRecord, CrossCheckRecord, Diagnosis, Explorer, FinalityRecord, FindingRecord,
    ManagerRecord, PeerRecord, RoundRecord,
};
pub use money::{
    AddressRecord, Balance, FaucetRecord, History, HistoryEntry, MoveOutlook, MoveRecord,
    OneTransfer, PaymentRecord, PoolRecord, PrivateAddressRecord, QuoteRecord, SmallNote,
    TokenBalance, TransferRecord, Transfers,
};
pub use payment::{ChallengeRecord, OneShowing, PaymentClaimRecord, ShowingRecord, ShownPayment};
pub use profile::{
    Account, AccountRecord, Addresses, CheckpointRecord, LightRecord, Status, SyncRecord,
    WordsRecord,
};
pub use review::{
    GivenRecord, GrantPreview, GrantRecord, Grants, OneGrant, Reviewed, ReviewerRecord,
};
pub use rotation::{CommitmentQuote, CommitmentRecord, RotationRecord};
pub use statement::{SavedFile, StatementFile, StatementFormat, StatementSaved};
