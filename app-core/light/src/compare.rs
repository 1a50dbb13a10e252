//! Cross-checking: what another node certifies must be what we trust.
//!
//! Two valid certificates of one round mean that a third of a committee or more is faulty. Then
//! nothing can be believed any more: the state freezes, and stays so until a person brings a
//! checkpoint.

use crate::verify::{members, verify};
use crate::{LightError, LightState, Step};
use ledger::{CertifiedHeader, Committee, HeaderError};
use types::{ChainId, Timestamp};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Two certified headers that cannot both be final.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The one that was trusted: of the same round, or of a later one behind another header of it.
    pub first: CertifiedHeader,
    /// The one that contradicts it.
    pub second: CertifiedHeader,
    /// Who decided the first.
    pub committee: Committee,
}

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

impl Conflict {
    /// True if it convicts by itself: one round, two headers, one committee, both certified. Which
    /// view, which signers and which bytes is no matter (`acp-corrections.md` A9).
    #[must_use]
    pub fn verify(&self, chain: ChainId) -> bool {
        let certified = |header: &CertifiedHeader| {
            header.header.check(chain, &self.committee).is_ok()
                && header.verify(&self.committee).is_ok()
        };
        self.first.header.round == self.second.header.round
            && self.first.header.id() != self.second.header.id()
            && certified(&self.first)
            && certified(&self.second)
    }
}

impl LightState {
    /// What froze it; `None` if it is not frozen.
    #[must_use]
    pub fn frozen(&self) -> Option<&Conflict> {
        self.conflict.as_deref()
    }

    pub(crate) const fn check_frozen(&self) -> Result<(), LightError> {
        if self.conflict.is_some() { Err(LightError::Frozen) } else { Ok(()) }
    }

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

    /// Takes another node's word that the managers have contradicted themselves.
    ///
    /// # Errors
    /// [`LightError::WrongMembers`] if it is about a committee that we do not trust, or proves
    /// nothing.
    pub fn take_warrant(&mut self, conflict: &Conflict) -> Result<(), LightError> {
        self.check_frozen()?;
        let hash = conflict.committee.hash();
        let deciding = self.header().is_some_and(|header| header.committee == hash);
        if !(deciding || self.next.hash() == hash) || !conflict.verify(self.chain) {
            return Err(LightError::WrongMembers);
        }
        self.conflict = Some(Box::new(conflict.clone()));
        Ok(())
    }

    /// A header that is not ours: if it is certified by the committee that decided ours, or follows
    /// from where our last jump began, both stand, and nothing can be believed.
    fn contradict(&mut self, other: &Step, now: Timestamp) -> Result<Agreement, LightError> {
        let Some(head) = &self.head else { return Err(HeaderError::WrongRound.into()) };
        if other.header().committee == head.certified.header.committee {
            let (committee, _) = members(other, Some(&head.committee), &self.params)?;
            other.header().check(self.chain, &committee)?;
            other.header.verify(&committee)?;
        } else {
            let before = self.before.as_ref().ok_or(HeaderError::WrongCommittee)?;
            verify(before, other, self.frame(now))?;
        }
        let conflict = Box::new(Conflict {
            first: head.certified.clone(),
            second: other.header.clone(),
            committee: head.committee.clone(),
        });
        self.conflict = Some(conflict.clone());
        Ok(Agreement::Conflict(conflict))
    }
}

impl Encode for Conflict {
    fn encode(&self, w: &mut Writer) {
        self.first.encode(w);
        self.second.encode(w);
        self.committee.encode(w);
    }
}

impl Decode for Conflict {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            first: CertifiedHeader::decode(r)?,
            second: CertifiedHeader::decode(r)?,
            committee: Committee::decode(r)?,
        })
    }
}
