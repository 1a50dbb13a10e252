//! Which committee has decided which rounds, as far as a worker has followed the chain: what it
//! takes to judge a header of any epoch, however old, that a chunk comes with.
//!
//! A committee counts for its own rounds only: who has left it may sign what it likes about others.

use crate::files;
use ledger::{CertifiedHeader, Committee};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use types::{ChainId, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const MAGIC: &[u8; 8] = b"bcm-com1";
/// One a day for a hundred years.
const MOST: usize = 36_500;

/// The committees of a chain, by the rounds that they decide; shared by who follows it and who
/// judges.
#[derive(Debug)]
pub struct Committees {
    chain: ChainId,
    path: PathBuf,
    known: Mutex<Known>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Known {
    chain: ChainId,
    /// The last round whose committee is known; every round from the first entry on is.
    last: Round,
    /// Each with the first round it decides.
    spans: BTreeMap<Round, Committee>,
}

impl Committees {
    /// Reads the file, if it is there and of this chain; else nothing is known yet.
    #[must_use]
    pub fn open(path: PathBuf, chain: ChainId) -> Self {
        let bytes = files::read(&path).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read which committees there were");
            None
        });
        let known = bytes.and_then(|bytes| Known::from_bytes(&bytes).ok());
        let known = known.filter(|known| known.chain == chain).unwrap_or_else(|| Known::new(chain));
        Self { chain, path, known: Mutex::new(known) }
    }

    /// Notes who has decided a round, which the caller has checked. Rounds come in order; those that
    /// were noted before may come again. A gap begins everything anew: nobody knows who decided
    /// in between.
    pub fn note(&self, round: Round, committee: &Committee) {
        let mut known = self.known();
        if round <= known.last {
            return;
        }
        if round != known.last.next() {
            *known = Known::new(self.chain);
        }
        known.last = round;
        let current = known.spans.last_key_value().map(|(_, committee)| committee);
        if current == Some(committee) {
            return;
        }
        known.spans.insert(round, committee.clone());
        while known.spans.len() > MOST {
            known.spans.pop_first();
        }
        drop(known);
        self.save();
    }

    /// Saves how far the chain was followed; a new committee is saved at once. To be called before
    /// whoever follows saves where it will go on, so that no gap is seen then.
    pub fn save(&self) {
        let bytes = self.known().to_bytes();
        if let Err(error) = files::write(&self.path, &bytes) {
            tracing::warn!(%error, "cannot save which committees there were");
        }
    }

    /// The last round of which it is known who decided; all before it are known as well.
    #[must_use]
    pub fn last(&self) -> Round {
        let known = self.known();
        // Where the file was lost, they were noted from the middle on.
        let whole = known.spans.contains_key(&Round(1)) || known.spans.len() >= MOST;
        if whole { known.last } else { Round(0) }
    }

    /// True if the committee of the header's round is known and has decided for it.
    #[must_use]
    pub fn trusts(&self, header: &CertifiedHeader) -> bool {
        let committee = {
            let known = self.known();
            let span = known.spans.range(..=header.header.round).next_back();
            let span = span.filter(|_| header.header.round <= known.last);
            span.map(|(_, committee)| committee.clone())
        };
        committee.is_some_and(|committee| {
            header.header.check(self.chain, &committee).is_ok() && header.verify(&committee).is_ok()
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    const fn new(chain: ChainId) -> Self {
        Self { chain, last: Round(0), spans: BTreeMap::new() }
    }
}

impl Encode for Known {
    fn encode(&self, w: &mut Writer) {
        w.fixed(MAGIC);
        self.chain.encode(w);
        self.last.encode(w);
        w.u32(u32::try_from(self.spans.len()).unwrap_or(u32::MAX));
        for (first, committee) in &self.spans {
            first.encode(w);
            committee.encode(w);
        }
    }
}

impl Decode for Known {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.take(MAGIC.len())? != MAGIC {
            return Err(DecodeError::BadValue("committees"));
        }
        let (chain, last) = (ChainId::decode(r)?, Round::decode(r)?);
        let count = usize::try_from(r.u32()?).map_err(|_| DecodeError::TooLong)?;
        if count > MOST {
            return Err(DecodeError::TooLong);
        }
        let mut spans = BTreeMap::new();
        for _ in 0..count {
            let (first, committee) = (Round::decode(r)?, Committee::decode(r)?);
            let ascends = spans.last_key_value().is_none_or(|(before, _)| *before < first);
            if !ascends || first > last {
                return Err(DecodeError::BadValue("order of committees"));
            }
            spans.insert(first, committee);
        }
        Ok(Self { chain, last, spans })
    }
}

/// Entry point for fuzzing: the file of committees; what decodes encodes to the same bytes.
pub fn fuzz_committees(bytes: &[u8]) {
    if let Ok(known) = Known::from_bytes(bytes) {
        assert_eq!(known.to_bytes(), bytes);
    }
}

#[cfg(test)]
mod tests;
