//! What belongs to the next round and has come before it: bounded by member and kind (C.7).

use crate::draws::Draws;
use crate::message::{Message, Ticket};
use ledger::Step;
use std::collections::BTreeMap;
use types::Round;

#[derive(Debug, Clone, Default)]
pub(crate) struct Early {
    round: Round,
    draws: Draws,
    messages: BTreeMap<(u16, u8), (u16, Message)>,
    own: Option<(Ticket, [u8; 32])>,
}

impl Early {
    pub(crate) fn draw(&mut self, member: u16, output: [u8; 64]) {
        self.draws.insert(member, output);
    }

    /// The own ticket for the next round, with what it was drawn from.
    pub(crate) fn keep_own(&mut self, ticket: Ticket, from: [u8; 32]) {
        self.own = Some((ticket, from));
    }

    /// The own ticket, if this is what it was drawn from.
    pub(crate) fn own(&self, round: Round, from: &[u8; 32]) -> Option<&Ticket> {
        let (ticket, drawn) = self.own.as_ref()?;
        (ticket.round == round && drawn == from).then_some(ticket)
    }

    /// Waits for what is of this round; what was kept for another is forgotten.
    pub(crate) fn begin(&mut self, round: Round) {
        *self = Self { round, ..Self::default() };
    }

    /// Keeps the latest message of its kind and signer.
    pub(crate) fn keep(&mut self, from: u16, message: Message) {
        let place = match &message {
            Message::Proposal(proposal) => (proposal.leader, 0),
            Message::Vote(vote) if vote.step == Step::Prepare => (vote.member, 1),
            Message::Vote(vote) => (vote.member, 2),
            Message::NewView(new_view) => (new_view.member, 3),
            Message::Quorum(_) => (from, 4),
            Message::Final(_) => (from, 5),
            // Draws are kept by themselves; where somebody stands will be said again.
            Message::Ticket(_) | Message::Status(_) => return,
        };
        self.messages.insert(place, (from, message));
    }

    /// Hands over what has come, if it was for this round.
    pub(crate) fn take(&mut self, round: Round) -> (Draws, Vec<(u16, Message)>) {
        let Self { round: of, draws, messages, .. } = std::mem::take(self);
        if of == round { (draws, messages.into_values().collect()) } else { Default::default() }
    }
}
