//! The stage of a walk: keys, blocks, and everything that can be sent.

use super::member::{At, Member, Seen};
use super::{HONEST, VALUES, VIEWS, Walk};
use crate::chain::{Chain, Draft, START};
use crate::node::Engine;
use crate::plan::INTERVAL;
use crate::random::Random;
use crate::ring::Ring;
use crate::tokens::Tokens;
use crate::world::TIMING;
use acp::{Engine as _, Input, Message, NewView, Output, Proposal, Rules, Scheme, WalRecord};
use ledger::{Certificate, Header, Place, Step as Ballot, ticket_input};
use std::collections::BTreeMap;
use std::rc::Rc;
use types::{BlockId, Round, Timestamp};

const ROUND: Round = Round(1);
/// Where the adversary sits, behind the honest members.
const BAD: u16 = 3;
const NOW: Timestamp = Timestamp(START + 100);

/// What does not change during a walk.
pub(super) struct Stage {
    pub(super) walk: Walk,
    ring: Ring,
    chain: Chain,
    pub(super) blocks: [(BlockId, Header); VALUES],
    quorum: usize,
}

impl Stage {
    pub(super) fn new(walk: &Walk) -> Option<Self> {
        let views = usize::try_from(walk.views).ok().filter(|views| (1..=VIEWS).contains(views));
        let mut random = Random::new(views.and(Some(7))?);
        let ring = Ring::new(&mut random, HONEST + 1, 0, u64::MAX)?;
        let chain = Chain::new(&mut random, &ring, INTERVAL);
        let ground = chain.ground(ROUND.0)?;
        let input = ticket_input(&ground.setup.draw_from, ROUND);
        let ticket = ring.seated(ROUND.0, BAD)?.prove(&input);
        let block = |content| {
            let draft = Draft { proposer: BAD, ticket, time: NOW, content };
            let header = chain.block(ROUND.0, &draft)?;
            Some((header.id(), header))
        };
        let blocks = [block(1)?, block(2)?];
        let quorum = walk.variant.quorum(ring.committee(ROUND.0));
        Some(Self { walk: *walk, quorum, blocks, ring, chain })
    }

    /// The three honest members at the beginning.
    pub(super) fn members(&self) -> Option<[Rc<Member>; HONEST]> {
        Some([self.member(0)?, self.member(1)?, self.member(2)?])
    }

    fn member(&self, at: u16) -> Option<Rc<Member>> {
        let engine = self.engine(at, vec![])?;
        let seen = Seen::default();
        let mut member = Member { engine, log: vec![], seen, new_view: None };
        self.start(&mut member, at)?;
        Some(Rc::new(member))
    }

    fn engine(&self, at: u16, log: Vec<WalRecord>) -> Option<Engine> {
        let tokens = self.ring.seated(ROUND.0, at)?;
        Some(Engine::new(self.walk.variant, *tokens, TIMING, log))
    }

    /// A crash: what it has said and been told is all in the log, or forgotten.
    pub(super) fn restart(&self, member: &mut Member, at: u16) -> Option<()> {
        member.engine = self.engine(at, member.log.clone())?;
        member.seen.offered = false;
        member.seen.heard = [0; HONEST + 1];
        self.start(member, at)
    }

    fn start(&self, member: &mut Member, at: u16) -> Option<()> {
        let mut setup = self.chain.ground(ROUND.0)?.setup.clone();
        setup.member = Some(at);
        // The adversary leads every view, alone: what honest leaders say it can say, too.
        setup.order = [BAD; HONEST + 1].into();
        self.feed(member, Input::Start(Box::new(setup)));
        Some(())
    }

    /// Feeds one input and does at once whatever the engine asks for.
    pub(super) fn feed(&self, member: &mut Member, input: Input) {
        let mut todo = vec![input];
        while let Some(input) = todo.pop() {
            let mut out = vec![];
            member.engine.step(NOW, input, &mut out);
            for output in out.into_iter().rev() {
                self.answer(member, output, &mut todo);
            }
        }
        let status = member.engine.status();
        member.seen.enter(status.view);
        member.seen.lock = status.locked.and_then(|lock| self.at(lock));
        member.seen.high = status.high.and_then(|high| self.at(high));
    }

    fn answer(&self, member: &mut Member, output: Output, todo: &mut Vec<Input>) {
        match output {
            Output::Persist { seq, record } => {
                member.log.push(record);
                todo.push(Input::Persisted(seq));
            }
            Output::Check { header } => {
                todo.push(Input::Checked { block: header.id(), valid: true });
            }
            Output::Fetch { block, .. } => {
                if let Some((_, header)) = self.blocks.iter().find(|(id, _)| *id == block) {
                    todo.push(Input::Held { block, size_rank: 1 });
                    todo.push(Input::Header(Box::new(header.clone())));
                }
            }
            Output::Broadcast(message) => self.note(member, message),
            Output::SendTo(..)
            | Output::Build { .. }
            | Output::SetTimer(..)
            | Output::Final(_)
            | Output::Tentative(_)
            | Output::Evidence(_)
            | Output::NeedSync { .. } => {}
        }
    }

