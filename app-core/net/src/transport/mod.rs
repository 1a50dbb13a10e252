//! Connections to other nodes: QUIC first, TCP with noise and yamux second.
//!
//! [`Transport`] is a cheap handle on a task that owns the libp2p swarm; the task ends with the
//! last handle. Used by the light node and by the network's nodes. A peer is always known by its
//! proven Ed25519 key; nothing here reads what a frame says.

mod channel;
mod paths;
mod streams;
mod swarm;

pub use channel::{Channel, ChannelReceiver, ChannelSender};
pub(crate) use paths::carrier;
pub use paths::{Carrier, Connection};

use crate::{NetError, identity};
use channel::{Counted, Meter, Permits};
use libp2p::identity::Keypair;
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId, StreamProtocol};
use paths::Paths;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use streams::{Accepted, Accepting, Order};
use swarm::Command;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, oneshot};
use types::WorkerId;
use wire::protocol::{MAX_REPLY, MAX_REQUEST};

/// Streams that we open to one peer at a time; further ones wait. Half of what a peer allows, as it
/// notices a stream's end later than we do.
const STREAMS_TO_PEER: usize = 32;
/// Commands that wait for the swarm task.
const COMMANDS: usize = 64;

/// A node's presence on the network.
#[derive(Debug, Clone)]
pub struct Transport {
    id: WorkerId,
    commands: mpsc::Sender<Command>,
    accepting: Accepting,
    shared: Arc<Shared>,
}

/// What the swarm task tells the handles.
#[derive(Debug, Default)]
struct Shared {
    state: Mutex<State>,
    meter: Arc<Meter>,
}

