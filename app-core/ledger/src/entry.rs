//! One line of an account's history, and the running hash over all of them.
//!
//! Execution writes entries, light nodes and statements check them (`money-and-mail.md` B7). What is
//! hashed here can never change: a new kind of entry gets a new tag byte, which may carry fields of
//! its own.

use types::{Abc, Abit, Address, Amount, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// One change of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Its number in the account's history, from 1, without gaps.
    pub counter: u64,
    /// The round that made it final, 0 for the genesis.
    pub round: Round,
    /// The transaction; the chain id for the genesis.
    pub tx: TxId,
    /// The transaction's position in its block.
    pub index: u32,
    /// What happened.
    pub kind: EntryKind,
    /// By how much the balances changed.
    pub delta: Deltas,
    /// Who stands on the other side, as the transaction names it.
    pub counterparty: Option<Address>,
    /// ABC afterwards.
    pub abc: Amount<Abc>,
    /// ABIT afterwards.
    pub abit: Amount<Abit>,
    /// Bonded ABC afterwards.
    pub bonded: Amount<Abc>,
    /// The account's nonce afterwards.
    pub nonce: u64,
    /// True if the payer used an address whose key is retired, and should be told the new one.
    pub via_retired: bool,
}

/// What happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// A balance of the genesis file.
    Genesis,
    /// A payment received.
    PayIn,
    /// A payment made, without its fee.
    PayOut,
    /// The fee of a transaction.
    Fee,
}

/// The changes of all balances by one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Deltas {
    /// Of the transferable balance.
    pub abc: Delta,
    /// Of the service balance.
    pub abit: Delta,
    /// Of the bonded balance.
    pub bonded: Delta,
}

/// A signed number of smallest units; zero has one form only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Delta {
    negative: bool,
    units: u64,
}

impl Delta {
    /// An increase.
    #[must_use]
    pub const fn plus(units: u64) -> Self {
        Self { negative: false, units }
    }

    /// A decrease.
    #[must_use]
    pub const fn minus(units: u64) -> Self {
        Self { negative: units != 0, units }
    }

    /// True for a decrease.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.negative
    }

    /// The size of the change in smallest units.
    #[must_use]
    pub const fn units(self) -> u64 {
        self.units
    }

    /// The change as a number that sums of changes can be made of.
    #[must_use]
    pub fn signed(self) -> i128 {
        let units = i128::from(self.units);
        if self.negative { units.saturating_neg() } else { units }
    }
}

impl Entry {
    /// The running hash with this entry: SHA-256("bcm-entry-v1" ‖ previous ‖ entry).
    #[must_use]
    pub fn next_hash(&self, previous: &[u8; 32]) -> [u8; 32] {
        hash("bcm-entry-v1", &[previous, &self.to_bytes()])
    }
}

impl Encode for Entry {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.counter);
        self.round.encode(w);
        self.tx.encode(w);
        w.u32(self.index);
        self.kind.encode(w);
        self.delta.encode(w);
        w.option(self.counterparty.as_ref());
        self.abc.encode(w);
        self.abit.encode(w);
        self.bonded.encode(w);
        w.u64(self.nonce);
        w.bool(self.via_retired);
    }
}

impl Decode for Entry {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            counter: r.u64()?,
            round: Round::decode(r)?,
            tx: TxId::decode(r)?,
            index: r.u32()?,
            kind: EntryKind::decode(r)?,
            delta: Deltas::decode(r)?,
            counterparty: r.option()?,
            abc: Amount::decode(r)?,
            abit: Amount::decode(r)?,
            bonded: Amount::decode(r)?,
            nonce: r.u64()?,
            via_retired: r.bool()?,
        })
    }
}

impl Encode for EntryKind {
    fn encode(&self, w: &mut Writer) {
        w.u8(match self {
            Self::Genesis => 1,
            Self::PayIn => 2,
            Self::PayOut => 3,
            Self::Fee => 4,
        });
    }
}

impl Decode for EntryKind {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match r.u8()? {
            1 => Self::Genesis,
            2 => Self::PayIn,
            3 => Self::PayOut,
            4 => Self::Fee,
            _ => return Err(DecodeError::BadValue("kind of entry")),
        })
    }
}

impl Encode for Deltas {
    fn encode(&self, w: &mut Writer) {
        self.abc.encode(w);
        self.abit.encode(w);
        self.bonded.encode(w);
    }
}

impl Decode for Deltas {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { abc: Delta::decode(r)?, abit: Delta::decode(r)?, bonded: Delta::decode(r)? })
    }
}

impl Encode for Delta {
    fn encode(&self, w: &mut Writer) {
        w.bool(self.negative);
        w.u64(self.units);
    }
}

impl Decode for Delta {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (negative, units) = (r.bool()?, r.u64()?);
        if negative && units == 0 {
            return Err(DecodeError::BadValue("negative zero"));
        }
        Ok(Self { negative, units })
    }
}
