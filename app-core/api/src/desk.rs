//! A profile's folder as a front end holds it, whether there is an open profile in it or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use store::{LOCK_WAIT, Profile};
use tokio::sync::{Mutex, RwLock};
use zeroize::Zeroizing;

use crate::app::{closing, cut_off};
use crate::asker;
use crate::commands::account;
use crate::events::{Bell, Events};
use crate::log;
use crate::params::{AccountNew, AccountRestore, Secret};
use crate::socket::Socket;
use crate::{Account, App, Connection, Error, Options, ProfileState, Status, Topic, socket, table};

/// How long the front end that holds a desk lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stay {
    /// One command, then it is gone.
    OneCommand,
    /// Until it is told to end: others reach the profile through its socket meanwhile.
    Resident,
}

/// How long somebody looks at nothing while a command has the profile; then it is said.
const SHORT_WAIT: Duration = Duration::from_secs(3);

/// A profile's folder, its profile open or not. A cheap handle.
#[derive(Clone)]
pub struct Desk(Arc<Inner>);

struct Inner {
    options: Options,
    stay: Stay,
    bell: Bell,
    slot: RwLock<Slot>,
    /// Held by whoever opens or makes a profile: one at a time, and nobody else waits for it.
    opening: Mutex<()>,
    has_window: AtomicBool,
    ended: AtomicBool,
}

enum Slot {
    Open(App, Option<Socket>),
    Shut(ProfileState, Error),
}

impl Desk {
    /// Opens the profile if it can be opened. Never fails: a folder without a profile is where one
    /// is made, and what else stands in the way is told by every command.
    pub async fn open(
        options: Options,
        stay: Stay,
        passphrase: impl FnOnce() -> Option<Zeroizing<String>>,
    ) -> Self {
        let nothing = Slot::Shut(ProfileState::None, Error::new("no_profile", "not opened"));
        let desk = Self(Arc::new(Inner {
            options,
            stay,
            bell: Bell::new(),
            slot: RwLock::new(nothing),
            opening: Mutex::default(),
            has_window: AtomicBool::new(false),
            ended: AtomicBool::new(false),
        }));
        let slot = desk.opened(passphrase).await;
        desk.put(slot).await;
        desk
    }

    /// Calls a command of the table by its name, with its parameters as a JSON object. A command that
    /// has begun comes to its end even if this is dropped.
    ///
    /// # Errors
    /// `usage` for a name or parameters that are not in the table; the command's own; `timeout` if it
    /// was cut off and may have been done.
    pub async fn call(&self, name: &str, params: Value) -> Result<Value, Error> {
        let command = table::find(name)
            .ok_or_else(|| Error::new("usage", format!("there is no command {name}")))?;
        let desk = self.clone();
        let done = asker::run(async move {
            let done = command.run(desk.clone(), params).await?;
            command.changes.iter().for_each(|topic| desk.0.bell.ring(*topic));
            Ok(done)
        });
        done.await.unwrap_or_else(|| Err(cut_off()))
    }

