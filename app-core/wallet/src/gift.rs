//! Red envelopes: what a profile knows of one, and what proved records of the ledger make of it.

mod collect;
mod owed;
mod plan;
mod rest;

pub use collect::{
    CollectGround, ShareTo, Taking, collect_fee, collect_to_account, plan_collect, seal_collect,
};
pub use owed::{FoundRest, Kept, Owed, OwedId};
pub use plan::{GiftWish, own_claim_key, plan_claim, plan_gift};
pub use rest::{GiftOrder, GiftPart, Rest, order_gift};

pub(crate) use plan::check as check_gift;

use std::collections::BTreeMap;

use ledger::{Claim, Gift, Prices, RedEnvelope, RedEnvelopeId};
use types::{Abc, Amount, ChainId, OpenId, Round, Timestamp, TxId};

use crate::plan::PATIENCE;

/// More rounds than a transaction may wait for its block, by as many as our own round may be behind.
const FAR_OFF: u64 = 2 * PATIENCE;

/// A red envelope that this profile knows of.
#[derive(Debug, PartialEq, Eq)]
pub struct KnownGift {
    /// What the members were told.
    pub gift: Gift,
    /// The chat.
    pub contact: OpenId,
    /// True if we made it.
    pub made: bool,
    /// When it was told.
    pub told: Timestamp,
    /// The ledger's record as last proved; what it was last, once it has gone.
    pub record: Option<RedEnvelope>,
    /// The round of the last proof, 0 before the first.
    pub seen: Round,
    /// What it is.
    pub state: GiftState,
    /// Proved claims, by claim key.
    pub claims: BTreeMap<[u8; 32], Claim>,
    /// Our own claim, while it may still come.
    pub attempt: Option<ClaimAttempt>,
    /// How we take our share; `None` until we have claimed it.
    pub taking: Option<Taking>,
    /// What comes back to us of one that we gave out of the private pool; `None` for any other.
    pub rest: Option<Rest>,
}

/// A signed claim. It is sent again byte for byte until its record is proved or it is dead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimAttempt {
    /// Its id.
    pub tx: TxId,
    /// Canonical bytes.
    pub bytes: Vec<u8>,
    /// The last round that may include it.
    pub expiry: Round,
    /// The round in which a node took it last; `None` before.
    pub taken: Option<Round>,
}

/// What a red envelope is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GiftState {
    /// The ledger does not have it yet.
    Queued,
    /// It has shares that nobody has claimed.
    Open,
    /// All shares are claimed.
    Done,
    /// It is over, and what nobody claimed has gone back.
    Refunded,
    /// There is no such red envelope, and never will be.
    Failed,
}

/// How we stand to a red envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Share {
    /// It has none for us.
    NotOurs,
    /// We have not claimed.
    Unclaimed,
    /// Our claim is under way, or its amount is not drawn yet.
    Claiming,
    /// Ours, without the fee of the claim.
    Got(Amount<Abc>),
    /// The same, but it waits on the ledger under its key: it is taken into the pool soon, or to our
    /// account once that is open, for which the share is too little.
    Waits(Amount<Abc>),
    /// The same, and it is being taken from there.
    Collecting(Amount<Abc>),
    /// The same, but it is worth no more than taking it costs.
    Stays(Amount<Abc>),
    /// Too late.
    Missed,
}

/// What records prove about a red envelope.
#[derive(Debug)]
pub struct Look {
    /// The network.
    pub chain: ChainId,
    /// The oldest round under which something of this is proved.
    pub round: Round,
    /// The red envelope's record, if there is one.
    pub record: Option<RedEnvelope>,
    /// The records of the claim keys that were looked at.
    pub claims: BTreeMap<[u8; 32], Option<Claim>>,
    /// The record of the key under which the rest comes back, if that was looked at.
    pub rest: Option<Option<Claim>>,
    /// What a claim costs that names an address, and one that names none.
    pub claim_fees: (Amount<Abc>, Amount<Abc>),
}

