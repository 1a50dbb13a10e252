//! What each wish of the engine means here.

use super::{Driver, Halt, blocking, judge_at};
use crate::chain::{Fault, keep, tip_of};
use crate::clock;
use crate::frame::Frame;
use crate::mempool::Turn;
use crate::shared::lock;
use acp::{Input, Output};
use ledger::{Body, CertifiedHeader, Header};
use types::Timestamp;
use wire::Encode;

/// Most transactions that others are told of again after a block.
const TOLD_AGAIN: usize = 64;

impl Driver<'_> {
    /// Performs one output; returns what the engine is to hear next.
    pub(super) async fn perform(&mut self, output: Output) -> Result<Option<Input>, Halt> {
        match output {
            // `feed` has written it.
            Output::Persist { .. } => {}
            Output::Broadcast(message) => self.shared.send(None, &Frame::Consensus(message)),
            Output::SendTo(to, message) => self.shared.send(Some(to), &Frame::Consensus(message)),
            Output::Build { .. } => {
                self.build_at = Some(self.shared.rules.earliest(&tip_of(&self.store)));
            }
            Output::Check { header, body } if judge_at(&header) > clock::now() => {
                self.early = Some((header, body));
            }
            Output::Check { header, body } => return self.judge(header, body).await.map(Some),
            Output::Final(block) => return self.keep(*block).await,
            Output::NeedSync { from, .. } => self.ask(from),
        }
        Ok(None)
    }

    pub(super) fn next_round(&mut self) -> Input {
        self.candidates.clear();
        self.build_at = None;
        self.early = None;
        let tip = tip_of(&self.store);
        let committee = self.shared.rules.committee.clone();
        Input::Start { round: tip.round.next(), parent: tip.block, committee }
    }

    pub(super) async fn build(&mut self, now: Timestamp) -> Result<Input, Halt> {
        let (shared, store) = (self.shared.clone(), self.store.clone());
        let built = blocking(move || {
            let waiting = lock(&shared.mempool).oldest();
            let built = shared.rules.build(&store, shared.member, now, &waiting)?;
            let mut mempool = lock(&shared.mempool);
            built.refused.iter().for_each(|id| mempool.drop_id(*id));
            drop(mempool);
            Ok::<_, Halt>(built)
        });
        let built = built.await??;
        let body = built.candidate.body.to_bytes();
        self.candidates.insert(built.header.id(), built.candidate);
        Ok(Input::Built { header: built.header, body })
    }

    pub(super) async fn judge(&mut self, header: Header, body: Body) -> Result<Input, Halt> {
        let block = header.id();
        if self.candidates.contains_key(&block) {
            return Ok(Input::Checked { block, valid: true });
        }
        let (shared, store) = (self.shared.clone(), self.store.clone());
        let judged = blocking(move || shared.rules.judge(&store, &header, body)).await?;
        let valid = match judged {
            Ok(candidate) => self.candidates.insert(block, candidate).is_none(),
            Err(Fault::Store(error)) => return Err(error.into()),
            Err(fault) => {
                tracing::warn!("a proposal is refused: {fault}");
                false
            }
        };
        Ok(Input::Checked { block, valid })
    }

    /// Keeps a decided block; the next round starts when it is durable.
    async fn keep(&mut self, block: CertifiedHeader) -> Result<Option<Input>, Halt> {
        // The engine decides on checked blocks only, and those are candidates.
        let Some(candidate) = self.candidates.remove(&block.certificate.block) else {
            return Ok(None);
        };
        self.doubt(&block).await?;
        let store = self.store.clone();
        let used = blocking(move || keep(&store, &block, candidate)).await??;
        self.settle(used).await?;
        Ok(Some(self.next_round()))
    }

    /// What follows from a block that is durable.
    pub(super) async fn settle(&mut self, used: Vec<Turn>) -> Result<(), Halt> {
        let round = tip_of(&self.store).round;
        let own = {
            let mut mempool = lock(&self.shared.mempool);
            mempool.use_up(&used);
            mempool.expire(round.next());
            mempool.own(TOLD_AGAIN)
        };
        for tx in own {
            self.shared.send(None, &Frame::Transaction(tx.to_bytes()));
        }
        self.tip.send_replace(round);
        let abstain = self.abstain;
        self.with_wal(move |wal| wal.rotate_if_large(round, abstain)).await
    }
}
