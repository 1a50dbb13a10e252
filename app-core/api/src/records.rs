//! What commands and queries return. Amounts are decimal strings, times RFC 3339, ids lower-case
//! hex, exactly as the command line prints them.

use serde::Serialize;

/// An account as its owner sees it.
#[derive(Debug, Clone, Serialize)]
pub struct AccountRecord {
    /// OpenID.
    pub id: String,
    /// As it calls itself.
    pub name: String,
    /// Where it can be paid.
    pub addresses: Addresses,
    /// The network, once the profile knows one.
    pub chain: Option<String>,
}

/// The addresses of an account.
#[derive(Debug, Clone, Serialize)]
pub struct Addresses {
    /// `A…`.
    pub ecdsa: String,
    /// `F…`.
    pub falcon: String,
}

/// An account and how its profile is kept.
#[derive(Debug, Clone, Serialize)]
pub struct Account {
    /// The account.
    pub account: AccountRecord,
    /// `keychain`, `passphrase` or `file`.
    pub protection: &'static str,
    /// True once the owner has proved to have the words.
    pub words_confirmed: bool,
}

/// The 24 words. Redacted when debugged.
#[derive(Serialize)]
pub struct WordsRecord {
    /// In order.
    pub words: Vec<&'static str>,
}

impl core::fmt::Debug for WordsRecord {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("WordsRecord").finish_non_exhaustive()
    }
}

/// An invite.
#[derive(Debug, Clone, Serialize)]
pub struct InviteRecord {
    /// `bcm:…`.
    pub invite: String,
}

/// A contact.
#[derive(Debug, Clone, Serialize)]
pub struct ContactRecord {
    /// OpenID.
    pub id: String,
    /// As listed; unique in this profile.
    pub name: String,
    /// True once the safety numbers have been compared.
    pub verified: bool,
    /// `new` until the contact has answered, then `ready`.
    pub state: &'static str,
}

/// One contact, such as the one that was added.
#[derive(Debug, Clone, Serialize)]
pub struct OneContact {
    /// The contact.
    pub contact: ContactRecord,
}

/// All contacts, in the order they were added.
#[derive(Debug, Clone, Serialize)]
pub struct Contacts {
    /// The contacts.
    pub contacts: Vec<ContactRecord>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// A message that was just written; its text is not repeated.
#[derive(Debug, Clone, Serialize)]
pub struct SentMessage {
    /// Message id.
    pub id: String,
    /// The contact's name.
    pub contact: String,
    /// When.
    pub time: String,
    /// `queued`, `sent` or `delivered`.
    pub state: &'static str,
}

/// See [`SentMessage`].
#[derive(Debug, Clone, Serialize)]
pub struct SentRecord {
    /// The message.
    pub message: SentMessage,
}

/// A payment that a message speaks of.
#[derive(Debug, Clone, Serialize)]
pub struct PaymentOfMessage {
    /// Transaction id.
    pub tx: String,
    /// How much; what the ledger says, once it has said it.
    pub amount: String,
    /// Which token.
    pub token: &'static str,
    /// `queued`, `submitted`, `final` or `expired`; `final` only if our own proved history says so.
    pub state: &'static str,
}

/// A message in a conversation.
#[derive(Debug, Clone, Serialize)]
pub struct MessageRecord {
    /// Message id.
    pub id: String,
    /// `me` or the contact's name.
    pub from: String,
    /// When, by its sender's clock.
    pub time: String,
    /// The text; of a payment, its memo.
    pub text: String,
    /// `queued`, `sent`, `delivered`, `failed` or `received`.
    pub state: &'static str,
    /// The payment it speaks of.
    pub payment: Option<PaymentOfMessage>,
}

/// A conversation, oldest message first.
#[derive(Debug, Clone, Serialize)]
pub struct Conversation {
    /// The contact's name.
    pub contact: String,
    /// Each message once.
    pub messages: Vec<MessageRecord>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// The faucet's gift.
#[derive(Debug, Clone, Serialize)]
pub struct FaucetRecord {
    /// Transaction id.
    pub tx: String,
    /// How much.
    pub amount: String,
    /// Which token.
    pub token: &'static str,
    /// `final`.
    pub state: &'static str,
}

/// One token's balance.
#[derive(Debug, Clone, Serialize)]
pub struct TokenBalance {
    /// Which token.
    pub token: &'static str,
    /// Final money.
    pub total: String,
    /// Of it, at transparent addresses.
    pub transparent: String,
    /// Of it, in the private pool.
    pub private: String,
    /// Of it, what payments under way will take.
    pub pending: String,
}

/// An address and whether its key may sign.
#[derive(Debug, Clone, Serialize)]
pub struct AddressRecord {
    /// `A…` or `F…`.
    pub address: String,
    /// `ecdsa` or `falcon`.
    pub kind: &'static str,
    /// True if the account signs with its key.
    pub active: bool,
}

/// Balances, each proved under a certified header.
#[derive(Debug, Clone, Serialize)]
pub struct Balance {
    /// ABC, then ABIT.
    pub tokens: Vec<TokenBalance>,
    /// The account's addresses.
    pub addresses: Vec<AddressRecord>,
    /// The round whose header proves the figures.
    pub round: u64,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// One line of the history.
#[derive(Debug, Clone, Serialize)]
pub struct HistoryEntry {
    /// Transaction id.
    pub tx: String,
    /// The time of its round, or of the wish while it is not final.
    pub time: String,
    /// The round that made it final.
    pub round: Option<u64>,
    /// `in`, `out` or `self`.
    pub direction: &'static str,
    /// `pay`, `faucet` or `genesis`.
    pub kind: &'static str,
    /// Which token.
    pub token: &'static str,
    /// How much, without the fee.
    pub amount: String,
    /// What it cost us beside the amount.
    pub fee: Option<String>,
    /// A contact's name or an address.
    pub counterparty: Option<String>,
    /// What the payer said about it.
    pub memo: Option<String>,
    /// True for the private pool.
    pub private: bool,
    /// `submitted`, `final`, `failed` or `expired`.
    pub state: &'static str,
}

/// The history, oldest first.
#[derive(Debug, Clone, Serialize)]
pub struct History {
    /// The lines.
    pub entries: Vec<HistoryEntry>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// A payment that was just made.
#[derive(Debug, Clone, Serialize)]
pub struct PaymentRecord {
    /// Transaction id.
    pub tx: String,
    /// The contact's name or the address.
    pub to: String,
    /// Which token.
    pub token: &'static str,
    /// What the payee gets.
    pub amount: String,
    /// What it costs beside that.
    pub fee: String,
    /// True for the private pool.
    pub private: bool,
    /// `queued`, `submitted` or `final`.
    pub state: &'static str,
    /// The round that made it final.
    pub round: Option<u64>,
}

/// How far an update got.
#[derive(Debug, Clone, Serialize)]
pub struct SyncRecord {
    /// True if everything was done.
    pub synced: bool,
    /// The newest round whose header has been checked.
    pub round: u64,
    /// How many rounds the network is said to be ahead.
    pub behind: u64,
    /// New contents.
    pub received: u32,
    /// Envelopes that a worker took.
    pub sent: u32,
}
