//! Red envelopes: making one and claiming a share. Both are saved before they are sent, and sent
//! byte for byte until they are final or can never be.

use std::time::Duration;

use chat::Contact;
use ledger::RedEnvelopeId;
use net::{CallError, LightNode, NetError};
use store::Change;
use tokio::time::Instant;
use types::{Abc, Amount, OpenId, Round};
use wallet::private::PrivatePayee;
use wallet::{
    ClaimAttempt, GiftPart, GiftState, GiftWish, KnownGift, Share, ShareTo, Taking, collect_fee,
    own_claim_key, pending_out, plan_claim, plan_gift,
};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::code;

use crate::flows::pay::{Payee, left, recipient};
use crate::{Code, Engine, Fault, First, PrivateQuote};

/// How long a red envelope is open, in milliseconds.
const OPEN_MS: u64 = 24 * 3600 * 1000;
/// A claim that no block took for so many rounds may have been forgotten by the node.
const FORGOTTEN: u64 = 5;

/// What a person wants to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Giving {
    /// In whose chat.
    pub contact: OpenId,
    /// All of it.
    pub total: Amount<Abc>,
    /// In how many shares.
    pub shares: u8,
    /// True if chance is to divide it.
    pub lucky: bool,
    /// What is said with it.
    pub greeting: String,
}

impl Engine {
    /// What a red envelope that the account gives would take; nothing is saved.
    ///
    /// # Errors
    /// As for [`Engine::give`].
    pub async fn quote_public_gift(
        &mut self,
        giving: Giving,
        patience: Duration,
    ) -> Result<PrivateQuote, Fault> {
        self.stand_on_proved(patience).await?;
        let known = self.known(true).await?;
        let total = known.account.as_ref().map_or(Amount::ZERO, |account| account.abc);
        let available = total.minus(pending_out(&known.open)).unwrap_or(Amount::ZERO);
        let (payment, _) = self.planned_gift(giving).await?;
        let (to, first) = (PrivatePayee::Public(payment.to), First::default());
        let (amount, fee) = (payment.amount, payment.attempt.fee);
        Ok(PrivateQuote { to, amount, fee, first, available })
    }

    /// Saves a red envelope with the message that tells of it, and submits it. Whether the ledger
    /// has it is proved later.
    ///
    /// # Errors
    /// `insufficient_funds`, `bad_amount`, `bad_shares`, `unknown_contact`; nothing is saved then.
    pub async fn give(
        &mut self,
        giving: Giving,
        patience: Duration,
    ) -> Result<RedEnvelopeId, Fault> {
        let end = Instant::now() + patience;
        self.stand_on_proved(patience).await?;
        let (contact, _) = recipient(&self.store, Payee::Contact(giving.contact)).await?;
        let contact = contact.ok_or_else(|| Fault::new(Code::Internal, "a contact is nobody"))?;
        let (payment, known) = self.planned_gift(giving).await?;
        let (id, tx) = (known.id(), payment.attempt.tx);
        let changes = self.told(&contact, known)?;
        let saved = wallet::Change::SavePayment(payment);
        let changes = changes.into_iter().chain([saved.into()]).collect();
        self.go(tx, changes, (Some(contact.account), end)).await?;
        Ok(id)
    }

    /// Claims our share of a red envelope, once: what was claimed before and may still come is only
    /// sent on. Whether it is ours is proved later. One that waits because taking it into the pool
    /// costs more than it is worth can be sent to the account instead.
    ///
    /// # Errors
    /// `unknown_envelope`, `no_share`, `already_claimed`, `envelope_empty`, `envelope_over`,
    /// `envelope_not_yet`, `below_minimum`, `below_fee`; nothing is saved then.
    pub async fn claim(
        &mut self,
        id: RedEnvelopeId,
        to: ShareTo,
        patience: Duration,
    ) -> Result<(), Fault> {
        let end = Instant::now() + patience;
        self.stand_on_proved(patience).await?;
        let unknown =
            || Fault::refused("unknown_envelope", "no such red envelope; see envelope list");
        let known = self.store.gift(id).await?.ok_or_else(unknown)?;
        self.look_at_new_gift(known, left(end)).await?;
        let mut known = self.store.gift(id).await?.ok_or_else(unknown)?;
        let saved = self.store.account().await?.and_then(|saved| saved.account);
        let paid_before = saved.is_some_and(|account| account.counter > 0);
        if self.plan_claim(&mut known, to, paid_before)? {
            self.store.apply(vec![wallet::Change::SaveGift(Box::new(known)).into()]).await?;
        }
        self.paying = true;
        let left = left(end);
        if left.is_zero() || self.is_known_offline() {
            return Ok(());
        }
        let sending = async {
            let node = self.attach().await?;
            self.collect_for_account().await?;
            self.submit_claims(&node).await
        };
        // As for a payment: it is saved.
        let sent = tokio::time::timeout(left, sending).await;
        if let Err(fault) = self.judge(sent) {
            tracing::warn!(code = fault.code(), "a claim waits");
        }
        Ok(())
    }

