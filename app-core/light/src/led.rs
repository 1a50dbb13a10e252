//! Trust without a network: from a checkpoint that somebody vouches for to the last of a few steps.
//!
//! For whoever holds a file and a checkpoint and nothing else, so the parameters of the network are
//! not known either: every change of committee is judged as a jump.

use crate::judge::{Base, Claim, Limits, Tally, judge};
use crate::{Checkpoint, LightError, Step};
use ledger::{Committee, HeaderError};
use std::collections::BTreeMap;
use types::Timestamp;

impl Checkpoint {
    /// Checks that the last of these steps is final if the checkpoint is: by its id, by its
    /// signatures if the committee of the checkpoint decided it, or step by step from there.
    ///
    /// # Errors
    /// [`LightError::BadCheckpoint`] if they are of another chain or do not fit together,
    /// [`LightError::TrustExpired`] if only signatures lead from one to the other and the
    /// checkpoint is too old for that, and those of a step.
    pub fn leads_to(&self, steps: &[Step], now: Timestamp) -> Result<(), LightError> {
        let last = steps.last().ok_or(LightError::BadCheckpoint)?;
        if steps.iter().any(|step| step.header().chain != self.chain) {
            return Err(HeaderError::WrongChain.into());
        }
        let same = steps.iter().find(|step| step.round() == self.round);
        if same.is_some_and(|step| Self::of(step.header()) != *self) {
            return Err(LightError::BadCheckpoint);
        }
        if last.round() == self.round {
            return Ok(());
        }
        let lists = steps.iter().flat_map(|step| step.committee.iter().chain(&step.next));
        let lists: BTreeMap<[u8; 32], &Committee> = lists.map(|list| (list.hash(), list)).collect();
        if last.round() < self.round {
            return self.vouches_for(last, &lists, now);
        }
        let mut base =
            Base { round: self.round, time: self.time, block: self.header, next: self.committee };
        for step in steps.iter().filter(|step| step.round() > self.round) {
            take(&base, step, &lists, now)?;
            let header = step.header();
            let (round, time, next) = (header.round, header.time, header.next_committee);
            base = Base { round, time, block: header.id(), next };
        }
        Ok(())
    }

    /// An earlier header: who decides after the checkpoint decided that as well, and still answers
    /// for it.
    fn vouches_for(
        &self,
        step: &Step,
        lists: &BTreeMap<[u8; 32], &Committee>,
        now: Timestamp,
    ) -> Result<(), LightError> {
        let header = step.header();
        if now >= self.time.plus_millis(Limits::LEDGER.trusting_ms) {
            return Err(LightError::TrustExpired(self.time));
        }
        if header.time >= self.time || header.committee != self.committee {
            return Err(LightError::BadCheckpoint);
        }
        let committee = lists.get(&header.committee).ok_or(LightError::WrongMembers)?;
        header.check(self.chain, committee)?;
        Ok(step.header.verify(committee)?)
    }
}

fn take(
    base: &Base,
    step: &Step,
    lists: &BTreeMap<[u8; 32], &Committee>,
    now: Timestamp,
) -> Result<(), LightError> {
    let header = step.header();
    let claim = Claim {
        round: header.round,
        time: header.time,
        parent: header.parent,
        committee: header.committee,
        announced: false,
    };
    let committee = lists.get(&header.committee).ok_or(LightError::WrongMembers)?;
    let trusted = lists.get(&base.next).ok_or(LightError::WrongMembers)?;
    judge(base, &claim, (Limits::LEDGER, now), || {
        header.check(header.chain, committee)?;
        step.header.verify(committee)?;
        let signers = step.header.certificate.signers();
        let keys = signers.iter().filter_map(|signer| committee.member(*signer));
        let known = keys.filter(|member| trusted.position(&member.key).is_some()).count();
        let (members, trusted) = (committee.size(), trusted.size());
        Ok(Tally { signed: signers.len(), members, known, trusted })
    })?;
    Ok(())
}