impl KnownGift {
    /// A red envelope of which nothing is proved yet.
    #[must_use]
    pub const fn told(gift: Gift, contact: OpenId, made: bool, told: Timestamp) -> Self {
        Self {
            gift,
            contact,
            made,
            told,
            record: None,
            seen: Round(0),
            state: GiftState::Queued,
            claims: BTreeMap::new(),
            attempt: None,
            taking: None,
            rest: None,
        }
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> RedEnvelopeId {
        self.gift.id()
    }

    /// True once nothing about it can change any more.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        if self.waits() {
            return false;
        }
        let drawn = !self.claims.values().any(|claim| matches!(claim, Claim::Drawing { .. }));
        match self.state {
            GiftState::Queued | GiftState::Open => false,
            GiftState::Failed => true,
            GiftState::Refunded => drawn && self.rest.as_ref().is_none_or(Rest::is_over),
            GiftState::Done => drawn && self.claims.len() >= usize::from(self.gift.shares),
        }
    }

    /// True while our share waits under its key.
    fn waits(&self) -> bool {
        let own = self.taking.as_ref().and_then(|taking| self.claims.get(&taking.key));
        matches!(own, Some(Claim::Waiting { .. }))
    }

    /// What no share has been made of, as last proved; what was told before.
    #[must_use]
    pub fn left(&self) -> Amount<Abc> {
        match self.state {
            GiftState::Failed => Amount::ZERO,
            GiftState::Queued | GiftState::Open | GiftState::Done | GiftState::Refunded => {
                self.record.map_or(self.gift.total, |record| record.left)
            }
        }
    }

    /// The least that an equal share brings; `None` if chance divides it.
    #[must_use]
    pub fn equal_share(&self, prices: &Prices) -> Option<Amount<Abc>> {
        let share = self.gift.total.units().checked_div(u64::from(self.gift.shares))?;
        let share = Amount::new(share).minus(prices.claim()?)?;
        (!self.gift.lucky).then_some(share)
    }

    /// The claim keys whose records may have changed since the last look, given the record as it is
    /// now, in this round.
    #[must_use]
    pub fn to_look_at(
        &self,
        chain: ChainId,
        (round, now): (Round, Option<&RedEnvelope>),
    ) -> Vec<[u8; 32]> {
        let drawing = self.claims.values().any(|claim| matches!(claim, Claim::Drawing { .. }));
        let same = match now {
            Some(now) => self.claims.len() == usize::from(now.claimed),
            None => self.record.is_none() && round <= self.gift.by,
        };
        let collecting = self.taking.as_ref().filter(|taking| taking.attempt.is_some());
        let collecting = collecting.map(|taking| taking.key);
        if same && !drawing && self.attempt.is_none() && collecting.is_none() {
            return vec![];
        }
        let open = |key: &[u8; 32]| match self.claims.get(key) {
            Some(Claim::Waiting { .. }) => collecting.as_ref() == Some(key),
            Some(Claim::Paid { .. } | Claim::Collected { .. }) => false,
            Some(Claim::Drawing { .. } | Claim::Reserved { .. }) | None => true,
        };
        self.gift.keys(chain).into_keys().filter(open).collect()
    }

    /// How the holder of a claim key stands to it.
    #[must_use]
    pub fn share(&self, key: Option<&[u8; 32]>) -> Share {
        let Some(key) = key else { return Share::NotOurs };
        match (self.claims.get(key), self.state) {
            (Some(Claim::Drawing { .. }), _) => Share::Claiming,
            // No member has claimed by that key, nor can.
            (Some(Claim::Reserved { .. }), _) => Share::Missed,
            (Some(Claim::Paid { amount, .. }), _) => Share::Got(*amount),
            (Some(Claim::Collected { amount, fee, .. }), _) => {
                Share::Got(amount.minus(*fee).unwrap_or(Amount::ZERO))
            }
            (Some(Claim::Waiting { amount, .. }), _) => {
                let attempt = self.taking.as_ref().and_then(|taking| taking.attempt.as_ref());
                attempt.map_or(Share::Waits(*amount), |_| Share::Collecting(*amount))
            }
            (None, GiftState::Done | GiftState::Refunded | GiftState::Failed) => Share::Missed,
            (None, GiftState::Queued | GiftState::Open) if self.attempt.is_some() => {
                Share::Claiming
            }
            (None, GiftState::Queued | GiftState::Open) if self.seen > self.gift.expiry => {
                Share::Missed
            }
            (None, GiftState::Queued | GiftState::Open) => Share::Unclaimed,
        }
    }

    /// True of what no honest teller says: a transaction that no block takes for so long, now that it
    /// is looked at for the first time.
    const fn is_far_off(&self, now: Round) -> bool {
        self.seen.0 == 0 && self.gift.by.0 > now.0.saturating_add(FAR_OFF)
    }

    /// Takes what a look has proved. An older look changes nothing, and what is final stays.
    #[must_use]
    pub fn after(mut self, look: Look, own: Option<&[u8; 32]>) -> Self {
        if look.round < self.seen || self.state == GiftState::Failed {
            return self;
        }
        let Look { chain, round, record, claims, rest: back, claim_fees } = look;
        let foreign = record.as_ref().is_some_and(|record| !self.gift.is(record, chain));
        if foreign || record.is_none() && self.is_far_off(round) {
            (self.state, self.attempt, self.seen) = (GiftState::Failed, None, round);
            return self;
        }
        self.seen = round;
        let id = self.id();
        let absent = own.is_some_and(|own| matches!(claims.get(own), Some(None)));
        let still_waits = self.taking.as_ref().and_then(|taking| claims.get(&taking.key));
        let still_waits = matches!(still_waits, Some(Some(Claim::Waiting { .. })));
        for (key, claim) in claims {
            if let Some(claim) = claim.filter(|claim| of(claim) == id) {
                self.claims.insert(key, claim);
            }
        }
        self.state = self.state_with(record.as_ref());
        match (record, &mut self.record) {
            (Some(record), saved) => {
                *saved = Some(counted(record, &self.gift, &self.claims, claim_fees));
            }
            (None, Some(saved)) if self.state == GiftState::Done => saved.left = Amount::ZERO,
            (None, Some(saved)) => saved.left = rest(&self.gift, &self.claims, claim_fees),
            (None, None) => {}
        }
        let over = matches!(self.state, GiftState::Done | GiftState::Refunded | GiftState::Failed);
        let late = self.attempt.as_ref().is_some_and(|attempt| round > attempt.expiry);
        let claimed = own.is_some_and(|own| self.claims.contains_key(own));
        // Dead only if it is proved absent at a time when it cannot come any more.
        if claimed || absent && (over || late) {
            self.attempt = None;
        }
        self.end_collecting(still_waits);
        if let (Some(rest), Some(back), GiftState::Refunded) = (&mut self.rest, back, self.state) {
            rest.take(back.filter(|claim| of(claim) == id), round);
        }
        self
    }

    /// What brings our share from under its key is done once the share is gone, and dead if the share
    /// is proved to be there at a time when nothing can take it any more.
    fn end_collecting(&mut self, still_waits: bool) {
        let (seen, waits) = (self.seen, self.waits());
        let Some(taking) = &mut self.taking else { return };
        let late = taking.attempt.as_ref().is_some_and(|attempt| seen > attempt.expiry);
        if !waits || still_waits && late {
            taking.attempt = None;
        }
    }

    fn state_with(&self, record: Option<&RedEnvelope>) -> GiftState {
        let all = self.claims.len() >= usize::from(self.gift.shares);
        match record {
            Some(record) if record.claimed >= record.shares => GiftState::Done,
            Some(_) => GiftState::Open,
            None if all => GiftState::Done,
            None if self.record.is_some() => GiftState::Refunded,
            None if self.seen <= self.gift.by => GiftState::Queued,
            // It may have come and gone while nobody looked.
            None if self.seen > self.gift.expiry => GiftState::Refunded,
            None => GiftState::Failed,
        }
    }
}

