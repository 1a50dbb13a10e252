//! Joining and leaving the two rings, and reporting what managers have signed.

mod managers;
mod report;
mod scores;
mod workers;

pub use managers::{RegisterManager, UnregisterManager, possession_input};
pub use report::ReportEvidence;
pub use scores::RateService;
pub use workers::{RegisterWorker, UnregisterWorker};

use super::Act;
use crate::{EvidenceError, Rejection};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// What concerns the rings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RingAction {
    /// Becomes a manager.
    RegisterManager(RegisterManager),
    /// Wants no seat any more.
    UnregisterManager(UnregisterManager),
    /// Becomes a worker.
    RegisterWorker(RegisterWorker),
    /// Is a worker no more.
    UnregisterWorker(UnregisterWorker),
    /// Convicts a manager.
    ReportEvidence(ReportEvidence),
    /// Says how well the other members have served.
    RateService(RateService),
}

/// Why an action of the rings is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RingRefusal {
    /// A manager's key was registered before, by whomever.
    #[error("a key serves one manager only, for ever")]
    KeyUsed,
    /// The key for tickets has not proved that it belongs to whoever registers it.
    #[error("the key for tickets is not proved")]
    NotPossessed,
    /// The account is a manager already, its bond may still be locked; or there is such a worker.
    #[error("already registered")]
    AlreadyRegistered,
    /// There is no such manager or worker, or it is not this account's.
    #[error("not registered by this account")]
    NotRegistered,
    /// The ring has no room.
    #[error("the ring is full")]
    Full,
    /// The evidence convicts nobody.
    #[error("no evidence: {0}")]
    BadEvidence(EvidenceError),
    /// The offence lies further back than bonds are locked, or in an epoch to come.
    #[error("the offence is too old")]
    TooOld,
    /// This key was convicted of this kind of offence in this round.
    #[error("reported before")]
    AlreadyReported,
    /// The key is no manager's, or its bond is gone.
    #[error("the key has no bond")]
    NotBonded,
    /// The key has no seat in the present committee.
    #[error("the key has no seat")]
    NoSeat,
    /// What was to count in one epoch does not count in another.
    #[error("for another epoch")]
    OtherEpoch,
    /// The member has said in this epoch how the others served.
    #[error("said once in an epoch")]
    AlreadyRated,
}

impl RingRefusal {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::KeyUsed => "manager_key_used",
            Self::NotPossessed => "ticket_key_not_proved",
            Self::AlreadyRegistered => "already_registered",
            Self::NotRegistered => "not_registered",
            Self::Full => "ring_full",
            Self::BadEvidence(_) => "bad_evidence",
            Self::TooOld => "evidence_too_old",
            Self::AlreadyReported => "already_reported",
            Self::NotBonded => "not_bonded",
            Self::NoSeat => "no_seat",
            Self::OtherEpoch => "other_epoch",
            Self::AlreadyRated => "already_rated",
        }
    }
}

impl From<RingRefusal> for Rejection {
    fn from(refusal: RingRefusal) -> Self {
        Self::Ring(refusal)
    }
}

impl RingAction {
    pub(super) fn act(&self) -> &dyn Act {
        match self {
            Self::RegisterManager(action) => action,
            Self::UnregisterManager(action) => action,
            Self::RegisterWorker(action) => action,
            Self::UnregisterWorker(action) => action,
            Self::ReportEvidence(action) => action,
            Self::RateService(action) => action,
        }
    }

    /// Reads what stands behind the tag.
    pub(super) fn decode_tagged(tag: u8, r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(match tag {
            40 => Self::RegisterManager(RegisterManager::decode(r)?),
            41 => Self::UnregisterManager(UnregisterManager { source: r.u8()? }),
            42 => Self::RegisterWorker(RegisterWorker::decode(r)?),
            43 => Self::UnregisterWorker(UnregisterWorker::decode(r)?),
            44 => Self::ReportEvidence(ReportEvidence::decode(r)?),
            45 => Self::RateService(RateService::decode(r)?),
            _ => return Err(DecodeError::BadValue("action")),
        })
    }
}

impl Encode for RingAction {
    fn encode(&self, w: &mut Writer) {
        match self {
            Self::RegisterManager(action) => {
                w.u8(40);
                action.encode(w);
            }
            Self::UnregisterManager(action) => {
                w.u8(41);
                w.u8(action.source);
            }
            Self::RegisterWorker(action) => {
                w.u8(42);
                action.encode(w);
            }
            Self::UnregisterWorker(action) => {
                w.u8(43);
                action.encode(w);
            }
            Self::ReportEvidence(action) => {
                w.u8(44);
                action.encode(w);
            }
            Self::RateService(action) => {
                w.u8(45);
                action.encode(w);
            }
        }
    }
}
