//! Siblings, devices of the same words: what each tells the others of its payments, and what it takes
//! over of what they tell (`money-and-mail.md` A9).
//!
//! A wish has one maker, the device that was asked. It alone makes attempts, the next one when the last
//! is provably dead; siblings send its bytes again, count with its nonce and its notes, and wait. So
//! nobody is paid twice however long they do not hear of each other, and whatever is lost or repeated
//! on the way. Announced notes are left to whoever announced them first; two that spend the same all the
//! same are told apart by the ledger.

use crate::plan::PATIENCE;
use crate::private::{PrivateAttempt, PrivatePayee, Transfer, TransferState};
use crate::settle::is_given_up;
use crate::{Attempt, Payment, PaymentKind, PaymentState};
use ledger::Transaction;
use shielded::Nullifier;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use types::{Address, Amount, Round, Timestamp, TxId, WorkerId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// How long announced notes are left alone, in rounds: a proof takes seconds.
pub const ANNOUNCED: u64 = 120;

/// Bytes of a post in one part; it fits the largest envelope.
const PART: usize = 16_000;
/// Most parts of a post: a bundle of sixteen notes takes four.
const MOST_PARTS: usize = 8;
/// Most bytes of a transaction.
const MOST_BYTES: usize = PART * MOST_PARTS;
/// Most bytes of a memo.
const MOST_MEMO: usize = 4096;
/// Most notes that one bundle spends.
const MOST_NOTES: usize = 64;

/// Tells installations of one account apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeviceId(pub [u8; 16]);

/// What a device tells its siblings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    /// Who tells it.
    pub device: DeviceId,
    /// What.
    pub what: Posted,
}

/// What there is to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Posted {
    /// The device is there, and reads the board of this worker.
    Here(WorkerId),
    /// A payment of the account that may still happen.
    Payment(Box<Payment>),
    /// A wish to pay out of the pool that may still happen; while it is not signed, the notes that it
    /// is about to spend.
    Transfer(Box<Transfer>, Announced),
}

/// Notes that are about to be spent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Announced {
    /// Their spent marks.
    pub notes: Vec<Nullifier>,
    /// They are free again behind this round.
    pub until: Round,
}

/// What a sibling has told, to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SiblingChange {
    /// Insert or replace a payment that it makes, by intent.
    TakePayment(DeviceId, Box<Payment>),
    /// Insert or replace a transfer out of the pool that it makes, by intent.
    TakeTransfer(DeviceId, Box<Transfer>),
    /// It does not want a transfer any more, by its intent, for which nothing is signed.
    ForgetWish([u8; 16]),
    /// It was heard of at this moment, and reads the board of this worker.
    See(DeviceId, WorkerId, Timestamp),
}

/// What is known here of a wish.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownIntent {
    /// The sibling that made it; `None` if it was asked for here.
    pub maker: Option<DeviceId>,
    /// The last attempt that is known, and the last round that may hold it.
    pub attempt: Option<(TxId, Round)>,
    /// True once an attempt is final.
    pub is_final: bool,
}

/// A piece of a post.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The first 16 bytes of SHA-256 over the post.
    pub post: [u8; 16],
    /// Its place, from 0.
    pub index: u8,
    /// How many there are.
    pub count: u8,
    /// The piece.
    pub bytes: Vec<u8>,
}

/// A post that is there in all its parts.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<K> {
    /// Its name.
    pub id: [u8; 16],
    /// What it says; `None` if that is not to be understood here.
    pub post: Option<Post>,
    /// Where its parts lie, the first one first.
    pub places: Vec<K>,
    /// Where parts lie once more.
    pub again: Vec<K>,
}

impl Post {
    /// What names it.
    #[must_use]
    pub fn id(&self) -> [u8; 16] {
        id_of(&self.to_bytes())
    }

    /// Its parts; `None` if it is too long to be told.
    #[must_use]
    pub fn parts(&self) -> Option<Vec<Part>> {
        let bytes = self.to_bytes();
        let (post, pieces) = (id_of(&bytes), bytes.chunks(PART));
        let count = u8::try_from(pieces.len()).ok().filter(|it| usize::from(*it) <= MOST_PARTS)?;
        let part = |(index, piece): (u8, &[u8])| Part { post, index, count, bytes: piece.to_vec() };
        Some((0..count).zip(pieces).map(part).collect())
    }
}

/// Puts together what was found, in the order in which each post begins. What lacks a part is left out:
/// it may be on its way.
pub fn assemble<K: Copy>(parts: Vec<(K, Part)>) -> Vec<Found<K>> {
    let mut order = vec![];
    let mut begun: BTreeMap<[u8; 16], Pieces<K>> = BTreeMap::new();
    for (place, Part { post, index, count, bytes }) in parts {
        let pieces = begun.entry(post).or_insert_with(|| {
            order.push(post);
            Pieces { count, known: BTreeMap::new(), places: vec![], again: vec![] }
        });
        if let Entry::Vacant(missing) = pieces.known.entry(index) {
            missing.insert(bytes);
            pieces.places.push(place);
        } else {
            pieces.again.push(place);
        }
    }
    let whole = order.into_iter().filter_map(|id| {
        let Pieces { count, known, places, again } = begun.remove(&id)?;
        let pieces = (0..count).map(|index| known.get(&index).map(Vec::as_slice));
        let bytes = pieces.collect::<Option<Vec<&[u8]>>>()?.concat();
        let post = Post::from_bytes(&bytes).ok().filter(|_| id_of(&bytes) == id);
        Some(Found { id, post, places, again })
    });
    whole.collect()
}