const fn of(claim: &Claim) -> RedEnvelopeId {
    match claim {
        Claim::Drawing { envelope, .. }
        | Claim::Waiting { envelope, .. }
        | Claim::Paid { envelope, .. }
        | Claim::Collected { envelope, .. }
        | Claim::Reserved { envelope } => *envelope,
    }
}

/// The record as of the newest of the claims: they are looked at after it, and one more may have its
/// amount by then.
fn counted(
    record: RedEnvelope,
    gift: &Gift,
    claims: &BTreeMap<[u8; 32], Claim>,
    fees: (Amount<Abc>, Amount<Abc>),
) -> RedEnvelope {
    let drawn = |claim: &&Claim| !matches!(claim, Claim::Drawing { .. });
    if claims.values().filter(drawn).count() <= usize::from(record.drawn) {
        return record;
    }
    RedEnvelope { left: rest(gift, claims, fees).min(record.left), ..record }
}

/// What was left when the record went: everything but the shares, which were larger by their fees.
fn rest(
    gift: &Gift,
    claims: &BTreeMap<[u8; 32], Claim>,
    (fee, waiting): (Amount<Abc>, Amount<Abc>),
) -> Amount<Abc> {
    let share = |claim: &Claim| match claim {
        Claim::Paid { amount, .. } => amount.units().saturating_add(fee.units()),
        Claim::Waiting { amount, .. } | Claim::Collected { amount, .. } => {
            amount.units().saturating_add(waiting.units())
        }
        Claim::Drawing { .. } | Claim::Reserved { .. } => 0,
    };
    let taken = claims.values().map(share).fold(0, u64::saturating_add);
    Amount::new(gift.total.units().saturating_sub(taken))
}
