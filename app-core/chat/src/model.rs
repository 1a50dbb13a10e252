//! What a profile knows about conversations: contacts, queues, messages and what waits to leave.
//! Plain values; `store` keeps them, the functions beside this module change them.

use core::fmt;
use ledger::RedEnvelopeId;
use types::{
    Abc, Address, Amount, EnvelopeId, MessageId, OpenId, QueueId, SendId, Timestamp, TxId, WorkerId,
};
use zeroize::Zeroizing;

use crate::ask::{Closed, KnownRequest};
use crate::card::Card;
use crate::review::ReviewLetter;
use crate::route::Route;
use crate::showing::ShowingChange;
use crate::standing::Standing;

/// The other account of a one-to-one chat.
#[derive(Debug)]
pub struct Contact {
    /// Who it is, for life.
    pub account: OpenId,
    /// As it called itself when it was added.
    pub name: String,
    /// What it showed to prove who it is.
    pub card: Card,
    /// Where its prekey bundle lies: the worker, and the directory key there.
    pub directory: ([u8; 32], WorkerId),
    /// Where we write to it.
    pub route: Route,
    /// True once it has told us a queue of our own to write to, so that it knows us.
    pub ready: bool,
    /// True once our own card and queue have been put on the way to it.
    pub greeted: bool,
    /// Whether we want to hear of it.
    pub standing: Standing,
    /// When it was added.
    pub added: Timestamp,
}

impl Contact {
    /// The address behind its operation key.
    #[must_use]
    pub fn address(&self) -> Address {
        self.card.operation_key.address()
    }
}

/// A queue that we read. The secrets make both of its ends.
pub struct Queue {
    /// Ed25519 seed of the receive key.
    pub receive_seed: Zeroizing<[u8; 32]>,
    /// Ed25519 seed of the send key, shared with whoever writes.
    pub send_seed: Zeroizing<[u8; 32]>,
    /// AES-256-GCM key of the outer layer.
    pub outer_key: Zeroizing<[u8; 32]>,
    /// The worker that holds it.
    pub worker: WorkerId,
    /// Who writes to it; `None` for the queue that invites name.
    pub contact: Option<OpenId>,
    /// True once the worker has confirmed that it exists.
    pub created: bool,
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue")
            .field("worker", &self.worker)
            .field("contact", &self.contact)
            .field("created", &self.created)
            .finish_non_exhaustive()
    }
}

/// Who wrote a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    /// We did.
    Out,
    /// The contact did.
    In,
}

/// How far an outgoing message got; an incoming one is `Received`. Only ever moves forward, except
/// that a failed one may be sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Delivery {
    /// Saved here, not yet confirmed by a worker.
    Queued,
    /// A worker holds it durably.
    Sent,
    /// The contact's device has it: its own end-to-end receipt says so.
    Delivered,
    /// It cannot be sent, or nobody took it in time. A receipt may still show that it arrived.
    Failed,
    /// It came from the contact.
    Received,
}

/// A payment that a message speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PaymentRef {
    /// The transaction.
    pub tx: TxId,
    /// What the message says was paid; the ledger decides.
    pub amount: Amount<Abc>,
}

/// A message as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Made by its sender; unique within the conversation and direction.
    pub id: MessageId,
    /// The conversation.
    pub contact: OpenId,
    /// Who wrote it.
    pub direction: Direction,
    /// When, by the sender's clock.
    pub time: Timestamp,
    /// What was written; the memo of a payment.
    pub text: String,
    /// How far it got.
    pub delivery: Delivery,
    /// The payment it speaks of.
    pub payment: Option<PaymentRef>,
    /// The red envelope that it brings.
    pub envelope: Option<RedEnvelopeId>,
    /// The request that it pays, or that it answers by showing a payment; its own id, if it brings a
    /// request itself.
    pub request: Option<MessageId>,
}

/// An encoded [`crate::Content`] that waits to be encrypted for a contact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// For whom.
    pub contact: OpenId,
    /// The message whose delivery it carries, if it carries one.
    pub message: Option<MessageId>,
    /// Canonical bytes of the content.
    pub content: Vec<u8>,
}

/// A sealed envelope that waits for a worker's acknowledgement. It is sent again byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// For whom.
    pub contact: OpenId,
    /// The message whose delivery it carries, if it carries one.
    pub message: Option<MessageId>,
    /// The worker that holds the queue.
    pub worker: WorkerId,
    /// The queue.
    pub send: SendId,
    /// The sealed bytes.
    pub blob: Vec<u8>,
    /// By the send key over `wire::mail::put_bytes`.
    pub signature: [u8; 64],
}

/// Which kind of prekey a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PreKeyKind {
    /// Signed Curve25519 prekey.
    Signed,
    /// One-time Curve25519 prekey.
    OneTime,
    /// Kyber-1024 prekey of last resort.
    Kyber,
    /// One-time Kyber-1024 prekey.
    OneTimeKyber,
}

/// A prekey that is kept, without what is secret about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeptPreKey {
    /// Its kind.
    pub kind: PreKeyKind,
    /// Its number; both kinds of Kyber prekeys share theirs, for a message does not say which it
    /// names.
    pub id: u32,
    /// When it was made.
    pub created: Timestamp,
    /// Since when nobody is given it any more; `None` while somebody may be.
    pub replaced: Option<Timestamp>,
}

