//! Staying connected: the worker tells of mail and headers over one held stream.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chat::Queue;
use ledger::CertifiedHeader;
use net::{LightNode, NetError};
use wire::Decode;
use wire::chain::Object;
use wire::events::{Event, MAX_QUEUES, QueueRight, Subscribe};

use crate::flows::sync::Progress;
use crate::{Engine, Fault, Happening};

/// Money that was announced is final within so many rounds, or takes its time.
const WATCH: u64 = 10;
/// Between two looks at the account while nothing is expected; anybody may pay us at any time.
const LOOK_EVERY: u64 = 30;
/// Before the next try to reach a network that is gone.
const RETRY: Duration = Duration::from_secs(1);
/// Silence after which the connection is doubted: a ledger that lives tells of headers all the time.
const QUIET: Duration = Duration::from_secs(15);
/// How long new mail is worked on at a time.
const MAIL_IN: Duration = Duration::from_secs(2);
/// How long the ledger is waited for while somebody talks.
const LEDGER: Duration = Duration::from_secs(4);

/// What came over the held stream, or happened to it; still to be dealt with.
#[derive(Debug)]
pub struct Heard(What);

#[derive(Debug)]
enum What {
    Connected,
    Unreachable(Fault),
    Said(Event),
    /// There are queues that the stream does not listen to.
    NewQueues,
    /// A queue had more than could be taken at once.
    More,
    Quiet,
    Ended,
}

impl Engine {
    /// Waits until there is something to do; without a connection, tries to get one. May be dropped
    /// at any time; nothing is lost then.
    pub async fn hear(&mut self) -> Heard {
        let unfinished = !self.unfinished.is_empty();
        if let Some(events) = self.link.as_mut().and_then(|link| link.events.as_mut()) {
            if self.unheard.load(Ordering::Relaxed) {
                return Heard(What::NewQueues);
            }
            if unfinished {
                return Heard(What::More);
            }
            let event = tokio::time::timeout(QUIET, events.recv()).await;
            return Heard(event.map_or(What::Quiet, |event| event.map_or(What::Ended, What::Said)));
        }
        if self.shaken {
            tokio::time::sleep(RETRY).await;
        }
        self.attach()
            .await
            .map_or_else(|fault| Heard(What::Unreachable(fault)), |_| Heard(What::Connected))
    }

    /// Deals with it and says what it was.
    ///
    /// # Errors
    /// As for [`Engine::sync`].
    pub async fn handle(&mut self, heard: Heard) -> Result<Happening, Fault> {
        let handled = match heard.0 {
            What::Connected => self.take_up().await,
            What::Unreachable(fault) => Err(fault),
            What::Said(event) => self.take_event(event).await,
            What::NewQueues => self.subscribe().await.map(|()| Happening::Ledger),
            What::More => self.take_mail().await,
            What::Quiet => self.break_silence().await,
            What::Ended => {
                self.detach();
                Ok(Happening::Offline)
            }
        };
        self.shaken = handled.is_err();
        if self.shaken {
            // Whatever was missed is fetched when the connection is taken up again.
            self.detach();
        }
        match handled {
            Err(fault) if fault.is_offline() => Ok(Happening::Offline),
            other => other,
        }
    }

    /// Catches up over a new connection, and listens from there, also while the ledger stands
    /// still: mail moves without it.
    async fn take_up(&mut self) -> Result<Happening, Fault> {
        const PATIENCE: Duration = Duration::from_secs(10);
        self.unfinished.clear();
        self.catch_up(PATIENCE).await?;
        if self.link.is_none() {
            return Ok(Happening::Offline);
        }
        self.subscribe().await?;
        Ok(Happening::Chat)
    }

    async fn subscribe(&mut self) -> Result<(), Fault> {
        let node = self.attach().await?;
        // Before they are read: one that is made meanwhile is heard of the next time.
        self.unheard.store(false, Ordering::Relaxed);
        let rights = self.rights(&node).await?;
        let headers_from = Some(self.bound()?.light.round().next());
        let events = node.subscribe(Subscribe::To { queues: rights, headers_from }).await?;
        if let Some(link) = &mut self.link {
            link.events = Some(events);
        }
        Ok(())
    }

