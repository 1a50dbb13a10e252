//! Taking a share, or what came back, that waits under its key: into the private pool, or to an
//! account.
//!
//! Into the pool goes exactly what is left of the share without the fee, so that nothing is told but
//! that the share was taken (`money-and-mail.md` A2, "Payout"). The claim key signs the whole
//! transaction, its bundle included, and its share is used up: that is the replay protection (A9).

use super::{Claim, RedEnvelopeId, claim_key};
use crate::actions::{Act, Signer};
use crate::draft::Draft;
use crate::{EntryKind, Pot, Rejection, Transaction};
use types::Address;
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Takes a share that waits. It is all that its transaction does, which has no source and, unless it
/// names an account, a bundle that brings the share into the pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CollectEnvelope {
    /// Of which red envelope.
    pub envelope: RedEnvelopeId,
    /// The claim key that it waits under, which signs.
    pub key: [u8; 32],
    /// Whom to pay; without it the share goes into the private pool.
    pub pay_to: Option<Address>,
}

impl Act for CollectEnvelope {
    fn source(&self) -> Option<u8> {
        None
    }

    fn signer(&self) -> Option<Signer> {
        Some(Signer::Ed25519(self.key))
    }

    fn spends_key(&self) -> bool {
        true
    }

    fn check_alone(&self, tx: &Transaction) -> Option<Result<(), Rejection>> {
        Some(self.check_rest(tx))
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let claim = draft.read::<Claim>(&claim_key(&self.key))?;
        let amount = match claim {
            Some(Claim::Waiting { envelope, amount }) if envelope == self.envelope => amount,
            Some(Claim::Collected { .. } | Claim::Paid { .. }) => {
                return Err(Rejection::AlreadyClaimed);
            }
            Some(Claim::Waiting { .. } | Claim::Drawing { .. } | Claim::Reserved { .. }) | None => {
                return Err(Rejection::NothingWaits);
            }
        };
        // Asked before anything is paid: the escrow may hold no more than this share.
        let fee = draft.fee_due();
        let rest = amount.minus(fee).filter(|rest| !rest.is_zero());
        let rest = rest.ok_or(Rejection::InsufficientFunds {
            have: amount.units(),
            need: u128::from(fee.units()).saturating_add(1),
        })?;
        draft.pay_fee_from(Pot::Escrow)?;
        draft.draw(Pot::Escrow, rest)?;
        let envelope = self.envelope;
        match self.pay_to {
            Some(to) => draft.give(to, rest, EntryKind::EnvelopeIn { envelope }, None)?,
            None if draft.enters_pool() == rest => {}
            None => return Err(Rejection::BadTransaction("the pool must get the share exactly")),
        }
        draft.write(claim_key(&self.key), &Claim::Collected { envelope, amount, fee });
        Ok(())
    }
}

impl CollectEnvelope {
    /// Checks what the rest of its transaction is: nothing but what this asks for.
    fn check_rest(&self, tx: &Transaction) -> Result<(), Rejection> {
        let bad = |why| Err(Rejection::BadTransaction(why));
        if !tx.sources.is_empty() || tx.actions.len() != 1 {
            return bad("a share is collected alone");
        }
        if tx.bundle.is_some() != self.pay_to.is_none() {
            return bad("a share goes into the pool or to an account");
        }
        if tx.bundle.is_some() && tx.leaves_pool() >= 0 {
            return bad("a share goes into the pool");
        }
        Ok(())
    }
}

impl Encode for CollectEnvelope {
    fn encode(&self, w: &mut Writer) {
        self.envelope.encode(w);
        w.fixed(&self.key);
        w.option(self.pay_to.as_ref());
    }
}

impl Decode for CollectEnvelope {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { envelope: RedEnvelopeId::decode(r)?, key: r.fixed()?, pay_to: r.option()? })
    }
}
