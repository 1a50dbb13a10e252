//! The handle that the node holds, and how a manager starts.

use crate::answer;
use crate::chain::{Held, Rules};
use crate::config::{Config, ManagerError, account_of};
use crate::driver::Command;
use crate::frame::{Frame, Waiting};
use crate::gate;
use crate::keeper::{self, Keeper, News};
use crate::mempool::Mempool;
use crate::report::Reporter;
use crate::roster::Roster;
use crate::shared::{Ring, RoundView, Shared, lock, unavailable};
use abns::{AbnsError, ChainStore};
use acp::{EngineStatus, Message};
use ledger::{Body, CertifiedHeader};
use std::fs;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::spawn_blocking;
use types::{Round, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Encode, Failure};

/// Frames for one manager, or for all of [`Manager::peers`] (`None`). What does not fit is dropped and
/// said again.
pub type Outbox = mpsc::Sender<(Option<WorkerId>, Vec<u8>)>;

/// How many commands wait for the driver before their senders do. Each may be as long as a frame.
const COMMANDS: usize = 32;
/// Requests of light nodes that are worked on at a time; further ones wait their turn. All that
/// blocks shares one pool of threads, and the consensus must never wait behind a crowd.
const CLIENTS: usize = 8;

/// How long a manager that got blocks must wait before it is heard again.
const AFTER_BLOCKS: Duration = Duration::from_millis(50);

/// A running manager. Cheap to clone; when the last clone is dropped the manager ends as in a
/// crash, which is safe at any time.
#[derive(Clone)]
pub struct Manager {
    shared: Arc<Shared>,
    commands: mpsc::Sender<Command>,
    tip: watch::Receiver<Round>,
    peers: watch::Receiver<Vec<WorkerId>>,
}

/// Where a manager stands, for people and for monitoring.
#[derive(Debug, Clone)]
pub struct ManagerStatus {
    /// Its signing key.
    pub key: WorkerId,
    /// The newest final round.
    pub tip: Round,
    /// The round at work.
    pub engine: EngineStatus,
    /// How many managers decide it.
    pub members: usize,
    /// True if this one is among them.
    pub seated: bool,
    /// From a block's time to the moment it was durable here, of the last 256 blocks, ascending.
    pub finality_ms: Vec<u64>,
    /// Transactions that wait.
    pub waiting: usize,
    /// Their bytes.
    pub waiting_bytes: usize,
    /// Offences seen and not yet punished.
    pub evidence: usize,
}

/// Starts a manager on its folder. Must be called inside a tokio runtime; opening the files blocks
/// for as long as the disk takes.
///
/// # Errors
/// [`ManagerError`] if the genesis is none or a file does not open.
pub fn spawn(config: Config, outbox: Outbox) -> Result<Manager, ManagerError> {
    config.genesis.check().map_err(AbnsError::from)?;
    fs::create_dir_all(&config.dir).map_err(ManagerError::Folder)?;
    let files = keeper::open(&config)?;
    let founders: Vec<_> = config.genesis.workers.iter().map(|worker| worker.id).collect();
    let shared = Arc::new(Shared {
        store: Mutex::new(Some(files.store.clone())),
        rules: Rules::new(&config.genesis),
        genesis: config.genesis.to_bytes(),
        own: WorkerId(config.member().key),
        ring: RwLock::new(None),
        view: Mutex::new(RoundView::default()),
        mempool: Mutex::new(Mempool::default()),
        roster: Mutex::new(Roster::new(&founders)),
        untold: Mutex::default(),
        evidence: Mutex::default(),
        reporter: Reporter::new(account_of(&config.key)),
        outbox,
        clients: Semaphore::new(CLIENTS),
    });
    let (commands, receiver) = mpsc::channel(COMMANDS);
    let (tip_sender, tip) = watch::channel(files.store.tip().round);
    let (peers_sender, peers) = watch::channel(vec![]);
    let news = News { tip: tip_sender, peers: peers_sender };
    let keeper = Keeper { config: Arc::new(config), shared: shared.clone(), news };
    tokio::spawn(keeper.run(files, receiver));
    Ok(Manager { shared, commands, tip, peers })
}

impl Manager {
    /// Takes a frame that the transport has received from another manager. Waits while the manager
    /// is busy: the transport should then read no more from that one. Signatures are verified here,
    /// on the caller's task, so that peers do not wait for one another.
    pub async fn incoming(&self, from: WorkerId, bytes: Vec<u8>) {
        if !self.knows(from) {
            return tracing::debug!("a frame of {from}, who is no manager");
        }
        let frame = match Frame::from_bytes(&bytes) {
            Ok(frame) => frame,
            Err(error) => return tracing::debug!("bad frame of manager {from}: {error}"),
        };
        match frame {
            Frame::Consensus(message) => self.hear(from, message).await,
            Frame::Blocks(blocks) => self.tell(Command::Blocks { from, blocks }).await,
            Frame::Want(block) => self.tell(Command::Want { from, block }).await,
            Frame::Block { header, body } => {
                if let Some(held) = Held::new(header.id(), *header, &body) {
                    self.tell(Command::Block { from, held: Box::new(held) }).await;
                }
            }
            Frame::Transactions(waiting) => self.take(from, waiting).await,
            Frame::Ask { from: round } => self.serve(from, round).await,
        }
    }

