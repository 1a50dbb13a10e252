//! One manager in a process of its own, as its configuration file says.

use crate::book::Book;
use crate::cli::ManagerOptions;
use crate::error::NodeError;
use crate::folder::Folder;
use crate::ready::Ready;
use crate::settings::{Managing, Settings};
use crate::{announce, genesis, logs, manager_node, ports, status};
use manager::{Config, Manager, Timing};
use net::transport::Transport;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use types::WorkerId;

/// Messages that wait to be handed to the links.
const OUTBOX: usize = 4096;
/// How long the manager may take to finish what it is writing.
const STOP: Duration = Duration::from_secs(3);

/// Runs the manager until told to stop.
pub(crate) async fn run(
    options: &ManagerOptions,
    stop: impl Future<Output = ()>,
) -> Result<(), NodeError> {
    let file = std::fs::canonicalize(&options.config)
        .map_err(|error| NodeError::io(&options.config, &error))?;
    let base = file.parent().map(Path::to_path_buf).unwrap_or_default();
    let missing = || NodeError::new("bad_config", format!("{} is empty", file.display()));
    let settings = Managing::read(&file, &base)?.ok_or_else(missing)?;
    let dir = base.join(&settings.dir);
    let folder = Folder::open(&dir, known_by(&dir))?;
    logs::start(&folder)?;
    let mut stop = std::pin::pin!(stop);
    let (ready, manager, transport) = tokio::select! {
        started = start(&base, &folder, settings) => started?,
        () = &mut stop => return Ok(()),
    };
    ready.print()?;
    tracing::info!("the manager serves");
    stop.await;
    if tokio::time::timeout(STOP, manager.stop()).await.is_err() {
        tracing::warn!("the manager did not stop in time");
    }
    transport.close().await;
    Ok(())
}

/// By this file a folder is known as a manager's. One whose log of votes was lost is its own all the
/// same: it is silent for a while.
fn known_by(dir: &Path) -> &'static str {
    let chain = "chain.redb";
    if dir.join(chain).exists() { chain } else { "votes.wal" }
}

async fn start(
    base: &Path,
    folder: &Folder,
    mut settings: Managing,
) -> Result<(Ready, Manager, Transport), NodeError> {
    if let Some(address) = settings.status {
        status::check(address)?;
    }
    let path = base.join(&settings.genesis);
    let Some(genesis) = genesis::load(&path, base)? else {
        let message = format!("there is no genesis file {}", path.display());
        return Err(NodeError::new("bad_config", message));
    };
    let transport = ports::listen_at(&mut settings.manager, &manager_node::PROTOCOLS).await?;
    let others: Vec<_> =
        settings.others.iter().map(|other| (WorkerId(other.key), other.listen.clone())).collect();
    let nodes: Vec<WorkerId> = others.iter().map(|(id, _)| *id).collect();
    transport.reserve(&nodes).await?;
    let timing = if settings.wide { Timing::WIDE } else { Timing::LOCAL };
    let (sender, outbox) = mpsc::channel(OUTBOX);
    let (dir, key) = (folder.path().to_path_buf(), settings.manager.seed);
    let chain = genesis.chain();
    let mut ready = Ready::new(chain, &path, genesis.managers.len());
    let config = Config { dir: PathBuf::clone(&dir), key, genesis: genesis.clone(), timing };
    let manager =
        manager::spawn(config, sender).map_err(|error| crate::devnet::refused(&dir, &error))?;
    let book = Arc::new(Book::new(&others));
    let reached_at = match settings.reached_at {
        given if given.is_empty() => transport.addresses(),
        given => given,
    };
    book.note(transport.id(), reached_at.clone());
    manager_node::start(&transport, &manager, (&genesis, &dir), &book, outbox)?;
    announce::to_managers(transport.clone(), reached_at, book);
    if let Some(address) = settings.status {
        ready.status(status::serve(address, manager.clone()).await?);
    }
    ready.node(&transport, chain);
    Ok((ready, manager, transport))
}
