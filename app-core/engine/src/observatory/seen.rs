//! The observatory's memory: a plain value, so that it can be tested without a network.

use std::collections::{BTreeMap, VecDeque};

use ledger::{Committee, Flags, Header};
use light::{Committees, LightState, Limits, Sighting, Survey, WINDOW, survey};
use net::Bootstrap;
use net::transport::{Carrier, Connection};
use tokio::time::Instant;
use types::{Round, Timestamp, WorkerId};

use super::Case;
use crate::Clock;

/// So many of the newest rounds are looked at closely: with who has signed them.
pub(crate) const CLOSE: usize = 60;
/// So many of the latest arrivals count.
const ARRIVALS: usize = 256;
/// So many other workers are remembered.
const OTHERS: usize = 8;

/// All that there is to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Explored {
    /// What the headers and certificates tell.
    pub survey: Survey,
    /// How long it took until a header was final and here; `None` before the first was told.
    pub finality: Option<Finality>,
    /// What is trusted; `None` before the profile has a network.
    pub standing: Option<Standing>,
    /// How it came to be trusted, since this program opened the profile.
    pub steps: Steps,
    /// What other workers have said to it.
    pub crossed: Option<CrossCheck>,
    /// Nodes that we are, or have lately been, connected to.
    pub peers: Vec<PeerFacts>,
}

/// From a header's time to its arrival here, by our own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finality {
    /// Half of the headers were here within so many milliseconds.
    pub p50_ms: u64,
    /// Of a hundred headers ninety-nine were.
    pub p99_ms: u64,
    /// How many headers that is said of.
    pub samples: usize,
}

/// What the light node trusts at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// The newest header's round, 0 for the genesis.
    pub round: Round,
    /// Its time.
    pub time: Timestamp,
    /// The least time between two blocks, in milliseconds.
    pub interval_ms: u32,
    /// How many of the latest headers are held.
    pub window: u64,
    /// For how many seconds the newest header can still be built upon.
    pub period_left_s: u64,
    /// True if two certified headers contradict each other.
    pub frozen: bool,
    /// The round of the checkpoint that trust began from, if not from the genesis.
    pub checkpoint: Option<Round>,
    /// What the managers have switched off, as last proved.
    pub flags: Flags,
}

/// How many headers came to be trusted in which way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Steps {
    /// The next one after the one before, with its certificate.
    pub stepwise: u64,
    /// A later one, by its certificate.
    pub jumped: u64,
    /// An earlier one, by the hash in the one behind it.
    pub filled: u64,
}

/// What other workers have said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrossCheck {
    /// How many of those asked last hold the same.
    pub peers: u32,
    /// When the last of them said so.
    pub time: Timestamp,
}

/// A node, and the connection to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerFacts {
    /// The node.
    pub id: WorkerId,
    /// True for the home worker; others are asked one thing and left.
    pub home: bool,
    /// True if another node passes everything on.
    pub relayed: bool,
    /// What carries the connection.
    pub carrier: Carrier,
    /// True if it runs on this computer.
    pub local: bool,
    /// Where it is: a multiaddr.
    pub address: String,
    /// Once there and back, in microseconds.
    pub round_trip_us: Option<u64>,
    /// When the connection was made.
    pub since: Timestamp,
    /// Received and sent over it.
    pub bytes: Option<(u64, u64)>,
}

/// The memory.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// True once saved headers were taken over.
    pub(super) remembers: bool,
    /// When certificates were asked for last.
    pub(super) asked_votes: Option<Instant>,
    pub(super) steps: Steps,
    rounds: BTreeMap<Round, Sighting>,
    committees: Committees,
    late_ms: VecDeque<u64>,
    /// Since when headers are told as they come.
    listens_since: Option<Timestamp>,
    crossed: Option<CrossCheck>,
    /// How many of those asked now have agreed.
    agreed: u32,
    others: Vec<PeerFacts>,
    standing: Option<Standing>,
    peers: Vec<PeerFacts>,
    at: Option<(Bootstrap, Vec<WorkerId>)>,
}

impl Seen {
    /// A trusted header, whoever has signed it.
    pub(super) fn sight(&mut self, header: &Header) {
        self.rounds.entry(header.round).or_insert_with(|| Sighting::of(header));
        self.trim();
    }

    /// A trusted header with its votes.
    pub(super) fn take(&mut self, sighting: Sighting, committee: &Committee) {
        self.committees.entry(sighting.committee).or_insert_with(|| committee.clone());
        self.rounds.insert(sighting.round, sighting);
        self.trim();
    }

    fn trim(&mut self) {
        let newest = self.rounds.last_key_value().map_or(0, |(round, _)| round.0);
        let bottom = Round(newest.saturating_sub(WINDOW.saturating_sub(1)));
        let forgets = self.rounds.first_key_value().is_some_and(|(round, _)| *round < bottom);
        if forgets {
            self.rounds = self.rounds.split_off(&bottom);
            let rounds = &self.rounds;
            let used = |hash: &[u8; 32]| rounds.values().any(|one| one.committee == *hash);
            self.committees.retain(|hash, _| used(hash));
        }
    }