    /// Passes on what a member says, once its signatures are verified; of rounds that cannot be
    /// judged here only the number counts.
    async fn hear(&self, from: WorkerId, message: Message) {
        let Some(ring) = self.shared.ring().filter(|ring| ring.has(from)) else { return };
        let round = message.round();
        let member = ring.position(from);
        let command = if round < ring.round {
            // Who says how a round ended is not in it any more: an answer would be answered.
            if matches!(message, Message::Final(_)) {
                return;
            }
            Command::Behind { from, round }
        } else if round > ring.round.next() {
            Command::Ahead { from, round }
        } else {
            let checked = ring.verifier.check(&message, &mut lock(&ring.seen));
            if let Err(error) = checked {
                return tracing::debug!("a message of manager {from} is refused: {error}");
            }
            Command::Net { from: member.unwrap_or(u16::MAX), message }
        };
        self.tell(command).await;
    }

    async fn take(&self, from: WorkerId, waiting: Vec<Waiting>) {
        let submit = move |shared: &Shared, store: &ChainStore| {
            for Waiting(bytes) in waiting {
                if let Err(refused) = gate::submit(shared, store, &bytes, false) {
                    tracing::debug!("transaction of manager {from}: {refused}");
                }
            }
            Ok(())
        };
        if let Err(failure) = self.with_store(submit).await {
            tracing::debug!("transactions of manager {from}: {failure}");
        }
    }

    async fn serve(&self, from: WorkerId, round: Round) {
        let send = move |shared: &Shared, store: &ChainStore| {
            shared.send(Some(from), &Frame::Blocks(answer::blocks(store, round)));
            Ok(())
        };
        if let Err(failure) = self.with_store(send).await {
            tracing::debug!("no blocks for manager {from}: {failure}");
        }
        // An answer is long, and a peer that takes none could ask for many.
        tokio::time::sleep(AFTER_BLOCKS).await;
    }

    /// Answers a light node.
    ///
    /// # Errors
    /// A refusal: the ledger's codes for a transaction, `unavailable` or `disk_full` when this
    /// manager cannot answer.
    pub async fn answer(&self, request: ChainRequest) -> Result<ChainReply, Failure> {
        // An error says that it is closed, which it never is.
        let _turn = self.shared.clients.acquire().await;
        self.with_store(|shared, store| answer::answer(shared, store, request)).await
    }

    /// The newest final round. The sender's end closes when the manager stops.
    #[must_use]
    pub fn tip(&self) -> watch::Receiver<Round> {
        self.tip.clone()
    }

    /// True for a manager that has a seat in this round or the next, or is registered for one.
    #[must_use]
    pub fn knows(&self, manager: WorkerId) -> bool {
        let registered = |ring: &Ring| ring.registered.contains(&manager);
        self.shared.ring().is_some_and(|ring| ring.has(manager) || registered(&ring))
    }

    /// The other managers that this one talks to: those that decide the present round and the next,
    /// and those that are registered.
    #[must_use]
    pub fn peers(&self) -> watch::Receiver<Vec<WorkerId>> {
        self.peers.clone()
    }

    /// Where this manager stands.
    #[must_use]
    pub fn status(&self) -> ManagerStatus {
        let view = lock(&self.shared.view).clone();
        let (waiting, waiting_bytes) = lock(&self.shared.mempool).load();
        let ring = self.shared.ring();
        let mut finality: Vec<u64> = view.finality_ms.into();
        finality.sort_unstable();
        ManagerStatus {
            key: self.shared.own,
            tip: *self.tip.borrow(),
            engine: view.status,
            members: ring.as_ref().map_or(0, |ring| ring.committee.size()),
            seated: ring.is_some_and(|ring| ring.position(self.shared.own).is_some()),
            finality_ms: finality,
            waiting,
            waiting_bytes,
            evidence: lock(&self.shared.evidence).len(),
        }
    }

    /// The certified header of a final round.
    ///
    /// # Errors
    /// `unavailable` while the store is closed or fails.
    pub async fn header(&self, round: Round) -> Result<Option<CertifiedHeader>, Failure> {
        self.with_store(move |_, store| Ok(store.header(round))).await
    }

    /// The body of a final round, as long as it is kept.
    ///
    /// # Errors
    /// `unavailable` while the store is closed or fails.
    pub async fn body(&self, round: Round) -> Result<Option<Body>, Failure> {
        self.with_store(move |_, store| Ok(store.body(round))).await
    }

    /// Notes where a worker listens; the caller has proof that the worker itself says so.
    pub fn announce(&self, worker: WorkerId, addresses: Vec<String>) {
        lock(&self.shared.roster).announce(worker, addresses);
    }

    /// Stops and closes the files; other clones answer `unavailable` from then on.
    pub async fn stop(self) {
        let (done, stopped) = oneshot::channel();
        self.tell(Command::Stop(done)).await;
        // An error means that the driver had ended before.
        stopped.await.ok();
        self.shared.close().await;
    }

    async fn tell(&self, command: Command) {
        if self.commands.send(command).await.is_err() {
            tracing::debug!("the manager has stopped");
        }
    }

    async fn with_store<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Shared, &ChainStore) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let shared = self.shared.clone();
        let store = shared.store()?;
        let done = spawn_blocking(move || work(&shared, &store)).await;
        done.unwrap_or_else(|_| Err(unavailable()))
    }
}

impl std::fmt::Debug for Manager {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Manager")
            .field("key", &self.shared.own)
            .field("tip", &*self.tip.borrow())
            .finish_non_exhaustive()
    }
}
