//! The app's side of the network: one held connection to one home worker.
//!
//! Called by the engine. Requests connect by themselves when there is no connection; a subscription
//! that ended is taken up again by its caller, who knows from where. Every start has a new peer
//! key, so that a worker cannot follow a person from one connection to the next.

use crate::transport::{Channel, Connection, Transport};
use crate::{Bootstrap, CallError, NetError, events};
use libp2p::identity::Keypair;
use std::time::Duration;
use tokio::sync::mpsc;
use types::{Address, TxId, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::directory::{DirectoryReply, DirectoryRequest};
use wire::events::{BEAT_SECS, Event, Subscribe};
use wire::mail::{MailReply, MailRequest};
use wire::{Decode, Encode, Reply, code, protocol};

/// A worker may have to ask another node, or two.
const PATIENCE: Duration = Duration::from_secs(10);
/// A stream is opened within one way there and back.
const SIGN_OF_LIFE: Duration = Duration::from_secs(2);
const BEAT: Duration = Duration::from_secs(BEAT_SECS);

/// A handle; clones share the connection, the last one ends it.
#[derive(Debug, Clone)]
pub struct LightNode {
    transport: Transport,
    home: Bootstrap,
}

impl LightNode {
    /// Connects to the home worker. Must run inside tokio.
    ///
    /// # Errors
    /// [`NetError`] if it cannot be reached now.
    pub async fn start(home: Bootstrap) -> Result<Self, NetError> {
        let transport = Transport::spawn_as(&Keypair::generate_ed25519(), &[]).await?;
        let node = Self { transport, home };
        node.connect().await?;
        Ok(node)
    }

    /// Mailboxes.
    ///
    /// # Errors
    /// [`CallError`], as for all requests: not answered, or refused.
    pub async fn mail(&self, request: MailRequest) -> Result<MailReply, CallError> {
        self.call(protocol::MAIL, &request).await
    }

    /// Prekey bundles.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn directory(&self, request: DirectoryRequest) -> Result<DirectoryReply, CallError> {
        self.call(protocol::DIRECTORY, &request).await
    }

    /// The ledger; nothing of the answer is checked here.
    ///
    /// # Errors
    /// [`CallError`].
    pub async fn chain(&self, request: ChainRequest) -> Result<ChainReply, CallError> {
        self.call(protocol::CHAIN, &request).await
    }

    /// Devnet's gift to an address.
    ///
    /// # Errors
    /// [`CallError`]; [`NetError::UpgradeNeeded`] on networks without a faucet.
    pub async fn faucet(&self, address: Address) -> Result<TxId, CallError> {
        self.call(protocol::FAUCET, &address).await
    }

    /// Asks to be told of mail and headers. The events end when the stream dies, and the stream
    /// dies when the receiver is dropped.
    ///
    /// # Errors
    /// [`NetError`] if the worker cannot be reached.
    pub async fn subscribe(&self, to: Subscribe) -> Result<mpsc::Receiver<Event>, NetError> {
        match self.events_channel().await {
            Ok(channel) => events::subscribe(channel, &to, BEAT).await,
            Err(error) => Err(self.doubt(error).await),
        }
    }

    /// The home worker.
    #[must_use]
    pub const fn worker(&self) -> WorkerId {
        self.home.worker
    }

    /// This light node's own libp2p key, which mailbox signatures are bound to.
    #[must_use]
    pub const fn peer(&self) -> [u8; 32] {
        self.transport.id().0
    }

    /// True while the connection stands, as far as we know.
    #[must_use]
    pub fn is_connected(&self) -> bool {
        self.transport.is_connected(self.home.worker)
    }

    /// Asks the worker for a sign of life. Without one the connection is dropped, and the next request
    /// dials anew: a dead worker or a changed network would show by itself only after a minute.
    pub async fn is_alive(&self) -> bool {
        let stream = self.transport.open(self.home.worker, protocol::MAIL);
        let answered = tokio::time::timeout(SIGN_OF_LIFE, stream).await;
        let alive = matches!(answered, Ok(Ok(_) | Err(NetError::UpgradeNeeded)));
        if !alive {
            self.transport.disconnect(self.home.worker).await;
        }
        alive
    }

    /// The connections as they stand now: the one to the home worker, if there is one.
    #[must_use]
    pub fn connections(&self) -> Vec<Connection> {
        self.transport.connections()
    }

    /// Bytes received and sent so far.
    #[must_use]
    pub fn bytes(&self) -> (u64, u64) {
        self.transport.bytes()
    }

    /// Ends the connection politely.
    pub async fn close(self) {
        self.transport.close().await;
    }

    async fn connect(&self) -> Result<(), NetError> {
        let addresses = [self.home.addresses.clone()];
        self.transport.connect(self.home.worker, &addresses).await
    }

    async fn events_channel(&self) -> Result<Channel, NetError> {
        self.connect().await?;
        let open = self.transport.open(self.home.worker, protocol::EVENTS);
        tokio::time::timeout(PATIENCE, open).await.unwrap_or(Err(NetError::Timeout))
    }

    async fn call<T: Decode>(&self, name: &str, request: &impl Encode) -> Result<T, CallError> {
        let request = request.to_bytes();
        let answer = match self.exchange(name, &request).await {
            // The worker was restarted, and we learn of it by this request. All requests may be
            // repeated.
            Err(NetError::Closed) => self.exchange(name, &request).await,
            other => other,
        }?;
        let reply = Reply::<T>::from_bytes(&answer).map_err(|_| NetError::BadReply)?;
        reply.into_result().map_err(|failure| match failure.code.as_str() {
            code::UPGRADE_NEEDED => CallError::Net(NetError::UpgradeNeeded),
            _ => CallError::Failure(failure),
        })
    }

    async fn exchange(&self, name: &str, request: &[u8]) -> Result<Vec<u8>, NetError> {
        self.connect().await?;
        match self.transport.request(self.home.worker, name, request, PATIENCE).await {
            Ok(answer) => Ok(answer),
            Err(error) => Err(self.doubt(error).await),
        }
    }

    /// After silence the connection itself is in doubt (a changed network, a dead worker): the next
    /// request dials anew.
    async fn doubt(&self, error: NetError) -> NetError {
        if error == NetError::Timeout {
            self.transport.disconnect(self.home.worker).await;
        }
        error
    }
}
