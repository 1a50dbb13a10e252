//! Consensus messages between managers: one held channel each way for every pair.
//!
//! A message may be lost (a full queue, a broken channel): the consensus repeats what matters until
//! the round is final. What must not happen is that one slow or dead peer holds up the others.

use manager::{MAX_FRAME, Manager};
use net::NetError;
use net::transport::{Channel, Incoming, Transport};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use types::WorkerId;
use wire::protocol::ACP;

/// Messages that wait for one peer.
const QUEUE: usize = 256;
const PAUSE: Duration = Duration::from_millis(200);
const LONG_PAUSE: Duration = Duration::from_secs(2);
/// A peer that takes nothing for so long is dialled anew.
const PATIENCE: Duration = Duration::from_secs(5);

/// What a manager wants sent: to one member, or to all others.
pub(crate) type Outbox = mpsc::Receiver<(Option<u16>, Vec<u8>)>;
/// The committee in its order, with where each member listens.
pub(crate) type Members = [(WorkerId, Vec<String>)];

/// Starts the tasks of one member.
pub(crate) fn start(
    transport: &Transport,
    manager: &Manager,
    members: &Members,
    outbox: Outbox,
) -> Result<(), NetError> {
    let incoming = transport.accept(ACP)?;
    let ids = members.iter().map(|(id, _)| *id).collect();
    tokio::spawn(accept(incoming, manager.clone(), ids));
    let mut links = Vec::new();
    for (peer, addresses) in members {
        let link = (*peer != transport.id()).then(|| {
            let (sender, queue) = mpsc::channel(QUEUE);
            let link =
                Link { transport: transport.clone(), peer: *peer, addresses: addresses.clone() };
            tokio::spawn(link.run(queue));
            sender
        });
        links.push(link);
    }
    tokio::spawn(distribute(outbox, links));
    Ok(())
}

type Queue = mpsc::Sender<Arc<Vec<u8>>>;

async fn distribute(mut outbox: Outbox, links: Vec<Option<Queue>>) {
    while let Some((to, message)) = outbox.recv().await {
        let message = Arc::new(message);
        let chosen = links
            .iter()
            .enumerate()
            .filter(|(member, _)| to.is_none_or(|to| usize::from(to) == *member));
        for (member, link) in chosen {
            if let Some(link) = link
                && link.try_send(Arc::clone(&message)).is_err()
            {
                tracing::debug!(member, "a message for a slow member is dropped");
            }
        }
    }
}

/// The way to one other member.
struct Link {
    transport: Transport,
    peer: WorkerId,
    addresses: Vec<String>,
}

impl Link {
    async fn run(self, mut queue: mpsc::Receiver<Arc<Vec<u8>>>) {
        let mut pause = PAUSE;
        while !queue.is_closed() {
            match self.open().await {
                Ok(channel) => {
                    pause = PAUSE;
                    if self.feed(channel, &mut queue).await.is_ok() {
                        return;
                    }
                }
                Err(error) => {
                    tracing::debug!(peer = %self.peer, %error, "no link to a manager");
                    pause = pause.saturating_mul(2).min(LONG_PAUSE);
                }
            }
            self.transport.disconnect(self.peer).await;
            tokio::time::sleep(pause).await;
            // What waited meanwhile is old by now, and newer of it will come.
            while queue.try_recv().is_ok() {}
        }
    }

    async fn open(&self) -> Result<Channel, NetError> {
        let open = async {
            self.transport.connect(self.peer, &self.addresses).await?;
            self.transport.open(self.peer, ACP).await
        };
        tokio::time::timeout(PATIENCE, open).await.unwrap_or(Err(NetError::Timeout))
    }

    /// Sends what comes; ends well when nothing will come any more.
    async fn feed(
        &self,
        mut channel: Channel,
        queue: &mut mpsc::Receiver<Arc<Vec<u8>>>,
    ) -> Result<(), NetError> {
        while let Some(message) = queue.recv().await {
            let sent = tokio::time::timeout(PATIENCE, channel.send(&message)).await;
            sent.unwrap_or(Err(NetError::Timeout))?;
        }
        Ok(())
    }
}

/// Reads the newest channel of each member; the one before it is dead, or its owner is greedy.
async fn accept(mut incoming: Incoming, manager: Manager, members: Vec<WorkerId>) {
    let mut readers = BTreeMap::new();
    while let Some((peer, channel)) = incoming.next().await {
        let member = members.iter().position(|member| *member == peer);
        let Some(member) = member.and_then(|member| u16::try_from(member).ok()) else {
            tracing::debug!(%peer, "a stranger speaks of consensus");
            continue;
        };
        let reader = tokio::spawn(read(channel, manager.clone(), member)).abort_handle();
        if let Some(older) = readers.insert(member, reader) {
            older.abort();
        }
    }
}

async fn read(mut channel: Channel, manager: Manager, member: u16) {
    loop {
        match channel.receive(MAX_FRAME).await {
            Ok(Some(message)) => manager.incoming(member, message).await,
            Ok(None) => return,
            Err(error) => {
                tracing::debug!(member, %error, "a link from a manager ended");
                return;
            }
        }
    }
}
