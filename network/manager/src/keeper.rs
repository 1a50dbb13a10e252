//! Keeps a manager at work: opens its files, runs the driver on them, and after a failure closes
//! them and tries again. A full disk then costs the time until there is room, not the manager.
//!
//! Nothing is carried over from a failed driver: opening the files again is what a restart of the
//! process would do, and that is safe at any time. Meanwhile whoever asks is told `unavailable`.

use crate::config::{Config, ManagerError};
use crate::driver::{Command, Driver, Files, Halt, blocking};
use crate::shared::{Shared, lock};
use crate::snapshot;
use crate::wal::{Owner, Wal};
use abns::ChainStore;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{Instant, timeout};
use types::{Round, WorkerId};

/// Between two tries to open the files; longer after each that was of no use.
const AGAIN: Duration = Duration::from_secs(1);
const SELDOM: Duration = Duration::from_secs(15);
/// A driver that has lived so long was of use.
const OF_USE: Duration = Duration::from_secs(60);

pub(crate) struct Keeper {
    pub(crate) config: Arc<Config>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) news: News,
}

/// What others may watch; closes with the keeper.
pub(crate) struct News {
    pub(crate) tip: watch::Sender<Round>,
    pub(crate) peers: watch::Sender<Vec<WorkerId>>,
}

/// Opens what lies in the manager's folder, or begins it.
pub(crate) fn open(config: &Config) -> Result<Files, ManagerError> {
    let (chain, votes) = (config.dir.join("chain.redb"), config.dir.join("votes.wal"));
    let owner = Owner { chain: config.genesis.chain(), member: config.member().key };
    if !chain.exists() && !votes.exists() {
        // The log comes first: a chain without a log is one whose votes are forgotten.
        Wal::open(&votes, owner, false, Round(0))?;
    }
    snapshot::settle(config, &votes, owner)?;
    let store = ChainStore::open_with(&chain, &config.genesis, config.horizon())?;
    let lost = store.tip().round.next();
    let (wal, recovered) = Wal::open(&votes, owner, true, lost)?;
    Ok(Files { store: Arc::new(store), wal, recovered })
}

impl Keeper {
    /// Runs until it is told to stop, or until every handle is gone.
    pub(crate) async fn run(self, mut files: Files, mut commands: mpsc::Receiver<Command>) {
        let mut pause = AGAIN;
        loop {
            let begun = Instant::now();
            let driver = Driver::new(self.shared.clone(), files, &self.config, &self.news);
            match driver.run(&mut commands).await {
                Ok(()) => return,
                Err(Halt::Snapshot) => pause = Duration::ZERO,
                Err(halt) => {
                    tracing::error!("the manager pauses: {halt}");
                    pause = if begun.elapsed() > OF_USE { AGAIN } else { pause.max(AGAIN) };
                }
            }
            self.shared.close().await;
            match self.reopen(&mut commands, &mut pause).await {
                Some(opened) => files = opened,
                None => return,
            }
        }
    }

    /// Tries until the files open; `None` if there is no need any more.
    async fn reopen(
        &self,
        commands: &mut mpsc::Receiver<Command>,
        pause: &mut Duration,
    ) -> Option<Files> {
        loop {
            let stopped = timeout(*pause, told_to_stop(commands)).await;
            if let Ok(stopped) = stopped {
                if let Some(done) = stopped {
                    // Nobody waits any more: nothing is left to do.
                    done.send(()).ok();
                }
                return None;
            }
            *pause = pause.saturating_mul(2).clamp(AGAIN, SELDOM);
            match self.try_open().await {
                Ok(Ok(files)) => return Some(files),
                Ok(Err(error)) => tracing::debug!("the manager's files: {error}"),
                Err(halt) => tracing::debug!("the manager's files: {halt}"),
            }
        }
    }

    async fn try_open(&self) -> Result<Result<Files, ManagerError>, Halt> {
        let config = self.config.clone();
        let opened = blocking(move || open(&config)).await?;
        if let Ok(files) = &opened {
            // What a failed driver could not report any more may have been kept all the same.
            self.news.tip.send_replace(files.store.tip().round);
            *lock(&self.shared.store) = Some(files.store.clone());
        }
        Ok(opened)
    }
}

/// Lets go by whatever comes before the end: what matters of it will be said again. `None` if every
/// handle is gone.
async fn told_to_stop(commands: &mut mpsc::Receiver<Command>) -> Option<oneshot::Sender<()>> {
    loop {
        match commands.recv().await? {
            Command::Net { .. }
            | Command::Ahead { .. }
            | Command::Behind { .. }
            | Command::Late(_)
            | Command::Want { .. }
            | Command::Block { .. }
            | Command::Blocks { .. }
            | Command::Way { .. }
            | Command::State { .. } => {}
            Command::Stop(done) => return Some(done),
        }
    }
}