    /// What may have changed, from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        self.0.bell.events()
    }

    /// Says that a window shows this profile, and can be brought to the front.
    pub fn has_window(&self) {
        self.0.has_window.store(true, Ordering::Relaxed);
    }

    /// The open profile.
    ///
    /// # Errors
    /// Why it is not open.
    pub async fn app(&self) -> Result<App, Error> {
        match &*self.0.slot.read().await {
            Slot::Open(app, _) => Ok(app.clone()),
            Slot::Shut(_, why) => Err(why.clone()),
        }
    }

    /// Closes the profile, for good. To be awaited before the process ends.
    pub async fn close(&self) {
        self.0.ended.store(true, Ordering::Relaxed);
        // Whoever is opening or making one sees that, and closes it again.
        let _turn = self.0.opening.lock().await;
        let slot = Slot::Shut(ProfileState::Closed, closing());
        let slot = std::mem::replace(&mut *self.0.slot.write().await, slot);
        shut(slot).await;
    }

    pub(crate) async fn status(&self) -> Result<Status, Error> {
        let nothing = matches!(&*self.0.slot.read().await, Slot::Shut(ProfileState::None, _));
        // Another program may have made a profile meanwhile.
        if nothing && Profile::new(&self.0.options.dir).database().exists() {
            return self.open_again(None).await;
        }
        self.status_now().await
    }

    async fn status_now(&self) -> Result<Status, Error> {
        let (state, why) = match &*self.0.slot.read().await {
            Slot::Open(app, _) => return app.status().await,
            Slot::Shut(state, why) => (*state, why.clone()),
        };
        Ok(Status {
            profile: state,
            account: None,
            connection: Connection::Offline,
            trouble: (state == ProfileState::Closed).then_some(why),
            network_known: !self.0.options.bootstrap.is_empty(),
            faucet: false,
            version: env!("CARGO_PKG_VERSION").to_owned(),
        })
    }

    /// Tries again to open the profile.
    pub(crate) async fn open_again(&self, passphrase: Option<Secret>) -> Result<Status, Error> {
        let _turn = self.0.opening.lock().await;
        if self.is_open().await {
            return self.status_now().await;
        }
        let given = passphrase.is_some();
        let slot = self.opened(|| passphrase.map(|secret| secret.0)).await;
        let refused = match &slot {
            Slot::Shut(ProfileState::Locked, why) if given => Some(why.clone()),
            Slot::Open(..) | Slot::Shut(..) => None,
        };
        self.put(slot).await;
        match refused {
            Some(why) => Err(why),
            None => self.status_now().await,
        }
    }

    pub(crate) async fn account_new(&self, new: AccountNew) -> Result<Account, Error> {
        let _turn = self.0.opening.lock().await;
        self.vacant().await?;
        let wish = (new.name.as_deref(), chosen(new.passphrase.as_ref()), new.review_only);
        let app = account::new(&self.0.options, wish, self.0.bell.clone()).await?;
        self.take(app).await?.account().await
    }

    pub(crate) async fn account_restore(&self, old: AccountRestore) -> Result<Account, Error> {
        let _turn = self.0.opening.lock().await;
        self.vacant().await?;
        let wish = (old.name.as_deref(), chosen(old.passphrase.as_ref()));
        let bell = self.0.bell.clone();
        let app = account::restore(&self.0.options, &old.words.0, wish, bell).await?;
        self.take(app).await?.account().await
    }

    pub(crate) fn window_raise(&self) -> Result<(), Error> {
        if self.0.has_window.load(Ordering::Relaxed) {
            return Ok(());
        }
        Err(Error::new("profile_in_use", "a program without a window has this profile open"))
    }

    async fn opened(&self, passphrase: impl FnOnce() -> Option<Zeroizing<String>>) -> Slot {
        let mut asked = false;
        let ask = || {
            asked = true;
            passphrase()
        };
        log::start(&self.0.options.dir);
        let wait = match self.0.stay {
            Stay::OneCommand => LOCK_WAIT,
            Stay::Resident => SHORT_WAIT,
        };
        let opened = App::open_with(&self.0.options, (wait, ask), self.0.bell.clone()).await;
        match opened {
            Ok(app) => {
                tracing::info!(version = env!("CARGO_PKG_VERSION"), "the profile is open");
                Slot::Open(app, self.socket())
            }
            Err(why) => {
                let state = match why.code.as_str() {
                    "no_profile" => ProfileState::None,
                    "wrong_key" if asked => ProfileState::Locked,
                    _ => ProfileState::Closed,
                };
                Slot::Shut(state, why)
            }
        }
    }

    /// Takes a profile that was just made into service.
    async fn take(&self, app: App) -> Result<App, Error> {
        self.put(Slot::Open(app.clone(), self.socket())).await;
        log::start(&self.0.options.dir);
        self.0.bell.ring(Topic::All);
        self.app().await
    }

    /// Nothing is opened any more once the desk was closed.
    async fn put(&self, slot: Slot) {
        if self.0.ended.load(Ordering::Relaxed) {
            shut(slot).await;
        } else {
            *self.0.slot.write().await = slot;
        }
    }

    async fn is_open(&self) -> bool {
        matches!(&*self.0.slot.read().await, Slot::Open(..))
    }

    /// Lets through where there may be a profile to be made. Words also open one whose key was lost;
    /// what else stands in the way is refused by whoever makes it.
    async fn vacant(&self) -> Result<(), Error> {
        if self.0.ended.load(Ordering::Relaxed) {
            return Err(closing());
        }
        if self.is_open().await {
            return Err(Error::new("profile_exists", "there is an account in this folder already"));
        }
        Ok(())
    }

    /// A profile without a socket works as well; others then find it in use.
    fn socket(&self) -> Option<Socket> {
        if self.0.stay == Stay::OneCommand {
            return None;
        }
        let socket = socket::serve(self, &self.0.options.dir);
        socket.inspect_err(|error| tracing::warn!(%error, "no socket")).ok()
    }
}

/// An empty passphrase is none.
fn chosen(passphrase: Option<&Secret>) -> Option<&str> {
    passphrase.map(|secret| secret.0.as_str()).filter(|text| !text.is_empty())
}

/// Whoever came through the socket is let go first, or would keep the profile busy.
async fn shut(slot: Slot) {
    if let Slot::Open(app, socket) = slot {
        drop(socket);
        app.close().await;
    }
}

#[cfg(test)]
mod tests;
