//! Values with a past: every change of a key is a row of its own, and the rows of a key hang together.
//!
//! A row is written once, at the right end of its table. It names the row before it and is bound to
//! it by a link over its content, so that a changed past is evident. The index says where the
//! newest row of a key lies. [`crate::ChainStore`] keeps the ledger's state and the histories here;
//! nothing in this module knows what a value means.

mod log;
mod read;
mod row;
#[cfg(test)]
mod tests;

pub(crate) use log::Log;
pub(crate) use row::{Head, Row};

use types::Round;

/// When a value was written: the block, and the place among the block's rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// The block.
    pub round: Round,
    /// The place in it, from 0.
    pub seq: u32,
}

impl Version {
    /// Bytes of an encoded version.
    pub(crate) const LEN: usize = 12;

    /// The last version that a block can write: reading at it shows the state after the block.
    #[must_use]
    pub const fn after(round: Round) -> Self {
        Self { round, seq: u32::MAX }
    }

    /// Big-endian, so that bytes sort as versions do.
    pub(crate) fn to_bytes(self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        let (round, seq) = bytes.split_at_mut(8);
        round.copy_from_slice(&self.round.0.to_be_bytes());
        seq.copy_from_slice(&self.seq.to_be_bytes());
        bytes
    }

    /// Reads [`Self::to_bytes`] back.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Self> {
        let (round, seq) = bytes.split_first_chunk()?;
        Some(Self {
            round: Round(u64::from_be_bytes(*round)),
            seq: u32::from_be_bytes(seq.try_into().ok()?),
        })
    }
}
