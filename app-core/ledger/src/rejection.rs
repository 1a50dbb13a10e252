//! Why a transaction is refused; one list for simulation, mempool and execution.

use crate::NameRefusal;
use crate::RingRefusal;
use types::{Abc, Amount};
use wire::Failure;

/// A refusal. Its [code](Rejection::code) travels to user interfaces, which put it into words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// It is not a transaction that could ever be valid.
    #[error("not a valid transaction: {0}")]
    BadTransaction(&'static str),
    /// It is for another network.
    #[error("for another network")]
    WrongNetwork,
    /// Its last round is over.
    #[error("its last round is over")]
    Expired,
    /// It stays valid for longer than [`crate::EXPIRY_ROUNDS`].
    #[error("it expires too far ahead")]
    ExpiryTooFar,
    /// Nothing in it can be used up, so it could be sent again.
    #[error("it could be replayed")]
    Replayable,
    /// The body holds it already.
    #[error("twice in one block")]
    Duplicate,
    /// The body has no room for it.
    #[error("the block is full")]
    BlockFull,
    /// The fee is not exactly what is needed.
    #[error("the fee must be {needed:?}")]
    BadFee {
        /// The right one.
        needed: Amount<Abc>,
    },
    /// The source's nonce is not the account's.
    #[error("the nonce must be {expected}")]
    BadNonce {
        /// The account's.
        expected: u64,
    },
    /// The key is not there though the account never signed, is there though it did, or is not the
    /// address's.
    #[error("the key of a source is missing, superfluous or another one's")]
    BadReveal,
    /// The key belongs to an account: it occurs once on the chain, ever.
    #[error("the key belongs to an account already")]
    KeyInUse,
    /// The key signs nothing any more.
    #[error("the key is retired")]
    KeyRetired,
    /// A Falcon key is active: only it may do this.
    #[error("the stronger key must sign this")]
    StrongerKeyNeeded,
    /// No other key would be left to sign.
    #[error("the last key cannot be retired")]
    LastKey,
    /// All of the account's [`crate::MAX_SLOTS`] are taken.
    #[error("the account has no room for another key")]
    TooManyKeys,
    /// The account has no key behind this address.
    #[error("the account has no such key")]
    UnknownKey,
    /// What must be an account's address is nobody's yet.
    #[error("there is no account at this address")]
    NoAccount,
    /// There is no such red envelope, or it is over and settled.
    #[error("there is no such red envelope")]
    UnknownEnvelope,
    /// The last round for claims has passed.
    #[error("the red envelope is over")]
    EnvelopeOver,
    /// Every share has been claimed.
    #[error("the red envelope is empty")]
    EnvelopeEmpty,
    /// The key was not among those that the red envelope was made for.
    #[error("the red envelope is not for this key")]
    BadClaimPath,
    /// The claim key has been used.
    #[error("this share has been claimed")]
    AlreadyClaimed,
    /// No share of this red envelope waits under the claim key.
    #[error("no share waits under this key")]
    NothingWaits,
    /// A signature is missing, superfluous or wrong.
    #[error("bad signature in slot {slot}")]
    BadSignature {
        /// The position in the witness.
        slot: usize,
    },
    /// A source holds less than it is to pay, fee included.
    #[error("{need} needed, {have} there, in smallest units")]
    InsufficientFunds {
        /// What the source holds.
        have: u64,
        /// What it is to pay.
        need: u128,
    },
    /// A payment brings less than a payment must, or less than a new address needs.
    #[error("at least {least:?} must be paid")]
    BelowMinimum {
        /// The least that passes.
        least: Amount<Abc>,
    },
    /// The rules of the private pool refuse its bundle.
    #[error("{0}")]
    Pool(shielded::Refusal),
    /// The proof of its bundle, or one of the bundle's signatures, does not hold.
    #[error("the proof of the private part does not hold")]
    BadProof,
    /// The rules of names refuse it.
    #[error("{0}")]
    Name(NameRefusal),
    /// It concerns a ring and cannot be.
    #[error("{0}")]
    Ring(RingRefusal),
    /// The managers have switched ECDSA off.
    #[error("ECDSA is switched off; only a key that was never shown can still be moved")]
    EcdsaOff,
    /// There is no commitment to this move, or none that is old enough.
    #[error("no commitment to this move is a hundred rounds old")]
    NoRotation,
    /// A decision must be made before the round that it is for.
    #[error("the decision is for a round that is over")]
    DecisionTooLate,
    /// What it is to switch off is off already, or is so as early.
    #[error("this has been decided")]
    AlreadyDecided,
    /// Too few members of the present committee have signed it, or a signature is wrong.
    #[error("not signed by a quorum of the managers")]
    NoQuorum,
    /// The node's own state is damaged; the transaction is not to blame.
    #[error("damaged state: {0}")]
    BadState(&'static str),
}

impl Rejection {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BadTransaction(_) => "bad_transaction",
            Self::WrongNetwork => "wrong_network",
            Self::Expired => "expired",
            Self::ExpiryTooFar => "expiry_too_far",
            Self::Replayable => "replayable",
            Self::Duplicate => "duplicate",
            Self::BlockFull => "block_full",
            Self::BadFee { .. } => "bad_fee",
            Self::BadNonce { .. } => "bad_nonce",
            Self::BadReveal => "bad_reveal",
            Self::KeyInUse => "key_in_use",
            Self::KeyRetired => "key_retired",
            Self::StrongerKeyNeeded => "stronger_key_needed",
            Self::LastKey => "last_key",
            Self::TooManyKeys => "too_many_keys",
            Self::UnknownKey => "unknown_key",
            Self::NoAccount => "no_account",
            Self::UnknownEnvelope => "unknown_envelope",
            Self::EnvelopeOver => "envelope_over",
            Self::EnvelopeEmpty => "envelope_empty",
            Self::BadClaimPath => "bad_claim_path",
            Self::AlreadyClaimed => "already_claimed",
            Self::NothingWaits => "nothing_waits",
            Self::BadSignature { .. } => "bad_signature",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::BelowMinimum { .. } => "below_minimum",
            Self::Pool(refusal) => refusal.code(),
            Self::BadProof => "bad_proof",
            Self::Name(refusal) => refusal.code(),
            Self::Ring(refusal) => refusal.code(),
            Self::EcdsaOff => "ecdsa_off",
            Self::NoRotation => "no_rotation",
            Self::DecisionTooLate => "decision_too_late",
            Self::AlreadyDecided => "already_decided",
            Self::NoQuorum => "no_quorum",
            Self::BadState(_) => "bad_state",
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::new(rejection.code(), &rejection.to_string())
    }
}