/// Something to save. A list of changes is applied in one database transaction or not at all.
#[derive(Debug)]
pub enum Change {
    /// Insert or replace, by account. The standing of one that is there already stays as it is:
    /// the person may have changed it meanwhile.
    SaveContact(Box<Contact>),
    /// Whether we want to hear of a contact.
    SetStanding {
        /// The contact.
        contact: OpenId,
        /// Its new standing.
        standing: Standing,
    },
    /// Insert or replace one session with a contact.
    SaveSession {
        /// The contact.
        contact: OpenId,
        /// The base key that began it.
        name: [u8; 33],
        /// Its encoded state.
        state: Zeroizing<Vec<u8>>,
    },
    /// Forget one session with a contact.
    RemoveSession {
        /// The contact.
        contact: OpenId,
        /// The base key that began it.
        name: [u8; 33],
    },
    /// Insert or replace, by queue id.
    SaveQueue(Queue),
    /// Insert, unless (contact, direction, id) is there already. Incoming ones are unread.
    AddMessage(Message),
    /// Move an outgoing message forward; never back, and never if it is not there.
    SetDelivery {
        /// The conversation.
        contact: OpenId,
        /// The message.
        message: MessageId,
        /// Its new state.
        delivery: Delivery,
    },
    /// A message that is still queued has failed: forget all that waits to carry it. Nothing, if
    /// it is not queued.
    GiveUp {
        /// The conversation.
        contact: OpenId,
        /// The message.
        message: MessageId,
    },
    /// A failed message is queued again, with a new time, at the end of its conversation, and its
    /// content waits to be encrypted. Nothing, if it has not failed.
    Requeue {
        /// The conversation.
        contact: OpenId,
        /// The message.
        message: MessageId,
        /// Its new time.
        time: Timestamp,
        /// Canonical bytes of the content.
        content: Vec<u8>,
    },
    /// Whether the contact's safety number counts as compared.
    SetCompared {
        /// The contact.
        contact: OpenId,
        /// True if it does.
        compared: bool,
    },
    /// A payment that a message speaks of, and that never left, has been signed once more.
    Retell {
        /// The conversation.
        contact: OpenId,
        /// The waiting content that names the payment.
        pending: i64,
        /// The transaction that can never happen.
        dead: TxId,
        /// The one in its place.
        renewed: TxId,
        /// Canonical bytes of the content that names it.
        content: Vec<u8>,
    },
    /// Insert a request of payment, unless that side has made one of this id already.
    AddRequest(Box<KnownRequest>),
    /// A request is closed, unless it is already.
    CloseRequest {
        /// The other side.
        contact: OpenId,
        /// The request.
        request: MessageId,
        /// True if we have made it.
        made: bool,
        /// Who closes it.
        by: Closed,
        /// When.
        at: Timestamp,
    },
    /// A contact has told us its envelope key.
    SaveEnvelopeKey {
        /// The contact.
        contact: OpenId,
        /// The key.
        key: [u8; 32],
    },
    /// Whether our own envelope key is on its way to a contact, or has to be told once more.
    SetTold {
        /// The contact.
        contact: OpenId,
        /// True if it is.
        told: bool,
    },
    /// A content about review keys is on its way, for the first time or again: it is kept until its
    /// receipt comes.
    KeepLetter {
        /// The content.
        letter: ReviewLetter,
        /// When it was put on its way.
        sent: Timestamp,
    },
    /// About challenges to show a payment.
    Showing(ShowingChange),
    /// Append to the contents that wait to be encrypted.
    AddPending(Pending),
    /// It has been encrypted.
    RemovePending(i64),
    /// Append to the envelopes that wait to leave.
    AddOutgoing(Outgoing),
    /// The worker holds it.
    RemoveOutgoing(i64),
    /// Forget every envelope that waits to leave for this contact.
    DropOutgoing(OpenId),
    /// What lay in an envelope of this queue has been dealt with; remember until then.
    MarkSeen {
        /// The queue.
        queue: QueueId,
        /// The letter, as [`crate::SealedLetter::id`] names it.
        envelope: EnvelopeId,
        /// When it may be forgotten.
        until: Timestamp,
    },
    /// Insert a prekey record; an error if its kind has one of this number.
    SavePreKey {
        /// Its kind.
        kind: PreKeyKind,
        /// Its number.
        id: u32,
        /// Encoded record.
        record: Zeroizing<Vec<u8>>,
        /// When it was made.
        created: Timestamp,
    },
    /// Nobody is given this prekey any more.
    ReplacePreKey {
        /// Its kind.
        kind: PreKeyKind,
        /// Its number.
        id: u32,
        /// Since when.
        since: Timestamp,
    },
    /// Forget a prekey, and the uses that are remembered of one of last resort.
    RemovePreKey {
        /// Its kind.
        kind: PreKeyKind,
        /// Its number.
        id: u32,
    },
    /// A Kyber prekey of last resort was used with this base key; never again.
    MarkKyberUsed {
        /// The Kyber prekey.
        kyber: u32,
        /// The signed prekey.
        signed: u32,
        /// The initiator's base key.
        base_key: [u8; 33],
    },
    /// All messages of this contact have been looked at.
    MarkRead(OpenId),
    /// The messages of this contact up to this one of its own have been looked at; those that came
    /// behind it have not.
    MarkReadUpTo {
        /// The conversation.
        contact: OpenId,
        /// The newest incoming message that was shown.
        message: MessageId,
    },
    /// A publication of our prekeys that is about to leave.
    SavePublication {
        /// Its number.
        number: u64,
        /// Encoded `wire::directory::DirectoryRequest`.
        request: Vec<u8>,
    },
    /// Forget the publication that waits.
    RemovePublication,
    /// The number of the last publication of our prekeys that a worker confirmed.
    SetPublication(u64),
}
