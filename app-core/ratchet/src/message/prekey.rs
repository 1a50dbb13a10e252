//! The prekey message: a whisper message with the beginning of its session.
//!
//! Nothing authenticates the wrapper itself. A change to its keys or ciphertext leads to other
//! secrets, and so to a wrong MAC inside.

use super::{SignalMessage, VERSION, body, required};
use crate::{
    RatchetError,
    curve::PublicKey33,
    identity::IdentityKey,
    kyber::KyberCiphertext,
    proto::{Fields, put_bytes, put_uint32},
};

/// A prekey message: a whisper message with what its receiver needs to establish the session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreKeyMessage {
    registration_id: u32,
    one_time_id: Option<u32>,
    signed_pre_key_id: u32,
    kyber_id: u32,
    kyber_ciphertext: KyberCiphertext,
    base_key: PublicKey33,
    identity: IdentityKey,
    message: SignalMessage,
}

/// The wrapper around the first messages of a session, the same for all of them.
pub(crate) struct Wrapper<'a> {
    pub(crate) one_time_id: Option<u32>,
    pub(crate) base_key: &'a PublicKey33,
    pub(crate) identity: &'a IdentityKey,
    pub(crate) registration_id: u32,
    pub(crate) signed_pre_key_id: u32,
    pub(crate) kyber_id: u32,
    pub(crate) kyber_ciphertext: &'a KyberCiphertext,
}

impl Wrapper<'_> {
    /// The whole prekey message around a whole whisper message.
    pub(crate) fn write(&self, whisper: &[u8]) -> Vec<u8> {
        let mut out = vec![VERSION];
        if let Some(id) = self.one_time_id {
            put_uint32(&mut out, 1, id);
        }
        put_bytes(&mut out, 2, self.base_key.as_bytes());
        put_bytes(&mut out, 3, self.identity.as_bytes());
        put_bytes(&mut out, 4, whisper);
        put_uint32(&mut out, 5, self.registration_id);
        put_uint32(&mut out, 6, self.signed_pre_key_id);
        put_uint32(&mut out, 7, self.kyber_id);
        put_bytes(&mut out, 8, self.kyber_ciphertext.as_bytes());
        out
    }
}

impl PreKeyMessage {
    /// Reads one; see [`crate::Incoming::parse`].
    ///
    /// # Errors
    /// As there.
    pub fn parse(bytes: &[u8]) -> Result<Self, RatchetError> {
        let mut fields = Fields::new(body(bytes)?);
        let (mut one_time_id, mut signed, mut kyber, mut registration_id) = (None, None, None, 0);
        let (mut base_key, mut identity, mut message, mut ciphertext) = (None, None, None, None);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => one_time_id = Some(value.uint32()?),
                2 => base_key = Some(value.bytes()?),
                3 => identity = Some(value.bytes()?),
                4 => message = Some(value.bytes()?),
                5 => registration_id = value.uint32()?,
                6 => signed = Some(value.uint32()?),
                7 => kyber = Some(value.uint32()?),
                8 => ciphertext = Some(value.bytes()?),
                _ => {}
            }
        }
        Ok(Self {
            registration_id,
            one_time_id,
            signed_pre_key_id: required(signed)?,
            kyber_id: required(kyber)?,
            kyber_ciphertext: required(ciphertext.and_then(KyberCiphertext::parse))?,
            base_key: required(base_key.and_then(PublicKey33::parse))?,
            identity: required(identity.and_then(IdentityKey::parse))?,
            message: SignalMessage::parse(required(message)?)?,
        })
    }

    /// Who claims to write; proven by a successful decryption.
    #[must_use]
    pub const fn identity(&self) -> &IdentityKey {
        &self.identity
    }

    /// The random number of the sender's installation; 0 if it was left out.
    #[must_use]
    pub const fn registration_id(&self) -> u32 {
        self.registration_id
    }

    /// Which signed prekey the sender used.
    #[must_use]
    pub const fn signed_pre_key_id(&self) -> u32 {
        self.signed_pre_key_id
    }

    /// Which one-time prekey the sender used, if any.
    #[must_use]
    pub const fn one_time_id(&self) -> Option<u32> {
        self.one_time_id
    }

    /// Which Kyber prekey the sender used.
    #[must_use]
    pub const fn kyber_id(&self) -> u32 {
        self.kyber_id
    }

    /// The sender's key for this session; it names the session.
    #[must_use]
    pub const fn base_key(&self) -> &[u8; PublicKey33::LEN] {
        self.base_key.as_bytes()
    }

    /// The whisper message inside.
    #[must_use]
    pub const fn message(&self) -> &SignalMessage {
        &self.message
    }

    pub(crate) const fn base(&self) -> &PublicKey33 {
        &self.base_key
    }

    pub(crate) const fn kyber_ciphertext(&self) -> &KyberCiphertext {
        &self.kyber_ciphertext
    }
}
