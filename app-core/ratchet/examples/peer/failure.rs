//! What went wrong, in the words that the published library uses for it.

use crate::people::Address;
use ratchet::RatchetError;

/// Why a request had no effect.
#[derive(Debug)]
pub(crate) struct Failure {
    /// A word to act on. The library has one for a few cases only, and ours are the same there.
    pub(crate) code: &'static str,
    /// A sentence for people. It has the library's usual words in it, so that one look at code and
    /// sentence fits both.
    pub(crate) message: String,
}

impl Failure {
    pub(crate) fn new(code: &'static str, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The request itself is at fault.
    pub(crate) fn request(message: impl Into<String>) -> Self {
        Self::new("BadRequest", message)
    }

    pub(crate) fn no_session(address: &Address) -> Self {
        Self::new("SessionNotFound", format!("session with {address} not found"))
    }

    pub(crate) fn untrusted(address: &Address) -> Self {
        Self::new("UntrustedIdentity", format!("untrusted identity for address {address}"))
    }

    /// What the crate says about a message of this kind, of or for this address.
    pub(crate) fn of(error: RatchetError, kind: &str, address: &Address) -> Self {
        let invalid =
            |why: &str| Self::new("InvalidMessage", format!("invalid {kind} message: {why}"));
        match error {
            RatchetError::NoSession | RatchetError::SessionTooOld => Self::no_session(address),
            RatchetError::UntrustedIdentity => Self::untrusted(address),
            // A version is that of the post-quantum part: the message's own was read before.
            RatchetError::BadMessage | RatchetError::OldVersion | RatchetError::UnknownVersion => {
                invalid("decryption failed")
            }
            RatchetError::TooFarAhead => invalid("message from too far into the future"),
            RatchetError::Duplicate
            | RatchetError::BadKey
            | RatchetError::BadSignature
            | RatchetError::MissingPreKey
            | RatchetError::NoSenderKey
            | RatchetError::BadCertificate
            | RatchetError::OwnMessage
            | RatchetError::OtherVersion
            | RatchetError::BadAttachment => error.into(),
        }
    }

    /// What the crate says about a message between two that it could not read.
    pub(crate) fn of_message(error: RatchetError, bytes: &[u8]) -> Self {
        match (Self::of_bytes(error, bytes), bytes) {
            (Self { code: code @ "InvalidMessage", .. }, [0x30..=0x3f, _, _, ..]) => {
                Self::new(code, "invalid PreKey message: X3DH no longer supported")
            }
            (other, _) => other,
        }
    }

    /// What the crate says about bytes that it could not read.
    pub(crate) fn of_bytes(error: RatchetError, bytes: &[u8]) -> Self {
        let Self { code, message } = error.into();
        let version = bytes.first().copied().unwrap_or_default() >> 4;
        match (code, bytes.len()) {
            ("InvalidMessage", short @ 0..=2) => {
                Self::new(code, format!("ciphertext serialized bytes were too short <{short}>"))
            }
            ("LegacyCiphertextVersion" | "UnrecognizedCiphertextVersion", _) => {
                Self::new(code, format!("{message} <{version}>"))
            }
            _ => Self { code, message },
        }
    }
}

impl From<RatchetError> for Failure {
    fn from(error: RatchetError) -> Self {
        let (code, message) = match error {
            RatchetError::Duplicate => ("DuplicatedMessage", "message with old counter"),
            RatchetError::UntrustedIdentity => ("UntrustedIdentity", "untrusted identity"),
            RatchetError::NoSession => ("SessionNotFound", "session not found"),
            RatchetError::OldVersion => {
                ("LegacyCiphertextVersion", "ciphertext version was too old")
            }
            RatchetError::UnknownVersion => {
                ("UnrecognizedCiphertextVersion", "ciphertext version was unrecognized")
            }
            RatchetError::BadKey => ("InvalidKey", "bad key type or invalid key agreement"),
            RatchetError::BadMessage => ("InvalidMessage", "protobuf encoding was invalid"),
            RatchetError::BadSignature => ("InvalidSignature", "invalid signature detected"),
            RatchetError::MissingPreKey => ("InvalidPreKeyId", "no such prekey"),
            RatchetError::TooFarAhead => ("InvalidMessage", "message from too far into the future"),
            RatchetError::SessionTooOld => ("SessionNotFound", "session not found: too old"),
            RatchetError::NoSenderKey => {
                ("NoSenderKeyState", "missing sender key state for distribution ID")
            }
            RatchetError::BadCertificate => (
                "InvalidCertificate",
                "trust root validation failed: the certificate does not hold",
            ),
            RatchetError::OwnMessage => {
                ("SealedSenderSelfSend", "self send of a sealed sender message")
            }
            RatchetError::OtherVersion => {
                ("FingerprintVersionMismatch", "fingerprint version number mismatch")
            }
            RatchetError::BadAttachment => ("InvalidAttachment", "damaged attachment"),
        };
        Self::new(code, message)
    }
}
