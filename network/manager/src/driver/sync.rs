//! Catching up: asking other managers for final blocks, and keeping what they send.
//!
//! Blocks prove themselves by their certificates; whom to ask is only a matter of getting an answer.

use super::memory::Memory;
use super::{Driver, Halt, blocking};
use crate::chain::Fault;
use crate::frame::{Frame, SyncedBlock};
use acp::{Message, Status};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use types::{Round, WorkerId};

/// How long a manager that was asked may take before the next is asked.
const PATIENCE: Duration = Duration::from_millis(1000);

/// Who was asked last, without an answer that helped.
pub(super) struct Asked {
    pub(super) peer: WorkerId,
    until: Instant,
    /// Asked whether there is more, behind an answer that did help.
    more: bool,
}

impl Driver<'_> {
    /// Asks for the blocks behind the tip: the manager that seems to have them, or, if the last
    /// one asked was of no help, the one after that in the circle.
    pub(super) fn ask(&mut self, hint: WorkerId) {
        if self.join.is_running() {
            return;
        }
        let peer = match &self.asked {
            Some(asked) if Instant::now() < asked.until => return,
            Some(asked) => {
                let last = asked.peer;
                self.behind(last).into_iter().next().unwrap_or(hint)
            }
            None => hint,
        };
        self.send_ask(peer, false);
    }

    /// While the own memory is in doubt: asks everybody who has not said yet how far it is. Who has
    /// no seat asks all the time, because nobody tells it; and so does who lacks the block that has
    /// ended the round, because the engine is done with that.
    pub(super) fn ask_all(&mut self) {
        if self.join.is_running() {
            return;
        }
        let heard = match &self.memory {
            Memory::Doubtful(heard) => Some(heard.up_to(self.store.tip().round)),
            Memory::Whole | Memory::Unproven { .. } => None,
        };
        if heard.is_none() && self.seat().is_some() && self.decided.is_none() {
            return;
        }
        let last = match &self.asked {
            Some(asked) if Instant::now() < asked.until => return,
            Some(asked) => asked.peer,
            None => self.shared.own,
        };
        let heard = heard.unwrap_or_default();
        let next = self.behind(last).into_iter().find(|peer| !heard.contains(peer));
        if let Some(peer) = next {
            self.send_ask(peer, false);
        }
    }

    /// Asks the one behind a peer that was of no help.
    pub(super) fn ask_another(&mut self, than: WorkerId) {
        if let Some(peer) = self.behind(than).into_iter().find(|peer| *peer != than) {
            self.send_ask(peer, false);
        }
    }

    /// Asks nobody for a while: an answer would not help.
    pub(super) fn asked_in_vain(&mut self, peer: WorkerId) {
        self.asked = Some(Asked { peer, until: Instant::now() + PATIENCE, more: false });
    }

    fn send_ask(&mut self, peer: WorkerId, more: bool) {
        self.asked = Some(Asked { peer, until: Instant::now() + PATIENCE, more });
        let from = self.store.tip().round.next();
        self.shared.ask(peer, from);
    }

    /// Answers somebody who is in an earlier round: with the end of that round, or with where we
    /// are, which makes it ask.
    pub(super) fn help(&self, to: WorkerId, round: Round) {
        let tip = self.store.tip().round;
        let message = match self.store.header(round).filter(|_| round == tip) {
            Some(header) => Message::Final(Box::new(header)),
            None => {
                let status = Status { round: tip.next(), view: 0, high: None };
                Message::Status(Box::new(status))
            }
        };
        self.shared.send(Some(to), &Frame::Consensus(message));
    }

    /// Whom to ask, those behind this one first. Who has lied about a state is left out.
    fn behind(&mut self, peer: WorkerId) -> Vec<WorkerId> {
        let others = self.others(peer);
        self.join.honest(others)
    }

    /// The other members of the committee and those that the operator has named, those behind this
    /// one first. Who else has no seat may be anywhere, or nowhere.
    pub(crate) fn others(&self, peer: WorkerId) -> Vec<WorkerId> {
        let Some(ground) = &self.ground else { return Vec::new() };
        let members = ground.base.committee.members().iter().map(|member| WorkerId(member.key));
        let named = self.shared.named.iter().copied();
        let all: BTreeSet<_> = members.chain(named).filter(|key| *key != self.shared.own).collect();
        let mut others: Vec<_> = all.into_iter().collect();
        let at = others.partition_point(|other| *other <= peer);
        let first = at.checked_rem(others.len()).unwrap_or_default();
        others.rotate_left(first);
        others
    }

    /// Keeps blocks that follow the tip, and asks for more if there were any.
    pub(super) async fn adopt(
        &mut self,
        from: WorkerId,
        blocks: Vec<SyncedBlock>,
        tip: Round,
    ) -> Result<(), Halt> {
        let mut helped = false;
        for block in blocks {
            if block.header.header.round < self.store.tip().round.next() {
                continue;
            }
            if let Err(fault) = self.adopt_one(block).await? {
                tracing::debug!("a block of manager {from} is refused: {fault}");
                break;
            }
            helped = true;
        }
        let begins = self.note_tip(from, tip);
        if helped || begins {
            self.start_round().await?;
        }
        self.end_doubt().await?;
        if helped {
            self.join.has_blocks();
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
        let (shared, store, header) =
            (self.shared.clone(), self.store.clone(), block.header.clone());
        // Before anything is executed or believed: a certificate cannot be made up.
        let checked = blocking(move || shared.rules.check_next(&store, &header)).await?;
        let base = match checked {
            Ok(base) => base,
            Err(Fault::Store(error)) => return Err(error.into()),
            Err(fault) => return Ok(Err(fault)),
        };
        let before = self.abstain;
        self.doubt(&block.header, &base.committee).await?;
        let (shared, store) = (self.shared.clone(), self.store.clone());
        match blocking(move || shared.rules.adopt(&store, &base, block)).await? {
            Ok(used) => self.settle(used).await.map(Ok),
            Err(Fault::Store(error)) => Err(error.into()),
            // The round goes on, and its engine believes that it may speak.
            Err(_) if self.abstain != before => Err(Halt::Forgotten),
            Err(fault) => Ok(Err(fault)),
        }
    }
}
