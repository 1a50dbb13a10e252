//! Red envelopes: money given to a group in shares (`money-and-mail.md` A2).
//!
//! The creator publishes the root over one-time claim keys, which only their members can use. A
//! claim needs no account and no source: its key signs, is spent for ever, and its fee comes out of
//! the share. Equal shares are settled at once; lucky ones are drawn when the beacon of four rounds
//! later is known, so that no proposer knows them while it chooses claims. What nobody has claimed
//! comes back after the last draw: to an account, or under a key as shares do, which tells nobody whose
//! it is. What a bundle gives out of the private pool names no giver at all.
//!
//! Nothing is lost on the way: what went into the escrow is what was settled, what waits, what came
//! back, and the fees.

mod collect;
mod draw;
mod due;
mod record;
mod settle;
mod tree;

pub use collect::CollectEnvelope;
pub use draw::{lucky_range, lucky_share};
pub(crate) use due::due;
pub use record::{Claim, RedEnvelope, RedEnvelopeId, RefundTo, claim_key, envelope_key};
pub use tree::{CLAIM_LEVELS, ClaimTree, claim_leaf};

use super::{Act, Signer};
use crate::draft::Draft;
use crate::{EntryKind, Params, Pot, Rejection};
use types::{Abc, Address, Amount, Round};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

/// Most shares of one red envelope.
pub const MAX_SHARES: u8 = 100;
/// How many rounds ahead a red envelope may expire: 30 days at a block a second. What is further
/// ahead is a slip that would lock the money away.
const MAX_ROUNDS: u64 = 30 * 24 * 3600;

/// Puts money into a new red envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CreateEnvelope {
    /// The position of the source that gives it; 0 in a transaction without sources, which gives out
    /// of the private pool.
    pub source: u8,
    /// All of it; for each share more than a claim costs ([`Params::claim`]).
    pub total: Amount<Abc>,
    /// In how many shares, 1 to [`MAX_SHARES`].
    pub shares: u8,
    /// True if chance divides it, false for equal shares.
    pub lucky: bool,
    /// The root over the claim keys ([`ClaimTree::root`]).
    pub root: [u8; 32],
    /// The last round that may hold a claim.
    pub expiry: Round,
    /// Where what nobody claims goes; a bundle has no account (`money-and-mail.md` A2).
    pub refund_to: RefundTo,
}

/// Claims a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimEnvelope {
    /// Of which red envelope.
    pub envelope: RedEnvelopeId,
    /// The claim key, which signs and is spent for ever.
    pub key: [u8; 32],
    /// Its place in the tree of claim keys.
    pub index: u16,
    /// From its leaf to the root, lowest neighbour first.
    pub path: [[u8; 32]; CLAIM_LEVELS],
    /// Whom to pay; without it the share waits under the claim key, without limit of time.
    pub pay_to: Option<Address>,
}

impl Act for CreateEnvelope {
    fn source(&self) -> Option<u8> {
        Some(self.source)
    }

    fn needs_strongest(&self) -> bool {
        false
    }

    fn debit(&self, _: &Params) -> u128 {
        u128::from(self.total.units())
    }

    /// The key that the rest will wait under: otherwise anybody could use up somebody else's before.
    fn signer(&self) -> Option<Signer> {
        match self.refund_to {
            RefundTo::Account(_) => None,
            RefundTo::Key(key) => Some(Signer::Ed25519(key)),
        }
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        if (1..=MAX_SHARES).contains(&self.shares) {
            Ok(())
        } else {
            Err(Rejection::BadTransaction("number of shares"))
        }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let round = draft.block.context().round;
        let least = self.least_share(draft.block.context().params)?;
        if self.expiry < round {
            return Err(Rejection::EnvelopeOver);
        }
        if self.expiry > round.plus(MAX_ROUNDS) {
            return Err(Rejection::ExpiryTooFar);
        }
        let (tx, action) = draft.place();
        let envelope = RedEnvelopeId::of(tx, action);
        self.provide_for_rest(draft, envelope)?;
        if draft.sources.is_empty() {
            draft.spend_private(self.total)?;
        } else {
            let home = draft.home(self.source)?;
            draft.take(home, self.total, EntryKind::EnvelopeOut { envelope }, None)?;
        }
        draft.fill(Pot::Escrow, self.total)?;
        draft.write(envelope_key(envelope), &RedEnvelope::new(self, tx, least));
        due::refund_later(draft, envelope, self.expiry)
    }
}

