//! Bringing a decision of the managers to the ledger ([`crate::Flags`]).
//!
//! It needs no account and costs nothing: what a quorum has signed must not fail for want of either,
//! and nobody else can make one. It is used up by taking effect, for a decision that changes nothing
//! is refused.

use super::Act;
use crate::draft::Draft;
use crate::flags::MAX_CONSENTS;
use crate::seats::SEATS;
use crate::{Consent, Decision, Flags, Params, Rejection, Seats, Transaction, cell_key, flags_key};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Switches something off, from a round to come on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decide {
    /// What, and from when on.
    pub decision: Decision,
    /// Signatures of a quorum of the present committee, by their keys in order.
    pub consents: Vec<Consent>,
}

impl Act for Decide {
    fn source(&self) -> Option<u8> {
        None
    }

    fn check_alone(&self, tx: &Transaction) -> Option<Result<(), Rejection>> {
        let alone = tx.sources.is_empty() && tx.actions.len() == 1 && tx.bundle.is_none();
        let bad = Rejection::BadTransaction("a decision stands alone");
        Some(if alone { Ok(()) } else { Err(bad) })
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        let some = (1..=MAX_CONSENTS).contains(&self.consents.len());
        if some { Ok(()) } else { Err(Rejection::BadTransaction("number of signatures")) }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let context = draft.block.context();
        if self.decision.from <= context.round {
            return Err(Rejection::DecisionTooLate);
        }
        let flags = draft.read::<Flags>(&flags_key())?.unwrap_or_default();
        let flags = flags.after(self.decision).ok_or(Rejection::AlreadyDecided)?;
        let seats = draft.read::<Seats>(&cell_key(SEATS))?;
        let committee = seats.ok_or(Rejection::BadState("no committee"))?.committee();
        let consents = self.decision.consents(context.chain, &committee, &self.consents);
        if consents.is_none_or(|count| count < committee.quorum()) {
            return Err(Rejection::NoQuorum);
        }
        draft.write(flags_key(), &flags);
        Ok(())
    }
}

impl Encode for Decide {
    fn encode(&self, w: &mut Writer) {
        self.decision.encode(w);
        w.list(&self.consents);
    }
}

impl Decode for Decide {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { decision: Decision::decode(r)?, consents: r.list(MAX_CONSENTS)? })
    }
}