    pub(super) fn listens(&mut self, now: Timestamp) {
        self.listens_since = Some(now);
    }

    /// A header was told of. One that is older than our listening says nothing: it waited for us.
    pub(super) fn arrived(&mut self, time: Timestamp, now: Timestamp) {
        if self.listens_since.is_none_or(|since| time < since) {
            return;
        }
        if self.late_ms.len() == ARRIVALS {
            self.late_ms.pop_front();
        }
        self.late_ms.push_back(now.millis_since(time));
    }

    /// The oldest of the newest rounds that nobody knows the votes of.
    pub(crate) fn first_without_votes(&self) -> Option<Round> {
        let newest = self.rounds.values().rev().take(CLOSE);
        let mut without = newest.filter(|sighting| sighting.votes.is_none());
        without.next_back().map(|sighting| sighting.round)
    }

    /// A trusted round, to be looked at more closely.
    pub(crate) fn round_mut(&mut self, round: Round) -> Option<&mut Sighting> {
        self.rounds.get_mut(&round)
    }

    pub(crate) fn committee(&self, hash: &[u8; 32]) -> Option<&Committee> {
        self.committees.get(hash)
    }

    pub(crate) fn know(&mut self, committee: Committee) {
        self.committees.insert(committee.hash(), committee);
    }

    pub(super) fn forget(&mut self) {
        *self = Self { remembers: true, steps: self.steps, ..Self::default() };
    }

    pub(super) fn asks_others(&mut self) {
        self.agreed = 0;
    }

    pub(super) fn agreed(&mut self, time: Timestamp) {
        self.agreed = self.agreed.saturating_add(1);
        self.crossed = Some(CrossCheck { peers: self.agreed, time });
    }

    pub(super) fn met(&mut self, connection: Connection, now: Timestamp) {
        let peer = PeerFacts::of(connection, now);
        self.others.retain(|other| other.id != peer.id);
        self.others.insert(0, peer);
        self.others.truncate(OTHERS);
    }

    pub(super) fn stand(
        &mut self,
        standing: Standing,
        peers: Vec<PeerFacts>,
        at: (Bootstrap, Vec<WorkerId>),
    ) {
        (self.standing, self.peers, self.at) = (Some(standing), peers, Some(at));
    }

    pub(super) fn explored(&self) -> Explored {
        let sightings: Vec<Sighting> = self.rounds.values().cloned().collect();
        Explored {
            survey: survey(&sightings, &self.committees),
            finality: finality(&self.late_ms),
            standing: self.standing.clone(),
            steps: self.steps,
            crossed: self.crossed,
            peers: self.peers.iter().chain(&self.others).cloned().collect(),
        }
    }

    pub(super) fn case(&self, clock: Clock) -> Option<Case> {
        let (home, workers) = self.at.clone()?;
        let in_use = self.peers.iter().find(|peer| peer.home).cloned();
        Some(Case { home, workers, in_use, clock })
    }
}

impl Steps {
    pub(super) fn count(&mut self, next: bool) {
        let count = if next { &mut self.stepwise } else { &mut self.jumped };
        *count = count.saturating_add(1);
    }
}

impl Standing {
    pub(super) fn of(light: &LightState, flags: Flags, now: Timestamp) -> Self {
        let ends = light.time().plus_millis(Limits::LEDGER.trusting_ms);
        Self {
            round: light.round(),
            time: light.time(),
            interval_ms: light.params().interval_ms,
            window: light.window().held(),
            period_left_s: ends.millis_since(now).div_euclid(1000),
            frozen: light.frozen().is_some(),
            checkpoint: light.began_from().map(|checkpoint| checkpoint.round),
            flags,
        }
    }
}

impl PeerFacts {
    pub(super) fn of(connection: Connection, now: Timestamp) -> Self {
        let micros =
            |time: std::time::Duration| u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        let age = u64::try_from(connection.age.as_millis()).unwrap_or(u64::MAX);
        Self {
            id: connection.peer,
            home: false,
            relayed: connection.relayed,
            carrier: connection.carrier,
            local: net::is_loopback(&connection.address),
            address: connection.address,
            round_trip_us: connection.round_trip.map(micros),
            since: Timestamp(now.0.saturating_sub(age)),
            bytes: None,
        }
    }
}

/// Half and ninety-nine of a hundred, each the nearest value that was really measured.
fn finality(late_ms: &VecDeque<u64>) -> Option<Finality> {
    let mut sorted: Vec<u64> = late_ms.iter().copied().collect();
    sorted.sort_unstable();
    let at = |percent: usize| {
        let rank = sorted.len().saturating_mul(percent).div_ceil(100);
        sorted.get(rank.saturating_sub(1)).copied()
    };
    Some(Finality { p50_ms: at(50)?, p99_ms: at(99)?, samples: sorted.len() })
}

#[cfg(test)]
mod tests;
