//! What arrives: one decrypted content becomes changes.

use keys::envelope_key_is_valid;
use ledger::{Gift, RedEnvelopeId};
use ratchet::IdentityKey;
use types::{MessageId, Round, Timestamp};

use crate::content::{Body, Content, Hello, Vouched};
use crate::{
    Answer, Change, Closed, Contact, Delivery, Direction, KnownRequest, KnownShowing, Me, Message,
    PaymentChallenge, PaymentRef, PaymentRequest, Review, ShowingChange, Standing,
};

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
    /// A contact says that its keys are others since this round.
    pub keys_changed: Option<Round>,
    /// The red envelope that a message brings, to be saved with it.
    pub gift: Option<Box<Gift>>,
    /// Where the contact says that it is paid in the private pool.
    pub private_address: Option<[u8; 47]>,
    /// What an accepted contact says about review keys, under this id: it is to be confirmed once it
    /// is saved.
    pub review: Option<(MessageId, Review)>,
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
        (None, _) => Err(Refused::Stranger),
        (Some(contact), _) if contact.standing == Standing::Declined => Ok(heard(contact)),
        (Some(contact), body) => Ok(said(contact, (id, time), body, now)),
    }
}

/// What somebody says whom we know and have not declined.
fn said(contact: Contact, (id, time): (MessageId, Timestamp), body: Body, now: Timestamp) -> Taken {
    let accepted = contact.standing == Standing::Accepted;
    match body {
        // Taken before anything else.
        Body::Hello(_) => Taken::default(),
        Body::AskCheckpoint(round) => asked(contact, Some(round), None),
        Body::Vouch(vouched) => asked(contact, None, Some(vouched)),
        Body::KeysChanged(round) => Taken { keys_changed: Some(round), ..heard(contact) },
        Body::PrivateAddress(address) => Taken { private_address: Some(address), ..heard(contact) },
        // It is told as if it never had been: once, however often that is asked meanwhile.
        Body::AskPrivateAddress if accepted => {
            let changes = vec![Change::SetTold { contact: contact.account, told: false }];
            Taken { changes, ..heard(contact) }
        }
        Body::AskPrivateAddress => heard(contact),
        Body::Review(Review::Challenge(asked)) => challenges(contact, (id, time), asked, now),
        Body::Review(Review::Closed { showing, by_asker }) => {
            let (of, made, by) = (Some(contact.account), !by_asker, Closed::ByContact);
            let closed = ShowingChange::Close { contact: of, showing, made, by, at: now };
            heard(contact).and([closed.into()])
        }
        // What was not confirmed comes again, perhaps when the request is accepted.
        Body::Review(review) => {
            Taken { review: accepted.then_some((id, review)), ..heard(contact) }
        }
        Body::EnvelopeKey(key) => envelope_key(contact, key),
        Body::Text(text) => arrived(contact, id, time, (text, Says::default())),
        Body::Payment { tx, amount, memo } => {
            let says = Says { payment: Some(PaymentRef { tx, amount }), ..Says::default() };
            arrived(contact, id, time, (memo, says))
        }
        Body::Gift(gift) => {
            let says = Says { envelope: Some(gift.id()), ..Says::default() };
            let said = (gift.greeting.clone(), says);
            Taken { gift: Some(gift), ..arrived(contact, id, time, said) }
        }
        Body::Request(request) => asks(contact, (id, time), request, now),
        Body::Settlement { request, payment, memo } => {
            settles(contact, (id, time), (request, payment), memo)
        }
        Body::Closed { request, by_asker } => {
            // What the asker has made is not ours, and the other way round.
            let (account, made, by) = (contact.account, !by_asker, Closed::ByContact);
            let closed = Change::CloseRequest { contact: account, request, made, by, at: now };
            heard(contact).and([closed])
        }
        Body::Receipt(messages) => {
            let account = contact.account;
            let delivered = messages.into_iter().map(|message| Change::SetDelivery {
                contact: account,
                message,
                delivery: Delivery::Delivered,
            });
            heard(contact).and(delivered)
        }
    }
}

/// That somebody has written, and nothing else.
fn heard(contact: Contact) -> Taken {
    Taken { changes: answered(contact).into_iter().collect(), ..Taken::default() }
}

impl Taken {
    fn and(mut self, changes: impl IntoIterator<Item = Change>) -> Self {
        self.changes.extend(changes);
        self
    }
}

/// Nobody but an accepted contact is told, or believed, what the ledger has.
fn asked(contact: Contact, asked: Option<Round>, vouched: Option<Vouched>) -> Taken {
    let accepted = contact.standing == Standing::Accepted;
    let (asked, vouched) = (asked.filter(|_| accepted), vouched.filter(|_| accepted));
    Taken { asked, vouched, ..heard(contact) }
}

/// What is no key would give whoever names it a claim key that is nobody's.
fn envelope_key(contact: Contact, key: [u8; 32]) -> Taken {
    let account = contact.account;
    let saved =
        envelope_key_is_valid(&key).then_some(Change::SaveEnvelopeKey { contact: account, key });
    heard(contact).and(saved)
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

/// What a message speaks of beside its text.
#[derive(Default)]
struct Says {
    payment: Option<PaymentRef>,
    envelope: Option<RedEnvelopeId>,
    request: Option<MessageId>,
}

/// A contact asks for money.
fn asks(
    contact: Contact,
    (id, time): (MessageId, Timestamp),
    request: PaymentRequest,
    now: Timestamp,
) -> Taken {
    let (account, memo) = (contact.account, request.memo.clone());
    let says = Says { request: Some(id), ..Says::default() };
    let mut taken = arrived(contact, id, time, (memo, says));
    let known =
        KnownRequest { id, contact: account, made: false, request, told: now, closed: None };
    taken.changes.push(Change::AddRequest(Box::new(known)));
    taken
}

/// A contact asks to be shown a payment.
fn challenges(
    contact: Contact,
    (id, time): (MessageId, Timestamp),
    asked: PaymentChallenge,
    now: Timestamp,
) -> Taken {
    let of = Some(contact.account);
    let says = Says { request: Some(id), ..Says::default() };
    let taken = arrived(contact, id, time, (asked.which.clone(), says));
    let (closed, answer) = (None, Answer::None);
    let known = KnownShowing { id, contact: of, made: false, asked, told: now, closed, answer };
    taken.and([ShowingChange::Add(Box::new(known)).into()])
}

/// A contact says that it has paid what we asked for.
fn settles(
    contact: Contact,
    (id, time): (MessageId, Timestamp),
    (request, payment): (MessageId, PaymentRef),
    memo: String,
) -> Taken {
    let says = Says { payment: Some(payment), request: Some(request), ..Says::default() };
    arrived(contact, id, time, (memo, says))
}

fn arrived(
    contact: Contact,
    id: MessageId,
    time: Timestamp,
    (text, says): (String, Says),
) -> Taken {
    let Says { payment, envelope, request } = says;
    let message = Message {
        id,
        contact: contact.account,
        direction: Direction::In,
        time,
        text,
        delivery: Delivery::Received,
        payment,
        envelope,
        request,
    };
    let changes = [Change::AddMessage(message)].into_iter().chain(answered(contact)).collect();
    Taken { changes, receipt: Some(id), ..Taken::default() }
}
