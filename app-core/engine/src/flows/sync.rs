//! Bringing a profile up to date: mail in, mail out; headers, account, payments.
//!
//! The two halves stand and fall by themselves: mail moves while the ledger stands still, and the
//! ledger is followed while a mailbox is not to be had.

use std::sync::atomic::AtomicU32;
use std::time::Duration;

use net::LightNode;
use tokio::time::error::Elapsed;
use tokio::time::timeout;
use types::{OpenId, Round};

use crate::flows::gifts::Which;
use crate::{Engine, Fault};

/// How long the ledger may take before the mail has its turn.
const LEDGER_FIRST: Duration = Duration::from_secs(4);
/// How long mail may come in before mail has its turn to go out.
const MAIL_IN: Duration = Duration::from_secs(3);
/// How long one contact's envelopes wait for those of all others.
const OTHERS: Duration = Duration::from_secs(1);

/// How far an update got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Synced {
    /// True if everything was done; false if what follows is what was saved before.
    pub synced: bool,
    /// The newest round whose header has been checked.
    pub round: Round,
    /// How many rounds the network is said to be ahead.
    pub behind: u64,
    /// New contents.
    pub received: u32,
    /// Envelopes that a worker took.
    pub sent: u32,
}

/// What has been done so far, whatever becomes of the rest.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    pub(crate) received: AtomicU32,
    pub(crate) sent: AtomicU32,
    pub(crate) mail: bool,
    pub(crate) ledger: bool,
    tip: Option<Round>,
}

impl Engine {
    /// Does all there is to do within this time, nothing in none. A network that is gone, half broken or wrong is no
    /// fault: what is saved and proved is shown.
    ///
    /// # Errors
    /// What a person must act on, such as a wrong clock or a full disk.
    pub async fn sync(&mut self, patience: Duration) -> Result<Synced, Fault> {
        let progress = self.catch_up(patience).await?;
        let round = self.network.as_ref().map_or(Round(0), |network| network.light.round());
        Ok(Synced {
            synced: progress.mail && progress.ledger,
            round,
            behind: progress.tip.unwrap_or(round).0.saturating_sub(round.0),
            received: progress.received.into_inner(),
            sent: progress.sent.into_inner(),
        })
    }

    /// Sends what waits for a contact, within this time; then what waits for others, if that goes
    /// fast. Nothing fails here: what is not sent is saved, and to report a failure would make
    /// people write it again.
    pub async fn flush(&mut self, to: OpenId, patience: Duration) {
        if self.is_known_offline() {
            return;
        }
        let progress = Progress::default();
        let sending = async {
            let node = self.attach().await?;
            self.send_to(&node, Some(to), &progress).await
        };
        let sent = timeout(patience, sending).await;
        if let Err(fault) = self.judge(sent) {
            tracing::warn!(code = fault.code(), "what was written waits");
        }
    }

    /// Sends what waits for whoever is not left alone just now: when something was written, and
    /// nobody waits for it.
    pub async fn flush_waiting(&mut self, patience: Duration) {
        if self.is_known_offline() {
            return;
        }
        let progress = Progress::default();
        let sending = async {
            let node = self.attach().await?;
            self.deliver(&node, &progress).await
        };
        let sent = timeout(patience, sending).await;
        if let Err(fault) = self.judge(sent) {
            tracing::warn!(code = fault.code(), "what was written waits");
        }
    }

    /// Sends what waits for this contact first, and for the others as long as that goes fast.
    pub(crate) async fn send_to(
        &mut self,
        node: &LightNode,
        first: Option<OpenId>,
        progress: &Progress,
    ) -> Result<(), Fault> {
        if let Some(first) = first {
            self.create_queues(node).await?;
            self.deliver_to(node, first, progress).await?;
        }
        // Whoever is too late waits on.
        timeout(OTHERS, self.deliver(node, progress)).await.unwrap_or(Ok(()))
    }

