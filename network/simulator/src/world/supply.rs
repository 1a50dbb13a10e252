//! Blocks for engines: building, bodies, and final blocks for those behind.

use super::{Event, TIMING, World};
use crate::chain::Draft;
use crate::plan::Style;
use crate::ring::Who;
use crate::script::{C, Value};
use acp::Input;
use types::BlockId;

impl World {
    pub(super) fn built(&mut self, node: usize, life: u32, round: u64, ticket: [u8; 80]) {
        let Some(machine) = self.nodes.get(node).filter(|m| m.life == life && m.round == round)
        else {
            return;
        };
        let (who, clock) = (machine.who, machine.clock(self.now));
        let Some(proposer) = self.ring.position(round, who) else { return };
        if !self.may_build(who) {
            return;
        }
        // Two machines of one member make two blocks.
        let content = self.random.next();
        let draft = Draft { proposer, ticket, time: clock, content };
        let Some(header) = self.chain.block(round, &draft) else { return };
        let size_rank = u8::try_from(self.random.below(8)).unwrap_or(0);
        let block = self.blocks.add(header.clone(), size_rank, 0);
        self.blocks.hold(block, node);
        self.times.iter_mut().for_each(|times| times.built(block, self.now));
        self.cast(who, block);
        self.step(node, Input::Built { header, size_rank });
    }

    /// Scripts say who builds before they are over.
    fn may_build(&self, who: usize) -> bool {
        match (&self.plan.style, self.group(who)) {
            (Style::Script(script), Some(group)) => {
                self.now >= self.network.gst || script.builders & group != 0
            }
            _ => true,
        }
    }

    /// The first block of C plays the part of G, if nothing else does.
    fn cast(&mut self, who: usize, block: BlockId) {
        if self.group(who) == Some(C)
            && let Some(filter) = self.filter_mut()
            && filter.block(Value::G).is_none()
        {
            filter.values.push((Value::G, block));
        }
    }

    /// Whoever proposes a block sends its body along, if it has it.
    pub(super) fn bring(&mut self, from: Who, to: usize, block: BlockId) {
        let Some(known) = self.blocks.get(block) else { return };
        let mut senders = (0..).zip(&self.nodes).filter(|(_, node)| node.who == from);
        let sent = known.given >> to & 1 == 1
            || senders.any(|(index, _): (u32, _)| known.holders >> index & 1 == 1);
        let lost = self.now < self.network.gst && self.random.chance(20);
        if !sent || self.blocks.holds(block, to) || (lost && self.group(from).is_none()) {
            return;
        }
        let Some(life) = self.nodes.get(to).map(|node| node.life) else { return };
        let at = self.now + self.random.below(10);
        self.queue.add(at, Event::Held { node: to, life, block });
    }

    pub(super) fn want(&mut self, node: usize, block: BlockId) {
        let Some(machine) = self.nodes.get_mut(node) else { return };
        if !machine.wants.contains(&block) {
            machine.wants.push(block);
            let life = machine.life;
            self.queue.add(self.now, Event::Fetch { node, life, block });
        }
    }

    /// Looks for a body until it is there.
    pub(super) fn fetch(&mut self, node: usize, life: u32, block: BlockId) {
        let wanted = |machine: &crate::node::Node| {
            machine.life == life && machine.engine.is_some() && machine.wants.contains(&block)
        };
        if !self.nodes.get(node).is_some_and(wanted) {
            return;
        }
        let good = self.now >= self.network.gst || matches!(self.plan.style, Style::Script(_));
        let lucky = good || self.random.chance(40);
        if lucky && self.is_served(node, block) {
            let own = self.blocks.holds(block, node);
            let way = if own { 1 } else { 2 * self.network.usual };
            let at = self.now + self.random.between(1, way);
            self.queue.add(at, Event::Held { node, life, block });
        } else {
            self.queue.add(self.now + TIMING.delta, Event::Fetch { node, life, block });
        }
    }

    /// True if some machine that is up, or the adversary, gives this body to that machine.
    fn is_served(&self, node: usize, block: BlockId) -> bool {
        let up =
            |index: &usize| self.nodes.get(*index).is_some_and(|n| n.honest && n.engine.is_some());
        self.blocks.get(block).is_some_and(|known| {
            let here = (known.given | known.holders) >> node & 1 == 1;
            let honest = |index: usize| known.holders >> index & 1 == 1;
            here || (0..self.nodes.len()).filter(up).any(honest)
        })
    }

    pub(super) fn held(&mut self, node: usize, life: u32, block: BlockId) {
        if !self.lives(node, life) {
            return;
        }
        let Some(known) = self.blocks.get(block) else { return };
        let (header, size_rank) = (known.header.clone(), known.size_rank);
        self.blocks.hold(block, node);
        if let Some(machine) = self.nodes.get_mut(node) {
            machine.wants.retain(|wanted| *wanted != block);
        }
        self.step(node, Input::Header(Box::new(header)));
        self.step(node, Input::Held { block, size_rank });
        self.queue.add(self.now, Event::Begin { node, life });
    }

    pub(super) fn ask_for_blocks(&mut self, node: usize, life: u32) {
        let Some(machine) = self.nodes.get_mut(node).filter(|machine| !machine.syncing) else {
            return;
        };
        machine.syncing = true;
        let at = self.now + self.random.between(2, 2 * self.network.usual);
        self.queue.add(at, Event::Sync { node, life });
    }

    /// Takes final blocks, with their bodies, from an honest machine that has them.
    pub(super) fn sync(&mut self, node: usize, life: u32) {
        if !self.lives(node, life) {
            return;
        }
        let others = self.nodes.iter().filter(|other| other.honest && other.engine.is_some());
        let best = others.map(|other| other.tip).max().unwrap_or(0);
        let lucky = self.random.chance(self.plan.catches_up);
        let reached = self.now >= self.network.gst || lucky;
        let Some(machine) = self.nodes.get_mut(node) else { return };
        machine.syncing = false;
        if reached && best > machine.tip {
            machine.tip = best;
            if let Some(last) = self.chain.last(best) {
                self.blocks.hold(last.certificate.block, node);
            }
            self.settle();
            self.queue.add(self.now + 1, Event::Begin { node, life });
        }
    }
}
