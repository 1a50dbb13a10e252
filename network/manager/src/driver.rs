//! The loop that performs what the engine asks: one task, one input after the other.
//!
//! It owns the engine and the log of votes and is the only writer of the chain. Everything that
//! blocks runs on other threads while it waits. It decides nothing: timers and clocks are the
//! engine's to judge.

mod blocks;
mod heard;
mod join;
mod late;
mod memory;
mod perform;
mod rounds;
mod sync;

use crate::chain::{Candidate, Ground, Held};
use crate::clock;
use crate::config::Config;
use crate::frame::SyncedBlock;
use crate::keeper::News;
use crate::shared::{Shared, lock};
use crate::snapshot::{StatePart, Way};
use crate::wal::{Record, Recovered, Wal, WalError};
use abns::{AbnsError, ChainStore};
use acp::{Engine, Input, Message, Output, Sound, SoundEngine, Timer, WalRecord};
use blocks::Blocks;
use heard::Heard;
pub(crate) use heard::Opinion;
use join::Join;
pub(crate) use late::LateVotes;
use ledger::LateVote;
pub(crate) use memory::UNKNOWN;
use memory::{Around, Memory};
use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::{Instant, MissedTickBehavior, interval, sleep_until};
use types::{BlockId, Round, WorkerId};

/// How often what is missing is asked for again, and waiting transactions are passed on.
const TICK: Duration = Duration::from_millis(20);

/// What the handle tells the driver.
pub(crate) enum Command {
    /// A message of another member, verified.
    Net { from: u16, message: Message },
    /// Somebody is in a later round than the next.
    Ahead { from: WorkerId, round: Round },
    /// Somebody is in an earlier round.
    Behind { from: WorkerId, round: Round },
    /// A Commit vote for a round that is over here, by its own account.
    Late(LateVote),
    /// Somebody lacks a block of this round or the one before.
    Want { from: WorkerId, block: BlockId },
    /// A block of this round or the next, with the body that its header names.
    Block { from: WorkerId, held: Box<Held> },
    /// Final blocks of another manager.
    Blocks { from: WorkerId, blocks: Vec<SyncedBlock>, tip: Round },
    /// Another manager does not have such blocks any more, and shows the way to a state.
    Way { from: WorkerId, way: Box<Way> },
    /// A part of a state.
    State { from: WorkerId, part: Box<StatePart> },
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
    #[error("evidence: {0}")]
    Offences(#[source] std::io::Error),
    #[error("a thread of this manager died")]
    Thread,
    /// The round that runs began before it was known that something may be forgotten.
    #[error("what was said in this round may be forgotten")]
    Forgotten,
    /// Not a failure: a later state lies in the folder, to go on from.
    #[error("it goes on from a later state")]
    Snapshot,
}

pub(crate) struct Driver<'t> {
    config: Arc<Config>,
    pub(crate) shared: Arc<Shared>,
    pub(crate) store: Arc<ChainStore>,
    /// Of any kind: it is asked nothing that another could not answer.
    engine: Box<dyn Engine + Send + Sync>,
    wal: Arc<Mutex<Wal>>,
    memory: Memory,
    /// Until it is known that this member is not behind.
    around: Option<Around>,
    /// No vote up to this round.
    abstain: Round,
    news: &'t News,
    /// What the present round stands on; `None` before the first.
    ground: Option<Arc<Ground>>,
    /// Blocks of the present round that are valid.
    candidates: BTreeMap<BlockId, Candidate>,
    blocks: Blocks,
    /// What certificates may have left out.
    late: LateVotes,
    heard: Heard,
    timers: BTreeMap<Timer, Instant>,
    /// A decided block whose body is not here yet.
    decided: Option<Box<ledger::CertifiedHeader>>,
    asked: Option<sync::Asked>,
    join: Join,
}

