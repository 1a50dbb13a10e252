//! The keys of a period account: what spends, what reviews both ways, what sees receipts.
//!
//! Each is a secret: no `Clone`, a `Debug` that shows nothing, wiped on drop. The circuit's crate
//! gives its viewing keys no way to be wiped, so they are kept here as bytes and brought into the
//! crate's form for each use; what that use leaves on the stack is beyond reach.

use crate::secret::{Secret, redacted};
use crate::{Note, Nullifier, Period, ShieldedAddress};
use hmac::{Hmac, KeyInit, Mac};
use orchard::keys as inner;
use sha2::Sha256;
use types::ChainId;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};
use zeroize::Zeroizing;

/// The coin type of our derivations, the same as in the path of the operation key.
const COIN_TYPE: u32 = 7341;

/// Spends the notes of one period account.
pub struct SpendingKey {
    period: Period,
    key: inner::SpendingKey,
}

/// Sees everything that happens in one period account, in both directions, for ever; spends
/// nothing. This is the review key of that period.
pub struct ViewingKey {
    period: Period,
    bytes: Secret<96>,
}

/// Sees what is paid to the addresses that a period account has given away, and nothing else.
pub struct IncomingKey {
    period: Period,
    bytes: Secret<64>,
}

redacted!(SpendingKey);
redacted!(ViewingKey);
redacted!(IncomingKey);

/// Which addresses of an account: those for others, or those for itself (change, carry-over).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scope {
    /// Given to those who pay.
    External,
    /// Never given to anybody.
    Internal,
}

impl Scope {
    pub(crate) const fn inner(self) -> inner::Scope {
        match self {
            Self::External => inner::Scope::External,
            Self::Internal => inner::Scope::Internal,
        }
    }

    pub(crate) const fn of(scope: inner::Scope) -> Self {
        match scope {
            inner::Scope::External => Self::External,
            inner::Scope::Internal => Self::Internal,
        }
    }
}

impl SpendingKey {
    /// The key of a period account: ZIP-32 over a seed that comes from the words under a label of
    /// its own, hardened throughout, so that no month's key tells anything about another's.
    /// `None` for about one seed in 2^250.
    #[must_use]
    pub fn derive(seed: &[u8; 32], period: Period) -> Option<Self> {
        let account = zip32::AccountId::try_from(period.index()).ok()?;
        let key = inner::SpendingKey::from_zip32_seed(seed, COIN_TYPE, account).ok()?;
        Some(Self { period, key })
    }

    /// The account it spends from.
    #[must_use]
    pub const fn period(&self) -> Period {
        self.period
    }

    /// The viewing key of the same account.
    #[must_use]
    pub fn viewing_key(&self) -> ViewingKey {
        let full = inner::FullViewingKey::from(&self.key);
        ViewingKey { period: self.period, bytes: secret(full.to_bytes()) }
    }

    pub(crate) fn authorizing(&self) -> inner::SpendAuthorizingKey {
        inner::SpendAuthorizingKey::from(&self.key)
    }
}

impl ViewingKey {
    /// The account it shows.
    #[must_use]
    pub const fn period(&self) -> Period {
        self.period
    }

    /// The key that sees receipts alone, for a grant of that strength: of the external scope, so
    /// neither change nor carry-over.
    #[must_use]
    pub fn incoming(&self) -> Option<IncomingKey> {
        let key = self.inner()?.to_ivk(inner::Scope::External);
        Some(IncomingKey { period: self.period, bytes: secret(key.to_bytes()) })
    }

