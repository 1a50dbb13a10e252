//! Staying connected: the worker tells of mail and headers over one held stream.

use std::sync::atomic::Ordering;
use std::time::Duration;

use chat::Queue;
use net::{LightNode, NetError};
use tokio::time::Instant;
use wire::chain::Object;
use wire::events::{Event, Follow, MAX_QUEUES, QueueRight, Subscribe};

use crate::flows::gifts::Which;
use crate::flows::sync::Progress;
use crate::link::Link;
use crate::{Engine, Fault, Happening};

/// Money that was announced is final within this time, or takes its time.
const WATCH: Duration = Duration::from_secs(20);
/// Between two looks at the account while nothing is expected; anybody may pay us at any time.
const LOOK_EVERY: u64 = 30;
/// Before the next try to reach a network that is gone.
const RETRY: Duration = Duration::from_secs(1);
/// Silence after which the connection is doubted: a ledger that lives tells of headers all the time.
const QUIET: Duration = Duration::from_secs(15);
/// The same while one header a minute is told of.
const QUIET_MINUTE: Duration = Duration::from_secs(75);
/// Between two pieces of the latest headers, which are in nobody's way.
const PIECE: Duration = Duration::from_millis(100);
/// After a piece could not be had.
const PIECE_LATER: Duration = Duration::from_secs(60);
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
    /// There are queues that the stream does not listen to, or other headers are wanted.
    NewQueues,
    /// Some of the latest headers are missing.
    Gap,
    /// A queue had more than could be taken at once.
    More,
    /// A proof is made.
    Proved,
    Quiet,
    Ended,
}

