//! Where a share goes, and taking one that waits (`money-and-mail.md` A2, "Payout").
//!
//! A claim that names no account leaves its share waiting under its key; the share is then brought
//! into the private pool, by a transaction of its own. One whose claim names an account waits only if
//! it is too little to open that account with, and goes there once the account is open.

use keys::ClaimKey;
use ledger::{Action, CollectEnvelope, Params, RedEnvelopeId, Transaction};
use rand_core::CryptoRng;
use shielded::{
    Anchor, BuildError, Draft, Memo, Output, Plan, Purpose, SpendingKey, ViewingKey, anchor_round,
};
use types::{Abc, Address, AddressKind, Amount, ChainId, Round, TxId};
use wire::{Decode, DecodeError, Encode, Reader, Writer};

use super::{ClaimAttempt, GiftPart, KnownGift, Owed};
use crate::plan::PATIENCE;

/// A bundle that brings one share into the pool has this many actions, padding included.
const ACTIONS: usize = 2;

/// Where a share goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ShareTo {
    /// Into the private pool: nobody sees who took it.
    Pool,
    /// To the account: everybody sees that it took part.
    Account,
}

/// How we take our share; known once we have claimed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taking {
    /// Our claim key.
    pub key: [u8; 32],
    /// Where it goes.
    pub to: ShareTo,
    /// What brings it there from under its key, while that may still come.
    pub attempt: Option<ClaimAttempt>,
}

/// Who collects, where and when.
#[derive(Debug, Clone, Copy)]
pub struct CollectGround<'a> {
    /// The network.
    pub chain: ChainId,
    /// Its parameters, prices among them.
    pub params: &'a Params,
    /// The newest round whose header has been checked.
    pub round: Round,
}

impl KnownGift {
    /// What waits for us under its key and that nothing is under way for: where it is to go, and how
    /// much it is.
    #[must_use]
    pub fn to_collect(&self, part: GiftPart) -> Option<(ShareTo, Amount<Abc>)> {
        let taking = self.taking_of(part).filter(|taking| taking.attempt.is_none())?;
        let amount = match (part, self.claims.get(&taking.key)) {
            (GiftPart::Share, Some(ledger::Claim::Waiting { amount, .. })) => *amount,
            (GiftPart::Share, _) => return None,
            (GiftPart::Rest, _) => self.rest.as_ref()?.waits()?,
        };
        Some((taking.to, amount))
    }
}

/// What it costs to take a share that waits; `None` beyond 64 bits.
#[must_use]
pub fn collect_fee(params: &Params, round: Round, to: ShareTo) -> Option<Amount<Abc>> {
    let nobody = Address { kind: AddressKind::Ecdsa, payload: [0; 20] };
    let pay_to = (to == ShareTo::Account).then_some(nobody);
    let ground = CollectGround { chain: ChainId([0; 32]), params, round };
    order((RedEnvelopeId([0; 32]), [0; 32]), ground, pay_to).map(|order| order.fee)
}

/// The transaction that takes a share, but for bundle and signatures.
fn order(
    (envelope, key): (RedEnvelopeId, [u8; 32]),
    ground: CollectGround<'_>,
    pay_to: Option<Address>,
) -> Option<Transaction> {
    let (price_epoch, prices) = ground.params.prices_at(ground.round.next());
    let (version, from, actions) = match pay_to {
        Some(_) => (Transaction::VERSION, ground.round, 0),
        // As every private transaction (`money-and-mail.md` A9).
        None => (Transaction::WITH_BUNDLE, anchor_round(ground.round), ACTIONS),
    };
    let mut order = Transaction {
        version,
        chain: ground.chain,
        expiry: from.plus(PATIENCE),
        price_epoch,
        sources: vec![],
        fee: Amount::ZERO,
        actions: vec![Action::CollectEnvelope(CollectEnvelope { envelope, key, pay_to })],
        bundle: None,
        witness: vec![],
    };
    order.fee = order.fee_with(prices, actions)?;
    Some(order)
}

/// Signs what takes a share to an account; `None` if the share is not worth it.
#[must_use]
pub fn collect_to_account(
    envelope: RedEnvelopeId,
    (key, amount): (&ClaimKey, Amount<Abc>),
    ground: CollectGround<'_>,
    pay_to: Address,
) -> Option<ClaimAttempt> {
    let order = order((envelope, key.public()), ground, Some(pay_to))?;
    amount.minus(order.fee).filter(|rest| !rest.is_zero())?;
    Some(signed(order, key))
}

/// What brings it into the pool, to be proved; `None` if it is not worth that. The note of a share
/// is for the address that the giver was told of, so that it is known whose gift it was; what comes
/// back is no income, and goes to an address of our own, used once.
#[must_use]
pub fn plan_collect(
    owed: &Owed,
    ground: CollectGround<'_>,
    (to, anchor): (&ViewingKey, Anchor),
) -> Option<(Plan, Transaction)> {
    let order = order((owed.envelope, owed.key), ground, None)?;
    let amount = owed.amount.minus(order.fee).filter(|rest| !rest.is_zero())?;
    let (to, purpose) = match owed.giver {
        Some(giver) => (to.address_for(ground.chain, &giver.0)?, Purpose::Payment),
        None => (to.own_address(ground.chain, &owed.envelope.0)?, Purpose::Change),
    };
    let output = Output { to, amount, memo: Memo::Empty, purpose };
    Some((Plan { anchor, spends: vec![], outputs: vec![output] }, order))
}

/// Signs what was proved for this order.
///
/// # Errors
/// [`BuildError`] if nothing was proved.
pub fn seal_collect<R: CryptoRng>(
    mut order: Transaction,
    draft: Draft,
    (key, spending): (&ClaimKey, &SpendingKey),
    rng: &mut R,
) -> Result<ClaimAttempt, BuildError> {
    order.bundle = Some(Box::new(draft.unsigned()));
    order.bundle = Some(Box::new(draft.sign(order.id(), spending, rng)?));
    Ok(signed(order, key))
}

fn signed(mut order: Transaction, key: &ClaimKey) -> ClaimAttempt {
    order.witness = vec![key.sign(&order.sighash()).to_vec()];
    let (tx, bytes, expiry) = (order.id(), order.to_bytes(), order.expiry);
    ClaimAttempt { tx, bytes, expiry, taken: None }
}

impl Encode for Taking {
    fn encode(&self, w: &mut Writer) {
        w.fixed(&self.key);
        w.bool(self.to == ShareTo::Pool);
        w.option(self.attempt.as_ref());
    }
}

impl Decode for Taking {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let key = r.fixed()?;
        let to = if r.bool()? { ShareTo::Pool } else { ShareTo::Account };
        Ok(Self { key, to, attempt: r.option()? })
    }
}

impl Encode for ClaimAttempt {
    fn encode(&self, w: &mut Writer) {
        self.tx.encode(w);
        w.bytes(&self.bytes);
        self.expiry.encode(w);
        w.option(self.taken.as_ref());
    }
}

impl Decode for ClaimAttempt {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self {
            tx: TxId::decode(r)?,
            bytes: r.bytes(ledger::MAX_TRANSACTION)?,
            expiry: Round::decode(r)?,
            taken: r.option()?,
        })
    }
}
