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
    /// Of a version that is no longer spoken.
    #[error("the message is of an old version")]
    OldVersion,
    /// Of a version that this release does not know.
    #[error("the message is of an unknown version")]
    UnknownVersion,
    /// A public key of another type, or one that nobody can agree with.
    #[error("a key is of the wrong type or unusable")]
    BadKey,
    /// Damaged, forged, or not from any of our sessions.
    #[error("the message is damaged or not for this session")]
    BadMessage,
    /// A prekey is not signed by the bundle's identity, or a group message not by its sender key.
    #[error("a signature is wrong")]
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
    /// There is no sender key of this chain.
    #[error("there is no sender key for this message")]
    NoSenderKey,
    /// A sealed sender's certificate is expired, forged or not that of the sender.
    #[error("the sender's certificate does not hold")]
    BadCertificate,
    /// A sealed message that we sent ourselves.
    #[error("the message is our own")]
    OwnMessage,
    /// Two safety numbers are of different versions.
    #[error("the safety numbers are of different versions")]
    OtherVersion,
    /// An attachment is damaged or not the one that was announced.
    #[error("the attachment is damaged or not the one announced")]
    BadAttachment,
}
