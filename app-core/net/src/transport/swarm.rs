//! The task that owns the libp2p swarm: it does what the handles ask and tells them who is there.
//!
//! Nothing in it waits for a peer: dials and streams are answered when libp2p reports them.

use super::Shared;
use super::streams::{Accepting, Order, Streams};
use crate::NetError;
use futures::StreamExt;
use libp2p::connection_limits::{self, ConnectionLimits};
use libp2p::identity::Keypair;
use libp2p::swarm::dial_opts::{DialOpts, PeerCondition};
use libp2p::swarm::{ConnectionId, NetworkBehaviour, SwarmEvent};
use libp2p::{Multiaddr, PeerId, Swarm, SwarmBuilder, noise, tcp, yamux};
use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};

/// Both ends may be silent for so long; longer than two of the beats that fill the silence.
const IDLE: Duration = Duration::from_secs(60);
/// NAT bindings of UDP often live 30 s.
const KEEP_ALIVE: Duration = Duration::from_secs(25);
const CONNECT: Duration = Duration::from_secs(10);
const LISTEN: Duration = Duration::from_secs(5);
const CLOSE: Duration = Duration::from_millis(500);
/// Connections with one peer: both may dial at once, and a dead one may linger beside its heir.
const CONNECTIONS_PER_PEER: u32 = 4;
const CONNECTIONS_IN: u32 = 2048;
const HANDSHAKES_IN: u32 = 256;
/// What a peer may send ahead of our reading, per stream and per connection.
const STREAM_WINDOW: u32 = 512 * 1024;
const CONNECTION_WINDOW: u32 = 4 * 1024 * 1024;
/// Streams that libp2p itself lets a peer open, before our own limits look at them.
const RAW_STREAMS: u32 = 128;

/// What a handle asks of the task.
#[derive(Debug)]
pub(super) enum Command {
    /// Dial, unless connected.
    Connect { peer: PeerId, addresses: Vec<Multiaddr>, reply: Reply },
    /// Open a stream.
    Open { peer: PeerId, order: Order },
    /// Let a peer in whatever the limits say.
    Reserve(PeerId),
    /// End all connections to a peer.
    Disconnect(PeerId),
    /// End everything.
    Close(oneshot::Sender<()>),
}

type Reply = oneshot::Sender<Result<(), NetError>>;

#[derive(NetworkBehaviour)]
#[behaviour(to_swarm = "Infallible")]
pub(super) struct Behaviour {
    limits: connection_limits::Behaviour,
    streams: Streams,
}

pub(super) fn build(keypair: &Keypair, accepting: Accepting) -> Result<Swarm<Behaviour>, NetError> {
    let limits = ConnectionLimits::default()
        .with_max_pending_incoming(Some(HANDSHAKES_IN))
        .with_max_established_incoming(Some(CONNECTIONS_IN))
        .with_max_established_per_peer(Some(CONNECTIONS_PER_PEER));
    let limits = connection_limits::Behaviour::new(limits);
    let muxer = || {
        let mut muxer = yamux::Config::default();
        muxer.set_max_num_streams(usize::try_from(RAW_STREAMS).unwrap_or(usize::MAX));
        muxer
    };
    let builder = SwarmBuilder::with_existing_identity(keypair.clone())
        .with_tokio()
        .with_tcp(tcp::Config::default().nodelay(true), noise::Config::new, muxer)
        .map_err(|error| cannot_listen(&error))?
        .with_quic_config(|mut quic| {
            quic.keep_alive_interval = KEEP_ALIVE;
            quic.max_idle_timeout = u32::try_from(IDLE.as_millis()).unwrap_or(u32::MAX);
            quic.max_concurrent_stream_limit = RAW_STREAMS;
            quic.max_stream_data = STREAM_WINDOW;
            quic.max_connection_data = CONNECTION_WINDOW;
            quic
        })
        .with_behaviour(|_| Behaviour { limits, streams: Streams::new(accepting) })
        .map_err(|never| match never {})?;
    Ok(builder
        .with_swarm_config(|swarm| swarm.with_idle_connection_timeout(IDLE).with_smart_dial())
        .with_connection_timeout(CONNECT)
        .build())
}

/// Listens at every address, or fails; returns where.
pub(super) async fn listen(
    swarm: &mut Swarm<Behaviour>,
    addresses: &[Multiaddr],
) -> Result<Vec<Multiaddr>, NetError> {
    let mut missing = HashSet::new();
    for address in addresses {
        missing.insert(swarm.listen_on(address.clone()).map_err(|error| cannot_listen(&error))?);
    }
    let all = async {
        while !missing.is_empty() {
            let event = swarm.select_next_some().await;
            if let SwarmEvent::NewListenAddr { listener_id, .. } = event {
                missing.remove(&listener_id);
            } else if let SwarmEvent::ListenerClosed { reason: Err(error), .. }
            | SwarmEvent::ListenerError { error, .. } = event
            {
                return Err(cannot_listen(&error));
            }
        }
        Ok(())
    };
    tokio::time::timeout(LISTEN, all).await.unwrap_or(Err(NetError::Timeout))?;
    Ok(swarm.listeners().cloned().collect())
}

/// With the causes: libp2p's own words alone are often empty.
fn cannot_listen(error: &dyn std::error::Error) -> NetError {
    let causes = std::iter::successors(Some(error), |error| error.source());
    let mut texts: Vec<String> = causes.map(ToString::to_string).collect();
    texts.retain(|text| !text.is_empty());
    texts.dedup();
    NetError::Listen(texts.join(": "))
}

