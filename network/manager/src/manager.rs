//! The handle that the node holds, and how a manager starts.

use crate::answer;
use crate::chain::{Held, Rules, prepare_circuit};
use crate::config::{Config, ManagerError, account_of};
use crate::driver::{Command, LateVotes};
use crate::frame::{Frame, Waiting};
use crate::gate;
use crate::keeper::{self, Keeper, News};
use crate::mempool::Mempool;
use crate::offences::Offences;
use crate::older::{self, PoolPart};
use crate::report::Reporter;
use crate::rings::Rings;
use crate::roster::Roster;
use crate::shared::{Ring, RoundView, Shared, lock, store_failure, unavailable};
use crate::snapshot;
use abns::{AbnsError, ChainStore};
use acp::{EngineStatus, Message};
use ledger::{Body, CertifiedHeader};
use std::fs;
use std::ops::ControlFlow;
use std::sync::{Arc, Mutex, RwLock};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::spawn_blocking;
use types::{Round, WorkerId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Decode, Encode, Failure};

/// Frames for one manager, or for all of [`Manager::peers`] (`None`). What does not fit is dropped and
/// said again.
pub type Outbox = mpsc::Sender<(Option<WorkerId>, Vec<u8>)>;

/// How many commands wait for the driver before their senders do. Each may be as long as a frame.
const COMMANDS: usize = 32;
/// Requests of light nodes that are worked on at a time; further ones wait their turn. All that
/// blocks shares one pool of threads, and the consensus must never wait behind a crowd.
const CLIENTS: usize = 8;

