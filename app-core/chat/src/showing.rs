//! Asking a contact to show one payment, and what becomes of that (`money-and-mail.md` B6).
//!
//! A challenge has the id of the message that brings it. What answers it is a file in parts, each a
//! content of its own that is kept until it is confirmed; its last part has the id of the message that
//! people see. What the file proves, the reader's own light node decides.

use core::fmt;
use rand_core::CryptoRng;
use types::{MessageId, OpenId, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

use crate::content::Body;
use crate::review::{Review, ReviewLetter, write_review};
use crate::send::{About, compose, unseen};
use crate::{Change, Closed, Contact, Delivery, Direction, MAX_REVIEW, Message};

/// Most bytes of which payment is meant, and of what it is for.
pub const MAX_ASKED: usize = 280;
/// Most parts of an answer: a quarter of what a mailbox holds for one reader.
pub const MAX_PARTS: u16 = 64;

/// What a contact is asked to show.
#[derive(Clone, PartialEq, Eq)]
pub struct PaymentChallenge {
    /// To be answered: nobody has used it before.
    pub challenge: [u8; 32],
    /// Which payment is meant, in words.
    pub which: String,
    /// What for.
    pub purpose: String,
    /// The last moment at which an answer counts.
    pub not_after: Timestamp,
}

/// A piece of an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct AnswerPart {
    /// The challenge that is answered.
    pub showing: MessageId,
    /// What names the whole answer.
    pub digest: [u8; 32],
    /// Which piece, from 0.
    pub number: u16,
    /// How many there are.
    pub count: u16,
    /// The piece.
    pub bytes: Vec<u8>,
}

/// A challenge as this profile knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownShowing {
    /// Made by whoever asks; over chat, that of its message.
    pub id: MessageId,
    /// The other side; `None` for a challenge of ours that was not given over chat.
    pub contact: Option<OpenId>,
    /// True if we ask.
    pub made: bool,
    /// What is asked for.
    pub asked: PaymentChallenge,
    /// When it was told, by this device's clock.
    pub told: Timestamp,
    /// Who has closed it, if somebody has.
    pub closed: Option<Closed>,
    /// What has come of it.
    pub answer: Answer,
}

/// What has come of a challenge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Nothing, or not all of it.
    None,
    /// All of it: ours is on its way, or a contact's is to be checked.
    Given,
    /// It holds; what it shows, as its report's text.
    Proved(String),
    /// It does not.
    Refused {
        /// The code that says why.
        code: String,
        /// The same in words.
        words: String,
    },
}

/// What has become of a challenge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ShowingState {
    /// It can be answered.
    Open,
    /// It is answered; ours is for the other side to judge, a contact's is not checked yet.
    Answered,
    /// The answer holds.
    Proved,
    /// The answer does not hold. Another one may.
    Refused,
    /// Whoever was asked does not want to show it.
    Declined,
    /// Whoever asked does not want it any more.
    Withdrawn,
    /// Its time is over.
    Expired,
}

/// Something to save about challenges and their answers.
#[derive(Debug)]
pub enum ShowingChange {
    /// Insert, unless that side has made one of this id already.
    Add(Box<KnownShowing>),
    /// It is closed, unless it is already.
    Close {
        /// The other side.
        contact: Option<OpenId>,
        /// The challenge.
        showing: MessageId,
        /// True if we have made it.
        made: bool,
        /// Who closes it.
        by: Closed,
        /// When.
        at: Timestamp,
    },
    /// We have answered a contact's.
    Give {
        /// Who has asked.
        contact: OpenId,
        /// The challenge.
        showing: MessageId,
        /// When.
        at: Timestamp,
    },
    /// A piece of an answer has come; pieces of another answer are forgotten.
    Take {
        /// From whom.
        contact: OpenId,
        /// The content that brought it.
        content: MessageId,
        /// The piece.
        part: AnswerPart,
    },
    /// The whole answer is here, instead of its pieces.
    Come {
        /// From whom.
        contact: OpenId,
        /// The challenge, which is ours.
        showing: MessageId,
        /// The answer.
        file: Vec<u8>,
        /// When.
        at: Timestamp,
    },
    /// What our light node says of an answer.
    Judge {
        /// Who was asked, if it was over chat.
        contact: Option<OpenId>,
        /// The challenge, which is ours.
        showing: MessageId,
        /// The verdict.
        answer: Answer,
        /// When.
        at: Timestamp,
    },
    /// Forget those that lapsed before this moment without an answer that holds or that we gave.
    Forget(Timestamp),
}

impl KnownShowing {
    /// What has become of it at this time.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> ShowingState {
        match (&self.answer, self.closed) {
            (Answer::Proved(_), _) => ShowingState::Proved,
            (Answer::Given, _) => ShowingState::Answered,
            (Answer::None | Answer::Refused { .. }, Some(by)) => {
                let own = self.made == (by == Closed::ByUs);
                if own { ShowingState::Withdrawn } else { ShowingState::Declined }
            }
            (Answer::Refused { .. }, None) => ShowingState::Refused,
            (Answer::None, None) if now > self.asked.not_after => ShowingState::Expired,
            (Answer::None, None) => ShowingState::Open,
        }
    }

    /// True if an answer of a contact's may still be taken: whether it is in time is for its check.
    #[must_use]
    pub fn takes_answers(&self) -> bool {
        let unanswered = matches!(self.answer, Answer::None | Answer::Refused { .. });
        self.made && self.closed != Some(Closed::ByUs) && unanswered
    }
}