/// What is there of one post.
struct Pieces<K> {
    count: u8,
    known: BTreeMap<u8, Vec<u8>>,
    places: Vec<K>,
    again: Vec<K>,
}

fn id_of(bytes: &[u8]) -> [u8; 16] {
    let [id @ .., _, _, _, _, _, _, _, _, _, _, _, _, _, _, _, _] = hash("bcm-post-v1", &[bytes]);
    id
}

impl Posted {
    /// The wish that it is about.
    #[must_use]
    pub fn intent(&self) -> Option<[u8; 16]> {
        match self {
            Self::Here(_) => None,
            Self::Payment(payment) => Some(payment.intent),
            Self::Transfer(transfer, _) => Some(transfer.intent),
        }
    }

    /// The attempt, and the last round that may hold it.
    #[must_use]
    pub fn attempt(&self) -> Option<(TxId, Round)> {
        match self {
            Self::Here(_) => None,
            Self::Payment(payment) => Some((payment.attempt.tx, payment.attempt.expiry)),
            Self::Transfer(transfer, _) => {
                transfer.attempt.as_ref().map(|attempt| (attempt.tx, attempt.expiry))
            }
        }
    }

    /// True if what this device says changes what is known: a wish of its own that is new here, its first
    /// attempt, or a later one, which it makes only if the one before is dead. What is said again, or
    /// comes late, changes nothing.
    #[must_use]
    pub fn is_news(
        &self,
        from: DeviceId,
        known: Option<&KnownIntent>,
        (round, now): (Round, Timestamp),
    ) -> bool {
        if self.intent().is_none() || self.is_over(known, (round, now)) {
            return false;
        }
        if self.has_lapsed(round) {
            return false;
        }
        let Some(known) = known else { return true };
        match (known.attempt, self.attempt()) {
            _ if known.maker != Some(from) => false,
            (_, None) => false,
            (None, Some(_)) => true,
            (Some((before, last)), Some((tx, expiry))) => tx != before && expiry > last,
        }
    }

    /// True if nobody needs to be told of it any more: its last round is over, it is final, a later
    /// attempt is known, or nobody wants it any more.
    #[must_use]
    pub fn is_over(&self, known: Option<&KnownIntent>, (round, now): (Round, Timestamp)) -> bool {
        let is_final = known.is_some_and(|known| known.is_final);
        let signed = known.and_then(|known| known.attempt);
        match self.attempt() {
            Some((_, expiry)) => {
                is_final || round > expiry || signed.is_some_and(|(_, last)| last > expiry)
            }
            None => {
                // Its maker may still be at it; a while later it is not.
                let long_ago = Round(round.0.saturating_sub(PATIENCE));
                let is_given_up = match self {
                    Self::Transfer(transfer, _) => is_given_up(transfer.created, now),
                    Self::Here(_) | Self::Payment(_) => false,
                };
                is_final || signed.is_some() || is_given_up || self.has_lapsed(long_ago)
            }
        }
    }

    /// True for a wish whose proof should have been made by this round. Its maker may have dropped it, and
    /// cannot say so everywhere.
    #[must_use]
    pub fn has_lapsed(&self, round: Round) -> bool {
        match self {
            Self::Transfer(transfer, announced) => {
                let is_announced = transfer.attempt.is_none() && !announced.notes.is_empty();
                is_announced && round > announced.until
            }
            Self::Here(_) | Self::Payment(_) => false,
        }
    }

    /// True for a wish that waits: it is told only where its maker can strike it.
    #[must_use]
    pub fn waits(&self) -> bool {
        match self {
            Self::Transfer(transfer, announced) => {
                transfer.attempt.is_none() && announced.notes.is_empty()
            }
            Self::Here(_) | Self::Payment(_) => false,
        }
    }

    /// True if the transaction is one of this network, as far as there is one.
    #[must_use]
    pub fn is_of(&self, chain: types::ChainId) -> bool {
        let bytes = match self {
            Self::Here(_) => return true,
            Self::Payment(payment) => &payment.attempt.bytes,
            Self::Transfer(transfer, _) => match &transfer.attempt {
                Some(attempt) => &attempt.bytes,
                None => return true,
            },
        };
        Transaction::from_bytes(bytes).is_ok_and(|transaction| transaction.chain == chain)
    }
}

impl Encode for Part {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.post);
        w.u8(self.index);
        w.u8(self.count);
        w.bytes(&self.bytes);
    }
}

