//! Paying an address.

use super::Act;
use crate::draft::Draft;
use crate::{EntryKind, Params, Rejection};
use types::{Abc, Address, Amount};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Moves ABC to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pay {
    /// The position of the source that pays; 0 in a transaction without sources, which pays out of
    /// the private pool.
    pub source: u8,
    /// Whom.
    pub to: Address,
    /// How much; at least [`crate::Prices::least_pay`].
    pub amount: Amount<Abc>,
}

impl Act for Pay {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn needs_strongest(&self) -> bool {
        false
    }

    fn debit(&self, _: &Params) -> u128 {
        u128::from(self.amount.units())
    }

    fn check(&self, params: &Params) -> Result<(), Rejection> {
        if self.amount.is_zero() {
            return Err(Rejection::BadTransaction("nothing to pay"));
        }
        let least = params.prices.least_pay();
        let least = least.ok_or(Rejection::BadTransaction("fee beyond 64 bits"))?;
        if self.amount < least { Err(Rejection::BelowMinimum { least }) } else { Ok(()) }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        if draft.sources.is_empty() {
            draft.spend_private(self.amount)?;
            return draft.give(self.to, self.amount, EntryKind::PoolOut, None);
        }
        let payer = draft.home(self.source)?;
        let from = draft.source_address(self.source)?;
        draft.take(payer, self.amount, EntryKind::PayOut, Some(self.to))?;
        draft.give(self.to, self.amount, EntryKind::PayIn, Some(from))
    }
}

impl Encode for Pay {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.to.encode(w);
        self.amount.encode(w);
    }
}

impl Decode for Pay {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, to: Address::decode(r)?, amount: Amount::decode(r)? })
    }
}
