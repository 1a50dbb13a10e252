//! Contacts, conversations, messages.

use serde::{Deserialize, Serialize};

use crate::{
    ContactState, Envelope, MessageState, PaymentState, RequestRecord, ShowingRecord, Standing,
    TokenName,
};

/// An invite.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct InviteRecord {
    /// `bcm:…`.
    pub invite: String,
}

/// A contact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ContactRecord {
    /// OpenID.
    pub id: String,
    /// As listed; unique in this profile.
    pub name: String,
    /// True once the safety numbers have been compared.
    pub verified: bool,
    /// `new` until the contact has answered, then `ready`.
    pub state: ContactState,
    /// What the person has decided about it.
    pub standing: Standing,
}

/// One contact, such as the one that was added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct OneContact {
    /// The contact.
    pub contact: ContactRecord,
}

/// All contacts, in the order they were added.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Contacts {
    /// The contacts.
    pub contacts: Vec<ContactRecord>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}

/// What two people compare to know that nobody sits between them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct SafetyRecord {
    /// Sixty digits, the same on both sides.
    pub digits: String,
    /// What a code for cameras holds, in base64; each side's is its own.
    pub payload: String,
}

/// Whether what a contact showed fits our own safety number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ComparedRecord {
    /// True if it does.
    #[serde(rename = "match")]
    pub matches: bool,
}

/// A conversation as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct ChatRecord {
    /// With whom.
    pub contact: ContactRecord,
    /// Messages that the person has not looked at.
    pub unread: u32,
    /// The newest message.
    pub last: Option<MessageRecord>,
}

/// All conversations, the newest activity first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Chats {
    /// The conversations, without those of declined contacts.
    pub chats: Vec<ChatRecord>,
}

/// A message that was just written; its text is not repeated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct SentMessage {
    /// Message id.
    pub id: String,
    /// The contact's name.
    pub contact: String,
    /// When.
    pub time: String,
    /// How far it got.
    pub state: MessageState,
}

/// See [`SentMessage`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct SentRecord {
    /// The message.
    pub message: SentMessage,
}

/// A payment that a message speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct PaymentOfMessage {
    /// Transaction id.
    pub tx: String,
    /// How much; what the ledger says, once it has said it.
    pub amount: String,
    /// Which token.
    pub token: TokenName,
    /// `final` only if our own proved history says so.
    pub state: PaymentState,
}

/// A message in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct MessageRecord {
    /// Message id; unique among those of one side.
    pub id: String,
    /// `me` or the contact's name, which is never `me`.
    pub from: String,
    /// When, by its sender's clock.
    pub time: String,
    /// The text; of a payment, its memo.
    pub text: String,
    /// How far it got.
    pub state: MessageState,
    /// The payment it speaks of.
    pub payment: Option<PaymentOfMessage>,
    /// The red envelope that it brings.
    pub envelope: Option<Envelope>,
    /// The request of payment that it brings.
    pub request: Option<RequestRecord>,
    /// The challenge to show a payment that it brings, if that has its own id, or answers.
    pub showing: Option<ShowingRecord>,
}

/// A conversation, oldest message first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(test, derive(specta::Type))]
pub struct Conversation {
    /// The contact's name.
    pub contact: String,
    /// Each message once.
    pub messages: Vec<MessageRecord>,
    /// Whether the profile was brought up to date first.
    pub synced: bool,
}