impl Decode for Part {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let part = Self { post: r.fixed()?, index: r.u8()?, count: r.u8()?, bytes: r.bytes(PART)? };
        let fits = part.index < part.count && usize::from(part.count) <= MOST_PARTS;
        if fits { Ok(part) } else { Err(DecodeError::BadValue("part of a post")) }
    }
}

impl Encode for Post {
    fn encode(&self, w: &mut Writer) {
        w.u8(1);
        w.fixed(&self.device.0);
        match &self.what {
            Posted::Here(worker) => {
                w.u8(1);
                worker.encode(w);
            }
            Posted::Payment(payment) => {
                w.u8(2);
                encode_payment(payment, w);
            }
            Posted::Transfer(transfer, announced) => {
                w.u8(3);
                encode_transfer(transfer, w);
                w.list(&announced.notes);
                announced.until.encode(w);
            }
        }
    }
}

impl Decode for Post {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != 1 {
            return Err(DecodeError::BadValue("version of a post"));
        }
        let device = DeviceId(r.fixed()?);
        let what = match r.u8()? {
            1 => Posted::Here(WorkerId::decode(r)?),
            2 => Posted::Payment(Box::new(decode_payment(r)?)),
            3 => {
                let transfer = Box::new(decode_transfer(r)?);
                let announced = Announced { notes: r.list(MOST_NOTES)?, until: Round::decode(r)? };
                Posted::Transfer(transfer, announced)
            }
            _ => return Err(DecodeError::BadValue("post")),
        };
        Ok(Self { device, what })
    }
}

/// All of it but for what became of it, and for the contact: whom a device knows is its own affair.
fn encode_payment(payment: &Payment, w: &mut Writer) {
    let Payment { intent, kind, to, contact: _, amount, memo, created, attempt, state: _ } =
        payment;
    w.fixed(intent);
    w.text(kind.name());
    to.encode(w);
    amount.encode(w);
    encode_memo(memo.as_deref(), w);
    created.encode(w);
    w.bytes(&attempt.bytes);
    w.u64(attempt.nonce);
}

/// A transaction says by itself what it is called, costs and when it ends.
fn decode_payment(r: &mut Reader<'_>) -> Result<Payment, DecodeError> {
    let (intent, kind) = (r.fixed()?, r.text(32)?);
    let kind = PaymentKind::ALL.into_iter().find(|one| one.name() == kind);
    let kind = kind.ok_or(DecodeError::BadValue("kind of a payment"))?;
    let (to, amount) = (Address::decode(r)?, Amount::decode(r)?);
    let (memo, created) = (decode_memo(r)?, Timestamp::decode(r)?);
    let (bytes, nonce) = (r.bytes(MOST_BYTES)?, r.u64()?);
    let transaction = Transaction::from_bytes(&bytes)?;
    if !transaction.sources.iter().any(|source| source.nonce == nonce) {
        return Err(DecodeError::BadValue("nonce of a payment"));
    }
    let (tx, fee, expiry) = (transaction.id(), transaction.fee, transaction.expiry);
    let attempt = Attempt { tx, bytes, fee, nonce, expiry };
    let state = PaymentState::Submitted;
    Ok(Payment { intent, kind, to, contact: None, amount, memo, created, attempt, state })
}

/// All of it but for what became of it, the contact, and what proves things about it: that stays with
/// its maker.
fn encode_transfer(transfer: &Transfer, w: &mut Writer) {
    let Transfer { intent, to, contact: _, amount, memo, created, attempt, state: _ } = transfer;
    w.fixed(intent);
    to.encode(w);
    amount.encode(w);
    encode_memo(memo.as_deref(), w);
    created.encode(w);
    w.bool(attempt.is_some());
    if let Some(attempt) = attempt {
        w.bytes(&attempt.bytes);
    }
}

fn decode_transfer(r: &mut Reader<'_>) -> Result<Transfer, DecodeError> {
    let (intent, to, amount) = (r.fixed()?, PrivatePayee::decode(r)?, Amount::decode(r)?);
    let (memo, created) = (decode_memo(r)?, Timestamp::decode(r)?);
    let (mut attempt, mut state) = (None, TransferState::Planned);
    if r.bool()? {
        let bytes = r.bytes(MOST_BYTES)?;
        let transaction = Transaction::from_bytes(&bytes)?;
        if transaction.bundle.is_none() {
            return Err(DecodeError::BadValue("transfer without a bundle"));
        }
        let (tx, fee, expiry) = (transaction.id(), transaction.fee, transaction.expiry);
        attempt = Some(PrivateAttempt { tx, bytes, fee, expiry, carry: None, spend: None });
        state = TransferState::Submitted;
    }
    Ok(Transfer { intent, to, contact: None, amount, memo, created, attempt, state })
}

fn encode_memo(memo: Option<&str>, w: &mut Writer) {
    w.bool(memo.is_some());
    if let Some(memo) = memo {
        w.text(memo);
    }
}

fn decode_memo(r: &mut Reader<'_>) -> Result<Option<String>, DecodeError> {
    if r.bool()? { r.text(MOST_MEMO).map(Some) } else { Ok(None) }
}
