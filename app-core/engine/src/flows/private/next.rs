//! What is proved next: the oldest wish that can be granted, and what has to go before it.

use shielded::{Anchor, anchor_round};
use types::{Abc, Amount, Round};
use wallet::private::{
    PrivatePayee, Readiness, Transfer, TransferState, plan_top_up, round_amount,
};
use wallet::{PaymentKind, Refusal, pending_out};

use crate::flows::private::PoolWork;
use crate::flows::private::prove::Work;
use crate::{Engine, Fault};

impl Engine {
    /// Begins the proof of the oldest wish that can be granted now, if none is being made. If what
    /// is in the present account does not suffice, what former ones hold is carried over first, and
    /// then so much put in as is missing, each in a transaction of its own; notes that do not fit into
    /// one bundle are merged. Without a wish, what is due is carried over.
    pub(crate) async fn begin_proof(&mut self) -> Result<(), Fault> {
        if self.proving.is_some() || self.check_signs().is_err() {
            return Ok(());
        }
        let open = self.store.open_transfers().await?;
        let wishes = open.iter().filter(|wish| wish.state == TransferState::Planned);
        if !self.pool_runs() {
            self.put_in = None;
            for wish in wishes {
                self.end_wish(wish, vec![]).await?;
            }
            return Ok(());
        }
        if let Some(amount) = self.put_in.take() {
            // Nothing is saved of it: what cannot be done any more is not done.
            if let Err(fault) = self.begin_top_up(amount, None).await {
                tracing::warn!(code = fault.code(), "nothing is put into the private pool");
            }
            return Ok(());
        }
        for wish in wishes {
            if matches!(wish.to, PrivatePayee::Sweep(_)) {
                if self.begin_sweep(wish, &open).await? {
                    return Ok(());
                }
                continue;
            }
            match self.ready(wish, true).await {
                Ok(Readiness::Ready(ready)) => {
                    let key = self.pool_key(self.present_period().await?)?.viewing_key();
                    let work = Work::Transfer(wish.intent, Box::new(ready.order));
                    self.begin_proving(work, ready.plan, key);
                    return Ok(());
                }
                Ok(Readiness::Waits { .. }) => {}
                Ok(Readiness::Merges { .. }) => {
                    if self.begin_merge(Some(wish)).await? {
                        return Ok(());
                    }
                }
                Err(Refusal::Insufficient { needed, available }) => {
                    if self.begin_carry_over(false).await?
                        || self.bring_missing(wish, (needed, available), &open).await?
                    {
                        return Ok(());
                    }
                }
                Err(refusal) => tracing::warn!(%refusal, "a private payment waits"),
            }
        }
        if !self.begin_collecting().await? {
            self.begin_carry_over(true).await?;
        }
        Ok(())
    }

    /// Puts in what a wish misses, as far as whoever asked for it was told of that; ends the wish if
    /// it would take more, or if there is not so much. True if a proof was begun.
    async fn bring_missing(
        &mut self,
        wish: &Transfer,
        (needed, available): (Amount<Abc>, Amount<Abc>),
        open: &[Transfer],
    ) -> Result<bool, Fault> {
        let there = self.left_for(wish, available).await?;
        let missing = needed.minus(there).unwrap_or(Amount::ZERO);
        if missing.is_zero() || self.is_topping_up().await? {
            return Ok(false);
        }
        let (free, _) = self.free_to_put_in().await?;
        if missing <= free {
            let amount = round_amount(missing, free);
            if !self.is_agreed(wish.intent, amount).await? {
                // Everybody would see it, and nobody was told; change that is under way may suffice.
                if open.iter().all(|other| other.attempt.is_none()) {
                    let asks = wallet::Change::AsksTopUp(wish.intent, amount);
                    self.end_wish(wish, vec![asks]).await?;
                }
                return Ok(false);
            }
            self.begin_top_up(amount, Some(wish.intent)).await?;
            return Ok(true);
        }
        // Change that is under way may suffice; else this is never paid.
        if open.iter().all(|other| other.attempt.is_none()) {
            self.end_wish(wish, vec![]).await?;
        }
        Ok(false)
    }

    /// True if whoever asked for a wish was told that so much more goes in for it. What was put in and
    /// came to nothing has used nothing of that, nor has a proof that is lost with the program.
    pub(super) async fn is_agreed(
        &self,
        wish: [u8; 16],
        amount: Amount<Abc>,
    ) -> Result<bool, Fault> {
        let agreed = self.store.agreed_top_up(wish).await?.unwrap_or(Amount::ZERO);
        Ok(amount <= agreed)
    }

    /// What there is for a wish with all that comes by itself, once those before it have taken theirs.
    /// What they lack, they see to themselves.
    pub(super) async fn left_for(
        &self,
        wish: &Transfer,
        available: Amount<Abc>,
    ) -> Result<Amount<Abc>, Fault> {
        let there = self.coming().await?.into_iter().fold(available, add);
        Ok(there.minus(self.promised_before(wish).await?).unwrap_or(Amount::ZERO))
    }

