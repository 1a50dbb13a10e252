//! Everything that leaves: greetings, messages, payments' notices; and what a worker's
//! acknowledgement changes.

use ledger::{Gift, RedEnvelopeId};
use rand_core::CryptoRng;
use ratchet::{RatchetError, SessionRecord};
use types::{ChainId, MessageId, OpenId, Round, Timestamp, WorkerId};
use wire::{Decode, Encode};

use crate::content::{Body, Content, Hello, MAX_RECEIPTS, Vouched};
use crate::letter::outgoing;
use crate::standing::accept_request;
use crate::{
    Card, Change, Contact, Delivery, Direction, Invite, Message, Ours, Outgoing, PaymentRef,
    Pending, Queue, Standing, session_changes,
};

/// What our own side of every conversation shows.
#[derive(Debug)]
pub struct Me {
    /// The network we live on.
    pub chain: ChainId,
    /// Our card.
    pub card: Card,
    /// Our directory key; the bundle lies on our home worker.
    pub directory: [u8; 32],
    /// Our home worker.
    pub home: WorkerId,
}

/// Why a content cannot be sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// The session refuses, for example because the contact has not answered for 30 days.
    #[error(transparent)]
    Ratchet(#[from] RatchetError),
    /// It does not fit the largest envelope.
    #[error("does not fit the largest envelope")]
    TooLong,
}

