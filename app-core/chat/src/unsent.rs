//! Messages that nobody took: when to give one up, and how to send it once more.

use types::{Timestamp, TxId};
use wire::{Decode, Encode};

use crate::{Body, Change, Content, Delivery, Direction, Message, Pending};

/// How long a message may wait for a worker before it is given up, in milliseconds.
const PATIENCE_MS: u64 = 24 * 3600 * 1000;

/// Gives up a text that has waited for a day. Notices of payments, requests of them, red envelopes,
/// hellos and receipts are never given up: they wait as long as it takes.
#[must_use]
pub fn given_up(message: &Message, now: Timestamp) -> Option<Change> {
    let waits = is_text(message) && message.delivery == Delivery::Queued;
    (waits && now >= message.time.plus_millis(PATIENCE_MS))
        .then_some(Change::GiveUp { contact: message.contact, message: message.id })
}

/// Sends a failed text once more; `None` for any other message.
///
/// It keeps its id, so that a reader whose receipt was lost never sees it twice. It gets a new time,
/// also in our own conversation, and stands at its end: there its reader will find it, and the day
/// that it may wait begins anew.
#[must_use]
pub fn retry(message: &Message, now: Timestamp) -> Option<Change> {
    let Message { id, contact, .. } = *message;
    let failed = is_text(message) && message.delivery == Delivery::Failed;
    failed.then(|| {
        let body = Body::Text(message.text.clone());
        let content = Content { id, time: now, body }.to_bytes();
        Change::Requeue { contact, message: id, time: now, content }
    })
}

/// Names another transaction in a content that waits and speaks of this one; `None` if it does not.
#[must_use]
pub fn retell(waiting: (i64, &Pending), (dead, renewed): (TxId, TxId)) -> Option<Change> {
    let (pending, Pending { contact, content, .. }) = waiting;
    let mut content = Content::from_bytes(content).ok()?;
    let named = match &mut content.body {
        Body::Payment { tx, .. } => tx,
        Body::Settlement { payment, .. } => &mut payment.tx,
        Body::Hello(_)
        | Body::Text(_)
        | Body::Receipt(_)
        | Body::AskCheckpoint(_)
        | Body::Vouch(_)
        | Body::KeysChanged(_)
        | Body::EnvelopeKey(_)
        | Body::Gift(_)
        | Body::PrivateAddress(_)
        | Body::AskPrivateAddress
        | Body::Request(_)
        | Body::Closed { .. }
        | Body::Review(_) => return None,
    };
    if *named != dead {
        return None;
    }
    *named = renewed;
    let (contact, content) = (*contact, content.to_bytes());
    Some(Change::Retell { contact, pending, dead, renewed, content })
}

fn is_text(message: &Message) -> bool {
    let plain =
        message.payment.is_none() && message.envelope.is_none() && message.request.is_none();
    plain && message.direction == Direction::Out
}