#[derive(Debug, Default)]
struct State {
    addresses: Vec<Multiaddr>,
    connected: BTreeSet<PeerId>,
    outgoing: BTreeMap<PeerId, Arc<Semaphore>>,
    paths: Paths,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport {
    /// Starts a node with this Ed25519 seed, listening at these addresses; port 0 takes any free
    /// one. Returns once it listens. Must run inside tokio.
    ///
    /// # Errors
    /// [`NetError::Listen`] if an address is taken or not ours.
    pub async fn spawn(seed: [u8; 32], listen: &[Multiaddr]) -> Result<Self, NetError> {
        Self::spawn_serving(seed, listen, &[]).await
    }

    /// As [`Transport::spawn`], for a node that is going to serve these protocols: their streams
    /// wait from the first moment until [`Transport::accept`] takes them up. Without this, a peer
    /// that comes early would learn that there is no such protocol.
    ///
    /// # Errors
    /// As [`Transport::spawn`]; [`NetError::UpgradeNeeded`] for a name that no protocol can have.
    pub async fn spawn_serving(
        seed: [u8; 32],
        listen: &[Multiaddr],
        protocols: &[&str],
    ) -> Result<Self, NetError> {
        let accepting = Accepting::default();
        for protocol in protocols {
            accepting.prepare(name(protocol)?);
        }
        Self::start(&identity::keypair(seed)?, listen, accepting).await
    }

    pub(crate) async fn spawn_as(
        keypair: &Keypair,
        listen: &[Multiaddr],
    ) -> Result<Self, NetError> {
        Self::start(keypair, listen, Accepting::default()).await
    }

    async fn start(
        keypair: &Keypair,
        listen: &[Multiaddr],
        accepting: Accepting,
    ) -> Result<Self, NetError> {
        let id = identity::worker_id(keypair.public().to_peer_id()).ok_or(NetError::BadReply)?;
        let shared = Arc::new(Shared::default());
        let mut swarm = swarm::build(keypair, accepting.clone())?;
        let addresses = swarm::listen(&mut swarm, listen).await?;
        shared.lock().addresses = addresses;
        let (commands, receiver) = mpsc::channel(COMMANDS);
        tokio::spawn(swarm::run(swarm, receiver, Arc::clone(&shared)));
        Ok(Self { id, commands, accepting, shared })
    }

    /// This node.
    #[must_use]
    pub const fn id(&self) -> WorkerId {
        self.id
    }

    /// Where it listens: multiaddrs without `/p2p`.
    #[must_use]
    pub fn addresses(&self) -> Vec<String> {
        self.shared.lock().addresses.iter().map(ToString::to_string).collect()
    }

    /// Keeps places for these peers: what strangers use up of connections and streams, they do not
    /// miss. Counts for connections that are made from now on.
    ///
    /// # Errors
    /// [`NetError::Closed`] after the end; [`NetError::BadAddress`] for what is no peer's key.
    pub async fn reserve(&self, peers: &[WorkerId]) -> Result<(), NetError> {
        for peer in peers {
            let command = Command::Reserve(identity::peer_id(*peer)?);
            self.commands.send(command).await.map_err(|_| NetError::Closed)?;
        }
        Ok(())
    }

    /// Connects to a peer at any of these addresses, unless a connection is there already. Several
    /// callers share one dial.
    ///
    /// # Errors
    /// [`NetError::BadAddress`] if none of them can be read, [`NetError::NoNetwork`] if nobody with
    /// that key answers.
    pub async fn connect(&self, peer: WorkerId, addresses: &[String]) -> Result<(), NetError> {
        let peer = identity::peer_id(peer)?;
        if self.shared.lock().connected.contains(&peer) {
            return Ok(());
        }
        let mut good = Vec::new();
        for address in addresses {
            good.extend(dialable(address));
        }
        if good.is_empty() {
            return Err(NetError::BadAddress(addresses.join(" ")));
        }
        let (reply, answer) = oneshot::channel();
        self.command(Command::Connect { peer, addresses: good, reply }).await?;
        answer.await.unwrap_or(Err(NetError::Closed))
    }

    /// True while a connection to the peer stands, as far as we know.
    #[must_use]
    pub fn is_connected(&self, peer: WorkerId) -> bool {
        identity::peer_id(peer).is_ok_and(|peer| self.shared.lock().connected.contains(&peer))
    }

    /// The connection in use with each peer, as it stands now.
    #[must_use]
    pub fn connections(&self) -> Vec<Connection> {
        self.shared.lock().paths.list()
    }

    /// Ends every connection to a peer. Right when it does not answer any more: the next
    /// [`Transport::connect`] dials anew instead of trusting a dead connection.
    pub async fn disconnect(&self, peer: WorkerId) {
        if let Ok(peer) = identity::peer_id(peer) {
            self.shared.lock().connected.remove(&peer);
            // A transport that is gone has no connections.
            drop(self.command(Command::Disconnect(peer)).await);
        }
    }

    /// Sends one frame under a protocol and waits for one frame back. The peer must be connected.
    ///
    /// # Errors
    /// Any [`NetError`] but those about addresses.
    pub async fn request(
        &self,
        peer: WorkerId,
        protocol: &str,
        request: &[u8],
        timeout: Duration,
    ) -> Result<Vec<u8>, NetError> {
        if request.len() > MAX_REQUEST {
            return Err(NetError::TooLong);
        }
        let exchange = async {
            let mut channel = self.open(peer, protocol).await?;
            channel.send(request).await?;
            channel.finish().await;
            channel.receive(MAX_REPLY).await?.ok_or(NetError::Closed)
        };
        tokio::time::timeout(timeout, exchange).await.unwrap_or(Err(NetError::Timeout))
    }

    /// Opens a stream under a protocol. The peer must be connected. Waits while too many streams to
    /// that peer are open.
    ///
    /// # Errors
    /// [`NetError::NoNetwork`] without a connection, [`NetError::UpgradeNeeded`] if the peer has no
    /// such protocol, [`NetError::Timeout`] or [`NetError::Closed`] if it falls silent.
    pub async fn open(&self, peer: WorkerId, protocol: &str) -> Result<Channel, NetError> {
        let (peer, protocol) = (identity::peer_id(peer)?, name(protocol)?);
        let permit = self.permit(peer).await?;
        let (reply, answer) = oneshot::channel();
        let asked = Instant::now();
        self.command(Command::Open { peer, order: Order { protocol, reply } }).await?;
        let answer = answer.await.unwrap_or(Err(NetError::Closed));
        // A refusal is a way there and back as well.
        if matches!(answer, Ok(_) | Err(NetError::UpgradeNeeded)) {
            self.shared.lock().paths.took(peer, asked.elapsed());
        }
        let stream = answer?;
        let counted = Counted { stream, permits: Permits::of([permit]) };
        Ok(Channel::new(counted, &self.shared.meter))
    }

    /// Takes up the streams that peers open under a protocol. Whoever took them up before gets no
    /// more.
    ///
    /// # Errors
    /// [`NetError::UpgradeNeeded`] for a name that no protocol can have.
    pub fn accept(&self, protocol: &str) -> Result<Incoming, NetError> {
        let streams = self.accepting.register(name(protocol)?);
        Ok(Incoming { streams, meter: Arc::clone(&self.shared.meter) })
    }

    /// Bytes received and sent in frames, over all channels so far.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        self.shared.meter.read()
    }

