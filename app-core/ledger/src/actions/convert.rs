//! Turning ABC into ABIT, one way (`money-and-mail.md` B3).
//!
//! The ABC goes to the reserve that workers are paid from; it does not vanish.

use super::Act;
use crate::draft::Draft;
use crate::{Delta, Deltas, EntryKind, Params, Pot, Rejection};
use types::{Abc, Abit, Amount};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Smallest units of ABIT for one smallest unit of ABC.
const RATE: u64 = 1000;

/// Turns ABC into a thousand times as much ABIT.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convert {
    /// The position of the source that converts.
    pub source: u8,
    /// How much.
    pub abc: Amount<Abc>,
}

impl Convert {
    /// What it brings, `None` beyond 64 bits.
    #[must_use]
    pub fn brings(&self) -> Option<Amount<Abit>> {
        self.abc.units().checked_mul(RATE).map(Amount::new)
    }
}

impl Act for Convert {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn debit(&self, _: &Params) -> u128 {
        u128::from(self.abc.units())
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        if self.abc.is_zero() {
            return Err(Rejection::BadTransaction("nothing to convert"));
        }
        self.brings().map(drop).ok_or(Rejection::BadTransaction("balance beyond 64 bits"))
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let too_much = Rejection::BadTransaction("balance beyond 64 bits");
        let brings = self.brings().ok_or(too_much)?;
        let home = draft.home(self.source)?;
        let account = draft.touch(home)?;
        let (have, need) = (account.abc.units(), u128::from(self.abc.units()));
        account.abc =
            account.abc.minus(self.abc).ok_or(Rejection::InsufficientFunds { have, need })?;
        account.abit = account.abit.plus(brings).ok_or(too_much)?;
        let delta = Deltas {
            abc: Delta::minus(self.abc.units()),
            abit: Delta::plus(brings.units()),
            ..Deltas::default()
        };
        draft.enter(home, EntryKind::Converted, delta, None, false)?;
        draft.fill(Pot::Reserve, self.abc)
    }
}

impl Encode for Convert {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.abc.encode(w);
    }
}

impl Decode for Convert {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, abc: Amount::decode(r)? })
    }
}
