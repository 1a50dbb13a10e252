//! What can go wrong with a message, a bundle or a session.

/// Why a call had no effect. None of them says more than an attacker already knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RatchetError {
    /// This message was decrypted before, or its key is no longer kept.
    #[error("the message was received before")]
    Duplicate,
    /// The record belongs to another identity key than the bundle or message names.
    #[error("the identity key is not the one of this conversation")]
    UntrustedIdentity,
    /// There is no session to use.
    #[error("there is no session")]
    NoSession,
    /// Damaged, forged, of another version, or not from any of our sessions.
    #[error("the message is damaged or not for this session")]
    BadMessage,
    /// A prekey in a bundle is not signed by the bundle's identity.
    #[error("a prekey is not signed by its identity")]
    BadSignature,
    /// The prekeys given are not the ones that the message names.
    #[error("the message names prekeys that are not there")]
    MissingPreKey,
    /// More messages of one chain are missing than anyone may skip.
    #[error("too many messages are missing before this one")]
    TooFarAhead,
    /// The peer never answered and the session may no longer be used, or its counters ran out.
    #[error("the session is too old to send in")]
    SessionTooOld,
}
