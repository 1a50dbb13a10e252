//! A whole network in one process. Each manager and each worker has its own keys, its own folder
//! and its own transport on loopback; they talk over the network as strangers would.

use crate::book::Book;
use crate::cli::DevnetOptions;
use crate::error::NodeError;
use crate::faucet::{self, Faucet};
use crate::folder::Folder;
use crate::managers::Managers;
use crate::ready::Ready;
use crate::serve::now;
use crate::settings::{Devnet, FORMAT, Node, Settings};
use crate::worker_node::Home;
use crate::{genesis, logs, manager_node, ports, worker_node};

use futures::future::join_all;
use ledger::Genesis;
use manager::{AbnsError, CatchUp, Config, Manager, ManagerError, Timing, WalError};
use net::transport::Transport;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use types::WorkerId;
use wire::protocol;

const MANAGERS: u16 = 4;
const WORKERS: u16 = 5;
/// Messages of one manager that wait to be handed to the links.
const OUTBOX: usize = 1024;
/// How long the managers may take to finish what they are writing.
const STOP: Duration = Duration::from_secs(3);

/// Runs the network until told to stop.
pub(crate) async fn run(
    options: DevnetOptions,
    stop: impl Future<Output = ()>,
) -> Result<(), NodeError> {
    let folder = Folder::open(&options.dir, Devnet::FILE)?;
    logs::start(&folder)?;
    let mut stop = std::pin::pin!(stop);
    let network = tokio::select! {
        network = start(&folder, &options) => network?,
        () = &mut stop => return Ok(()),
    };
    network.ready.print()?;
    tracing::info!("the network serves");
    stop.await;
    network.stop().await;
    tracing::info!("the network has stopped");
    Ok(())
}

struct Network {
    ready: Ready,
    managers: Vec<Manager>,
    transports: Vec<Transport>,
}

impl Network {
    async fn stop(self) {
        let stopped = join_all(self.managers.into_iter().map(Manager::stop));
        if tokio::time::timeout(STOP, stopped).await.is_err() {
            tracing::warn!("a manager did not stop in time");
        }
        join_all(self.transports.into_iter().map(Transport::close)).await;
    }
}

async fn start(folder: &Folder, options: &DevnetOptions) -> Result<Network, NodeError> {
    let mut settings = settings(folder, options)?;
    let key = faucet::key(folder)?;
    let genesis = genesis::of_devnet(folder, &settings, key.public().address(), options.interval)?;
    let chain = genesis.chain();
    let managing = listen(&mut settings.managers, &manager_node::PROTOCOLS).await?;
    let of_workers = [&worker_node::PROTOCOLS[..], &[protocol::FAUCET]].concat();
    let working = listen(&mut settings.workers, &of_workers).await?;
    settings.save(folder.path())?;
    let nodes: Vec<WorkerId> = managing.iter().chain(&working).map(Transport::id).collect();
    for transport in managing.iter().chain(&working) {
        transport.reserve(&nodes).await?;
    }

    let members: Vec<_> = managing.iter().map(|node| (node.id(), node.addresses())).collect();
    let book = Arc::new(Book::new(&members));
    let mut managers = Vec::new();
    for ((number, node), transport) in (1..).zip(&settings.managers).zip(&managing) {
        managers.push(manager(folder, &genesis, number, node, transport, &book)?);
    }
    let faucet = match managers.first() {
        Some(first) => Faucet::open(folder.join("faucet"), key, &genesis, first.clone())?,
        None => return Err(NodeError::damaged(&folder.join(Devnet::FILE), "no managers")),
    };
    let faucet = Arc::new(faucet);
    let resuming = Arc::clone(&faucet);
    tokio::spawn(async move { resuming.resume().await });
    let mut ready = Ready::new(chain, &folder.join(genesis::FILE), managers.len());
    for ((number, node), transport) in (1..).zip(&settings.workers).zip(&working) {
        let dir = folder.join(&format!("worker-{number}"));
        let ways = Managers::new(transport.clone(), &members);
        // The genesis says which one is the archive.
        let home = Home { dir: &dir, seed: node.seed, archive: false };
        worker_node::start(transport, &genesis, ways, home, Some(Arc::clone(&faucet))).await?;
        ready.worker(transport, chain);
    }
    let transports = managing.into_iter().chain(working).collect();
    Ok(Network { ready, managers, transports })
}

async fn listen(nodes: &mut [Node], protocols: &[&str]) -> Result<Vec<Transport>, NodeError> {
    let mut transports = Vec::new();
    for node in nodes {
        transports.push(ports::listen(node, protocols).await?);
    }
    Ok(transports)
}

fn manager(
    folder: &Folder,
    genesis: &Genesis,
    number: u16,
    node: &Node,
    transport: &Transport,
    book: &Arc<Book>,
) -> Result<Manager, NodeError> {
    let dir = folder.join(&format!("manager-{number}"));
    std::fs::create_dir_all(&dir).map_err(|error| NodeError::io(&dir, &error))?;
    let (sender, outbox) = mpsc::channel(OUTBOX);
    let (key, timing) = (node.seed, Timing::LOCAL);
    let (genesis_of, catch_up) = (genesis.clone(), CatchUp::default());
    let config = Config { dir: dir.clone(), key, genesis: genesis_of, timing, catch_up };
    let manager = manager::spawn(config, sender).map_err(|error| refused(&dir, &error))?;
    manager_node::start(transport, &manager, (genesis, &dir), book, outbox)?;
    Ok(manager)
}

pub(crate) fn refused(dir: &Path, error: &ManagerError) -> NodeError {
    match error {
        ManagerError::Chain(AbnsError::OldFormat) => NodeError::old_format(dir),
        ManagerError::Chain(AbnsError::DiskFull) | ManagerError::Wal(WalError::DiskFull) => {
            NodeError::new("disk_full", format!("the disk is full: {}", dir.display()))
        }
        ManagerError::Folder(error)
        | ManagerError::Chain(AbnsError::Io(error))
        | ManagerError::Wal(WalError::Io(error)) => NodeError::io(dir, error),
        ManagerError::Wal(WalError::Foreign)
        | ManagerError::Chain(
            AbnsError::WrongChain
            | AbnsError::BadGenesis(_)
            | AbnsError::Damaged(_)
            | AbnsError::InUse
            | AbnsError::BadBlock(_),
        ) => NodeError::damaged(dir, error),
    }
}

fn settings(folder: &Folder, options: &DevnetOptions) -> Result<Devnet, NodeError> {
    if let Some(settings) = Devnet::load(folder.path())? {
        let fits = |asked: Option<u16>, there: usize| {
            asked.is_none_or(|asked| usize::from(asked) == there)
        };
        let (managers, workers) = (settings.managers.len(), settings.workers.len());
        if fits(options.managers, managers) && fits(options.workers, workers) {
            return Ok(settings);
        }
        let message = format!(
            "the network in {} has {managers} managers and {workers} workers: leave out \
             --managers and --workers, or choose another folder with --dir",
            folder.path().display()
        );
        return Err(NodeError::new("devnet_differs", message));
    }
    let nodes = |count: u16| (0..count).map(|_| Node::generate()).collect();
    let settings = Devnet {
        format: FORMAT,
        time: now().0,
        managers: nodes(options.managers.unwrap_or(MANAGERS)),
        workers: nodes(options.workers.unwrap_or(WORKERS)),
    };
    settings.save(folder.path())?;
    Ok(settings)
}
