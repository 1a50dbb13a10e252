//! People with the app open: a profile and the core that has it, as every front end holds it.

use anyhow::{Context, Result, ensure};
use api::{App, Connection, Conversation, Options};
use net::Bootstrap;
use std::path::Path;
use std::time::Duration;

/// Whatever takes longer than this is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// A new account in a folder of its own, opened.
pub(crate) async fn person(dir: &Path, name: &str, home: &Bootstrap) -> Result<App> {
    let (dir, bootstrap) = (dir.to_owned(), vec![home.to_string()]);
    let options = Options { dir, bootstrap, offline: false };
    Ok(App::create(&options, Some(name), None).await?)
}

/// Opens an existing profile.
pub(crate) async fn open(dir: &Path, offline: bool) -> Result<App> {
    let options = Options { dir: dir.to_owned(), bootstrap: vec![], offline };
    Ok(App::open(&options, || None).await?)
}

/// Waits until the app is up to date and listens.
pub(crate) async fn connected(app: &App) -> Result<()> {
    let connecting = async {
        let mut events = app.events();
        while app.connection() != Connection::Online {
            events.next().await.context("the app was closed")?;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, connecting).await.context("no connection")?
}

/// Waits until the newest messages of a conversation look as wished.
pub(crate) async fn until(
    app: &App,
    contact: &str,
    done: impl Fn(&Conversation) -> bool,
) -> Result<()> {
    let listening = async {
        let mut events = app.events();
        while !done(&app.chat_messages(contact, Some(10)).await?) {
            still_connected(app)?;
            events.next().await.context("the app was closed")?;
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, listening).await.context("it does not come")?
}

/// Fails once the connection was lost: nothing of the run counts then.
pub(crate) fn still_connected(app: &App) -> Result<()> {
    let connected = app.connection() == Connection::Online;
    ensure!(connected, "the connection was lost; nothing of this run counts");
    Ok(())
}