    /// Submits every claim, and what takes a share or what came back, if that may still come; the same
    /// bytes as ever.
    pub(crate) async fn submit_claims(&mut self, node: &LightNode) -> Result<(), Fault> {
        self.check_not_frozen()?;
        let round = self.bound()?.light.round();
        for mut known in self.store.open_gifts().await? {
            let rest = known.rest.as_mut().and_then(|rest| rest.taking.attempt.as_mut());
            let taking = known.taking.as_mut().and_then(|taking| taking.attempt.as_mut());
            let Some(attempt) = known.attempt.as_mut().or(taking).or(rest) else { continue };
            if submit_claim(node, attempt, round).await? {
                let saved = wallet::Change::SaveGift(Box::new(known));
                self.store.apply(vec![saved.into()]).await?;
            }
        }
        for mut found in self.store.open_found_rests().await? {
            let Some(attempt) = found.rest.taking.attempt.as_mut() else { continue };
            if submit_claim(node, attempt, round).await? {
                let saved = wallet::Change::SaveFoundRest(Box::new(found));
                self.store.apply(vec![saved.into()]).await?;
            }
        }
        Ok(())
    }

    /// Tells our envelope key to the contacts that do not know it.
    pub(crate) async fn tell_envelope_keys(&self) -> Result<(), Fault> {
        let (key, now) = (self.keys.envelope.public(), self.clock.now());
        for contact in self.store.contacts_untold().await? {
            let told = chat::tell_envelope_key(contact, key, now, &mut rand::rng());
            self.store.apply(told.into_iter().map(Into::into).collect()).await?;
        }
        Ok(())
    }

    async fn planned_gift(
        &mut self,
        giving: Giving,
    ) -> Result<(wallet::Payment, KnownGift), Fault> {
        let known = self.known(true).await?;
        self.make_signer(&known).await?;
        let wish = self.gift_wish(giving).await?;
        let (ground, keys) = (self.ground(&known)?, self.ring()?);
        Ok(plan_gift(wish, ground, &keys, (self.clock.now(), &mut rand::rng()))?)
    }

    /// What a person wants to give, with those who may claim.
    pub(super) async fn gift_wish(&self, giving: Giving) -> Result<GiftWish, Fault> {
        let mut members = vec![self.store.envelope_key(giving.contact).await?];
        // One share is for the other; of several we may take one as well.
        if giving.shares > 1 {
            members.push(Some(self.keys.envelope.public()));
        }
        let Giving { contact, total, shares, lucky, greeting } = giving;
        let expiry = self.bound()?.light.round().plus(self.rounds_open()?);
        Ok(GiftWish { contact, total, shares, lucky, greeting, expiry, members })
    }

    /// For how many rounds a red envelope is open.
    pub(super) fn rounds_open(&self) -> Result<u64, Fault> {
        let interval = self.bound()?.genesis.params.interval_ms;
        Ok(OPEN_MS.div_ceil(u64::from(interval).max(1)))
    }

    /// What is saved of a red envelope of ours, with the message that tells of it.
    pub(super) fn told(&self, contact: &Contact, known: KnownGift) -> Result<Vec<Change>, Fault> {
        use wire::{Decode, Encode};
        let same = ledger::Gift::from_bytes(&known.gift.to_bytes())?;
        let now = self.clock.now();
        let told = chat::write_gift(contact, Box::new(same), now, &mut rand::rng());
        let saved = wallet::Change::AddGift(Box::new(known));
        Ok(told.into_iter().map(Into::into).chain([saved.into()]).collect())
    }