    fn note(&self, member: &mut Member, message: Message) {
        let seen = &mut member.seen;
        match message {
            Message::Vote(vote) => {
                let said = match vote.step {
                    Ballot::Prepare => &mut seen.prepared,
                    Ballot::Commit => &mut seen.committed,
                };
                let place = self.at((vote.view, vote.block));
                if let Some((view, block)) = place
                    && let Some(set) = said.get_mut(index(view))
                {
                    *set |= 1 << block;
                }
            }
            Message::NewView(said) => {
                let quorum = said.high.as_ref().map_or(0, |high| high.view + 1);
                seen.announced = (said.view, quorum);
                member.new_view = Some(said);
            }
            Message::Ticket(_)
            | Message::Proposal(_)
            | Message::Quorum(_)
            | Message::Final(_)
            | Message::Status(_) => {}
        }
    }

    fn at(&self, (view, block): (u32, BlockId)) -> Option<At> {
        let at = self.blocks.iter().position(|(id, _)| *id == block)?;
        Some((view, at))
    }

    /// A quorum of honest votes and the adversary's, if there are enough.
    pub(super) fn can_be_made(&self, members: &[Rc<Member>; HONEST], step: Ballot, at: At) -> bool {
        self.voters(members, step, at).count() + 1 >= self.quorum
    }

    fn voters<'a>(
        &self,
        members: &'a [Rc<Member>; HONEST],
        step: Ballot,
        (view, block): At,
    ) -> impl Iterator<Item = u16> + 'a {
        let voted = move |member: &Member| {
            let said = match step {
                Ballot::Prepare => &member.seen.prepared,
                Ballot::Commit => &member.seen.committed,
            };
            said.get(index(view)).is_some_and(|set| set >> block & 1 == 1)
        };
        (0..).zip(members).filter(move |(_, member)| voted(member)).map(|(at, _)| at)
    }

    /// The Prepare quorum at this place.
    pub(super) fn quorum(&self, members: &[Rc<Member>; HONEST], at: At) -> Option<Certificate> {
        let (block, _) = self.blocks.get(at.1)?;
        let bytes = Place::acp(self.chain.id, ROUND, at.0).vote(Ballot::Prepare, *block);
        let voters = self.voters(members, Ballot::Prepare, at).chain([BAD]);
        let sign = |seat| Some((seat, self.ring.seated(ROUND.0, seat)?.sign(&bytes)));
        let votes: BTreeMap<u16, [u8; 64]> = voters.filter_map(sign).collect();
        let enough = votes.len() >= self.quorum;
        let size = HONEST + 1;
        enough.then(|| Certificate::new(Ballot::Prepare, ROUND, at.0, *block, &votes, size))
    }

    /// Places at which a Commit quorum exists.
    pub(super) fn decisions<'a>(
        &'a self,
        members: &'a [Rc<Member>; HONEST],
    ) -> impl Iterator<Item = At> + 'a {
        self.places().filter(|at| self.can_be_made(members, Ballot::Commit, *at))
    }

    /// All views and blocks.
    pub(super) fn places(&self) -> impl Iterator<Item = At> + use<> {
        (0..self.walk.views).flat_map(|view| (0..VALUES).map(move |block| (view, block)))
    }

    /// The adversary's proposal.
    pub(super) fn proposal(&self, at: At, quorum: Option<Certificate>) -> Option<Message> {
        let (block, header) = self.blocks.get(at.1)?.clone();
        let tokens: &Tokens = self.ring.seated(ROUND.0, BAD)?;
        let origin = tokens.sign(&Place::acp(self.chain.id, ROUND, 0).proposal(block, None));
        let mut proposal = Proposal {
            round: ROUND,
            view: at.0,
            block,
            header: Some(header),
            origin: Some(origin).filter(|_| at.0 > 0 && quorum.is_none()),
            quorum,
            leader: BAD,
            signature: [0; 64],
        };
        proposal.signature = tokens.sign(&proposal.signed(self.chain.id));
        Some(Message::Proposal(Box::new(proposal)))
    }

    /// The adversary's NewView, which shows nothing.
    pub(super) fn new_view(&self, view: u32) -> Option<Message> {
        let tokens = self.ring.seated(ROUND.0, BAD)?;
        let mut said = NewView { round: ROUND, view, high: None, member: BAD, signature: [0; 64] };
        said.signature = tokens.sign(&said.signed(self.chain.id));
        Some(Message::NewView(Box::new(said)))
    }
}

/// A view as a place in an array.
pub(super) fn index(view: u32) -> usize {
    usize::try_from(view).unwrap_or(usize::MAX)
}
