//! The held streams: one per light node, or per worker at a manager. A subscriber is told of mail
//! in its queues, of headers and of warrants, and is dropped when it says nothing for three beats.

use crate::warrants::Warrants;
use net::NetError;
use net::transport::{Channel, ChannelReceiver, ChannelSender, Incoming};
use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{broadcast, mpsc, watch};
use tokio::time::Instant;
use types::{QueueId, Round, WorkerId};
use wire::chain::Object;
use wire::events::{BEAT_SECS, Event, Follow, QueueRight, Subscribe};
use wire::mail::queue_id;
use wire::protocol::MAX_REQUEST;
use wire::{Decode, Encode, Failure};
use worker::Worker;

/// Three beats.
const PATIENCE: Duration = Duration::from_secs(3 * BEAT_SECS);
/// How long a subscriber may take to take an event.
const SEND: Duration = Duration::from_secs(30);
const RETRY: Duration = Duration::from_secs(1);
/// How often a subscriber hears of the newest header that looks at nothing.
const MINUTE: Duration = Duration::from_secs(60);
/// Headers fetched at a time for a subscriber that is behind.
const BATCH: u16 = 64;
/// Messages of a subscriber that wait to be acted on.
const WAITING: usize = 8;

/// Where headers come from.
pub(crate) trait Headers: Clone + Send + Sync + 'static {
    /// The newest round, as it grows.
    fn tip(&self) -> watch::Receiver<Round>;
    /// Certified headers from this round on.
    fn headers(
        &self,
        from: Round,
        max: u16,
    ) -> impl Future<Output = Result<Vec<Object>, Failure>> + Send;
}

/// What subscribers are told of.
#[derive(Debug, Clone)]
pub(crate) struct News<H> {
    pub(crate) headers: H,
    /// A node without mailboxes has no worker, and nobody has a right there.
    pub(crate) mail: Option<(WorkerId, Worker)>,
    pub(crate) warrants: Arc<Warrants>,
}

/// Serves the protocol.
pub(crate) fn serve<H: Headers>(mut incoming: Incoming, news: News<H>) {
    tokio::spawn(async move {
        while let Some((peer, channel)) = incoming.next().await {
            tokio::spawn(subscriber(peer, channel, news.clone()));
        }
    });
}

async fn subscriber<H: Headers>(peer: WorkerId, channel: Channel, news: News<H>) {
    let (sender, receiver) = channel.split();
    let (messages, inbox) = mpsc::channel(WAITING);
    let News { headers, mail, warrants } = news;
    let tip = headers.tip();
    let telling = Telling {
        mail: mail.map(|(worker, mailboxes)| Mail::new(peer, worker, mailboxes)),
        feed: Feed { headers, tip, wish: Wish::None },
        warnings: Warnings { newest: warrants.newest(), warrants, told: 0 },
    };
    let end = tokio::select! {
        end = listen(receiver, messages) => end,
        end = tell(Line(sender), inbox, telling) => end,
    };
    if let Err(error) = end {
        tracing::debug!(%error, "a subscription ended");
    }
}

/// Reads what the subscriber says, until it falls silent or says nonsense.
async fn listen(
    mut receiver: ChannelReceiver,
    messages: mpsc::Sender<Subscribe>,
) -> Result<(), NetError> {
    loop {
        let frame = tokio::time::timeout(PATIENCE, receiver.receive(MAX_REQUEST)).await;
        let Some(frame) = frame.unwrap_or(Err(NetError::Timeout))? else { return Ok(()) };
        let message = Subscribe::from_bytes(&frame).map_err(|_| NetError::BadReply)?;
        if messages.send(message).await.is_err() {
            return Ok(());
        }
    }
}

/// What one subscriber is still to be told of.
struct Telling<H> {
    mail: Option<Mail>,
    feed: Feed<H>,
    warnings: Warnings,
}

async fn tell<H: Headers>(
    mut line: Line,
    mut inbox: mpsc::Receiver<Subscribe>,
    telling: Telling<H>,
) -> Result<(), NetError> {
    let Telling { mut mail, mut feed, mut warnings } = telling;
    loop {
        tokio::select! {
            message = inbox.recv() => match message {
                None => return Ok(()),
                Some(Subscribe::Beat) => line.send(&Event::Beat).await?,
                Some(Subscribe::To { queues, headers }) => {
                    feed.wish = Wish::of(headers);
                    let waiting = match &mut mail {
                        Some(mail) => mail.watch(&queues).await?,
                        None if queues.is_empty() => Vec::new(),
                        None => return Err(NetError::BadReply),
                    };
                    line.mail(waiting).await?;
                }
            },
            news = news(&mut mail) => line.mail(news).await?,
            new = warnings.next() => {
                for warrant in new {
                    line.send(&Event::Warrant(warrant)).await?;
                }
            }
            batch = feed.next_batch() => {
                for header in batch {
                    line.send(&Event::Header(header)).await?;
                }
            }
        }
    }
}

/// The way to the subscriber.
struct Line(ChannelSender);

