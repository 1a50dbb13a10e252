//! The world of a run: machines, network, adversary and time. It does what engines ask for, breaks
//! what may break, and lets [`crate::watch`] look at everything.

mod build;
mod outputs;
mod rounds;
mod supply;
mod trace;

use crate::adversary::Adversary;
use crate::blocks::Blocks;
use crate::calm::Times;
use crate::chain::Chain;
use crate::network::Network;
use crate::node::Node;
use crate::plan::{Plan, Setting, Style};
use crate::queue::Queue;
use crate::random::Random;
use crate::ring::{Ring, Who};
use crate::seals::Seals;
use crate::watch::{Findings, Watch};
use acp::{Engine as _, Input, Message, Output, Rules, Timer, Timing};
use ledger::CertifiedHeader;
use std::rc::Rc;
use types::{BlockId, Timestamp};

/// The waits of all runs.
pub(crate) const TIMING: Timing = Timing::WIDE;
/// Undecided for so many Δ in a good network is for ever.
const PATIENCE: u64 = 64;
/// No run has so many events unless machines talk in circles.
const MOST_EVENTS: u64 = 3_000_000;

/// A message on its way.
pub(crate) struct Letter {
    from: Who,
    /// Everything in it is signed by whom it names.
    genuine: bool,
    message: Message,
}

/// Something that happens.
pub(crate) enum Event {
    Deliver {
        to: usize,
        letter: Rc<Letter>,
    },
    Timer {
        node: usize,
        life: u32,
        timer: Timer,
        number: u64,
    },
    Persisted {
        node: usize,
        life: u32,
        seq: u64,
    },
    /// A final block is in a machine's chain store.
    Stored {
        node: usize,
        life: u32,
        header: Rc<CertifiedHeader>,
    },
    /// A machine looks again for a body.
    Fetch {
        node: usize,
        life: u32,
        block: BlockId,
    },
    Held {
        node: usize,
        life: u32,
        block: BlockId,
    },
    Checked {
        node: usize,
        life: u32,
        block: BlockId,
        valid: bool,
    },
    Built {
        node: usize,
        life: u32,
        round: u64,
        ticket: Box<[u8; 80]>,
    },
    /// A machine may go on to the round behind its tip.
    Begin {
        node: usize,
        life: u32,
    },
    /// A machine asks for final blocks.
    Sync {
        node: usize,
        life: u32,
    },
    Crash {
        loses_log: bool,
        down: u64,
    },
    Restart {
        node: usize,
    },
    /// The adversary's turn.
    Act,
}

/// What came of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// What should not have happened.
    pub findings: Findings,
    /// The longest that a round took behind the time from which it could be decided.
    pub ms_after_gst: u64,
    /// Forged messages that were refused.
    pub forged: u64,
    /// Messages delivered.
    pub delivered: u64,
}

pub(crate) struct World {
    pub(crate) setting: Setting,
    pub(crate) plan: Plan,
    pub(crate) ring: Ring,
    pub(crate) chain: Chain,
    pub(crate) blocks: Blocks,
    pub(crate) nodes: Vec<Node>,
    pub(crate) network: Network,
    pub(crate) adversary: Adversary,
    pub(crate) watch: Watch,
    pub(crate) random: Random,
    pub(crate) queue: Queue,
    pub(crate) now: u64,
    /// The lowest round that somebody honest has not decided, and from when on it could be.
    awaited: u64,
    base: u64,
    slowest: u64,
    delivered: u64,
    numbers: u64,
    out: Vec<Output>,
    trace: Option<Vec<String>>,
    /// When blocks were made and decided, if anybody asks.
    pub(crate) times: Option<Times>,
}

/// Runs one seed. The same seed and setting always give the same outcome.
#[must_use]
pub fn run(seed: u64, setting: &Setting) -> Option<Outcome> {
    let mut world = World::new(seed, setting)?;
    world.live();
    Some(Outcome {
        findings: world.watch.findings,
        ms_after_gst: world.slowest,
        forged: world.watch.forged,
        delivered: world.delivered,
    })
}

/// What happens in a run, line by line: milliseconds, seats of sender and receiver, message.
#[must_use]
pub fn trace(seed: u64, setting: &Setting) -> Option<Vec<String>> {
    let mut world = World::new(seed, setting)?;
    world.trace = Some(vec![]);
    world.live();
    world.trace
}

