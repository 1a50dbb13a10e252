//! What members have done in this epoch, and what follows from it: reputation and fees.
//!
//! All inputs come from the chain: the certificate of the parent in each body shows who voted, the
//! header who proposed, and members say how the others served (`acp.md` 2.4).
//!
//! Fees are pooled for an epoch and shared by the votes shown, so that a proposer who fills its own
//! block with its own transactions earns nothing by it (`acp-corrections.md` A19).

use crate::draft::Draft;
use crate::late_vote::Shown;
use crate::{Certificate, Execution, NO_PROPOSER, Rejection, Seats, cell_key, seats::SEATS};
use types::{Abc, Amount, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

const CREDITS: &str = "credits";
/// Never so many rounds are remembered.
const MAX_SHOWN: usize = 8;

/// One member's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Credit {
    /// In how many certificates its vote stands.
    pub(crate) certificates: u32,
    /// How many blocks it proposed.
    pub(crate) proposals: u32,
}

/// Those of an epoch so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Credits {
    /// How many certificates were counted.
    pub(crate) seen: u32,
    /// One per member, in the committee's order.
    pub(crate) members: Vec<Credit>,
    /// The rounds whose late votes still count, in order.
    pub(crate) shown: Vec<Shown>,
}

impl Execution<'_> {
    /// Credits the proposer of the block, which the context names, and those whose votes stand in
    /// the certificate of its parent; [`Self::late`] adds those that it left out. Call it once,
    /// before the first transaction; a block without a proposer credits nobody. The certificate must
    /// have passed [`crate::Body::check_parent`].
    ///
    /// # Errors
    /// [`Rejection::BadState`] if the state is damaged.
    pub fn credit(&mut self, certificate: Option<&Certificate>) -> Result<(), Rejection> {
        let context = self.context();
        self.reserve(certificate.map_or(0, |certificate| certificate.to_bytes().len()));
        if context.proposer == NO_PROPOSER {
            return Ok(());
        }
        let mut draft = self.draft(TxId(context.chain.0));
        let mut credits = read(&draft)?;
        let proposer = credits.members.get_mut(usize::from(context.proposer));
        let proposer = proposer.ok_or(Rejection::BadState("no such proposer"))?;
        proposer.proposals = proposer.proposals.saturating_add(1);
        // In the first round of an epoch the certificate is by the committee of the last.
        if let Some(certificate) = certificate.filter(|_| !context.params.is_first(context.round)) {
            credits.seen = credits.seen.saturating_add(1);
            for member in certificate.signers() {
                let credit = credits.members.get_mut(usize::from(member));
                let credit = credit.ok_or(Rejection::BadState("no such voter"))?;
                credit.certificates = credit.certificates.saturating_add(1);
            }
            credits.shown.retain(|shown| shown.counts(context.round));
            credits.shown.push(Shown::of(certificate));
        }
        draft.write(key(), &credits);
        let effects = draft.effects;
        self.merge(effects);
        Ok(())
    }
}

/// Where they lie.
pub(crate) fn key() -> Vec<u8> {
    cell_key(CREDITS)
}

/// The credits of the present epoch, all zero if there are none yet.
pub(crate) fn read(draft: &Draft<'_>) -> Result<Credits, Rejection> {
    let seats: Seats = draft.read(&cell_key(SEATS))?.ok_or(Rejection::BadState("no committee"))?;
    let mut credits: Credits = draft.read(&key())?.unwrap_or_default();
    credits.members.resize(seats.seats().len(), Credit::default());
    Ok(credits)
}

/// Forgets them: a new epoch begins.
pub(crate) fn clear(draft: &mut Draft<'_>) -> Result<(), Rejection> {
    if draft.read::<Credits>(&key())?.is_some() {
        draft.remove(key());
    }
    Ok(())
}

impl Credits {
    /// A member's reputation after the epoch: one more if its vote stands in at least half of the
    /// certificates and it delivered a block, one less if its vote stands in less than a third or
    /// the others found its service poor. Certificates may leave out up to a third of those who
    /// voted, so that nobody is expected in all of them.
    pub(crate) fn reputation(&self, before: u8, credit: Credit, poor: bool) -> u8 {
        let (seen, shown) = (u64::from(self.seen), u64::from(credit.certificates));
        if poor || shown.saturating_mul(3) < seen {
            before.saturating_sub(1)
        } else if shown > 0 && shown.saturating_mul(2) >= seen && credit.proposals > 0 {
            before.saturating_add(1).min(Seats::MAX_REPUTATION)
        } else {
            before
        }
    }

    /// A member's part of the fees: by its votes among all votes shown, rounded down.
    pub(crate) fn share(&self, fees: Amount<Abc>, credit: Credit) -> Amount<Abc> {
        let all: u128 = self.members.iter().map(|credit| u128::from(credit.certificates)).sum();
        let part = u128::from(fees.units()).saturating_mul(u128::from(credit.certificates));
        let share = part.checked_div(all).and_then(|share| u64::try_from(share).ok());
        Amount::new(share.unwrap_or_default())
    }
}

impl Encode for Credit {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.certificates);
        w.u32(self.proposals);
    }
}

impl Decode for Credit {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { certificates: r.u32()?, proposals: r.u32()? })
    }
}

impl Encode for Credits {
    fn encode(&self, w: &mut Writer) {
        w.u32(self.seen);
        w.list(&self.members);
        w.list(&self.shown);
    }
}

impl Decode for Credits {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { seen: r.u32()?, members: r.list(crate::MAX_MEMBERS)?, shown: r.list(MAX_SHOWN)? })
    }
}