    /// Signs our claim; false if nothing is to be saved, because one is under way.
    fn plan_claim(
        &self,
        known: &mut KnownGift,
        to: ShareTo,
        paid_before: bool,
    ) -> Result<bool, Fault> {
        self.check_signs()?;
        let (network, pool_runs) = (self.bound()?, self.pool_runs());
        let (chain, round) = (network.home.chain, network.light.round());
        let key = own_claim_key(known, &self.keys.envelope, chain);
        let none = || Fault::refused("no_share", "this red envelope has no share for you");
        // What came back of one of ours goes where its owner says.
        if let Some(rest) = known.rest.as_mut()
            && (to, rest.taking.to) == (ShareTo::Account, ShareTo::Pool)
            && rest.waits().is_some()
            && (rest.taking.attempt.is_none() || !pool_runs)
        {
            (rest.taking.to, rest.taking.attempt) = (to, None);
            return Ok(true);
        }
        let key = key.ok_or_else(none)?;
        match known.share(Some(&key.public())) {
            // What is on its way into a pool that was stopped meanwhile never arrives.
            Share::Waits(_) | Share::Collecting(_)
                if to == ShareTo::Account
                    && (known.to_collect(GiftPart::Share).is_some() || !pool_runs) =>
            {
                let (key, attempt) = (key.public(), None);
                known.taking = Some(Taking { key, to, attempt });
                return Ok(true);
            }
            Share::Claiming | Share::Collecting(_) => return Ok(false),
            Share::Unclaimed if known.state == GiftState::Open => {}
            share @ (Share::Unclaimed
            | Share::NotOurs
            | Share::Got(_)
            | Share::Waits(_)
            | Share::Stays(_)
            | Share::Missed) => {
                return Err(not_claimed(share, known.state));
            }
        }
        if round >= known.gift.expiry {
            return Err(not_claimed(Share::Missed, known.state));
        }
        let params = &network.genesis.params;
        let prices = params.prices_at(round.next()).1;
        if to == ShareTo::Pool {
            self.check_pool_runs()?;
        }
        let equal = known.equal_share(prices);
        let fee = collect_fee(params, round, ShareTo::Pool).unwrap_or(Amount::ZERO);
        if to == ShareTo::Pool && equal.is_some_and(|share| share <= fee) {
            let words = format!(
                "this share is worth no more than the {fee} ABC that bringing it into the pool \
                 costs; it can be taken to your account, where everybody sees it"
            );
            return Err(Fault::refused("below_fee", &words));
        }
        // The ledger opens no account for so little.
        let least = Amount::new(prices.existential);
        if to == ShareTo::Account && !paid_before && equal.is_some_and(|share| share < least) {
            let words = "this share is too small for an account that was never paid";
            return Err(Fault::refused("below_minimum", words));
        }
        let pay_to = (to == ShareTo::Account).then(|| self.keys.address());
        let attempt = plan_claim(&known.gift, &key, (chain, params, round), pay_to);
        known.attempt = Some(attempt.ok_or_else(none)?);
        known.taking = Some(Taking { key: key.public(), to, attempt: None });
        Ok(true)
    }
}

/// Submits a claim unless a node has it; true if one has taken it now, in this round.
async fn submit_claim(
    node: &LightNode,
    attempt: &mut ClaimAttempt,
    round: Round,
) -> Result<bool, Fault> {
    if attempt.taken.is_some_and(|taken| round <= taken.plus(FORGOTTEN)) {
        return Ok(false);
    }
    match node.chain(ChainRequest::Submit(Object(attempt.bytes.clone()))).await {
        Ok(ChainReply::Submitted(_)) => {
            attempt.taken = Some(round);
            Ok(true)
        }
        Ok(_) => Err(NetError::BadReply.into()),
        // A node's refusal proves nothing: the claim ends by what is proved alone.
        Err(CallError::Failure(failure)) if failure.code != code::UNAVAILABLE => {
            tracing::warn!(code = failure.code, "a node refuses a claim");
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// Why there is nothing to claim.
pub(crate) fn not_claimed(share: Share, state: GiftState) -> Fault {
    match (share, state) {
        (
            Share::Got(_)
            | Share::Waits(_)
            | Share::Collecting(_)
            | Share::Stays(_)
            | Share::Claiming,
            _,
        ) => Fault::refused("already_claimed", "you have had your share of this red envelope"),
        (Share::NotOurs, _) => Fault::refused("no_share", "this red envelope has no share for you"),
        (Share::Missed, GiftState::Done) => {
            Fault::refused("envelope_empty", "others have had all shares of this red envelope")
        }
        (Share::Missed | Share::Unclaimed, GiftState::Failed) => {
            Fault::refused("unknown_envelope", "the ledger has no such red envelope")
        }
        (Share::Missed, GiftState::Queued | GiftState::Open | GiftState::Refunded) => {
            Fault::refused(
                "envelope_over",
                "this red envelope is over; what was left has gone back",
            )
        }
        (Share::Unclaimed, _) => Fault::refused(
            "envelope_not_yet",
            "the ledger does not have this red envelope yet; try again",
        ),
    }
}
