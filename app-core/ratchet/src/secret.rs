//! Thirty-two secret bytes: wiped when dropped, never shown, never cloned.

use core::fmt;
use wire::{Decode, DecodeError, Encode, Reader, Writer};
use zeroize::{Zeroize, ZeroizeOnDrop};

/// A root key, chain key, message seed, shared secret or private key.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret([u8; 32]);

impl Secret {
    pub(crate) const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

impl Encode for Secret {
    fn encode(&self, writer: &mut Writer) {
        writer.fixed(&self.0);
    }
}

impl Decode for Secret {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        reader.fixed().map(Self)
    }
}