/// How long a manager must wait for each message that no honest one sends.
const ONE_MESSAGE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

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
    let offences = Offences::open(&config.dir, config.genesis.chain());
    let offences = offences.map_err(ManagerError::Folder)?;
    let files = keeper::open(&config)?;
    let shared = Arc::new(Shared {
        store: Mutex::new(Some(files.store.clone())),
        rules: Rules::new(&config.genesis),
        genesis: config.genesis.to_bytes(),
        own: WorkerId(config.member().key),
        named: config.catch_up.named.iter().copied().collect(),
        ring: RwLock::new(None),
        view: Mutex::new(RoundView::default()),
        mempool: Mutex::new(Mempool::default()),
        roster: Mutex::new(Roster::new()),
        untold: Mutex::default(),
        offences: Mutex::new(offences),
        older: Mutex::default(),
        reporter: Reporter::new(account_of(&config.key), &config.key),
        outbox,
        clients: Semaphore::new(CLIENTS),
        bundles: [Semaphore::new(1), Semaphore::new(1)],
        asks: Mutex::default(),
    });
    prepare_circuit(&files.store.state().map_err(ManagerError::from)?);
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
    /// on the caller's task, so that peers do not wait for one another. Who sends what no honest
    /// manager sends is heard slowly.
    pub async fn incoming(&self, from: WorkerId, bytes: Vec<u8>) {
        if !self.knows(from) {
            return tracing::debug!("a frame of {from}, who is no manager");
        }
        let rubbish = match Frame::from_bytes(&bytes) {
            Ok(frame) => self.take(from, frame).await,
            Err(error) => {
                tracing::debug!("bad frame of manager {from}: {error}");
                ONE_MESSAGE
            }
        };
        tokio::time::sleep(rubbish.min(LONGEST_PAUSE)).await;
    }

    /// Takes a frame apart. Returns how long its sender must wait, for what was wrong in it.
    async fn take(&self, from: WorkerId, frame: Frame) -> Duration {
        match frame {
            Frame::Consensus(message) => return self.hear(from, message).await,
            Frame::Blocks { blocks, tip } => {
                // How far it says to be costs nothing to note.
                let asked = lock(&self.shared.asks).answer(from) || blocks.is_empty();
                let blocks = if asked { blocks } else { Vec::new() };
                self.tell(Command::Blocks { from, blocks, tip }).await;
                return if asked { Duration::ZERO } else { ONE_MESSAGE };
            }
            Frame::Want(block) => self.tell(Command::Want { from, block }).await,
            Frame::Block { header, body } => match Held::new(header.id(), *header, &body) {
                Some(held) => self.tell(Command::Block { from, held: Box::new(held) }).await,
                None => return ONE_MESSAGE,
            },
            Frame::Transactions(waiting) => return self.admit(from, waiting).await,
            Frame::Way(way) => self.tell(Command::Way { from, way }).await,
            Frame::State(part) => self.tell(Command::State { from, part }).await,
            Frame::Pool(part) => self.take_older(from, *part).await,
            ask @ (Frame::Ask { .. }
            | Frame::AskWay { .. }
            | Frame::AskState { .. }
            | Frame::AskPool { .. }) => self.serve(from, ask).await,
        }
        Duration::ZERO
    }

    /// Passes on what a member says, once its signatures are verified; of rounds that cannot be
    /// judged here only the number counts.
    async fn hear(&self, from: WorkerId, message: Message) -> Duration {
        let Some(ring) = self.shared.ring() else { return Duration::ZERO };
        let round = message.round();
        let member = ring.position(from);
        let command = if round < ring.round {
            // Who says how a round ended is not in it any more: an answer would be answered. Who
            // is still in it may have lost its seat with that round.
            if matches!(message, Message::Final(_)) {
                return Duration::ZERO;
            }
            if let Some(vote) = LateVotes::after(ring.round, &message, member) {
                self.tell(Command::Late(vote)).await;
            }
            Command::Behind { from, round }
        } else if !ring.has(from) {
            return Duration::ZERO;
        } else if round > ring.round.next() {
            Command::Ahead { from, round }
        } else {
            if let Err(error) = ring.check(from, &message) {
                tracing::debug!("a message of manager {from} is refused: {error}");
                return ONE_MESSAGE;
            }
            Command::Net { from: member.unwrap_or(u16::MAX), message }
        };
        self.tell(command).await;
        Duration::ZERO
    }

    /// Judges transactions in order. Each bundle waits for its turn, and who has passed on a bad one
    /// has judged none: what stands behind it is not looked at.
    async fn admit(&self, from: WorkerId, waiting: Vec<Waiting>) -> Duration {
        let mut pause = Duration::ZERO;
        let [_, bundles] = &self.shared.bundles;
        let dear = |one: &Waiting| gate::has_bundle(&one.0);
        for run in waiting.chunk_by(|one, next| !dear(one) && !dear(next)) {
            // An error says that it is closed, which it never is.
            let _turn = if run.iter().any(dear) { bundles.acquire().await.ok() } else { None };
            let run = run.to_vec();
            let admit = move |shared: &Shared, store: &ChainStore| {
                Ok(gate::admit(shared, store, from, &run))
            };
            match self.with_store(admit).await {
                Ok(ControlFlow::Continue(more)) => pause = pause.saturating_add(more),
                Ok(ControlFlow::Break(more)) => return pause.saturating_add(more),
                Err(failure) => tracing::debug!("transactions of manager {from}: {failure}"),
            }
        }
        pause
    }

    async fn serve(&self, from: WorkerId, ask: Frame) {
        let send = move |shared: &Shared, store: &ChainStore| {
            let answer = snapshot::serve(shared, store, ask);
            if let Some(answer) = answer.map_err(|error| store_failure(&error))? {
                shared.send(Some(from), &answer);
            }
            Ok(())
        };
        if let Err(failure) = self.with_store(send).await {
            tracing::debug!("no answer for manager {from}: {failure}");
        }
        // An answer is long, and a peer that takes none could ask for many.
        tokio::time::sleep(AFTER_BLOCKS).await;
    }

    async fn take_older(&self, from: WorkerId, part: PoolPart) {
        let take =
            move |shared: &Shared, store: &ChainStore| older::take(shared, store, (from, &part));
        if let Err(failure) = self.with_store(take).await {
            tracing::debug!("bundles of manager {from} are not kept: {failure}");
        }
    }

    /// Answers a light node.
    ///
    /// # Errors
    /// A refusal: the ledger's codes for a transaction, `unavailable` or `disk_full` when this
    /// manager cannot answer.
    pub async fn answer(&self, request: ChainRequest) -> Result<ChainReply, Failure> {
        let [bundles, _] = &self.shared.bundles;
        let dear =
            matches!(&request, ChainRequest::Submit(Object(bytes)) if gate::has_bundle(bytes));
        let turns = if dear { bundles } else { &self.shared.clients };
        // An error says that it is closed, which it never is.
        let _turn = turns.acquire().await;
        self.with_store(|shared, store| answer::answer(shared, store, request)).await
    }

    /// The newest final round. The sender's end closes when the manager stops.
    #[must_use]
    pub fn tip(&self) -> watch::Receiver<Round> {
        self.tip.clone()
    }

    /// True for a manager that has a seat in this round or the next, is registered for one, or was
    /// named by the operator.
    #[must_use]
    pub fn knows(&self, manager: WorkerId) -> bool {
        let registered = |ring: &Ring| ring.registered.contains(&manager);
        self.shared.named.contains(&manager)
            || self.shared.ring().is_some_and(|ring| ring.has(manager) || registered(&ring))
    }

    /// The other managers that this one talks to: those that decide the present round and the next,
    /// those that are registered, and those that the operator has named.
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
            evidence: lock(&self.shared.offences).len(),
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

    /// The rings as the newest state has them.
    ///
    /// # Errors
    /// `unavailable` while the store is closed or fails.
    pub async fn rings(&self) -> Result<Rings, Failure> {
        self.with_store(|_, store| {
            let state = store.state().map_err(|error| store_failure(&error))?;
            let rings = Rings::of(&state);
            state.check().map_err(|error| store_failure(&error))?;
            Ok(rings?)
        })
        .await
    }

    /// This manager's place among those that decide a final round, and how many they are; `None` if
    /// it is none of them, or nobody here knows any more who they were.
    ///
    /// # Errors
    /// `unavailable` while the store is closed or fails.
    pub async fn seat(&self, round: Round) -> Result<Option<(u16, u16)>, Failure> {
        self.with_store(move |shared, store| {
            let header = store.header(round);
            let committee = header.and_then(|header| store.committee(&header.header.committee));
            store.check().map_err(|error| store_failure(&error))?;
            Ok(committee.and_then(|committee| {
                let members = u16::try_from(committee.size()).ok()?;
                Some((committee.position(&shared.own.0)?, members))
            }))
        })
        .await
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

    pub(crate) async fn with_store<T: Send + 'static>(
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
