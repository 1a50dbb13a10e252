//! An open profile that stays connected.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use engine::{Attention, Clock, Engine, Fault, Observatory, Synced, Writer};
use futures::future::BoxFuture;
use net::Bootstrap;
use store::Store;
use tokio::sync::{Mutex, Notify, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use types::{Address, OpenId};
use zeroize::Zeroizing;

use crate::asker::Asker;
use crate::events::{Bell, Events};
use crate::work::{Job, Keeper, Orders, Said};
use crate::{Connection, Error, Protection};

/// How long a command waits for the network before it answers from what is saved.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// Which profile, and how to reach its network.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// The profile's folder.
    pub dir: PathBuf,
    /// Addresses of nodes, remembered in the profile.
    pub bootstrap: Vec<String>,
    /// Answer from what is saved, do not ask the network.
    pub offline: bool,
}

impl Options {
    pub(crate) fn addresses(&self) -> Result<Vec<Bootstrap>, Error> {
        self.bootstrap.iter().map(|text| bootstrap(text)).collect()
    }
}

pub(crate) fn bootstrap(text: &str) -> Result<Bootstrap, Error> {
    Bootstrap::parse(text).map_err(|_| {
        let words = "the network is found by the address that it printed at its start, with \
                     /p2p/… and #chain";
        Error::new("bad_address", words)
    })
}