/// Adds the owner of an invite as a contact and greets it. For one that is a contact already,
/// [`crate::accept`] is enough.
pub fn add_contact(
    invite: Invite,
    me: &Me,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Vec<Change> {
    let contact = Contact {
        account: invite.card.account(),
        name: invite.card.name.clone(),
        card: invite.card,
        directory: invite.directory,
        route: invite.route,
        ready: false,
        greeted: false,
        standing: Standing::Accepted,
        added: now,
    };
    greet(contact, me, now, rng)
}

/// Saves a contact together with a queue of its own and the hello that tells it where that is.
pub fn greet(
    mut contact: Contact,
    me: &Me,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Vec<Change> {
    let account = contact.account;
    contact.greeted = true;
    let queue = Queue::generate(me.home, Some(account), rng);
    let hello = hello(account, &queue, me, now, rng);
    vec![
        Change::SaveContact(Box::new(contact)),
        Change::SaveQueue(queue),
        Change::AddPending(hello),
    ]
}

/// The content that tells a contact who we are and where its queue is. Without it a stranger's
/// device drops everything else.
pub fn hello(
    contact: OpenId,
    queue: &Queue,
    me: &Me,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Pending {
    let hello =
        Hello { card: me.card.clone(), route: queue.route(), directory: (me.directory, me.home) };
    let content = Content { id: message_id(rng), time: now, body: Body::Hello(Box::new(hello)) };
    Pending { contact, message: None, content: content.to_bytes() }
}

/// True if this tells a contact who we are.
#[must_use]
pub fn is_hello(pending: &Pending) -> bool {
    let content = Content::from_bytes(&pending.content);
    content.is_ok_and(|content| matches!(content.body, Body::Hello(_)))
}

/// Writes a message: into the conversation, and onto the pile that waits to be encrypted. A request
/// is accepted with it.
pub fn write(
    contact: &Contact,
    text: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> (Message, Vec<Change>) {
    compose(contact, Body::Text(text.to_owned()), (text, About::Nothing), (now, rng))
}

/// Tells a contact of a payment to it. A request is accepted with it.
pub fn write_payment(
    contact: &Contact,
    payment: PaymentRef,
    memo: &str,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Vec<Change> {
    let PaymentRef { tx, amount } = payment;
    let body = Body::Payment { tx, amount, memo: memo.to_owned() };
    compose(contact, body, (memo, About::Payment(payment)), (now, rng)).1
}

/// Tells a contact of a red envelope in which it may have a share. A request is accepted with it.
pub fn write_gift(
    contact: &Contact,
    gift: Box<Gift>,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Vec<Change> {
    let (greeting, about) = (gift.greeting.clone(), About::Envelope(gift.id()));
    compose(contact, Body::Gift(gift), (&greeting, about), (now, rng)).1
}

/// Tells a contact our envelope key, so that it can name us in a red envelope. People see nothing of
/// it.
pub fn tell_envelope_key(
    contact: OpenId,
    key: [u8; 32],
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Vec<Change> {
    let content = unseen(contact, Body::EnvelopeKey(key), now, rng);
    vec![content, Change::SetTold { contact, told: true }]
}

/// Tells a contact where to pay us in the private pool. People see nothing of it.
pub fn tell_private_address(
    contact: OpenId,
    address: [u8; 47],
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Change {
    unseen(contact, Body::PrivateAddress(address), now, rng)
}

/// Asks a contact where to pay it in the private pool: what it told before has ended. People see
/// nothing of it.
pub fn ask_private_address(contact: OpenId, now: Timestamp, rng: &mut impl CryptoRng) -> Change {
    unseen(contact, Body::AskPrivateAddress, now, rng)
}

/// What a message speaks of beside its text.
pub(crate) enum About {
    Nothing,
    Payment(PaymentRef),
    Envelope(RedEnvelopeId),
    Request,
    Settlement(MessageId, PaymentRef),
}

/// Tells a contact that its message has arrived and is saved. Receipts that wait together leave
/// together, see [`merge`].
pub fn receipt(
    contact: OpenId,
    message: MessageId,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Change {
    unseen(contact, Body::Receipt(vec![message]), now, rng)
}

/// Asks a contact which header the ledger has in this round. People see nothing of it.
pub fn ask_checkpoint(
    contact: OpenId,
    round: Round,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Change {
    unseen(contact, Body::AskCheckpoint(round), now, rng)
}

/// Answers a contact who has asked.
pub fn vouch(
    contact: OpenId,
    vouched: Vouched,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Change {
    unseen(contact, Body::Vouch(vouched), now, rng)
}

/// Tells a contact that our account is signed for by another key than our card's, since this round. A
/// contact that pays to the old address, or is paid by the new key, has to know.
pub fn keys_changed(
    contact: OpenId,
    since: Round,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Change {
    unseen(contact, Body::KeysChanged(since), now, rng)
}

/// A content that is no message.
pub(crate) fn unseen(
    contact: OpenId,
    body: Body,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Change {
    let content = Content { id: message_id(rng), time: now, body }.to_bytes();
    Change::AddPending(Pending { contact, message: None, content })
}

/// Puts receipts that wait for one contact into one content each, keeps the order of all else, and
/// names the waiting contents that each stands for.
#[must_use]
pub fn merge(waiting: Vec<(i64, Pending)>) -> Vec<(Vec<i64>, Pending)> {
    let mut merged: Vec<(Vec<i64>, Pending)> = Vec::with_capacity(waiting.len());
    let mut receipts: Vec<(Vec<i64>, OpenId, Content, Vec<MessageId>)> = vec![];
    for (sequence, pending) in waiting {
        match Content::from_bytes(&pending.content) {
            Ok(Content { id, time, body: Body::Receipt(ids) }) => match receipts.last_mut() {
                // One that is said again names many messages: what is full stays as it is.
                Some((sequences, _, _, all))
                    if all.len().saturating_add(ids.len()) <= MAX_RECEIPTS =>
                {
                    sequences.push(sequence);
                    all.extend(ids);
                }
                Some(_) | None => {
                    let empty = Content { id, time, body: Body::Receipt(vec![]) };
                    receipts.push((vec![sequence], pending.contact, empty, ids));
                }
            },
            Ok(_) | Err(_) => merged.push((vec![sequence], pending)),
        }
    }
    merged.extend(receipts.into_iter().map(|(sequences, contact, content, ids)| {
        let content = Content { body: Body::Receipt(ids), ..content }.to_bytes();
        (sequences, Pending { contact, message: None, content })
    }));
    merged
}

pub(crate) fn compose<R: CryptoRng>(
    contact: &Contact,
    body: Body,
    (text, about): (&str, About),
    (now, rng): (Timestamp, &mut R),
) -> (Message, Vec<Change>) {
    compose_as(contact, (message_id(rng), body), (text, about), now)
}

pub(crate) fn compose_as(
    contact: &Contact,
    (id, body): (MessageId, Body),
    (text, about): (&str, About),
    now: Timestamp,
) -> (Message, Vec<Change>) {
    let (payment, envelope, request) = match about {
        About::Nothing => (None, None, None),
        About::Payment(payment) => (Some(payment), None, None),
        About::Envelope(envelope) => (None, Some(envelope), None),
        About::Request => (None, None, Some(id)),
        About::Settlement(request, payment) => (Some(payment), None, Some(request)),
    };
    let message = Message {
        id,
        contact: contact.account,
        direction: Direction::Out,
        time: now,
        text: text.to_owned(),
        delivery: Delivery::Queued,
        payment,
        envelope,
        request,
    };
    let content = Content { id, time: now, body }.to_bytes();
    let pending = Pending { contact: contact.account, message: Some(id), content };
    let saved = [Change::AddMessage(message.clone()), Change::AddPending(pending)];
    (message, saved.into_iter().chain(accept_request(contact)).collect())
}

/// Encrypts one content and makes it an envelope. The session record moves on with it: both
/// must be saved before the envelope may leave.
///
/// # Errors
/// [`SealError`]; the record may have moved on by one message that nobody will see.
pub fn seal(
    contact: &Contact,
    record: &mut SessionRecord,
    ours: Ours<'_>,
    (sequences, pending): (&[i64], &Pending),
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Result<Vec<Change>, SealError> {
    let sealed = record.encrypt(ours.identity, &pending.content, now, rng)?;
    let outgoing = outgoing(contact, ours, (sealed.kind.into(), sealed.bytes), rng)?;
    let mut changes = session_changes(contact.account, record);
    changes.push(Change::AddOutgoing(Outgoing { message: pending.message, ..outgoing }));
    changes.extend(sequences.iter().map(|at| Change::RemovePending(*at)));
    Ok(changes)
}

/// A content that no session can ever carry: it must not stand in the way of the others.
#[must_use]
pub fn unsendable((sequences, pending): (&[i64], &Pending)) -> Vec<Change> {
    let failed = pending.message.map(|message| Change::SetDelivery {
        contact: pending.contact,
        message,
        delivery: Delivery::Failed,
    });
    sequences.iter().map(|at| Change::RemovePending(*at)).chain(failed).collect()
}

/// A worker holds this envelope.
#[must_use]
pub fn acknowledged(sequence: i64, outgoing: &Outgoing) -> Vec<Change> {
    let sent = outgoing.message.map(|message| Change::SetDelivery {
        contact: outgoing.contact,
        message,
        delivery: Delivery::Sent,
    });
    [Change::RemoveOutgoing(sequence)].into_iter().chain(sent).collect()
}

pub(crate) fn message_id(rng: &mut impl CryptoRng) -> MessageId {
    let mut id = [0; MessageId::LEN];
    rng.fill_bytes(&mut id);
    MessageId(id)
}