    /// Follows the ledger within this time; true once its tip is reached.
    pub(crate) async fn catch_up_ledger(&mut self, patience: Duration) -> Result<bool, Fault> {
        let mut progress = Progress::default();
        if patience.is_zero() || self.is_known_offline() {
            return Ok(false);
        }
        let following = async {
            let node = self.attach().await?;
            self.follow(&node, &mut progress).await
        };
        let followed = timeout(patience, following).await;
        self.judge(followed)?;
        Ok(progress.ledger)
    }

    /// Ledger and mail, as far as it goes within this time.
    pub(crate) async fn catch_up(&mut self, patience: Duration) -> Result<Progress, Fault> {
        let mut progress = Progress::default();
        if patience.is_zero() || self.is_known_offline() {
            return Ok(progress);
        }
        let done = timeout(patience, self.catch_up_both(&mut progress)).await;
        self.judge(done)?;
        Ok(progress)
    }

    /// True while somebody listens who has just found that there is no way to the network, and who
    /// tries again by himself: nobody else is to wait for it then.
    pub(crate) fn is_known_offline(&self) -> bool {
        self.shaken && self.link.is_none()
    }

    async fn catch_up_both(&mut self, progress: &mut Progress) -> Result<(), Fault> {
        let node = self.attach().await?;
        let ledger = timeout(LEDGER_FIRST, self.follow(&node, progress)).await;
        let mail = self.exchange_mail(&node, progress).await;
        if ledger.as_ref().is_ok_and(Result::is_ok) && mail.is_ok() {
            // What mail has just told of.
            self.follow_gifts(&node, Which::New).await?;
            self.judge_answers(&node).await?;
        }
        let ledger = match ledger {
            // What contacts vouch for may have come with the mail.
            Ok(Err(fault)) if fault.is_distrust() && mail.is_ok() => {
                self.follow(&node, progress).await
            }
            Ok(done) => done,
            Err(_) if mail.is_ok() => self.follow(&node, progress).await,
            Err(_) => Ok(()),
        };
        // What froze us, perhaps in an earlier run, is said to whoever has not heard of it.
        self.warn(&node).await;
        self.store.forget_seen(self.clock.now()).await?;
        // What a person must act on is told first.
        match (mail, ledger) {
            (Err(mail), Err(ledger)) if mail.is_elsewhere() => Err(ledger),
            (mail, ledger) => mail.and(ledger),
        }
    }

    /// Mail in and mail out, receipts included, until the mailboxes are empty.
    async fn exchange_mail(
        &mut self,
        node: &LightNode,
        progress: &mut Progress,
    ) -> Result<(), Fault> {
        let mut tended = false;
        while !progress.mail {
            let empty = self.receive(node, MAIL_IN, progress).await?;
            // Whoever is asked to begin anew fetches our prekeys at once: they must be ours by then.
            tended |= self.tend_prekeys(node).await?;
            self.vouch_for_asked(node).await?;
            self.deliver(node, progress).await?;
            progress.mail = empty;
        }
        self.heed_siblings(node).await?;
        self.tell_siblings(node).await?;
        if tended { self.forget_prekeys().await } else { Ok(()) }
    }

    async fn follow(&mut self, node: &LightNode, progress: &mut Progress) -> Result<(), Fault> {
        self.heed_before_signing(node).await?;
        let tip = self.follow_all(node).await?;
        self.distrust = None;
        progress.tip = Some(tip);
        self.tell_before_sending(node).await?;
        self.submit_open(node).await?;
        progress.ledger = self.bound()?.light.round() >= tip;
        self.follow_gifts(node, Which::Open).await?;
        self.tend_grants().await?;
        self.look_at_pool(node).await
    }

    /// Lets pass what is no fault of ours. A connection that is gone, or that did not answer in
    /// time, is not trusted any more.
    pub(crate) fn judge(&mut self, done: Result<Result<(), Fault>, Elapsed>) -> Result<(), Fault> {
        let Ok(done) = done else {
            self.detach();
            return Ok(());
        };
        let connected = self.link.as_ref().is_some_and(|link| link.node.is_connected());
        if !connected {
            self.detach();
        }
        match done {
            Err(fault) if fault.is_elsewhere() => {
                tracing::warn!(code = fault.code(), message = fault.message, "not up to date");
                Ok(())
            }
            done => done,
        }
    }
}
