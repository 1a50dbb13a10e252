//! Catching up: asking other managers for final blocks, and keeping what they send.
//!
//! Blocks prove themselves by their certificates; whom to ask is only a matter of getting an answer.

use super::memory::Memory;
use super::{Driver, Halt, blocking};
use crate::chain::{Fault, tip_of};
use crate::frame::{Frame, SyncedBlock};
use std::time::{Duration, Instant};

/// How long a manager that was asked may take before the next is asked.
const PATIENCE: Duration = Duration::from_millis(1000);

/// Who was asked last, without an answer that helped.
pub(super) struct Asked {
    peer: u16,
    until: Instant,
    /// Asked whether there is more, behind an answer that did help.
    more: bool,
}

impl Driver<'_> {
    /// Asks for the blocks behind the tip: the manager that seems to have them, or, if the last
    /// one asked was of no help, the one after that in the circle.
    pub(super) fn ask(&mut self, hint: u16) {
        let peer = match &self.asked {
            Some(asked) if Instant::now() < asked.until => return,
            Some(asked) => self.behind(asked.peer).next().unwrap_or(hint),
            None => hint,
        };
        self.send_ask(peer, false);
    }

    /// While the own memory is in doubt: asks everybody who has not said yet how far it is.
    pub(super) fn ask_all(&mut self) {
        let Memory::Doubtful(heard) = &self.memory else { return };
        let last = match &self.asked {
            Some(asked) if Instant::now() < asked.until => return,
            Some(asked) => asked.peer,
            None => self.shared.member,
        };
        let next = self.behind(last).find(|member| !heard.contains(member));
        if let Some(peer) = next {
            self.send_ask(peer, false);
        }
    }

    fn send_ask(&mut self, peer: u16, more: bool) {
        self.asked = Some(Asked { peer, until: Instant::now() + PATIENCE, more });
        let from = tip_of(&self.store).round.next();
        self.shared.send(Some(peer), &Frame::Ask { from });
    }

    /// The other members, those behind this one first.
    fn behind(&self, peer: u16) -> impl Iterator<Item = u16> {
        let members = |from: u16| (from..=u16::MAX).take_while(|member| self.exists(*member));
        let circle = members(peer.saturating_add(1)).chain(members(0));
        circle.filter(|member| *member != self.shared.member)
    }

    fn exists(&self, member: u16) -> bool {
        self.shared.rules.committee.member(member).is_some()
    }

    /// Keeps blocks that follow the tip, and asks for more if there were any.
    pub(super) async fn adopt(&mut self, from: u16, blocks: Vec<SyncedBlock>) -> Result<(), Halt> {
        if blocks.is_empty() {
            self.heard_all_of(from).await?;
        }
        let mut helped = false;
        for block in blocks {
            if block.header.header.round < tip_of(&self.store).round.next() {
                continue;
            }
            if let Err(fault) = self.adopt_one(block).await? {
                tracing::debug!("a block of manager {from} is refused: {fault}");
                break;
            }
            helped = true;
        }
        if helped {
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

    async fn adopt_one(&mut self, block: SyncedBlock) -> Result<Result<(), Fault>, Halt> {
        // Before anything is executed or believed: a certificate cannot be made up.
        if let Err(fault) = self.shared.rules.check_final(&block.header) {
            return Ok(Err(fault));
        }
        self.doubt(&block.header).await?;
        let (shared, store) = (self.shared.clone(), self.store.clone());
        match blocking(move || shared.rules.adopt(&store, block)).await? {
            Ok(used) => self.settle(used).await.map(Ok),
            Err(Fault::Store(error)) => Err(error.into()),
            Err(fault) => Ok(Err(fault)),
        }
    }
}
