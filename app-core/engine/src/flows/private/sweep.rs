//! Everything that the pool holds, to a Falcon address (`money-and-mail.md` A10): the half of a move that
//! the account's own transaction cannot make.

use store::Change;
use types::Address;
use wallet::private::{
    PrivatePayee, Readiness, Transfer, TransferState, most_payable, plan_transfer, sweep_now,
};

use crate::flows::private::prove::Work;
use crate::{Code, Engine, Fault};

/// What of the pool moves to an address.
pub(in crate::flows) enum PoolSweep {
    /// It was asked for before: under way, or done and nothing has come in since.
    Known(Transfer),
    /// It is to be saved, with the amount that is foreseen.
    New(Transfer),
}

impl PoolSweep {
    pub(in crate::flows) fn transfer(&self) -> &Transfer {
        match self {
            Self::Known(transfer) | Self::New(transfer) => transfer,
        }
    }

    /// What has to be saved of it.
    pub(in crate::flows) fn changes(&self) -> Vec<Change> {
        match self {
            Self::Known(_) => vec![],
            Self::New(wish) => vec![wallet::Change::SaveTransfer(Box::new(wish.clone())).into()],
        }
    }
}

impl Engine {
    /// The sweep of the pool that is not over, if there is one.
    pub(in crate::flows) async fn open_pool_sweep(&self) -> Result<Option<Transfer>, Fault> {
        let open = self.store.open_transfers().await?;
        Ok(open.into_iter().find(|open| matches!(open.to, PrivatePayee::Sweep(_))))
    }

    /// What of the pool moves to this address; `None` if nothing there is worth the fee.
    ///
    /// # Errors
    /// `move_under_way` while anything else is on its way into the pool or out of it: nobody knows yet
    /// what will be there. `pool_stopped`, `review_only`.
    pub(in crate::flows) async fn pool_sweep(
        &self,
        to: Address,
        payee_exists: bool,
    ) -> Result<Option<PoolSweep>, Fault> {
        self.check_signs()?;
        if let Some(open) = self.open_pool_sweep().await? {
            return Ok(Some(PoolSweep::Known(open)));
        }
        let coming_in = !self.on_its_way_in().await?.is_empty();
        if self.store.private_money().await?.balance.is_zero() && !coming_in {
            return self.done_pool_sweep(to).await;
        }
        self.check_pool_runs()?;
        let open = self.store.open_transfers().await?;
        if coming_in || open.iter().any(|open| open.to.own().is_none()) {
            let words = "money is on its way into the private pool or out of it; wait until that \
                         is final";
            return Err(Fault::new(Code::MoveUnderWay, words));
        }
        let (coming, (state, notes, open)) =
            (self.coming().await?, self.saved_pool_ground().await?);
        let key = self.pool_key(self.present_period().await?)?.viewing_key();
        let ground = self.ground_in_pool(&key, (&state, &notes, &open), payee_exists)?;
        let Some(most) = most_payable(to, ground, &coming) else {
            return self.done_pool_sweep(to).await;
        };
        let mut intent = [0; 16];
        rand_core::Rng::fill_bytes(&mut rand::rng(), &mut intent);
        let (to, created, state) =
            (PrivatePayee::Sweep(to), self.bound()?.light.time(), TransferState::Planned);
        let (amount, contact, memo, attempt) = (most.amount, None, None, None);
        let wish = Transfer { intent, to, contact, amount, memo, created, attempt, state };
        Ok(Some(PoolSweep::New(wish)))
    }

    /// The last sweep of the pool to this address that is final.
    async fn done_pool_sweep(&self, to: Address) -> Result<Option<PoolSweep>, Fault> {
        let done = |it: &Transfer| {
            it.to == PrivatePayee::Sweep(to) && matches!(it.state, TransferState::Final(_))
        };
        Ok(self.store.transfers().await?.into_iter().rfind(done).map(PoolSweep::Known))
    }

    /// Begins the proof of a sweep of the pool, or of what has to go before it: all that lies in former
    /// accounts is carried over, what is under way comes back as change, notes that do not fit into one
    /// bundle are merged. What it pays is what is there then. True if a proof was begun.
    pub(super) async fn begin_sweep(
        &mut self,
        wish: &Transfer,
        open: &[Transfer],
    ) -> Result<bool, Fault> {
        if self.begin_carry_over(false).await? {
            return Ok(true);
        }
        let first = open.first().is_none_or(|first| first.intent == wish.intent);
        let under_way = open.iter().any(|other| other.attempt.is_some());
        let former = self.to_carry_over().await?;
        if !first || under_way || !former.is_empty() || self.is_topping_up().await? {
            return Ok(false);
        }
        let (state, notes, open) = self.saved_pool_ground().await?;
        if self.not_announced(notes.clone()).len() < notes.len() {
            // Everything is not there before a sibling is done with it.
            return Ok(false);
        }
        let key = self.pool_key(self.present_period().await?)?.viewing_key();
        let ground = self.ground_in_pool(&key, (&state, &notes, &open), true)?;
        let Some(now) = sweep_now(wish, ground) else {
            self.end_wish(wish, vec![]).await?;
            return Ok(false);
        };
        match plan_transfer(&now, ground) {
            Ok(Readiness::Ready(ready)) => {
                let saved = wallet::Change::SaveTransfer(Box::new(now));
                self.store.apply(vec![saved.into()]).await?;
                let work = Work::Transfer(wish.intent, Box::new(ready.order));
                self.begin_proving(work, ready.plan, key);
                Ok(true)
            }
            Ok(Readiness::Waits { .. }) => Ok(false),
            Ok(Readiness::Merges { .. }) => self.begin_merge(Some(&now)).await,
            Err(refusal) => {
                tracing::warn!(%refusal, "a sweep of the private pool waits");
                Ok(false)
            }
        }
    }
}
