//! An adversary with a plan: it completes quorums for a chosen few, leads with what contradicts
//! what it has completed, and helps everybody on to the next view.

use super::Seat;
use crate::world::World;
use acp::{Engine as _, Message};
use ledger::Step;
use types::BlockId;

impl World {
    /// Looks at everything that could be completed or contradicted now.
    pub(super) fn scheme(&mut self) {
        let (round, view) = self.last_round();
        let seats = self.bad_seats(round);
        self.complete(round, &seats);
        for seat in &seats {
            let once = (round, Step::Prepare, view, BlockId([0xff; 32]));
            if self.leads((round, view), seat.position) && self.adversary.handled.insert(once) {
                self.contradict(*seat, (round, view));
            }
        }
        // Everybody may go on, whatever has been locked.
        let once = (round, Step::Commit, view, BlockId([0xff; 32]));
        if self.adversary.handled.insert(once) {
            for seat in &seats {
                let message = self.new_view(*seat, (round, view + 1), None);
                self.post(seat.who, u64::MAX, message, Some(1));
            }
        }
    }

    /// The lowest round that an honest machine works on, and the highest view in it.
    fn last_round(&self) -> (u64, u32) {
        let engines =
            self.nodes.iter().filter(|node| node.honest).filter_map(|n| n.engine.as_ref());
        let places: Vec<_> = engines
            .map(|engine| engine.status())
            .map(|status| (status.round.0.max(1), status.view))
            .collect();
        let round = places.iter().map(|(round, _)| *round).min().unwrap_or(1);
        let views = places.iter().filter(|(of, _)| *of == round).map(|(_, view)| *view);
        (round, views.max().unwrap_or(0))
    }

    /// Gives each quorum that has become possible to a few, or keeps it for later.
    fn complete(&mut self, round: u64, seats: &[Seat]) {
        for step in [Step::Prepare, Step::Commit] {
            for ballot in self.adversary.known.quorums(self.maker(round), round, step) {
                let (_, _, view, block) = ballot;
                if !self.adversary.handled.insert(ballot) {
                    continue;
                }
                let to = self.few();
                for seat in seats {
                    let vote = self.vote(*seat, step, (round, view), block);
                    self.post(seat.who, to, vote, Some(1));
                }
                let made = self.adversary.known.quorum(self.maker(round), ballot);
                if let Some((quorum, seat)) =
                    made.zip(seats.first()).filter(|_| step == Step::Prepare)
                {
                    self.post(seat.who, to, Message::Quorum(Box::new(quorum)), Some(1));
                }
            }
        }
    }

    /// Proposes something else than the newest quorum's block, with the newest quorum for it.
    fn contradict(&mut self, seat: Seat, (round, view): (u64, u32)) {
        let ballots = self.adversary.known.quorums(self.maker(round), round, Step::Prepare);
        let newest = ballots.iter().max_by_key(|(_, _, view, _)| *view).map(|(.., block)| *block);
        let older: Vec<_> = ballots
            .iter()
            .filter(|(_, _, at, block)| *at < view && Some(*block) != newest)
            .copied()
            .collect();
        let proposal = match self.adversary.random.pick(&older) {
            Some(ballot) => {
                let quorum = self.adversary.known.quorum(self.maker(round), ballot);
                self.proposal(seat, (round, view), ballot.3, quorum)
            }
            None => {
                let block = self.some_block(seat, round).filter(|block| Some(*block) != newest);
                block.and_then(|block| self.proposal(seat, (round, view), block, None))
            }
        };
        let Some(proposal) = proposal else { return };
        let Message::Proposal(said) = &proposal else { return };
        let block = said.block;
        let to = if self.adversary.random.chance(50) { u64::MAX } else { self.few() };
        self.post(seat.who, to, proposal, Some(1));
        if view > 0 {
            let vote = self.vote(seat, Step::Prepare, (round, view), block);
            self.post(seat.who, to, vote, Some(1));
        }
    }

    /// One, two or half of the machines.
    fn few(&mut self) -> u64 {
        let machines = self.nodes.len();
        let random = &mut self.adversary.random;
        let count = random.pick(&[0, 1, 1, 2, machines / 2]).unwrap_or(1);
        (0..count).fold(0, |set, _| set | 1 << random.index(machines))
    }
}
