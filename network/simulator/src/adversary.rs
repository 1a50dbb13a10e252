//! The adversary: it hears all that honest members say, decides about the network before GST, and
//! signs anything with its own members' tokens. It has nobody else's.

mod havoc;
mod puppets;
mod schemer;
mod scripted;

use crate::known::{Ballot, Known, Maker};
use crate::plan::Style;
use crate::random::Random;
use crate::ring::Who;
use crate::tokens::Tokens;
use crate::world::{Event, World};
use acp::{Message, NewView, Proposal, Rules, Scheme, Vote};
use ledger::{Certificate, Step};
use std::collections::BTreeSet;
use types::{BlockId, Round};

pub(crate) struct Adversary {
    pub(crate) members: Vec<(Who, Tokens)>,
    pub(crate) known: Known,
    random: Random,
    /// When each line of the script was last said.
    said: Vec<Option<u64>>,
    /// What the schemer has used.
    handled: BTreeSet<Ballot>,
}

/// A seat of the adversary in a round.
#[derive(Clone, Copy)]
pub(crate) struct Seat {
    who: Who,
    position: u16,
    tokens: Tokens,
}

impl Adversary {
    pub(crate) fn new(members: Vec<(Who, Tokens)>, random: &mut Random) -> Self {
        Self {
            members,
            known: Known::default(),
            random: random.fork(),
            said: vec![],
            handled: BTreeSet::new(),
        }
    }
}

impl World {
    /// The adversary's turn.
    pub(crate) fn act(&mut self) {
        let pause = match self.plan.style {
            Style::Script(_) if self.now >= self.network.gst => return,
            Style::Script(script) => {
                self.follow(script);
                40
            }
            Style::Havoc | Style::Both(_) => {
                self.wreak();
                self.adversary.random.between(5, 120)
            }
            Style::Schemer => {
                self.scheme();
                self.adversary.random.between(5, 40)
            }
            Style::Silent | Style::Puppets(_) => return,
        };
        self.queue.add(self.now + pause, Event::Act);
    }

    /// The adversary's seats in this round.
    fn bad_seats(&self, round: u64) -> Vec<Seat> {
        let seat = |(who, tokens): &(Who, Tokens)| {
            let position = self.ring.position(round, *who)?;
            Some(Seat { who: *who, position, tokens: *tokens })
        };
        self.adversary.members.iter().filter_map(seat).collect()
    }

    pub(crate) fn maker(&self, round: u64) -> Maker<'_> {
        Maker {
            ring: &self.ring,
            chain: self.chain.id,
            quorum: self.setting.variant.quorum(self.ring.committee(round)),
            members: &self.adversary.members,
        }
    }

    fn vote(&self, seat: Seat, step: Step, (round, view): (u64, u32), block: BlockId) -> Message {
        let member = seat.position;
        let mut vote = Vote { step, round: Round(round), view, block, member, signature: [0; 64] };
        vote.signature = seat.tokens.sign(&vote.signed(self.chain.id));
        Message::Vote(vote)
    }

    fn new_view(
        &self,
        seat: Seat,
        (round, view): (u64, u32),
        high: Option<Certificate>,
    ) -> Message {
        let member = seat.position;
        let mut said = NewView { round: Round(round), view, high, member, signature: [0; 64] };
        said.signature = seat.tokens.sign(&said.signed(self.chain.id));
        Message::NewView(Box::new(said))
    }

    /// A proposal of a block that exists, with its origin if it needs one and there is one.
    fn proposal(
        &self,
        seat: Seat,
        (round, view): (u64, u32),
        block: BlockId,
        quorum: Option<Certificate>,
    ) -> Option<Message> {
        let header = self.blocks.get(block).map(|block| block.header.clone());
        let named = header.as_ref().is_some_and(|header| !header.is_empty_block());
        let origin = self.adversary.known.origin(block);
        let mut proposal = Proposal {
            round: Round(round),
            view,
            block,
            header: Some(header?),
            origin: origin.filter(|_| view > 0 && quorum.is_none() && named),
            quorum,
            leader: seat.position,
            signature: [0; 64],
        };
        proposal.signature = seat.tokens.sign(&proposal.signed(self.chain.id));
        Some(Message::Proposal(Box::new(proposal)))
    }

    /// True if this member may lead the view.
    fn leads(&self, (round, view): (u64, u32), position: u16) -> bool {
        let Some(ground) = self.chain.ground(round) else { return false };
        let order = &ground.setup.order;
        let size = order.len();
        let view = usize::try_from(view).unwrap_or(0);
        let at = |rank: usize| order.get(rank % size) == Some(&position);
        match view {
            0 => true,
            _ if view % 2 == 0 => at(view / 2),
            _ => (0..size.min(3)).any(|rank| at((view - 1) / 2 * 3 + rank)),
        }
    }
}
