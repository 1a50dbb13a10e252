//! Cross-checking: what another node certifies must be what we trust.
//!
//! Two valid certificates of one round mean that a third of a committee or more is faulty. Then
//! nothing can be believed any more: the state freezes, and stays so until a person brings a
//! checkpoint.

use crate::state::Former;
use crate::verify::{members, verify};
use crate::{LightError, LightState, Limits, Step};
use ledger::{Committee, Conflict, HeaderError};
use types::Timestamp;

/// How another node's header stands to ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Agreement {
    /// It is the same.
    Same,
    /// It is of an earlier round, and nothing speaks against it.
    Behind,
    /// It is of a later round, and follows from what we trust.
    Ahead,
    /// It contradicts ours, and is certified as well: the state is frozen.
    Conflict(Box<Conflict>),
}

impl LightState {
    /// Holds another node's header against ours. Most telling is its header of our own round.
    ///
    /// # Errors
    /// [`LightError`] if the other header proves nothing: then it speaks against its sender alone.
    pub fn compare(&mut self, other: &Step, now: Timestamp) -> Result<Agreement, LightError> {
        self.check_frozen()?;
        let (round, id) = (other.round(), other.header().id());
        if round > self.round() {
            verify(&self.anchor(), other, self.frame(now))?;
            return Ok(Agreement::Ahead);
        }
        match self.kept(round) {
            Some(kept) if kept.block == id && round == self.round() => Ok(Agreement::Same),
            Some(kept) if kept.block != id => self.contradict(other, now),
            Some(_) | None => Ok(Agreement::Behind),
        }
    }

    /// The same for an answer about a header that we trusted when we asked: by now the trusted one
    /// may be a later one. A conflict with that very header convicts by itself, so that it can be
    /// passed on.
    ///
    /// # Errors
    /// As [`Self::compare`].
    pub fn compare_with(
        &mut self,
        ours: &Step,
        other: &Step,
        now: Timestamp,
    ) -> Result<Agreement, LightError> {
        self.check_frozen()?;
        let (Some(committee), true) = (&ours.committee, ours.round() == other.round()) else {
            return self.compare(other, now);
        };
        let (first, second) = (ours.header.clone(), other.header.clone());
        let conflict = Conflict { first, second, committee: committee.clone() };
        match self.take_warrant(&conflict, now) {
            Ok(()) => Ok(Agreement::Conflict(Box::new(conflict))),
            Err(_) => self.compare(other, now),
        }
    }

    /// A header that is not ours: if it is certified by the committee that decided ours, or follows
    /// from where our last jump began, both stand, and nothing can be believed.
    fn contradict(&mut self, other: &Step, now: Timestamp) -> Result<Agreement, LightError> {
        let Some(head) = &self.head else { return Err(HeaderError::WrongRound.into()) };
        let first = head.certified.clone();
        let decided = self.deciding(&other.header().committee, now).cloned();
        if let Some(committee) = &decided {
            self.check_age(now)?;
            let (committee, _) = members(other, Some(committee), &self.params)?;
            other.header().check(self.chain, &committee)?;
            other.header.verify(&committee)?;
        } else {
            let before = self.before.as_ref().ok_or(HeaderError::WrongCommittee)?;
            verify(before, other, self.frame(now))?;
        }
        let committee = decided.unwrap_or_else(|| head.committee.clone());
        let conflict = Box::new(Conflict { first, second: other.header.clone(), committee });
        if self.is_settled(&conflict) {
            return Err(LightError::Settled);
        }
        self.conflict = Some(conflict.clone());
        Ok(Agreement::Conflict(conflict))
    }

    /// The committee with this hash, if the rounds that are remembered were decided by it. Former
    /// members count for as long as they answer for what they sign.
    pub(crate) fn deciding(&self, hash: &[u8; 32], now: Timestamp) -> Option<&Committee> {
        let bound = |former: &&Former| now < former.until.plus_millis(Limits::LEDGER.trusting_ms);
        let former = self.former.as_ref().filter(bound).map(|former| &former.committee);
        let head = self.head.as_ref().map(|head| &head.committee);
        head.into_iter().chain(former).find(|committee| committee.hash() == *hash)
    }
}
