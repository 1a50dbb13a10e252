//! Messages that nobody took: when to give one up, and how to send it once more.

use types::Timestamp;
use wire::Encode;

use crate::{Body, Change, Content, Delivery, Direction, Message};

/// How long a message may wait for a worker before it is given up, in milliseconds.
const PATIENCE_MS: u64 = 24 * 3600 * 1000;

/// Gives up a text that has waited for a day. Notices of payments, hellos and receipts are never
/// given up: they wait as long as it takes.
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

fn is_text(message: &Message) -> bool {
    message.direction == Direction::Out && message.payment.is_none()
}
