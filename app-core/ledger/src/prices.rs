//! What transactions cost.
//!
//! The genesis fixes the tables; wallets and execution read them. Fees count canonical sizes, so that
//! nobody can change a fee by signing again.

mod changes;

pub use changes::{MAX_PRICE_CHANGES, PriceChange, PriceChanges};

use types::{Abc, Amount};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// No price may exceed this, so that no fee comes near 64 bits.
const MAX_PRICE: u64 = 1_000_000_000_000;
/// Bytes of a `Pay` by one ECDSA source whose key is known.
pub(crate) const PLAIN_PAY: usize = 195;

/// Bytes of a claim of a share, paid to an address, without a source.
pub(crate) const CLAIM: usize = 543;
/// Bytes of the address in it.
const ADDRESS: usize = 21;

/// The price table, in smallest units of ABC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Prices {
    /// Of every transaction.
    pub base: u64,
    /// Of every action.
    pub action: u64,
    /// Of every byte, signatures included.
    pub byte: u64,
    /// The least that a payment to a new address must bring.
    pub existential: u64,
}

impl Prices {
    /// The devnet's table: a plain `Pay` costs 0.001 ABC, a new address needs 0.01 ABC.
    pub const DEVNET: Self = Self { base: 510, action: 100, byte: 2, existential: 10_000 };

    /// The price of a transaction with so many actions and bytes, `None` beyond 64 bits.
    #[must_use]
    pub fn fee(&self, actions: usize, bytes: usize) -> Option<Amount<Abc>> {
        let actions = self.action.checked_mul(u64::try_from(actions).ok()?)?;
        let bytes = self.byte.checked_mul(u64::try_from(bytes).ok()?)?;
        self.base.checked_add(actions)?.checked_add(bytes).map(Amount::new)
    }

    /// The least that a payment may bring: what a plain `Pay` costs. Flooding somebody's history
    /// thus costs at least as much as it brings.
    #[must_use]
    pub fn least_pay(&self) -> Option<Amount<Abc>> {
        self.fee(1, PLAIN_PAY)
    }

    /// The most that a claim of a share of a red envelope costs without a source, `None` beyond 64
    /// bits. Every share is larger, for the fee comes out of it (`money-and-mail.md` A2).
    #[must_use]
    pub fn claim(&self) -> Option<Amount<Abc>> {
        self.fee(1, CLAIM)
    }

    /// What a claim costs whose share waits under its key, as it names no address.
    #[must_use]
    pub fn waiting_claim(&self) -> Option<Amount<Abc>> {
        self.fee(1, CLAIM.saturating_sub(ADDRESS))
    }

    /// True if no fee can overflow and a new address always holds at least one payment.
    pub(crate) fn are_sound(&self) -> bool {
        let small = [self.base, self.action, self.byte, self.existential]
            .iter()
            .all(|price| *price <= MAX_PRICE);
        let least = self.least_pay().map_or(u64::MAX, Amount::units).max(1);
        small && self.existential >= least
    }
}

impl Encode for Prices {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.base);
        w.u64(self.action);
        w.u64(self.byte);
        w.u64(self.existential);
    }
}

impl Decode for Prices {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { base: r.u64()?, action: r.u64()?, byte: r.u64()?, existential: r.u64()? })
    }
}
