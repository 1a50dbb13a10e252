//! A worker on the network: what light nodes talk to.
//!
//! Mailboxes and the directory of its own it serves itself, those of other workers it asks for;
//! everything about the ledger it passes on to a manager. Warrants it judges by what it follows.

use crate::announce;
use crate::bodies;
use crate::error::NodeError;
use crate::events::{self, News};
use crate::faucet::Faucet;
use crate::follower::Follower;
use crate::forward::Forward;
use crate::limits::Hourly;
use crate::managers::Managers;
use crate::serve::{now, serve};
use crate::warrants::{self, Warrants};
use ledger::Genesis;
use net::NetError;
use net::transport::Transport;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use types::{Address, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::directory::{DirectoryReply, DirectoryRequest};
use wire::events::MAX_QUEUES;
use wire::mail::{MailReply, MailRequest};
use wire::{Encode, Failure, protocol};
use worker::{Worker, WorkerError};

const PURGE: Duration = Duration::from_secs(300);
/// Publications of one connection in an hour: its owner has one entry and fills it up now and then.
const PUBLICATIONS: usize = 120;

/// What every worker serves; those of a devnet have its faucet, too.
pub(crate) const PROTOCOLS: [&str; 5] =
    [protocol::MAIL, protocol::DIRECTORY, protocol::CHAIN, protocol::EVENTS, protocol::STORE];

/// What a worker brings along.
pub(crate) struct Home<'a> {
    /// Its folder.
    pub(crate) dir: &'a Path,
    /// The seed of its key, which signs receipts.
    pub(crate) seed: [u8; 32],
    /// True if it is to keep every body; one that the genesis names as an archive does so anyway.
    pub(crate) archive: bool,
}

/// One worker's parts, shared by its handlers.
#[derive(Debug)]
struct Node {
    id: WorkerId,
    mailboxes: Worker,
    creations: Hourly,
    publications: Hourly,
    managers: Arc<Managers>,
    forward: Forward,
    follower: Arc<Follower>,
    warrants: Arc<Warrants>,
}

/// Starts serving, and announces the worker; runs until the transport closes. Fails if no manager
/// has heard of it.
pub(crate) async fn start(
    transport: &Transport,
    genesis: &Genesis,
    managers: Managers,
    home: Home<'_>,
    faucet: Option<Arc<Faucet>>,
) -> Result<(), NodeError> {
    let dir = home.dir;
    let mailboxes = Worker::open(dir, transport.id()).await.map_err(|error| opened(dir, &error))?;
    let managers = Arc::new(managers);
    let warrants = Warrants::open(dir.join(warrants::FILE), genesis);
    let follower = Follower::start(genesis, Arc::clone(&managers), dir, Arc::clone(&warrants));
    let node = Arc::new(Node {
        id: transport.id(),
        mailboxes: mailboxes.clone(),
        creations: Hourly::new(MAX_QUEUES),
        publications: Hourly::new(PUBLICATIONS),
        managers: Arc::clone(&managers),
        forward: Forward::new(transport.clone(), Arc::clone(&managers)),
        follower: Arc::clone(&follower),
        warrants: Arc::clone(&warrants),
    });
    requests(transport, &node, faucet)?;
    bodies::keep(transport, genesis, (&mailboxes, home), (&follower, &managers))?;
    let events = transport.accept(protocol::EVENTS)?;
    let mail = Some((transport.id(), mailboxes.clone()));
    events::serve(events, News { headers: follower, mail, warrants });
    tokio::spawn(purge(mailboxes));
    if !announce::once(transport, &managers).await {
        return Err(NodeError::new("no_network", "no manager of the network answers"));
    }
    announce::start(transport.clone(), managers);
    Ok(())
}

