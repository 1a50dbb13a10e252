//! Taking what waits for us under keys of red envelopes, our shares and what came back of those that we
//! gave out of the pool: into the private pool, by itself and in the background, or to the account.
//!
//! What is signed is saved before it is sent, and sent byte for byte until the share is proved to be
//! gone or it can never come any more; a proof that is lost with the program is made again. The claim
//! key's share can be taken once, so that no two attempts take it twice (`money-and-mail.md` A9).

use ledger::{RedEnvelopeId, Transaction};
use shielded::{Draft, SpendingKey};
use types::{Abc, Amount, OpenId};
use wallet::{
    CollectGround, GiftPart, KnownGift, ShareTo, collect_fee, collect_to_account, plan_collect,
    seal_collect,
};

use crate::flows::private::prove::{Proving, Work};
use crate::{Code, Engine, Fault};

/// What may wait for us of one red envelope.
const PARTS: [GiftPart; 2] = [GiftPart::Share, GiftPart::Rest];

impl Engine {
    /// Begins the proof of the first share that waits for the pool; true if one was begun.
    pub(super) async fn begin_collecting(&mut self) -> Result<bool, Fault> {
        if !self.gifts_open {
            return Ok(false);
        }
        for known in self.store.open_gifts().await? {
            for part in PARTS {
                let Some((ShareTo::Pool, amount)) = known.to_collect(part) else { continue };
                match self.prove_collecting((&known, part), amount).await {
                    Ok(true) => return Ok(true),
                    Ok(false) => {}
                    // The pool is read first.
                    Err(fault) => tracing::info!(code = fault.code(), "a share waits"),
                }
            }
        }
        Ok(false)
    }

    /// Signs what takes the shares that wait for our account.
    pub(super) async fn collect_for_account(&self) -> Result<(), Fault> {
        if self.check_signs().is_err() {
            return Ok(());
        }
        for known in self.store.open_gifts().await? {
            let mut part =
                PARTS.into_iter().filter_map(|part| Some((part, known.to_collect(part)?)));
            let waits = part.find(|(_, (to, _))| *to == ShareTo::Account);
            if let Some((part, (_, amount))) = waits {
                self.collect_to_account((known, part), amount).await?;
            }
        }
        Ok(())
    }

    /// True if a part of ours that waits is worth taking now.
    pub(crate) fn is_worth_collecting(&self, known: &KnownGift, part: GiftPart) -> bool {
        let waits = known.to_collect(part).zip(self.network.as_ref());
        let Some(((to, amount), network)) = waits else { return false };
        let fee = collect_fee(&network.genesis.params, network.light.round(), to);
        fee.is_some_and(|fee| amount > fee)
    }

    async fn collect_to_account(
        &self,
        (mut known, part): (KnownGift, GiftPart),
        amount: Amount<Abc>,
    ) -> Result<(), Fault> {
        let (ground, chain) = (self.collect_ground()?, self.bound()?.home.chain);
        let Some(key) = known.key_of(part, &self.keys.envelope, chain) else { return Ok(()) };
        let saved = self.store.account().await?.and_then(|saved| saved.account);
        let open = saved.is_some_and(|account| account.counter > 0);
        let fee = collect_fee(ground.params, ground.round, ShareTo::Account);
        let rest = fee.and_then(|fee| amount.minus(fee)).unwrap_or(Amount::ZERO);
        let (_, prices) = ground.params.prices_at(ground.round.next());
        if !open && rest.units() < prices.existential {
            return Ok(());
        }
        let attempt = collect_to_account(known.id(), (&key, amount), ground, self.keys.address());
        let Some(attempt) = attempt else { return Ok(()) };
        if let Some(taking) = known.taking_of_mut(part) {
            taking.attempt = Some(attempt);
        }
        Ok(self.store.apply(vec![wallet::Change::SaveGift(Box::new(known)).into()]).await?)
    }

    async fn prove_collecting(
        &mut self,
        (known, part): (&KnownGift, GiftPart),
        amount: Amount<Abc>,
    ) -> Result<bool, Fault> {
        let Some(key) = known.taking_of(part).map(|taking| taking.key) else { return Ok(false) };
        let to = self.pool_key(self.present_period().await?)?.viewing_key();
        let anchor = self.present_anchor().await?;
        let ground = self.collect_ground()?;
        let of = (known.id(), known.contact, part);
        let plan = plan_collect(of, (key, amount), ground, (&to, anchor));
        let Some((plan, order)) = plan else { return Ok(false) };
        let work = Work::Collect(of, Box::new(order));
        self.proving = Some(Proving::begin(work, plan, to));
        Ok(true)
    }

    /// What is saved of a part whose proof is made; `None` if nothing is to be done with it any more.
    pub(super) async fn sealed_share(
        &self,
        (id, giver, part): (RedEnvelopeId, OpenId, GiftPart),
        order: Transaction,
        draft: Draft,
        key: &SpendingKey,
    ) -> Result<Option<wallet::Change>, Fault> {
        let known = self.store.gift_of(giver, id).await?;
        let to_pool =
            |known: &KnownGift| matches!(known.to_collect(part), Some((ShareTo::Pool, _)));
        let Some(mut known) = known.filter(to_pool) else { return Ok(None) };
        let claim = known.key_of(part, &self.keys.envelope, self.bound()?.home.chain);
        let Some(claim) = claim else { return Ok(None) };
        let bundle = draft.effects().digest();
        let sealed = seal_collect(order, draft, (&claim, key), &mut rand::rng());
        let not_made = |_| Fault::new(Code::Internal, "a proof could not be made");
        let attempt = Some(sealed.map_err(not_made)?);
        if let Some(taking) = known.taking_of_mut(part) {
            taking.attempt = attempt;
        }
        if let Some(rest) = known.rest.as_mut().filter(|_| part == GiftPart::Rest) {
            rest.bundle = Some(bundle);
        }
        Ok(Some(wallet::Change::SaveGift(Box::new(known))))
    }

    fn collect_ground(&self) -> Result<CollectGround<'_>, Fault> {
        let network = self.bound()?;
        let (chain, params) = (network.home.chain, &network.genesis.params);
        Ok(CollectGround { chain, params, round: network.light.round() })
    }
}
