//! What former period accounts of the pool hold moves on to the present one (`money-and-mail.md` A4).

use types::{Abc, Amount};
use wallet::private::{
    OwnNote, PoolState, PrivatePayee, Transfer, TransferState, carried_at, carry_batches,
    plan_carry,
};

use crate::flows::private::prove::Work;
use crate::{Engine, Fault};

impl Engine {
    /// Begins the proof of the most valuable move out of a former period account, if there is one that
    /// the common anchor has; with `due` only if its moment has come.
    pub(super) async fn begin_carry_over(&mut self, due: bool) -> Result<bool, Fault> {
        let Some((state, notes, open)) = self.former_ground().await? else { return Ok(false) };
        let notes = self.not_announced(notes);
        let next = self.pool_key(self.present_period().await?)?.viewing_key();
        let ground = self.ground_in_pool(&next, (&state, &notes, &open), true)?;
        let now = self.bound()?.light.time();
        let (mut intent, to) = ([0; 16], PrivatePayee::CarryOver(next.period()));
        rand_core::Rng::fill_bytes(&mut rand::rng(), &mut intent);
        let is_due = |from| !due || carried_at(from, &next, ground.chain) <= now;
        let planned = plan_carry(ground, &intent, is_due).unwrap_or_else(|refusal| {
            tracing::warn!(%refusal, "a balance stays in a former account");
            None
        });
        let Some((batch, ready)) = planned else { return Ok(false) };
        let key = self.pool_key(batch.from)?.viewing_key();
        let (contact, memo, attempt, state) = (None, None, None, TransferState::Planned);
        let (created, amount) = (now, batch.amount);
        let wish = Transfer { intent, to, contact, amount, memo, created, attempt, state };
        let work = Work::CarryOver(Box::new(wish), Box::new(ready.order));
        self.begin_proving(work, ready.plan, key);
        Ok(true)
    }

    /// What the present account gets: from itself and from former ones, under way and yet to be moved, and
    /// what is on its way into the pool.
    pub(crate) async fn coming(&self) -> Result<Vec<Amount<Abc>>, Fault> {
        let open = self.store.open_transfers().await?;
        let under_way = open.iter().filter(|open| open.to.own().is_some());
        let under_way = under_way.map(|open| open.amount).collect::<Vec<_>>();
        let put_in = self.on_its_way_in().await?;
        Ok(under_way.into_iter().chain(self.to_carry_over().await?).chain(put_in).collect())
    }

    /// What former accounts hold that is yet to be moved, the largest first.
    pub(super) async fn to_carry_over(&self) -> Result<Vec<Amount<Abc>>, Fault> {
        let Some((state, notes, open)) = self.former_ground().await? else { return Ok(vec![]) };
        let next = self.pool_key(self.present_period().await?)?.viewing_key();
        let batches = carry_batches(self.ground_in_pool(&next, (&state, &notes, &open), true)?);
        Ok(batches.into_iter().map(|batch| batch.amount).collect())
    }

    /// What is saved of the pool, if a former account holds anything; what a sibling has announced is
    /// there, too, and comes in any case.
    async fn former_ground(
        &self,
    ) -> Result<Option<(PoolState, Vec<OwnNote>, Vec<Transfer>)>, Fault> {
        let present = self.present_period().await?;
        let notes = self.store.unspent_notes().await?;
        if !notes.iter().any(|note| note.period < present) {
            return Ok(None);
        }
        Ok(self.saved_pool_ground().await.ok())
    }
}
