//! Review keys on their way (`money-and-mail.md` B9): cards, further keys, proofs of carry-overs, that a
//! grant was stopped, and single payments that are asked for and shown. What lies in a card, in proofs,
//! or in what shows a payment, is not read here: it is bytes that only a session carries.

use core::fmt;
use rand_core::CryptoRng;
use types::{MessageId, OpenId, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

use crate::content::{Body, Content};
use crate::send::message_id;
use crate::{AnswerPart, Change, PaymentChallenge, Pending};

/// Most bytes of a card: with everything around it, it still fits the largest mailbox bucket.
pub const MAX_REVIEW: usize = 12_000;

/// What a content says about review keys.
#[derive(Clone, PartialEq, Eq)]
pub enum Review {
    /// A grant with its keys.
    Card(Zeroizing<Vec<u8>>),
    /// One more key of a standing grant.
    Key(Zeroizing<Vec<u8>>),
    /// What proves that balances which accounts of a grant began with were carried over.
    Proofs(Vec<u8>),
    /// From now on this grant gives nothing new.
    Stopped {
        /// The grant's serial number.
        serial: [u8; 16],
        /// When that was.
        since: Timestamp,
    },
    /// Show me one payment.
    Challenge(PaymentChallenge),
    /// A piece of what shows it.
    Part(AnswerPart),
    /// I do not show what you asked for, or do not want any more what I asked for.
    Closed {
        /// The challenge.
        showing: MessageId,
        /// True if its own maker says so.
        by_asker: bool,
    },
}

/// A content about review keys, ready to be saved and sent; its sender keeps it until it is confirmed.
#[derive(Debug)]
pub struct ReviewLetter {
    /// Its id, which a receipt names.
    pub id: MessageId,
    /// For whom.
    pub contact: OpenId,
    /// Canonical bytes of the content.
    pub content: Zeroizing<Vec<u8>>,
}

/// Writes to a contact about review keys. People see nothing of it in the conversation.
pub fn write_review(
    contact: OpenId,
    review: Review,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> ReviewLetter {
    let id = message_id(rng);
    let content = Content { id, time: now, body: Body::Review(review) }.to_bytes();
    ReviewLetter { id, contact, content: Zeroizing::new(content) }
}

impl ReviewLetter {
    /// Puts it, for the first time or again, onto the pile that waits to be encrypted.
    #[must_use]
    pub fn send(&self) -> Change {
        let (contact, content) = (self.contact, self.content.to_vec());
        Change::AddPending(Pending { contact, message: Some(self.id), content })
    }
}

impl Review {
    /// Single payments; a second tag says what of them.
    const SHOWING: u8 = 11;

    /// True for a kind of content that is about review keys.
    pub(crate) const fn is_tag(tag: u8) -> bool {
        matches!(tag, Self::SHOWING | 16..=19)
    }

    pub(crate) fn decode(tag: u8, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match tag {
            Self::SHOWING => Self::decode_showing(r),
            16 => Ok(Self::Card(Zeroizing::new(r.bytes(MAX_REVIEW)?))),
            17 => Ok(Self::Key(Zeroizing::new(r.bytes(MAX_REVIEW)?))),
            18 => Ok(Self::Stopped { serial: r.fixed()?, since: Timestamp::decode(r)? }),
            19 => Ok(Self::Proofs(r.bytes(MAX_REVIEW)?)),
            _ => Err(DecodeError::BadValue("kind of content")),
        }
    }

    fn decode_showing(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8()? {
            1 => Ok(Self::Challenge(PaymentChallenge::decode(r)?)),
            2 => Ok(Self::Part(AnswerPart::decode(r)?)),
            3 => Ok(Self::Closed { showing: MessageId::decode(r)?, by_asker: r.bool()? }),
            _ => Err(DecodeError::BadValue("kind of content")),
        }
    }
}

impl Encode for Review {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Card(card) => {
                w.u8(16);
                w.bytes(card);
            }
            Self::Key(key) => {
                w.u8(17);
                w.bytes(key);
            }
            Self::Proofs(proofs) => {
                w.u8(19);
                w.bytes(proofs);
            }
            Self::Stopped { serial, since } => {
                w.u8(18);
                w.fixed(serial);
                since.encode(w);
            }
            Self::Challenge(asked) => {
                w.fixed(&[Self::SHOWING, 1]);
                asked.encode(w);
            }
            Self::Part(part) => {
                w.fixed(&[Self::SHOWING, 2]);
                part.encode(w);
            }
            Self::Closed { showing, by_asker } => {
                w.fixed(&[Self::SHOWING, 3]);
                showing.encode(w);
                w.bool(*by_asker);
            }
        }
    }
}

impl fmt::Debug for Review {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Card(_) => "Card([secret])",
            Self::Key(_) => "Key([secret])",
            Self::Proofs(_) => "Proofs",
            Self::Stopped { .. } => "Stopped",
            Self::Challenge(_) => "Challenge",
            Self::Part(_) => "Part([secret])",
            Self::Closed { .. } => "Closed",
        })
    }
}
