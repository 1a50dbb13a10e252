//! What members say: sorted, checked against the round, kept within bounds.
//!
//! Every signature has been verified. Here is judged what only this round knows: who may lead, and
//! how views, quorums and blocks must relate (R2).

use super::{Offer, RoundState};
use crate::message::{Message, NewView, Proposal, Ticket, Vote};
use crate::ports::Output;
use crate::tally::Added;
use crate::turn::Turn;
use ledger::{Certificate, Header, Step};
use std::sync::Arc;
use types::BlockId;

impl RoundState {
    pub(super) fn hear(&mut self, turn: &mut Turn<'_>, from: u16, message: Message) {
        if self.end.is_some() {
            self.answer_decided(turn, from, &message);
            return;
        }
        match message {
            Message::Ticket(ticket) => self.on_ticket(turn, &ticket),
            Message::Proposal(proposal) => self.on_proposal(turn, *proposal),
            Message::Vote(vote) => self.on_vote(turn, &vote),
            Message::NewView(new_view) => self.on_new_view(turn, from, *new_view),
            Message::Quorum(quorum) => self.on_quorum(turn, *quorum),
            Message::Final(end) => self.on_final(turn, *end),
            Message::Status(status) => {
                if status.view < self.view {
                    self.answer_behind(turn, from);
                }
                if let Some(high) = status.high {
                    self.on_quorum(turn, high);
                }
            }
        }
        if !self.started && self.awake.len() > self.setup.committee.faults() {
            self.start(turn);
        }
    }

    fn on_ticket(&mut self, turn: &Turn<'_>, ticket: &Ticket) {
        if self.setup.committee.member(ticket.member).is_some() {
            self.draws.insert(ticket.member, turn.scheme.output(&ticket.proof));
        }
    }

    pub(super) fn on_vote(&mut self, turn: &mut Turn<'_>, vote: &Vote) {
        let known = self.setup.committee.member(vote.member).is_some();
        // Own votes count when they are durable, and from the log.
        if !known || Some(vote.member) == self.me() {
            return;
        }
        self.awake.insert(vote.member);
        if self.keeps(vote.view) {
            self.count(turn, vote);
        }
    }

    /// C.4: the first vote of a member counts, a second convicts it.
    pub(super) fn count(&mut self, turn: &mut Turn<'_>, vote: &Vote) {
        let tally = self.tallies.entry((vote.view, vote.step)).or_default();
        match tally.add(vote.member, vote.block, vote.signature) {
            Added::First(count) => {
                self.look_for_amnesia(turn, vote);
                let place = (vote.step, vote.view, vote.block);
                if count >= self.quorum && !self.counted.contains(&place) {
                    self.assemble(turn, vote);
                }
            }
            Added::Known => {}
            Added::Other(block, signature) => {
                self.convict_of_two_votes(turn, vote, (block, signature));
            }
        }
    }

    fn assemble(&mut self, turn: &mut Turn<'_>, vote: &Vote) {
        let (round, size) = (self.setup.round, self.size());
        let Some(tally) = self.tallies.get(&(vote.view, vote.step)) else { return };
        let quorum = tally.certificate(vote.step, round, vote.view, vote.block, size);
        self.take_quorum(turn, &Arc::new(quorum));
    }

    fn on_quorum(&mut self, turn: &mut Turn<'_>, quorum: Certificate) {
        if quorum.round == self.setup.round {
            // So many members vote: the round runs.
            let me = self.me();
            self.awake.extend(quorum.signers().into_iter().filter(|member| Some(*member) != me));
            self.take_quorum(turn, &Arc::new(quorum));
        }
    }

    /// Takes a quorum, from messages or put together here, judged alone (C.4).
    pub(super) fn take_quorum(&mut self, turn: &mut Turn<'_>, quorum: &Arc<Certificate>) {
        match quorum.step {
            Step::Prepare => {
                if quorum.view == self.view && self.present.is_none() {
                    self.present = Some(Arc::clone(quorum));
                }
                self.learn(turn, quorum);
                self.want(turn, quorum);
            }
            Step::Commit if self.decision.is_none() => {
                self.decision = Some(Arc::clone(quorum));
                self.want(turn, quorum);
            }
            Step::Commit => {}
        }
        self.count_quorum(turn, quorum);
    }

