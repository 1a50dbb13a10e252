//! A profile's folder as a front end holds it, whether there is an open profile in it or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use store::{LOCK_WAIT, Profile};
use tokio::sync::RwLock;
use zeroize::Zeroizing;

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
    has_window: AtomicBool,
}

enum Slot {
    Open(App, #[allow(dead_code, reason = "serves as long as it is held")] Option<Socket>),
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
            has_window: AtomicBool::new(false),
        }));
        let mut slot = desk.0.slot.write().await;
        *slot = desk.opened(passphrase).await;
        drop(slot);
        desk
    }

    /// Calls a command of the table by its name, with its parameters as a JSON object.
    ///
    /// # Errors
    /// `usage` for a name or parameters that are not in the table; the command's own.
    pub async fn call(&self, name: &str, params: Value) -> Result<Value, Error> {
        let command = table::find(name)
            .ok_or_else(|| Error::new("usage", format!("there is no command {name}")))?;
        let done = command.run(self.clone(), params).await?;
        command.changes.iter().for_each(|topic| self.0.bell.ring(*topic));
        Ok(done)
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

    /// Closes the profile. To be awaited before the process ends.
    pub async fn close(&self) {
        let closed = Error::new("no_profile", "the profile was closed");
        let slot = Slot::Shut(ProfileState::Closed, closed);
        let slot = std::mem::replace(&mut *self.0.slot.write().await, slot);
        if let Slot::Open(app, _) = slot {
            app.close().await;
        }
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
        let mut slot = self.0.slot.write().await;
        if let Slot::Shut(..) = &*slot {
            let given = passphrase.is_some();
            *slot = self.opened(|| passphrase.map(|secret| secret.0)).await;
            if let Slot::Shut(ProfileState::Locked, why) = &*slot
                && given
            {
                return Err(why.clone());
            }
        }
        drop(slot);
        self.status_now().await
    }

    pub(crate) async fn account_new(&self, new: AccountNew) -> Result<Account, Error> {
        let mut slot = self.0.slot.write().await;
        vacant(&slot)?;
        let passphrase = chosen(new.passphrase.as_ref());
        let wish = (new.name.as_deref(), passphrase);
        let app = account::new(&self.0.options, wish, self.0.bell.clone()).await?;
        self.take(&mut slot, app).account().await
    }

    pub(crate) async fn account_restore(&self, old: AccountRestore) -> Result<Account, Error> {
        let mut slot = self.0.slot.write().await;
        vacant(&slot)?;
        let passphrase = chosen(old.passphrase.as_ref());
        let wish = (old.name.as_deref(), passphrase);
        let bell = self.0.bell.clone();
        let app = account::restore(&self.0.options, &old.words.0, wish, bell).await?;
        self.take(&mut slot, app).account().await
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
            Ok(app) => Slot::Open(app, self.socket()),
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

    fn take(&self, slot: &mut Slot, app: App) -> App {
        *slot = Slot::Open(app.clone(), self.socket());
        log::start(&self.0.options.dir);
        self.0.bell.ring(Topic::All);
        app
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

fn vacant(slot: &Slot) -> Result<(), Error> {
    match slot {
        Slot::Open(..) => {
            Err(Error::new("profile_exists", "there is an account in this folder already"))
        }
        // Words also open a profile whose key was lost; `create` refuses whatever else is there.
        Slot::Shut(..) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
