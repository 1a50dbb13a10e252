//! A world from a seed.

use super::{Event, World};
use crate::adversary::Adversary;
use crate::blocks::Blocks;
use crate::chain::{Chain, START};
use crate::network::{Network, Weather};
use crate::node::Node;
use crate::plan::{Plan, Setting, Style};
use crate::queue::Queue;
use crate::random::Random;
use crate::ring::{Ring, Who};
use crate::watch::Watch;
use crate::world::TIMING;

impl World {
    pub(super) fn new(seed: u64, setting: &Setting) -> Option<Self> {
        let mut random = Random::new(seed.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ 0xacb5);
        let plan = Plan::draw(&mut random, setting);
        Self::of(random, plan, setting)
    }

    /// A world as this plan has it; what the plan leaves open is drawn.
    pub(crate) fn of(mut random: Random, mut plan: Plan, setting: &Setting) -> Option<Self> {
        let size = usize::from(setting.managers);
        let ring = Ring::new(&mut random, size, plan.leave, plan.change)?;
        let chain = Chain::new(&mut random, &ring, plan.interval);
        let bad = bad_people(&mut random, &plan, setting, (&ring, &chain))?;
        let network = Network {
            weather: std::mem::replace(&mut plan.weather, Weather::Calm),
            gst: START + plan.gst,
            delta: TIMING.delta,
            least: plan.least,
            usual: plan.usual,
        };
        let members = bad.iter().filter_map(|who| Some((*who, *ring.tokens(*who)?))).collect();
        let mut world = Self {
            setting: *setting,
            base: network.gst.max(START + plan.skew),
            adversary: Adversary::new(members, &mut random),
            plan,
            ring,
            chain,
            blocks: Blocks::default(),
            nodes: vec![],
            network,
            watch: Watch::default(),
            random,
            queue: Queue::default(),
            now: START.saturating_sub(50),
            awaited: 1,
            slowest: 0,
            delivered: 0,
            numbers: 0,
            out: vec![],
            trace: None,
            times: None,
        };
        world.populate(&bad);
        world.direct();
        Some(world)
    }

    /// Machines: one for each honest person, one or two for each of the adversary's that runs any.
    fn populate(&mut self, bad: &[Who]) {
        for who in 0..self.ring.people() {
            let skew = self.random.between(0, 2 * self.plan.skew).cast_signed()
                - self.plan.skew.cast_signed();
            if !bad.contains(&who) {
                self.nodes.push(Node::new(who, true, skew));
            } else if let Some(puppets) = self.plan.style.puppets() {
                let machines = if puppets.twins.is_some() { 2 } else { 1 };
                (0..machines).for_each(|_| self.nodes.push(Node::new(who, false, skew)));
            }
        }
        for node in 0..self.nodes.len() {
            let at = self.now + self.random.below(40);
            self.queue.add(at, Event::Restart { node });
        }
        for crash in &self.plan.crashes {
            let event = Event::Crash { loses_log: crash.loses_log, down: crash.down };
            self.queue.add(START + crash.at, event);
        }
        if !self.adversary.members.is_empty() {
            self.queue.add(START - 45, Event::Act);
        }
    }

    /// True for the second machine of a member.
    pub(super) fn is_second(&self, node: usize) -> bool {
        let who = |index: usize| self.nodes.get(index).map(|node| node.who);
        node.checked_sub(1).is_some_and(|before| who(before) == who(node))
    }
}

/// Who belongs to the adversary.
fn bad_people(
    random: &mut Random,
    plan: &Plan,
    setting: &Setting,
    (ring, chain): (&Ring, &Chain),
) -> Option<Vec<Who>> {
    let order = &chain.ground(1)?.setup.order;
    let count = usize::from(setting.byzantine);
    if matches!(plan.style, Style::Script(_)) {
        // The second leader, who leads view 2 alone, and the fifth, who leads view 3.
        let roles = [1, 4].into_iter().chain(5..order.len()).chain([3, 2, 0]);
        let seats = roles.filter_map(|rank| order.get(rank)).take(count);
        return seats.map(|seat| ring.at(1, *seat)).collect();
    }
    let loses_log = plan.crashes.iter().any(|crash| crash.loses_log);
    let mut seats = ring.seats(1).to_vec();
    random.shuffle(&mut seats);
    seats.truncate(count - usize::from(loses_log && count > 0));
    Some(seats)
}
