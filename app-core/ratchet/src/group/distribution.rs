//! The distribution message: what a member needs to read a sender's messages from here on.
//!
//! It is neither encrypted nor signed; it travels inside the session between sender and member.

use super::{DistributionId, VERSION, body};
use crate::{
    RatchetError,
    chain::ChainKey,
    curve::PublicKey33,
    proto::{Fields, put_bytes, put_uint32},
    secret::Secret,
};
use zeroize::Zeroizing;

/// More than all fields together take, so that the chain key is not left behind by a growing buffer.
const MAX_LEN: usize = 128;

/// One sender key, on its way to a member.
#[derive(Debug)]
pub struct SenderKeyDistribution {
    pub(crate) distribution: DistributionId,
    pub(crate) chain_id: u32,
    pub(crate) chain: ChainKey,
    pub(crate) signing_key: PublicKey33,
}

impl SenderKeyDistribution {
    /// Reads one.
    ///
    /// # Errors
    /// [`RatchetError::OldVersion`], [`RatchetError::UnknownVersion`], [`RatchetError::BadKey`] for
    /// a signing key of another type, [`RatchetError::BadMessage`] for a missing field or damaged
    /// bytes.
    pub fn parse(bytes: &[u8]) -> Result<Self, RatchetError> {
        let mut fields = Fields::new(body(bytes)?);
        let (mut distribution, mut chain_id, mut iteration) = (None, None, None);
        let (mut chain_key, mut signing_key) = (None, None);
        while let Some((number, value)) = fields.next()? {
            match number {
                1 => distribution = Some(value.bytes()?),
                2 => chain_id = Some(value.uint32()?),
                3 => iteration = Some(value.uint32()?),
                4 => chain_key = Some(value.bytes()?),
                5 => signing_key = Some(value.bytes()?),
                _ => {}
            }
        }
        let missing = RatchetError::BadMessage;
        let chain_key = chain_key.and_then(|key| key.try_into().ok()).ok_or(missing)?;
        let signing_key = signing_key.filter(|key| key.len() == PublicKey33::LEN).ok_or(missing)?;
        Ok(Self {
            distribution: DistributionId::from_field(distribution.ok_or(missing)?)?,
            chain_id: chain_id.ok_or(missing)?,
            chain: ChainKey::at(Secret::new(chain_key), iteration.ok_or(missing)?),
            signing_key: PublicKey33::parse(signing_key).ok_or(RatchetError::BadKey)?,
        })
    }

    /// The whole message.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let mut out = Zeroizing::new(Vec::with_capacity(MAX_LEN));
        out.push(VERSION);
        put_bytes(&mut out, 1, &self.distribution.0);
        put_uint32(&mut out, 2, self.chain_id);
        put_uint32(&mut out, 3, self.iteration());
        put_bytes(&mut out, 4, self.chain_key());
        put_bytes(&mut out, 5, self.signing_key.as_bytes());
        out
    }

    /// Which group it is for.
    #[must_use]
    pub const fn distribution_id(&self) -> DistributionId {
        self.distribution
    }

    /// The number of the sender's chain.
    #[must_use]
    pub const fn chain_id(&self) -> u32 {
        self.chain_id
    }

    /// The first message that can be read with it.
    #[must_use]
    pub const fn iteration(&self) -> u32 {
        self.chain.index()
    }

    /// What that message's key and all later ones follow from: secret.
    #[must_use]
    pub const fn chain_key(&self) -> &[u8; 32] {
        self.chain.key().as_bytes()
    }
}
