//! Saying how well the other members have served.

use super::super::{Act, Signer};
use super::RingRefusal;
use crate::draft::Draft;
use crate::scores::{MAX_SCORE, Scores, score_key};
use crate::seats::SEATS;
use crate::{MAX_MEMBERS, Params, Rejection, Seats, cell_key};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// A member's scores of all members, once in an epoch; its key signs a slot of its own. The first
/// source pays for it, whoever that is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RateService {
    /// The member's signing key.
    pub key: [u8; 32],
    /// The present epoch: what is said of one must not count in another.
    pub epoch: u64,
    /// One for each member, in the committee's order: 0 to [`MAX_SCORE`].
    pub scores: Vec<u8>,
}

impl Act for RateService {
    fn source(&self) -> Option<u8> {
        Some(0)
    }

    fn signer(&self) -> Option<Signer> {
        Some(Signer::Ed25519(self.key))
    }

    /// The member's key decides, the source only pays.
    fn needs_strongest(&self) -> bool {
        false
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        if self.scores.iter().all(|score| *score <= MAX_SCORE) {
            Ok(())
        } else {
            Err(Rejection::BadTransaction("a score above 100"))
        }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let context = draft.block.context();
        if self.epoch != context.params.epoch_of(context.round) {
            return Err(RingRefusal::OtherEpoch.into());
        }
        let seats: Option<Seats> = draft.read(&cell_key(SEATS))?;
        let seats = seats.ok_or(Rejection::BadState("no committee"))?;
        let member = seats.committee().position(&self.key).ok_or(RingRefusal::NoSeat)?;
        if self.scores.len() != seats.seats().len() {
            return Err(Rejection::BadTransaction("not one score for each member"));
        }
        if draft.read::<Scores>(&score_key(member))?.is_some() {
            return Err(RingRefusal::AlreadyRated.into());
        }
        draft.write(score_key(member), &Scores(self.scores.clone()));
        Ok(())
    }
}

impl Encode for RateService {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.key);
        w.u64(self.epoch);
        w.bytes(&self.scores);
    }
}

impl Decode for RateService {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { key: r.fixed()?, epoch: r.u64()?, scores: r.bytes(MAX_MEMBERS)? })
    }
}
