//! R1: what a leader proposes, and an own block of view 0. A proposal is in the log before it is
//! sent, and there is one a view.

use super::{Offer, RoundState};
use crate::blocks::Verdict;
use crate::log::Said;
use crate::message::{Message, Proposal};
use crate::ports::{Output, Timer};
use crate::turn::Turn;
use crate::wal::WalRecord;
use ledger::{Certificate, Header, Place};
use std::cmp::Reverse;
use std::sync::Arc;
use types::BlockId;

/// What a leader has found to propose.
enum Choice {
    /// Not yet known.
    Wait,
    Block {
        block: BlockId,
        quorum: Option<Arc<Certificate>>,
        origin: Option<[u8; 64]>,
    },
}

impl RoundState {
    /// An own block is proposed in view 0 even when that is over: a leader may take it up.
    pub(super) fn on_built(&mut self, turn: &mut Turn<'_>, header: Header, size_rank: u8) {
        let id = header.id();
        let own = Some(header.proposer) == self.me() && self.speaks() && self.end.is_none();
        if !own || self.own.proposed.contains(&0) || !self.fits(id, &header) {
            return;
        }
        self.learn_header(id, header);
        let block = self.blocks.know(id);
        block.size_rank = Some(size_rank);
        block.verdict = Verdict::Valid;
        self.propose(turn, 0, Choice::Block { block: id, quorum: None, origin: None });
    }

    /// R1 for a leader behind view 0: once, after all have told where they are, or its wait.
    pub(super) fn lead(&mut self, turn: &mut Turn<'_>) {
        let Some(me) = self.me().filter(|_| self.view > 0 && self.may_vote(turn)) else { return };
        if self.own.proposed.contains(&self.view) || !self.leaders(self.view).contains(&me) {
            return;
        }
        // The choice is made ready while the leader waits.
        let choice = self.choose(turn);
        if self.run_out.lead || self.pace.all_reached(self.view) {
            self.propose(turn, self.view, choice);
        }
    }

    /// The highest quorum's block; else the best of view 0; else the empty block.
    fn choose(&mut self, turn: &mut Turn<'_>) -> Choice {
        if let Some(high) = self.high.clone().filter(|_| turn.rules.carries_quorums()) {
            // A quorum of this view or a later one: the others are ahead, there is nothing to lead.
            if high.view >= self.view {
                return Choice::Wait;
            }
            return Choice::Block { block: high.block, quorum: Some(high), origin: None };
        }
        match self.best_of_first_view(turn) {
            None => Choice::Block { block: self.empty, quorum: None, origin: None },
            Some((block, origin)) if self.blocks.is_valid(&block) => {
                Choice::Block { block, quorum: None, origin: Some(origin) }
            }
            // Too late to wait for the verdict.
            Some(_) if self.run_out.propose => {
                Choice::Block { block: self.empty, quorum: None, origin: None }
            }
            Some((block, _)) => {
                self.check_candidate(turn, block);
                Choice::Wait
            }
        }
    }

    /// The best block of view 0 that is here and not refused, with its proposer's signature.
    fn best_of_first_view(&self, turn: &Turn<'_>) -> Option<(BlockId, [u8; 64])> {
        let offers = self.offers.range((0, 0)..=(0, u16::MAX));
        let ranked = offers.filter_map(|((_, member), offer)| {
            let block = self.blocks.get(&offer.block)?;
            let header = block.header.as_ref()?;
            let fit = block.verdict != Verdict::Refused && self.is_timely(turn, header, self.view);
            let rank = (Reverse(block.size_rank?), self.draws.of(*member)?, *member);
            fit.then_some((rank, offer))
        });
        let best = ranked.min_by(|(a, _), (b, _)| a.cmp(b));
        best.map(|(_, offer)| (offer.block, offer.signature))
    }

    fn propose(&mut self, turn: &mut Turn<'_>, view: u32, choice: Choice) {
        let Choice::Block { block, quorum, origin } = choice else { return };
        let (round, Some(leader)) = (self.setup.round, self.me()) else { return };
        let shown = quorum.as_ref().map(|quorum| (quorum.view, quorum.block));
        let bytes = Place::acp(self.setup.chain, round, view).proposal(block, shown);
        let header = self.blocks.header(&block).map(|header| Header::clone(header));
        let quorum = quorum.map(|quorum| Certificate::clone(&quorum));
        let signature = turn.scheme.sign(&bytes);
        let proposal = Proposal { round, view, block, header, quorum, origin, leader, signature };
        let proposal = Box::new(proposal);
        self.own.proposed.insert(view);
        turn.persist(WalRecord::Proposal(proposal.clone()), Said::Proposal(proposal));
    }

    pub(super) fn release_proposal(&mut self, turn: &mut Turn<'_>, proposal: Box<Proposal>) {
        self.offer_own(turn, &proposal);
        if self.end.is_none() {
            turn.ask(Output::Broadcast(Message::Proposal(proposal.clone())));
        }
        // A late block of view 0 is not the latest word.
        if self.own.proposal.as_ref().is_none_or(|last| last.view < proposal.view) {
            self.own.proposal = Some(proposal);
        }
    }

    pub(super) fn offer_own(&mut self, turn: &mut Turn<'_>, proposal: &Proposal) {
        let quorum = proposal.quorum.clone().map(Arc::new);
        let offer = Offer { block: proposal.block, quorum, signature: proposal.signature };
        self.offer(turn, (proposal.view, proposal.leader), offer);
    }

    /// Asks for a body that does not come by itself once it has had its time.
    pub(super) fn await_body(&mut self, turn: &mut Turn<'_>, id: BlockId, leader: u16) {
        let Some(block) = self.blocks.get_mut(&id) else { return };
        if block.is_here() || block.due.is_some() || block.verdict == Verdict::Refused {
            return;
        }
        block.due = Some((turn.now.plus_millis(turn.timing.delta), leader));
        if !self.fetch_timer {
            self.fetch_timer = true;
            turn.timer(Timer::Fetch, turn.timing.delta);
        }
    }

    pub(super) fn fetch_late_bodies(&mut self, turn: &mut Turn<'_>) {
        self.fetch_timer = false;
        if self.end.is_some() {
            return;
        }
        let late = |due| due <= turn.now;
        let mut wait = None;
        let mut fetched = Vec::new();
        for (id, block) in self.blocks.iter_mut() {
            let missing = !block.is_here() && !block.fetched;
            match block.due {
                Some((due, leader)) if missing && late(due) => {
                    block.due = Some((types::Timestamp(u64::MAX), leader));
                    fetched.push(Output::Fetch { block: *id, from: vec![leader] });
                }
                Some((due, _)) if missing && due.0 < u64::MAX => {
                    wait = wait.max(Some(due.millis_since(turn.now)));
                }
                Some(_) | None => {}
            }
        }
        turn.out.append(&mut fetched);
        if let Some(wait) = wait {
            self.fetch_timer = true;
            turn.timer(Timer::Fetch, wait);
        }
    }
}
