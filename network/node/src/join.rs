//! One worker in a process of its own that joins a network.
//!
//! It needs no more than a light node does: a worker to ask, and the chain id. The genesis names
//! the managers' keys, and whoever serves the chain tells where they listen; both are checked, the
//! one by its hash, the other by the key at the far end.

use crate::cli::WorkerOptions;
use crate::error::NodeError;
use crate::folder::Folder;
use crate::managers::Managers;
use crate::ready::Ready;
use crate::settings::{FORMAT, Joined, Node, Settings};
use crate::worker_node::Home;
use crate::{files, genesis, logs, ports, worker_node};
use ledger::Genesis;
use net::transport::Transport;
use net::{Bootstrap, NetError};
use std::future::Future;
use std::time::Duration;
use types::{ChainId, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Encode, Reply, protocol};

const PATIENCE: Duration = Duration::from_secs(10);

/// Runs the worker until told to stop.
pub(crate) async fn run(
    options: WorkerOptions,
    stop: impl Future<Output = ()>,
) -> Result<(), NodeError> {
    let folder = Folder::open(&options.dir, Joined::FILE)?;
    logs::start(&folder)?;
    let mut stop = std::pin::pin!(stop);
    let (ready, transport) = tokio::select! {
        started = start(&folder, &options) => started?,
        () = &mut stop => return Ok(()),
    };
    ready.print()?;
    tracing::info!("the worker serves");
    stop.await;
    transport.close().await;
    Ok(())
}

async fn start(folder: &Folder, options: &WorkerOptions) -> Result<(Ready, Transport), NodeError> {
    let bootstrap = options.bootstrap.as_slice();
    let chain = one_chain(bootstrap)?;
    let mut settings = settings(folder, chain)?;
    let transport = ports::listen(&mut settings.worker, &worker_node::PROTOCOLS).await?;
    settings.save(folder.path())?;

    let known = Known { transport: &transport, bootstrap };
    let genesis = known.genesis(folder, chain).await?;
    let nodes: Vec<WorkerId> = genesis
        .managers
        .iter()
        .map(|manager| WorkerId(manager.member.key))
        .chain(genesis.workers.iter().map(|worker| worker.id))
        .collect();
    transport.reserve(&nodes).await?;
    let managers = known.managers(&genesis).await?;
    let ways = Managers::new(transport.clone(), &managers);
    let dir = folder.join("worker");
    let home = Home { dir: &dir, seed: settings.worker.seed, archive: options.archive };
    worker_node::start(&transport, &genesis, ways, home, None).await?;

    let mut ready = Ready::new(chain, &folder.join(genesis::FILE), genesis.managers.len());
    ready.worker(&transport, chain);
    Ok((ready, transport))
}

fn one_chain(bootstrap: &[Bootstrap]) -> Result<ChainId, NodeError> {
    let mut chains = bootstrap.iter().map(|bootstrap| bootstrap.chain);
    let first = chains.next().ok_or_else(|| NodeError::new("usage", "--bootstrap is missing"))?;
    if chains.any(|chain| chain != first) {
        return Err(NodeError::new("wrong_network", "the --bootstrap addresses name two networks"));
    }
    Ok(first)
}

fn settings(folder: &Folder, chain: ChainId) -> Result<Joined, NodeError> {
    match Joined::load(folder.path())? {
        Some(settings) if settings.chain == chain.to_string() => Ok(settings),
        Some(_) => {
            let message = format!(
                "{} belongs to another network: choose another folder with --dir",
                folder.path().display()
            );
            Err(NodeError::new("wrong_network", message))
        }
        None => {
            let worker = Node::generate();
            let settings = Joined { format: FORMAT, chain: chain.to_string(), worker };
            settings.save(folder.path())?;
            Ok(settings)
        }
    }
}

/// The workers that the command line names.
struct Known<'a> {
    transport: &'a Transport,
    bootstrap: &'a [Bootstrap],
}

impl Known<'_> {
    /// The genesis, from the folder or from any of them; only one whose hash is the chain id.
    async fn genesis(&self, folder: &Folder, chain: ChainId) -> Result<Genesis, NodeError> {
        let path = folder.join(genesis::FILE);
        if let Some(genesis) = genesis::load(&path, folder.path())?
            && genesis.chain() == chain
        {
            return Ok(genesis);
        }
        let mut seen_another = false;
        for bootstrap in self.bootstrap {
            let Ok(ChainReply::Genesis(bytes)) = self.ask(bootstrap, &ChainRequest::Genesis).await
            else {
                continue;
            };
            match Genesis::parse(&bytes) {
                Ok(genesis) if genesis.chain() == chain => {
                    files::write(&path, &bytes).map_err(|error| NodeError::io(&path, &error))?;
                    return Ok(genesis);
                }
                Ok(_) | Err(_) => seen_another = true,
            }
        }
        Err(if seen_another {
            NodeError::new("wrong_network", "that worker serves another network")
        } else {
            NodeError::new("no_network", "no --bootstrap worker answers")
        })
    }

    /// Where the managers of the genesis listen; at least one must be known.
    async fn managers(&self, genesis: &Genesis) -> Result<Vec<(WorkerId, Vec<String>)>, NodeError> {
        let mut managers = Vec::new();
        for manager in &genesis.managers {
            let id = WorkerId(manager.member.key);
            managers.push((id, self.locate(id).await));
        }
        if managers.iter().all(|(_, addresses)| addresses.is_empty()) {
            return Err(NodeError::new("no_network", "nobody knows where the managers are"));
        }
        Ok(managers)
    }

    async fn locate(&self, manager: WorkerId) -> Vec<String> {
        for bootstrap in self.bootstrap {
            let answer = self.ask(bootstrap, &ChainRequest::Locate(manager)).await;
            if let Ok(ChainReply::Located(addresses)) = answer
                && !addresses.is_empty()
            {
                return addresses;
            }
        }
        Vec::new()
    }

    async fn ask(&self, to: &Bootstrap, request: &ChainRequest) -> Result<ChainReply, NetError> {
        self.transport.connect(to.worker, std::slice::from_ref(&to.addresses)).await?;
        let request = request.to_bytes();
        let answer = self.transport.request(to.worker, protocol::CHAIN, &request, PATIENCE).await?;
        let reply = Reply::<ChainReply>::from_bytes(&answer).map_err(|_| NetError::BadReply)?;
        reply.into_result().map_err(|failure| {
            tracing::warn!(%failure, "a bootstrap worker refuses");
            NetError::BadReply
        })
    }
}
