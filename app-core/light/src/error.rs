//! Why an answer is not believed.

use ledger::{CertificateError, ConflictError, HeaderError, ProofError};
use types::{Address, Round, Timestamp};

/// Why a header, a proof or a history is refused. Each check of `acp-corrections.md` A4 has its
/// own, because callers act differently: they ask another node, ask for steps in between, set the
/// clock, or fetch a checkpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LightError {
    /// Checks 1 and 5: the header is not of this chain, or not one that can come after what is
    /// trusted.
    #[error("header refused: {0}")]
    Header(#[from] HeaderError),
    /// Check 3: a list of members is missing, not needed, or not the one that the header names.
    #[error("the list of members is not the one that the header names")]
    WrongMembers,
    /// Check 4: the committee has not decided the header.
    #[error("certificate refused: {0}")]
    Certificate(#[from] CertificateError),
    /// Checks 1 and 2: what is certified is dated ahead of our clock: that one is behind.
    #[error("header of {}, our clock says {}", header.0, now.0)]
    FutureHeader {
        /// The header's time.
        header: Timestamp,
        /// Ours.
        now: Timestamp,
    },
    /// Check 2: what is trusted is older than the trusting period; only a checkpoint helps.
    #[error("the last trusted header is of {}, too long ago", .0.0)]
    TrustExpired(Timestamp),
    /// Check 6: too few of the members that are trusted have signed; steps in between are needed.
    #[error("signed by {known} of {trusted} trusted members")]
    NotEnoughTrust {
        /// Trusted members that signed.
        known: usize,
        /// How many are trusted.
        trusted: usize,
    },
    /// So few epochs are missing that each boundary must be shown.
    #[error("a boundary was left out behind round {}", .0.0)]
    MustWalk(Round),
    /// The proof names a round whose header is not, or no longer, known.
    #[error("round {} is not known", .0.0)]
    UnknownRoot(Round),
    /// The proof answers for another address.
    #[error("proof about another address: {0:?}")]
    WrongAddress(Address),
    /// The proof does not follow from the state root.
    #[error("proof refused: {0}")]
    Proof(#[from] ProofError),
    /// An entry is missing or out of order; this number was due.
    #[error("history entry {0} is missing")]
    HistoryGap(u64),
    /// The entries, or the headers, do not lead to the proved end: one was altered, or cut off.
    #[error("history does not lead to what is proved")]
    WrongHistory,
    /// The checkpoint is of another chain or header, or older than what is trusted.
    #[error("checkpoint refused")]
    BadCheckpoint,
    /// What is said to be a contradiction proves none.
    #[error("warrant refused: {0}")]
    Warrant(#[from] ConflictError),
    /// A contradiction that trust began anew behind: it is resolved.
    #[error("the contradiction was resolved by a checkpoint")]
    Settled,
    /// Two certified headers contradict each other; nothing is believed until a person resolves it.
    #[error("the managers have certified two headers that contradict each other")]
    Frozen,
}