    /// As many as one stream may listen to: that of our invites, which is the oldest, and the newest.
    async fn rights(&self, node: &LightNode) -> Result<Vec<QueueRight>, Fault> {
        let queues = self.store.queues().await?;
        let here = |queue: &&Queue| queue.created && queue.worker == node.worker();
        let mut made: Vec<&Queue> = queues.iter().filter(here).collect();
        made.sort_by_key(|queue| queue.contact.is_some());
        let (first, too_many) = (made.len().min(1), made.len().saturating_sub(MAX_QUEUES));
        made.drain(first..first.saturating_add(too_many));
        Ok(made.into_iter().map(|queue| queue.right(&node.peer())).collect())
    }

    async fn take_event(&mut self, event: Event) -> Result<Happening, Fault> {
        match event {
            Event::Header(header) => {
                let node = self.attach().await?;
                self.take_header_event(&node, &header).await?;
                let open = !self.store.open_payments().await?.is_empty();
                let round = self.bound()?.light.round();
                if open || round <= self.watch || round.0.is_multiple_of(LOOK_EVERY) {
                    self.look_at_account(&node).await?;
                }
                self.send_again().await?;
                self.tend().await?;
                Ok(Happening::Ledger)
            }
            Event::Mail(queue) => {
                self.unfinished.insert(queue);
                self.take_mail().await
            }
            Event::Beat => Ok(Happening::Ledger),
        }
    }

    /// Takes what waits in the queues that were told of.
    async fn take_mail(&mut self) -> Result<Happening, Fault> {
        let node = self.attach().await?;
        let mut queues = self.store.queues().await?;
        queues.retain(|queue| self.unfinished.contains(&queue.id()));
        let progress = Progress::default();
        if self.receive_from(&node, queues, MAIL_IN, &progress).await? {
            self.unfinished.clear();
        }
        // The receipt first: its sender waits for it.
        self.deliver(&node, &progress).await?;
        // Money that a message speaks of is there or not: look.
        self.look_at_account(&node).await?;
        self.expect_money()?;
        Ok(Happening::Chat)
    }

    /// Looks at the account with each of the next headers.
    pub(crate) fn expect_money(&mut self) -> Result<(), Fault> {
        self.watch = self.bound()?.light.round().plus(WATCH);
        Ok(())
    }

    async fn break_silence(&mut self) -> Result<Happening, Fault> {
        let node = self.attach().await?;
        if !node.is_alive().await {
            return Err(NetError::Timeout.into());
        }
        self.send_again().await?;
        self.tend().await?;
        Ok(Happening::Ledger)
    }

    /// Looks after our prekeys now and then, when no mail is left to read.
    async fn tend(&mut self) -> Result<(), Fault> {
        if !self.unfinished.is_empty() {
            return Ok(());
        }
        let node = self.attach().await?;
        if self.tend_prekeys(&node).await? {
            self.forget_prekeys().await?;
        }
        Ok(())
    }

    /// Tries what was held up, once it has rested.
    async fn send_again(&mut self) -> Result<(), Fault> {
        if self.store.contacts_waiting().await?.is_empty() {
            return Ok(());
        }
        let node = self.attach().await?;
        self.deliver(&node, &Progress::default()).await
    }

    /// A ledger that is not to be had just now is looked at later; the conversation goes on.
    async fn look_at_account(&mut self, node: &LightNode) -> Result<(), Fault> {
        let looking = async {
            self.follow_account(node).await?;
            self.submit_open(node).await
        };
        match tokio::time::timeout(LEDGER, looking).await {
            Ok(Err(fault)) if fault.is_elsewhere() => {
                tracing::info!(code = fault.code(), "the account is looked at later");
                Ok(())
            }
            Ok(done) => done,
            Err(_) => Ok(()),
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
}
