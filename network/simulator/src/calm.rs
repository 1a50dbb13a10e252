//! How long a good network takes: nobody is faulty, and every message is under way equally long.
//!
//! Machines, engine and timers are those of all runs; only the plan is fixed instead of drawn. What
//! comes out are virtual milliseconds, so the same on every computer.

use crate::network::Weather;
use crate::plan::{Plan, Setting, Style};
use crate::random::Random;
use crate::variant::Variant;
use crate::world::World;
use std::collections::BTreeMap;
use types::BlockId;

/// The most that building a block, checking one and a write to disk take, in milliseconds.
const BUILD: u64 = 10;
const CHECK: u64 = 20;
const SYNC: u64 = 10;

/// A network without faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Calm {
    /// Members of the committee, 4 to 16.
    pub managers: u16,
    /// What each message takes, one way, in milliseconds; not above [`acp::Timing::WIDE`]'s Δ.
    pub delay: u64,
    /// Between blocks, in milliseconds.
    pub interval: u64,
    /// How many rounds are decided; more than one.
    pub rounds: u64,
    /// How many payments are handed in, each to some member at some moment.
    pub payments: u64,
}

/// How long things took, in virtual milliseconds.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waits {
    /// From the time at which a round may begin until a member has its final block on disk; of every
    /// member in every round but the first, before which nobody had heard of anybody.
    pub rounds: Vec<u64>,
    /// From handing a payment to a member until that member has it in a final block on disk.
    pub payments: Vec<u64>,
    /// Rounds behind the first that needed more than one view.
    pub later_views: u64,
}

/// When blocks were made, and when each machine had the final one of a round on disk.
#[derive(Debug, Default)]
pub(crate) struct Times {
    built: BTreeMap<BlockId, u64>,
    stored: BTreeMap<(u64, usize), u64>,
}

impl Times {
    pub(crate) fn built(&mut self, block: BlockId, now: u64) {
        self.built.entry(block).or_insert(now);
    }

    pub(crate) fn stored(&mut self, round: u64, node: usize, now: u64) {
        self.stored.entry((round, node)).or_insert(now);
    }
}

/// One round, seen from outside.
struct Past {
    round: u64,
    begin: u64,
    built: u64,
    /// The machine that built it.
    builder: Option<usize>,
    view: u32,
}

impl Calm {
    /// Runs it; the same seed gives the same times. `None` if it cannot be run or if a promise was
    /// broken, which is what other runs look for.
    #[must_use]
    pub fn run(&self, seed: u64) -> Option<Waits> {
        let variant = Variant::Sound;
        let setting = Setting { managers: self.managers, byzantine: 0, variant };
        let delays = 1..=crate::world::TIMING.delta;
        let some = self.interval > 0 && self.rounds > 1;
        if !setting.is_possible() || !delays.contains(&self.delay) || !some {
            return None;
        }
        let mut random = Random::new(seed);
        let mut world = World::of(random.fork(), self.plan(), &setting)?;
        world.times = Some(Times::default());
        world.live();
        let times = world.times.take()?;
        if world.watch.findings.any() {
            return None;
        }
        let pasts: Vec<Past> = (1..=self.rounds)
            .map(|round| Past::of(&world, &times, round))
            .collect::<Option<_>>()?;
        let mut waits = Waits::default();
        for past in pasts.iter().skip(1) {
            waits.later_views += u64::from(past.view > 0);
            for node in 0..usize::from(self.managers) {
                let stored = times.stored.get(&(past.round, node))?;
                waits.rounds.push(stored.saturating_sub(past.begin));
            }
        }
        for _ in 0..self.payments {
            waits.payments.push(self.pay(&mut random, &pasts, &times)?);
        }
        Some(waits)
    }

    fn plan(&self) -> Plan {
        Plan {
            rounds: self.rounds,
            change: u64::MAX,
            leave: 0,
            gst: 0,
            weather: Weather::Calm,
            least: self.delay,
            usual: self.delay,
            interval: self.interval,
            skew: 0,
            style: Style::Silent,
            crashes: vec![],
            varied: false,
            build: BUILD,
            check: CHECK,
            sync: SYNC,
            catches_up: 0,
        }
    }

    /// A payment stands in the first final block whose builder had heard of it when it built.
    fn pay(&self, random: &mut Random, pasts: &[Past], times: &Times) -> Option<u64> {
        let (first, last) = (pasts.get(1)?.begin, pasts.last()?.begin.checked_sub(self.delay)?);
        let at = random.between(first, last.max(first));
        let member = random.index(usize::from(self.managers));
        let holds = |past: &&Past| {
            let way = if past.builder == Some(member) { 0 } else { self.delay };
            past.builder.is_some() && past.built >= at.saturating_add(way)
        };
        // None for what was handed in too late for the last round: there is no such.
        let past = pasts.iter().find(holds)?;
        Some(times.stored.get(&(past.round, member))?.saturating_sub(at))
    }
}

impl Past {
    fn of(world: &World, times: &Times, round: u64) -> Option<Self> {
        let last = world.chain.last(round)?;
        let begin = world.chain.ground(round)?.setup.not_before.0;
        let builder = world.ring.at(round, last.header.proposer);
        // The empty block is made by nobody, and is as old as its round.
        let built = times.built.get(&last.certificate.block).copied().unwrap_or(begin);
        Some(Self { round, begin, built, builder, view: last.certificate.view })
    }
}
