//! What a worker lets go of: bodies that others own, once they are old.
//!
//! The roster decides who owns a body, and it changes. A worker that is no longer among the owners
//! keeps the body for a whole horizon from then on: the archives need that time to bring it to the
//! owner that came instead.

use super::{ChunkStore, Keeps, rows};
use crate::failure::WorkerError;
use std::sync::{MutexGuard, PoisonError};
use types::{Round, WorkerId};
use wire::store::owners;

/// Bodies looked at in one transaction, so that puts get their turn in between.
const STEP: u32 = 100;

/// How far the bodies have been looked through under one roster.
#[derive(Debug, Default)]
pub(super) struct Sweep {
    workers: Vec<WorkerId>,
    /// The tip when this roster was first seen.
    since: Round,
    /// The first round that was not looked at.
    next: Round,
}

impl Sweep {
    /// The rounds that are due, from the first to the last.
    fn due(&mut self, tip: Round, horizon: u64, workers: &[WorkerId]) -> Option<(Round, Round)> {
        if self.workers != workers {
            *self = Self { workers: workers.to_vec(), since: tip, next: Round(0) };
        }
        let settled = tip.0.checked_sub(self.since.0)? > horizon;
        let last = Round(tip.0.checked_sub(horizon)?.checked_sub(1)?);
        (settled && self.next <= last).then_some((self.next, last))
    }
}

impl ChunkStore {
    /// Drops bodies that are older than the horizon and owned by other workers, and says how many.
    /// Meant to be called every few minutes, with the newest final round and all workers there are;
    /// as long as those are not known, with none, nothing is dropped.
    ///
    /// # Errors
    /// [`WorkerError`]; what was dropped so far stays dropped.
    pub async fn drop_old(&self, tip: Round, workers: &[WorkerId]) -> Result<u64, WorkerError> {
        let Keeps::Owned { horizon } = self.terms.keeps else { return Ok(0) };
        if workers.is_empty() {
            return Ok(0);
        }
        let mut dropped = 0_u64;
        loop {
            let Some((first, last)) = self.sweep().due(tip, horizon, workers) else {
                return Ok(dropped);
            };
            let mut db_tx = self.database.write().await?;
            let bodies = rows::bodies(&mut db_tx, first, last, STEP).await?;
            let Some((looked_at, _)) = bodies.last().copied() else {
                self.sweep().next = last.next();
                return Ok(dropped);
            };
            for (round, block) in bodies {
                if !owners(&block.0, workers).contains(&self.holder()) {
                    rows::drop_body(&mut db_tx, round).await?;
                    dropped = dropped.saturating_add(1);
                }
            }
            db_tx.commit().await?;
            self.sweep().next = looked_at.next();
        }
    }

    fn sweep(&self) -> MutexGuard<'_, Sweep> {
        self.sweep.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
