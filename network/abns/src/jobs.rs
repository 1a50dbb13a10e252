//! How far the work goes that is spread over many blocks: one row of the table of the chain itself,
//! written with each of them.

use crate::{
    AbnsError,
    layout::{META_ERAS, META_JOBS},
    rows::{Readable, Rows, WriteRows},
};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Sweeps that may be remembered at once; they begin an eighth of a horizon apart.
const MAX_SWEEPS: usize = 64;
const MAX_KEY: usize = 1 << 16;
const MAX_ERAS: usize = 1 << 20;

/// How far each job is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Jobs {
    /// Rows of state and tree of earlier rounds are not needed, and may be gone.
    pub(crate) floor: Round,
    /// Bodies of earlier rounds are not needed, and may be gone.
    pub(crate) bodies: Round,
    /// From this round on the table of the index may lack what blocks have changed.
    pub(crate) replay: Round,
    pub(crate) sweeping: Sweeping,
}

/// What [`crate::sweep`] remembers.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Sweeping {
    pub(crate) running: Option<Sweep>,
    /// First and last round of finished sweeps, oldest first.
    pub(crate) done: Vec<(Round, Round)>,
    /// Keys that the last one met.
    pub(crate) live: u64,
    /// Values that blocks have written since the last one began, and their blocks.
    pub(crate) fresh: u64,
}

/// A sweep under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sweep {
    /// Rows written before this round are carried forward.
    pub(crate) start: Round,
    /// The key of the index where it goes on.
    pub(crate) next: Vec<u8>,
    pub(crate) seen: u64,
}

/// Which transactions are indexed together: a new era begins when there are enough.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Eras {
    /// Number of the first era that is kept.
    pub(crate) number: u32,
    /// Where each of them begins.
    pub(crate) first: Vec<Round>,
    /// Transactions in the last one.
    pub(crate) count: u64,
}

impl Eras {
    /// The era of a round.
    pub(crate) fn of(&self, round: Round) -> u32 {
        let after = self.first.partition_point(|first| *first <= round);
        self.number.saturating_add(u32::try_from(after.saturating_sub(1)).unwrap_or(u32::MAX))
    }

    /// All that are kept, newest first.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = u32> + use<> {
        let count = u32::try_from(self.first.len()).unwrap_or(u32::MAX);
        (self.number..self.number.saturating_add(count)).rev()
    }
}

impl Jobs {
    pub(crate) fn read<T: Readable>(meta: &Rows<T>) -> Result<Self, AbnsError> {
        read(meta, META_JOBS)
    }

    pub(crate) fn write(&self, meta: &mut WriteRows<'_>) -> Result<(), AbnsError> {
        meta.put(META_JOBS, &self.to_bytes())
    }
}

impl Eras {
    pub(crate) fn read<T: Readable>(meta: &Rows<T>) -> Result<Self, AbnsError> {
        read(meta, META_ERAS)
    }

    pub(crate) fn write(&self, meta: &mut WriteRows<'_>) -> Result<(), AbnsError> {
        meta.put(META_ERAS, &self.to_bytes())
    }
}

fn read<T: Readable, R: Decode>(meta: &Rows<T>, key: &[u8]) -> Result<R, AbnsError> {
    R::from_bytes(&meta.need(key)?).map_err(|error| meta.damaged(&error.to_string()))
}

impl Encode for Jobs {
    fn encode(&self, w: &mut Writer) {
        self.floor.encode(w);
        self.bodies.encode(w);
        self.replay.encode(w);
        let Sweeping { running, done, live, fresh } = &self.sweeping;
        w.option(running.as_ref());
        w.u32(u32::try_from(done.len()).unwrap_or(u32::MAX));
        for (start, end) in done {
            start.encode(w);
            end.encode(w);
        }
        w.u64(*live);
        w.u64(*fresh);
    }
}

impl Decode for Jobs {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (floor, bodies, replay) = (Round::decode(r)?, Round::decode(r)?, Round::decode(r)?);
        let running = r.option()?;
        let count = usize::try_from(r.u32()?).unwrap_or(usize::MAX);
        if count > MAX_SWEEPS {
            return Err(DecodeError::TooLong);
        }
        let done = (0..count)
            .map(|_| Ok((Round::decode(r)?, Round::decode(r)?)))
            .collect::<Result<_, DecodeError>>()?;
        let sweeping = Sweeping { running, done, live: r.u64()?, fresh: r.u64()? };
        Ok(Self { floor, bodies, replay, sweeping })
    }
}

impl Encode for Sweep {
    fn encode(&self, w: &mut Writer) {
        self.start.encode(w);
        w.bytes(&self.next);
        w.u64(self.seen);
    }
}

impl Decode for Sweep {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { start: Round::decode(r)?, next: r.bytes(MAX_KEY)?, seen: r.u64()? })
    }
}

impl Encode for Eras {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.number);
        w.list(&self.first);
        w.u64(self.count);
    }
}

impl Decode for Eras {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { number: r.u32()?, first: r.list(MAX_ERAS)?, count: r.u64()? })
    }
}
