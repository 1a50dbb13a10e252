//! The ways that connections take: over which protocol, to which address, how fast, since when.
//!
//! The swarm task notes what libp2p reports, streams note how long they took to open: one way there
//! and back, answered by the other side's libp2p, whatever its program is busy with. Nothing here
//! decides anything; people look at it.

use libp2p::core::ConnectedPoint;
use libp2p::multiaddr::Protocol;
use libp2p::swarm::ConnectionId;
use libp2p::{Multiaddr, PeerId};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};
use types::WorkerId;

/// So many of the latest round trips count.
const SAMPLES: usize = 16;

/// What carries a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Carrier {
    /// QUIC, over UDP.
    Quic,
    /// TCP with noise and yamux.
    Tcp,
    /// Something else.
    Other,
}

/// A connection as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Who is at the other end.
    pub peer: WorkerId,
    /// Where: a multiaddr.
    pub address: String,
    /// What carries it.
    pub carrier: Carrier,
    /// True if another node passes everything on.
    pub relayed: bool,
    /// For how long it has stood.
    pub age: Duration,
    /// The middle one of the latest round trips; `None` before the first.
    pub round_trip: Option<Duration>,
}

/// The connections of a transport, by peer.
#[derive(Debug, Default)]
pub(super) struct Paths(BTreeMap<PeerId, Peer>);

#[derive(Debug, Default)]
struct Peer {
    /// Oldest first; streams are opened on the newest.
    paths: Vec<(ConnectionId, Path)>,
    round_trips: VecDeque<Duration>,
}

#[derive(Debug)]
struct Path {
    address: Multiaddr,
    relayed: bool,
    since: Instant,
}

impl Paths {
    pub(super) fn opened(&mut self, peer: PeerId, id: ConnectionId, point: &ConnectedPoint) {
        let (address, relayed) = (point.get_remote_address().clone(), point.is_relayed());
        let known = self.0.entry(peer).or_default();
        // Another way has another speed.
        known.round_trips.clear();
        known.paths.push((id, Path { address, relayed, since: Instant::now() }));
    }

    pub(super) fn closed(&mut self, peer: PeerId, id: ConnectionId) {
        if let Some(known) = self.0.get_mut(&peer) {
            known.paths.retain(|(open, _)| *open != id);
            if known.paths.is_empty() {
                self.0.remove(&peer);
            }
        }
    }

    pub(super) fn took(&mut self, peer: PeerId, round_trip: Duration) {
        if let Some(known) = self.0.get_mut(&peer) {
            if known.round_trips.len() == SAMPLES {
                known.round_trips.pop_front();
            }
            known.round_trips.push_back(round_trip);
        }
    }

    /// The connection in use with each peer; the others are about to end.
    pub(super) fn list(&self) -> Vec<Connection> {
        self.0.iter().filter_map(|(peer, known)| known.connection(*peer)).collect()
    }
}

impl Peer {
    fn connection(&self, peer: PeerId) -> Option<Connection> {
        let (_, path) = self.paths.last()?;
        let mut sorted: Vec<Duration> = self.round_trips.iter().copied().collect();
        sorted.sort_unstable();
        Some(Connection {
            peer: crate::identity::worker_id(peer)?,
            address: bare(&path.address).to_string(),
            carrier: carrier(&path.address),
            relayed: path.relayed,
            age: path.since.elapsed(),
            round_trip: sorted.get(sorted.len() / 2).copied(),
        })
    }
}

/// What an address is reached by.
pub(crate) fn carrier(address: &Multiaddr) -> Carrier {
    let has = |wanted: fn(&Protocol<'_>) -> bool| address.iter().any(|part| wanted(&part));
    if has(|part| matches!(part, Protocol::QuicV1 | Protocol::Quic)) {
        Carrier::Quic
    } else if has(|part| matches!(part, Protocol::Tcp(_))) {
        Carrier::Tcp
    } else {
        Carrier::Other
    }
}

/// Without the `/p2p` that says who is there.
fn bare(address: &Multiaddr) -> Multiaddr {
    address.iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use libp2p::core::Endpoint;
    use libp2p::core::transport::PortUse;

    fn point(address: &str) -> ConnectedPoint {
        let (role_override, port_use) = (Endpoint::Dialer, PortUse::New);
        ConnectedPoint::Dialer { address: address.parse().unwrap(), role_override, port_use }
    }

    fn peer() -> PeerId {
        crate::identity::keypair([1; 32]).unwrap().public().to_peer_id()
    }

    #[test]
    fn the_newest_connection_is_the_one_in_use() {
        let mut paths = Paths::default();
        let [old, new] = [1, 2].map(ConnectionId::new_unchecked);
        paths.opened(peer(), old, &point("/ip4/127.0.0.1/tcp/4001"));
        paths.took(peer(), Duration::from_millis(9));
        let address = format!("/ip4/127.0.0.1/udp/4001/quic-v1/p2p/{}", peer());
        paths.opened(peer(), new, &point(&address));
        let [only] = paths.list().try_into().unwrap();
        let Connection { address, carrier, relayed, round_trip, .. } = only;
        assert_eq!((carrier, relayed, round_trip), (Carrier::Quic, false, None));
        assert_eq!(address, "/ip4/127.0.0.1/udp/4001/quic-v1");
        paths.closed(peer(), new);
        assert_eq!(paths.list()[0].carrier, Carrier::Tcp);
        paths.closed(peer(), old);
        assert_eq!(paths.list(), []);
        paths.took(peer(), Duration::from_millis(9));
        assert_eq!(paths.list(), [], "who is gone is not known any more");
    }

    #[test]
    fn the_middle_one_of_the_latest_round_trips_is_told() {
        let mut paths = Paths::default();
        paths.opened(peer(), ConnectionId::new_unchecked(1), &point("/ip4/1.2.3.4/tcp/1"));
        for millis in [900; SAMPLES].into_iter().chain((1..=16).rev()) {
            paths.took(peer(), Duration::from_millis(millis));
        }
        assert_eq!(paths.list()[0].round_trip, Some(Duration::from_millis(9)));
    }
}
