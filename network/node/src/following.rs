//! The chain as a worker has checked it, and how it goes on after it was away for too long.
//!
//! Certificates are believed for 14 days only (`acp-corrections.md` A21), and a worker has no person
//! to ask for a checkpoint, be it new or back after weeks, or the network's clock stood still. Then
//! the managers vouch: a quorum of those that the genesis names must name one recent header. Every
//! header in between is taken one by one until that very one comes, each naming the one before it,
//! so that all of them are its forebears. Until it has come, nothing of them counts.

use crate::chunks::Committees;
use ledger::{Committee, Genesis, Header, HeaderError};
use light::{Checkpoint, LightError, LightState, Limits, Step};
use std::sync::Arc;
use types::{Round, Timestamp};

/// So many headers in a row that do not lead on, and the way is given up: what was taken may be of
/// another chain than the one that is vouched for.
const REFUSED: u8 = 8;
/// Rounds that a vouched header lies behind the managers' tips, so that none of them lacks it.
const SLACK: u64 = 3;

/// Why a header is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FollowError {
    /// It does not come next, or is not certified.
    #[error(transparent)]
    Refused(#[from] LightError),
    /// The way led to another header than the one that was vouched for: all of it is forgotten.
    #[error("the headers do not lead to the one that the managers vouch for")]
    Astray,
}

/// What a worker has checked, and whom it knows to have decided it.
#[derive(Debug)]
pub struct Following {
    light: LightState,
    committees: Arc<Committees>,
    walk: Option<Walk>,
}

/// On the way to a header that managers vouch for.
#[derive(Debug)]
struct Walk {
    to: Checkpoint,
    light: LightState,
    /// Who has decided the headers taken so far: each with its first round.
    decided: Vec<(Round, Committee)>,
    /// Headers refused since the last one taken.
    refused: u8,
}

impl Following {
    /// Goes on from what was saved; from the genesis if nothing was, if it is of another network,
    /// or if it is not known for all of it who decided.
    #[must_use]
    pub fn new(saved: Option<LightState>, genesis: &Genesis, committees: Arc<Committees>) -> Self {
        let fits = |light: &LightState| {
            light.chain() == genesis.chain() && light.round() <= committees.last()
        };
        let light = saved.filter(fits).unwrap_or_else(|| LightState::new(genesis));
        Self { light, committees, walk: None }
    }

    /// What counts.
    #[must_use]
    pub const fn light(&self) -> &LightState {
        &self.light
    }

    /// The round whose header comes next.
    #[must_use]
    pub fn next(&self) -> Round {
        self.walk.as_ref().map_or(&self.light, |walk| &walk.light).round().next()
    }

    /// True while what is taken does not count yet.
    #[must_use]
    pub const fn is_walking(&self) -> bool {
        self.walk.is_some()
    }

    /// True if nothing can be believed any more unless managers vouch for something.
    #[must_use]
    pub fn needs_voucher(&self, now: Timestamp) -> bool {
        self.walk.is_none() && self.light.needs_checkpoint(now)
    }

    /// Sets out for a header that managers vouch for; nothing happens if it is too old to help.
    pub fn walk_to(&mut self, to: Checkpoint, now: Timestamp) {
        let recent = now < to.time.plus_millis(Limits::LEDGER.trusting_ms);
        if recent && to.chain == self.light.chain() && to.round > self.light.round() {
            let light = self.light.clone();
            self.walk = Some(Walk { to, light, decided: Vec::new(), refused: 0 });
        }
    }

    /// Takes the next header. Says whether it counts: on the way to one that is vouched for, none
    /// does before that one.
    ///
    /// # Errors
    /// [`FollowError`]; nothing has changed then, or everything behind what counts is forgotten.
    pub fn take(&mut self, step: &Step, now: Timestamp) -> Result<bool, FollowError> {
        let Some(walk) = &mut self.walk else {
            let committee = self.light.committee().clone();
            self.light.follow(step, now)?;
            self.committees.note(self.light.round(), &committee);
            return Ok(true);
        };
        if let Err(error) = walk.take(step) {
            walk.refused = walk.refused.saturating_add(1);
            if walk.refused < REFUSED {
                return Err(error.into());
            }
            self.walk = None;
            return Err(FollowError::Astray);
        }
        if walk.light.round() < walk.to.round {
            return Ok(false);
        }
        self.arrive()
    }

    fn arrive(&mut self) -> Result<bool, FollowError> {
        let Some(Walk { to, light, decided, .. }) = self.walk.take() else { return Ok(false) };
        if light.header().is_none_or(|header| Checkpoint::of(header) != to) {
            return Err(FollowError::Astray);
        }
        let ends = decided.iter().skip(1).map(|(first, _)| *first).chain([to.round.next()]);
        for ((first, committee), end) in decided.iter().zip(ends) {
            (first.0..end.0).for_each(|round| self.committees.note(Round(round), committee));
        }
        self.light = light;
        Ok(true)
    }
}

impl Walk {
    /// Takes the next header by the clock of the chain: how old it is decides nothing here.
    fn take(&mut self, step: &Step) -> Result<(), LightError> {
        let committee = self.light.committee().clone();
        let header = step.header();
        let stood_still = Limits::LEDGER.trusting_ms;
        if header.time < self.light.time().plus_millis(stood_still) {
            self.light.follow(step, header.time)?;
        } else {
            self.leap(step, &committee)?;
        }
        if self.decided.last().is_none_or(|(_, last)| *last != committee) {
            self.decided.push((self.light.round(), committee));
        }
        self.refused = 0;
        Ok(())
    }

    /// Takes the next header although the chain stood still before it for longer than trust lasts.
    fn leap(&mut self, step: &Step, committee: &Committee) -> Result<(), LightError> {
        let header = step.header();
        let parent = self.light.header().map(Header::id);
        let follows = header.round == self.light.round().next()
            && header.committee == committee.hash()
            && parent.is_none_or(|parent| header.parent == parent);
        if !follows {
            return Err(HeaderError::WrongParent.into());
        }
        let whole = Step { committee: Some(committee.clone()), ..step.clone() };
        self.light.restart(&Checkpoint::of(header), &whole, header.time)
    }
}

/// How many of so many managers are a quorum.
#[must_use]
pub const fn quorum(managers: usize) -> usize {
    managers.saturating_sub(managers.saturating_sub(1) / 3)
}

/// The round to ask all managers about, from the tips that some of so many have named; `None` if
/// those are too few, or have no block yet.
#[must_use]
pub fn common_round(mut tips: Vec<Round>, managers: usize) -> Option<Round> {
    if tips.len() < quorum(managers) {
        return None;
    }
    tips.sort_unstable();
    // As many as may lie do not count.
    let liars = managers.saturating_sub(quorum(managers));
    let round = tips.get(liars).or(tips.last()).copied()?;
    (round > Round(0)).then(|| Round(round.0.saturating_sub(SLACK).max(1)))
}

/// What a quorum of so many managers vouch for; each answer is another one's.
#[must_use]
pub fn vouched(answers: &[Checkpoint], managers: usize) -> Option<Checkpoint> {
    let named = |wanted: &Checkpoint| answers.iter().filter(|other| *other == wanted).count();
    answers.iter().find(|answer| named(answer) >= quorum(managers)).copied()
}

#[cfg(test)]
mod tests;
