//! The chain store itself, as the manager drives it.

use crate::{
    engine::{Engine, Times},
    flat::{Flat, Memory},
    load::Block,
};
use abns::{ChainStore, Horizon, PendingState, State};
use anyhow::{Context, Result};
use ledger::{
    BlockContext, Certificate, CertifiedHeader, Draw, Genesis, Outcome, StateView, Step, Tip,
};
use std::{collections::BTreeMap, path::Path, time::Instant};
use types::{Amount, Timestamp};

pub(crate) struct Ours {
    store: ChainStore,
    genesis: Genesis,
    state: Option<State>,
    /// The counter knows the chain from its beginning only.
    reopened: bool,
    /// Counts what a block says, each thing once: what the store was given.
    counted: Flat<Memory>,
}

/// The genesis of the load.
pub(crate) fn genesis() -> Genesis {
    let balance = (crate::load::address(u64::MAX), Amount::new(1_000_000_000));
    testkit::genesis(Timestamp(1_700_000_000_000), &[balance])
}

impl Ours {
    pub(crate) fn open(dir: &Path, horizon: Horizon) -> Result<Self> {
        let genesis = genesis();
        let store = ChainStore::open_with(&dir.join("chain.redb"), &genesis, horizon)?;
        let reopened = store.tip().round.0 > 0;
        Ok(Self { store, genesis, state: None, reopened, counted: Flat::new(Memory::default())? })
    }

    /// The block as managers would certify it; the store leaves signatures to its caller.
    fn certify(
        &self,
        tip: &Tip,
        (block, outcome): (&Block, &Outcome),
        pending: &PendingState,
    ) -> CertifiedHeader {
        let (params, chain) = (&self.genesis.params, self.genesis.chain());
        let time = tip.time.plus_millis(u64::from(params.interval_ms));
        let context = BlockContext::after(tip, chain, time, params);
        let draw = Draw { proposer: 0, ticket: [7; 80], output: [7; 64] };
        let header = context.header(tip, &block.body, outcome, pending.root, &draw);
        let votes: BTreeMap<u16, [u8; 64]> = (0..3).map(|member| (member, [7; 64])).collect();
        let certificate = Certificate::new(Step::Commit, header.round, 0, header.id(), &votes, 4);
        CertifiedHeader { header, certificate }
    }
}

impl Engine for Ours {
    fn block(&mut self, round: u64, block: &Block) -> Result<Times> {
        self.state = None;
        let tip = self.store.tip();
        anyhow::ensure!(tip.round.next().0 == round, "round {round} after {}", tip.round.0);
        let changes = block.changes.iter().map(|(key, value)| (key.clone(), Some(value.clone())));
        let outcome = Outcome {
            changes: changes.collect(),
            entries: block.entries.clone(),
            next_committee: tip.committee,
            ..Outcome::default()
        };
        let start = Instant::now();
        let pending = self.store.prepare(&outcome.changes)?;
        let prepare = start.elapsed();
        let certified = self.certify(&tip, (block, &outcome), &pending);
        let start = Instant::now();
        self.store.commit(&certified, &block.body, &outcome, pending)?;
        let commit = start.elapsed();
        if !self.reopened {
            self.counted.block(round, block)?;
        }
        Ok(Times { prepare, commit })
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
        let state = self.state.as_ref().context("reads were not begun")?;
        let value = state.get(key);
        state.check()?;
        Ok(value)
    }

    fn tip(&self) -> Result<u64> {
        Ok(self.store.tip().round.0)
    }

    fn given(&self) -> u64 {
        self.counted.short
    }

    fn begin_reads(&mut self) -> Result<()> {
        self.state = Some(self.store.state()?);
        Ok(())
    }
}
