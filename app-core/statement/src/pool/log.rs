//! The log of the pool in short: of each bundle only what its hash is made of.
//!
//! A bundle's effects are tied to the ledger by it: whoever shows other ones does not come to the
//! certified end (`money-and-mail.md` A3). 76 bytes for each bundle of everybody.

use shielded::{Halves, LogEntry, LogPlace};
use types::Round;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A stretch of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRun {
    /// Where it begins.
    pub from: LogPlace,
    /// The bundles behind it, in order.
    pub steps: Vec<LogStep>,
}

/// A bundle of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogStep {
    /// Its round.
    pub round: Round,
    /// The place of its transaction.
    pub index: u32,
    /// The two halves of its digest.
    pub halves: Halves,
}

impl LogRun {
    /// The bundles behind this place, as checked entries have them.
    #[must_use]
    pub fn of(from: LogPlace, entries: &[LogEntry]) -> Self {
        Self { from, steps: entries.iter().map(LogStep::of).collect() }
    }

    /// The place that it leads to.
    #[must_use]
    pub fn end(&self) -> LogPlace {
        let next =
            |place: LogPlace, step: &LogStep| place.after(step.round, step.index, &step.halves);
        self.steps.iter().fold(self.from, next)
    }

    /// The bundle with this number.
    #[must_use]
    pub fn step(&self, number: u64) -> Option<&LogStep> {
        let place = usize::try_from(number.checked_sub(self.from.count)?).ok()?;
        self.steps.get(place)
    }
}

impl LogStep {
    fn of(entry: &LogEntry) -> Self {
        Self { round: entry.round, index: entry.index, halves: entry.halves() }
    }
}

impl Encode for LogRun {
    fn encode(&self, w: &mut Writer) {
        self.from.encode(w);
        for LogStep { round, index, halves } in &self.steps {
            round.encode(w);
            w.u32(*index);
            w.fixed(&halves.compact);
            w.fixed(&halves.rest);
        }
    }
}

impl Decode for LogRun {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let from = LogPlace::decode(r)?;
        let mut steps = Vec::new();
        while r.left() > 0 {
            let (round, index) = (Round::decode(r)?, r.u32()?);
            let halves = Halves { compact: r.fixed()?, rest: r.fixed()? };
            steps.push(LogStep { round, index, halves });
        }
        Ok(Self { from, steps })
    }
}
