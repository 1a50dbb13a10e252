//! Whole engines in a world without threads: a virtual clock, disks, timers, and a network that
//! delivers what a test says, or everything.

#![allow(dead_code, missing_docs, unreachable_pub)]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

pub mod make;
pub mod node;

use acp::{Input, Message, Output, Timer, Timing, WalRecord};
use ledger::{CertifiedHeader, Evidence, Header, Step};
pub use make::{CHAIN, INVALID};
pub use node::Node;
use std::collections::BTreeMap;
use types::{BlockId, Round, Timestamp};

pub const A: u16 = 0;
pub const B: u16 = 1;
pub const C: u16 = 2;
pub const D: u16 = 3;

/// When round 1 may start.
pub const T0: u64 = 1_000_000;
pub const INTERVAL: u64 = 1_000;

enum Event {
    Net { from: u16, to: u16, message: Message },
    Timer { member: u16, timer: Timer },
}

pub struct World {
    pub now: u64,
    pub nodes: Vec<Node>,
    /// Everything that was sent, in order.
    pub said: Vec<(u16, Message)>,
    /// Members that take no part: a test speaks for them, or nobody.
    pub absent: Vec<u16>,
    /// Messages reach everybody after so long; `None`: what `show` says, and nothing else.
    pub delay: Option<u64>,
    /// Percent of messages that are lost, and how many milliseconds later others may come.
    pub loss: u64,
    pub jitter: u64,
    pub seed: u64,
    /// Rounds follow one another.
    pub goes_on: bool,
    pub headers: BTreeMap<BlockId, Header>,
    pub evidence: Vec<Evidence>,
    pub order: Vec<u16>,
    queue: BTreeMap<(u64, u64), Event>,
    events: u64,
}

impl World {
    /// `size` members; the absent ones have no engine. D leads views 1 and 2 first.
    pub fn new(size: u16, absent: &[u16]) -> Self {
        let order: Vec<u16> = [3, 3, 0, 1, 2].into_iter().chain(4..size).collect();
        let order = if size == 4 { vec![0, 3, 1, 2] } else { order };
        let mut world = Self {
            now: T0,
            nodes: (0..size).map(Node::new).collect(),
            said: vec![],
            absent: absent.to_vec(),
            delay: None,
            loss: 0,
            jitter: 0,
            seed: 1,
            goes_on: false,
            headers: BTreeMap::new(),
            evidence: vec![],
            order,
            queue: BTreeMap::new(),
            events: 0,
        };
        world.headers.insert(world.empty().id(), world.empty());
        world
    }

    pub fn honest(&self) -> Vec<u16> {
        (0..self.size()).filter(|member| !self.absent.contains(member)).collect()
    }

    pub fn size(&self) -> u16 {
        self.nodes.len() as u16
    }

    /// The canonical empty block of round 1.
    pub fn empty(&self) -> Header {
        make::header(self.size(), Round(1), BlockId(CHAIN.0), ledger::NO_PROPOSER)
    }

    /// A block of round 1 by a member, unlike its other blocks by `nonce`.
    pub fn block(&mut self, proposer: u16, nonce: u8) -> Header {
        let plain = make::header(self.size(), Round(1), BlockId(CHAIN.0), proposer);
        let header = Header { body_root: [nonce; 32], ..plain };
        self.headers.insert(header.id(), header.clone());
        header
    }

    pub fn up_all(&mut self) {
        for member in self.honest() {
            self.up(member);
        }
    }

    /// Starts a member, from its disk.
    pub fn up(&mut self, member: u16) {
        let (size, order) = (self.size(), self.order.clone());
        let node = &mut self.nodes[usize::from(member)];
        node.boot(size);
        let setup = make::setup(size, member, &node.chain, &order);
        let setup = acp::RoundSetup { may_speak: node.may_speak, ..setup };
        self.headers.insert(setup.empty.id(), setup.empty.clone());
        self.input(member, Input::Start(Box::new(setup)));
    }

    pub fn down(&mut self, member: u16) {
        self.nodes[usize::from(member)].engine = None;
    }

