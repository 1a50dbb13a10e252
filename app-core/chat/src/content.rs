//! What is said inside a session, after decryption.

use ledger::Gift;
use types::{Abc, Amount, BlockId, MessageId, Round, Timestamp, TxId, WorkerId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

use crate::{Card, PaymentRef, PaymentRequest, Review, Route};

/// Most bytes of UTF-8 in one message or memo: with everything around it, it still fits the
/// largest mailbox bucket.
pub const MAX_TEXT: usize = 12_000;
/// Most receipts in one content.
pub(crate) const MAX_RECEIPTS: usize = 200;

const VERSION: u8 = 1;

/// One content: an id that makes copies one, a time, a body.
#[derive(Debug)]
pub struct Content {
    /// Made by the sender; the same in every copy and every new attempt.
    pub id: MessageId,
    /// The sender's clock.
    pub time: Timestamp,
    /// What is said.
    pub body: Body,
}

/// What a content can say.
#[derive(Debug)]
pub enum Body {
    /// Here I am, and here you reach me. The first content of every conversation.
    Hello(Box<Hello>),
    /// A written message.
    Text(String),
    /// These messages of yours have arrived and are saved.
    Receipt(Vec<MessageId>),
    /// I have paid you; the ledger decides whether it is so.
    Payment {
        /// The transaction; of a private payment, the digest by which the pool's log names its
        /// bundle.
        tx: TxId,
        /// What it pays.
        amount: Amount<Abc>,
        /// What it is for.
        memo: String,
    },
    /// I have been away for long: which header does your ledger have in this round?
    AskCheckpoint(Round),
    /// This one; my own light node has checked it.
    Vouch(Vouched),
    /// Since this round, my account is signed for by another key than my card's: look it up. The ledger
    /// decides.
    KeysChanged(Round),
    /// By this key you may name me among those who may claim a share of a red envelope.
    EnvelopeKey([u8; 32]),
    /// I have made a red envelope, and you may claim a share; the ledger decides whether it is so.
    Gift(Box<Gift>),
    /// Pay me here in the private pool: the bytes of a shielded address that is for you alone. The
    /// wallet decides whether they are one.
    PrivateAddress([u8; 47]),
    /// The address in the private pool that I know of you has ended: tell me another one.
    AskPrivateAddress,
    /// I ask you for money.
    Request(PaymentRequest),
    /// I have paid what you asked for; the ledger decides whether it is so.
    Settlement {
        /// The request.
        request: MessageId,
        /// The payment.
        payment: PaymentRef,
        /// What it is for.
        memo: String,
    },
    /// I do not pay what you asked for, or do not want any more what I asked for.
    Closed {
        /// The request.
        request: MessageId,
        /// True if its own maker says so.
        by_asker: bool,
    },
    /// Something about review keys.
    Review(Review),
}

/// What a contact vouches for: a header of the ledger that both live on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Vouched {
    /// The header's round.
    pub round: Round,
    /// Its id.
    pub header: BlockId,
    /// The hash of who decides the round after it.
    pub committee: [u8; 32],
    /// Its time.
    pub time: Timestamp,
}

/// An introduction.
#[derive(Debug)]
pub struct Hello {
    /// Who is speaking.
    pub card: Card,
    /// Where to write from now on.
    pub route: Route,
    /// Under which key, on which worker, the prekey bundle lies.
    pub directory: ([u8; 32], WorkerId),
}

impl Encode for Content {
    fn encode(&self, w: &mut Writer) {
        w.u8(VERSION);
        self.id.encode(w);
        self.time.encode(w);
        match &self.body {
            Body::Hello(hello) => {
                w.u8(1);
                hello.card.encode(w);
                hello.route.encode(w);
                w.fixed(&hello.directory.0);
                hello.directory.1.encode(w);
            }
            Body::Text(text) => {
                w.u8(2);
                w.text(text);
            }
            Body::Receipt(ids) => {
                w.u8(3);
                w.list(ids);
            }
            Body::Payment { tx, amount, memo } => {
                w.u8(4);
                tx.encode(w);
                amount.encode(w);
                w.text(memo);
            }
            Body::AskCheckpoint(round) => {
                w.u8(5);
                round.encode(w);
            }
            Body::Vouch(vouched) => {
                w.u8(6);
                vouched.encode(w);
            }
            Body::KeysChanged(round) => {
                w.u8(7);
                round.encode(w);
            }
            Body::EnvelopeKey(key) => {
                w.u8(8);
                w.fixed(key);
            }
            Body::Gift(gift) => {
                w.u8(9);
                gift.encode(w);
            }
            Body::PrivateAddress(address) => {
                w.u8(10);
                w.fixed(address);
            }
            Body::AskPrivateAddress => w.u8(12),
            Body::Request(request) => {
                w.u8(13);
                request.encode(w);
            }
            Body::Settlement { request, payment, memo } => {
                w.u8(14);
                request.encode(w);
                payment.tx.encode(w);
                payment.amount.encode(w);
                w.text(memo);
            }
            Body::Closed { request, by_asker } => {
                w.u8(15);
                request.encode(w);
                w.bool(*by_asker);
            }
            Body::Review(review) => review.encode(w),
        }
    }
}

impl Encode for Vouched {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        self.header.encode(w);
        w.fixed(&self.committee);
        self.time.encode(w);
    }
}

impl Decode for Vouched {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            round: Round::decode(r)?,
            header: BlockId::decode(r)?,
            committee: r.fixed()?,
            time: Timestamp::decode(r)?,
        })
    }
}

impl Decode for Content {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != VERSION {
            return Err(DecodeError::BadValue("version of content"));
        }
        let (id, time) = (MessageId::decode(r)?, Timestamp::decode(r)?);
        let body = match r.u8()? {
            1 => Body::Hello(Box::new(Hello {
                card: Card::decode(r)?,
                route: Route::decode(r)?,
                directory: (r.fixed()?, WorkerId::decode(r)?),
            })),
            2 => Body::Text(r.text(MAX_TEXT)?),
            3 => Body::Receipt(r.list(MAX_RECEIPTS)?),
            4 => Body::Payment {
                tx: TxId::decode(r)?,
                amount: Amount::decode(r)?,
                memo: r.text(MAX_TEXT)?,
            },
            5 => Body::AskCheckpoint(Round::decode(r)?),
            6 => Body::Vouch(Vouched::decode(r)?),
            7 => Body::KeysChanged(Round::decode(r)?),
            8 => Body::EnvelopeKey(r.fixed()?),
            9 => Body::Gift(Box::new(Gift::decode(r)?)),
            10 => Body::PrivateAddress(r.fixed()?),
            12 => Body::AskPrivateAddress,
            13 => Body::Request(PaymentRequest::decode(r)?),
            14 => Body::Settlement {
                request: MessageId::decode(r)?,
                payment: PaymentRef { tx: TxId::decode(r)?, amount: Amount::decode(r)? },
                memo: r.text(MAX_TEXT)?,
            },
            15 => Body::Closed { request: MessageId::decode(r)?, by_asker: r.bool()? },
            tag if Review::is_tag(tag) => Body::Review(Review::decode(tag, r)?),
            _ => return Err(DecodeError::BadValue("kind of content")),
        };
        Ok(Self { id, time, body })
    }
}