    /// What the wishes before this one will take out of the pool, for which nothing is signed yet.
    async fn promised_before(&self, wish: &Transfer) -> Result<Amount<Abc>, Fault> {
        let mut promised = Amount::ZERO;
        for open in self.store.open_transfers().await? {
            if open.intent == wish.intent {
                break;
            }
            if open.state != TransferState::Planned || open.to.own().is_some() {
                continue;
            }
            let takes = match self.ready(&open, true).await {
                Ok(Readiness::Ready(ready)) => add(open.amount, ready.order.fee),
                Ok(Readiness::Waits { fee } | Readiness::Merges { fee, .. }) => {
                    add(open.amount, fee)
                }
                Err(Refusal::Insufficient { needed, .. }) => needed,
                Err(_) => open.amount,
            };
            promised = add(promised, takes);
        }
        Ok(promised)
    }

    /// A wish for which nothing was signed comes to nothing.
    pub(super) async fn end_wish(
        &self,
        wish: &Transfer,
        why: Vec<wallet::Change>,
    ) -> Result<(), Fault> {
        let expired = Transfer { state: TransferState::Expired, ..wish.clone() };
        let expired = wallet::Change::SaveTransfer(Box::new(expired));
        let changes = [expired].into_iter().chain(why).map(Into::into).collect();
        Ok(self.store.apply(changes).await?)
    }

    /// Begins the proof of a top-up, for a payment or because the person asked for it.
    ///
    /// # Errors
    /// `insufficient_funds`, `bad_amount`.
    pub(crate) async fn begin_top_up(
        &mut self,
        amount: Amount<Abc>,
        wish: Option<[u8; 16]>,
    ) -> Result<(), Fault> {
        let known = self.known(true).await?;
        self.make_signer(&known).await?;
        let anchor = self.present_anchor().await?;
        let key = self.pool_key(self.present_period().await?)?.viewing_key();
        let (mut id, first) = ([0; 16], self.keys.operation.public());
        rand_core::Rng::fill_bytes(&mut rand::rng(), &mut id);
        let plan = plan_top_up(amount, (self.ground(&known)?, &first), (&key, anchor), &id)?;
        self.begin_proving(Work::TopUp(amount, wish), plan, key);
        Ok(())
    }

    /// The pool's root that everybody proves against now (the common anchor rule).
    pub(in crate::flows) async fn present_anchor(&self) -> Result<Anchor, Fault> {
        let state = self.store.pool_state().await?.ok_or(Refusal::PoolUnknown)?;
        let read = anchor_round(state.round.max(self.pool_read));
        let at = state.tree.checkpoint_at(read).ok_or(Refusal::PoolUnknown)?;
        Ok(state.tree.anchor(at).map_err(|_| Refusal::PoolUnknown)?)
    }

    /// What the account could put into the pool, and what that costs at most, which is kept back.
    pub(crate) async fn free_to_put_in(&self) -> Result<(Amount<Abc>, Amount<Abc>), Fault> {
        /// A bundle of two actions, a Falcon key that is shown and its signature.
        const LONGEST: usize = 14_000;
        let known = self.known(true).await?;
        let total = known.account.map_or(Amount::ZERO, |account| account.abc);
        let free = total.minus(pending_out(&known.open)).unwrap_or(Amount::ZERO);
        let network = self.bound()?;
        let (_, prices) = network.genesis.params.prices_at(network.light.round().next());
        let fee = prices.fee(2, LONGEST).unwrap_or(Amount::new(u64::MAX));
        let kept = fee.min(free);
        Ok((free.minus(kept).unwrap_or(Amount::ZERO), kept))
    }

    /// True while money is on its way into the pool: sent, or final and not read of in the log yet.
    pub(super) async fn is_topping_up(&self) -> Result<bool, Fault> {
        Ok(!self.sent_into_pool().await?.is_empty())
    }

    /// What is on its way into the pool: wished for, being proved, sent, or not read of in the log yet.
    pub(super) async fn on_its_way_in(&self) -> Result<Vec<Amount<Abc>>, Fault> {
        let proving = match self.pool_work() {
            Some(PoolWork::TopUp(amount)) => Some(amount),
            Some(
                PoolWork::Transfer(_) | PoolWork::CarryOver | PoolWork::Share | PoolWork::Merge,
            )
            | None => None,
        };
        let sent = self.sent_into_pool().await?.into_iter();
        Ok(sent.chain(proving).chain(self.put_in).collect())
    }

    async fn sent_into_pool(&self) -> Result<Vec<Amount<Abc>>, Fault> {
        let saved = self.store.pool_state().await?.map_or(Round(0), |state| state.round);
        let read = saved.max(self.pool_read);
        let open = self.store.open_payments().await?;
        let open = open.into_iter().filter(|payment| payment.kind == PaymentKind::TopUp);
        let unread = self.store.final_after(PaymentKind::TopUp, read).await?;
        Ok(open.chain(unread).map(|payment| payment.amount).collect())
    }
}

/// The sum, or all there can be.
pub(super) fn add(sum: Amount<Abc>, part: Amount<Abc>) -> Amount<Abc> {
    sum.plus(part).unwrap_or(Amount::new(u64::MAX))
}
