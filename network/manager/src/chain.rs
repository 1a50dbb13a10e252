//! The chain as the driver works on it: building, judging and keeping blocks.
//!
//! Everything here blocks on the disk and on signatures; the driver calls it on threads made for
//! that. The rules are `ledger`'s; this module asks them in the right order.

use abns::{AbnsError, ChainStore, PendingState};
use ledger::{
    BlockContext, Body, CertificateError, CertifiedHeader, Committee, Execution, Genesis, Header,
    HeaderError, Outcome, Prices, Rejection, StateView, Tip, Transaction, execute, home_of,
    receipts_root,
};
use std::sync::Arc;
use types::{ChainId, Round, Timestamp, TxId};
use wire::{Decode, DecodeError};

use crate::frame::SyncedBlock;
use crate::mempool::Turn;

/// The parameters of the network.
#[derive(Debug, Clone)]
pub(crate) struct Rules {
    pub(crate) chain: ChainId,
    pub(crate) committee: Committee,
    pub(crate) interval_ms: u32,
    pub(crate) prices: Prices,
    /// What round 1 follows.
    pub(crate) birth: Tip,
}

/// A block that may follow the tip, executed.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) body: Body,
    outcome: Outcome,
    pending: PendingState,
}

/// A block of our own.
pub(crate) struct Built {
    pub(crate) header: Header,
    pub(crate) candidate: Candidate,
    /// What could not stand in it, and never will.
    pub(crate) refused: Vec<TxId>,
}

/// Why a block cannot follow the tip.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    #[error("header: {0}")]
    Header(#[from] HeaderError),
    #[error("certificate: {0}")]
    Certificate(#[from] CertificateError),
    #[error("body: {0}")]
    Body(#[from] DecodeError),
    #[error("the body is another block's")]
    OtherBody,
    #[error("transaction {0}: {1}")]
    Transaction(usize, Rejection),
    #[error("another state or other receipts come out of it")]
    OtherRoots,
    /// Not the block's fault: the own store fails.
    #[error("chain store: {0}")]
    Store(#[from] AbnsError),
}

impl Rules {
    pub(crate) fn new(genesis: &Genesis) -> Self {
        Self {
            chain: genesis.chain(),
            committee: genesis.committee(),
            interval_ms: genesis.interval_ms,
            prices: genesis.prices,
            birth: genesis.tip(),
        }
    }

    pub(crate) fn context(&self, round: Round) -> BlockContext<'_> {
        BlockContext { chain: self.chain, round, prices: &self.prices }
    }

    /// Builds the next block of these transactions, as many as may stand in it.
    pub(crate) fn build(
        &self,
        store: &ChainStore,
        proposer: u16,
        now: Timestamp,
        waiting: &[Arc<Transaction>],
    ) -> Result<Built, AbnsError> {
        let state = store.state()?;
        let tip = tip_of(store);
        let mut execution = Execution::new(&state, self.context(tip.round.next()));
        let (mut body, mut refused) = (Body::default(), Vec::new());
        for tx in waiting {
            match execution.apply(tx) {
                Ok(()) => body.transactions.push(tx.as_ref().clone()),
                Err(Rejection::BlockFull) => break,
                Err(rejection) => {
                    tracing::debug!("a waiting transaction is dropped: {}", rejection.code());
                    refused.push(tx.id());
                }
            }
        }
        let outcome = execution.finish().map_err(damaged)?;
        state.check()?;
        let pending = store.prepare(&outcome.changes)?;
        let header = Header {
            version: Header::VERSION,
            chain: self.chain,
            round: tip.round.next(),
            time: now.max(self.earliest(&tip)),
            parent: tip.block,
            body_root: body.root(),
            state_root: pending.root,
            receipts_root: receipts_root(&outcome.receipts),
            committee: self.committee.hash(),
            proposer,
        };
        Ok(Built { header, candidate: Candidate { body, outcome, pending }, refused })
    }

    /// When the block after this one may be dated.
    pub(crate) fn earliest(&self, tip: &Tip) -> Timestamp {
        tip.time.plus_millis(u64::from(self.interval_ms))
    }

    /// Executes a block on the tip; it may differ in nothing from what comes out.
    pub(crate) fn judge(
        &self,
        store: &ChainStore,
        header: &Header,
        body: Body,
    ) -> Result<Candidate, Fault> {
        header.check(self.chain, &self.committee)?;
        header.follows(&tip_of(store), self.interval_ms)?;
        if body.root() != header.body_root {
            return Err(Fault::OtherBody);
        }
        let state = store.state()?;
        let outcome = execute(&state, &self.context(header.round), &body);
        state.check()?;
        let outcome = outcome.map_err(|(index, why)| Fault::Transaction(index, why))?;
        let pending = store.prepare(&outcome.changes)?;
        let receipts = receipts_root(&outcome.receipts);
        if pending.root != header.state_root || receipts != header.receipts_root {
            return Err(Fault::OtherRoots);
        }
        Ok(Candidate { body, outcome, pending })
    }

    /// Checks that the committee has decided this header.
    pub(crate) fn check_final(&self, header: &CertifiedHeader) -> Result<(), Fault> {
        header.header.check(self.chain, &self.committee)?;
        header.verify(&self.committee)?;
        Ok(())
    }

    /// Judges and keeps a block of another manager that [`Self::check_final`] has passed.
    pub(crate) fn adopt(&self, store: &ChainStore, block: SyncedBlock) -> Result<Vec<Turn>, Fault> {
        let SyncedBlock { header, body } = block;
        let candidate = self.judge(store, &header.header, Body::from_bytes(&body)?)?;
        Ok(keep(store, &header, candidate)?)
    }
}

/// Keeps a final block; returns the turns it has used up.
pub(crate) fn keep(
    store: &ChainStore,
    block: &CertifiedHeader,
    candidate: Candidate,
) -> Result<Vec<Turn>, AbnsError> {
    let Candidate { body, outcome, pending } = candidate;
    store.commit(block, &body, &outcome, pending)?;
    let turns = body.transactions.iter().flat_map(|tx| turns_of(store, tx));
    Ok(turns.collect())
}

/// What a transaction uses up. A damaged state names nobody; execution reports it.
pub(crate) fn turns_of(view: &dyn StateView, tx: &Transaction) -> Vec<Turn> {
    let homes = tx.sources.iter().map(|source| (home_of(view, source.address), source.nonce));
    homes.filter_map(|(home, nonce)| Some((home.ok()?, nonce))).collect()
}

pub(crate) fn tip_of(store: &ChainStore) -> Tip {
    let (round, block, time) = store.tip();
    Tip { round, block, time }
}

fn damaged(rejection: Rejection) -> AbnsError {
    AbnsError::Damaged(rejection.to_string())
}

#[cfg(test)]
mod tests;