/// The task.
pub(super) async fn run(
    swarm: Swarm<Behaviour>,
    mut commands: mpsc::Receiver<Command>,
    shared: Arc<Shared>,
) {
    let mut task = Task { swarm, shared, live: BTreeMap::new(), dials: BTreeMap::new() };
    loop {
        tokio::select! {
            command = commands.recv() => match command {
                Some(Command::Close(reply)) => {
                    commands.close();
                    task.close().await;
                    // Whoever asked may not wait any more.
                    let _ = reply.send(());
                    return;
                }
                Some(Command::Connect { peer, addresses, reply }) => {
                    task.connect(peer, addresses, reply);
                }
                Some(Command::Open { peer, order }) => {
                    task.swarm.behaviour_mut().streams.open(peer, order);
                }
                Some(Command::Reserve(peer)) => {
                    let behaviour = task.swarm.behaviour_mut();
                    behaviour.limits.bypass_peer_id(&peer);
                    behaviour.streams.reserve(peer);
                }
                Some(Command::Disconnect(peer)) => task.disconnect(peer),
                None => return,
            },
            event = task.swarm.select_next_some() => task.on_event(event),
        }
    }
}

struct Task {
    swarm: Swarm<Behaviour>,
    shared: Arc<Shared>,
    /// Connections that stand and that nobody has given up. The swarm still counts one that is
    /// being closed, and a stream opened on it would end at once.
    live: BTreeMap<PeerId, HashSet<ConnectionId>>,
    dials: BTreeMap<PeerId, Dial>,
}

/// A dial under way, and who waits for it.
struct Dial {
    connection: ConnectionId,
    replies: Vec<Reply>,
}

impl Task {
    fn connect(&mut self, peer: PeerId, addresses: Vec<Multiaddr>, reply: Reply) {
        if self.live.contains_key(&peer) {
            self.shared.lock().connected.insert(peer);
            answer(reply, Ok(()));
            return;
        }
        if let Some(dial) = self.dials.get_mut(&peer) {
            dial.replies.push(reply);
            return;
        }
        let dial = DialOpts::peer_id(peer)
            .addresses(addresses)
            .condition(PeerCondition::Always)
            .allocate_new_port()
            .build();
        let connection = dial.connection_id();
        self.dials.insert(peer, Dial { connection, replies: vec![reply] });
        if let Err(error) = self.swarm.dial(dial) {
            tracing::debug!(%peer, %error, "cannot dial");
            self.answer_all(peer, &Err(NetError::NoNetwork));
        }
    }

    fn disconnect(&mut self, peer: PeerId) {
        // An error says that there is no connection, as wished.
        let _ = self.swarm.disconnect_peer_id(peer);
        self.live.remove(&peer);
        self.note(peer);
    }

    fn on_event(&mut self, event: SwarmEvent<Infallible>) {
        if let SwarmEvent::ConnectionEstablished { peer_id, connection_id, endpoint, .. } = event {
            self.shared.lock().paths.opened(peer_id, connection_id, &endpoint);
            self.live.entry(peer_id).or_default().insert(connection_id);
            self.note(peer_id);
            self.answer_all(peer_id, &Ok(()));
        } else if let SwarmEvent::ConnectionClosed { peer_id, connection_id, cause, .. } = event {
            tracing::debug!(peer = %peer_id, ?cause, "connection closed");
            self.shared.lock().paths.closed(peer_id, connection_id);
            if let Some(live) = self.live.get_mut(&peer_id) {
                live.remove(&connection_id);
                self.live.retain(|_, live| !live.is_empty());
            }
            self.note(peer_id);
        } else if let SwarmEvent::OutgoingConnectionError {
            peer_id: Some(peer),
            connection_id,
            error,
        } = event
        {
            tracing::debug!(%peer, %error, "cannot connect");
            // An earlier dial may fail after its peer has dialled us; who waits now waits for another.
            if self.dials.get(&peer).is_some_and(|dial| dial.connection == connection_id) {
                self.answer_all(peer, &Err(NetError::NoNetwork));
            }
        } else if let SwarmEvent::NewListenAddr { address, .. } = event {
            self.shared.lock().addresses.push(address);
        } else if let SwarmEvent::ExpiredListenAddr { address, .. } = event {
            self.shared.lock().addresses.retain(|known| *known != address);
        }
    }

    /// Brings what the handles see up to date with the swarm.
    fn note(&mut self, peer: PeerId) {
        let connected = self.live.contains_key(&peer);
        let mut state = self.shared.lock();
        if connected {
            state.connected.insert(peer);
        } else {
            state.connected.remove(&peer);
            // A new connection starts with new places; those of the dead streams die with them.
            state.outgoing.remove(&peer);
        }
    }

    fn answer_all(&mut self, peer: PeerId, result: &Result<(), NetError>) {
        for reply in self.dials.remove(&peer).map_or_else(Vec::new, |dial| dial.replies) {
            answer(reply, result.clone());
        }
    }

    /// Says goodbye to every peer, as long as that takes a moment only.
    async fn close(&mut self) {
        let peers: Vec<PeerId> = self.swarm.connected_peers().copied().collect();
        peers.into_iter().for_each(|peer| self.disconnect(peer));
        let gone = async {
            while self.swarm.connected_peers().next().is_some() {
                let event = self.swarm.select_next_some().await;
                self.on_event(event);
            }
        };
        if tokio::time::timeout(CLOSE, gone).await.is_err() {
            tracing::debug!("some peers were not told that we leave");
        }
        self.shared.lock().connected.clear();
    }
}

fn answer(reply: Reply, result: Result<(), NetError>) {
    // A caller that gave up does not miss the answer.
    drop(reply.send(result));
}