impl<'t> Driver<'t> {
    pub(crate) fn new(
        shared: Arc<Shared>,
        files: Files,
        config: &Arc<Config>,
        news: &'t News,
    ) -> Self {
        let Files { store, wal, recovered } = files;
        let memory = Memory::of(&recovered, store.tip().round);
        let Recovered { records, abstain } = recovered;
        let mut blocks = Blocks::default();
        let mut said: Vec<WalRecord> = Vec::new();
        for record in records {
            match record {
                Record::Said(record) => said.push(record),
                Record::Block { header, body } => blocks.recover(*header, &body),
            }
        }
        let engine = Box::new(SoundEngine::new(Sound, config.scheme(), config.timing, said));
        Self {
            config: config.clone(),
            shared,
            store,
            engine,
            wal: Arc::new(Mutex::new(wal)),
            memory,
            around: Some(Around::default()),
            abstain,
            news,
            ground: None,
            candidates: BTreeMap::new(),
            blocks,
            late: LateVotes::default(),
            heard: Heard::default(),
            timers: BTreeMap::new(),
            decided: None,
            asked: None,
            join: Join::default(),
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
        self.begin_older().await?;
        self.start_round().await?;
        let mut tick = interval(TICK);
        tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = self.timers.values().min().copied();
            tokio::select! {
                command = commands.recv() => match command {
                    None => return Ok(None),
                    Some(Command::Stop(done)) => return Ok(Some(done)),
                    Some(command) => self.obey(command).await?,
                },
                _ = tick.tick() => self.tick(),
                () = sleep_until(due.unwrap_or_else(Instant::now)), if due.is_some() => {
                    self.ring().await?;
                }
            }
        }
    }

    async fn obey(&mut self, command: Command) -> Result<(), Halt> {
        match command {
            Command::Net { from, message } => {
                self.late.hear(&message);
                self.heard.hear(from);
                self.feed(Input::Net { from, message }).await
            }
            Command::Ahead { from, round } => {
                tracing::debug!("manager {from} is in round {}", round.0);
                self.ask(from);
                Ok(())
            }
            Command::Behind { from, round } => {
                self.help(from, round);
                Ok(())
            }
            Command::Late(vote) => {
                self.late.keep(vote);
                Ok(())
            }
            Command::Want { from, block } => {
                self.give(from, block);
                Ok(())
            }
            Command::Block { from, held } => self.receive(from, *held).await,
            Command::Blocks { from, blocks, tip } => self.adopt(from, blocks, tip).await,
            Command::Way { from, way } => self.walk(from, *way).await,
            Command::State { from, part } => self.take(from, *part).await,
            // The caller ends at it.
            Command::Stop(_) => Ok(()),
        }
    }

    /// Tells the engine of every timer that has run out.
    async fn ring(&mut self) -> Result<(), Halt> {
        let now = Instant::now();
        let due: Vec<Timer> =
            self.timers.iter().filter(|(_, at)| **at <= now).map(|(timer, _)| *timer).collect();
        for timer in due {
            // An earlier one may have begun a new round, which drops all.
            if self.timers.remove(&timer).is_some() {
                self.feed(Input::Timer(timer)).await?;
            }
        }
        Ok(())
    }

    fn tick(&mut self) {
        self.leave_silent();
        self.ask_for_wanted();
        self.ask_all();
        self.look_around();
        self.ask_older();
        self.shared.pass_on();
    }

    async fn feed(&mut self, input: Input) -> Result<(), Halt> {
        self.feed_all(vec![input]).await
    }

    /// Gives the engine these inputs, and every input that follows from them.
    async fn feed_all(&mut self, inputs: Vec<Input>) -> Result<(), Halt> {
        let mut inputs = VecDeque::from(inputs);
        while let Some(input) = inputs.pop_front() {
            let mut out = Vec::new();
            self.engine.step(clock::now(), input, &mut out);
            let (mut log, mut durable) = (Vec::new(), None);
            let mut rest = Vec::new();
            for output in out {
                if let Output::Persist { seq, record } = output {
                    durable = Some(seq);
                    log.extend(self.blocks.unlogged(&record));
                    log.push(Record::Said(record));
                } else {
                    rest.push(output);
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
        lock(&self.shared.view).status = self.engine.status();
        Ok(())
    }

    async fn log(&mut self, records: Vec<Record>) -> Result<(), Halt> {
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

/// Runs work that blocks on a thread made for it.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Halt> {
    tokio::task::spawn_blocking(work).await.map_err(|_| Halt::Thread)
}
