//! Which of the latest headers are held, as runs of rounds without a gap.
//!
//! The headers themselves lie in the store. Following adds to the newest run, a jump begins another
//! one, and gaps are filled backwards: each header is proved by the one behind it alone.

use crate::{Backfill, LightError};
use ledger::Header;
use types::{BlockId, ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// So many of the latest headers are held.
pub const WINDOW: u64 = 5400;
/// Most runs that are remembered; older ones are fetched again.
const MAX_RUNS: usize = 64;

/// The runs of headers that are held, newest first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Window(Vec<Run>);

/// Headers without a gap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run {
    low: Round,
    /// Of the lowest: the id of the one to be fetched next.
    parent: BlockId,
    high: Round,
    id: BlockId,
}

/// A gap to be filled from above.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// Its newest round.
    pub last: Round,
    /// What that header's id must be.
    pub id: BlockId,
    /// How many headers are missing from it downwards.
    pub missing: u64,
}

impl Window {
    /// The newest header held.
    #[must_use]
    pub fn top(&self) -> Option<(Round, BlockId)> {
        self.0.first().map(|run| (run.high, run.id))
    }

    /// The oldest round that is worth holding.
    #[must_use]
    pub fn bottom(&self) -> Round {
        let top = self.0.first().map_or(0, |run| run.high.0);
        Round(top.saturating_sub(WINDOW.saturating_sub(1)).max(1))
    }

    /// How many headers are held.
    #[must_use]
    pub fn held(&self) -> u64 {
        let bottom = self.bottom();
        let count = |run: &Run| run.high.next().0.saturating_sub(run.low.max(bottom).0);
        self.0.iter().map(count).fold(0, u64::saturating_add)
    }

    /// The newest gap; `None` once all are held.
    #[must_use]
    pub fn gap(&self) -> Option<Gap> {
        let newest = self.0.first()?;
        let last = Round(newest.low.0.checked_sub(1)?);
        let below = self.0.get(1).map_or(Round(0), |run| run.high);
        let until = self.bottom().max(below.next());
        let missing = last.next().0.checked_sub(until.0).filter(|missing| *missing > 0)?;
        Some(Gap { last, id: newest.parent, missing })
    }

    /// Adds a trusted header above all others.
    pub(crate) fn push(&mut self, header: &Header) {
        let (round, id) = (header.round, header.id());
        match self.0.first_mut() {
            Some(run) if run.high.next() == round && run.id == header.parent => {
                (run.high, run.id) = (round, id);
            }
            Some(_) | None => {
                self.0.insert(0, Run { low: round, parent: header.parent, high: round, id });
            }
        }
        let bottom = self.bottom();
        self.0.retain(|run| run.high >= bottom);
        self.0.truncate(MAX_RUNS);
    }

    /// Fills the newest gap from above. Returns the headers that are new, oldest first.
    ///
    /// # Errors
    /// [`LightError::WrongHistory`] if they do not lead to the header behind the gap; nothing has
    /// changed then.
    pub fn fill(
        &mut self,
        back: &Backfill,
        chain: ChainId,
        interval_ms: u32,
    ) -> Result<Vec<Header>, LightError> {
        let gap = self.gap().ok_or(LightError::WrongHistory)?;
        let mut headers = back.unfold(gap.id, chain, interval_ms)?;
        let above = gap.last.next().0.saturating_sub(gap.missing);
        headers.retain(|header| header.round.0 >= above);
        let Some(oldest) = headers.first() else { return Err(LightError::WrongHistory) };
        if let Some(newest) = self.0.first_mut() {
            (newest.low, newest.parent) = (oldest.round, oldest.parent);
        }
        self.join();
        Ok(headers)
    }

    /// Joins the newest run with the one below if they have met. One that it does not continue was
    /// never of this chain.
    fn join(&mut self) {
        let [newest, below, ..] = self.0.as_mut_slice() else { return };
        if below.high.next() < newest.low {
            return;
        }
        if below.id == newest.parent {
            (newest.low, newest.parent) = (below.low, below.parent);
        }
        self.0.remove(1);
    }

    fn is_consistent(&self) -> bool {
        let bottom = self.bottom();
        let lower = self.0.iter().skip(1);
        self.0.iter().all(|run| run.low <= run.high && run.high >= bottom)
            && self.0.iter().zip(lower).all(|(run, below)| below.high < run.low)
    }
}

impl Encode for Window {
    fn encode(&self, w: &mut Writer) {
        w.list(&self.0);
    }
}

impl Decode for Window {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let window = Self(r.list(MAX_RUNS)?);
        if window.is_consistent() { Ok(window) } else { Err(DecodeError::BadValue("window")) }
    }
}

impl Encode for Run {
    fn encode(&self, w: &mut Writer) {
        self.low.encode(w);
        self.parent.encode(w);
        self.high.encode(w);
        self.id.encode(w);
    }
}

impl Decode for Run {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            low: Round::decode(r)?,
            parent: BlockId::decode(r)?,
            high: Round::decode(r)?,
            id: BlockId::decode(r)?,
        })
    }
}
