//! Whatever can be said, at any time, to anybody: the adversary's answer to every plan.

use super::Seat;
use crate::chain::Draft;
use crate::ring::Who;
use crate::world::World;
use acp::{Engine as _, Message, Scheme, Status, Ticket};
use ledger::{CertifiedHeader, Place, Step, ticket_input};
use types::{BlockId, Round, Timestamp};

/// How far ahead of the truth blocks may be dated.
const DATES: [u64; 5] = [0, 0, 500, 1900, 315_360_000_000];

impl World {
    /// One to four things.
    pub(super) fn wreak(&mut self) {
        for _ in 0..self.adversary.random.between(1, 4) {
            self.wreak_one();
        }
    }

    fn wreak_one(&mut self) {
        let (round, view) = self.somewhere();
        let seats = self.bad_seats(round);
        let Some(seat) = self.adversary.random.pick(&seats) else { return };
        let Some(message) = self.mischief(seat, (round, view)) else { return };
        let some = self.adversary.random.pick(&[25, 50, 75, 100]).unwrap_or(50);
        let to = (0..64).filter(|_| self.adversary.random.chance(some));
        let to = to.fold(0, |set, index: u32| set | 1_u64 << index);
        let late = self.adversary.random.between(1, 200);
        self.post(seat.who, to, message, Some(late));
    }

    /// Where some honest machine stands, or close by.
    fn somewhere(&mut self) -> (u64, u32) {
        let at = self.adversary.random.index(self.nodes.len());
        let engine = self.nodes.get(at).and_then(|node| node.engine.as_ref());
        let (round, view) = engine.map_or((1, 0), |engine| {
            let status = engine.status();
            (status.round.0.max(1), status.view)
        });
        match self.adversary.random.below(10) {
            0..=5 => (round, view),
            6 | 7 => (round, view.saturating_add(1)),
            8 => (round, view.saturating_sub(1)),
            _ => (round + 1, 0),
        }
    }

    fn mischief(&mut self, seat: Seat, (round, view): (u64, u32)) -> Option<Message> {
        match self.adversary.random.below(14) {
            0..=4 => {
                let step = self.adversary.random.pick(&[Step::Prepare, Step::Commit])?;
                let block = self.some_block(seat, round)?;
                Some(self.vote(seat, step, (round, view), block))
            }
            5..=7 => {
                let block = self.some_block(seat, round)?;
                let with = self.adversary.random.chance(60);
                let quorum = if with { self.some_quorum(round, Some((view, block))) } else { None };
                let led =
                    self.leads((round, view), seat.position) || self.adversary.random.chance(5);
                if led { self.proposal(seat, (round, view), block, quorum) } else { None }
            }
            8 | 9 => {
                let high = self.some_quorum(round, None).filter(|high| high.view <= view);
                let ahead = self.adversary.random.pick(&[1, 1, 1, 2, 7])?;
                Some(self.new_view(seat, (round, view.saturating_add(ahead)), high))
            }
            10 => self.some_quorum(round, None).map(|quorum| Message::Quorum(Box::new(quorum))),
            11 => self.some_final(round),
            12 => self.forgery(seat, (round, view)),
            _ => self.small_talk(seat, (round, view)),
        }
    }

    /// A block of the round: a known one, the empty one, or a new one of this member.
    pub(super) fn some_block(&mut self, seat: Seat, round: u64) -> Option<BlockId> {
        let ground = self.chain.ground(round)?;
        let empty = ground.setup.empty.clone();
        let known = self.adversary.known.blocks(round).to_vec();
        match self.adversary.random.below(10) {
            0..=6 if !known.is_empty() => self.adversary.random.pick(&known),
            0..=7 => Some(self.blocks.add(empty, 0, u64::MAX)),
            _ if known.len() < 12 => self.forge_block(seat, round),
            _ => self.adversary.random.pick(&known),
        }
    }

