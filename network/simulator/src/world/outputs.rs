//! What engines ask for.

use super::{Event, TIMING, World};
use crate::network::Kind;
use acp::{Message, Output};
use ledger::{CertifiedHeader, Evidence};
use std::rc::Rc;

/// Every machine.
pub(super) const EVERYBODY: u64 = u64::MAX;

impl World {
    pub(super) fn perform(&mut self, node: usize, output: Output) {
        let Some(machine) = self.nodes.get_mut(node) else { return };
        let (life, honest) = (machine.life, machine.honest);
        match output {
            Output::Persist { seq, record } => {
                if honest {
                    self.watch.write(machine.who, &record);
                }
                machine.disk.append(seq, record);
                let at = self.now + self.random.below(self.plan.sync + 1);
                self.queue.add(at, Event::Persisted { node, life, seq });
            }
            Output::Broadcast(message) => self.say(node, EVERYBODY, message),
            Output::SendTo(member, message) => self.say_to(node, member, message),
            Output::Build { round, ticket } => {
                let at = self.now + self.random.between(1, self.plan.build);
                let ticket = Box::new(ticket);
                self.queue.add(at, Event::Built { node, life, round: round.0, ticket });
            }
            Output::Check { header } => {
                let at = self.now + self.random.between(1, self.plan.check);
                let valid = self.chain.is_valid(&self.ring, &header);
                self.queue.add(at, Event::Checked { node, life, block: header.id(), valid });
            }
            Output::Fetch { block, .. } => self.want(node, block),
            Output::SetTimer(timer, millis) => {
                self.numbers += 1;
                machine.timers.insert(timer, self.numbers);
                let number = self.numbers;
                self.queue.add(self.now + millis, Event::Timer { node, life, timer, number });
            }
            Output::Final(header) => self.finished(node, honest, *header),
            Output::Evidence(evidence) if honest => self.accuse(&evidence),
            Output::NeedSync { .. } => self.ask_for_blocks(node, life),
            Output::Tentative(_) | Output::Evidence(_) => {}
        }
    }

    fn say_to(&mut self, node: usize, member: u16, message: Message) {
        let round = self.nodes.get(node).map_or(0, |node| node.round);
        let Some(who) = self.ring.at(round, member) else { return };
        let to = (0..).zip(&self.nodes).filter(|(_, node)| node.who == who);
        let to = to.fold(0, |set, (index, _): (u32, _)| set | 1_u64 << index);
        self.say(node, to, message);
    }

    fn say(&mut self, node: usize, to: u64, message: Message) {
        let Some(machine) = self.nodes.get(node) else { return };
        let who = machine.who;
        if !machine.honest {
            return self.say_otherwise(node, to, message);
        }
        self.watch.hear(who, &machine.disk, &message);
        if !self.adversary.members.is_empty() {
            self.adversary.known.hear(&message);
        }
        self.post(who, to, message, None);
    }

    pub(super) fn persisted(&mut self, node: usize, life: u32, seq: u64) {
        if !self.lives(node, life) {
            return;
        }
        if let Some(machine) = self.nodes.get_mut(node) {
            machine.disk.sync(seq);
        }
        self.step(node, acp::Input::Persisted(seq));
    }

    fn accuse(&mut self, evidence: &Evidence) {
        let owner = self.ring.owner(&evidence.key);
        if owner.is_none_or(|who| !self.adversary.members.iter().any(|(bad, _)| *bad == who)) {
            self.watch.findings.honest_convicted = true;
        }
    }

    /// A machine says that its round is decided.
    fn finished(&mut self, node: usize, honest: bool, header: CertifiedHeader) {
        let round = header.header.round.0;
        self.note(|world| {
            let who = world.nodes.get(node).map(|node| node.who);
            format!("person {who:?} decides round {round}: {:?}", header.certificate.block)
        });
        let genuine = self.seals(round).is_final(&header);
        if honest {
            self.judge(round, genuine, &header);
        }
        let agreed = self.chain.last(round).is_some_and(|last| last.header == header.header);
        let Some(machine) = self.nodes.get(node).filter(|_| agreed && genuine) else { return };
        let at = self.now + self.random.below(self.plan.sync + 1);
        let header = Rc::new(header);
        self.queue.add(at, Event::Stored { node, life: machine.life, header });
    }

    fn judge(&mut self, round: u64, genuine: bool, header: &CertifiedHeader) {
        if !genuine {
            return self.watch.breaks("a certificate does not verify");
        }
        if let Some(last) = self.chain.last(round) {
            self.watch.findings.disagreement |= last.header != header.header;
            return;
        }
        if round != self.chain.height() {
            return self.watch.breaks("a final block without the one before");
        }
        if !self.chain.is_valid(&self.ring, &header.header) {
            self.watch.breaks("an invalid block is final");
        }
        if header.header.time.0 > self.now + self.plan.skew + 2000 {
            self.watch.breaks("a block of the future is final");
        }
        self.chain.append(&self.ring, header.clone());
    }

    /// A machine of the adversary's would say this.
    fn say_otherwise(&mut self, node: usize, to: u64, message: Message) {
        let Some(puppets) = self.plan.style.puppets().copied() else { return };
        let Some(who) = self.nodes.get(node).map(|node| node.who) else { return };
        let mut random = self.random.fork();
        let keep = |index: usize| {
            puppets.twins.is_none_or(|half| (half >> index & 1 == 1) == self.is_second(node))
        };
        let mut audience =
            (0..self.nodes.len()).filter(|index| keep(*index)).fold(0, |set, i| set | 1 << i);
        audience &= to & puppets.audience(&message);
        let message = if puppets.lies && Kind::of(&message) == Kind::NewView {
            self.lie(who, message, &mut random)
        } else {
            message
        };
        let late = random.below(puppets.late + 1) + random.between(1, TIMING.delta);
        self.post(who, audience, message, Some(late));
    }
}
