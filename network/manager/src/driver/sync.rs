//! Catching up: asking other managers for final blocks, and keeping what they send.
//!
//! Blocks prove themselves by their certificates; whom to ask is only a matter of getting an answer.

use super::{Driver, Halt, blocking};
use crate::chain::{Fault, tip_of};
use crate::frame::{Frame, SyncedBlock};
use std::time::{Duration, Instant};

/// How long a manager that was asked may take before the next is asked.
const PATIENCE: Duration = Duration::from_millis(1000);
/// After catching up with a folder that may stand for a lost one: what that one said in the round
/// then open, or in the one after, is not known.
const SIT_OUT: u64 = 2;

/// Who was asked last, without an answer that helped.
pub(super) struct Asked {
    peer: u16,
    until: Instant,
    /// Asked whether there is more, behind an answer that did help.
    more: bool,
}

impl Driver {
    /// Asks for the blocks behind the tip: the manager that seems to have them, or, if the last
    /// one asked was of no help, the one after that in the circle.
    pub(super) fn ask(&mut self, hint: u16) {
        let peer = match &self.asked {
            Some(asked) if Instant::now() < asked.until => return,
            Some(asked) => self.after(asked.peer),
            None => hint,
        };
        self.send_ask(peer, false);
    }

    fn send_ask(&mut self, peer: u16, more: bool) {
        self.asked = Some(Asked { peer, until: Instant::now() + PATIENCE, more });
        let from = tip_of(&self.store).round.next();
        self.shared.send(Some(peer), &Frame::Ask { from });
    }

    fn after(&self, peer: u16) -> u16 {
        let others = |from: u16| (from..=u16::MAX).take_while(|m| self.exists(*m));
        let next =
            others(peer.saturating_add(1)).chain(others(0)).find(|m| *m != self.shared.member);
        next.unwrap_or(peer)
    }

    fn exists(&self, member: u16) -> bool {
        self.shared.rules.committee.member(member).is_some()
    }

    /// Keeps blocks that follow the tip, and asks for more if there were any.
    pub(super) async fn adopt(&mut self, from: u16, blocks: Vec<SyncedBlock>) -> Result<(), Halt> {
        let mut helped = false;
        for block in blocks {
            let next = tip_of(&self.store).round.next();
            if block.header.header.round < next {
                continue;
            }
            let (shared, store) = (self.shared.clone(), self.store.clone());
            match blocking(move || shared.rules.adopt(&store, block)).await? {
                Ok(used) => self.settle(used).await?,
                Err(Fault::Store(error)) => return Err(error.into()),
                Err(fault) => {
                    tracing::warn!("a block of manager {from} is refused: {fault}");
                    break;
                }
            }
            helped = true;
        }
        if helped {
            self.sit_out().await?;
            self.start_round().await?;
            self.send_ask(from, true);
        } else if let Some(asked) = self.asked.take_if(|asked| asked.peer == from)
            && !asked.more
        {
            // It had nothing: the next one is asked as soon as there is a need.
            self.asked = Some(Asked { until: Instant::now(), ..asked });
        }
        Ok(())
    }

    async fn sit_out(&mut self) -> Result<(), Halt> {
        if !self.memory.may_lack {
            return Ok(());
        }
        let abstain = tip_of(&self.store).round.plus(SIT_OUT);
        self.memory.abstain = abstain;
        self.engine.abstain_through(abstain);
        self.with_wal(move |wal| wal.rotate(abstain)).await
    }
}