fn requests(
    transport: &Transport,
    node: &Arc<Node>,
    faucet: Option<Arc<Faucet>>,
) -> Result<(), NetError> {
    let mail = Arc::clone(node);
    serve(transport.accept(protocol::MAIL)?, move |peer, request| {
        let node = Arc::clone(&mail);
        async move { node.mail(peer, request).await }
    });
    let directory = Arc::clone(node);
    serve(transport.accept(protocol::DIRECTORY)?, move |peer, request| {
        let node = Arc::clone(&directory);
        async move { node.directory(peer, request).await }
    });
    let chain = Arc::clone(node);
    serve(transport.accept(protocol::CHAIN)?, move |peer, request: ChainRequest| {
        let node = Arc::clone(&chain);
        async move { node.chain(peer, request).await }
    });
    if let Some(faucet) = faucet {
        serve(transport.accept(protocol::FAUCET)?, move |_, to: Address| {
            let faucet = Arc::clone(&faucet);
            async move { faucet.give(to).await }
        });
    }
    Ok(())
}

impl Node {
    async fn mail(&self, peer: WorkerId, request: MailRequest) -> Result<MailReply, Failure> {
        let now = now();
        match &request {
            MailRequest::Put { owner, .. } if *owner != self.id => {
                return self.forward.ask(*owner, protocol::MAIL, &request.to_bytes()).await;
            }
            MailRequest::Create { .. } => self.creations.count(peer, now)?,
            MailRequest::Put { .. } | MailRequest::Pull { .. } | MailRequest::Delete { .. } => {}
        }
        self.mailboxes.mail(&peer.0, request, now).await
    }

    async fn chain(&self, peer: WorkerId, request: ChainRequest) -> Result<ChainReply, Failure> {
        match &request {
            ChainRequest::Warrant(warrant) => {
                self.follower.take_warrant(peer, warrant).await.map(|()| ChainReply::Warranted)
            }
            ChainRequest::Warrants => Ok(self.warrants.all()),
            ChainRequest::Genesis
            | ChainRequest::Tip
            | ChainRequest::Headers { .. }
            | ChainRequest::Submit(_)
            | ChainRequest::Account(_)
            | ChainRequest::History { .. }
            | ChainRequest::Find(_)
            | ChainRequest::Locate(_)
            | ChainRequest::Light { .. }
            | ChainRequest::HeaderAt { .. }
            | ChainRequest::Record { .. }
            | ChainRequest::Back { .. }
            | ChainRequest::Committee(_)
            | ChainRequest::PoolLog { .. }
            | ChainRequest::PoolEffects { .. }
            | ChainRequest::Records { .. } => self.managers.chain(&request).await,
        }
    }

    async fn directory(
        &self,
        peer: WorkerId,
        request: DirectoryRequest,
    ) -> Result<DirectoryReply, Failure> {
        match &request {
            DirectoryRequest::Fetch { owner, .. } if *owner != self.id => {
                return self.forward.ask(*owner, protocol::DIRECTORY, &request.to_bytes()).await;
            }
            DirectoryRequest::Publish { .. } => self.publications.count(peer, now())?,
            DirectoryRequest::Fetch { .. } | DirectoryRequest::Count { .. } => {}
        }
        self.mailboxes.directory(&peer.0, request).await
    }
}

async fn purge(mailboxes: Worker) {
    loop {
        tokio::time::sleep(PURGE).await;
        if let Err(error) = mailboxes.purge(now()).await {
            tracing::warn!(%error, "cannot purge the mailboxes");
        }
    }
}

fn opened(dir: &Path, error: &WorkerError) -> NodeError {
    match error {
        WorkerError::OtherFormat => NodeError::old_format(dir),
        WorkerError::Newer => NodeError::new("devnet_newer", format!("{}: {error}", dir.display())),
        WorkerError::DiskFull => NodeError::new("disk_full", format!("{}: {error}", dir.display())),
        WorkerError::Folder(source) => NodeError::io(dir, source),
        WorkerError::Storage(source) => NodeError::damaged(dir, source),
    }
}
