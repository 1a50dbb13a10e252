//! The card: a grant with its keys. It leaves the device sealed only.

use shielded::{IncomingKey, Period, ViewingKey};
use types::ChainId;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

use super::grant::{GrantFault, KeyDigest, MAX_GRANT_KEYS, ReviewGrant, Strength};

/// A key of one period account, as strong as the grant says.
#[derive(Debug)]
pub enum GrantedKey {
    /// Both directions.
    Viewing(ViewingKey),
    /// Receipts alone.
    Incoming(IncomingKey),
}

/// A grant and the keys that it names.
#[derive(Debug)]
pub struct GrantCard {
    /// What was signed.
    pub grant: ReviewGrant,
    /// The keys, in its order.
    pub keys: Vec<GrantedKey>,
}

impl GrantedKey {
    /// The period account that it opens.
    #[must_use]
    pub const fn period(&self) -> Period {
        match self {
            Self::Viewing(key) => key.period(),
            Self::Incoming(key) => key.period(),
        }
    }

    /// Its name on the grant.
    #[must_use]
    pub fn digest(&self) -> KeyDigest {
        let digest = match self {
            Self::Viewing(key) => key.fingerprint(),
            Self::Incoming(key) => key.fingerprint(),
        };
        KeyDigest { period: self.period(), digest }
    }

    /// The key, if it shows both directions.
    #[must_use]
    pub const fn viewing(&self) -> Option<&ViewingKey> {
        match self {
            Self::Viewing(key) => Some(key),
            Self::Incoming(_) => None,
        }
    }

    /// The key as strong as a grant of this strength gives it; `None` for a key that is none.
    #[must_use]
    pub fn of(key: ViewingKey, strength: Strength) -> Option<Self> {
        match strength {
            Strength::Incoming => key.incoming().map(Self::Incoming),
            Strength::Period | Strength::Standing | Strength::Full => Some(Self::Viewing(key)),
        }
    }

    const fn is_as_strong_as(&self, strength: Strength) -> bool {
        match (self, strength) {
            (Self::Incoming(_), Strength::Incoming) => true,
            (Self::Viewing(_), Strength::Incoming) | (Self::Incoming(_), _) => false,
            (Self::Viewing(_), Strength::Period | Strength::Standing | Strength::Full) => true,
        }
    }
}

impl GrantCard {
    /// True if one of its keys opens this period account in both directions.
    #[must_use]
    pub fn opens(&self, period: Period) -> bool {
        self.keys.iter().any(|key| key.viewing().is_some_and(|key| key.period() == period))
    }

    /// Checks what needs no ledger: signature, network, that every key is the one that was signed
    /// for, and that the card is made out to the holder of this fingerprint.
    ///
    /// # Errors
    /// The first [`GrantFault`].
    pub fn check(&self, chain: ChainId, own: &[u8; 32]) -> Result<(), GrantFault> {
        self.grant.check(chain)?;
        let strength = self.grant.terms.strength;
        let strong = self.keys.iter().all(|key| key.is_as_strong_as(strength));
        if !strong || !self.keys.iter().map(GrantedKey::digest).eq(self.grant.keys.iter().copied())
        {
            return Err(GrantFault::Keys);
        }
        if self.grant.terms.grantee.fingerprint == *own { Ok(()) } else { Err(GrantFault::Grantee) }
    }
}

impl Encode for GrantedKey {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::Viewing(key) => {
                w.u8(1);
                key.encode(w);
            }
            Self::Incoming(key) => {
                w.u8(2);
                key.encode(w);
            }
        }
    }
}

impl Decode for GrantedKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        match r.u8()? {
            1 => ViewingKey::decode(r).map(Self::Viewing),
            2 => IncomingKey::decode(r).map(Self::Incoming),
            _ => Err(DecodeError::BadValue("kind of review key")),
        }
    }
}

impl Encode for GrantCard {
    fn encode(&self, w: &mut Writer) {
        self.grant.encode(w);
        w.list(&self.keys);
    }
}

impl Decode for GrantCard {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { grant: ReviewGrant::decode(r)?, keys: r.list(MAX_GRANT_KEYS)? })
    }
}
