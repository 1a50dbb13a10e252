//! What happens in a run, line by line, for whoever looks for the cause of a finding.

use super::{Letter, World};
use crate::chain::START;
use crate::network::{Kind, view_of};
use acp::Message;
use ledger::Certificate;
use types::BlockId;

impl World {
    /// Writes a line, if anybody reads.
    pub(super) fn note(&mut self, line: impl FnOnce(&Self) -> String) {
        if self.trace.is_some() {
            let at = self.now.cast_signed().wrapping_sub(START.cast_signed());
            let line = format!("{at:6} {}", line(self));
            self.trace.iter_mut().for_each(|trace| trace.push(line.clone()));
        }
    }

    pub(super) fn note_delivery(&mut self, to: usize, letter: &Letter) {
        self.note(|world| {
            let seat = |who| world.ring.position(letter.message.round().0, who);
            let to = world.nodes.get(to).and_then(|node| seat(node.who));
            let forged = if letter.genuine { "" } else { " FORGED" };
            let (from, said) = (seat(letter.from), in_words(&letter.message));
            format!("{} > {} {said}{forged}", name(from), name(to))
        });
    }
}

fn name(seat: Option<u16>) -> String {
    seat.map_or_else(|| "-".to_owned(), |seat| seat.to_string())
}

fn short(block: &BlockId) -> String {
    let [first, second, ..] = block.0;
    format!("{first:02x}{second:02x}")
}

fn in_words(message: &Message) -> String {
    let (kind, round, view) = (Kind::of(message), message.round().0, view_of(message));
    let quorum = |quorum: &Option<Certificate>| {
        quorum.as_ref().map_or_else(String::new, |q| format!(" on {} {}", q.view, short(&q.block)))
    };
    let rest = match message {
        Message::Ticket(_) => String::new(),
        Message::Proposal(said) => short(&said.block) + &quorum(&said.quorum),
        Message::Vote(said) => short(&said.block),
        Message::NewView(said) => quorum(&said.high),
        Message::Quorum(said) => short(&said.block),
        Message::Final(said) => short(&said.certificate.block),
        Message::Status(said) => format!("in {}{}", said.view, quorum(&said.high)),
    };
    format!("{kind:?}({round}.{view}) {rest}")
}
