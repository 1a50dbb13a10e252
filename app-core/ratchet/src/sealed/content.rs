//! What a sealed message holds: an encrypted message of some kind, and its sender's certificate.

use super::sender::SenderCertificate;
use crate::{
    MessageKind, RatchetError,
    proto::{Fields, put_bytes, put_uint32},
};
use core::fmt;

/// What kind of message is sealed; other numbers than [`MessageKind`] has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ContentKind {
    /// A message that also establishes the session.
    PreKey = 1,
    /// A message within an established session.
    Whisper = 2,
    /// A group message under a sender key.
    SenderKey = 7,
    /// A [`crate::RetryRequest`], which nothing but the seal encrypts.
    Plaintext = 8,
}

impl ContentKind {
    fn parse(number: u32) -> Result<Self, RatchetError> {
        [Self::PreKey, Self::Whisper, Self::SenderKey, Self::Plaintext]
            .into_iter()
            .find(|kind| u32::from(*kind as u8) == number)
            .ok_or(RatchetError::BadMessage)
    }

    /// The kind of a message between two; none for the others.
    #[must_use]
    pub const fn message_kind(self) -> Option<MessageKind> {
        match self {
            Self::PreKey => Some(MessageKind::PreKey),
            Self::Whisper => Some(MessageKind::Whisper),
            Self::SenderKey | Self::Plaintext => None,
        }
    }
}

impl From<MessageKind> for ContentKind {
    fn from(kind: MessageKind) -> Self {
        match kind {
            MessageKind::PreKey => Self::PreKey,
            MessageKind::Whisper => Self::Whisper,
        }
    }
}

/// What a receiver who cannot decrypt the content should do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
#[repr(u8)]
pub enum ContentHint {
    /// Show at once that something is missing. Also stands for numbers that are not known here.
    #[default]
    Default = 0,
    /// Ask for it again, and show that something is missing only if it does not come.
    Resendable = 1,
    /// Ask for it again if at all, and show nothing.
    Implicit = 2,
}

/// The inside of a sealed message.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedContent {
    /// What `content` is.
    pub kind: ContentKind,
    /// Who sends.
    pub certificate: SenderCertificate,
    /// The message itself.
    pub content: Vec<u8>,
    /// What to do if the content cannot be decrypted.
    pub hint: ContentHint,
    /// The group that the message belongs to; never empty when it was read.
    pub group: Option<Vec<u8>>,
}

impl SealedContent {
    /// Reads one.
    ///
    /// # Errors
    /// [`RatchetError::BadMessage`] for an unknown kind, a missing field or damaged bytes, and
    /// [`RatchetError::BadCertificate`] for a damaged certificate.
    pub fn parse(bytes: &[u8]) -> Result<Self, RatchetError> {
        let mut fields = Fields::new(bytes);
        let (mut kind, mut certificate, mut content) = (None, None, None);
        let (mut hint, mut group) = (ContentHint::Default, None);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => kind = Some(value.uint32()?),
                2 => certificate = Some(value.bytes()?),
                3 => content = Some(value.bytes()?),
                4 => hint = parse_hint(value.uint32()?),
                5 => group = Some(value.bytes()?),
                _ => {}
            }
        }
        let certificate = certificate.ok_or(RatchetError::BadMessage)?;
        Ok(Self {
            kind: ContentKind::parse(kind.ok_or(RatchetError::BadMessage)?)?,
            certificate: SenderCertificate::parse(certificate)?,
            content: content.ok_or(RatchetError::BadMessage)?.to_vec(),
            hint,
            group: group.filter(|group| !group.is_empty()).map(<[u8]>::to_vec),
        })
    }

    /// The bytes that are sealed. A default hint and an empty group are left out.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = vec![];
        put_uint32(&mut out, 1, u32::from(self.kind as u8));
        put_bytes(&mut out, 2, self.certificate.as_bytes());
        put_bytes(&mut out, 3, &self.content);
        if self.hint != ContentHint::Default {
            put_uint32(&mut out, 4, u32::from(self.hint as u8));
        }
        if let Some(group) = self.group.as_ref().filter(|group| !group.is_empty()) {
            put_bytes(&mut out, 5, group);
        }
        out
    }
}

impl fmt::Debug for SealedContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedContent({:?}, ..)", self.kind)
    }
}

const fn parse_hint(number: u32) -> ContentHint {
    match number {
        1 => ContentHint::Resendable,
        2 => ContentHint::Implicit,
        _ => ContentHint::Default,
    }
}
