//! The chain store itself, as the manager drives it.

use crate::{
    engine::{Engine, Times},
    flat::{Flat, Memory},
    load::Block,
};
use abns::{ChainStore, Horizon, State};
use anyhow::{Context, Result};
use keys::Ed25519Key;
use ledger::{
    Certificate, CertifiedHeader, Genesis, Header, Outcome, Prices, StateView, receipts_root,
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
    let manager = |seed| Ed25519Key::from_seed([seed; 32]).public();
    Genesis {
        time: Timestamp(1_700_000_000_000),
        interval_ms: 1_000,
        managers: (1..=4).map(manager).collect(),
        workers: vec![],
        faucet: None,
        balances: vec![(crate::load::address(u64::MAX), Amount::new(1_000_000_000))],
        prices: Prices::DEVNET,
    }
}

impl Ours {
    pub(crate) fn open(dir: &Path, horizon: Horizon) -> Result<Self> {
        let genesis = genesis();
        let store = ChainStore::open_with(&dir.join("chain.redb"), &genesis, horizon)?;
        let reopened = store.tip().0.0 > 0;
        Ok(Self { store, genesis, state: None, reopened, counted: Flat::new(Memory::default())? })
    }
}

impl Engine for Ours {
    fn block(&mut self, round: u64, block: &Block) -> Result<Times> {
        self.state = None;
        let outcome = Outcome {
            changes: block.changes.clone(),
            entries: block.entries.clone(),
            ..Outcome::default()
        };
        let start = Instant::now();
        let pending = self.store.prepare(&outcome.changes)?;
        let prepare = start.elapsed();
        let (tip, parent, time) = self.store.tip();
        anyhow::ensure!(tip.next().0 == round, "round {round} after {}", tip.0);
        let committee = self.genesis.committee();
        let header = Header {
            version: Header::VERSION,
            chain: self.genesis.chain(),
            round: tip.next(),
            time: time.plus_millis(1_000),
            parent,
            body_root: block.body.root(),
            state_root: pending.root,
            receipts_root: receipts_root(&outcome.receipts),
            committee: committee.hash(),
            proposer: 0,
        };
        // The store leaves signatures to its caller.
        let votes: BTreeMap<u16, [u8; 64]> = (0..3).map(|member| (member, [7; 64])).collect();
        let certificate = Certificate::new(header.round, 0, header.id(), &votes, 4);
        let certified = CertifiedHeader { header, certificate };
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
        Ok(self.store.tip().0.0)
    }

    fn given(&self) -> u64 {
        self.counted.short
    }

    fn begin_reads(&mut self) -> Result<()> {
        self.state = Some(self.store.state()?);
        Ok(())
    }
}
