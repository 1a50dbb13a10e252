//! Reporting an offence.
//!
//! Whoever is convicted loses its whole bond, gets no seat in any committee that is not fixed yet,
//! and its reputation is zero from the next epoch on. That also holds for a key that has left, as
//! long as its bond is locked: otherwise those who leave could sign anything
//! (`acp-corrections.md` A5).

use super::super::Act;
use super::RingRefusal;
use crate::draft::Draft;
use crate::epochs::{Epoch, epoch_key, epoch_with};
use crate::registry::{MANAGERS, Managers};
use crate::{Evidence, Rejection, bonds, cell_key};
use types::{Amount, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Convicts a manager of an offence; a tenth of its bond is the reporter's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReportEvidence {
    /// The position of the source that reports it.
    pub source: u8,
    /// The offence.
    pub evidence: Box<Evidence>,
}

impl Act for ReportEvidence {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    /// It brings the account money and costs it the fee, whoever signs.
    fn needs_strongest(&self) -> bool {
        false
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let context = draft.block.context();
        let note = report_key(&self.evidence);
        if draft.read::<Round>(&note)?.is_some() {
            return Err(RingRefusal::AlreadyReported.into());
        }
        let mut managers: Managers = draft.read(&cell_key(MANAGERS))?.unwrap_or_default();
        let manager = managers.by_key_mut(&self.evidence.key);
        let manager = manager.filter(|manager| !manager.bond.is_zero());
        let manager = manager.ok_or(RingRefusal::NotBonded)?;
        self.check_age(draft)?;
        self.verify(draft)?;

        let (account, bond) = (manager.account, manager.bond);
        manager.bond = Amount::ZERO;
        manager.jailed = true;
        draft.write(cell_key(MANAGERS), &managers);
        draft.write(note, &context.round);
        bonds::slash(draft, account, bond, draft.home(self.source)?)
    }
}

impl ReportEvidence {
    /// By the headers' times: an offence counts as old as the end of the epoch it lies in, so that
    /// none is too old while its author's bond is locked.
    fn check_age(&self, draft: &Draft<'_>) -> Result<(), Rejection> {
        let context = draft.block.context();
        let number = context.params.epoch_of(self.evidence.round());
        let begun = |number: u64| draft.read::<Epoch>(&epoch_key(number));
        let known = begun(number)?.is_some();
        let age = begun(number.saturating_add(1))?.map(|next| context.time.millis_since(next.time));
        if known && age.is_none_or(|age| age <= context.params.unbonding_ms) {
            Ok(())
        } else {
            Err(RingRefusal::TooOld.into())
        }
    }

    fn verify(&self, draft: &Draft<'_>) -> Result<(), Rejection> {
        let context = draft.block.context();
        let noted = match self.evidence.leaves().and_then(|at| epoch_with(context.params, at)) {
            Some(epoch) => draft.read::<Epoch>(&epoch_key(epoch))?.map(|epoch| epoch.history),
            None => None,
        };
        let verified = self.evidence.verify(context.chain, noted);
        verified.map_err(|error| RingRefusal::BadEvidence(error).into())
    }
}

/// Where it is noted that a key was convicted: `evidence/` ‖ key ‖ round ‖ kind.
fn report_key(evidence: &Evidence) -> Vec<u8> {
    let round = evidence.round().0.to_be_bytes();
    [b"evidence/".as_slice(), &evidence.key, &round, &[evidence.kind()]].concat()
}

impl Encode for ReportEvidence {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.evidence.encode(w);
    }
}

impl Decode for ReportEvidence {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { source: r.u8()?, evidence: Box::new(Evidence::decode(r)?) })
    }
}
