//! Why an answer is not believed.

use ledger::{CertificateError, HeaderError, ProofError};
use types::{Address, Round, Timestamp};

/// Why a header, a proof or a history is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LightError {
    /// The header is not of this chain or does not follow the last one.
    #[error("header refused: {0}")]
    Header(#[from] HeaderError),
    /// The committee has not decided the header.
    #[error("certificate refused: {0}")]
    Certificate(#[from] CertificateError),
    /// The header is decided, and dated ahead of our clock: that one is behind.
    #[error("header of {}, our clock says {}", header.0, now.0)]
    FutureHeader {
        /// The header's time.
        header: Timestamp,
        /// Ours.
        now: Timestamp,
    },
    /// The proof names a round whose state root is not, or no longer, known.
    #[error("state root of round {} is not known", .0.0)]
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
    /// The entries do not lead to the proved end: one was altered, or the end was cut off.
    #[error("history does not lead to what is proved")]
    WrongHistory,
}
