//! What each wish of the engine means here.

use super::{Driver, Halt, blocking};
use crate::chain::{Fault, Ground, Held, Matter, keep, size_rank};
use crate::clock;
use crate::frame::Frame;
use crate::shared::lock;
use acp::{Input, Message, Output};
use keys::vrf_output;
use ledger::{CertifiedHeader, Draw, Header};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use types::{BlockId, Round, WorkerId};

impl Driver<'_> {
    /// Performs one output; returns what the engine is to hear next.
    pub(super) async fn perform(&mut self, output: Output) -> Result<Vec<Input>, Halt> {
        match output {
            // `feed` has written it.
            Output::Persist { .. } => {}
            Output::Broadcast(message) => self.broadcast(message),
            Output::SendTo(to, message) => {
                if let Some(to) = self.manager(to) {
                    self.shared.send(Some(to), &Frame::Consensus(message));
                }
            }
            Output::Build { round, ticket } => return self.build(round, ticket).await,
            Output::Check { header } => return Ok(vec![self.check(header).await?]),
            Output::Fetch { block, from } => return Ok(self.fetch(block, &from)),
            Output::SetTimer(timer, millis) => {
                self.timers.insert(timer, Instant::now() + Duration::from_millis(millis));
            }
            Output::Final(block) => return self.finish(block).await,
            Output::Tentative(quorum) => {
                tracing::debug!("round {}: tentative in view {}", quorum.round.0, quorum.view);
            }
            Output::Evidence(evidence) => {
                tracing::warn!("a manager has convicted itself: {}", WorkerId(evidence.key));
                lock(&self.shared.offences).note(*evidence);
                self.save_offences().await?;
            }
            Output::NeedSync { from, .. } => {
                if let Some(from) = self.manager(from) {
                    self.ask(from);
                }
            }
        }
        Ok(Vec::new())
    }

    /// A block that is here already (after a restart: in the log) is told at once.
    fn fetch(&mut self, block: BlockId, from: &[u16]) -> Vec<Input> {
        if let Some(known) = self.blocks.tell(block) {
            return known;
        }
        let from = from.iter().filter_map(|member| self.manager(*member)).collect();
        self.blocks.want(block, from);
        self.ask_for_wanted();
        Vec::new()
    }

    fn manager(&self, member: u16) -> Option<WorkerId> {
        self.ground.as_ref()?.base.committee.member(member).map(|member| WorkerId(member.key))
    }

    /// The body goes once beside its proposal, in front of it.
    fn broadcast(&mut self, message: Message) {
        if let Message::Proposal(proposal) = &message
            && let Some(frame) = self.blocks.unsent(proposal.block)
        {
            self.shared.send(None, &frame);
        }
        self.late.hear(&message);
        self.shared.send(None, &Frame::Consensus(message));
    }

    async fn build(&mut self, round: Round, ticket: [u8; 80]) -> Result<Vec<Input>, Halt> {
        let present = self.seat().filter(|(ground, _)| ground.base.tip.round.next() == round);
        let (Some((ground, proposer)), Some(output)) = (present, vrf_output(&ticket)) else {
            return Ok(Vec::new());
        };
        let draw = Draw { proposer, ticket, output };
        let (shared, store) = (self.shared.clone(), self.store.clone());
        let late = self.late.before(round);
        let built = blocking(move || {
            let waiting = lock(&shared.mempool).best();
            let matter = Matter { waiting: &waiting, late: &late };
            let built = shared.rules.build(&store, &ground, &draw, clock::now(), matter)?;
            let mut mempool = lock(&shared.mempool);
            built.refused.iter().for_each(|id| mempool.drop_id(*id));
            drop(mempool);
            Ok::<_, Halt>(built)
        });
        let built = built.await??;
        let block = built.header.id();
        let size_rank = size_rank(&built.candidate.body);
        let body = built.candidate.body.clone();
        self.blocks.hold(block, Held { header: built.header.clone(), body });
        self.candidates.insert(block, built.candidate);
        Ok(vec![Input::Built { header: built.header, size_rank }])
    }

    pub(super) fn seat(&self) -> Option<(Arc<Ground>, u16)> {
        let ground = self.ground.clone()?;
        let seat = ground.base.committee.position(&self.shared.own.0)?;
        Some((ground, seat))
    }

    async fn check(&mut self, header: Header) -> Result<Input, Halt> {
        let block = header.id();
        let valid = self.is_valid(block, header).await?;
        Ok(Input::Checked { block, valid })
    }

    /// Executes a block of this round, unless that has been done.
    async fn is_valid(&mut self, block: BlockId, header: Header) -> Result<bool, Halt> {
        if self.candidates.contains_key(&block) {
            return Ok(true);
        }
        let (Some(held), Some(ground)) = (self.blocks.get(block), self.ground.clone()) else {
            return Ok(false);
        };
        let body = held.body.clone();
        let (shared, store) = (self.shared.clone(), self.store.clone());
        let judge = move || shared.rules.judge(&store, &ground.base, &header, body);
        match blocking(judge).await? {
            Ok(candidate) => {
                self.candidates.insert(block, candidate);
                Ok(true)
            }
            Err(Fault::Store(error)) => Err(error.into()),
            Err(fault) => {
                tracing::warn!("a proposal is refused: {fault}");
                Ok(false)
            }
        }
    }

    /// Keeps a decided block; the next round starts when it is durable. Its body may be missing.
    async fn finish(&mut self, block: Box<CertifiedHeader>) -> Result<Vec<Input>, Halt> {
        let id = block.certificate.block;
        if self.blocks.get(id).is_none() {
            let signers = block.certificate.signers();
            let from: Vec<_> =
                signers.into_iter().filter_map(|member| self.manager(member)).collect();
            self.blocks.want(id, from);
            self.decided = Some(block);
            self.ask_for_wanted();
            // Whoever was restarted meanwhile has it in its chain only: `ask_all` asks for that.
            self.ask_all();
            return Ok(Vec::new());
        }
        if !self.is_valid(id, block.header.clone()).await? {
            tracing::error!("a decided block is refused here: round {}", block.header.round.0);
            return Ok(Vec::new());
        }
        let Some(candidate) = self.candidates.remove(&id) else { return Ok(Vec::new()) };
        let committee = self.ground.as_ref().map(|ground| ground.base.committee.clone());
        if let Some(committee) = committee {
            self.doubt(&block, &committee).await?;
        }
        let store = self.store.clone();
        let used = blocking(move || keep(&store, &block, candidate)).await??;
        self.settle(used).await?;
        self.next_round().await
    }

    /// The body of the decided block has come.
    pub(super) async fn finish_decided(&mut self) -> Result<(), Halt> {
        let Some(block) = self.decided.take() else { return Ok(()) };
        let inputs = self.finish(block).await?;
        self.feed_all(inputs).await
    }
}
