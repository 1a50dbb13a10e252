//! Staying connected: the worker tells of mail and headers over one held stream.

use std::time::Duration;

use ledger::CertifiedHeader;
use net::LightNode;
use types::QueueId;
use wire::Decode;
use wire::chain::Object;
use wire::events::{Event, QueueRight, Subscribe};

use crate::{Engine, Fault, Happening};

/// A payment that a message speaks of is final within so many rounds, or takes its time.
const WATCH: u64 = 10;
/// Between two looks at the account while nothing is expected; anybody may pay us at any time.
const LOOK_EVERY: u64 = 30;
/// Before the next try to reach a network that is gone.
const RETRY: Duration = Duration::from_secs(1);

/// What came over the held stream, or happened to it; still to be dealt with.
#[derive(Debug)]
pub struct Heard(What);

#[derive(Debug)]
enum What {
    Connected,
    Said(Event),
    Ended,
}

impl Engine {
    /// Waits until there is something to do; without a connection, tries to get one. May be dropped
    /// at any time; nothing is lost then.
    pub async fn hear(&mut self) -> Heard {
        if let Some(events) = self.link.as_mut().and_then(|link| link.events.as_mut()) {
            return Heard(events.recv().await.map_or(What::Ended, What::Said));
        }
        while let Err(fault) = self.attach().await {
            tracing::debug!(code = fault.code(), "no connection yet");
            tokio::time::sleep(RETRY).await;
        }
        Heard(What::Connected)
    }

    /// Deals with it and says what it was.
    ///
    /// # Errors
    /// As for [`Engine::sync`].
    pub async fn handle(&mut self, heard: Heard) -> Result<Happening, Fault> {
        let handled = match heard.0 {
            What::Connected => self.take_up().await,
            What::Said(event) => self.take_event(event).await,
            What::Ended => {
                self.detach();
                Ok(Happening::Offline)
            }
        };
        if handled.is_err() {
            // Whatever was missed is fetched when the connection is taken up again.
            self.detach();
        }
        match handled {
            Err(fault) if fault.is_offline() => Ok(Happening::Offline),
            other => other,
        }
    }

    /// Catches up over a new connection, and listens from there.
    async fn take_up(&mut self) -> Result<Happening, Fault> {
        const PATIENCE: Duration = Duration::from_secs(10);
        if !self.sync(PATIENCE).await?.synced {
            self.detach();
            return Ok(Happening::Offline);
        }
        self.subscribe().await?;
        Ok(Happening::Chat)
    }

    async fn subscribe(&mut self) -> Result<(), Fault> {
        let node = self.attach().await?;
        let rights = self.rights(&node.peer()).await?;
        let headers_from = Some(self.bound()?.light.round().next());
        let queues = rights.len();
        let events = node.subscribe(Subscribe::To { queues: rights, headers_from }).await?;
        if let Some(link) = &mut self.link {
            link.events = Some(events);
            link.queues = queues;
        }
        Ok(())
    }

    async fn rights(&self, peer: &[u8; 32]) -> Result<Vec<QueueRight>, Fault> {
        let queues = self.store.queues().await?;
        Ok(queues.iter().filter(|queue| queue.created).map(|queue| queue.right(peer)).collect())
    }

    /// Listens to queues that were made since, if there are any.
    async fn listen_to_new_queues(&mut self) -> Result<(), Fault> {
        let made = self.store.queues().await?.iter().filter(|queue| queue.created).count();
        match &self.link {
            Some(link) if link.events.is_some() && link.queues != made => self.subscribe().await,
            Some(_) | None => Ok(()),
        }
    }

    async fn take_event(&mut self, event: Event) -> Result<Happening, Fault> {
        let node = self.attach().await?;
        match event {
            Event::Header(header) => {
                self.take_header_event(&node, &header).await?;
                let open = !self.store.open_payments().await?.is_empty();
                let round = self.bound()?.light.round();
                if open || round <= self.watch || round.0.is_multiple_of(LOOK_EVERY) {
                    self.follow_account(&node).await?;
                }
                if open {
                    self.submit_open(&node).await?;
                }
                Ok(Happening::Ledger)
            }
            Event::Mail(queue) => {
                self.pull_one(queue).await?;
                // The receipt first: its sender waits for it.
                self.deliver(&node).await?;
                // Money that a message speaks of is there or not: look.
                self.follow_account(&node).await?;
                self.watch = self.bound()?.light.round().plus(WATCH);
                self.listen_to_new_queues().await?;
                Ok(Happening::Chat)
            }
            Event::Beat => Ok(Happening::Ledger),
        }
    }

    /// The stream may repeat what was fetched meanwhile, or be ahead of what was.
    async fn take_header_event(&mut self, node: &LightNode, header: &Object) -> Result<(), Fault> {
        const SAVE_EVERY: u64 = 60;
        let round = CertifiedHeader::from_bytes(&header.0)?.header.round;
        let known = self.bound()?.light.round();
        if round > known.next() {
            self.follow_headers(node).await?;
        } else if round == known.next() {
            self.take_header(header)?;
        }
        if round.0.is_multiple_of(SAVE_EVERY) {
            self.save_light().await?;
        }
        Ok(())
    }

    async fn pull_one(&mut self, queue: QueueId) -> Result<(), Fault> {
        let node = self.attach().await?;
        for saved in self.store.queues().await? {
            if saved.id() == queue {
                self.empty_queue(&node, &saved).await?;
            }
        }
        Ok(())
    }
}
