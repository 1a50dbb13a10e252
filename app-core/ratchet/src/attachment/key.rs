//! The secret of one attachment.

use super::redacted;
use crate::secret::Secret;
use rand_core::CryptoRng;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::Zeroizing;

/// The key of one attachment: 32 bytes that encrypt and 32 that authenticate. It travels in the
/// message that announces the attachment, and serves for nothing else.
pub struct AttachmentKey {
    cipher: Secret,
    mac: Secret,
}

impl AttachmentKey {
    /// Length in bytes.
    pub const LEN: usize = 64;

    /// A fresh key.
    #[must_use]
    pub fn generate(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        rng.fill_bytes(&mut *bytes);
        Self::from_bytes(&bytes)
    }

    /// The key with these bytes; all bytes are a key.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; Self::LEN]) -> Self {
        let [mut cipher, mut mac] = [Zeroizing::new([0; 32]), Zeroizing::new([0; 32])];
        let halves = cipher.iter_mut().chain(mac.iter_mut());
        halves.zip(bytes).for_each(|(to, from)| *to = *from);
        Self { cipher: Secret::new(*cipher), mac: Secret::new(*mac) }
    }

    /// The bytes, for the message that announces the attachment.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; Self::LEN]> {
        let mut bytes = Zeroizing::new([0; Self::LEN]);
        let halves = self.cipher.as_bytes().iter().chain(self.mac.as_bytes());
        bytes.iter_mut().zip(halves).for_each(|(to, from)| *to = *from);
        bytes
    }

    pub(super) const fn cipher(&self) -> &Secret {
        &self.cipher
    }

    pub(super) const fn mac(&self) -> &Secret {
        &self.mac
    }
}

redacted!(AttachmentKey);

impl Encode for AttachmentKey {
    fn encode(&self, writer: &mut Writer) {
        self.cipher.encode(writer);
        self.mac.encode(writer);
    }
}

impl Decode for AttachmentKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { cipher: Secret::decode(r)?, mac: Secret::decode(r)? })
    }
}
