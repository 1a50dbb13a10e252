//! What a profile knows about its money in the pool. Plain values; `store` keeps them.

use ledger::Transaction;
use shielded::{
    CarryProof, LogPlace, Note, Nullifier, Period, Randomizer, Scope, ShieldedAddress, Witnesses,
};
use types::{Abc, Address, Amount, OpenId, Round, Timestamp, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

use crate::GiftOrder;
use crate::review::PoolMove;

/// A note of ours that the log has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnNote {
    /// The note.
    pub note: Note,
    /// The account whose key opens it.
    pub period: Period,
    /// Paid by others, or by ourselves.
    pub scope: Scope,
    /// Where its leaf stands in the tree.
    pub position: u64,
    /// Its spent mark.
    pub nullifier: Nullifier,
    /// The round of its bundle.
    pub round: Round,
    /// SHA-256 that names its bundle: `shielded::Halves::digest`.
    pub bundle: [u8; 32],
    /// The time of that round's header.
    pub time: Timestamp,
    /// The contact to whom its address was given: whoever pays there is taken for that contact
    /// (`money-and-mail.md` A8).
    pub contact: Option<OpenId>,
}

/// How far the log was read, and the tree of its leaves.
#[derive(Debug)]
pub struct PoolState {
    /// Behind the last bundle that was read.
    pub place: LogPlace,
    /// The round that this is proved for.
    pub round: Round,
    /// The time of that round's header.
    pub time: Timestamp,
    /// The tree, with the paths of our notes.
    pub tree: Witnesses,
}

/// Whom a transfer pays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PrivatePayee {
    /// Somebody in the pool; nobody sees whom, nor how much.
    Private(ShieldedAddress),
    /// An account; who pays is not seen, how much and whom is.
    Public(Address),
    /// Ourselves: the period account that takes over.
    CarryOver(Period),
    /// Ourselves: one note instead of several, in the same period account.
    Merge(Period),
    /// The members of a chat, by a red envelope: how much is in it is seen, not who gives it.
    Envelope(GiftOrder),
    /// An account, with everything that the pool can pay it when its turn comes; seen as for
    /// [`Self::Public`].
    Sweep(Address),
}

/// One wish to pay out of the pool, whatever becomes of its attempt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Names the wish; made once.
    pub intent: [u8; 16],
    /// Whom it pays.
    pub to: PrivatePayee,
    /// The contact it is for, if it was named.
    pub contact: Option<OpenId>,
    /// What the payee gets.
    pub amount: Amount<Abc>,
    /// What the payer says about it.
    pub memo: Option<String>,
    /// When the person asked for it.
    pub created: Timestamp,
    /// The proved and signed transaction; `None` until there is one.
    pub attempt: Option<PrivateAttempt>,
    /// What became of it.
    pub state: TransferState,
}

/// A transaction that was proved and signed. It is sent again byte for byte until it is final or
/// provably dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrivateAttempt {
    /// Its id.
    pub tx: TxId,
    /// Canonical bytes.
    pub bytes: Vec<u8>,
    /// What it costs beside the amount.
    pub fee: Amount<Abc>,
    /// The last round that may include it.
    pub expiry: Round,
    /// That it only moves a balance on, for a carry-over; it cannot be made once more.
    pub carry: Option<CarryProof>,
    /// What lets us show later that we have authorised it, with the action whose spend that is. It
    /// does not come back from the words.
    pub spend: Option<(u8, Randomizer)>,
}

/// What became of a transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TransferState {
    /// Asked for; nothing is proved yet.
    Planned,
    /// Proved and saved; no node has confirmed that it got it.
    Queued,
    /// A node has taken it.
    Submitted,
    /// In the log, in this round.
    Final(Round),
    /// It can never happen.
    Expired,
    /// The person called it off before anything was signed.
    Cancelled,
}

impl OwnNote {
    /// True if it came from the account itself: change, or put in.
    #[must_use]
    pub fn is_own(&self) -> bool {
        self.scope == Scope::Internal
    }
}

impl PrivatePayee {
    /// The account of ours that it moves money to, if it pays nobody else.
    #[must_use]
    pub const fn own(&self) -> Option<Period> {
        match self {
            Self::CarryOver(period) | Self::Merge(period) => Some(*period),
            Self::Private(_) | Self::Public(_) | Self::Envelope(_) | Self::Sweep(_) => None,
        }
    }

    /// The account that it pays, for everybody to see.
    #[must_use]
    pub const fn account(&self) -> Option<Address> {
        match self {
            Self::Public(address) | Self::Sweep(address) => Some(*address),
            Self::Private(_) | Self::CarryOver(_) | Self::Merge(_) | Self::Envelope(_) => None,
        }
    }
}

impl Transfer {
    /// What histories call it: the id of its transaction; while it has none, SHA-256 of the wish.
    #[must_use]
    pub fn reference(&self) -> TxId {
        let wish = || reference_of(&self.intent);
        self.attempt.as_ref().map_or_else(wish, |attempt| attempt.tx)
    }

