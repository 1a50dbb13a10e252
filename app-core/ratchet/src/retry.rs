//! Retry requests: "I could not decrypt that message, please send it again".
//!
//! The session being broken, nothing encrypts them but the seal around them. They say which message
//! is meant and nothing that its sender does not know.

use crate::{
    ContentKind, Incoming, PublicKey33, RatchetError,
    proto::{Fields, put_bytes, put_uint32, put_uint64},
};
use types::Timestamp;

const START: u8 = 0xc0;
const END: u8 = 0x80;
/// The field of an application's content that holds a decryption error.
const DECRYPTION_ERROR: u8 = 8;

/// Which message could not be decrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RetryRequest {
    /// Its ratchet key, by which its sender sees which session is broken; none in a group message.
    pub ratchet_key: Option<PublicKey33>,
    /// When its sender says to have sent it.
    pub timestamp: Timestamp,
    /// The device that sent it.
    pub device: u32,
}

impl RetryRequest {
    /// Asks again for this message.
    ///
    /// # Errors
    /// [`RatchetError::BadMessage`] for one that is damaged beyond recognition, and for a retry
    /// request.
    pub fn about(
        kind: ContentKind,
        message: &[u8],
        timestamp: Timestamp,
        device: u32,
    ) -> Result<Self, RatchetError> {
        let ratchet_key = match kind.message_kind() {
            Some(kind) => Some(match Incoming::parse(kind, message)? {
                Incoming::PreKey(message) => *message.message().ratchet_key(),
                Incoming::Whisper(message) => *message.ratchet_key(),
            }),
            None if kind == ContentKind::SenderKey => None,
            None => return Err(RatchetError::BadMessage),
        };
        Ok(Self { ratchet_key, timestamp, device })
    }

    /// Content of the kind [`ContentKind::Plaintext`].
    #[must_use]
    pub fn to_content(&self) -> Vec<u8> {
        let mut error = vec![];
        if let Some(key) = &self.ratchet_key {
            put_bytes(&mut error, 1, key.as_bytes());
        }
        put_uint64(&mut error, 2, self.timestamp.0);
        put_uint32(&mut error, 3, self.device);
        let mut out = vec![START];
        put_bytes(&mut out, DECRYPTION_ERROR, &error);
        out.push(END);
        out
    }

    /// Reads content of the kind [`ContentKind::Plaintext`].
    ///
    /// # Errors
    /// [`RatchetError::BadMessage`] for anything that is not a retry request.
    pub fn from_content(bytes: &[u8]) -> Result<Self, RatchetError> {
        let mut fields = Fields::new(unpadded(bytes).ok_or(RatchetError::BadMessage)?);
        let mut error = None;
        while let Some((number, value)) = fields.next()? {
            if number == u32::from(DECRYPTION_ERROR) {
                error = Some(value.bytes()?);
            }
        }
        Self::parse(error.ok_or(RatchetError::BadMessage)?)
    }

    fn parse(error: &[u8]) -> Result<Self, RatchetError> {
        let mut fields = Fields::new(error);
        let (mut ratchet_key, mut timestamp, mut device) = (None, None, 0);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => {
                    let key = PublicKey33::parse(value.bytes()?);
                    ratchet_key = Some(key.ok_or(RatchetError::BadMessage)?);
                }
                2 => timestamp = Some(Timestamp(value.uint64()?)),
                3 => device = value.uint32()?,
                _ => {}
            }
        }
        Ok(Self { ratchet_key, timestamp: timestamp.ok_or(RatchetError::BadMessage)?, device })
    }
}

/// What stands between the first byte and the end marker, which zeros may follow.
fn unpadded(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().rposition(|byte| *byte != 0)?;
    match bytes.get(..=end)? {
        [START, body @ .., END] => Some(body),
        _ => None,
    }
}
