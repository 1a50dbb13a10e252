//! Consensus messages between managers: one held channel each way for every pair.
//!
//! A message may be lost (a full queue, a broken channel): the consensus repeats what matters until
//! the round is final. What must not happen is that one slow or dead peer holds up the others.
//! Whom there is to talk to changes with the committee; the manager says.

use crate::book::Book;
use manager::{MAX_FRAME, Manager};
use net::NetError;
use net::transport::{Channel, Incoming, Transport};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::mpsc;
use types::WorkerId;
use wire::protocol::ACP;

/// Messages that wait for one peer, and their bytes: a peer that takes nothing may ask for much.
const QUEUE: usize = 256;
const QUEUE_BYTES: usize = 8 * 1024 * 1024;
const PAUSE: Duration = Duration::from_millis(200);
const LONG_PAUSE: Duration = Duration::from_secs(2);
/// A peer that takes nothing for so long is dialled anew.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most managers that are talked to: all that can be registered. Two committees are among them.
const MOST: usize = ledger::MAX_MANAGERS;

/// What a manager wants sent: to one other, or to all.
pub(crate) type Outbox = mpsc::Receiver<(Option<WorkerId>, Vec<u8>)>;

/// Starts the tasks of one manager.
pub(crate) fn start(
    transport: &Transport,
    manager: &Manager,
    book: Arc<Book>,
    outbox: Outbox,
) -> Result<(), NetError> {
    let incoming = transport.accept(ACP)?;
    tokio::spawn(accept(incoming, transport.clone(), manager.clone()));
    let links = Links { transport: transport.clone(), book, open: BTreeMap::new() };
    tokio::spawn(links.distribute(outbox, manager.clone()));
    Ok(())
}

/// What waits for one peer.
struct Queue {
    messages: mpsc::Sender<Arc<Vec<u8>>>,
    bytes: Arc<AtomicUsize>,
}

impl Queue {
    /// False if there is no room for it.
    fn put(&self, message: Arc<Vec<u8>>) -> bool {
        let length = message.len();
        let waiting = self.bytes.fetch_add(length, Ordering::Relaxed);
        let fits = waiting == 0 || waiting.saturating_add(length) <= QUEUE_BYTES;
        let taken = fits && self.messages.try_send(message).is_ok();
        if !taken {
            self.bytes.fetch_sub(length, Ordering::Relaxed);
        }
        taken
    }
}

/// The other end of it.
struct Waiting {
    messages: mpsc::Receiver<Arc<Vec<u8>>>,
    bytes: Arc<AtomicUsize>,
}

impl Waiting {
    async fn next(&mut self) -> Option<Arc<Vec<u8>>> {
        let message = self.messages.recv().await?;
        self.bytes.fetch_sub(message.len(), Ordering::Relaxed);
        Some(message)
    }

    fn clear(&mut self) {
        while let Ok(message) = self.messages.try_recv() {
            self.bytes.fetch_sub(message.len(), Ordering::Relaxed);
        }
    }
}

fn queue() -> (Queue, Waiting) {
    let (sender, messages) = mpsc::channel(QUEUE);
    let bytes = Arc::new(AtomicUsize::new(0));
    (Queue { messages: sender, bytes: Arc::clone(&bytes) }, Waiting { messages, bytes })
}

/// The ways to the other managers, made when they are needed and dropped with their seats.
struct Links {
    transport: Transport,
    book: Arc<Book>,
    open: BTreeMap<WorkerId, Queue>,
}

impl Links {
    async fn distribute(mut self, mut outbox: Outbox, manager: Manager) {
        let mut peers = manager.peers();
        drop(manager);
        while let Some((to, message)) = outbox.recv().await {
            let message = Arc::new(message);
            let all = peers.borrow_and_update().clone();
            self.open.retain(|peer, _| all.contains(peer) || to == Some(*peer));
            for peer in to.map_or(all, |to| vec![to]) {
                self.send(peer, Arc::clone(&message));
            }
        }
    }

    fn send(&mut self, peer: WorkerId, message: Arc<Vec<u8>>) {
        if peer == self.transport.id()
            || (self.open.len() >= MOST && !self.open.contains_key(&peer))
        {
            return;
        }
        let link = self.open.entry(peer).or_insert_with(|| {
            let (sender, queue) = queue();
            let (transport, book) = (self.transport.clone(), Arc::clone(&self.book));
            tokio::spawn(Link { transport, peer, book }.run(queue));
            sender
        });
        if !link.put(message) {
            tracing::debug!(%peer, "a message for a slow manager is dropped");
        }
    }
}

/// The way to one other manager.
struct Link {
    transport: Transport,
    peer: WorkerId,
    book: Arc<Book>,
}

impl Link {
    async fn run(self, mut queue: Waiting) {
        let mut pause = PAUSE;
        while !queue.messages.is_closed() {
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
            queue.clear();
        }
    }

    async fn open(&self) -> Result<Channel, NetError> {
        let open = async {
            self.transport.connect(self.peer, &self.book.addresses(self.peer)).await?;
            self.transport.open(self.peer, ACP).await
        };
        tokio::time::timeout(PATIENCE, open).await.unwrap_or(Err(NetError::Timeout))
    }

    /// Sends what comes; ends well when nothing will come any more.
    async fn feed(&self, mut channel: Channel, queue: &mut Waiting) -> Result<(), NetError> {
        while let Some(message) = queue.next().await {
            let sent = tokio::time::timeout(PATIENCE, channel.send(&message)).await;
            sent.unwrap_or(Err(NetError::Timeout))?;
        }
        Ok(())
    }
}

/// Reads the newest channel of each manager; the one before it is dead, or its owner is greedy.
async fn accept(mut incoming: Incoming, transport: Transport, manager: Manager) {
    let mut readers: BTreeMap<WorkerId, tokio::task::AbortHandle> = BTreeMap::new();
    while let Some((peer, channel)) = incoming.next().await {
        readers.retain(|_, reader| !reader.is_finished());
        let room = readers.len() < MOST || readers.contains_key(&peer);
        if !manager.knows(peer) || !room {
            tracing::debug!(%peer, "a stranger speaks of consensus");
            continue;
        }
        let reader = tokio::spawn(read(channel, manager.clone(), peer)).abort_handle();
        if let Some(older) = readers.insert(peer, reader) {
            older.abort();
            // It was restarted, and what we send goes into a line that is dead: nothing else would
            // tell so for many seconds. Both sides dial anew.
            transport.disconnect(peer).await;
        }
    }
}

async fn read(mut channel: Channel, manager: Manager, peer: WorkerId) {
    loop {
        match channel.receive(MAX_FRAME).await {
            Ok(Some(message)) => manager.incoming(peer, message).await,
            Ok(None) => return,
            Err(error) => {
                tracing::debug!(%peer, %error, "a link from a manager ended");
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_waits_for_a_slow_peer_is_bounded_in_number_and_bytes() {
        let (queue, mut waiting) = queue();
        let long = Arc::new(vec![0; QUEUE_BYTES / 2]);
        assert!(queue.put(Arc::clone(&long)) && queue.put(Arc::clone(&long)));
        assert!(!queue.put(Arc::new(vec![0])));
        waiting.next().await.unwrap();
        assert!(queue.put(long));
        waiting.clear();
        let longest = Arc::new(vec![0; QUEUE_BYTES + 1]);
        assert!(queue.put(longest), "one alone is always taken");
        waiting.clear();
        let put = (0..QUEUE + 5).filter(|_| queue.put(Arc::new(vec![0]))).count();
        assert_eq!(put, QUEUE);
    }
}
