//! R8 and what is said again: until a round is final its members repeat their latest statements,
//! in the same bytes, and answer whoever is behind.

use super::RoundState;
use crate::message::{Message, Status, Ticket, Vote};
use crate::ports::{Output, Timer};
use crate::tally::Added;
use crate::turn::Turn;
use ledger::{Certificate, CertifiedHeader, Step};

impl RoundState {
    pub(super) fn on_repeat(&mut self, turn: &mut Turn<'_>) {
        turn.timer(Timer::Repeat, turn.timing.repeat);
        self.answered.clear();
        self.repeats = self.repeats.saturating_add(1);
        if turn.is_new_second() && self.me().is_some() {
            turn.broadcast(Message::Status(Box::new(self.to_status())));
        }
        if self.started && self.end.is_none() && self.speaks() {
            self.repeat(turn);
        }
    }

    /// True each second or so, and once early: who ends the round before later than others could
    /// not judge our ticket when it was first said.
    pub(crate) fn repeats_tickets(&self, turn: &Turn<'_>) -> bool {
        self.repeats == 1 || turn.is_new_second()
    }

    pub(super) fn repeat(&self, turn: &mut Turn<'_>) {
        let proposal = self.own.proposal.as_ref();
        if let Some(proposal) = proposal.filter(|p| p.view == 0 || p.view == self.view) {
            turn.broadcast(Message::Proposal(proposal.clone()));
        }
        if let Some(high) = &self.high {
            turn.broadcast(Message::Quorum(Box::new(Certificate::clone(high))));
        }
        for vote in &self.own.votes {
            turn.broadcast(Message::Vote(vote.clone()));
        }
        self.repeat_new_view(turn);
    }

    pub(super) fn repeat_new_view(&self, turn: &mut Turn<'_>) {
        if let Some(new_view) = &self.own.new_view {
            turn.broadcast(Message::NewView(new_view.clone()));
        }
    }

    pub(crate) fn to_status(&self) -> Status {
        let high = self.high.as_ref().map(|high| Certificate::clone(high));
        Status { round: self.setup.round, view: self.view, high }
    }

    /// R8: people are told, somebody is asked. Never a decision.
    pub(super) fn on_slow(&mut self, turn: &mut Turn<'_>) {
        if self.end.is_some() {
            return;
        }
        if let Some(high) = &self.high {
            turn.ask(Output::Tentative(Certificate::clone(high)));
        }
        turn.broadcast(Message::Status(Box::new(self.to_status())));
        let others = (0..=u16::MAX).take(self.size()).filter(|member| Some(*member) != self.me());
        let others: Vec<_> = others.collect();
        let turns = u64::try_from(others.len()).ok().and_then(|len| self.repeats.checked_rem(len));
        let at = turns.and_then(|turn| usize::try_from(turn).ok()).unwrap_or(0);
        if let Some(from) = others.get(at) {
            turn.ask(Output::NeedSync { round: self.setup.round, from: *from });
        }
        turn.timer(Timer::Slow, turn.timing.slow);
    }

    /// R7: who is behind this view is told where the others are; once between two repetitions.
    pub(super) fn answer_behind(&mut self, turn: &mut Turn<'_>, from: u16) {
        let Some(new_view) = self.own.new_view.clone() else { return };
        if self.answered.insert(from) {
            turn.send_to(from, Message::NewView(new_view));
        }
    }

    /// C.6: whoever still works on a decided round gets its end.
    pub(super) fn answer_decided(&mut self, turn: &mut Turn<'_>, from: u16, message: &Message) {
        let Some(end) = self.end.clone() else { return };
        let due = match message {
            // Their sender is done with the round.
            Message::Final(_) | Message::Ticket(_) => false,
            // It comes late, not from behind: its sender is about to decide by itself. If not, it
            // says it again.
            Message::Vote(vote) => !self.is_late_commit(turn, &end, vote),
            Message::NewView(new_view) => {
                self.look_for_amnesia_in(turn, new_view);
                true
            }
            Message::Proposal(_) | Message::Quorum(_) | Message::Status(_) => true,
        };
        if due && self.answered.insert(from) {
            turn.send_to(from, Message::Final(Box::new(CertifiedHeader::clone(&end))));
        }
    }

    /// True for the first copy of a Commit that the certificate had no need of. A vote convicts its
    /// member even now.
    fn is_late_commit(&mut self, turn: &mut Turn<'_>, end: &CertifiedHeader, vote: &Vote) -> bool {
        if !self.keeps(vote.view) {
            return false;
        }
        let same = vote.block == end.certificate.block && vote.view == end.certificate.view;
        let tally = self.tallies.entry((vote.view, vote.step)).or_default();
        match tally.add(vote.member, vote.block, vote.signature) {
            Added::First(_) => same && vote.step == Step::Commit,
            Added::Known => false,
            Added::Other(block, signature) => {
                self.convict_of_two_votes(turn, vote, (block, signature));
                false
            }
        }
    }

    /// What this member draws for the next round, and for this one if nobody can know it yet.
    pub(crate) fn say_tickets(&self, turn: &mut Turn<'_>, tickets: &[Ticket]) {
        for ticket in tickets {
            turn.broadcast(Message::Ticket(ticket.clone()));
        }
    }
}
