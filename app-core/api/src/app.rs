//! An open profile.

use std::path::PathBuf;
use std::time::Duration;

use engine::{Clock, Engine, Happening};
use net::Bootstrap;
use zeroize::Zeroizing;

use crate::Error;

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
        let parse = |text: &String| {
            Bootstrap::parse(text).map_err(|_| {
                let words = "--bootstrap takes the address that the network printed at its start, \
                             with /p2p/… and #chain";
                Error::new("bad_address", words)
            })
        };
        self.bootstrap.iter().map(parse).collect()
    }
}

/// An open profile. One process has it at a time.
pub struct App {
    pub(crate) engine: Engine,
    pub(crate) offline: bool,
    pub(crate) protection: &'static str,
}

/// Something to show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum News {
    /// Messages came, or their states moved.
    Chat,
    /// The ledger moved on.
    Ledger,
    /// There is no way to the network now.
    Offline,
}

/// What was heard from the network, still to be dealt with by [`App::handle`].
#[derive(Debug)]
pub struct Heard(engine::Heard);

impl App {
    /// Opens the profile; the passphrase is asked for only if one was set.
    ///
    /// # Errors
    /// `no_profile`, `profile_in_use`, `wrong_key`, `damaged_profile`, `profile_newer`,
    /// `old_format`, `wrong_network`, `bad_address`.
    pub async fn open(
        options: &Options,
        passphrase: impl FnOnce() -> Option<Zeroizing<String>>,
    ) -> Result<Self, Error> {
        let addresses = options.addresses()?;
        let store = store::open(&options.dir, passphrase).await?;
        Self::with(store, addresses, options.offline).await
    }

    pub(crate) async fn with(
        store: store::Store,
        addresses: Vec<Bootstrap>,
        offline: bool,
    ) -> Result<Self, Error> {
        let protection = match store.protection() {
            store::Protection::Keychain => "keychain",
            store::Protection::Passphrase => "passphrase",
            store::Protection::File => "file",
        };
        match Engine::open(store.clone(), addresses, Clock::system()).await {
            Ok(engine) => Ok(Self { engine, offline, protection }),
            Err(fault) => {
                store.close().await;
                Err(fault.into())
            }
        }
    }

    /// Closes the profile; to be called before the process ends.
    pub async fn close(self) {
        self.engine.close().await;
    }

    /// Waits until there is something to do, for ever if it is to stay offline. May be dropped at
    /// any time; nothing is lost then.
    pub async fn hear(&mut self) -> Heard {
        if self.offline {
            return std::future::pending().await;
        }
        Heard(self.engine.hear().await)
    }

    /// Deals with what was heard and says what to show anew. Takes up a connection that ended.
    ///
    /// # Errors
    /// What a person must act on, such as `clock_wrong` or `disk_full`.
    pub async fn handle(&mut self, heard: Heard) -> Result<News, Error> {
        Ok(match self.engine.handle(heard.0).await? {
            Happening::Chat => News::Chat,
            Happening::Ledger => News::Ledger,
            Happening::Offline => News::Offline,
        })
    }

    /// Lets through what can do nothing without the network.
    pub(crate) fn online(&self) -> Result<(), Error> {
        let words = "this needs the network; leave --offline out";
        if self.offline { Err(Error::new("no_network", words)) } else { Ok(()) }
    }

    /// Brings the profile up to date, unless it is to stay offline. False if it did not get there.
    pub(crate) async fn refresh(&mut self) -> Result<bool, Error> {
        if self.offline {
            return Ok(false);
        }
        Ok(self.engine.sync(PATIENCE).await?.synced)
    }
}
