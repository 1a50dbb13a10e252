//! Warrants: that the managers have certified two headers of one round, so that others can see it.
//!
//! A warrant comes from anybody and convicts by itself, but only of a committee that its reader
//! trusts: whoever left long ago may sign what he likes, and must not be able to freeze anybody.

use crate::{LightError, LightState};
use ledger::Conflict;
use types::Timestamp;

impl LightState {
    /// What froze it; `None` if it is not frozen.
    #[must_use]
    pub fn frozen(&self) -> Option<&Conflict> {
        self.conflict.as_deref()
    }

    pub(crate) const fn check_frozen(&self) -> Result<(), LightError> {
        if self.conflict.is_some() { Err(LightError::Frozen) } else { Ok(()) }
    }

    /// Judges another node's word that the managers have contradicted themselves; freezes nothing.
    ///
    /// # Errors
    /// [`LightError::WrongMembers`] if it is about a committee that we do not trust,
    /// [`LightError::TrustExpired`] if we trust nobody any more, [`LightError::Settled`] if a person
    /// has resolved it, and [`LightError::Warrant`] if it proves nothing.
    pub fn check_warrant(&self, conflict: &Conflict, now: Timestamp) -> Result<(), LightError> {
        self.check_age(now)?;
        let hash = conflict.committee.hash();
        if self.deciding(&hash, now).is_none() && self.next.hash() != hash {
            return Err(LightError::WrongMembers);
        }
        if self.is_settled(conflict) {
            return Err(LightError::Settled);
        }
        Ok(conflict.verify(self.chain)?)
    }

    /// Takes another node's word that the managers have contradicted themselves: freezes.
    ///
    /// # Errors
    /// As [`Self::check_warrant`], and [`LightError::Frozen`]; nothing has changed then.
    pub fn take_warrant(&mut self, conflict: &Conflict, now: Timestamp) -> Result<(), LightError> {
        self.check_frozen()?;
        self.check_warrant(conflict, now)?;
        self.conflict = Some(Box::new(conflict.clone()));
        Ok(())
    }

    /// Beyond the trusting period the keys of the members may be anybody's.
    pub(crate) fn check_age(&self, now: Timestamp) -> Result<(), LightError> {
        if self.needs_checkpoint(now) { Err(LightError::TrustExpired(self.time())) } else { Ok(()) }
    }

    /// True if trust began anew behind it: whoever vouched for the checkpoint has chosen.
    pub(crate) fn is_settled(&self, conflict: &Conflict) -> bool {
        let chosen = self.checkpoint.is_some_and(|begun| conflict.round() <= begun.round);
        chosen || self.settled == Some(conflict.subject())
    }
}
