//! Several notes into one: for a payment that needs it, and while nothing else is to be done
//! (`money-and-mail.md` B11).

use std::time::Duration;

use wallet::private::{
    OwnNote, PrivatePayee, Transfer, TransferState, plan_merge, plan_merge_for, small_notes,
};

use crate::flows::private::prove::Work;
use crate::{Engine, Fault};

/// Nobody waits for a program that has been open for so long: until then it may be one command.
const SETTLED: Duration = Duration::from_secs(60);
/// Fewer notes are in nobody's way.
const FEW: usize = 32;

impl Engine {
    /// Merges the smallest of too many notes, if nothing else is to be proved.
    pub(super) async fn merge_in_the_background(&mut self) -> Result<(), Fault> {
        let may = self.check_signs().is_ok() && self.pool_runs();
        if !may || self.proving.is_some() || self.opened.elapsed() < SETTLED {
            return Ok(());
        }
        let open = self.store.open_transfers().await?;
        if !open.iter().any(|wish| wish.state == TransferState::Planned) {
            self.begin_merge(None).await?;
        }
        Ok(())
    }

    /// Begins the proof of the next merge: that which a payment needs, or, without one, of the smallest
    /// notes if there are too many. True if one was begun.
    pub(super) async fn begin_merge(&mut self, wish: Option<&Transfer>) -> Result<bool, Fault> {
        if wish.is_none() && self.store.unspent_notes().await?.len() <= FEW {
            return Ok(false);
        }
        let Ok((state, notes, open)) = self.pool_ground().await else { return Ok(false) };
        let period = self.present_period().await?;
        let key = self.pool_key(period)?.viewing_key();
        let ground = self.ground_in_pool(&key, (&state, &notes, &open), true)?;
        let mut intent = [0; 16];
        rand_core::Rng::fill_bytes(&mut rand::rng(), &mut intent);
        let planned = match wish {
            Some(wish) => plan_merge_for(wish, ground, &intent),
            None => plan_merge(ground, &intent),
        };
        let planned = planned.unwrap_or_else(|refusal| {
            tracing::warn!(%refusal, "notes are not merged");
            None
        });
        let Some((merge, ready)) = planned else { return Ok(false) };
        let (contact, memo, attempt, state) = (None, None, None, TransferState::Planned);
        let (to, created) = (PrivatePayee::Merge(period), self.bound()?.light.time());
        let amount = merge.amount;
        let merged = Transfer { intent, to, contact, amount, memo, created, attempt, state };
        let work = Work::Merge(Box::new(merged), Box::new(ready.order));
        self.begin_proving(work, ready.plan, key);
        Ok(true)
    }

    /// Notes that are worth less than it costs to move them, in the order of the log.
    ///
    /// # Errors
    /// Codes of the store.
    pub async fn small_notes(&self) -> Result<Vec<OwnNote>, Fault> {
        let Ok((state, notes, open)) = self.pool_ground().await else { return Ok(vec![]) };
        let key = self.pool_key(self.present_period().await?)?.viewing_key();
        let ground = self.ground_in_pool(&key, (&state, &notes, &open), true)?;
        Ok(small_notes(ground).into_iter().cloned().collect())
    }
}
