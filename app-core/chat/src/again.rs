//! Saying again what was not read: after a session broke, or after a contact has begun anew.

use core::mem::take;
use ledger::{Gift, RedEnvelopeId};
use rand_core::CryptoRng;
use std::collections::BTreeMap;
use types::{MessageId, OpenId, Timestamp};
use wire::{Decode, Encode};

use crate::content::MAX_RECEIPTS;
use crate::send::{hello, message_id};
use crate::{
    Body, Change, Content, Me, Message, PaymentChallenge, PaymentRequest, Pending, Queue, Review,
};

/// How far back it is looked for what a contact may have missed, in milliseconds. Mail waits no
/// longer than that anyway.
pub const LOOK_BACK_MS: u64 = 30 * 24 * 3600 * 1000;

/// What a contact may have missed.
#[derive(Debug, Default)]
pub struct Unconfirmed {
    /// What we have written and nobody has confirmed, in order; nothing that still waits to be
    /// encrypted.
    pub written: Vec<Message>,
    /// What the contact wrote last, in any order.
    pub received: Vec<MessageId>,
    /// What still waits to be encrypted, in order, each with its sequence number.
    pub waiting: Vec<(i64, Pending)>,
    /// What the members were told of the red envelopes among what we have written.
    pub gifts: BTreeMap<RedEnvelopeId, Box<Gift>>,
    /// What is asked for by the requests among what we have written.
    pub requests: BTreeMap<MessageId, PaymentRequest>,
    /// What is to be shown by the challenges among what we have written.
    pub challenges: BTreeMap<MessageId, PaymentChallenge>,
    /// Requests that we have closed, and whether they were our own. They are closed once more: nobody
    /// confirms that.
    pub closed: Vec<(MessageId, bool)>,
}

/// Says again all that a contact may have missed, beginning with our card and its queue. What is
/// sealed for it already is dropped: it cannot be read, or lies in a queue that nobody reads.
///
/// Messages keep their ids, so that whoever has had one after all sees it once. What waits to be
/// encrypted was written later and stays behind the rest, but for what is said again anyway.
pub fn say_again<R: CryptoRng>(
    account: OpenId,
    queue: Option<&Queue>,
    mut missed: Unconfirmed,
    me: &Me,
    (now, rng): (Timestamp, &mut R),
) -> Vec<Change> {
    let hello = queue.map(|queue| hello(account, queue, me, now, rng));
    let (written, waiting) = (take(&mut missed.written), take(&mut missed.waiting));
    let (mut received, closed) = (take(&mut missed.received), take(&mut missed.closed));
    received.truncate(MAX_RECEIPTS);
    let removed: Vec<_> = waiting.iter().map(|(at, _)| Change::RemovePending(*at)).collect();
    let said = |pending: &Pending| match Content::from_bytes(&pending.content).map(|it| it.body) {
        Ok(Body::Hello(_)) => queue.is_some(),
        Ok(Body::Receipt(ids)) => ids.iter().all(|id| received.contains(id)),
        // Whoever still wants to know asks again.
        Ok(Body::AskCheckpoint(_) | Body::Vouch(_) | Body::AskPrivateAddress) => true,
        // Told anew behind all of this.
        Ok(Body::EnvelopeKey(_) | Body::PrivateAddress(_)) => true,
        Ok(Body::Closed { request, .. }) => closed.iter().any(|(id, _)| *id == request),
        Ok(
            Body::Text(_)
            | Body::Payment { .. }
            | Body::KeysChanged(_)
            | Body::Gift(_)
            | Body::Request(_)
            | Body::Settlement { .. }
            | Body::Review(_),
        )
        | Err(_) => false,
    };
    let later: Vec<_> =
        waiting.into_iter().map(|(_, pending)| pending).filter(|it| !said(it)).collect();
    let receipts = (!received.is_empty()).then(|| {
        let content = Content { id: message_id(rng), time: now, body: Body::Receipt(received) };
        Pending { contact: account, message: None, content: content.to_bytes() }
    });
    let ends = closed.iter().map(|(request, by_asker)| {
        let body = Body::Closed { request: *request, by_asker: *by_asker };
        let content = Content { id: message_id(rng), time: now, body };
        Pending { contact: account, message: None, content: content.to_bytes() }
    });
    let ends: Vec<_> = ends.collect();
    let written = written.into_iter().map(|message| {
        let content = content_of(&message, &mut missed).to_bytes();
        Pending { contact: account, message: Some(message.id), content }
    });
    let said = hello.into_iter().chain(receipts).chain(written).chain(ends).chain(later);
    [Change::DropOutgoing(account), Change::SetTold { contact: account, told: false }]
        .into_iter()
        .chain(removed)
        .chain(said.map(Change::AddPending))
        .collect()
}

/// The content that carried a message of ours.
fn content_of(message: &Message, missed: &mut Unconfirmed) -> Content {
    let Message { id, time, text, payment, envelope, request, .. } = message;
    let gift = envelope.and_then(|envelope| missed.gifts.remove(&envelope));
    if let (None, Some(asked)) = (payment, missed.requests.remove(id)) {
        return Content { id: *id, time: *time, body: Body::Request(asked) };
    }
    if let Some(asked) = missed.challenges.remove(id) {
        return Content { id: *id, time: *time, body: Body::Review(Review::Challenge(asked)) };
    }
    if let (Some(payment), Some(request)) = (payment, request) {
        let (request, payment, memo) = (*request, *payment, text.clone());
        let body = Body::Settlement { request, payment, memo };
        return Content { id: *id, time: *time, body };
    }
    let body = match (payment, gift) {
        (_, Some(gift)) => Body::Gift(gift),
        (None, None) => Body::Text(text.clone()),
        (Some(payment), None) => {
            Body::Payment { tx: payment.tx, amount: payment.amount, memo: text.clone() }
        }
    };
    Content { id: *id, time: *time, body }
}
