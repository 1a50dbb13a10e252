//! Taking what waits for us under keys of red envelopes, our shares and what came back of those that we
//! gave out of the pool: into the private pool, by itself and in the background, or to the account.
//!
//! What is signed is saved before it is sent, and sent byte for byte until the share is proved to be
//! gone or it can never come any more; a proof that is lost with the program is made again. The claim
//! key's share can be taken once, so that no two attempts take it twice, not even those of two profiles
//! of the same words (`money-and-mail.md` A9).

use ledger::Transaction;
use shielded::{Draft, SpendingKey};
use types::Amount;
use wallet::{
    CollectGround, GiftPart, Kept, Owed, OwedId, ShareTo, collect_fee, collect_to_account,
    plan_collect, seal_collect,
};

use crate::flows::private::prove::Work;
use crate::{Code, Engine, Fault};

/// What may wait for us of one red envelope.
const PARTS: [GiftPart; 2] = [GiftPart::Share, GiftPart::Rest];

impl Engine {
    /// Begins the proof of the first share that waits for the pool; true if one was begun.
    pub(super) async fn begin_collecting(&mut self) -> Result<bool, Fault> {
        if !self.gifts_open {
            return Ok(false);
        }
        for owed in self.all_owed().await? {
            if owed.to != ShareTo::Pool {
                continue;
            }
            match self.prove_collecting(owed).await {
                Ok(true) => return Ok(true),
                Ok(false) => {}
                // The pool is read first.
                Err(fault) => tracing::info!(code = fault.code(), "a share waits"),
            }
        }
        Ok(false)
    }

    /// Signs what takes the shares that wait for our account.
    pub(super) async fn collect_for_account(&self) -> Result<(), Fault> {
        if self.check_signs().is_err() {
            return Ok(());
        }
        for owed in self.all_owed().await? {
            if owed.to == ShareTo::Account {
                self.collect_to_account(owed).await?;
            }
        }
        Ok(())
    }

    /// True if what waits is worth taking now.
    pub(crate) fn is_worth_collecting(&self, owed: Option<Owed>) -> bool {
        let Some((owed, network)) = owed.zip(self.network.as_ref()) else { return false };
        let fee = collect_fee(&network.genesis.params, network.light.round(), owed.to);
        fee.is_some_and(|fee| owed.amount > fee)
    }

    /// Everything that waits for us under keys and that nothing is under way for.
    async fn all_owed(&self) -> Result<Vec<Owed>, Fault> {
        let mut owed = vec![];
        for known in self.store.open_gifts().await? {
            owed.extend(PARTS.into_iter().filter_map(|part| known.owed(part)));
        }
        let found = self.store.open_found_rests().await?;
        owed.extend(found.iter().filter_map(wallet::FoundRest::owed));
        Ok(owed)
    }

    /// What is kept of something, if it still waits and is to go there.
    async fn kept_of(&self, id: OwedId, to: ShareTo) -> Result<Option<Kept>, Fault> {
        let kept = match id {
            OwedId::Part(envelope, contact, part) => {
                let known = self.store.gift_of(contact, envelope).await?;
                known.map(|known| Kept::Part(Box::new(known), part))
            }
            OwedId::Found(key) => {
                self.store.found_rest(key).await?.map(|found| Kept::Found(Box::new(found)))
            }
        };
        Ok(kept.filter(|kept| kept.owed().is_some_and(|owed| owed.to == to)))
    }

    async fn collect_to_account(&self, owed: Owed) -> Result<(), Fault> {
        let (ground, chain) = (self.collect_ground()?, self.bound()?.home.chain);
        let Some(kept) = self.kept_of(owed.id, ShareTo::Account).await? else { return Ok(()) };
        let Some(key) = kept.key(&self.keys.envelope, chain) else { return Ok(()) };
        let saved = self.store.account().await?.and_then(|saved| saved.account);
        let open = saved.is_some_and(|account| account.counter > 0);
        let fee = collect_fee(ground.params, ground.round, ShareTo::Account);
        let rest = fee.and_then(|fee| owed.amount.minus(fee)).unwrap_or(Amount::ZERO);
        let (_, prices) = ground.params.prices_at(ground.round.next());
        if !open && rest.units() < prices.existential {
            return Ok(());
        }
        let share = (&key, owed.amount);
        let attempt = collect_to_account(owed.envelope, share, ground, self.keys.address());
        let Some(attempt) = attempt else { return Ok(()) };
        Ok(self.store.apply(vec![kept.taken_by(attempt, None).into()]).await?)
    }

    async fn prove_collecting(&mut self, owed: Owed) -> Result<bool, Fault> {
        let to = self.pool_key(self.present_period().await?)?.viewing_key();
        let anchor = self.present_anchor().await?;
        let plan = plan_collect(&owed, self.collect_ground()?, (&to, anchor));
        let Some((plan, order)) = plan else { return Ok(false) };
        let work = Work::Collect(owed.id, Box::new(order));
        self.begin_proving(work, plan, to);
        Ok(true)
    }

    /// What is saved of something whose proof is made; `None` if nothing is to be done with it any more.
    pub(super) async fn sealed_share(
        &self,
        id: OwedId,
        (order, draft): (Transaction, Draft),
        key: &SpendingKey,
    ) -> Result<Option<wallet::Change>, Fault> {
        let Some(kept) = self.kept_of(id, ShareTo::Pool).await? else { return Ok(None) };
        let claim = kept.key(&self.keys.envelope, self.bound()?.home.chain);
        let Some(claim) = claim else { return Ok(None) };
        let bundle = draft.effects().digest();
        let sealed = seal_collect(order, draft, (&claim, key), &mut rand::rng());
        let not_made = |_| Fault::new(Code::Internal, "a proof could not be made");
        Ok(Some(kept.taken_by(sealed.map_err(not_made)?, Some(bundle))))
    }

    fn collect_ground(&self) -> Result<CollectGround<'_>, Fault> {
        let network = self.bound()?;
        let (chain, params) = (network.home.chain, &network.genesis.params);
        Ok(CollectGround { chain, params, round: network.light.round() })
    }
}
