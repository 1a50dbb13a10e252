//! Asking for money: requests of payment, what becomes of them, and the contents that say so.
//!
//! A request has the id of the message that brings it. It is paid once the pool's log holds as much at
//! the address that it alone was given, or the ledger proves a payment by its contact that names it;
//! nobody's word makes it so.

use core::fmt;
use rand_core::CryptoRng;
use types::{Abc, Amount, MessageId, OpenId, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

use crate::content::{Body, MAX_TEXT};
use crate::send::{About, compose, compose_as, message_id, unseen};
use crate::{Change, Contact, Message, PaymentRef};

/// What is asked for.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentRequest {
    /// How much; never nothing.
    pub amount: Amount<Abc>,
    /// What for.
    pub memo: String,
    /// Until when it is wanted; `None` for no end.
    pub expiry: Option<Timestamp>,
    /// The bytes of a shielded address that is for this request alone: what is paid there pays it,
    /// whoever says what (`money-and-mail.md` A8). The wallet decides whether they are one. `None` if
    /// whoever asks has none.
    pub address: Option<[u8; 47]>,
}

/// A request as this profile knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownRequest {
    /// Made by whoever asks; that of its message.
    pub id: MessageId,
    /// The other side.
    pub contact: OpenId,
    /// True if we ask.
    pub made: bool,
    /// What is asked for.
    pub request: PaymentRequest,
    /// When it was told, by this device's clock.
    pub told: Timestamp,
    /// Who has closed it, if somebody has.
    pub closed: Option<Closed>,
}

/// Who has closed a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Closed {
    /// We have.
    ByUs,
    /// The contact has.
    ByContact,
}

/// What is known of payments of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settlement {
    /// None, or none that can still happen.
    Nothing,
    /// Ours is on its way. What a contact says about its own is only words.
    UnderWay,
    /// One is in our proved history.
    Proved,
}

/// What has become of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RequestState {
    /// It can be paid.
    Open,
    /// Our payment of it is on its way.
    Paying,
    /// It is paid, as the ledger proves.
    Paid,
    /// Whoever was asked does not want to pay.
    Declined,
    /// Whoever asked does not want it any more.
    Withdrawn,
    /// Its time is over.
    Expired,
}

impl KnownRequest {
    /// What has become of it, by what is known of its payments and the time. Paid is paid, however it
    /// was closed meanwhile.
    #[must_use]
    pub fn state(&self, settlement: Settlement, now: Timestamp) -> RequestState {
        let over = self.request.expiry.is_some_and(|expiry| now > expiry);
        match (settlement, self.closed) {
            (Settlement::Proved, _) => RequestState::Paid,
            (Settlement::UnderWay, _) => RequestState::Paying,
            (Settlement::Nothing, Some(by)) if self.made == (by == Closed::ByUs) => {
                RequestState::Withdrawn
            }
            (Settlement::Nothing, Some(_)) => RequestState::Declined,
            (Settlement::Nothing, None) if over => RequestState::Expired,
            (Settlement::Nothing, None) => RequestState::Open,
        }
    }
}

/// Asks a contact for money, to be paid privately at the `address` of this request. A request of the
/// contact to talk to us is accepted with that.
pub fn write_request<R: CryptoRng>(
    contact: &Contact,
    request: PaymentRequest,
    address: impl FnOnce(MessageId) -> Option<[u8; 47]>,
    (now, rng): (Timestamp, &mut R),
) -> (Message, Vec<Change>) {
    let id = message_id(rng);
    let request = PaymentRequest { address: address(id), ..request };
    let (memo, body) = (request.memo.clone(), Body::Request(request.clone()));
    let (message, mut changes) = compose_as(contact, (id, body), (&memo, About::Request), now);
    let contact = contact.account;
    let known = KnownRequest { id, contact, made: true, request, told: now, closed: None };
    changes.push(Change::AddRequest(Box::new(known)));
    (message, changes)
}

/// Tells a contact of the payment of a request of its own.
pub fn write_settlement(
    contact: &Contact,
    known: &KnownRequest,
    payment: PaymentRef,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Vec<Change> {
    let (memo, request) = (known.request.memo.clone(), known.id);
    let body = Body::Settlement { request, payment, memo: memo.clone() };
    let about = About::Settlement(request, payment);
    compose(contact, body, (&memo, about), (now, rng)).1
}

/// Closes a request: one of a contact's is declined, one of our own is withdrawn. People see it on the
/// request itself.
pub fn close_request(
    known: &KnownRequest,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Vec<Change> {
    let KnownRequest { id, contact, made, .. } = *known;
    let said = unseen(contact, Body::Closed { request: id, by_asker: made }, now, rng);
    let closed = Change::CloseRequest { contact, request: id, made, by: Closed::ByUs, at: now };
    vec![closed, said]
}

/// Without the memo: nobody's words belong in a log.
impl fmt::Debug for PaymentRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentRequest")
            .field("amount", &self.amount)
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}

impl Encode for PaymentRequest {
    fn encode(&self, w: &mut Writer) {
        self.amount.encode(w);
        w.text(&self.memo);
        w.option(self.expiry.as_ref());
        w.bool(self.address.is_some());
        w.fixed(self.address.as_ref().map_or(&[], |address| &address[..]));
    }
}

impl Decode for PaymentRequest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let amount: Amount<Abc> = Amount::decode(r)?;
        if amount.is_zero() {
            return Err(DecodeError::BadValue("amount of a request"));
        }
        let (memo, expiry) = (r.text(MAX_TEXT)?, r.option()?);
        let address = if r.bool()? { Some(r.fixed()?) } else { None };
        Ok(Self { amount, memo, expiry, address })
    }
}