    /// A block of this member: sometimes invalid, dated ahead, or kept from some.
    fn forge_block(&mut self, seat: Seat, round: u64) -> Option<BlockId> {
        let random = &mut self.adversary.random;
        let date = random.pick(&DATES)?;
        let content = random.next();
        let (spoilt, all) = (random.chance(15), random.chance(70));
        let given = if all { u64::MAX } else { random.next() };
        let block = self.own_block(seat, round, (date, content), |header| {
            if spoilt {
                header.state_root = [content.to_be_bytes()[7]; 32];
            }
        })?;
        self.blocks.give(block, given);
        Some(block)
    }

    /// Makes a block of this member, with its signature over the proposal of it.
    pub(super) fn own_block(
        &mut self,
        seat: Seat,
        round: u64,
        (date, content): (u64, u64),
        change: impl FnOnce(&mut ledger::Header),
    ) -> Option<BlockId> {
        let ground = self.chain.ground(round)?;
        let ticket = seat.tokens.prove(&ticket_input(&ground.setup.draw_from, Round(round)));
        let time = Timestamp(self.now.saturating_add(date));
        let draft = Draft { proposer: seat.position, ticket, time, content };
        let mut header = self.chain.block(round, &draft)?;
        change(&mut header);
        let block = self.blocks.add(header, 16, u64::MAX);
        let place = Place::acp(self.chain.id, Round(round), 0);
        let origin = seat.tokens.sign(&place.proposal(block, None));
        self.adversary.known.set_origin(block, origin);
        self.adversary.known.learn(round, block);
        Some(block)
    }

    /// A Prepare quorum that can be made; before that view, for that block.
    fn some_quorum(
        &mut self,
        round: u64,
        below: Option<(u32, BlockId)>,
    ) -> Option<ledger::Certificate> {
        let mut ballots = self.adversary.known.quorums(self.maker(round), round, Step::Prepare);
        if let Some((before, block)) = below {
            ballots.retain(|(_, _, view, of)| *view < before && *of == block);
        }
        let ballot = self.adversary.random.pick(&ballots)?;
        self.adversary.known.quorum(self.maker(round), ballot)
    }

    fn some_final(&mut self, round: u64) -> Option<Message> {
        let ballots = self.adversary.known.quorums(self.maker(round), round, Step::Commit);
        let ballot = self.adversary.random.pick(&ballots)?;
        let certificate = self.adversary.known.quorum(self.maker(round), ballot)?;
        let header = self.blocks.get(certificate.block)?.header.clone();
        Some(Message::Final(Box::new(CertifiedHeader { header, certificate })))
    }

    /// Something in the name of somebody else, signed as well as can be.
    fn forgery(&mut self, seat: Seat, (round, view): (u64, u32)) -> Option<Message> {
        let size = self.ring.seats(round).len();
        let position = u16::try_from(self.adversary.random.index(size)).ok()?;
        let victim: Who = self.ring.at(round, position)?;
        let block = self.some_block(seat, round)?;
        let as_victim = Seat { position, ..seat };
        let message = match self.adversary.random.below(4) {
            0 => self.vote(as_victim, Step::Commit, (round, view), block),
            1 => self.new_view(as_victim, (round, view.saturating_add(1)), None),
            2 => self.proposal(as_victim, (round, view), block, None)?,
            _ => {
                let mut quorum = self.some_quorum(round, None)?;
                quorum.view = 1_000_000;
                self.proposal(seat, (round, view), quorum.block, Some(quorum))?
            }
        };
        self.adversary.members.iter().all(|(who, _)| *who != victim).then_some(message)
    }

    fn small_talk(&mut self, seat: Seat, (round, view): (u64, u32)) -> Option<Message> {
        if self.adversary.random.chance(50) {
            let high = self.some_quorum(round, None);
            let status = Status { round: Round(round), view, high };
            return Some(Message::Status(Box::new(status)));
        }
        let input = ticket_input(&self.chain.draws(round)?, Round(round));
        let (round, member) = (Round(round), seat.position);
        let proof = seat.tokens.prove(&input);
        let mut ticket = Ticket { round, member, proof, signature: [0; 64] };
        ticket.signature = seat.tokens.sign(&ticket.signed(self.chain.id));
        Some(Message::Ticket(ticket))
    }
}
