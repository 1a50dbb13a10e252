//! Paying all there is: the sweep to another address (`money-and-mail.md` A10, B2).
//!
//! One action for each source. The amount is what the source holds when its turn comes, the fee
//! already paid, so that a deposit in between leaves no remainder. What stays behind with the
//! emptied account: ABIT, which cannot be transferred, bonds, names, open red envelopes (what
//! nobody claims of them comes back to where they say), its keys, its history and its nonce, which
//! never begins again.

use super::Act;
use crate::draft::Draft;
use crate::{EntryKind, Rejection};
use types::Address;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Moves all transferable ABC of a source to an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PayAll {
    /// The position of the source that is emptied.
    pub source: u8,
    /// Whom; not the source itself.
    pub to: Address,
}

impl Act for PayAll {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn needs_strongest(&self) -> bool {
        false
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let payer = draft.home(self.source)?;
        let from = draft.source_address(self.source)?;
        if draft.home_of(self.to)? == payer {
            return Err(Rejection::BadTransaction("all of an account to itself"));
        }
        let all = draft.touch(payer)?.abc;
        if all.is_zero() {
            return Err(Rejection::InsufficientFunds { have: 0, need: 1 });
        }
        draft.take(payer, all, EntryKind::MovedOut, Some(self.to))?;
        draft.give(self.to, all, EntryKind::MovedIn, Some(from))
    }
}

impl Encode for PayAll {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.to.encode(w);
    }
}

impl Decode for PayAll {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, to: Address::decode(r)? })
    }
}
