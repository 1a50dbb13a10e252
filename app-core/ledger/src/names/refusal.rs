//! Why an action on a name is refused; one list for simulation, mempool and execution.

use crate::Rejection;
use types::{Abc, Amount, Timestamp};

/// A refusal of the rules of names. Its [code](NameRefusal::code) is the rejection's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NameRefusal {
    /// The account has not committed to this name with this salt, or not any more.
    #[error("no such commitment")]
    NoCommitment,
    /// The account has committed to this hash already.
    #[error("committed to already")]
    AlreadyCommitted,
    /// The deposit is not exactly [`crate::name_deposit`].
    #[error("the deposit must be {needed:?}")]
    BadDeposit {
        /// The right one.
        needed: Amount<Abc>,
    },
    /// The commitment is younger than [`crate::MIN_COMMITMENT`] rounds.
    #[error("too soon after the commitment")]
    CommitmentYoung,
    /// The commitment is older than [`crate::MAX_COMMITMENT`] rounds.
    #[error("too late after the commitment")]
    CommitmentOver,
    /// The name has an owner, in grace too.
    #[error("the name is taken")]
    Taken,
    /// It looks like a live name of somebody else, or like too many of one's own.
    #[error("the name looks like another one's")]
    LooksLike,
    /// The block gives the name, or one that looks like it, to a later commitment: as they stand the
    /// transactions are no block, the other way round they may be.
    #[error("an earlier commitment stands later in the block")]
    Order,
    /// Nobody has registered the name, or one that looks like it, since the commitment.
    #[error("the name has not been lost to anybody")]
    NotLost,
    /// There is no such name, sub-name or delegation, or it has lapsed.
    #[error("no such name")]
    Unknown,
    /// Its term is over: it must be renewed first.
    #[error("the name must be renewed first")]
    InGrace,
    /// The source's account may not change it.
    #[error("another one's name")]
    NotOwner,
    /// It has changed since it was read.
    #[error("the sequence is {current}")]
    StaleSequence {
        /// What it is now.
        current: u64,
    },
    /// Its term ends in more than 90 days.
    #[error("it can be renewed from {} on", from.0)]
    RenewalTooEarly {
        /// The first moment.
        from: Timestamp,
    },
    /// A delegation holds that cannot be taken back.
    #[error("the label is delegated for good")]
    Delegated,
    /// A delegation ends before it begins, or after the name's term.
    #[error("a delegation ends within the name's term")]
    BadUntil,
    /// The record is not [`crate::NameRecord::is_sound`].
    #[error("not a record that a name can have")]
    BadRecord,
}

impl NameRefusal {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoCommitment => "no_commitment",
            Self::AlreadyCommitted => "already_committed",
            Self::BadDeposit { .. } => "bad_deposit",
            Self::CommitmentYoung => "commitment_young",
            Self::CommitmentOver => "commitment_over",
            Self::Taken => "name_taken",
            Self::LooksLike => "looks_like",
            Self::Order => "name_order",
            Self::NotLost => "name_not_lost",
            Self::Unknown => "name_unknown",
            Self::InGrace => "name_in_grace",
            Self::NotOwner => "not_name_owner",
            Self::StaleSequence { .. } => "stale_sequence",
            Self::RenewalTooEarly { .. } => "renewal_too_early",
            Self::Delegated => "label_delegated",
            Self::BadUntil => "bad_until",
            Self::BadRecord => "bad_name_record",
        }
    }
}

impl From<NameRefusal> for Rejection {
    fn from(refusal: NameRefusal) -> Self {
        Self::Name(refusal)
    }
}
