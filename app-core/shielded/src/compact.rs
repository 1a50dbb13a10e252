//! The part of an action that a wallet scans: all of its note but the memo.

use crate::effects::{COMPACT_LEN, count};
use crate::{Commitment, Nullifier};
use core::fmt;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Bytes of a compact action.
pub const COMPACT_ACTION_LEN: usize = 148;

/// What a wallet needs to find and spend its note. The point `epk` is not checked here: a stream
/// of these is authenticated by the pool log, and one that is no point opens under no key.
#[derive(Clone, PartialEq, Eq)]
pub struct CompactAction {
    /// The spent mark of the note that the action spends.
    pub nullifier: Nullifier,
    /// The commitment to the note that it makes.
    pub cmx: Commitment,
    /// The one-time key of its encryption.
    pub epk: [u8; 32],
    /// The first bytes of the encrypted note.
    pub enc: [u8; COMPACT_LEN],
}

/// C of a bundle with these actions ([`crate::Halves::compact`]).
#[must_use]
pub fn compact_digest(actions: &[CompactAction]) -> [u8; 32] {
    let mut w = Writer::new();
    w.u8(count(actions.len()));
    actions.iter().for_each(|action| action.encode(&mut w));
    hash("bcm-compact-v1", &[&w.into_bytes()])
}

impl fmt::Debug for CompactAction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompactAction")
            .field("nullifier", &self.nullifier)
            .field("cmx", &self.cmx)
            .finish_non_exhaustive()
    }
}

impl Encode for CompactAction {
    fn encode(&self, w: &mut Writer) {
        self.nullifier.encode(w);
        self.cmx.encode(w);
        w.fixed(&self.epk);
        w.fixed(&self.enc);
    }
}

impl Decode for CompactAction {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            nullifier: Nullifier::decode(r)?,
            cmx: Commitment::decode(r)?,
            epk: r.fixed()?,
            enc: r.fixed()?,
        })
    }
}
