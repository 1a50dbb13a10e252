//! People with the app open: a profile, the core that has it, and the loop that every front end
//! runs.

use anyhow::{Context, Result, bail};
use api::{App, Conversation, News, Options, account_new};
use net::Bootstrap;
use std::path::Path;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// Whatever takes longer than this is broken, not slow.
const PATIENCE: Duration = Duration::from_secs(60);

/// A new account in a folder of its own, opened.
pub(crate) async fn person(dir: &Path, name: &str, home: &Bootstrap) -> Result<App> {
    let (dir, bootstrap) = (dir.to_owned(), vec![home.to_string()]);
    let options = Options { dir, bootstrap, offline: false };
    account_new(&options, Some(name), None).await?;
    open(&options.dir, false).await
}

/// Opens an existing profile.
pub(crate) async fn open(dir: &Path, offline: bool) -> Result<App> {
    let options = Options { dir: dir.to_owned(), bootstrap: vec![], offline };
    Ok(App::open(&options, || None).await?)
}

/// Brings the app up to date and lets it listen.
pub(crate) async fn connect(app: &mut App) -> Result<()> {
    let connecting = async {
        while live(app).await? == News::Offline {}
        Ok(())
    };
    tokio::time::timeout(PATIENCE, connecting).await.context("no connection")?
}

/// Hears and handles one thing.
pub(crate) async fn live(app: &mut App) -> Result<News> {
    let heard = app.hear().await;
    Ok(app.handle(heard).await?)
}

/// Listens until the newest messages of a conversation look as wished.
pub(crate) async fn until(
    app: &mut App,
    contact: &str,
    done: impl Fn(&Conversation) -> bool,
) -> Result<()> {
    let listening = async {
        while !done(&app.conversation(contact, Some(10)).await?) {
            if live(app).await? == News::Offline {
                bail!("the connection was lost; nothing of this run counts");
            }
        }
        Ok(())
    };
    tokio::time::timeout(PATIENCE, listening).await.context("it does not come")?
}

/// Listens for so long.
pub(crate) async fn listen_for(app: &mut App, time: Duration) -> Result<()> {
    let end = tokio::time::sleep(time);
    tokio::pin!(end);
    loop {
        let heard = tokio::select! {
            heard = app.hear() => heard,
            () = &mut end => return Ok(()),
        };
        if app.handle(heard).await? == News::Offline {
            bail!("the connection was lost; nothing of this run counts");
        }
    }
}

/// Somebody who only listens, in a task.
pub(crate) struct Listening {
    stop: oneshot::Sender<()>,
    task: JoinHandle<Result<App>>,
}

impl Listening {
    /// Connects and starts the task.
    pub(crate) async fn start(mut app: App) -> Result<Self> {
        connect(&mut app).await?;
        let (stop, mut stopped) = oneshot::channel();
        let task = tokio::spawn(async move {
            loop {
                let heard = tokio::select! {
                    heard = app.hear() => heard,
                    _ = &mut stopped => return Ok(app),
                };
                if app.handle(heard).await? == News::Offline {
                    bail!("the connection was lost; nothing of this run counts");
                }
            }
        });
        Ok(Self { stop, task })
    }

    /// Ends the task; its error, if it had one.
    pub(crate) async fn stop(self) -> Result<App> {
        // A task that has ended by itself says why.
        let _ = self.stop.send(());
        self.task.await?
    }
}
