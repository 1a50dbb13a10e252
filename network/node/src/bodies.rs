//! How this node's parts look to those that move bodies: what a worker keeps and follows, what a
//! manager has decided.

use crate::events;
use crate::follower::Follower;
use crate::managers::Managers;
use crate::registry::{Proved, Registry};
use crate::worker_node::Home;
use keys::Ed25519Key;
use ledger::{Body, CertifiedHeader, Genesis};
use light::Step;
use manager::Manager;
use net::NetError;
use net::transport::Transport;
use node::chunks::{self, Chain, Duties, Headers, Keeping, Locate, Unreadable};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::watch;
use types::Round;
use wire::Decode;
use wire::chain::{ChainReply, ChainRequest};
use worker::{ChunkStore, Keeps, MAX_CHUNK_BYTES, Terms, Worker};

/// For how many epochs a worker keeps what others own.
const EPOCHS: u64 = 3;
/// By this file a manager remembers how far its bodies are placed.
const PLACED: &str = "placed.bin";

/// Lets a worker keep bodies in its file.
pub(crate) fn keep(
    transport: &Transport,
    genesis: &Genesis,
    (worker, home): (&Worker, Home<'_>),
    (follower, managers): (&Arc<Follower>, &Arc<Managers>),
) -> Result<(), NetError> {
    let named = |worker: &ledger::FirstWorker| worker.id == transport.id() && worker.archive;
    let archive = home.archive || genesis.workers.iter().any(named);
    let terms = Terms {
        chain: genesis.chain(),
        keeps: match archive {
            true => Keeps::Everything,
            false => {
                let horizon = u64::from(genesis.params.epoch).saturating_mul(EPOCHS);
                Keeps::Owned { horizon }
            }
        },
        quota: if archive { u64::MAX } else { MAX_CHUNK_BYTES },
    };
    let registry = Registry::of(genesis);
    let proved = Proved::new(follower, managers);
    registry.follow_proofs(proved, events::Headers::tip(follower), genesis.params);
    let committees = follower.committees();
    let trusts = Arc::new(move |header: &CertifiedHeader| committees.trusts(header));
    let store = ChunkStore::new(worker, Ed25519Key::from_seed(home.seed), terms, trusts);
    let managers = Arc::clone(managers);
    let locate: Locate = Arc::new(move |node| {
        let managers = Arc::clone(&managers);
        Box::pin(async move { managers.locate(node).await.unwrap_or_default() })
    });
    let headers = Arc::new(Followed(Arc::clone(follower)));
    chunks::keep(transport, Keeping { store, headers, roster: registry.roster(), locate })
}

/// Lets a manager place the bodies of its blocks.
pub(crate) fn place(
    transport: &Transport,
    manager: &Manager,
    genesis: &Genesis,
    dir: &Path,
) -> Result<(), NetError> {
    let asked = manager.clone();
    let locate: Locate = Arc::new(move |node| {
        let manager = asked.clone();
        Box::pin(async move {
            match manager.answer(ChainRequest::Locate(node)).await {
                Ok(ChainReply::Located(addresses)) => addresses,
                Ok(_) | Err(_) => Vec::new(),
            }
        })
    });
    let seated = manager.clone();
    let duties: Duties = Arc::new(move |round| {
        let manager = seated.clone();
        // Who comes first decides who has the work, not whether it is done.
        Box::pin(async move { manager.seat(round).await.ok().flatten() })
    });
    let registry = Registry::of(genesis);
    registry.follow_own(manager, genesis.params);
    let chain = Arc::new(OwnBlocks(manager.clone()));
    let ways = (registry.roster(), locate);
    chunks::place(transport, chain, ways, duties, dir.join(PLACED)).map(drop)
}

/// The chain as a worker follows it.
struct Followed(Arc<Follower>);

impl Headers for Followed {
    fn tip(&self) -> watch::Receiver<Round> {
        events::Headers::tip(&self.0)
    }

    async fn headers(&self, from: Round, max: u16) -> Vec<CertifiedHeader> {
        let headers = events::Headers::headers(&self.0, from, max).await.unwrap_or_default();
        let steps = headers.iter().map_while(|object| Step::from_bytes(&object.0).ok());
        steps.map(|step| step.header).collect()
    }
}

/// What a manager has decided.
struct OwnBlocks(Manager);

impl Chain for OwnBlocks {
    async fn header(&self, round: Round) -> Result<Option<CertifiedHeader>, Unreadable> {
        self.0.header(round).await.map_err(|_| Unreadable)
    }

    async fn body(&self, round: Round) -> Result<Option<Body>, Unreadable> {
        self.0.body(round).await.map_err(|_| Unreadable)
    }

    fn tip(&self) -> watch::Receiver<Round> {
        self.0.tip()
    }
}