    /// One input, and all that its manager answers at once.
    pub fn input(&mut self, member: u16, input: Input) {
        let mut inputs = std::collections::VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let at =
                Timestamp(self.now.saturating_add_signed(self.nodes[usize::from(member)].skew));
            for output in self.nodes[usize::from(member)].step(at, input) {
                self.perform(member, output, &mut inputs);
            }
        }
    }

    fn perform(
        &mut self,
        member: u16,
        output: Output,
        inputs: &mut std::collections::VecDeque<Input>,
    ) {
        let node = &mut self.nodes[usize::from(member)];
        node.outputs.push(output.clone());
        match output {
            Output::Persist { seq, record } => inputs.extend(node.write(seq, record)),
            Output::Broadcast(message) => {
                for to in self.honest() {
                    self.send(member, to, &message);
                }
                self.said.push((member, message));
            }
            Output::SendTo(to, message) => {
                self.send(member, to, &message);
                self.said.push((member, message));
            }
            Output::Build { round, ticket } if node.builds => {
                let parent = node.parent();
                let plain = make::header(self.nodes.len() as u16, round, parent, member);
                let header = Header { ticket, body_root: [member as u8; 32], ..plain };
                self.headers.insert(header.id(), header.clone());
                inputs.push_back(Input::Built { header, size_rank: 3 });
            }
            Output::Build { .. } => {}
            Output::Check { header } if node.checks => inputs.push_back(Input::Checked {
                block: header.id(),
                valid: header.state_root != INVALID,
            }),
            Output::Check { .. } => {}
            Output::Fetch { block, .. } => {
                if let Some(header) = self.headers.get(&block).filter(|_| node.fetches) {
                    inputs.push_back(Input::Header(Box::new(header.clone())));
                    inputs.push_back(Input::Held { block, size_rank: 3 });
                }
            }
            Output::SetTimer(timer, millis) => {
                node.timers.insert(timer, self.now + millis);
                self.later(millis, Event::Timer { member, timer });
            }
            Output::Final(end) => self.finish(member, *end, inputs),
            Output::Evidence(evidence) => self.evidence.push(*evidence),
            Output::Tentative(_) | Output::NeedSync { .. } => {}
        }
    }

    fn finish(
        &mut self,
        member: u16,
        end: CertifiedHeader,
        inputs: &mut std::collections::VecDeque<Input>,
    ) {
        let (size, order) = (self.size(), self.order.clone());
        let node = &mut self.nodes[usize::from(member)];
        node.chain.push(end);
        if self.goes_on {
            node.timers.clear();
            let setup = make::setup(size, member, &node.chain, &order);
            self.headers.insert(setup.empty.id(), setup.empty.clone());
            inputs.push_back(Input::Start(Box::new(setup)));
        }
    }

    /// The next number below `limit` of a sequence that the seed fixes.
    pub fn random(&mut self, limit: u64) -> u64 {
        let next = wire::hash("random", &[&self.seed.to_be_bytes()]);
        self.seed = u64::from_be_bytes(next[..8].try_into().unwrap());
        self.seed % limit
    }

    fn later(&mut self, millis: u64, event: Event) {
        self.events += 1;
        self.queue.insert((self.now + millis, self.events), event);
    }

    fn send(&mut self, from: u16, to: u16, message: &Message) {
        let Some(delay) = self.delay.filter(|_| from != to) else { return };
        if self.random(100) >= self.loss {
            let delay = delay + self.random(self.jitter + 1);
            self.later(delay, Event::Net { from, to, message: message.clone() });
        }
    }

    /// Delivers one message now, with the body of a proposal before it.
    pub fn deliver(&mut self, from: u16, to: u16, message: &Message) {
        if let Message::Proposal(proposal) = message
            && self.nodes[usize::from(to)].gets_bodies
        {
            let size_rank = 3;
            self.input(to, Input::Held { block: proposal.block, size_rank });
        }
        self.input(to, Input::Net { from, message: message.clone() });
    }

    /// Lets time pass with a network that delivers.
    pub fn run(&mut self, millis: u64) {
        let end = self.now + millis;
        while let Some((&(at, _), _)) = self.queue.first_key_value() {
            if at > end {
                break;
            }
            let (_, event) = self.queue.pop_first().unwrap();
            self.now = self.now.max(at);
            match event {
                Event::Net { from, to, message } => {
                    if self.nodes[usize::from(to)].engine.is_some() {
                        self.deliver(from, to, &message);
                    }
                }
                Event::Timer { member, timer } => {
                    let node = &mut self.nodes[usize::from(member)];
                    if node.engine.is_some() && node.timers.get(&timer) == Some(&at) {
                        node.timers.remove(&timer);
                        self.input(member, Input::Timer(timer));
                    }
                }
            }
        }
        self.now = end;
    }

    pub fn timer(&mut self, member: u16, timer: Timer) {
        self.input(member, Input::Timer(timer));
    }

    pub fn status(&self, member: u16) -> acp::EngineStatus {
        self.nodes[usize::from(member)].status()
    }

    /// The block that ended round 1 at this member.
    pub fn end(&self, member: u16) -> Option<BlockId> {
        self.nodes[usize::from(member)].chain.first().map(|end| end.certificate.block)
    }

    pub fn disk(&self, member: u16) -> &[WalRecord] {
        &self.nodes[usize::from(member)].disk
    }

    /// The message of an honest member, or one made for an absent one.
    pub fn vote(&self, member: u16, step: Step, view: u32, block: BlockId) -> Message {
        let vote = make::vote(member, step, view, block);
        if !self.absent.contains(&member) {
            let said = self.said.iter().any(|(from, m)| *from == member && *m == vote);
            assert!(said, "{member} did not cast {step:?}({view}, {block:?})");
        }
        vote
    }

    /// Votes of these members reach those, and nobody else.
    pub fn show(&mut self, what: (Step, u32, BlockId), of: &[u16], to: &[u16]) {
        for member in of {
            let vote = self.vote(*member, what.0, what.1, what.2);
            self.show_message(*member, &vote, to);
        }
    }

    pub fn show_message(&mut self, from: u16, message: &Message, to: &[u16]) {
        for to in to.iter().filter(|to| **to != from) {
            self.deliver(from, *to, message);
        }
    }

    /// The NewView of this view as the member said it, or as an absent one would without quorum.
    pub fn new_view(&self, member: u16, view: u32) -> Message {
        let said = self.said.iter().rev().find(|(from, message)| {
            *from == member && matches!(message, Message::NewView(n) if n.view == view)
        });
        match said {
            Some((_, message)) => message.clone(),
            None if self.absent.contains(&member) => make::new_view(member, view, None),
            None => panic!("{member} did not say NewView({view})"),
        }
    }

    pub fn show_new_views(&mut self, view: u32, of: &[u16], to: &[u16]) {
        for member in of {
            let new_view = self.new_view(*member, view);
            self.show_message(*member, &new_view, to);
        }
    }

    /// The view ends by its timer at these members.
    pub fn time_out(&mut self, view: u32, members: &[u16]) {
        for member in members {
            self.timer(*member, Timer::View(view));
        }
    }

    /// No more proposals are waited for.
    pub fn propose_time(&mut self, view: u32, members: &[u16]) {
        for member in members {
            self.timer(*member, Timer::Propose(view));
        }
    }

    pub fn has_voted(&self, member: u16, step: Step, view: u32, block: BlockId) -> bool {
        let vote = make::vote(member, step, view, block);
        self.said.iter().any(|(from, message)| *from == member && *message == vote)
    }

    /// Every block that this member has prepared in this view.
    pub fn prepared(&self, member: u16, view: u32) -> Vec<BlockId> {
        let mut blocks: Vec<_> = self
            .said
            .iter()
            .filter_map(|(from, message)| match message {
                Message::Vote(vote) if *from == member => Some(vote),
                _ => None,
            })
            .filter(|vote| vote.step == Step::Prepare && vote.view == view)
            .map(|vote| vote.block)
            .collect();
        blocks.dedup();
        blocks
    }
}

pub const LOCAL: Timing = Timing::LOCAL;