impl CreateEnvelope {
    /// The refund comes by itself and cannot be refused: its account must be there before, and its
    /// key must be nobody's yet.
    fn provide_for_rest(
        &self,
        draft: &mut Draft<'_>,
        envelope: RedEnvelopeId,
    ) -> Result<(), Rejection> {
        match self.refund_to {
            RefundTo::Account(to) if settle::has_record(draft, to)? => Ok(()),
            RefundTo::Account(_) => Err(Rejection::NoAccount),
            RefundTo::Key(key) if draft.read::<Claim>(&claim_key(&key))?.is_some() => {
                Err(Rejection::AlreadyClaimed)
            }
            RefundTo::Key(key) => {
                draft.write(claim_key(&key), &Claim::Reserved { envelope });
                Ok(())
            }
        }
    }

    /// The smallest share there can be: one unit more than its claim costs, by whichever table of
    /// the network. Refused if there is not enough for all.
    fn least_share(&self, params: &Params) -> Result<Amount<Abc>, Rejection> {
        let beyond = Rejection::BadTransaction("fee beyond 64 bits");
        let share = params.claim().and_then(|claim| claim.plus(Amount::new(1))).ok_or(beyond)?;
        let least = share.units().checked_mul(u64::from(self.shares)).map(Amount::new);
        let least = least.ok_or(beyond)?;
        if self.total < least { Err(Rejection::BelowMinimum { least }) } else { Ok(share) }
    }
}

impl Act for ClaimEnvelope {
    fn source(&self) -> Option<u8> {
        None
    }

    fn signer(&self) -> Option<Signer> {
        Some(Signer::Ed25519(self.key))
    }

    fn spends_key(&self) -> bool {
        true
    }

    fn check(&self, _: &Params) -> Result<(), Rejection> {
        if usize::from(self.index) < ClaimTree::LEAVES {
            Ok(())
        } else {
            Err(Rejection::BadTransaction("no such claim key"))
        }
    }

    fn perform(&self, draft: &mut Draft<'_>) -> Result<(), Rejection> {
        let record = draft.read::<RedEnvelope>(&envelope_key(self.envelope))?;
        let mut envelope = record.ok_or(Rejection::UnknownEnvelope)?;
        if draft.block.context().round > envelope.expiry {
            return Err(Rejection::EnvelopeOver);
        }
        if draft.read::<Claim>(&claim_key(&self.key))?.is_some() {
            return Err(Rejection::AlreadyClaimed);
        }
        if tree::root(self.index, &self.key, &self.path) != envelope.root {
            return Err(Rejection::BadClaimPath);
        }
        if envelope.claimed >= envelope.shares {
            return Err(Rejection::EnvelopeEmpty);
        }
        let fee = draft.pay_fee_from(Pot::Escrow)?;
        if fee >= envelope.least {
            let (have, need) = (envelope.least.units(), u128::from(fee.units()).saturating_add(1));
            return Err(Rejection::InsufficientFunds { have, need });
        }
        settle::claim(draft, self, &mut envelope, fee)
    }
}

impl Encode for CreateEnvelope {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.source);
        self.total.encode(w);
        w.u8(self.shares);
        w.bool(self.lucky);
        w.fixed(&self.root);
        self.expiry.encode(w);
        self.refund_to.encode(w);
    }
}

impl Decode for CreateEnvelope {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            source: r.u8()?,
            total: Amount::decode(r)?,
            shares: r.u8()?,
            lucky: r.bool()?,
            root: r.fixed()?,
            expiry: Round::decode(r)?,
            refund_to: RefundTo::decode(r)?,
        })
    }
}

impl Encode for ClaimEnvelope {
    fn encode(&self, w: &mut Writer) {
        self.envelope.encode(w);
        w.fixed(&self.key);
        w.u16(self.index);
        self.path.iter().for_each(|neighbour| w.fixed(neighbour));
        w.option(self.pay_to.as_ref());
    }
}

impl Decode for ClaimEnvelope {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let (envelope, key, index) = (RedEnvelopeId::decode(r)?, r.fixed()?, r.u16()?);
        let mut path = [[0; 32]; CLAIM_LEVELS];
        for neighbour in &mut path {
            *neighbour = r.fixed()?;
        }
        Ok(Self { envelope, key, index, path, pay_to: r.option()? })
    }
}
