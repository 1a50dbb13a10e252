//! A network, disks and crashes without time: every event is one draw from a seeded rng.

use acp::{AcpEngine, Engine, Input, Message, Output, WalRecord};
use ed25519_dalek::SigningKey;
use ledger::{Body, CertifiedHeader, Committee, Header, Step};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use std::collections::{BTreeMap, VecDeque};
use types::{BlockId, ChainId, Round, Timestamp};
use wire::{Decode, Encode};

pub(crate) const CHAIN: ChainId = ChainId([7; 32]);
/// A block with this state root is invalid to everybody.
pub(crate) const INVALID: [u8; 32] = [0xbb; 32];

/// How often things go wrong, in percent of the events they can happen to.
#[derive(Clone, Copy)]
pub(crate) struct Faults {
    pub(crate) loss: u32,
    pub(crate) duplication: u32,
    pub(crate) crash: u32,
    /// A restart finds an empty log: a fault that the log exists to prevent.
    pub(crate) forget: bool,
}

pub(crate) const NONE: Faults = Faults { loss: 0, duplication: 0, crash: 0, forget: false };
pub(crate) const ROUGH: Faults = Faults { loss: 15, duplication: 10, crash: 2, forget: false };

#[derive(Default)]
pub(crate) struct Node {
    engine: Option<AcpEngine>,
    disk: Vec<WalRecord>,
    unsynced: VecDeque<(u64, WalRecord)>,
    checks: VecDeque<(BlockId, bool)>,
    pub(crate) chain: Vec<CertifiedHeader>,
}

pub(crate) struct World {
    pub(crate) rng: ChaCha8Rng,
    pub(crate) keys: Vec<SigningKey>,
    pub(crate) committee: Committee,
    pub(crate) nodes: Vec<Node>,
    pub(crate) packets: Vec<(u16, u16, Vec<u8>)>,
    pub(crate) faults: Faults,
    /// The member that the test plays itself.
    pub(crate) traitor: Option<u16>,
    pub(crate) last_round: u64,
    /// What broke the rules, in words.
    pub(crate) violations: Vec<String>,
    finals: BTreeMap<Round, BlockId>,
    said: BTreeMap<(u16, Round, Option<Step>), BlockId>,
}

