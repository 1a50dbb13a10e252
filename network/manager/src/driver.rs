//! The loop that performs what the engine asks: one task, one input after the other.
//!
//! It owns the engine and the log of votes and is the only writer of the chain. Everything that
//! blocks runs on other threads while it waits. It decides nothing: clocks only say when to build
//! and when a block from the future may be judged.

mod memory;
mod perform;
mod sync;

use crate::chain::{Candidate, tip_of};
use crate::clock;
use crate::frame::SyncedBlock;
use crate::shared::{Shared, lock};
use crate::wal::{Recovered, Wal, WalError};
use abns::{AbnsError, ChainStore};
use acp::{AcpEngine, Engine, Input, Message, Output, WalRecord};
use ed25519_dalek::SigningKey;
use ledger::{Body, Header};
use memory::Memory;
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};
use types::{BlockId, Round, Timestamp};

/// How often members say again what they have said.
const TICK: Duration = Duration::from_millis(200);
/// How far ahead of the own clock a block may be dated; a later one waits for its time.
const AHEAD_MS: u64 = 2000;

/// What the handle tells the driver.
pub(crate) enum Command {
    /// A message of another member.
    Net { from: u16, message: Message },
    /// Final blocks of another member.
    Blocks { from: u16, blocks: Vec<SyncedBlock> },
    /// Ends the driver; answered when its files are closed.
    Stop(oneshot::Sender<()>),
}

/// What lies in a manager's folder, open.
pub(crate) struct Files {
    pub(crate) store: Arc<ChainStore>,
    pub(crate) wal: Wal,
    pub(crate) recovered: Recovered,
}

/// Why the driver cannot go on. The log of votes makes it safe to open everything again.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Halt {
    #[error("chain store: {0}")]
    Chain(#[from] AbnsError),
    #[error("log of votes: {0}")]
    Wal(#[from] WalError),
    #[error("a thread of this manager died")]
    Thread,
}

pub(crate) struct Driver<'t> {
    shared: Arc<Shared>,
    store: Arc<ChainStore>,
    engine: AcpEngine,
    wal: Arc<Mutex<Wal>>,
    memory: Memory,
    /// No vote up to this round.
    abstain: Round,
    tip: &'t watch::Sender<Round>,
    /// Blocks of the present round that are valid.
    candidates: BTreeMap<BlockId, Candidate>,
    /// When to build.
    build_at: Option<Timestamp>,
    /// A block whose time has not come.
    early: Option<(Header, Body)>,
    asked: Option<sync::Asked>,
}

impl<'t> Driver<'t> {
    pub(crate) fn new(
        shared: Arc<Shared>,
        files: Files,
        key: SigningKey,
        tip: &'t watch::Sender<Round>,
    ) -> Self {
        let Files { store, wal, recovered } = files;
        let memory = Memory::of(&recovered, tip_of(&store).round);
        let Recovered { records, abstain } = recovered;
        let (chain, committee) = (shared.rules.chain, shared.rules.committee.clone());
        let mut engine = AcpEngine::new(chain, key, shared.member, committee, records);
        engine.abstain_through(abstain);
        Self {
            shared,
            store,
            engine,
            wal: Arc::new(Mutex::new(wal)),
            memory,
            abstain,
            tip,
            candidates: BTreeMap::new(),
            build_at: None,
            early: None,
            asked: None,
        }
    }

    /// Runs until it is told to stop, or until every handle is gone.
    pub(crate) async fn run(mut self, commands: &mut mpsc::Receiver<Command>) -> Result<(), Halt> {
        let ended = self.work(commands).await;
        // The files close before anybody hears of the end.
        drop(self);
        if let Some(done) = ended? {
            // Nobody waits any more: nothing is left to do.
            done.send(()).ok();
        }
        Ok(())
    }

    /// Works until it is told to stop, or until every handle is gone.
    async fn work(
        &mut self,
        commands: &mut mpsc::Receiver<Command>,
    ) -> Result<Option<oneshot::Sender<()>>, Halt> {
        self.start_round().await?;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let pause = self.pause();
            tokio::select! {
                command = commands.recv() => match command {
                    None => return Ok(None),
                    Some(Command::Stop(done)) => return Ok(Some(done)),
                    Some(Command::Net { from, message }) => {
                        self.feed(Input::Net { from, message }).await?;
                    }
                    Some(Command::Blocks { from, blocks }) => self.adopt(from, blocks).await?,
                },
                _ = tick.tick() => {
                    self.feed(Input::Tick).await?;
                    self.ask_all();
                }
                () = sleep(pause.unwrap_or_default()), if pause.is_some() => self.due().await?,
            }
        }
    }

    /// How long until something is due.
    fn pause(&self) -> Option<Duration> {
        let early = self.early.as_ref().map(|(header, _)| judge_at(header));
        let next = self.build_at.into_iter().chain(early).min()?;
        Some(Duration::from_millis(next.millis_since(clock::now())))
    }

    /// Does what has become due.
    async fn due(&mut self) -> Result<(), Halt> {
        let now = clock::now();
        if self.build_at.take_if(|at| *at <= now).is_some() {
            let input = self.build(now).await?;
            self.feed(input).await?;
        }
        if let Some((header, body)) = self.early.take_if(|(header, _)| judge_at(header) <= now) {
            let input = self.judge(header, body).await?;
            self.feed(input).await?;
        }
        Ok(())
    }

    async fn start_round(&mut self) -> Result<(), Halt> {
        let input = self.next_round();
        self.feed(input).await
    }

    /// Gives the engine an input, and every input that follows from it.
    async fn feed(&mut self, input: Input) -> Result<(), Halt> {
        let mut inputs = VecDeque::from([input]);
        while let Some(input) = inputs.pop_front() {
            let mut out = Vec::new();
            self.engine.step(clock::now(), input, &mut out);
            let (mut log, mut durable) = (Vec::new(), None);
            let mut rest = Vec::new();
            for output in out {
                match output {
                    Output::Persist { seq, record } => {
                        durable = Some(seq);
                        log.push(record);
                    }
                    Output::Broadcast(_)
                    | Output::SendTo(..)
                    | Output::Build { .. }
                    | Output::Check { .. }
                    | Output::Final(_)
                    | Output::NeedSync { .. } => rest.push(output),
                }
            }
            if let Some(seq) = durable {
                self.log(log).await?;
                inputs.push_back(Input::Persisted(seq));
            }
            for output in rest {
                inputs.extend(self.perform(output).await?);
            }
        }
        Ok(())
    }

    async fn log(&mut self, records: Vec<WalRecord>) -> Result<(), Halt> {
        self.remember(&records);
        self.with_wal(move |wal| wal.append(&records)).await
    }

    async fn with_wal(
        &self,
        work: impl FnOnce(&mut Wal) -> Result<(), WalError> + Send + 'static,
    ) -> Result<(), Halt> {
        let wal = self.wal.clone();
        Ok(blocking(move || work(&mut lock(&wal))).await??)
    }
}

/// When a block may be judged.
const fn judge_at(header: &Header) -> Timestamp {
    Timestamp(header.time.0.saturating_sub(AHEAD_MS))
}

/// Runs work that blocks on a thread made for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Halt> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Halt::Thread)
}
