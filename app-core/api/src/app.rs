//! An open profile that stays connected.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use engine::{Clock, Engine, Fault, Synced, Writer};
use futures::future::BoxFuture;
use net::Bootstrap;
use store::Store;
use tokio::sync::{Mutex, Notify, OnceCell, mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use types::{Address, OpenId};
use zeroize::Zeroizing;

use crate::events::{Bell, Events};
use crate::work::{Keeper, Said, Work};
use crate::{Connection, Error, Protection, Topic};

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
    pub(crate) falcon: OnceCell<Address>,
    pub(crate) offline: bool,
    pub(crate) protection: Protection,
    pub(crate) bell: Bell,
    said: watch::Receiver<Said>,
    work: mpsc::UnboundedSender<Work>,
    end: Arc<Notify>,
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
        let (writer, own) = (engine.writer(), engine.own());
        let protection = protection(store.protection());
        let (keeper, said) = Keeper::new(engine, offline, bell.clone());
        let (work, todo) = mpsc::unbounded_channel();
        let end = Arc::new(Notify::new());
        let task = Mutex::new(Some(tokio::spawn(keeper.run(todo, end.clone()))));
        let falcon = OnceCell::new();
        Ok(Self(Arc::new(Inner {
            store,
            writer,
            own,
            falcon,
            offline,
            protection,
            bell,
            said,
            work,
            end,
            task,
        })))
    }

    /// Closes the profile for every handle. To be awaited before the process ends: SQLCipher takes
    /// its memory away at the exit, also from a thread that is still closing a database.
    pub async fn close(&self) {
        // The task may have ended already.
        let _ = self.0.work.send(Work::End);
        self.0.end.notify_one();
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

    /// Lets through what can do nothing without the network.
    pub(crate) fn online(&self) -> Result<(), Error> {
        let words = "this needs the network; leave --offline out";
        if self.0.offline { Err(Error::new("no_network", words)) } else { Ok(()) }
    }

    /// Has the engine do something, after what it is doing now.
    pub(crate) async fn ask<R: Send + 'static>(
        &self,
        work: impl for<'a> FnOnce(&'a mut Engine) -> BoxFuture<'a, Result<R, Fault>> + Send + 'static,
    ) -> Result<R, Error> {
        let (reply, answer) = oneshot::channel();
        self.post(move |engine| {
            Box::pin(async move {
                // Whoever asked may have gone; the work was done all the same.
                let _ = reply.send(work(engine).await);
            })
        });
        Ok(answer.await.map_err(|_| closed())??)
    }

    /// The same, without waiting for it.
    pub(crate) fn post(
        &self,
        work: impl for<'a> FnOnce(&'a mut Engine) -> BoxFuture<'a, ()> + Send + 'static,
    ) {
        // A profile that was closed meanwhile does nothing any more; whoever waits learns it.
        let _ = self.0.work.send(Work::Do(Box::new(work)));
    }

    /// Brings the profile up to date if that is wanted, and says whether it is.
    pub(crate) async fn refresh(&self, wanted: bool) -> Result<bool, Error> {
        if self.0.offline {
            return Ok(false);
        }
        if !wanted {
            return Ok(self.connection() == Connection::Online);
        }
        Ok(self.catch_up(PATIENCE).await?.synced)
    }

    /// Does all there is to do within this time, and tells every screen what came of it.
    pub(crate) async fn catch_up(&self, patience: Duration) -> Result<Synced, Error> {
        let done = self.ask(move |engine| Box::pin(engine.sync(patience))).await?;
        if done.received > 0 || done.sent > 0 {
            self.0.bell.ring(Topic::Contacts);
            self.0.bell.ring(Topic::Chat);
        }
        Ok(done)
    }
}

fn closed() -> Error {
    Error::new("no_profile", "the profile was closed")
}

const fn protection(kind: store::Protection) -> Protection {
    match kind {
        store::Protection::Keychain => Protection::Keychain,
        store::Protection::Passphrase => Protection::Passphrase,
        store::Protection::File => Protection::File,
    }
}