    /// A quorum is votes: they count, and may convict.
    fn count_quorum(&mut self, turn: &mut Turn<'_>, quorum: &Certificate) {
        let Certificate { step, round, view, block, .. } = *quorum;
        if !self.keeps(view) || !self.counted.insert((step, view, block)) {
            return;
        }
        for (member, signature) in quorum.signers().into_iter().zip(&quorum.signatures) {
            if Some(member) != self.me() {
                let signature = *signature;
                self.count(turn, &Vote { step, round, view, block, member, signature });
            }
        }
    }

    /// R5: fetches header and body of a quorum's block from those who have them.
    fn want(&mut self, turn: &mut Turn<'_>, quorum: &Certificate) {
        let block = self.blocks.know(quorum.block);
        block.backed = true;
        if !block.is_here() && !block.fetched {
            block.fetched = true;
            let me = self.setup.member;
            let from = quorum.signers().into_iter().filter(|member| Some(*member) != me);
            turn.ask(Output::Fetch { block: quorum.block, from: from.collect() });
        }
        self.check_backed(turn, quorum.block);
    }

    fn on_new_view(&mut self, turn: &mut Turn<'_>, from: u16, new_view: NewView) {
        let known = self.setup.committee.member(new_view.member).is_some();
        let round = self.setup.round;
        let sound = new_view.high.as_ref().is_none_or(|q| is_lock(q) && q.round == round);
        if !known || !sound || Some(new_view.member) == self.me() {
            return;
        }
        self.awake.insert(new_view.member);
        self.look_for_amnesia_in(turn, &new_view);
        self.pace.heard(&new_view);
        if new_view.view < self.view {
            self.answer_behind(turn, from);
        }
        if let Some(high) = new_view.high {
            self.take_quorum(turn, &Arc::new(high));
        }
    }

    fn on_proposal(&mut self, turn: &mut Turn<'_>, proposal: Proposal) {
        let Proposal { view, block, leader, signature, origin, .. } = proposal;
        if Some(leader) == self.me() || !self.is_well_formed(&proposal) {
            return;
        }
        self.awake.insert(leader);
        let quorum = proposal.quorum.map(Arc::new);
        let offer = Offer { block, quorum: quorum.clone(), signature };
        if self.offer(turn, (view, leader), offer) {
            if let Some(header) = proposal.header {
                self.rank_proposer(turn, &header);
                // An origin is the block's own proposal of view 0.
                if let Some(signature) = origin.filter(|_| view > 0 && quorum.is_none()) {
                    let origin = Offer { block, quorum: None, signature };
                    self.offer(turn, (0, header.proposer), origin);
                }
                self.learn_header(block, header);
            }
            self.await_body(turn, block, leader);
            self.check_backed(turn, block);
        }
        if let Some(quorum) = quorum {
            self.take_quorum(turn, &quorum);
        }
    }

    /// A header carries its proposer's ticket, which counts as held.
    fn rank_proposer(&mut self, turn: &Turn<'_>, header: &Header) {
        if self.setup.committee.member(header.proposer).is_some() {
            self.draws.insert(header.proposer, turn.scheme.output(&header.ticket));
        }
    }

    /// R2, but for signatures: else the proposal neither ranks nor arrives.
    fn is_well_formed(&self, proposal: &Proposal) -> bool {
        let Proposal { view, block, leader, .. } = *proposal;
        let kept = view == 0 || self.keeps(view);
        if !kept || !self.leads(view, leader) {
            return false;
        }
        match (&proposal.quorum, &proposal.header) {
            (Some(quorum), _) => {
                let place = quorum.round == self.setup.round && quorum.view < view;
                is_lock(quorum) && place && quorum.block == block
            }
            (None, Some(header)) if view == 0 => header.proposer == leader,
            (None, Some(_)) => block == self.empty || proposal.origin.is_some(),
            (None, None) => false,
        }
    }

    /// Keeps the first proposal of a leader in a view, and with it the block; another block in a
    /// second convicts the leader, and is not kept. True if the block is the leader's first.
    pub(super) fn offer(&mut self, turn: &mut Turn<'_>, place: (u32, u16), offer: Offer) -> bool {
        match self.offers.get(&place).cloned() {
            None => {
                self.blocks.know(offer.block);
                self.offers.insert(place, offer);
                true
            }
            Some(first) if first.block == offer.block => true,
            Some(first) => {
                self.convict_of_two_proposals(turn, place, (first, offer));
                false
            }
        }
    }

    pub(super) fn is_empty_block(&self, block: &BlockId) -> bool {
        *block == self.empty
    }
}

fn is_lock(quorum: &Certificate) -> bool {
    quorum.step == Step::Prepare
}
