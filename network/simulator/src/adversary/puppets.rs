//! Members of the adversary that run the engine: what their machines say is thinned out, delayed,
//! said to some only, or denied.

use crate::network::{Kind, view_of};
use crate::plan::Puppets;
use crate::random::Random;
use crate::ring::Who;
use crate::world::World;
use acp::Message;
use ledger::Step;

impl Puppets {
    /// The machines that hear this, one bit each: the same ones each time it is said.
    pub(crate) fn audience(&self, message: &Message) -> u64 {
        let kind = Kind::of(message) as u64;
        let place = kind << 40 ^ u64::from(view_of(message)) << 8 ^ message.round().0;
        let mut random = Random::new(self.picks ^ place);
        (0..64).filter(|_| random.chance(self.says)).fold(0, |set, index: u32| set | 1 << index)
    }
}

impl World {
    /// A NewView that shows an older quorum than its member knows, or none.
    pub(crate) fn lie(&mut self, who: Who, message: Message, random: &mut Random) -> Message {
        let Message::NewView(said) = &message else { return message };
        let (round, view) = (said.round.0, said.view);
        let Some(seat) = self.bad_seats(round).into_iter().find(|seat| seat.who == who) else {
            return message;
        };
        let mut shown = self.adversary.known.quorums(self.maker(round), round, Step::Prepare);
        shown.retain(|(_, _, at, _)| *at < view);
        let older = shown.first().filter(|_| random.chance(50)).copied();
        let high = older.and_then(|ballot| self.adversary.known.quorum(self.maker(round), ballot));
        self.new_view(seat, (round, view), high)
    }
}