impl Engine {
    /// Waits until there is something to do; without a connection, tries to get one. May be dropped
    /// at any time; nothing is lost then.
    pub async fn hear(&mut self) -> Heard {
        let (unfinished, every) = (!self.unfinished.is_empty(), self.wants_every());
        let gap = every && self.wants_piece();
        let attention = self.attention.clone();
        if let Some((events, followed)) = self.link.as_mut().and_then(Link::listening) {
            if self.unheard.load(Ordering::Relaxed) || every != followed {
                return Heard(What::NewQueues);
            }
            if unfinished {
                return Heard(What::More);
            }
            let quiet = match (gap, every) {
                (true, _) => PIECE,
                (false, true) => QUIET,
                (false, false) => QUIET_MINUTE,
            };
            let proving = self.proving.as_mut().filter(|proving| proving.is_under_way());
            let proved = async {
                match proving {
                    Some(proving) => proving.wait().await,
                    None => std::future::pending().await,
                }
            };
            return tokio::select! {
                event = tokio::time::timeout(quiet, events.recv()) => Heard(match event {
                    Ok(event) => event.map_or(What::Ended, What::Said),
                    Err(_) if gap => What::Gap,
                    Err(_) => What::Quiet,
                }),
                () = attention.begins(), if !every => Heard(What::NewQueues),
                () = proved => Heard(What::Proved),
            };
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
            What::Proved => self.take_proof().await,
            What::Gap => self.take_piece().await,
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
        self.crossed = None;
        match self.catch_up(PATIENCE).await {
            // Mail goes on, and may bring what helps.
            Err(fault) if fault.is_distrust() => self.distrust = Some(fault),
            done => {
                done?;
            }
        }
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
        let every = self.wants_every();
        let headers = match (&self.distrust, every) {
            (Some(_), _) => Follow::None,
            (None, true) => Follow::Every(self.bound()?.light.round().next()),
            (None, false) => Follow::Minute,
        };
        let events = node.subscribe(Subscribe::To { queues: rights, headers }).await?;
        if let Some(link) = &mut self.link {
            (link.events, link.every) = (Some(events), every);
            self.observatory.listens();
        }
        Ok(())
    }

    /// As many as one stream may listen to: that of our invites, which is the oldest, and the newest.
    async fn rights(&self, node: &LightNode) -> Result<Vec<QueueRight>, Fault> {
        let queues = self.store.queues().await?;
        let here = |queue: &&Queue| queue.created && queue.worker == node.worker();
        let mut made: Vec<&Queue> = queues.iter().filter(here).collect();
        made.sort_by_key(|queue| queue.contact.is_some());
        let board = self.heard_board(node);
        let most = MAX_QUEUES.saturating_sub(usize::from(board.is_some()));
        let (first, too_many) = (made.len().min(1), made.len().saturating_sub(most));
        made.drain(first..first.saturating_add(too_many));
        made.extend(&board);
        Ok(made.into_iter().map(|queue| queue.right(&node.peer())).collect())
    }

    async fn take_event(&mut self, event: Event) -> Result<Happening, Fault> {
        match event {
            Event::Header(step) => {
                let node = self.attach().await?;
                let taken = self.take_header(&node, &step).await;
                self.or_distrust(taken)?;
                self.send_again().await?;
                self.tend().await?;
                Ok(Happening::Ledger)
            }
            Event::Warrant(conflict) => {
                let (node, taken) = (self.attach().await?, self.take_warrant(&conflict).await);
                if taken.as_ref().is_err_and(Fault::is_distrust) {
                    self.was_warned_by(node.worker());
                }
                self.or_distrust(taken)?;
                Ok(Happening::Ledger)
            }
            Event::Mail(queue) => {
                let node = self.attach().await?;
                if self.is_board(&node, queue) {
                    return self.take_board(&node).await;
                }
                self.unfinished.insert(queue);
                self.take_mail().await
            }
            Event::Beat => Ok(Happening::Ledger),
        }
    }

    /// A header, and what is to be done now and then as the ledger goes on.
    async fn take_header(&mut self, node: &LightNode, step: &Object) -> Result<(), Fault> {
        self.take_told(node, step).await?;
        let round = self.bound()?.light.round();
        // While nobody looks, one header a minute is told of, however many rounds that is.
        let often = self.paying || self.gifts_open || self.watches();
        let told_seldom = !self.attention.is_there();
        if often || told_seldom || round >= self.looked.plus(LOOK_EVERY) {
            self.look_at_account(node).await?;
        }
        if self.wants_every() { self.cross_check(node).await } else { Ok(()) }
    }

    /// A ledger that is not believed is kept in mind; everything else goes on.
    fn or_distrust(&mut self, done: Result<(), Fault>) -> Result<(), Fault> {
        match done {
            Err(fault) if fault.is_distrust() => {
                if self.distrust.is_none() {
                    self.unheard.store(true, Ordering::Relaxed);
                }
                self.distrust = Some(fault);
                Ok(())
            }
            done => done,
        }
    }

    /// True while every header is wanted: somebody looks, or money is under way.
    fn wants_every(&self) -> bool {
        self.attention.is_there() || self.paying || self.watches()
    }

    /// True while money is expected.
    fn watches(&self) -> bool {
        self.watch.is_some_and(|until| Instant::now() < until)
    }

    pub(crate) fn link_follows_every(&self) -> bool {
        self.link.as_ref().is_some_and(|link| link.every)
    }

    /// True if some of the latest headers are missing, and the last try did not fail just now.
    fn wants_piece(&self) -> bool {
        let rested = self.gap_left.is_none_or(|at| at.elapsed() >= PIECE_LATER);
        let gap = self.network.as_ref().is_some_and(|it| it.light.window().gap().is_some());
        rested && gap && self.distrust.is_none()
    }

    /// Fills a piece of the gap. Headers that nobody needs yet are no reason to give up a connection.
    async fn take_piece(&mut self) -> Result<Happening, Fault> {
        let node = self.attach().await?;
        match self.fill_gap(&node).await {
            Err(fault) if fault.is_elsewhere() => {
                self.gap_left = Some(Instant::now());
                tracing::info!(code = fault.code(), "the latest headers are fetched later");
            }
            done => done?,
        }
        Ok(Happening::Ledger)
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
        self.vouch_for_asked(&node).await?;
        // The receipt first: its sender waits for it.
        self.deliver(&node, &progress).await?;
        // Money that a message speaks of is there or not: look. And a message may bring trust back.
        let looked = self.look_at_account(&node).await;
        self.or_distrust(looked)?;
        self.expect_money();
        Ok(Happening::Chat)
    }

    /// What siblings have told, and what they are to be told in turn.
    async fn take_board(&mut self, node: &LightNode) -> Result<Happening, Fault> {
        let news = self.heed_siblings(node).await?;
        self.tell_siblings(node).await?;
        if news {
            let looked = self.look_at_account(node).await;
            self.or_distrust(looked)?;
        }
        Ok(Happening::Ledger)
    }

    /// Looks at the account with each of the next headers. Counted in time: the newest header may be
    /// far ahead of the one that is trusted.
    pub(crate) fn expect_money(&mut self) {
        self.watch = Some(Instant::now() + WATCH);
    }

    /// Sends what was proved, without waiting for the next header.
    async fn take_proof(&mut self) -> Result<Happening, Fault> {
        let node = self.attach().await?;
        self.look_at_pool(&node).await?;
        Ok(Happening::Ledger)
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
            if self.distrust.is_some() {
                self.follow_headers(node).await?;
                self.distrust = None;
                self.unheard.store(true, Ordering::Relaxed);
            }
            self.follow_account(node).await?;
            self.submit_open(node).await?;
            self.follow_gifts(node, Which::Open).await?;
            self.tend_grants().await?;
            self.judge_answers(node).await?;
            self.look_at_pool(node).await
        };
        match tokio::time::timeout(LEDGER, looking).await {
            Ok(Err(fault)) if fault.is_elsewhere() => {
                tracing::info!(code = fault.code(), "the account is looked at later");
                Ok(())
            }
            Ok(done) => done,
            Err(_) => {
                tracing::info!("looking at the account took too long; it is looked at later");
                Ok(())
            }
        }
    }
}
