//! Why a transaction is refused; one list for simulation, mempool and execution.

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
    /// The key belongs to another account.
    #[error("the key belongs to another account")]
    KeyInUse,
    /// The key signs nothing any more.
    #[error("the key is retired")]
    KeyRetired,
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
            Self::BadSignature { .. } => "bad_signature",
            Self::InsufficientFunds { .. } => "insufficient_funds",
            Self::BelowMinimum { .. } => "below_minimum",
            Self::BadState(_) => "bad_state",
        }
    }
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::new(rejection.code(), &rejection.to_string())
    }
}
