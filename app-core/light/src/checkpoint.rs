//! Checkpoints: a header that people vouch for, where certificates are too old to do so.
//!
//! After 14 days former members may sign anything without losing a bond (`acp-corrections.md` A21),
//! so that no chain of certificates leads on from what was trusted. A checkpoint does: one shipped
//! with the program, or the same from two contacts.

use crate::judge::{Limits, Trust};
use crate::verify::{Judged, members};
use crate::{LightError, LightState, Step};
use ledger::{Conflict, Genesis, Header};
use types::{BlockId, ChainId, Round, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Those that this release brings along.
pub const RELEASED: &[Checkpoint] = &[];
/// So many contacts must name the same one.
pub const CONTACTS: usize = 2;

/// A header to begin trust from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Checkpoint {
    /// The network.
    pub chain: ChainId,
    /// The header's round.
    pub round: Round,
    /// Its id.
    pub header: BlockId,
    /// [`ledger::Committee::hash`] of who decides the round after it.
    pub committee: [u8; 32],
    /// Its time.
    pub time: Timestamp,
}

impl Checkpoint {
    /// Its encoded length.
    pub const LEN: usize = 112;

    /// The checkpoint of a header.
    #[must_use]
    pub fn of(header: &Header) -> Self {
        Self {
            chain: header.chain,
            round: header.round,
            header: header.id(),
            committee: header.next_committee,
            time: header.time,
        }
    }
}

/// The newest checkpoint that at least [`CONTACTS`] of these are; each is another contact's. Where
/// as many vouch for one header of a round and as many for another, nobody is believed about that
/// round: a person must find out.
#[must_use]
pub fn agree(answers: &[Checkpoint]) -> Option<Checkpoint> {
    let named = |wanted: &Checkpoint| answers.iter().filter(|other| *other == wanted).count();
    let enough = |answer: &&Checkpoint| named(answer) >= CONTACTS;
    let disputed = |wanted: &Checkpoint| {
        let others = answers.iter().filter(|other| other.round == wanted.round && *other != wanted);
        others.into_iter().any(|other| enough(&other))
    };
    let agreed = answers.iter().filter(enough).filter(|answer| !disputed(answer));
    agreed.max_by_key(|answer| answer.round).copied()
}

impl LightState {
    /// Begins from a checkpoint, whose header the step shows.
    ///
    /// # Errors
    /// [`LightError::BadCheckpoint`] if the step shows another header,
    /// [`LightError::TrustExpired`] if the checkpoint is too old itself, and those of a step.
    pub fn from_checkpoint(
        checkpoint: &Checkpoint,
        step: &Step,
        genesis: &Genesis,
        now: Timestamp,
    ) -> Result<Self, LightError> {
        let mut state = Self::new(genesis);
        state.begin(checkpoint, step, now)?;
        Ok(state)
    }

    /// Begins anew from a checkpoint; never from one older than what is trusted. Once frozen, from
    /// one that resolves the contradiction: not older than that, or of a time when others decide
    /// than those who have contradicted themselves.
    ///
    /// # Errors
    /// As [`Self::from_checkpoint`]; nothing has changed then.
    pub fn restart(
        &mut self,
        checkpoint: &Checkpoint,
        step: &Step,
        now: Timestamp,
    ) -> Result<(), LightError> {
        let newer = checkpoint.round >= self.round();
        let fits = match &self.conflict {
            // What is behind it may be of the wrong branch, however far that goes. One before it says
            // nothing about which branch counts.
            Some(conflict) => {
                let others = checkpoint.committee != conflict.committee.hash();
                checkpoint.round >= conflict.round() || (newer && others)
            }
            // A second header of the trusted round is none.
            None => {
                let same = checkpoint.round == self.round();
                let other = self.header().is_some_and(|header| header.id() != checkpoint.header);
                newer && !(same && other)
            }
        };
        if fits { self.begin(checkpoint, step, now) } else { Err(LightError::BadCheckpoint) }
    }

    fn begin(
        &mut self,
        checkpoint: &Checkpoint,
        step: &Step,
        now: Timestamp,
    ) -> Result<(), LightError> {
        let header = step.header();
        if header.chain != self.chain || Checkpoint::of(header) != *checkpoint {
            return Err(LightError::BadCheckpoint);
        }
        if now.plus_millis(Limits::LEDGER.drift_ms) < header.time {
            return Err(LightError::FutureHeader { header: header.time, now });
        }
        if now >= header.time.plus_millis(Limits::LEDGER.trusting_ms) {
            return Err(LightError::TrustExpired(header.time));
        }
        let (committee, next) = members(step, None, &self.params)?;
        header.check(self.chain, &committee)?;
        step.header.verify(&committee)?;
        let mut fresh = Self {
            head: None,
            former: None,
            before: None,
            kept: std::collections::VecDeque::new(),
            window: crate::Window::default(),
            checkpoint: Some(*checkpoint),
            conflict: None,
            settled: self.frozen().map(Conflict::subject).or(self.settled),
            ..self.clone()
        };
        fresh.take(step, Judged { committee, next, trust: Trust::Announced });
        *self = fresh;
        Ok(())
    }
}

impl Encode for Checkpoint {
    fn encode(&self, w: &mut Writer) {
        self.chain.encode(w);
        self.round.encode(w);
        self.header.encode(w);
        w.fixed(&self.committee);
        self.time.encode(w);
    }
}

impl Decode for Checkpoint {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            chain: ChainId::decode(r)?,
            round: Round::decode(r)?,
            header: BlockId::decode(r)?,
            committee: r.fixed()?,
            time: Timestamp::decode(r)?,
        })
    }
}
