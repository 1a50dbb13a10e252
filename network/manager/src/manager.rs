//! The handle that the node holds, and how a manager starts.

use crate::answer;
use crate::chain::{Rules, tip_of};
use crate::config::{Config, ManagerError};
use crate::driver::{Command, Driver, Memory};
use crate::frame::Frame;
use crate::gate;
use crate::mempool::Mempool;
use crate::roster::Roster;
use crate::shared::{Shared, lock, unavailable};
use crate::wal::{Owner, Recovered, Wal};
use abns::{AbnsError, ChainStore};
use acp::{AcpEngine, WalRecord};
use ed25519_dalek::SigningKey;
use ledger::Step;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::spawn_blocking;
use types::{Round, WorkerId};
use wire::chain::{ChainReply, ChainRequest};
use wire::{Decode, Encode, Failure};

/// Frames for one manager, or for all others (`None`). What does not fit is dropped and said again.
pub type Outbox = mpsc::Sender<(Option<u16>, Vec<u8>)>;

/// How many commands wait for the driver before their senders do.
const COMMANDS: usize = 256;
/// How long a stopping manager waits between two looks at reads that are not over.
const LAST_READS: Duration = Duration::from_millis(5);

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
    let key = SigningKey::from_bytes(&config.key);
    let rules = Rules::new(&config.genesis);
    if rules.committee.member(config.member) != Some(key.verifying_key().as_bytes()) {
        return Err(ManagerError::NotAMember(config.member));
    }
    fs::create_dir_all(&config.dir).map_err(ManagerError::Folder)?;
    let (store, wal, recovered) = open(&config)?;
    let tip = tip_of(&store).round;
    let memory = memory(&recovered, tip);
    let (chain, committee) = (rules.chain, rules.committee.clone());
    let mut engine = AcpEngine::new(chain, key, config.member, committee, recovered.records);
    engine.abstain_through(recovered.abstain);
    let store = Arc::new(store);
    let shared = Arc::new(Shared {
        store: Mutex::new(Some(store.clone())),
        rules,
        genesis: config.genesis.to_bytes(),
        member: config.member,
        mempool: Mutex::new(Mempool::default()),
        roster: Mutex::new(Roster::new(&config.genesis.workers)),
        outbox,
    });
    let (commands, receiver) = mpsc::channel(COMMANDS);
    let (tip_sender, tip) = watch::channel(tip);
    let driver = Driver::new(shared.clone(), store, engine, wal, memory, tip_sender);
    tokio::spawn(driver.run(receiver));
    Ok(Manager { shared, commands, tip })
}

fn open(config: &Config) -> Result<(ChainStore, Wal, Recovered), ManagerError> {
    let (chain, votes) = (config.dir.join("chain.redb"), config.dir.join("votes.wal"));
    let owner = Owner { chain: config.genesis.chain(), member: config.member };
    if !chain.exists() && !votes.exists() {
        // The log comes first: a chain without a log is one whose votes are forgotten.
        Wal::open(&votes, owner, false, Round(0))?;
    }
    let store = open_chain(&chain, config)?;
    let lost = tip_of(&store).round.next();
    let (wal, recovered) = Wal::open(&votes, owner, true, lost)?;
    Ok((store, wal, recovered))
}

fn open_chain(path: &Path, config: &Config) -> Result<ChainStore, ManagerError> {
    Ok(ChainStore::open(path, &config.genesis)?)
}

/// Whether this folder may be a replacement for one that was lost: then nobody knows what was said
/// from the other. The proof to the contrary is a Commit vote, which takes a quorum in the round.
fn memory(recovered: &Recovered, tip: Round) -> Memory {
    let committed = |record: &WalRecord| match record {
        WalRecord::Vote { vote, .. } => vote.step == Step::Commit,
        WalRecord::Proposal(_) => false,
    };
    let catching_up = tip == Round(0) || recovered.abstain == tip.plus(2);
    let may_lack = catching_up && !recovered.records.iter().any(committed);
    Memory { abstain: recovered.abstain, may_lack }
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
            }
        }
    }

    /// Answers a light node.
    ///
    /// # Errors
    /// A refusal: the ledger's codes for a transaction, `unavailable` or `disk_full` when this
    /// manager cannot answer.
    pub async fn answer(&self, request: ChainRequest) -> Result<ChainReply, Failure> {
        let submits = matches!(request, ChainRequest::Submit(_));
        if submits && self.commands.is_closed() {
            return Err(unavailable());
        }
        self.with_store(|shared, store| answer::answer(shared, store, request)).await
    }

    /// The newest final round. The sender's end closes when the manager stops or fails.
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
        let Some(mut store) = lock(&self.shared.store).take() else { return };
        loop {
            match Arc::try_unwrap(store) {
                Ok(store) => return drop(spawn_blocking(move || drop(store)).await),
                Err(shared) => store = shared,
            }
            tokio::time::sleep(LAST_READS).await;
        }
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
