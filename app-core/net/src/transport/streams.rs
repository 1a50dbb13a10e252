//! The swarm's behaviour: opens and accepts streams by the name of their protocol.
//!
//! Polled by the swarm task and by libp2p's task of each connection. Streams that a peer opens wait
//! in a queue per protocol; over a limit they are reset at once, so that a peer that asks too much
//! loses its own requests and nobody else's.

use super::channel::{Counted, Permits};
use crate::{NetError, identity};
use futures::future::{Ready, ready};
use libp2p::core::transport::PortUse;
use libp2p::core::{
    Endpoint, Multiaddr, UpgradeInfo, upgrade::InboundUpgrade, upgrade::OutboundUpgrade,
};
use libp2p::swarm::behaviour::{ConnectionClosed, ConnectionEstablished};
use libp2p::swarm::handler::{
    ConnectionEvent, DialUpgradeError, FullyNegotiatedInbound, FullyNegotiatedOutbound,
};
use libp2p::swarm::{
    ConnectionDenied, ConnectionHandler, ConnectionHandlerEvent, ConnectionId, FromSwarm,
    NetworkBehaviour, NotifyHandler, StreamUpgradeError, SubstreamProtocol, THandler,
    THandlerInEvent, THandlerOutEvent, ToSwarm,
};
use libp2p::{PeerId, Stream, StreamProtocol};
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use tokio::sync::{Semaphore, mpsc, oneshot};
use types::WorkerId;

/// Streams that one peer may hold open on one connection.
pub(super) const STREAMS_PER_CONNECTION: usize = 64;
/// Streams that all peers together may hold open.
const STREAMS: usize = 4096;
/// Accepted streams of one protocol that wait to be taken up.
const WAITING: usize = 256;

/// A stream that a peer opened, with its place under the limits.
pub(super) type Accepted = (WorkerId, Counted);

/// The streams of one protocol.
#[derive(Debug)]
struct Queue {
    sender: mpsc::Sender<Accepted>,
    /// Until somebody takes them up.
    waiting: Option<mpsc::Receiver<Accepted>>,
}

/// Where accepted streams go; shared by the handle, the swarm and every connection.
#[derive(Debug, Clone, Default)]
pub(super) struct Accepting(Arc<Mutex<HashMap<StreamProtocol, Queue>>>);

impl Accepting {
    /// From now on streams of this protocol wait until somebody registers.
    pub(super) fn prepare(&self, protocol: StreamProtocol) {
        let (sender, receiver) = mpsc::channel(WAITING);
        self.lock(|map| map.insert(protocol, Queue { sender, waiting: Some(receiver) }));
    }

    /// From now on streams of this protocol come here; whoever had them before gets no more.
    pub(super) fn register(&self, protocol: StreamProtocol) -> mpsc::Receiver<Accepted> {
        self.lock(|map| {
            let prepared = map.get_mut(&protocol).and_then(|queue| queue.waiting.take());
            prepared.unwrap_or_else(|| {
                let (sender, receiver) = mpsc::channel(WAITING);
                map.insert(protocol, Queue { sender, waiting: None });
                receiver
            })
        })
    }

    fn protocols(&self) -> Vec<StreamProtocol> {
        self.lock(|map| {
            map.retain(|_, queue| !queue.sender.is_closed());
            map.keys().cloned().collect()
        })
    }

    fn deliver(&self, protocol: &StreamProtocol, accepted: Accepted) {
        let sender = self.lock(|map| map.get(protocol).map(|queue| queue.sender.clone()));
        if sender.is_none_or(|sender| sender.try_send(accepted).is_err()) {
            tracing::debug!(%protocol, "nobody takes up a stream, it is reset");
        }
    }

