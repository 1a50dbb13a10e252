//! The adversary that follows a script: gives everybody a group, lets through what lines name, and
//! says its own lines whenever they can be said.

use super::Seat;
use crate::chain::START;
use crate::known::Ballot;
use crate::network::Weather;
use crate::plan::Style;
use crate::random::Random;
use crate::ring::Who;
use crate::script::{A, B, C, D, Filter, Groups, Line, Script, Value, What};
use crate::world::World;
use acp::Message;
use ledger::Step;

/// A line is said again after so many milliseconds.
const AGAIN: u64 = 400;
/// Ten years.
const FAR: u64 = 315_360_000_000;
/// Every script is about the first round.
const ROUND: u64 = 1;

impl World {
    /// Sets the stage, if there is a script.
    pub(crate) fn direct(&mut self) {
        let Style::Script(script) = self.plan.style else { return };
        let groups = self.groups(script);
        let lines = if self.plan.varied { self.vary(script.lines) } else { script.lines.to_vec() };
        self.adversary.said = vec![None; lines.len()];
        let values = self.values(script);
        let filter = Filter { lines, groups, values, start: START };
        self.network.weather = Weather::Scripted(filter);
    }

    pub(crate) fn group(&self, who: Who) -> Option<Groups> {
        let Weather::Scripted(filter) = &self.network.weather else { return None };
        filter.groups.get(who).copied()
    }

    pub(crate) fn filter_mut(&mut self) -> Option<&mut Filter> {
        let Weather::Scripted(filter) = &mut self.network.weather else { return None };
        Some(filter)
    }

    /// The leaders' groups are the script's; the others fill up A, B and C evenly.
    fn groups(&self, script: &Script) -> Vec<Groups> {
        let mut groups = vec![0; self.ring.people()];
        let mut give = |who: Option<Who>, group| {
            if let Some(place) = who.and_then(|who| groups.get_mut(who)).filter(|g| **g == 0) {
                *place = group;
            }
        };
        self.adversary.members.iter().for_each(|(who, _)| give(Some(*who), D));
        let order = self.chain.ground(ROUND).map(|ground| ground.setup.order.clone());
        let leader = |rank: usize| self.ring.at(ROUND, *order.as_ref()?.get(rank)?);
        let [first, third, fourth] = script.leaders;
        give(leader(0), first);
        give(leader(2), third);
        give(leader(3), fourth);
        let most = self.adversary.members.len();
        for place in 0..groups.len() {
            let size = |group: Groups| groups.iter().filter(|g| **g == group).count();
            let free = [A, B, C].into_iter().find(|group| size(*group) < most).unwrap_or(A);
            if let Some(place) = groups.get_mut(place).filter(|place| **place == 0) {
                *place = free;
            }
        }
        groups
    }

    /// The blocks of a script.
    fn values(&mut self, script: &Script) -> Vec<(Value, types::BlockId)> {
        let mut values = vec![];
        if let Some(ground) = self.chain.ground(ROUND) {
            let empty = ground.setup.empty.clone();
            values.push((Value::Empty, self.blocks.add(empty, 0, u64::MAX)));
        }
        let Some(author) = self.bad_seats(ROUND).first().copied() else { return values };
        // Where C builds, its block is G.
        let mine: &[Value] = if script.builders & C == 0 {
            &[Value::H, Value::G, Value::Future]
        } else {
            &[Value::H, Value::Future]
        };
        for value in mine {
            let date = if *value == Value::Future { FAR } else { 100 };
            let content = self.adversary.random.next();
            let block = self.own_block(author, ROUND, (date, content), |_| {});
            values.extend(block.map(|block| (*value, block)));
        }
        values
    }

    /// Drops, widens and delays lines: what is close to an attack may be one, too.
    fn vary(&mut self, lines: &[Line]) -> Vec<Line> {
        let random: &mut Random = &mut self.adversary.random;
        let mut varied = vec![];
        for line in lines {
            let mut line = *line;
            match random.below(20) {
                0 => continue,
                1 => line.to ^= random.pick(&[A, B, C]).unwrap_or(A),
                2 => line.from ^= random.pick(&[A, B, C, D]).unwrap_or(A),
                3 => line.at += random.between(100, 1500),
                _ => {}
            }
            varied.push(line);
        }
        varied
    }

    /// Says every line of the adversary's that can be said now.
    pub(super) fn follow(&mut self, script: &Script) {
        for index in 0..script.lines.len() {
            let Weather::Scripted(filter) = &self.network.weather else { return };
            let Some(line) = filter.lines.get(index).copied() else { return };
            let said = self.adversary.said.get(index).copied().flatten();
            let due = said.is_none_or(|said| said + AGAIN <= self.now);
            if line.from & D != 0 && due && self.now >= START + line.at {
                let done = self.say_line(&line);
                let said = self.adversary.said.get_mut(index).filter(|_| done);
                said.into_iter().for_each(|said| *said = Some(self.now));
            }
        }
    }

    /// True if it could be said.
    fn say_line(&mut self, line: &Line) -> bool {
        let to = (0_u32..)
            .zip(&self.nodes)
            .filter(|(_, node)| self.group(node.who).is_some_and(|group| group & line.to != 0));
        let to = to.fold(0, |set, (index, _)| set | 1_u64 << index);
        let seats = self.bad_seats(ROUND);
        let messages: Vec<(Who, Message)> = seats
            .iter()
            .filter_map(|seat| Some((seat.who, self.line_of(*seat, line.what)?)))
            .collect();
        let said = !messages.is_empty();
        messages.into_iter().for_each(|(who, message)| self.post(who, to, message, Some(1)));
        said
    }

    fn line_of(&self, seat: Seat, what: What) -> Option<Message> {
        let Weather::Scripted(filter) = &self.network.weather else { return None };
        match what {
            What::Propose(view, value, quorum) => {
                let block = filter.block(value)?;
                let quorum = match quorum {
                    Some(of) => Some(self.made((ROUND, Step::Prepare, of, block))?),
                    None => None,
                };
                // In view 0 its own block only.
                let header = &self.blocks.get(block)?.header;
                let own = view > 0 || header.proposer == seat.position;
                let led = own && self.leads((ROUND, view), seat.position);
                if led { self.proposal(seat, (ROUND, view), block, quorum) } else { None }
            }
            What::Prepare(view, value) => {
                Some(self.vote(seat, Step::Prepare, (ROUND, view), filter.block(value)?))
            }
            What::Commit(view, value) => {
                Some(self.vote(seat, Step::Commit, (ROUND, view), filter.block(value)?))
            }
            What::NewView(view) => Some(self.new_view(seat, (ROUND, view), None)),
            What::Quorum(view, value) => {
                let quorum = self.made((ROUND, Step::Prepare, view, filter.block(value)?))?;
                Some(Message::Quorum(Box::new(quorum)))
            }
        }
    }

    fn made(&self, ballot: Ballot) -> Option<ledger::Certificate> {
        self.adversary.known.quorum(self.maker(ROUND), ballot)
    }
}
