//! A red envelope out of the private pool, and what comes back of it (`money-and-mail.md` A2).
//!
//! A bundle has no account, and naming one for the refund would tell who gives. So what nobody claims
//! waits on the ledger under a key that is used once, as a share waits under its claim key, and goes
//! into the pool in the same way.

use keys::{ClaimKey, EnvelopeKey};
use ledger::{Action, Claim, CreateEnvelope, Gift, GiftTree, RedEnvelopeId, RefundTo};
use rand_core::CryptoRng;
use types::{Abc, Amount, ChainId, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

use super::plan::claimers;
use super::{GiftWish, KnownGift, ShareTo, Taking, own_claim_key};

/// What is told of a red envelope before its transaction is known.
const UNKNOWN: TxId = TxId([0; 32]);

/// What the ledger is to be told of a red envelope out of the pool, but for its total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GiftOrder {
    /// In how many shares.
    pub shares: u8,
    /// True if chance is to divide it.
    pub lucky: bool,
    /// The root over its claim keys.
    pub root: [u8; 32],
    /// The key under which comes back what nobody claims.
    pub rest: [u8; 32],
    /// For how many rounds it is open.
    pub rounds: u64,
}

/// What comes back of a red envelope out of the pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rest {
    /// How it is taken from under its key.
    pub taking: Taking,
    /// The bundle that brings it into the pool, as last signed: by its digest the log names it.
    pub bundle: Option<[u8; 32]>,
    /// The key's record as last proved, once the red envelope is over; collected of nothing if nothing
    /// came back.
    pub claim: Option<Claim>,
}

/// What of a red envelope may wait for us under a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiftPart {
    /// Our share.
    Share,
    /// What nobody has claimed of one that we gave out of the pool.
    Rest,
}

/// A wish for a red envelope out of the pool: what the ledger is to be told, and what its members are
/// told once its transaction is known.
pub fn order_gift<R: CryptoRng>(
    wish: GiftWish,
    rounds: u64,
    (chain, own): (ChainId, &EnvelopeKey),
    rng: &mut R,
) -> (GiftOrder, Gift) {
    let mut salt = [0; 32];
    rng.fill_bytes(&mut salt);
    let (claimers, seed) = claimers(&wish.members, rng);
    let root = GiftTree::new(chain, &salt, &claimers).root();
    let rest = own.refund_key(chain, &root).public();
    let GiftWish { total, shares, lucky, greeting, expiry, .. } = wish;
    let (tx, by) = (UNKNOWN, Round(0));
    let gift = Gift { tx, by, total, shares, lucky, expiry, salt, claimers, greeting, seed };
    (GiftOrder { shares, lucky, root, rest, rounds }, gift)
}

impl GiftOrder {
    /// What makes it, with everything that leaves the pool for it but the fee.
    pub(crate) const fn action(&self, total: Amount<Abc>, expiry: Round) -> Action {
        let Self { shares, lucky, root, rest, .. } = *self;
        let refund_to = RefundTo::Key(rest);
        Action::CreateEnvelope(CreateEnvelope {
            source: 0,
            total,
            shares,
            lucky,
            root,
            expiry,
            refund_to,
        })
    }
}

impl Rest {
    /// Of a red envelope that is made; it is to go into the pool.
    #[must_use]
    pub const fn new(key: [u8; 32]) -> Self {
        let taking = Taking { key, to: ShareTo::Pool, attempt: None };
        Self { taking, bundle: None, claim: None }
    }

    /// True once nothing can come back any more.
    #[must_use]
    pub const fn is_over(&self) -> bool {
        matches!(self.claim, Some(Claim::Collected { .. }))
    }

    /// What waits to be taken.
    #[must_use]
    pub const fn waits(&self) -> Option<Amount<Abc>> {
        match self.claim {
            Some(Claim::Waiting { amount, .. }) => Some(amount),
            _ => None,
        }
    }

    /// What has come back, without what taking it cost.
    #[must_use]
    pub fn taken(&self) -> Option<Amount<Abc>> {
        match self.claim {
            Some(Claim::Collected { amount, fee, .. }) => amount.minus(fee),
            _ => None,
        }
    }

    /// The key that signs for it, of a red envelope with this root over its claim keys.
    pub(super) fn signer(
        &self,
        root: &[u8; 32],
        own: &EnvelopeKey,
        chain: ChainId,
    ) -> Option<ClaimKey> {
        let key = own.refund_key(chain, root);
        (key.public() == self.taking.key).then_some(key)
    }

    /// Takes the key's record of a red envelope that is over, as proved in this round.
    pub(super) fn take(&mut self, claim: Option<Claim>, round: Round) {
        let nothing = Claim::Collected {
            envelope: RedEnvelopeId([0; 32]),
            amount: Amount::ZERO,
            fee: Amount::ZERO,
        };
        self.claim = Some(claim.unwrap_or(nothing));
        let late = self.taking.attempt.as_ref().is_some_and(|attempt| round > attempt.expiry);
        if self.is_over() || late {
            self.taking.attempt = None;
        }
    }
}

impl KnownGift {
    /// How a part is taken, if it is to be.
    #[must_use]
    pub fn taking_of(&self, part: GiftPart) -> Option<&Taking> {
        match part {
            GiftPart::Share => self.taking.as_ref(),
            GiftPart::Rest => self.rest.as_ref().map(|rest| &rest.taking),
        }
    }

    /// The same, to be changed.
    pub fn taking_of_mut(&mut self, part: GiftPart) -> Option<&mut Taking> {
        match part {
            GiftPart::Share => self.taking.as_mut(),
            GiftPart::Rest => self.rest.as_mut().map(|rest| &mut rest.taking),
        }
    }

    /// The key that signs for a part of ours.
    #[must_use]
    pub fn key_of(&self, part: GiftPart, own: &EnvelopeKey, chain: ChainId) -> Option<ClaimKey> {
        match part {
            GiftPart::Share => own_claim_key(self, own, chain),
            GiftPart::Rest => self.rest.as_ref()?.signer(&self.gift.tree(chain).root(), own, chain),
        }
    }
}

impl Encode for GiftOrder {
    fn encode(&self, w: &mut Writer) {
        w.u8(self.shares);
        w.bool(self.lucky);
        w.fixed(&self.root);
        w.fixed(&self.rest);
        w.u64(self.rounds);
    }
}

impl Decode for GiftOrder {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            shares: r.u8()?,
            lucky: r.bool()?,
            root: r.fixed()?,
            rest: r.fixed()?,
            rounds: r.u64()?,
        })
    }
}

impl Encode for Rest {
    fn encode(&self, w: &mut Writer) {
        self.taking.encode(w);
        w.bool(self.bundle.is_some());
        self.bundle.iter().for_each(|bundle| w.fixed(bundle));
    }
}

/// What is proved of it is kept apart, as it is for shares.
impl Decode for Rest {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let taking = Taking::decode(r)?;
        let bundle = if r.bool()? { Some(r.fixed()?) } else { None };
        Ok(Self { taking, bundle, claim: None })
    }
}