impl Line {
    async fn send(&mut self, event: &Event) -> Result<(), NetError> {
        let frame = event.to_bytes();
        let sent = tokio::time::timeout(SEND, self.0.send(&frame)).await;
        sent.unwrap_or(Err(NetError::Timeout))
    }

    async fn mail(&mut self, queues: Vec<QueueId>) -> Result<(), NetError> {
        for queue in queues {
            self.send(&Event::Mail(queue)).await?;
        }
        Ok(())
    }
}

/// The queues a subscriber hears of.
struct Mail {
    peer: WorkerId,
    worker: WorkerId,
    mailboxes: Worker,
    news: broadcast::Receiver<QueueId>,
    queues: BTreeSet<QueueId>,
}

impl Mail {
    fn new(peer: WorkerId, worker: WorkerId, mailboxes: Worker) -> Self {
        let news = mailboxes.news();
        Self { peer, worker, mailboxes, news, queues: BTreeSet::new() }
    }

    /// Replaces the queues; returns those that already hold something.
    async fn watch(&mut self, rights: &[QueueRight]) -> Result<Vec<QueueId>, NetError> {
        let good = |right: &QueueRight| worker::check_right(self.worker, &self.peer.0, right);
        if !rights.iter().all(good) {
            return Err(NetError::BadReply);
        }
        self.queues = rights.iter().map(|right| queue_id(&right.receive_key)).collect();
        Ok(self.waiting().await)
    }

    async fn waiting(&self) -> Vec<QueueId> {
        let queues: Vec<QueueId> = self.queues.iter().copied().collect();
        if queues.is_empty() { queues } else { self.mailboxes.waiting(&queues).await }
    }
}

/// The next news of the subscriber's queues; never, without mailboxes. Cancel-safe.
async fn news(mail: &mut Option<Mail>) -> Vec<QueueId> {
    let Some(mail) = mail else { return std::future::pending().await };
    loop {
        match mail.news.recv().await {
            Ok(queue) if mail.queues.contains(&queue) => return vec![queue],
            Ok(_) => {}
            Err(broadcast::error::RecvError::Lagged(_)) => return mail.waiting().await,
            Err(broadcast::error::RecvError::Closed) => return std::future::pending().await,
        }
    }
}

/// The warrants that a subscriber is told of, each once.
struct Warnings {
    warrants: Arc<Warrants>,
    newest: watch::Receiver<u64>,
    told: u64,
}

impl Warnings {
    /// The next ones, as soon as there are some. Cancel-safe.
    async fn next(&mut self) -> Vec<Object> {
        let told = self.told;
        if self.newest.wait_for(|newest| *newest > told).await.is_err() {
            return std::future::pending().await;
        }
        let (new, newest) = self.warrants.after(told);
        self.told = newest;
        new
    }
}

/// The headers a subscriber still has to get.
struct Feed<H> {
    headers: H,
    tip: watch::Receiver<Round>,
    wish: Wish,
}

/// What is still to be told of headers.
#[derive(Clone, Copy)]
enum Wish {
    None,
    /// Each from this round on.
    From(Round),
    /// The newest, at this moment and then once a minute.
    At(Instant),
}

impl Wish {
    fn of(follow: Follow) -> Self {
        match follow {
            Follow::None => Self::None,
            // Round 0 is the genesis and has no header.
            Follow::Every(from) => Self::From(from.max(Round(1))),
            Follow::Minute => Self::At(Instant::now()),
        }
    }
}

impl<H: Headers> Feed<H> {
    /// The next headers, as soon as there are some; never, if none are wanted. Cancel-safe: what is
    /// given up is fetched again.
    async fn next_batch(&mut self) -> Vec<Object> {
        let next = match self.wish {
            Wish::None => return std::future::pending().await,
            Wish::From(next) => next,
            Wish::At(moment) => return self.newest(moment).await,
        };
        loop {
            if self.tip.wait_for(|tip| *tip >= next).await.is_err() {
                return std::future::pending().await;
            }
            match self.headers.headers(next, BATCH).await {
                Ok(batch) if !batch.is_empty() => {
                    let count = u64::try_from(batch.len()).unwrap_or(u64::MAX);
                    self.wish = Wish::From(next.plus(count));
                    return batch;
                }
                Ok(_) => {}
                Err(failure) => tracing::debug!(%failure, "no headers for a subscriber"),
            }
            tokio::time::sleep(RETRY).await;
        }
    }

    /// The newest header, once its moment has come.
    async fn newest(&mut self, moment: Instant) -> Vec<Object> {
        tokio::time::sleep_until(moment).await;
        loop {
            if self.tip.wait_for(|tip| *tip > Round(0)).await.is_err() {
                return std::future::pending().await;
            }
            let tip = *self.tip.borrow();
            match self.headers.headers(tip, 1).await {
                Ok(batch) if !batch.is_empty() => {
                    self.wish = Wish::At(moment.max(Instant::now()) + MINUTE);
                    return batch;
                }
                Ok(_) => {}
                Err(failure) => tracing::debug!(%failure, "no header for a subscriber"),
            }
            tokio::time::sleep(RETRY).await;
        }
    }
}