    /// Tells all peers that we leave, and ends the task. Other handles are of no use afterwards.
    pub async fn close(self) {
        let (reply, done) = oneshot::channel();
        if self.command(Command::Close(reply)).await.is_ok() {
            // The task drops the sender if it ends in another way; either way it has ended.
            drop(done.await);
        }
    }

    async fn command(&self, command: Command) -> Result<(), NetError> {
        self.commands.send(command).await.map_err(|_| NetError::Closed)
    }

    async fn permit(&self, peer: PeerId) -> Result<OwnedSemaphorePermit, NetError> {
        let semaphore = {
            let mut state = self.shared.lock();
            if !state.connected.contains(&peer) {
                return Err(NetError::NoNetwork);
            }
            let new = || Arc::new(Semaphore::new(STREAMS_TO_PEER));
            Arc::clone(state.outgoing.entry(peer).or_insert_with(new))
        };
        semaphore.acquire_owned().await.map_err(|_| NetError::Closed)
    }
}

/// Streams that peers open under one protocol.
#[derive(Debug)]
pub struct Incoming {
    streams: mpsc::Receiver<Accepted>,
    meter: Arc<Meter>,
}

impl Incoming {
    /// The next stream, and who opened it; `None` once the transport is gone or another caller
    /// takes them up.
    pub async fn next(&mut self) -> Option<(WorkerId, Channel)> {
        let (peer, counted) = self.streams.recv().await?;
        Some((peer, Channel::new(counted, &self.meter)))
    }
}

fn name(protocol: &str) -> Result<StreamProtocol, NetError> {
    StreamProtocol::try_from_owned(protocol.to_owned()).map_err(|_| NetError::UpgradeNeeded)
}

/// An address to dial, without its `/p2p`: the key is given apart.
fn dialable(address: &str) -> Option<Multiaddr> {
    let address: Multiaddr = address.parse().ok()?;
    let address: Multiaddr =
        address.iter().filter(|part| !matches!(part, Protocol::P2p(_))).collect();
    (!address.is_empty()).then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: &str = "/test/held/1";

    /// Opens a stream past our own limit, as a peer that does not keep it would.
    async fn open_unasked(from: &Transport, to: WorkerId) -> Channel {
        let (reply, answer) = oneshot::channel();
        let order = Order { protocol: StreamProtocol::new(HELD), reply };
        let peer = identity::peer_id(to).unwrap();
        from.command(Command::Open { peer, order }).await.unwrap();
        let counted =
            Counted { stream: answer.await.unwrap().unwrap(), permits: Permits::default() };
        Channel::new(counted, &from.shared.meter)
    }

    #[tokio::test]
    async fn a_peer_gets_so_many_streams_and_no_more() {
        let listen = "/ip4/127.0.0.1/udp/0/quic-v1".parse().unwrap();
        let server = Transport::spawn([1; 32], &[listen]).await.unwrap();
        let greedy = Transport::spawn([2; 32], &[]).await.unwrap();
        greedy.connect(server.id(), &server.addresses()).await.unwrap();
        let mut incoming = server.accept(HELD).unwrap();
        let mut held = Vec::new();
        for _ in 0..streams::STREAMS_PER_CONNECTION {
            let opened = open_unasked(&greedy, server.id()).await;
            held.push((opened, incoming.next().await.unwrap()));
        }
        let mut refused = open_unasked(&greedy, server.id()).await;
        assert!(!matches!(refused.receive(10).await, Ok(Some(_))));

        let (opened, accepted) = held.pop().unwrap();
        drop((opened, accepted));
        let mut taken = open_unasked(&greedy, server.id()).await;
        let (_, mut accepted) = incoming.next().await.unwrap();
        taken.send(b"again").await.unwrap();
        assert_eq!(accepted.receive(10).await, Ok(Some(b"again".to_vec())));
    }
}
