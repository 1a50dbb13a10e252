//! A member that starts again in the middle of a round: what its log holds is what it has said, and
//! it says the same bytes again.

use super::RoundState;
use crate::ports::{Output, Timer};
use crate::turn::Turn;
use crate::wal::WalRecord;
use ledger::{Certificate, Step};
use std::sync::Arc;
use types::BlockId;

impl RoundState {
    /// Begins: takes up the log, then waits for its time, unless it had begun before.
    pub(crate) fn begin(
        &mut self,
        turn: &mut Turn<'_>,
        log: Vec<WalRecord>,
        ticket: Option<[u8; 80]>,
    ) {
        self.own.ticket = ticket;
        if let (Some(member), Some(ticket)) = (self.me(), ticket) {
            self.draws.insert(member, turn.scheme.output(&ticket));
        }
        turn.timer(Timer::Repeat, turn.timing.repeat);
        if log.is_empty() || !self.speaks() {
            self.try_to_start(turn);
            return;
        }
        self.view = log.iter().map(view_of).max().unwrap_or(0);
        for record in log {
            self.take_up(turn, record);
        }
        self.present = self.high.as_ref().filter(|high| high.view == self.view).cloned();
        self.start(turn);
        self.repeat(turn);
    }

    fn take_up(&mut self, turn: &mut Turn<'_>, record: WalRecord) {
        match record {
            WalRecord::Proposal(proposal) => {
                self.own.proposed.insert(proposal.view);
                if let Some(header) = proposal.header.clone() {
                    self.learn_header(proposal.block, header);
                }
                self.offer_own(turn, &proposal);
                self.look_for(turn, proposal.block);
                if self.own.proposal.as_ref().is_none_or(|last| last.view < proposal.view) {
                    self.own.proposal = Some(proposal);
                }
            }
            WalRecord::Vote { vote, lock, high } => {
                self.lock = lock;
                self.recall(high.map(|high| *high));
                self.look_for(turn, vote.block);
                match vote.step {
                    Step::Prepare if vote.view == self.view => self.own.prepared.push(vote.block),
                    Step::Commit => {
                        self.own.committed |= vote.view == self.view;
                        let locked = self.high.clone().filter(|high| high.view == vote.view);
                        self.own.locked_on.extend(locked);
                    }
                    Step::Prepare => {}
                }
                self.count(turn, &vote);
                if vote.view == self.view {
                    self.own.votes.push(vote);
                }
            }
            WalRecord::NewView(new_view) => {
                self.own.announced = self.own.announced.max(new_view.view);
                self.recall(new_view.high.clone());
                self.pace.heard(&new_view);
                self.own.new_view = Some(new_view);
            }
            WalRecord::Excuse(_) => self.own.needs_excuse = true,
        }
    }

    fn recall(&mut self, high: Option<Certificate>) {
        let Some(high) = high else { return };
        if self.high.as_ref().is_none_or(|known| known.view < high.view) {
            self.blocks.know(high.block).backed = true;
            self.high = Some(Arc::new(high));
        }
    }

    /// What was held and checked before the crash is asked for again.
    fn look_for(&mut self, turn: &mut Turn<'_>, id: BlockId) {
        let me = self.me();
        let block = self.blocks.know(id);
        if !block.is_here() && !block.fetched {
            block.fetched = true;
            let others = (0..=u16::MAX).take(self.setup.committee.size());
            let from = others.filter(|member| Some(*member) != me).collect();
            turn.ask(Output::Fetch { block: id, from });
        }
    }
}

/// A8: the view of a vote or an own proposal; a NewView enters nothing.
fn view_of(record: &WalRecord) -> u32 {
    match record {
        WalRecord::Proposal(proposal) => proposal.view,
        WalRecord::Vote { vote, .. } => vote.view,
        WalRecord::NewView(_) | WalRecord::Excuse(_) => 0,
    }
}
