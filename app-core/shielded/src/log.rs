//! The pool log: a running hash over all bundles, and what a wallet takes of each of them.
//!
//! The certified state holds the log's count and hash ([`Pool`]); whoever knows an earlier place of
//! the log checks with [`follow_log`] that the entries somebody gave it are all there are between
//! the two, unaltered and in order (`money-and-mail.md` A3). No header and no ciphertext is needed.

use crate::effects::{MAX_ACTIONS, count};
use crate::{CompactAction, Effects, Halves, Pool, compact_digest, form};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// Most bytes of an encoded [`LogEntry`].
pub const MAX_ENTRY_LEN: usize = LogEntry::len_for(MAX_ACTIONS);

/// A place in the log: between two bundles, or at its beginning.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LogPlace {
    /// How many bundles lie before it; the number of the bundle that follows, from 0.
    pub count: u64,
    /// The hash over them, in order.
    pub hash: [u8; 32],
}

impl LogPlace {
    /// Before the first bundle.
    pub const START: Self = Self { count: 0, hash: [0; 32] };

    /// The place behind the next bundle: SHA-256("bcm-pool-log-v1" ‖ log ‖ count u64 ‖ round u64 ‖
    /// tx index u32 ‖ C ‖ R), the count being that of the bundles before it.
    #[must_use]
    pub fn after(&self, round: Round, index: u32, halves: &Halves) -> Self {
        let (count, round) = (self.count.to_be_bytes(), round.0.to_be_bytes());
        let parts: [&[u8]; 6] =
            [&self.hash, &count, &round, &index.to_be_bytes(), &halves.compact, &halves.rest];
        Self { count: self.count.saturating_add(1), hash: hash("bcm-pool-log-v1", &parts) }
    }

    /// The place behind these entries. It is worth nothing until it is compared with a certified
    /// one: [`follow_log`].
    #[must_use]
    pub fn behind(self, entries: &[LogEntry]) -> Self {
        let next =
            |place: Self, entry: &LogEntry| place.after(entry.round, entry.index, &entry.halves());
        entries.iter().fold(self, next)
    }
}

/// One bundle in the log, without memos, proof and signatures.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogEntry {
    /// The round of its block.
    pub round: Round,
    /// The place of its transaction in that block, from 0.
    pub index: u32,
    /// What wallets scan: 2, 4, 8 or 16 of them.
    pub actions: Vec<CompactAction>,
    /// The digest of all the rest: [`Halves::rest`].
    pub rest: [u8; 32],
}

impl LogEntry {
    /// The entry of a bundle in the transaction at this index of the block of this round.
    #[must_use]
    pub fn of(round: Round, index: u32, effects: &Effects) -> Self {
        Self { round, index, actions: effects.compact(), rest: effects.halves().rest }
    }

    /// Bytes of the entry of a bundle with so many actions.
    #[must_use]
    pub const fn len_for(actions: usize) -> usize {
        crate::COMPACT_ACTION_LEN.saturating_mul(actions).saturating_add(8 + 4 + 1 + 32)
    }

    /// The two halves of the bundle's digest.
    #[must_use]
    pub fn halves(&self) -> Halves {
        Halves { compact: compact_digest(&self.actions), rest: self.rest }
    }

    /// True if these are the effects of the bundle, to the last byte of every memo.
    #[must_use]
    pub fn is_of(&self, effects: &Effects) -> bool {
        self.halves() == effects.halves()
    }
}

/// Why entries are not what lies between two places of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LogError {
    /// The place to start from lies behind the state.
    #[error("this place of the log lies behind the state")]
    Ahead,
    /// Another number of bundles than the two counts say.
    #[error("another number of bundles than there were")]
    Count,
    /// One of them is none of the log, altered, or in another place.
    #[error("these are not the bundles of the log")]
    Hash,
}

/// Checks that these entries are exactly what the log got between a known place and the pool of a
/// certified state: none left out, added, altered or moved.
///
/// # Errors
/// [`LogError`].
pub fn follow_log(from: LogPlace, entries: &[LogEntry], to: &Pool) -> Result<(), LogError> {
    let to = to.log_place();
    let between = to.count.checked_sub(from.count).ok_or(LogError::Ahead)?;
    if u64::try_from(entries.len()) != Ok(between) {
        return Err(LogError::Count);
    }
    if from.behind(entries) == to { Ok(()) } else { Err(LogError::Hash) }
}

impl Encode for LogPlace {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.count);
        w.fixed(&self.hash);
    }
}

impl Decode for LogPlace {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { count: r.u64()?, hash: r.fixed()? })
    }
}

impl Encode for LogEntry {
    fn encode(&self, w: &mut Writer) {
        self.round.encode(w);
        w.u32(self.index);
        w.u8(count(self.actions.len()));
        self.actions.iter().for_each(|action| action.encode(w));
        w.fixed(&self.rest);
    }
}

impl Decode for LogEntry {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (round, index, count) = (Round::decode(r)?, r.u32()?, usize::from(r.u8()?));
        if !form::is_size(count) {
            return Err(DecodeError::BadValue("action count"));
        }
        let actions = (0..count).map(|_| CompactAction::decode(r)).collect::<Result<_, _>>()?;
        Ok(Self { round, index, actions, rest: r.fixed()? })
    }
}