    fn lock<T>(&self, f: impl FnOnce(&mut HashMap<StreamProtocol, Queue>) -> T) -> T {
        f(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A stream that somebody of ours wants.
#[derive(Debug)]
pub(super) struct Order {
    /// What it is for.
    pub(super) protocol: StreamProtocol,
    /// Gets the stream; dropped if the connection ends first.
    pub(super) reply: oneshot::Sender<Result<Stream, NetError>>,
}

/// The behaviour.
#[derive(Debug)]
pub(super) struct Streams {
    accepting: Accepting,
    live: Arc<Semaphore>,
    /// The same for the peers that places are kept for.
    live_reserved: Arc<Semaphore>,
    reserved: BTreeSet<PeerId>,
    connections: BTreeMap<PeerId, Vec<ConnectionId>>,
    orders: VecDeque<(PeerId, ConnectionId, Order)>,
}

impl Streams {
    pub(super) fn new(accepting: Accepting) -> Self {
        Self {
            accepting,
            live: Arc::new(Semaphore::new(STREAMS)),
            live_reserved: Arc::new(Semaphore::new(STREAMS)),
            reserved: BTreeSet::new(),
            connections: BTreeMap::new(),
            orders: VecDeque::new(),
        }
    }

    /// Opens a stream on the newest connection to a peer: after a restart of that peer the older
    /// ones are dead, we only do not know it yet. The swarm must be polled afterwards.
    pub(super) fn open(&mut self, peer: PeerId, order: Order) {
        match self.connections.get(&peer).and_then(|connections| connections.last()) {
            Some(connection) => self.orders.push_back((peer, *connection, order)),
            // The caller may have given up; then nobody misses the answer.
            None => drop(order.reply.send(Err(NetError::NoNetwork))),
        }
    }

    /// Streams of this peer no longer count among those of strangers.
    pub(super) fn reserve(&mut self, peer: PeerId) {
        self.reserved.insert(peer);
    }

    fn handler(&self, peer: PeerId) -> Result<Handler, ConnectionDenied> {
        let live = if self.reserved.contains(&peer) { &self.live_reserved } else { &self.live };
        let peer = identity::worker_id(peer)
            .ok_or_else(|| ConnectionDenied::new("the peer's key is not Ed25519"))?;
        Ok(Handler {
            peer,
            accepting: self.accepting.clone(),
            live_here: Arc::new(Semaphore::new(STREAMS_PER_CONNECTION)),
            live: Arc::clone(live),
            orders: VecDeque::new(),
        })
    }
}

impl NetworkBehaviour for Streams {
    type ConnectionHandler = Handler;
    type ToSwarm = Infallible;

    fn handle_established_inbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: &Multiaddr,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.handler(peer)
    }

    fn handle_established_outbound_connection(
        &mut self,
        _: ConnectionId,
        peer: PeerId,
        _: &Multiaddr,
        _: Endpoint,
        _: PortUse,
    ) -> Result<THandler<Self>, ConnectionDenied> {
        self.handler(peer)
    }

    fn on_swarm_event(&mut self, event: FromSwarm<'_>) {
        if let FromSwarm::ConnectionEstablished(ConnectionEstablished {
            peer_id,
            connection_id,
            ..
        }) = event
        {
            self.connections.entry(peer_id).or_default().push(connection_id);
        } else if let FromSwarm::ConnectionClosed(ConnectionClosed {
            peer_id, connection_id, ..
        }) = event
        {
            self.orders.retain(|(_, connection, _)| *connection != connection_id);
            let left = self.connections.entry(peer_id).or_default();
            left.retain(|connection| *connection != connection_id);
            if left.is_empty() {
                self.connections.remove(&peer_id);
            }
        }
    }

    fn on_connection_handler_event(
        &mut self,
        _: PeerId,
        _: ConnectionId,
        event: THandlerOutEvent<Self>,
    ) {
        match event {}
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<ToSwarm<Self::ToSwarm, THandlerInEvent<Self>>> {
        // No waker: the task that calls `open` polls the swarm next.
        let Some((peer_id, connection, event)) = self.orders.pop_front() else {
            return Poll::Pending;
        };
        Poll::Ready(ToSwarm::NotifyHandler {
            peer_id,
            handler: NotifyHandler::One(connection),
            event,
        })
    }
}

/// The same for one connection.
#[derive(Debug)]
pub(super) struct Handler {
    peer: WorkerId,
    accepting: Accepting,
    live_here: Arc<Semaphore>,
    live: Arc<Semaphore>,
    orders: VecDeque<Order>,
}

impl Handler {
    fn accept(&self, protocol: &StreamProtocol, stream: Stream) {
        let here = Arc::clone(&self.live_here).try_acquire_owned();
        let everywhere = Arc::clone(&self.live).try_acquire_owned();
        if let (Ok(here), Ok(everywhere)) = (here, everywhere) {
            let counted = Counted { stream, permits: Permits::of([here, everywhere]) };
            self.accepting.deliver(protocol, (self.peer, counted));
        } else {
            tracing::debug!(peer = %self.peer, %protocol, "too many open streams, one is reset");
        }
    }
}

impl ConnectionHandler for Handler {
    type FromBehaviour = Order;
    type ToBehaviour = Infallible;
    type InboundProtocol = Offer;
    type OutboundProtocol = Offer;
    type InboundOpenInfo = ();
    type OutboundOpenInfo = oneshot::Sender<Result<Stream, NetError>>;

    fn listen_protocol(&self) -> SubstreamProtocol<Offer, ()> {
        SubstreamProtocol::new(Offer(self.accepting.protocols()), ())
    }

    fn poll(
        &mut self,
        _: &mut Context<'_>,
    ) -> Poll<ConnectionHandlerEvent<Offer, Self::OutboundOpenInfo, Infallible>> {
        // No waker: libp2p polls a handler after every event it hands to it.
        let Some(Order { protocol, reply }) = self.orders.pop_front() else {
            return Poll::Pending;
        };
        Poll::Ready(ConnectionHandlerEvent::OutboundSubstreamRequest {
            protocol: SubstreamProtocol::new(Offer(vec![protocol]), reply),
        })
    }

    fn on_behaviour_event(&mut self, order: Order) {
        self.orders.push_back(order);
    }

    fn on_connection_event(
        &mut self,
        event: ConnectionEvent<'_, Offer, Offer, (), Self::OutboundOpenInfo>,
    ) {
        // A failed send below means that the caller gave up, and the stream is dropped with it.
        if let ConnectionEvent::FullyNegotiatedInbound(FullyNegotiatedInbound {
            protocol: (stream, protocol),
            ..
        }) = event
        {
            self.accept(&protocol, stream);
        } else if let ConnectionEvent::FullyNegotiatedOutbound(FullyNegotiatedOutbound {
            protocol: (stream, _),
            info: reply,
        }) = event
        {
            drop(reply.send(Ok(stream)));
        } else if let ConnectionEvent::DialUpgradeError(DialUpgradeError { info: reply, error }) =
            event
        {
            drop(reply.send(Err(match error {
                StreamUpgradeError::Timeout => NetError::Timeout,
                StreamUpgradeError::NegotiationFailed => NetError::UpgradeNeeded,
                StreamUpgradeError::Io(_) => NetError::Closed,
                StreamUpgradeError::Apply(never) => match never {},
            })));
        }
    }
}

/// Names on offer while a stream is negotiated.
#[derive(Debug)]
pub(super) struct Offer(Vec<StreamProtocol>);

impl UpgradeInfo for Offer {
    type Info = StreamProtocol;
    type InfoIter = std::vec::IntoIter<StreamProtocol>;

    fn protocol_info(&self) -> Self::InfoIter {
        self.0.clone().into_iter()
    }
}

impl InboundUpgrade<Stream> for Offer {
    type Output = (Stream, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_inbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}

impl OutboundUpgrade<Stream> for Offer {
    type Output = (Stream, StreamProtocol);
    type Error = Infallible;
    type Future = Ready<Result<Self::Output, Infallible>>;

    fn upgrade_outbound(self, stream: Stream, protocol: StreamProtocol) -> Self::Future {
        ready(Ok((stream, protocol)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_use_up_the_places_of_a_peer_that_was_reserved_for() {
        let [stranger, known] =
            [1, 2].map(|seed| identity::keypair([seed; 32]).unwrap().public().to_peer_id());
        let mut streams = Streams::new(Accepting::default());
        streams.reserve(known);
        let all = u32::try_from(STREAMS).unwrap();
        let _taken = Arc::clone(&streams.live).try_acquire_many_owned(all).unwrap();
        let left = |peer| streams.handler(peer).unwrap().live.available_permits();
        assert_eq!((left(stranger), left(known)), (0, STREAMS));
    }
}
