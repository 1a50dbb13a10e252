//! Our own certificate authority: a trust root and the one server key that it has certified.

use super::{
    certificate::ServerCertificate,
    sender::{Sender, SenderCertificate},
};
use crate::{
    RatchetError,
    curve::{KeyPair, PublicKey33},
};
use core::fmt;
use rand_core::CryptoRng;
use types::Timestamp;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const FORMAT: u8 = 1;
const CERTIFICATE_LIMIT: usize = 256;

/// Vouches for senders, by [`SenderCertificate`]s that lead to its root.
pub struct Authority {
    root: KeyPair,
    server: KeyPair,
    certificate: ServerCertificate,
}

impl Authority {
    /// A fresh authority whose server key has this number.
    #[must_use]
    pub fn generate(server_id: u32, rng: &mut impl CryptoRng) -> Self {
        let (root, server) = (KeyPair::generate(rng), KeyPair::generate(rng));
        Self::new(root, server, server_id, rng)
    }

    /// The authority of these private keys, which are clamped first.
    #[must_use]
    pub fn from_private(
        root: [u8; 32],
        server: [u8; 32],
        server_id: u32,
        rng: &mut impl CryptoRng,
    ) -> Self {
        let (root, server) = (KeyPair::from_private(root), KeyPair::from_private(server));
        Self::new(root, server, server_id, rng)
    }

    fn new(root: KeyPair, server: KeyPair, server_id: u32, rng: &mut impl CryptoRng) -> Self {
        let certificate = ServerCertificate::new(server_id, server.public(), &root, rng);
        Self { root, server, certificate }
    }

    /// What receivers must know to check certificates.
    #[must_use]
    pub const fn root(&self) -> &PublicKey33 {
        self.root.public()
    }

    /// The root's word for the server key.
    #[must_use]
    pub const fn server_certificate(&self) -> &ServerCertificate {
        &self.certificate
    }

    /// Vouches for a sender until `expires`.
    ///
    /// # Errors
    /// [`RatchetError::BadCertificate`] if there cannot be such a device.
    pub fn issue(
        &self,
        sender: Sender<'_>,
        expires: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<SenderCertificate, RatchetError> {
        SenderCertificate::new(sender, expires, (&self.certificate, &self.server), rng)
    }
}

impl fmt::Debug for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Authority(..)")
    }
}

impl Encode for Authority {
    fn encode(&self, writer: &mut Writer) {
        writer.u8(FORMAT);
        self.root.encode(writer);
        self.server.encode(writer);
        writer.bytes(self.certificate.as_bytes());
    }
}

impl Decode for Authority {
    fn decode(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if reader.u8()? != FORMAT {
            return Err(DecodeError::BadValue("authority format"));
        }
        let (root, server) = (KeyPair::decode(reader)?, KeyPair::decode(reader)?);
        ServerCertificate::parse(&reader.bytes(CERTIFICATE_LIMIT)?)
            .ok()
            .filter(|certificate| certificate.key() == server.public())
            .filter(|certificate| certificate.validate(root.public()).is_ok())
            .map(|certificate| Self { root, server, certificate })
            .ok_or(DecodeError::BadValue("server certificate"))
    }
}
