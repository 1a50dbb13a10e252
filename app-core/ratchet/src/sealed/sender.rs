//! A sender's certificate: who sends, from which device, under which identity.
//!
//! Reading checks the form alone; [`SenderCertificate::validate`] decides what to believe.

use super::certificate::{ServerCertificate, Signed, check, required};
use crate::{
    RatchetError,
    curve::{KeyPair, PublicKey33},
    identity::{IdentityKey, IdentityKeyPair},
    proto::{Fields, put_bytes, put_fixed64, put_uint32},
};
use core::{fmt, ops::RangeInclusive};
use rand_core::CryptoRng;
use types::Timestamp;

const DEVICES: RangeInclusive<u32> = 1..=127;

/// Whom a sender certificate is about.
#[derive(Clone, Copy)]
pub struct Sender<'a> {
    /// The name, on Signal's own service a UUID.
    pub name: &'a str,
    /// The phone number, if it is to be told.
    pub e164: Option<&'a str>,
    /// 1 to 127.
    pub device: u32,
    /// The key that seals.
    pub identity: &'a IdentityKey,
}

impl fmt::Debug for Sender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sender(..)")
    }
}

/// Says who sends, from which device and under which identity, for a limited time.
#[derive(Clone, PartialEq, Eq)]
pub struct SenderCertificate {
    signed: Signed,
    server: ServerCertificate,
    name: String,
    e164: Option<String>,
    device: u32,
    expires: Timestamp,
    identity: IdentityKey,
}

impl SenderCertificate {
    /// A certificate by which a sender vouches for itself: it is root and server at once. Where no
    /// server vouches for anybody, [`SenderCertificate::validate_own`] proves the identity alone.
    ///
    /// # Errors
    /// [`RatchetError::BadCertificate`] if there cannot be such a device.
    pub fn of_own(
        identity: &IdentityKeyPair,
        name: &str,
        device: u32,
        expires: Timestamp,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, RatchetError> {
        let pair = identity.pair();
        let server = ServerCertificate::new(1, pair.public(), pair, rng);
        let sender = Sender { name, e164: None, device, identity: &identity.public() };
        Self::new(sender, expires, (&server, pair), rng)
    }

    pub(super) fn new(
        sender: Sender<'_>,
        expires: Timestamp,
        (server, signer): (&ServerCertificate, &KeyPair),
        rng: &mut impl CryptoRng,
    ) -> Result<Self, RatchetError> {
        check(DEVICES.contains(&sender.device))?;
        let mut body = vec![];
        if let Some(e164) = sender.e164 {
            put_bytes(&mut body, 1, e164.as_bytes());
        }
        put_uint32(&mut body, 2, sender.device);
        put_fixed64(&mut body, 3, expires.0);
        put_bytes(&mut body, 4, sender.identity.as_bytes());
        put_bytes(&mut body, 5, server.as_bytes());
        put_bytes(&mut body, 6, sender.name.as_bytes());
        Ok(Self {
            signed: Signed::new(body, signer, rng),
            server: server.clone(),
            name: sender.name.to_owned(),
            e164: sender.e164.map(str::to_owned),
            device: sender.device,
            expires,
            identity: *sender.identity,
        })
    }

    /// Reads one. A signer that is only named by a number is refused: none is known here.
    ///
    /// # Errors
    /// [`RatchetError::BadCertificate`] for a missing field or damaged bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, RatchetError> {
        Self::read(bytes).map_err(|_| RatchetError::BadCertificate)
    }

    fn read(bytes: &[u8]) -> Result<Self, RatchetError> {
        let signed = Signed::parse(bytes)?;
        let mut fields = Fields::new(signed.body());
        let (mut e164, mut device, mut expires) = (None, None, None);
        let (mut identity, mut server, mut name) = (None, None, None);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => e164 = Some(text(value.bytes()?)?),
                2 => device = Some(value.uint32()?),
                3 => expires = Some(value.fixed64()?),
                4 => identity = Some(value.bytes()?),
                5 => server = Some(value.bytes()?),
                6 => name = Some(text(value.bytes()?)?),
                7 => name = Some(uuid_text(value.bytes()?)?),
                // An alternative to field 5; the last one of both counts.
                8 => server = None,
                _ => {}
            }
        }
        let device = required(device.filter(|device| DEVICES.contains(device)))?;
        Ok(Self {
            server: ServerCertificate::read(required(server)?)?,
            name: required(name)?,
            e164,
            device,
            expires: Timestamp(required(expires)?),
            identity: required(identity.and_then(IdentityKey::parse))?,
            signed,
        })
    }

    /// The bytes, as they were received.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.as_bytes().to_vec()
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.signed.whole()
    }

    /// The sender's name; a UUID that came as bytes is written out.
    #[must_use]
    pub fn sender(&self) -> &str {
        &self.name
    }

    /// The sender's phone number, if it is told.
    #[must_use]
    pub fn e164(&self) -> Option<&str> {
        self.e164.as_deref()
    }

    /// The sending device, 1 to 127.
    #[must_use]
    pub const fn device(&self) -> u32 {
        self.device
    }

    /// The last moment at which the certificate holds.
    #[must_use]
    pub const fn expires(&self) -> Timestamp {
        self.expires
    }

    /// The key that seals.
    #[must_use]
    pub const fn identity(&self) -> &IdentityKey {
        &self.identity
    }

    /// The server that signed.
    #[must_use]
    pub const fn server(&self) -> &ServerCertificate {
        &self.server
    }

    /// True if this device of this name sent: whoever reads its own name here sent it itself.
    #[must_use]
    pub fn is_of(&self, name: &str, device: u32) -> bool {
        self.name == name && self.device == device
    }

    /// Checks the signatures up to the root, that the server key is not revoked, and the time.
    ///
    /// # Errors
    /// [`RatchetError::BadCertificate`] if one of them does not hold.
    pub fn validate(&self, root: &PublicKey33, now: Timestamp) -> Result<(), RatchetError> {
        self.server.validate(root)?;
        check(self.signed.is_by(self.server.key()) && now <= self.expires)
    }

    /// Checks a certificate by [`SenderCertificate::of_own`].
    ///
    /// # Errors
    /// [`RatchetError::BadCertificate`] if somebody else signed it, or too long ago.
    pub fn validate_own(&self, now: Timestamp) -> Result<(), RatchetError> {
        self.validate(self.identity.key(), now)
    }
}

impl fmt::Debug for SenderCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SenderCertificate(..)")
    }
}

fn text(bytes: &[u8]) -> Result<String, RatchetError> {
    String::from_utf8(bytes.to_vec()).map_err(|_| RatchetError::BadMessage)
}

fn uuid_text(bytes: &[u8]) -> Result<String, RatchetError> {
    bytes.try_into().map(crate::uuid::text).map_err(|_| RatchetError::BadMessage)
}