    /// SHA-256 of its bytes: names the key on a grant card without giving it away.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        hash("bcm-viewing-key-v1", &[self.bytes.bytes()])
    }

    /// The address of this account for one contact or one request: whoever pays to it is known by
    /// that. The diversifier index is the first 88 bits of HMAC-SHA256(address key, id), the
    /// address key being SHA-256("bcm-address-key-v1" ‖ viewing key).
    #[must_use]
    pub fn address_for(&self, chain: ChainId, id: &[u8]) -> Option<ShieldedAddress> {
        self.address(chain, Scope::External, self.index_for(id)?)
    }

    /// An address for the account itself. The carry-over into it takes an id that is used once.
    #[must_use]
    pub fn own_address(&self, chain: ChainId, id: &[u8]) -> Option<ShieldedAddress> {
        self.address(chain, Scope::Internal, self.index_for(id)?)
    }

    /// Which addresses of this account a receiver is one of; `None` if of neither.
    #[must_use]
    pub fn scope_of(&self, address: &ShieldedAddress) -> Option<Scope> {
        self.inner()?.scope_for_address(&address.inner()?).map(Scope::of)
    }

    /// Which addresses of this account a note was paid to; `None` if to neither.
    #[must_use]
    pub fn scope_of_note(&self, note: &Note) -> Option<Scope> {
        self.inner()?.scope_for_address(&note.inner()?.recipient()).map(Scope::of)
    }

    /// The spent mark of a note of this account; `None` for a note of another.
    #[must_use]
    pub fn nullifier(&self, note: &Note) -> Option<Nullifier> {
        let (key, note) = (self.inner()?, note.inner()?);
        key.scope_for_address(&note.recipient())?;
        Some(Nullifier(note.nullifier(&key).to_bytes()))
    }

    pub(crate) fn inner(&self) -> Option<inner::FullViewingKey> {
        inner::FullViewingKey::from_bytes(self.bytes.bytes())
    }

    fn address(&self, chain: ChainId, scope: Scope, index: [u8; 11]) -> Option<ShieldedAddress> {
        let index = zip32::DiversifierIndex::from(index);
        let receiver = self.inner()?.address_at(index, scope.inner()).to_raw_address_bytes();
        let network = crate::network_of(chain);
        Some(ShieldedAddress { network, ends: self.period.month().next(), receiver })
    }

    fn index_for(&self, id: &[u8]) -> Option<[u8; 11]> {
        let key = Zeroizing::new(hash("bcm-address-key-v1", &[self.bytes.bytes()]));
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_slice()).ok()?;
        mac.update(id);
        let tag = mac.finalize().into_bytes();
        tag.first_chunk::<11>().copied()
    }
}

impl IncomingKey {
    /// The account whose receipts it shows.
    #[must_use]
    pub const fn period(&self) -> Period {
        self.period
    }

    /// SHA-256 of its bytes: names the key on a grant card without giving it away.
    #[must_use]
    pub fn fingerprint(&self) -> [u8; 32] {
        hash("bcm-incoming-key-v1", &[self.bytes.bytes()])
    }

    /// True for a note that was paid to an address of this key.
    #[must_use]
    pub fn owns(&self, note: &Note) -> bool {
        let paid = || self.inner()?.diversifier_index(&note.inner()?.recipient());
        paid().is_some()
    }

    pub(crate) fn inner(&self) -> Option<inner::IncomingViewingKey> {
        inner::IncomingViewingKey::from_bytes(self.bytes.bytes()).into()
    }
}

/// Takes bytes over and wipes the copy at hand.
fn secret<const N: usize>(bytes: [u8; N]) -> Secret<N>
where
    [u8; N]: zeroize::Zeroize,
{
    Secret::new(&Zeroizing::new(bytes))
}

/// A viewing key leaves the device only inside a sealed card or a session, or into the profile.
impl Encode for ViewingKey {
    fn encode(&self, w: &mut Writer) {
        self.period.encode(w);
        w.fixed(self.bytes.bytes());
    }
}

impl Decode for ViewingKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let key = Self { period: Period::decode(r)?, bytes: secret(r.fixed()?) };
        if key.inner().is_some() { Ok(key) } else { Err(DecodeError::BadValue("viewing key")) }
    }
}

impl Encode for IncomingKey {
    fn encode(&self, w: &mut Writer) {
        self.period.encode(w);
        w.fixed(self.bytes.bytes());
    }
}

impl Decode for IncomingKey {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let key = Self { period: Period::decode(r)?, bytes: secret(r.fixed()?) };
        if key.inner().is_some() { Ok(key) } else { Err(DecodeError::BadValue("incoming key")) }
    }
}
