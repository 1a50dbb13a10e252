//! What can go wrong between two nodes, in the words a caller can act on.

use wire::Failure;

/// Why nothing came back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NetError {
    /// The node cannot be reached at any of its addresses.
    #[error("the node cannot be reached")]
    NoNetwork,
    /// The other side speaks no such protocol, or no such version of it.
    #[error("the other side does not speak this protocol")]
    UpgradeNeeded,
    /// No answer came in time.
    #[error("no answer in time")]
    Timeout,
    /// The connection or the stream ended before the answer was complete.
    #[error("the connection ended")]
    Closed,
    /// A frame is longer than its protocol allows.
    #[error("a frame is longer than allowed")]
    TooLong,
    /// This is not an address of a node.
    #[error("not an address of a node: {0}")]
    BadAddress(String),
    /// The answer is not one of this protocol.
    #[error("the answer makes no sense")]
    BadReply,
    /// The operating system does not let us listen there.
    #[error("cannot listen: {0}")]
    Listen(String),
}

/// Why a request to the home worker was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// It may or may not have arrived; asking again is right.
    #[error(transparent)]
    Net(#[from] NetError),
    /// The node refused it.
    #[error(transparent)]
    Failure(#[from] Failure),
}
