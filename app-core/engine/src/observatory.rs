//! What was seen of the ledger and of its nodes, for whoever looks at it: the explorer and the
//! connection doctor.
//!
//! The engine notes, front ends read, and neither waits for the other. Nothing here is ever
//! believed because of who said it: headers come from the light state, certificates are checked
//! against them, connections and times are our own.

mod case;
mod seen;

pub use case::{Case, Measured, Second, Way};
pub use seen::{CrossCheck, Explored, Finality, PeerFacts, Standing, Steps};

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use ledger::Header;
use light::LightState;
use net::LightNode;
use net::transport::Connection;
use tokio::time::Instant;
use types::{Round, Timestamp, WorkerId};
use wire::Decode;

use crate::{Clock, Engine};
use seen::Seen;

/// Between two tries to learn who has signed the latest headers.
const AGAIN: Duration = Duration::from_secs(10);

/// What was seen. Clones are one.
#[derive(Debug, Clone)]
pub struct Observatory {
    seen: Arc<Mutex<Seen>>,
    clock: Clock,
}

/// How a header came to be trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Came {
    /// Told over the held stream as soon as it was final.
    Told,
    /// Asked for.
    Fetched,
}

impl Observatory {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { seen: Arc::default(), clock }
    }

    /// What there is to see now.
    #[must_use]
    pub fn explored(&self) -> Explored {
        self.lock().explored()
    }

    /// True until the saved headers were taken over by [`Self::remember`].
    #[must_use]
    pub fn is_blank(&self) -> bool {
        !self.lock().remembers
    }

    /// Takes over encoded headers that an earlier run of the program has checked and saved.
    pub fn remember(&self, saved: &[Vec<u8>]) {
        let headers = saved.iter().filter_map(|bytes| Header::from_bytes(bytes).ok());
        let headers: Vec<Header> = headers.collect();
        let mut seen = self.lock();
        seen.remembers = true;
        headers.iter().for_each(|header| seen.sight(header));
    }

    /// True, now and then, while it is not known who has signed some of the latest headers.
    #[must_use]
    pub fn wants_votes(&self) -> bool {
        let mut seen = self.lock();
        let rested = seen.asked_votes.is_none_or(|at| at.elapsed() >= AGAIN);
        let wants = rested && seen.first_without_votes().is_some();
        if wants {
            seen.asked_votes = Some(Instant::now());
        }
        wants
    }

    /// What the connection doctor begins with; `None` before the profile has a network.
    #[must_use]
    pub fn case(&self) -> Option<Case> {
        self.lock().case(self.clock)
    }

    /// A header was taken that followed from what was trusted.
    pub(crate) fn took(&self, light: &LightState, before: Round, came: Came) {
        let now = self.clock.now();
        let mut seen = self.lock();
        let Some((sighting, committee)) = light.sighting() else { return };
        let next = sighting.round == before.next();
        seen.steps.count(next);
        if came == Came::Told && next {
            seen.arrived(sighting.time, now);
        }
        seen.take(sighting, committee);
    }

    /// From now on headers are told as they come; older ones that are told as well are late.
    pub(crate) fn listens(&self) {
        let now = self.clock.now();
        self.lock().listens(now);
    }

    /// Headers behind the newest ones were filled in.
    pub(crate) fn filled(&self, headers: &[Header]) {
        let mut seen = self.lock();
        let count = u64::try_from(headers.len()).unwrap_or(u64::MAX);
        seen.steps.filled = seen.steps.filled.saturating_add(count);
        headers.iter().for_each(|header| seen.sight(header));
    }

    /// Trust began anew: what was seen before may be of another chain.
    pub(crate) fn forget(&self) {
        self.lock().forget();
    }

    /// Other workers are being asked for the header that we trust.
    pub(crate) fn asks_others(&self) {
        self.lock().asks_others();
    }

    /// Another worker was asked over this connection.
    pub(crate) fn met(&self, connections: Vec<Connection>) {
        let now = self.clock.now();
        let mut seen = self.lock();
        connections.into_iter().for_each(|connection| seen.met(connection, now));
    }

    /// Another worker's header agrees with ours.
    pub(crate) fn agreed(&self) {
        let now = self.clock.now();
        self.lock().agreed(now);
    }

    pub(crate) fn with<T>(&self, look: impl FnOnce(&mut Seen) -> T) -> T {
        look(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Engine {
    /// A handle on what was seen; it works while the engine is busy.
    #[must_use]
    pub fn observatory(&self) -> Observatory {
        self.observatory.clone()
    }

    /// Notes how things stand now, for whoever looks.
    pub fn note_standing(&self) {
        let now = self.clock.now();
        let node = self.link.as_ref().map(|link| &link.node);
        let Some(network) = &self.network else { return };
        let standing = Standing::of(&network.light, self.flags.flags, now);
        let peers = node.map(|node| home_peer(node, now)).into_iter().flatten().collect();
        let workers = network.genesis.workers.iter().map(|worker| worker.id).collect();
        let home = network.home.clone();
        self.observatory.with(|seen| seen.stand(standing, peers, (home, workers)));
    }
}

fn home_peer(node: &LightNode, now: Timestamp) -> Option<PeerFacts> {
    let worker: WorkerId = node.worker();
    let connection = node.connections().into_iter().find(|one| one.peer == worker)?;
    Some(PeerFacts { home: true, bytes: Some(node.bytes()), ..PeerFacts::of(connection, now) })
}
