//! The handle that the node holds, and how a manager starts.

use crate::answer;
use crate::chain::{Rules, tip_of};
use crate::config::{Config, ManagerError};
use crate::driver::Command;
use crate::frame::Frame;
use crate::gate;
use crate::keeper::{self, Keeper};
use crate::mempool::Mempool;
use crate::roster::Roster;
use crate::shared::{Shared, lock, unavailable};
use abns::{AbnsError, ChainStore};
use std::fs;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use tokio::task::spawn_blocking;
use types::{Round, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Encode, Failure};

/// Frames for one manager, or for all others (`None`). What does not fit is dropped and said again.
pub type Outbox = mpsc::Sender<(Option<u16>, Vec<u8>)>;

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
}

/// Starts a manager on its folder. Must be called inside a tokio runtime; opening the files blocks
/// for as long as the disk takes.
///
/// # Errors
/// [`ManagerError`] if the configuration contradicts the genesis or a file does not open.
pub fn spawn(config: Config, outbox: Outbox) -> Result<Manager, ManagerError> {
    config.genesis.check().map_err(AbnsError::from)?;
    let rules = Rules::new(&config.genesis);
    let key = config.signing_key().verifying_key();
    if rules.committee.member(config.member) != Some(key.as_bytes()) {
        return Err(ManagerError::NotAMember(config.member));
    }
    fs::create_dir_all(&config.dir).map_err(ManagerError::Folder)?;
    let files = keeper::open(&config)?;
    let shared = Arc::new(Shared {
        store: Mutex::new(Some(files.store.clone())),
        rules,
        genesis: config.genesis.to_bytes(),
        member: config.member,
        mempool: Mutex::new(Mempool::default()),
        roster: Mutex::new(Roster::new(&config.genesis.workers)),
        outbox,
        clients: Semaphore::new(CLIENTS),
    });
    let (commands, receiver) = mpsc::channel(COMMANDS);
    let (tip_sender, tip) = watch::channel(tip_of(&files.store).round);
    let keeper = Keeper { config: Arc::new(config), shared: shared.clone(), tip: tip_sender };
    tokio::spawn(keeper.run(files, receiver));
    Ok(Manager { shared, commands, tip })
}

impl Manager {
    /// Takes a frame that the transport has received from another manager. Waits while the manager
    /// is busy: the transport should then read no more from that one.
    pub async fn incoming(&self, from: u16, bytes: Vec<u8>) {
        if !self.shared.is_other_member(from) {
            return;
        }
        let frame = match Frame::from_bytes(&bytes) {
            Ok(frame) => frame,
            Err(error) => return tracing::debug!("bad frame of manager {from}: {error}"),
        };
        match frame {
            Frame::Consensus(message) => self.tell(Command::Net { from, message }).await,
            Frame::Blocks(blocks) => self.tell(Command::Blocks { from, blocks }).await,
            Frame::Transaction(bytes) => {
                let submit = move |shared: &Shared, store: &ChainStore| {
                    gate::submit(shared, store, &bytes, false)
                };
                if let Err(refused) = self.with_store(submit).await {
                    tracing::debug!("transaction of manager {from}: {refused}");
                }
            }
            Frame::Ask { from: round } => {
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
        }
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
            .field("member", &self.shared.member)
            .field("tip", &*self.tip.borrow())
            .finish_non_exhaustive()
    }
}
