//! Messages as they travel: the whisper message, and the prekey message around the first ones.
//!
//! Reading checks the form alone; `session` decides what to believe.

mod prekey;
mod whisper;

pub use prekey::PreKeyMessage;
pub(crate) use prekey::Wrapper;
pub use whisper::SignalMessage;
pub(crate) use whisper::Whisper;

use crate::RatchetError;

/// Protocol version in the high half; the low half is the highest version its writer knows.
const VERSION: u8 = 0x44;

/// Which of the two forms a message has; the envelope says so, not the message itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum MessageKind {
    /// A message within an established session.
    Whisper = 2,
    /// A message that also establishes the session.
    PreKey = 3,
}

impl MessageKind {
    /// The protocol's number for it.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self as u8
    }

    /// The kind with this number.
    ///
    /// # Errors
    /// [`RatchetError::BadMessage`] for every other number.
    pub const fn parse(byte: u8) -> Result<Self, RatchetError> {
        match byte {
            2 => Ok(Self::Whisper),
            3 => Ok(Self::PreKey),
            _ => Err(RatchetError::BadMessage),
        }
    }
}

/// An encrypted message, ready for its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Which form it has.
    pub kind: MessageKind,
    /// The whole message.
    pub bytes: Vec<u8>,
}

/// A received message, well-formed but not yet believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Incoming {
    /// Establishes a session, or belongs to one that its writer thinks unanswered.
    PreKey(PreKeyMessage),
    /// Belongs to an established session.
    Whisper(SignalMessage),
}

impl Incoming {
    /// Reads a message of this kind.
    ///
    /// # Errors
    /// [`RatchetError::OldVersion`], [`RatchetError::UnknownVersion`]; [`RatchetError::BadMessage`]
    /// for a missing field or damaged bytes.
    pub fn parse(kind: MessageKind, bytes: &[u8]) -> Result<Self, RatchetError> {
        match kind {
            MessageKind::Whisper => SignalMessage::parse(bytes).map(Self::Whisper),
            MessageKind::PreKey => PreKeyMessage::parse(bytes).map(Self::PreKey),
        }
    }
}

/// What stands behind the version byte. Only version 4 is read: no session of version 3 exists here,
/// and none can begin.
const fn body(bytes: &[u8]) -> Result<&[u8], RatchetError> {
    match bytes {
        [] => Err(RatchetError::BadMessage),
        [version, body @ ..] => match *version >> 4 {
            0..=2 => Err(RatchetError::OldVersion),
            3 => Err(RatchetError::BadMessage),
            4 => Ok(body),
            5.. => Err(RatchetError::UnknownVersion),
        },
    }
}

fn required<T>(field: Option<T>) -> Result<T, RatchetError> {
    field.ok_or(RatchetError::BadMessage)
}
