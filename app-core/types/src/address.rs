//! Addresses: where money is sent.

/// Which signature scheme stands behind an address. The byte is the Base58 version byte.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[repr(u8)]
pub enum AddressKind {
    /// secp256k1; the text begins with `A`.
    Ecdsa = 0x17,
    /// Falcon-1024; the text begins with `F`.
    Falcon = 0x23,
}

/// A version byte that no address has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of address: {0:#04x}")]
pub struct UnknownAddressKind(pub u8);

impl AddressKind {
    /// The version byte.
    #[must_use]
    pub const fn version(self) -> u8 {
        self as u8
    }

    /// The kind with this version byte.
    ///
    /// # Errors
    /// [`UnknownAddressKind`] for every other byte.
    pub const fn parse(version: u8) -> Result<Self, UnknownAddressKind> {
        match version {
            0x17 => Ok(Self::Ecdsa),
            0x23 => Ok(Self::Falcon),
            other => Err(UnknownAddressKind(other)),
        }
    }
}

/// Version and RIPEMD160(SHA-256(public key)). One payload under two versions is two addresses
/// (`money-and-mail.md` C3). `keys` writes and reads the text form.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Address {
    /// The scheme of the key behind it.
    pub kind: AddressKind,
    /// The hash of that key.
    pub payload: [u8; 20],
}

impl Address {
    /// Length in bytes: version, then payload.
    pub const LEN: usize = 21;

    /// Version byte, then payload: the form in state keys and on the wire.
    #[must_use]
    pub fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [self.kind.version(); Self::LEN];
        for (to, from) in bytes.iter_mut().skip(1).zip(self.payload) {
            *to = from;
        }
        bytes
    }
}
