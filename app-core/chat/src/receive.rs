//! What arrives: one decrypted content becomes changes.

use ratchet::IdentityKey;
use types::{MessageId, Round, Timestamp};

use crate::content::{Body, Content, Hello, Vouched};
use crate::{Change, Contact, Delivery, Direction, Me, Message, PaymentRef, Standing};

/// Why a content is dropped. Nobody is told: an answer would be an oracle for strangers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The first content of a stranger is not a hello.
    #[error("a stranger who does not say who it is")]
    Stranger,
    /// The card does not fit the identity key of the session, the network or its own signatures.
    #[error("a card that is not the sender's own")]
    BadCard,
}

/// What a content changes.
#[derive(Debug, Default)]
pub struct Taken {
    /// To be saved with the session that decrypted it.
    pub changes: Vec<Change>,
    /// A message whose arrival the contact is to be told of.
    pub receipt: Option<MessageId>,
    /// The contact does not know yet where to reach us: greet it.
    pub greet: Option<Contact>,
    /// A contact that we have greeted tells us of another place, not in answer to us: it has begun
    /// anew, and may have missed something.
    pub moved: bool,
    /// An accepted contact asks which header the ledger has in this round.
    pub asked: Option<Round>,
    /// What an accepted contact vouches for.
    pub vouched: Option<Vouched>,
}

/// Takes one content from the holder of an identity key, who may be known as a contact, and whose
/// session may have begun with it. A stranger's hello is a request. Of a contact that was declined
/// nothing is saved but where to reach it, and nothing is confirmed.
///
/// # Errors
/// [`Refused`]: nothing changes but the session.
pub fn take(
    known: Option<Contact>,
    (sender, fresh): (&IdentityKey, bool),
    content: Content,
    me: &Me,
    now: Timestamp,
) -> Result<Taken, Refused> {
    let Content { id, time, body } = content;
    match (known, body) {
        (known, Body::Hello(hello)) => take_hello(known, (sender, fresh), *hello, me, now),
        (
            None,
            Body::Text(_)
            | Body::Receipt(_)
            | Body::Payment { .. }
            | Body::AskCheckpoint(_)
            | Body::Vouch(_),
        ) => Err(Refused::Stranger),
        (
            Some(contact),
            Body::Text(_)
            | Body::Receipt(_)
            | Body::Payment { .. }
            | Body::AskCheckpoint(_)
            | Body::Vouch(_),
        ) if contact.standing == Standing::Declined => {
            Ok(Taken { changes: answered(contact).into_iter().collect(), ..Taken::default() })
        }
        (Some(contact), Body::AskCheckpoint(round)) => Ok(asked(contact, Some(round), None)),
        (Some(contact), Body::Vouch(vouched)) => Ok(asked(contact, None, Some(vouched))),
        (Some(contact), Body::Text(text)) => Ok(arrived(contact, id, time, (text, None))),
        (Some(contact), Body::Payment { tx, amount, memo }) => {
            Ok(arrived(contact, id, time, (memo, Some(PaymentRef { tx, amount }))))
        }
        (Some(contact), Body::Receipt(messages)) => {
            let account = contact.account;
            let delivered = messages.into_iter().map(|message| Change::SetDelivery {
                contact: account,
                message,
                delivery: Delivery::Delivered,
            });
            let changes = answered(contact).into_iter().chain(delivered).collect();
            Ok(Taken { changes, ..Taken::default() })
        }
    }
}

/// Nobody but an accepted contact is told, or believed, what the ledger has.
fn asked(contact: Contact, asked: Option<Round>, vouched: Option<Vouched>) -> Taken {
    let accepted = contact.standing == Standing::Accepted;
    let (asked, vouched) = (asked.filter(|_| accepted), vouched.filter(|_| accepted));
    Taken { changes: answered(contact).into_iter().collect(), asked, vouched, ..Taken::default() }
}

/// Whoever writes to us within a session knows us, with or without a hello.
fn answered(contact: Contact) -> Option<Change> {
    (!contact.ready).then(|| Change::SaveContact(Box::new(Contact { ready: true, ..contact })))
}

fn take_hello(
    known: Option<Contact>,
    (sender, fresh): (&IdentityKey, bool),
    hello: Hello,
    me: &Me,
    now: Timestamp,
) -> Result<Taken, Refused> {
    let Hello { card, route, directory } = hello;
    // The card must speak of the very key that the session proved, and, for somebody we know, of
    // the account that we know.
    let own_card = card.identity == *sender && card.check(me.chain).is_ok();
    let same_account = known.as_ref().is_none_or(|contact| contact.account == card.account());
    if !own_card || !same_account || card.account() == me.card.account() {
        return Err(Refused::BadCard);
    }
    let moved = known.as_ref().is_some_and(|contact| {
        // Who greets in a session of its own did not do so because of ours, which it may have lost.
        let greeted = contact.ready || fresh && contact.greeted;
        greeted && contact.standing != Standing::Declined && contact.route != route
    });
    let contact = match known {
        Some(contact) => Contact { route, directory, ready: true, ..contact },
        None => Contact {
            account: card.account(),
            name: card.name.clone(),
            card,
            directory,
            route,
            ready: true,
            greeted: false,
            standing: Standing::Request,
            added: now,
        },
    };
    Ok(if contact.greeted || contact.standing == Standing::Declined {
        Taken { changes: vec![Change::SaveContact(Box::new(contact))], moved, ..Taken::default() }
    } else {
        Taken { greet: Some(contact), ..Taken::default() }
    })
}

fn arrived(
    contact: Contact,
    id: MessageId,
    time: Timestamp,
    (text, payment): (String, Option<PaymentRef>),
) -> Taken {
    let message = Message {
        id,
        contact: contact.account,
        direction: Direction::In,
        time,
        text,
        delivery: Delivery::Received,
        payment,
    };
    let changes = [Change::AddMessage(message)].into_iter().chain(answered(contact)).collect();
    Taken { changes, receipt: Some(id), ..Taken::default() }
}
