//! Prekey bundles: what somebody publishes so that others can write first.
//!
//! The directory keeps the lasting part, [`Bundle::base_bytes`], and hands out each one-time
//! [`OneTimePublic`] and [`KyberPublic`] once; the latter stands in for the lasting part's own. All
//! are foreign bytes to whoever fetches them; nothing is used before [`Bundle::verify`].

use crate::{
    RatchetError,
    address::DEVICES,
    curve::PublicKey33,
    identity::{IdentityKey, IdentityKeyPair},
    kyber::KyberPublicKey,
    prekeys::{KyberPreKey, OneTimePreKey, SignedPreKey},
};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const FORMAT: u8 = 1;

/// The public part of a [`SignedPreKey`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedPublic {
    /// The number by which messages name it.
    pub id: u32,
    /// The key.
    pub key: PublicKey33,
    /// By the identity over the key's 33 bytes.
    pub signature: [u8; 64],
}

/// The public part of a [`KyberPreKey`]; 1637 bytes, number first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KyberPublic {
    /// The number by which messages name it.
    pub id: u32,
    /// The key.
    pub key: KyberPublicKey,
    /// By the identity over the key's 1569 bytes.
    pub signature: [u8; 64],
}

/// The public part of a [`OneTimePreKey`]; 37 bytes, number first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OneTimePublic {
    /// The number by which messages name it.
    pub id: u32,
    /// The key; nobody signs it.
    pub key: PublicKey33,
}

impl From<&KyberPreKey> for KyberPublic {
    fn from(key: &KyberPreKey) -> Self {
        Self { id: key.id(), key: key.public().clone(), signature: *key.signature() }
    }
}

impl From<&OneTimePreKey> for OneTimePublic {
    fn from(key: &OneTimePreKey) -> Self {
        Self { id: key.id(), key: *key.public() }
    }
}

/// All that is needed to write to somebody first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Random number of this installation, 1 to 16380.
    pub registration_id: u32,
    /// 1 to 127.
    pub device_id: u32,
    /// Who publishes this.
    pub identity: IdentityKey,
    /// The signed prekey of these days.
    pub signed: SignedPublic,
    /// The Kyber prekey of these days, or one for this session alone: its owner knows which.
    pub kyber: KyberPublic,
    /// A one-time key, unless the owner has run out of them.
    pub one_time: Option<OneTimePublic>,
}

impl Bundle {
    /// What `owner` publishes about these keys, without a one-time key.
    #[must_use]
    pub fn new(
        registration_id: u32,
        device_id: u32,
        owner: &IdentityKeyPair,
        signed: &SignedPreKey,
        kyber: &KyberPreKey,
    ) -> Self {
        Self {
            registration_id,
            device_id,
            identity: owner.public(),
            signed: SignedPublic {
                id: signed.id(),
                key: *signed.public(),
                signature: *signed.signature(),
            },
            kyber: kyber.into(),
            one_time: None,
        }
    }

    /// Puts together what the directory answers: the lasting part and perhaps a one-time key.
    ///
    /// # Errors
    /// [`DecodeError`] when the bytes are not such parts.
    pub fn from_parts(base: &[u8], one_time: Option<&[u8]>) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(base);
        let mut bundle = Self::decode_base(&mut reader)?;
        reader.finish()?;
        bundle.one_time = one_time.map(OneTimePublic::from_bytes).transpose()?;
        Ok(bundle)
    }

    /// The lasting part, for the directory; 1780 bytes.
    #[must_use]
    pub fn base_bytes(&self) -> Vec<u8> {
        let mut writer = Writer::new();
        self.encode_base(&mut writer);
        writer.into_bytes()
    }

    /// Checks both signatures against the bundle's own identity; whether that is the identity one
    /// wants to talk to is the caller's question.
    ///
    /// # Errors
    /// [`RatchetError::BadSignature`] if one of them is wrong.
    pub fn verify(&self) -> Result<(), RatchetError> {
        let Self { identity, signed, kyber, .. } = self;
        let good = identity.verify(signed.key.as_bytes(), &signed.signature)
            && identity.verify(kyber.key.as_bytes(), &kyber.signature);
        if good { Ok(()) } else { Err(RatchetError::BadSignature) }
    }

    fn encode_base(&self, writer: &mut Writer) {
        writer.u8(FORMAT);
        writer.u32(self.registration_id);
        writer.u32(self.device_id);
        self.identity.encode(writer);
        writer.u32(self.signed.id);
        self.signed.key.encode(writer);
        writer.fixed(&self.signed.signature);
        self.kyber.encode(writer);
    }

    fn decode_base(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.u8()? != FORMAT {
            return Err(DecodeError::BadValue("bundle format"));
        }
        let registration_id = r.u32()?;
        let device_id = r.u32()?;
        if !DEVICES.contains(&device_id) {
            return Err(DecodeError::BadValue("device id"));
        }
        Ok(Self {
            registration_id,
            device_id,
            identity: IdentityKey::decode(r)?,
            signed: SignedPublic {
                id: r.u32()?,
                key: PublicKey33::decode(r)?,
                signature: r.fixed()?,
            },
            kyber: KyberPublic::decode(r)?,
            one_time: None,
        })
    }
}

impl Encode for KyberPublic {
    fn encode(&self, writer: &mut Writer) {
        writer.u32(self.id);
        self.key.encode(writer);
        writer.fixed(&self.signature);
    }
}

impl Decode for KyberPublic {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { id: r.u32()?, key: KyberPublicKey::decode(r)?, signature: r.fixed()? })
    }
}

impl Encode for OneTimePublic {
    fn encode(&self, writer: &mut Writer) {
        writer.u32(self.id);
        self.key.encode(writer);
    }
}

impl Decode for OneTimePublic {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { id: r.u32()?, key: PublicKey33::decode(r)? })
    }
}

impl Encode for Bundle {
    fn encode(&self, writer: &mut Writer) {
        self.encode_base(writer);
        writer.option(self.one_time.as_ref());
    }
}

impl Decode for Bundle {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let base = Self::decode_base(r)?;
        Ok(Self { one_time: r.option()?, ..base })
    }
}
