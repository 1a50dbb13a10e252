//! Rounds one after another, and machines that fall and rise again.

use super::{Event, World};
use crate::chain::START;
use crate::node::{Engine, Node};
use crate::world::TIMING;
use acp::{Input, RoundSetup};
use ledger::CertifiedHeader;

impl World {
    pub(super) fn stored(&mut self, node: usize, life: u32, header: &CertifiedHeader) {
        let round = header.header.round.0;
        let block = header.certificate.block;
        let empty = header.header.is_empty_block();
        let Some(machine) = self.nodes.get_mut(node).filter(|machine| machine.life == life) else {
            return;
        };
        if machine.tip + 1 == round {
            machine.tip = round;
        }
        self.times.iter_mut().for_each(|times| times.stored(round, node, self.now));
        if empty {
            self.blocks.add(header.header.clone(), 0, 0);
            self.blocks.hold(block, node);
        }
        if self.blocks.holds(block, node) {
            self.queue.add(self.now, Event::Begin { node, life });
        } else {
            self.want(node, block);
        }
        self.settle();
    }

    /// Starts the round behind the tip, if the state after the tip is there.
    pub(super) fn begin(&mut self, node: usize, life: u32) {
        let Some(machine) = self.nodes.get(node) else { return };
        let (tip, last) = (machine.tip, self.chain.last(machine.tip));
        let held = last.is_none_or(|last| self.blocks.holds(last.certificate.block, node));
        if !self.lives(node, life) || machine.round > tip || !held {
            return;
        }
        let Some(setup) = self.setup(machine) else { return };
        if let Some(machine) = self.nodes.get_mut(node) {
            machine.round = tip + 1;
            machine.timers.clear();
            machine.wants.clear();
        }
        self.step(node, Input::Start(Box::new(setup)));
    }

    fn setup(&self, machine: &Node) -> Option<RoundSetup> {
        let round = machine.tip + 1;
        Some(RoundSetup {
            member: self.ring.position(round, machine.who),
            next_member: self.ring.position(round + 1, machine.who),
            may_speak: machine.silent != Some(round),
            ..self.chain.ground(round)?.setup.clone()
        })
    }

    pub(super) fn crash(&mut self, loses_log: bool, down: u64) {
        let up: Vec<usize> = (0..self.nodes.len())
            .filter(|index| self.nodes.get(*index).is_some_and(|n| n.honest && n.engine.is_some()))
            .collect();
        let Some(node) = self.random.pick(&up) else { return };
        self.note(|_| format!("machine {node} crashes for {down} ms, loses its log: {loses_log}"));
        let Some(machine) = self.nodes.get_mut(node) else { return };
        machine.fall();
        if loses_log {
            machine.disk.lose();
            machine.silent = Some(machine.tip + 1);
        } else {
            machine.disk.crash(&mut self.random);
            self.watch.recover(machine.who, &machine.disk);
        }
        self.queue.add(self.now + down, Event::Restart { node });
    }

    pub(super) fn restart(&mut self, node: usize) {
        let variant = self.setting.variant;
        let Some(machine) = self.nodes.get_mut(node) else { return };
        let Some(tokens) = self.ring.tokens(machine.who) else { return };
        let rules = match self.plan.style.puppets() {
            Some(puppets) if !machine.honest => puppets.rules,
            _ => variant,
        };
        let recovered = machine.disk.recovered();
        machine.engine = Some(Engine::new(rules, *tokens, TIMING, recovered));
        let (life, tip) = (machine.life, machine.tip);
        // The state after the tip may still be missing.
        let last = self.chain.last(tip).map(|last| last.certificate.block);
        if let Some(block) = last.filter(|block| !self.blocks.holds(*block, node)) {
            self.want(node, block);
        }
        self.queue.add(self.now, Event::Begin { node, life });
    }

    /// Looks whether everybody has decided the awaited round.
    pub(super) fn settle(&mut self) {
        while self.is_settled() {
            self.slowest = self.slowest.max(self.now.saturating_sub(self.base));
            self.awaited += 1;
            let start = self.chain.ground(self.awaited).map_or(START, |g| g.setup.not_before.0);
            self.base = (start + self.plan.skew).max(self.now).max(self.network.gst);
        }
    }

    fn is_settled(&self) -> bool {
        let seated = self.ring.seats(self.awaited);
        let mut members = self.nodes.iter().filter(|n| n.honest && seated.contains(&n.who));
        self.chain.last(self.awaited).is_some() && members.all(|node| node.tip >= self.awaited)
    }
}
