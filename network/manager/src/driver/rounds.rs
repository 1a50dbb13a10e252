//! From one round to the next: what a round stands on, and what follows from a durable block.

use super::{Driver, Halt, blocking};
use crate::chain::{Ground, Held, damaged};
use crate::clock;
use crate::gate;
use crate::mempool::Used;
use crate::report;
use crate::shared::{Ring, lock};
use abns::AbnsError;
use acp::{Input, RoundSetup, Verifier};
use std::sync::{Arc, Mutex};
use types::Round;

impl Driver<'_> {
    pub(super) async fn start_round(&mut self) -> Result<(), Halt> {
        let inputs = self.next_round().await?;
        self.feed_all(inputs).await
    }

    /// Prepares the round behind the tip; returns what the engine is to hear: that it begins, and
    /// which of its blocks came early.
    pub(super) async fn next_round(&mut self) -> Result<Vec<Input>, Halt> {
        let (shared, store) = (self.shared.clone(), self.store.clone());
        let (ground, empty) = blocking(move || shared.rules.ground(&store)).await??;
        let round = ground.base.tip.round.next();
        self.candidates.clear();
        self.timers.clear();
        self.decided = None;
        self.blocks.enter(round);
        let early = self.blocks.tell_all();
        let block = ground.empty.id();
        let held = Held { header: ground.empty.clone(), body: empty.body.clone() };
        self.blocks.hold(block, held);
        self.candidates.insert(block, empty);
        let ground = Arc::new(ground);
        let first = self.ground.replace(ground.clone()).is_none()
            || self.shared.rules.params.is_first(round);
        let setup = self.setup(&ground, round);
        self.enter(&setup, &ground);
        if first {
            self.register_workers().await?;
        }
        if self.looks_around() {
            return Ok(Vec::new());
        }
        Ok([Input::Start(Box::new(setup))].into_iter().chain(early).collect())
    }

    /// Lets the roster know which workers there are in this epoch.
    async fn register_workers(&self) -> Result<(), Halt> {
        let (shared, store) = (self.shared.clone(), self.store.clone());
        let read = blocking(move || {
            let state = store.state()?;
            let workers = ledger::worker_ids(&state).map_err(damaged)?;
            state.check()?;
            lock(&shared.roster).register(workers);
            Ok::<_, AbnsError>(())
        });
        Ok(read.await??)
    }

    fn setup(&self, ground: &Ground, round: Round) -> RoundSetup {
        let own = self.shared.own.0;
        RoundSetup {
            chain: self.shared.rules.chain,
            round,
            parent: ground.base.tip.block,
            not_before: self.shared.rules.earliest(&ground.base.tip),
            committee: ground.base.committee.clone(),
            member: ground.base.committee.position(&own),
            order: ground.order.clone(),
            draw_from: ground.base.tip.beacon_before,
            next_draw_from: ground.base.tip.beacon,
            next_member: ground.next.position(&own),
            empty: ground.empty.clone(),
            may_speak: round > self.abstain,
        }
    }

    /// From here on messages of this round can be judged.
    fn enter(&self, setup: &RoundSetup, ground: &Ground) {
        let next = Some((ground.next.clone(), setup.next_draw_from));
        let present = (ground.base.committee.clone(), setup.draw_from);
        let verifier = Verifier::new(setup.chain, setup.round, present, next);
        let ring = Ring {
            round: setup.round,
            committee: ground.base.committee.clone(),
            next: ground.next.clone(),
            registered: ground.registered.clone(),
            verifier,
            seen: Mutex::default(),
        };
        let others = ring.others(self.shared.own, &self.shared.named);
        self.news.peers.send_if_modified(|peers| {
            let changed = *peers != others;
            if changed {
                *peers = others;
            }
            changed
        });
        self.shared.enter(ring);
    }

    /// What follows from a block that is durable.
    pub(super) async fn settle(&mut self, used: Used) -> Result<(), Halt> {
        let tip = self.store.tip();
        let round = tip.round;
        let changed = {
            let mut mempool = lock(&self.shared.mempool);
            let changed = mempool.use_up(&used);
            mempool.expire(round.next());
            changed
        };
        if !changed.is_empty() {
            let (shared, store) = (self.shared.clone(), self.store.clone());
            blocking(move || gate::judge_again(&shared, &store, &changed)).await??;
        }
        self.shared.note_finality(clock::now().millis_since(tip.time));
        self.shared.say_again();
        self.news.tip.send_replace(round);
        self.report().await?;
        self.rate(round).await?;
        let abstain = self.abstain;
        self.with_wal(move |wal| wal.rotate_if_large(round, abstain)).await
    }

    /// Counts who was heard in the round that is over; tells of poor service when it is time.
    async fn rate(&mut self, round: Round) -> Result<(), Halt> {
        let Some(ground) = self.ground.clone() else { return Ok(()) };
        let committee = &ground.base.committee;
        let own = committee.position(&self.shared.own.0);
        self.heard.turn(round, committee, own);
        let opinion = self.heard.opinion(&self.shared.rules.params, round, committee.size());
        if let Some(opinion) = opinion.filter(|_| own.is_some()) {
            let (shared, store) = (self.shared.clone(), self.store.clone());
            if blocking(move || report::rate(&shared, &store, &opinion)).await?? {
                self.heard.is_told();
            }
        }
        self.heard.go_on(&self.shared.rules.params, round);
        Ok(())
    }

    /// Reports an offence that was seen, if there is one.
    async fn report(&self) -> Result<(), Halt> {
        if lock(&self.shared.offences).len() == 0 {
            return Ok(());
        }
        self.save_offences().await?;
        let (shared, store) = (self.shared.clone(), self.store.clone());
        blocking(move || report::next(&shared, &store)).await??;
        self.save_offences().await
    }

    /// What was heard of offences is on the disk from here on.
    pub(super) async fn save_offences(&self) -> Result<(), Halt> {
        let shared = self.shared.clone();
        blocking(move || lock(&shared.offences).save()).await?.map_err(Halt::Offences)
    }
}
