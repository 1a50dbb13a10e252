//! The frame around every answer: a result, or a code that somebody can act on.

use crate::{Decode, DecodeError, Encode, Reader, Writer};

/// Codes that a node of the network answers with. The ledger's own (`bad_nonce`,
/// `insufficient_funds`, …) travel the same way.
pub mod code {
    /// The bytes are not a request of this protocol.
    pub const BAD_REQUEST: &str = "bad_request";
    /// A signature does not match.
    pub const BAD_SIGNATURE: &str = "bad_signature";
    /// No such queue, bundle, transaction, round or node.
    pub const NOT_FOUND: &str = "not_found";
    /// The queue holds as much as it may.
    pub const QUEUE_FULL: &str = "queue_full";
    /// The node, or the one it asked, cannot answer now; ask again later.
    pub const UNAVAILABLE: &str = "unavailable";
    /// The other side speaks no such version of the protocol.
    pub const UPGRADE_NEEDED: &str = "upgrade_needed";
    /// The node's disk is full or failing.
    pub const DISK_FULL: &str = "disk_full";
    /// The node stores as much of this kind as it may.
    pub const QUOTA: &str = "quota";
    /// The node cannot tell yet that this header is final; ask again later.
    pub const UNKNOWN_HEADER: &str = "unknown_header";
    /// Too many transactions of this account wait for a block; send it again when some are final.
    pub const TOO_MANY_WAITING: &str = "too_many_waiting";
    /// The faucet has paid this address before.
    pub const FAUCET_USED: &str = "faucet_used";
}

/// A refusal: a code from [`code`] or from the ledger, and a sentence for logs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct Failure {
    /// At most 32 bytes of lower-case letters and underscores.
    pub code: String,
    /// At most 200 bytes.
    pub message: String,
}

impl Failure {
    /// A refusal with this code and sentence.
    #[must_use]
    pub fn new(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned() }
    }
}

/// An answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply<T> {
    /// It was done.
    Done(T),
    /// It was not.
    Failed(Failure),
}

impl<T> Reply<T> {
    /// The answer as a result.
    ///
    /// # Errors
    /// The refusal, if it is one.
    pub fn into_result(self) -> Result<T, Failure> {
        match self {
            Self::Done(value) => Ok(value),
            Self::Failed(failure) => Err(failure),
        }
    }
}

impl<T> From<Result<T, Failure>> for Reply<T> {
    fn from(result: Result<T, Failure>) -> Self {
        match result {
            Ok(value) => Self::Done(value),
            Err(failure) => Self::Failed(failure),
        }
    }
}

impl<T: Encode> Encode for Reply<T> {
    fn encode(&self, writer: &mut Writer) {
        match self {
            Self::Done(value) => {
                writer.u8(0);
                value.encode(writer);
            }
            Self::Failed(failure) => {
                writer.u8(1);
                writer.text(&failure.code);
                writer.text(&failure.message);
            }
        }
    }
}

impl<T: Decode> Decode for Reply<T> {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match reader.u8()? {
            0 => T::decode(reader).map(Self::Done),
            1 => Ok(Self::Failed(Failure { code: reader.text(32)?, message: reader.text(200)? })),
            _ => Err(DecodeError::BadValue("reply")),
        }
    }
}