impl AnswerPart {
    /// The whole answer, if these are all of its pieces, in order.
    #[must_use]
    pub fn whole(parts: &[Self]) -> Option<Vec<u8>> {
        let first = parts.first()?;
        let fits = |(at, part): (usize, &Self)| {
            usize::from(part.number) == at
                && (part.digest, part.count) == (first.digest, first.count)
        };
        let all = parts.len() == usize::from(first.count);
        let file = parts.iter().map(|part| part.bytes.as_slice()).collect::<Vec<_>>().concat();
        let whole = all && parts.iter().enumerate().all(fits) && digest(&file) == first.digest;
        whole.then_some(file)
    }
}

/// Asks a contact to show a payment. A request of it to talk to us is accepted with that.
pub fn write_challenge(
    contact: &Contact,
    asked: PaymentChallenge,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> (Message, Vec<Change>) {
    let body = Body::Review(Review::Challenge(asked.clone()));
    let (message, mut changes) = compose(contact, body, (&asked.which, About::Request), (now, rng));
    let (id, contact) = (message.id, Some(contact.account));
    let (closed, answer) = (None, Answer::None);
    let known = KnownShowing { id, contact, made: true, asked, told: now, closed, answer };
    changes.push(ShowingChange::Add(Box::new(known)).into());
    (message, changes)
}

/// Closes a challenge: a contact's is declined, our own is withdrawn.
pub fn close_showing(
    known: &KnownShowing,
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Vec<Change> {
    let KnownShowing { id: showing, contact, made, .. } = *known;
    let by = Closed::ByUs;
    let closed = ShowingChange::Close { contact, showing, made, by, at: now };
    let told = contact.map(|contact| {
        let body = Body::Review(Review::Closed { showing, by_asker: made });
        unseen(contact, body, now, rng)
    });
    [closed.into()].into_iter().chain(told).collect()
}

/// Answers a contact's challenge with a file, and shows that in the conversation with these words;
/// `None` if it is longer than a chat carries.
pub fn write_answer(
    (contact, showing): (OpenId, MessageId),
    (file, words): (&[u8], &str),
    now: Timestamp,
    rng: &mut impl CryptoRng,
) -> Option<(MessageId, Vec<Change>)> {
    let count = u16::try_from(file.len().div_ceil(MAX_PIECE)).ok().filter(|it| *it <= MAX_PARTS)?;
    let digest = digest(file);
    let mut letters: Vec<ReviewLetter> = vec![];
    for (number, bytes) in (0..count).zip(file.chunks(MAX_PIECE)) {
        let part = AnswerPart { showing, digest, number, count, bytes: bytes.to_vec() };
        letters.push(write_review(contact, Review::Part(part), now, rng));
    }
    let id = letters.last()?.id;
    let message = Message {
        id,
        contact,
        direction: Direction::Out,
        time: now,
        text: words.to_owned(),
        delivery: Delivery::Queued,
        payment: None,
        envelope: None,
        request: Some(showing),
    };
    let mut changes =
        vec![Change::AddMessage(message), ShowingChange::Give { contact, showing, at: now }.into()];
    for letter in letters {
        let send = letter.send();
        changes.extend([Change::KeepLetter { letter, sent: now }, send]);
    }
    Some((id, changes))
}

/// The message that people see once a contact's whole answer is here; its id is that of the last part.
#[must_use]
pub fn answer_message(
    (contact, showing): (OpenId, MessageId),
    id: MessageId,
    now: Timestamp,
) -> Change {
    Change::AddMessage(Message {
        id,
        contact,
        direction: Direction::In,
        time: now,
        text: String::new(),
        delivery: Delivery::Received,
        payment: None,
        envelope: None,
        request: Some(showing),
    })
}

/// What names an answer.
#[must_use]
pub(crate) fn digest(file: &[u8]) -> [u8; 32] {
    hash("bcm-payment-answer-v1", &[file])
}

/// Bytes of a piece, so that its content fits the largest envelope as a card does.
const MAX_PIECE: usize = MAX_REVIEW;

impl From<ShowingChange> for Change {
    fn from(change: ShowingChange) -> Self {
        Self::Showing(change)
    }
}

/// Without the words: they belong in no log.
impl fmt::Debug for PaymentChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PaymentChallenge")
            .field("not_after", &self.not_after)
            .finish_non_exhaustive()
    }
}

/// Without the bytes: they open a payment.
impl fmt::Debug for AnswerPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AnswerPart")
            .field("number", &self.number)
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Encode for PaymentChallenge {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.challenge);
        w.text(&self.which);
        w.text(&self.purpose);
        self.not_after.encode(w);
    }
}

impl Decode for PaymentChallenge {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            challenge: r.fixed()?,
            which: r.text(MAX_ASKED)?,
            purpose: r.text(MAX_ASKED)?,
            not_after: Timestamp::decode(r)?,
        })
    }
}

impl Encode for AnswerPart {
    fn encode(&self, w: &mut Writer) {
        self.showing.encode(w);
        w.fixed(&self.digest);
        w.u16(self.number);
        w.u16(self.count);
        w.bytes(&self.bytes);
    }
}

impl Decode for AnswerPart {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (showing, digest) = (MessageId::decode(r)?, r.fixed()?);
        let (number, count) = (r.u16()?, r.u16()?);
        if number >= count || count > MAX_PARTS {
            return Err(DecodeError::BadValue("number of a part"));
        }
        Ok(Self { showing, digest, number, count, bytes: r.bytes(MAX_PIECE)? })
    }
}