    /// The digest of its bundle, by which the log knows it.
    #[must_use]
    pub fn bundle(&self) -> Option<[u8; 32]> {
        let transaction = Transaction::from_bytes(&self.attempt.as_ref()?.bytes).ok()?;
        Some(transaction.bundle?.effects.digest())
    }
}

/// What histories call a wish for which nothing is signed.
#[must_use]
pub fn reference_of(intent: &[u8; 16]) -> TxId {
    TxId(wire::hash("bcm-intent-v1", &[intent]))
}

impl TransferState {
    /// True while it may still happen.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Planned | Self::Queued | Self::Submitted => true,
            Self::Final(_) | Self::Expired | Self::Cancelled => false,
        }
    }
}

/// What a piece of the log has changed; saved together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolStep {
    /// The encoded [`PoolState`] behind it.
    pub state: Vec<u8>,
    /// The round it is proved for.
    pub round: Round,
    /// Notes that are new.
    pub notes: Vec<OwnNote>,
    /// Notes that are spent.
    pub spent: Vec<Spent>,
    /// The bundles that spend them, each once.
    pub bundles: Vec<SpendingBundle>,
    /// Transfers of which it is now known what becomes of them.
    pub settled: Vec<Transfer>,
}

/// That a note of ours is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spent {
    /// Its spent mark.
    pub nullifier: Nullifier,
    /// The round that spent it.
    pub round: Round,
    /// The bundle that did: `shielded::Halves::digest`.
    pub bundle: [u8; 32],
}

/// A bundle that spends notes of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpendingBundle {
    /// What names it: `shielded::Halves::digest`.
    pub bundle: [u8; 32],
    /// What such a bundle costs if all that it moves stays in the pool: what it takes from us beyond
    /// that, it pays to somebody.
    pub fee: Amount<Abc>,
    /// The time of its round's header.
    pub time: Timestamp,
    /// What it does, read with our own keys: of a payment that is none of this profile's, as it is.
    pub did: Option<PoolMove>,
}

/// Our money in the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PrivateMoney {
    /// Notes that are not spent.
    pub balance: Amount<Abc>,
    /// What transfers under way will take of it.
    pub pending: Amount<Abc>,
}

impl PoolState {
    /// A wallet that has read nothing of a log that begins at this time.
    ///
    /// # Errors
    /// Never for an empty tree; the tree's own error otherwise.
    pub fn new(time: Timestamp) -> Result<Self, shielded::WitnessError> {
        let tree = Witnesses::begin(0, &shielded::Frontier::empty(), Round(0))?;
        Ok(Self { place: LogPlace::START, round: Round(0), time, tree })
    }
}

impl Encode for PrivatePayee {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Private(address) => {
                w.u8(1);
                address.encode(w);
            }
            Self::Public(address) => {
                w.u8(2);
                address.encode(w);
            }
            Self::CarryOver(period) => {
                w.u8(3);
                period.encode(w);
            }
            Self::Merge(period) => {
                w.u8(4);
                period.encode(w);
            }
            Self::Envelope(order) => {
                w.u8(5);
                order.encode(w);
            }
            Self::Sweep(address) => {
                w.u8(6);
                address.encode(w);
            }
        }
    }
}

impl Decode for PrivatePayee {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8()? {
            1 => Ok(Self::Private(ShieldedAddress::decode(r)?)),
            2 => Ok(Self::Public(Address::decode(r)?)),
            3 => Ok(Self::CarryOver(Period::decode(r)?)),
            4 => Ok(Self::Merge(Period::decode(r)?)),
            5 => Ok(Self::Envelope(GiftOrder::decode(r)?)),
            6 => Ok(Self::Sweep(Address::decode(r)?)),
            _ => Err(DecodeError::BadValue("payee")),
        }
    }
}

impl Encode for OwnNote {
    fn encode(&self, w: &mut Writer) {
        self.note.encode(w);
        self.period.encode(w);
        w.bool(self.scope == Scope::Internal);
        w.u64(self.position);
        self.nullifier.encode(w);
        self.round.encode(w);
        w.fixed(&self.bundle);
        self.time.encode(w);
        w.option(self.contact.as_ref());
    }
}

impl Decode for OwnNote {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            note: Note::decode(r)?,
            period: Period::decode(r)?,
            scope: if r.bool()? { Scope::Internal } else { Scope::External },
            position: r.u64()?,
            nullifier: Nullifier::decode(r)?,
            round: Round::decode(r)?,
            bundle: r.fixed()?,
            time: Timestamp::decode(r)?,
            contact: r.option()?,
        })
    }
}

impl Encode for PoolState {
    fn encode(&self, w: &mut Writer) {
        self.place.encode(w);
        self.round.encode(w);
        self.time.encode(w);
        self.tree.encode(w);
    }
}

impl Decode for PoolState {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            place: LogPlace::decode(r)?,
            round: Round::decode(r)?,
            time: Timestamp::decode(r)?,
            tree: Witnesses::decode(r)?,
        })
    }
}
