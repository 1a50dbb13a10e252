//! How long messages take. Before GST the adversary decides, and may lose them; from then on
//! everything arrives within Δ, what was on its way included.

use crate::random::Random;
use crate::ring::Who;
use crate::script::Filter;
use acp::Message;
use ledger::Step;

/// What a message is, as far as delays tell one from another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Ticket,
    Proposal,
    Prepare,
    Commit,
    NewView,
    Quorum,
    Final,
    Status,
}

impl Kind {
    const ALL: [Self; 8] = [
        Self::Ticket,
        Self::Proposal,
        Self::Prepare,
        Self::Commit,
        Self::NewView,
        Self::Quorum,
        Self::Final,
        Self::Status,
    ];

    pub(crate) const fn of(message: &Message) -> Self {
        match message {
            Message::Ticket(_) => Self::Ticket,
            Message::Proposal(_) => Self::Proposal,
            Message::Vote(vote) => match vote.step {
                Step::Prepare => Self::Prepare,
                Step::Commit => Self::Commit,
            },
            Message::NewView(_) => Self::NewView,
            Message::Quorum(_) => Self::Quorum,
            Message::Final(_) => Self::Final,
            Message::Status(_) => Self::Status,
        }
    }

    /// It tells others what they missed.
    const fn helps(self) -> bool {
        matches!(self, Self::Quorum | Self::Final | Self::Status)
    }

    const fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What happens to messages before GST.
#[derive(Debug)]
pub(crate) enum Weather {
    /// They arrive within Δ.
    Calm,
    /// So many percent are lost, others take up to so long.
    Lossy { lost: u64, longest: u64 },
    /// Some kinds are lost, some slow.
    Typed { lost: u8, slow: u8 },
    /// Nothing passes between those whose bit is set and the others.
    Split(u32),
    /// A message between two people in one view passes or never passes; if hushed, nothing that
    /// helps somebody behind passes at all.
    Picky { seed: u64, percent: u64, hushed: bool },
    /// A script lets through what it names.
    Scripted(Filter),
}

/// The network of a run.
#[derive(Debug)]
pub(crate) struct Network {
    pub(crate) weather: Weather,
    /// From here on it is good.
    pub(crate) gst: u64,
    /// Δ.
    pub(crate) delta: u64,
    /// What a good network needs at least, and at most; not above Δ.
    pub(crate) least: u64,
    pub(crate) usual: u64,
}

impl Weather {
    /// A bad network of any kind.
    pub(crate) fn draw(random: &mut Random) -> Self {
        match random.below(10) {
            0 | 1 => Self::Calm,
            2 | 3 => Self::Lossy { lost: random.between(5, 80), longest: random.between(50, 1500) },
            4..=6 => Self::Typed { lost: random.kinds(), slow: random.kinds() },
            7 => Self::Split(u32::try_from(random.below(1 << 20)).unwrap_or(1)),
            _ => Self::Picky {
                seed: random.next(),
                percent: random.between(20, 90),
                hushed: random.chance(50),
            },
        }
    }
}

impl Weather {
    /// For an adversary that wants to know who has what.
    pub(crate) fn hushed(random: &mut Random) -> Self {
        let percent = random.between(30, 85);
        Self::Picky { seed: random.next(), percent, hushed: true }
    }
}

impl Random {
    fn kinds(&mut self) -> u8 {
        Kind::ALL.into_iter().filter(|_| self.below(4) == 0).fold(0, |set, kind| set | kind.bit())
    }
}

impl Network {
    /// When a message that is sent now arrives; `None` if it is lost.
    pub(crate) fn arrival(
        &self,
        random: &mut Random,
        now: u64,
        way: (Who, Who),
        message: &Message,
    ) -> Option<u64> {
        let good = now + random.between(self.least, self.usual);
        if now >= self.gst {
            return Some(good);
        }
        let latest = self.gst.max(now) + self.delta;
        let at = match &self.weather {
            Weather::Calm => Some(good),
            Weather::Lossy { lost, longest } => {
                (!random.chance(*lost)).then(|| now + random.between(1, *longest))
            }
            Weather::Typed { lost, slow } => {
                self.typed(random, now, Kind::of(message), (*lost, *slow))
            }
            Weather::Split(group) => {
                let (from, to) = way;
                ((group >> from ^ group >> to) & 1 == 0).then_some(good)
            }
            Weather::Picky { seed, percent, hushed } => {
                let passes = !(*hushed && Kind::of(message).helps());
                (passes && picks(*seed, way, message, *percent)).then_some(good)
            }
            Weather::Scripted(filter) => filter.passes(way, message).map(|from| from.max(good)),
        };
        at.map(|at| at.min(latest))
    }

    fn typed(
        &self,
        random: &mut Random,
        now: u64,
        kind: Kind,
        (lost, slow): (u8, u8),
    ) -> Option<u64> {
        if lost & kind.bit() != 0 {
            return None;
        }
        let longest = if slow & kind.bit() == 0 { self.usual } else { 2500 };
        Some(now + random.between(1, longest))
    }
}

/// The view of a message, where it has one that matters.
pub(crate) fn view_of(message: &Message) -> u32 {
    match message {
        Message::Proposal(proposal) => proposal.view,
        Message::Vote(vote) => vote.view,
        Message::NewView(said) => said.view,
        Message::Quorum(quorum) => quorum.view,
        Message::Ticket(_) | Message::Final(_) | Message::Status(_) => 0,
    }
}

fn picks(seed: u64, (from, to): (Who, Who), message: &Message, percent: u64) -> bool {
    let way = u64::try_from(from * 64 + to).unwrap_or(0);
    let what = u64::from(Kind::of(message).bit()) << 32 | u64::from(view_of(message));
    Random::new(seed ^ way.rotate_left(40) ^ what ^ message.round().0 << 20).chance(percent)
}