impl World {
    pub(crate) fn new(seed: u64, members: u8, last_round: u64, faults: Faults) -> Self {
        let keys: Vec<_> = (1..=members).map(|n| SigningKey::from_bytes(&[n; 32])).collect();
        let members = keys.iter().map(|key| key.verifying_key().to_bytes());
        let committee = Committee::new(members.collect()).unwrap();
        let nodes = keys.iter().map(|_| Node::default()).collect();
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            keys,
            committee,
            nodes,
            packets: vec![],
            faults,
            traitor: None,
            last_round,
            violations: vec![],
            finals: BTreeMap::new(),
            said: BTreeMap::new(),
        }
    }

    pub(crate) fn honest(&self) -> Vec<u16> {
        (0..self.keys.len() as u16).filter(|m| Some(*m) != self.traitor).collect()
    }

    pub(crate) fn up(&mut self, member: u16) {
        let node = &mut self.nodes[usize::from(member)];
        if node.engine.is_some() {
            return;
        }
        if self.faults.forget {
            node.disk.clear();
        }
        // Through bytes, as a file would give them back.
        let log = node.disk.iter().map(|r| WalRecord::from_bytes(&r.to_bytes()).unwrap()).collect();
        let key = self.keys[usize::from(member)].clone();
        node.engine = Some(AcpEngine::new(CHAIN, key, member, self.committee.clone(), log));
        self.start(member);
    }

    /// Loses what was not synced; a part of it may have reached the disk all the same.
    pub(crate) fn down(&mut self, member: u16) {
        let node = &mut self.nodes[usize::from(member)];
        node.engine = None;
        node.checks.clear();
        let reached = self.rng.random_range(0..=node.unsynced.len());
        node.disk.extend(node.unsynced.drain(..).take(reached).map(|(_, record)| record));
        node.unsynced.clear();
    }

    fn start(&mut self, member: u16) {
        let chain = &self.nodes[usize::from(member)].chain;
        let parent = chain.last().map_or(BlockId(CHAIN.0), |block| block.header.id());
        let round = Round(chain.len() as u64 + 1);
        if round.0 <= self.last_round {
            self.input(member, Input::Start { round, parent, committee: self.committee.clone() });
        }
    }

    /// A block unlike every other: whoever builds twice for one round is found out.
    pub(crate) fn header(&mut self, round: Round, parent: BlockId) -> Header {
        Header {
            version: 1,
            chain: CHAIN,
            round,
            time: Timestamp(self.rng.random()),
            parent,
            body_root: empty_body().root(),
            state_root: [0; 32],
            receipts_root: [0; 32],
            committee: self.committee.hash(),
            proposer: self.committee.proposer(round),
        }
    }

    fn input(&mut self, member: u16, input: Input) {
        let Some(engine) = &mut self.nodes[usize::from(member)].engine else { return };
        let mut out = vec![];
        engine.step(Timestamp(0), input, &mut out);
        for output in out {
            self.perform(member, output);
        }
    }

    fn perform(&mut self, member: u16, output: Output) {
        match output {
            Output::Persist { seq, record } => {
                self.nodes[usize::from(member)].unsynced.push_back((seq, record));
            }
            Output::Broadcast(message) => {
                self.witness(member, &message);
                let others = (0..self.keys.len() as u16).filter(|to| *to != member);
                self.packets.extend(others.map(|to| (member, to, message.to_bytes())));
            }
            Output::SendTo(to, message) => {
                self.witness(member, &message);
                self.packets.push((member, to, message.to_bytes()));
            }
            Output::Build { round } => {
                let parent = self.nodes[usize::from(member)].chain.last();
                let parent = parent.map_or(BlockId(CHAIN.0), |block| block.header.id());
                let header = self.header(round, parent);
                self.input(member, Input::Built { header, body: empty_body().to_bytes() });
            }
            Output::Check { header, .. } => {
                let valid = header.state_root != INVALID;
                self.nodes[usize::from(member)].checks.push_back((header.id(), valid));
            }
            Output::Final(end) => self.append(member, *end),
            Output::NeedSync { from, .. } => self.sync(member, from),
        }
    }

    /// What an honest member says is on its disk, and never contradicts what it said before.
    fn witness(&mut self, member: u16, message: &Message) {
        let disk = &self.nodes[usize::from(member)].disk;
        let (round, step, id) = match message {
            Message::Proposal(p) if p.header.proposer == member => {
                if !disk.contains(&WalRecord::Proposal(p.clone())) {
                    self.violations.push(format!("{member} proposes before its log is durable"));
                }
                (p.header.round, None, p.header.id())
            }
            Message::Vote(v) => {
                if !disk.iter().any(|r| matches!(r, WalRecord::Vote { vote, .. } if vote == v)) {
                    self.violations.push(format!("{member} votes before its log is durable"));
                }
                (v.round, Some(v.step), v.block)
            }
            Message::Proposal(_) | Message::Final(_) | Message::Status { .. } => return,
        };
        if *self.said.entry((member, round, step)).or_insert(id) != id {
            self.violations.push(format!("{member} says two things in {round:?}, {step:?}"));
        }
    }

    fn append(&mut self, member: u16, block: CertifiedHeader) {
        let (round, id) = (block.header.round, block.header.id());
        if block.verify(&self.committee).is_err() {
            self.violations.push(format!("{member} has a bad certificate for {round:?}"));
        }
        if block.header.state_root == INVALID {
            self.violations.push(format!("{round:?} ends with an invalid block"));
        }
        if *self.finals.entry(round).or_insert(id) != id {
            self.violations.push(format!("two blocks are final in {round:?}"));
        }
        self.nodes[usize::from(member)].chain.push(block);
        self.start(member);
    }

    fn sync(&mut self, member: u16, from: u16) {
        let own = self.nodes[usize::from(member)].chain.len();
        let block = self.nodes[usize::from(from)].chain.get(own).cloned();
        if let Some(block) = block.filter(|_| Some(from) != self.traitor) {
            self.append(member, block);
        }
    }

    /// One event somewhere.
    pub(crate) fn happen(&mut self) {
        let honest = self.honest();
        let member = honest[self.rng.random_range(0..honest.len())];
        match self.rng.random_range(0..100) {
            0..45 => self.deliver(),
            45..65 => self.persist(member),
            65..80 => self.check(member),
            80..96 => {
                self.up(member);
                self.input(member, Input::Tick);
            }
            _ if self.rng.random_range(0..100) < self.faults.crash * 10 => self.down(member),
            _ => self.up(member),
        }
    }

    fn persist(&mut self, member: u16) {
        let node = &mut self.nodes[usize::from(member)];
        if let Some((seq, record)) = node.unsynced.pop_front() {
            node.disk.push(record);
            self.input(member, Input::Persisted(seq));
        }
    }

    fn check(&mut self, member: u16) {
        if let Some((block, valid)) = self.nodes[usize::from(member)].checks.pop_front() {
            self.input(member, Input::Checked { block, valid });
        }
    }

    fn deliver(&mut self) {
        if self.packets.is_empty() {
            return;
        }
        let at = self.rng.random_range(0..self.packets.len());
        let (from, to, bytes) = self.packets.swap_remove(at);
        if self.rng.random_range(0..100) < self.faults.loss {
            return;
        }
        if self.rng.random_range(0..100) < self.faults.duplication {
            self.packets.push((from, to, bytes.clone()));
        }
        let message = Message::from_bytes(&bytes).unwrap();
        self.input(to, Input::Net { from, message });
    }

    /// Everybody up, nothing lost: ticks, then everything that follows from them, until done.
    pub(crate) fn calm_down(&mut self) {
        self.faults = NONE;
        for _ in 0..self.last_round * 20 {
            for member in self.honest() {
                self.up(member);
                self.input(member, Input::Tick);
            }
            self.settle();
            if self.honest().iter().all(|m| self.height(*m) == self.last_round) {
                return;
            }
        }
    }

    fn settle(&mut self) {
        while !self.packets.is_empty() || self.nodes.iter().any(Node::is_busy) {
            for member in self.honest() {
                self.persist(member);
                self.check(member);
            }
            self.deliver();
        }
    }

    pub(crate) fn height(&self, member: u16) -> u64 {
        self.nodes[usize::from(member)].chain.len() as u64
    }
}

impl Node {
    /// The block this node has prepared in this round.
    pub(crate) fn prepared(&self, round: Round) -> Option<BlockId> {
        let status = self.engine.as_ref()?.status();
        status.prepared.filter(|_| status.round == round)
    }

    fn is_busy(&self) -> bool {
        !self.unsynced.is_empty() || !self.checks.is_empty()
    }
}

pub(crate) fn empty_body() -> Body {
    Body { transactions: vec![] }
}
