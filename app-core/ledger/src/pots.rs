//! Money that is no account's: what the rules hold for a purpose.
//!
//! All ABC there is lies in accounts, bonds or one of these cells; every block is checked for that.

use crate::cell_key;

/// A cell that holds ABC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pot {
    /// What transactions have paid, until the epoch ends.
    Fees,
    /// What was converted to ABIT; workers are paid from it (`money-and-mail.md` B3).
    Reserve,
    /// Red envelopes (A2).
    Escrow,
    /// Deposits on committed names (B4).
    Deposits,
}

impl Pot {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Fees, Self::Reserve, Self::Escrow, Self::Deposits];

    /// Where it lies in the state.
    #[must_use]
    pub fn key(self) -> Vec<u8> {
        cell_key(match self {
            Self::Fees => "fees",
            Self::Reserve => "reserve",
            Self::Escrow => "escrow",
            Self::Deposits => "deposits",
        })
    }
}
