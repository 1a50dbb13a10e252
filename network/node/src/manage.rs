//! One manager in a process of its own, as its configuration file says.

use crate::book::Book;
use crate::cli::ManagerOptions;
use crate::error::NodeError;
use crate::folder::Folder;
use crate::ready::Ready;
use crate::settings::{Managing, Settings, Vouching};
use crate::{announce, genesis, logs, manager_node, ports, status};
use manager::{CatchUp, Config, Horizon, Manager, Timing, Vouched};
use net::transport::Transport;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use types::{BlockId, Round, WorkerId};

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

/// What the settings say of the past, with those to ask for it.
fn catch_up(settings: &Managing, named: Vec<WorkerId>) -> CatchUp {
    let vouched = |one: Vouching| Vouched { round: Round(one.round), header: BlockId(one.header) };
    CatchUp {
        horizon: match settings.horizon {
            _ if settings.archive => Horizon::Never,
            Some(rounds) => Horizon::Rounds(rounds),
            None => Horizon::MANAGER,
        },
        checkpoint: settings.checkpoint.map(vouched),
        named,
    }
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
    let named = genesis.managers.iter().map(|manager| WorkerId(manager.member.key));
    let managers: Vec<WorkerId> = others.iter().map(|(id, _)| *id).chain(named).collect();
    // Workers as well: light nodes learn of the chain through them, and strangers use up the places.
    let workers = genesis.workers.iter().map(|worker| worker.id);
    let nodes: Vec<WorkerId> = managers.iter().copied().chain(workers).collect();
    transport.reserve(&nodes).await?;
    let timing = if settings.wide { Timing::WIDE } else { Timing::LOCAL };
    let (sender, outbox) = mpsc::channel(OUTBOX);
    let (dir, key) = (folder.path().to_path_buf(), settings.manager.seed);
    let chain = genesis.chain();
    let mut ready = Ready::new(chain, &path, genesis.managers.len());
    let catch_up = catch_up(&settings, managers);
    let config = Config { dir: dir.clone(), key, genesis: genesis.clone(), timing, catch_up };
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