/// An open profile. One process has it at a time; within it, any number of handles.
///
/// Queries and what needs no network go straight to the database, so that they never wait for a
/// node; everything else is done by one task, which listens to the network in between.
#[derive(Clone)]
pub struct App(Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) store: Store,
    pub(crate) writer: Writer,
    pub(crate) own: (OpenId, Address),
    pub(crate) offline: bool,
    pub(crate) protection: Protection,
    /// It looks, and never signs.
    pub(crate) review_only: bool,
    pub(crate) bell: Bell,
    /// Says that somebody looks at the ledger.
    pub(crate) attention: Attention,
    /// What the engine has seen.
    pub(crate) observatory: Observatory,
    said: watch::Receiver<Said>,
    jobs: mpsc::UnboundedSender<Job>,
    written: Arc<Notify>,
    end: watch::Sender<bool>,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl App {
    /// Opens the profile and begins to listen; the passphrase is asked for only if one was set.
    ///
    /// # Errors
    /// `no_profile`, `profile_in_use`, `wrong_key`, `damaged_profile`, `profile_newer`,
    /// `old_format`, `wrong_network`, `bad_address`.
    pub async fn open(
        options: &Options,
        passphrase: impl FnOnce() -> Option<Zeroizing<String>>,
    ) -> Result<Self, Error> {
        Self::open_with(options, (store::LOCK_WAIT, passphrase), Bell::new()).await
    }

    pub(crate) async fn open_with(
        options: &Options,
        (wait, passphrase): (Duration, impl FnOnce() -> Option<Zeroizing<String>>),
        bell: Bell,
    ) -> Result<Self, Error> {
        let addresses = options.addresses()?;
        let store = store::open_within(&options.dir, wait, passphrase).await?;
        Self::start(store, addresses, options.offline, bell).await
    }

    pub(crate) async fn start(
        store: Store,
        addresses: Vec<Bootstrap>,
        offline: bool,
        bell: Bell,
    ) -> Result<Self, Error> {
        let engine = match Engine::open(store.clone(), addresses, Clock::system()).await {
            Ok(engine) => engine,
            Err(fault) => {
                store.close().await;
                return Err(fault.into());
            }
        };
        let (writer, own, attention) = (engine.writer(), engine.own(), engine.attention());
        let observatory = engine.observatory();
        let (protection, review_only) = (protection(store.protection()), engine.is_review_only());
        let (keeper, said) = Keeper::new(engine, offline, bell.clone());
        let (jobs, todo) = mpsc::unbounded_channel();
        let (written, end) = (Arc::new(Notify::new()), watch::Sender::new(false));
        let orders = Orders { jobs: todo, written: written.clone(), end: end.subscribe() };
        let task = Mutex::new(Some(tokio::spawn(keeper.run(orders))));
        tokio::spawn(bell.clone().ring_for_shown(store.shown()));
        Ok(Self(Arc::new(Inner {
            store,
            writer,
            own,
            offline,
            protection,
            review_only,
            bell,
            attention,
            observatory,
            said,
            jobs,
            written,
            end,
            task,
        })))
    }

    /// Closes the profile for every handle. To be awaited before the process ends: SQLCipher takes
    /// its memory away at the exit, also from a thread that is still closing a database.
    pub async fn close(&self) {
        self.0.end.send_replace(true);
        if let Some(task) = self.0.task.lock().await.take() {
            let _ = task.await;
        }
    }

    /// What may have changed, from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        self.0.bell.events()
    }

    /// The way to the network, as last seen.
    #[must_use]
    pub fn connection(&self) -> Connection {
        self.said().connection
    }

    pub(crate) fn said(&self) -> Said {
        self.0.said.borrow().clone()
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Lets through what pays or signs.
    pub(crate) fn signs(&self) -> Result<(), Error> {
        let words = "this profile only reviews: it pays nothing and signs nothing";
        if self.0.review_only { Err(Error::new("review_only", words)) } else { Ok(()) }
    }

    /// Lets through what can do nothing without the network.
    pub(crate) fn online(&self) -> Result<(), Error> {
        let words = "this needs the network; leave --offline out";
        if self.0.offline { Err(Error::new("no_network", words)) } else { Ok(()) }
    }

    /// Has the engine do something, after what it is doing now. What nobody waits for any more when
    /// its turn comes is not begun: whoever went away would do it again.
    pub(crate) async fn ask<R: Send + 'static>(
        &self,
        work: impl for<'a> FnOnce(&'a mut Engine) -> BoxFuture<'a, Result<R, Fault>> + Send + 'static,
    ) -> Result<R, Error> {
        let (reply, answer) = oneshot::channel();
        let (asker, begun) = (Asker::current(), Arc::new(AtomicBool::new(false)));
        let mark = begun.clone();
        let job: Job = Box::new(move |engine| {
            Box::pin(async move {
                if asker.has_gone() || reply.is_closed() {
                    return;
                }
                mark.store(true, Ordering::Relaxed);
                // Whoever asked may have gone; the work was done all the same.
                let _ = reply.send(work(engine).await);
            })
        });
        self.0.jobs.send(job).map_err(|_| closing())?;
        match answer.await {
            Ok(done) => Ok(done?),
            Err(_) if begun.load(Ordering::Relaxed) => Err(cut_off()),
            Err(_) => Err(closing()),
        }
    }

    /// Something was written: it leaves as soon as the engine has nothing to do that is waited for.
    pub(crate) fn let_leave(&self) {
        self.0.written.notify_one();
    }

    /// Brings the profile up to date if that is wanted, and says whether it is.
    pub(crate) async fn refresh(&self, wanted: bool) -> Result<bool, Error> {
        if self.0.offline {
            return Ok(false);
        }
        if !wanted {
            return Ok(self.connection() == Connection::Online);
        }
        // Whatever else the engine does meanwhile, nobody waits longer than that.
        let caught_up = tokio::time::timeout(PATIENCE, self.catch_up(PATIENCE)).await;
        caught_up.map_or(Ok(false), |done| Ok(done?.synced))
    }

    /// How long a command may ask others: not at all if it is to ask nobody.
    pub(crate) fn patience(&self) -> Duration {
        if self.0.offline { Duration::ZERO } else { PATIENCE }
    }

    /// Does all there is to do within this time.
    pub(crate) async fn catch_up(&self, patience: Duration) -> Result<Synced, Error> {
        self.ask(move |engine| Box::pin(engine.sync(patience))).await
    }
}

/// Nothing was done.
pub(crate) fn closing() -> Error {
    Error::new("profile_in_use", "the program that has this profile open is ending; try again")
}

/// Nobody knows whether it was done.
pub(crate) fn cut_off() -> Error {
    let words = "the program that has this profile open ended meanwhile, and may have done it; look \
                 at the history or the conversation before you repeat it";
    Error::new("timeout", words)
}

const fn protection(kind: store::Protection) -> Protection {
    match kind {
        store::Protection::Keychain => Protection::Keychain,
        store::Protection::Passphrase => Protection::Passphrase,
        store::Protection::File => Protection::File,
    }
}