/// What this seed is about, for people.
#[must_use]
pub fn describe(seed: u64, setting: &Setting) -> Option<String> {
    let world = World::new(seed, setting)?;
    let bad: Vec<Who> = world.adversary.members.iter().map(|(who, _)| *who).collect();
    let (plan, network) = (&world.plan, &world.network);
    let script = match plan.style {
        Style::Script(script) => script.name,
        Style::Silent | Style::Puppets(_) | Style::Havoc | Style::Both(_) | Style::Schemer => {
            "none"
        }
    };
    Some(format!("script {script}, bad {bad:?}, {plan:#?}, {network:#?}"))
}

impl World {
    /// What tells true from forged.
    pub(crate) fn seals(&self, round: u64) -> Seals<'_> {
        let quorum = self.setting.variant.quorum(self.ring.committee(round));
        Seals { ring: &self.ring, chain: &self.chain, quorum }
    }

    pub(crate) fn live(&mut self) {
        for _ in 0..MOST_EVENTS {
            let Some((at, event)) = self.queue.next() else {
                return self.watch.breaks("nothing will ever happen again");
            };
            self.now = at;
            if at > self.base + PATIENCE * TIMING.delta {
                self.watch.findings.undecided = true;
                self.slowest = at - self.base;
                return;
            }
            self.happen(event);
            if self.watch.findings.disagreement || self.awaited > self.plan.rounds {
                return;
            }
        }
        self.watch.breaks("too much happens");
    }

    fn happen(&mut self, event: Event) {
        match event {
            Event::Deliver { to, letter } => self.deliver(to, &letter),
            Event::Timer { node, life, timer, number } => {
                if self.lives(node, life) && self.set(node, timer) == Some(number) {
                    self.step(node, Input::Timer(timer));
                }
            }
            Event::Persisted { node, life, seq } => self.persisted(node, life, seq),
            Event::Stored { node, life, header } => self.stored(node, life, &header),
            Event::Fetch { node, life, block } => self.fetch(node, life, block),
            Event::Held { node, life, block } => self.held(node, life, block),
            Event::Checked { node, life, block, valid } => {
                if self.lives(node, life) {
                    self.step(node, Input::Checked { block, valid });
                }
            }
            Event::Built { node, life, round, ticket } => self.built(node, life, round, *ticket),
            Event::Begin { node, life } => self.begin(node, life),
            Event::Sync { node, life } => self.sync(node, life),
            Event::Crash { loses_log, down } => self.crash(loses_log, down),
            Event::Restart { node } => self.restart(node),
            Event::Act => self.act(),
        }
    }

    /// True if what was meant for this life of the machine still is for it.
    fn lives(&self, node: usize, life: u32) -> bool {
        self.nodes.get(node).is_some_and(|node| node.life == life && node.engine.is_some())
    }

    fn set(&self, node: usize, timer: Timer) -> Option<u64> {
        self.nodes.get(node)?.timers.get(&timer).copied()
    }

    /// Feeds an engine and does what it asks for.
    pub(crate) fn step(&mut self, node: usize, input: Input) {
        let mut out = std::mem::take(&mut self.out);
        if let Some(machine) = self.nodes.get_mut(node) {
            let clock: Timestamp = machine.clock(self.now);
            if let Some(engine) = &mut machine.engine {
                engine.step(clock, input, &mut out);
            }
        }
        for output in out.drain(..) {
            self.perform(node, output);
        }
        self.out = out;
    }

    fn deliver(&mut self, to: usize, letter: &Letter) {
        let Some(node) = self.nodes.get(to).filter(|node| node.engine.is_some()) else { return };
        let (round, life) = (node.round, node.life);
        self.note_delivery(to, letter);
        if !letter.genuine {
            self.watch.forged += 1;
            return;
        }
        if round == 0 {
            return;
        }
        if letter.message.round().0 > round + 1 {
            return self.ask_for_blocks(to, life);
        }
        self.delivered += 1;
        if let Message::Proposal(proposal) = &letter.message {
            self.bring(letter.from, to, proposal.block);
        }
        let from = self.ring.position(round, letter.from).unwrap_or(u16::MAX);
        self.step(to, Input::Net { from, message: letter.message.clone() });
    }

    /// Sends to these machines; `delay` replaces the network's.
    pub(crate) fn post(&mut self, from: Who, to: u64, message: Message, delay: Option<u64>) {
        let genuine = self.seals(message.round().0).genuine(&message);
        let letter = Rc::new(Letter { from, genuine, message });
        for (index, node) in self.nodes.iter().enumerate() {
            if to >> index & 1 == 0 || node.who == from {
                continue;
            }
            let way = (from, node.who);
            let usual = || self.network.arrival(&mut self.random, self.now, way, &letter.message);
            let Some(at) = delay.map_or_else(usual, |delay| Some(self.now + delay)) else {
                continue;
            };
            self.queue.add(at, Event::Deliver { to: index, letter: Rc::clone(&letter) });
        }
    }
}
