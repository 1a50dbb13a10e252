//! A manager brings the bodies of final blocks to their owners, until each has confirmed all of it.
//!
//! Whoever has proposed a block brings its body at once; the others look a little later, each at its
//! turn, and bring what is still missing. So nothing depends on one of them, and mostly one does the
//! work. What an owner does not take is tried again for as long as the manager has the body; after
//! that it is the archives' to bring. An owner that is slow is left alone for longer than it took:
//! the others must not wait for it.

use super::placement::Placed;
use super::progress::Progress;
use super::{Chain, Parcel, StoreError, Stores, Unreadable};
use futures::future::{BoxFuture, join_all};
use ledger::Header;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use types::{Round, WorkerId};

/// Without a new round for so long, everything is due.
const PAUSE: Duration = Duration::from_secs(5);
/// Each manager that comes before gets so many rounds.
const LAG: u64 = 2;
/// No manager waits for more than so many others.
const LONGEST_TURN: u64 = 16;
/// Rounds that are looked at in one go.
const STEP: u64 = 256;
/// Bodies on their way at the same time.
const AT_ONCE: usize = 8;
/// Rounds that wait for an owner; beyond that the oldest are left to the archives.
const MOST_WAITING: usize = 20_000;
/// Rounds between two notes of how far we are, while all goes well.
const NOTE_EVERY: u64 = 16;
/// An owner that does not answer is left alone for so long.
const AWAY: Duration = Duration::from_secs(10);
/// One that answers more slowly than this is left alone, too, for so many times as long as it took.
const SLOW: Duration = Duration::from_secs(2);
const REST: u32 = 4;
const FIRST_RETRY: Duration = Duration::from_secs(2);
const LAST_RETRY: Duration = Duration::from_secs(600);

/// A manager's place among those that decide a round: its member number, and how many there are;
/// `None` if it was none of them.
pub type Duties = Arc<dyn Fn(Round) -> BoxFuture<'static, Option<(u16, u16)>> + Send + Sync>;

/// The task of one manager.
pub struct Pusher<C> {
    chain: Arc<C>,
    stores: Stores,
    duties: Duties,
    progress: Progress,
    /// Rounds up to here are waiting, coming or done.
    seen: Round,
    /// Rounds that others bring first, with how many come before this manager.
    coming: BTreeMap<Round, u64>,
    waiting: BTreeMap<Round, Waiting>,
    /// Owners that do not answer, or slowly, each with when it is asked again.
    away: BTreeMap<WorkerId, Instant>,
}

/// A body that some of its owners have not confirmed.
struct Waiting {
    /// `None` until they were asked once.
    owners: Option<Vec<WorkerId>>,
    again: Instant,
    pause: Duration,
}

impl Waiting {
    fn now() -> Self {
        Self { owners: None, again: Instant::now(), pause: FIRST_RETRY }
    }

    /// True if it is time, and somebody is there to be asked.
    fn is_ready(&self, now: Instant, away: &BTreeMap<WorkerId, Instant>) -> bool {
        let mut owners = self.owners.iter().flatten();
        let reachable = self.owners.is_none() || owners.any(|owner| !away.contains_key(owner));
        self.again <= now && reachable
    }

    /// An owner has refused: it may never take this one, and must not hold up the others.
    fn later(&mut self) {
        self.again = Instant::now() + self.pause;
        self.pause = self.pause.saturating_mul(2).min(LAST_RETRY);
    }
}

impl<C: Chain> Pusher<C> {
    /// Goes on where the file says; `file` is the manager's own.
    #[must_use]
    pub fn new(chain: Arc<C>, stores: Stores, duties: Duties, file: PathBuf) -> Self {
        let progress = Progress::open(file, *chain.tip().borrow());
        let (coming, waiting, away) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { seen: progress.placed(), chain, stores, duties, progress, coming, waiting, away }
    }

    /// Runs until the chain ends.
    pub fn start(self) -> JoinHandle<()> {
        tokio::spawn(self.run())
    }

    async fn run(mut self) {
        let mut tip = self.chain.tip();
        let mut quiet = false;
        loop {
            let newest = *tip.borrow_and_update();
            self.step(newest, quiet).await;
            if self.seen < newest {
                continue;
            }
            quiet = match tokio::time::timeout(PAUSE, tip.changed()).await {
                Ok(Ok(())) => false,
                Ok(Err(_)) => return,
                Err(_) => true,
            };
        }
    }

    /// Looks at some new rounds and brings what is due.
    async fn step(&mut self, newest: Round, quiet: bool) {
        let last = newest.min(self.seen.plus(STEP));
        while self.seen < last {
            self.seen = self.seen.next();
            self.coming.insert(self.seen, self.turn(self.seen).await);
        }
        let due = |round: Round, turn: u64| quiet || newest >= round.plus(turn.saturating_mul(LAG));
        let due: Vec<Round> =
            self.coming.iter().filter(|(r, turn)| due(**r, **turn)).map(|(r, _)| *r).collect();
        for round in due {
            self.coming.remove(&round);
            self.waiting.insert(round, Waiting::now());
        }
        self.bring().await;
        while self.waiting.len() > MOST_WAITING {
            let left = self.waiting.pop_first().map(|(round, _)| round.0);
            tracing::warn!(round = left, "a body is left to the archives");
        }
        let open = [self.coming.keys().next(), self.waiting.keys().next()];
        let first_open = open.into_iter().flatten().min();
        let placed = first_open.map_or(self.seen, |round| Round(round.0.saturating_sub(1)));
        if quiet || placed >= self.progress.placed().plus(NOTE_EVERY) {
            self.progress.set(placed);
        }
    }

    /// How many managers come before this one.
    async fn turn(&self, round: Round) -> u64 {
        let Some((member, members)) = (self.duties)(round).await else { return LONGEST_TURN };
        let header = self.chain.header(round).await.ok().flatten();
        header.map_or(0, |header| turn(&header.header, member, members).min(LONGEST_TURN))
    }

    /// Tries every body whose time has come, oldest first.
    async fn bring(&mut self) {
        let now = Instant::now();
        self.away.retain(|_, until| *until > now);
        let ready = self.waiting.iter().filter(|(_, waiting)| waiting.is_ready(now, &self.away));
        let rounds: Vec<Round> = ready.map(|(round, _)| *round).collect();
        let mut left = rounds.into_iter();
        loop {
            // Asked again: an owner that is away by now makes many rounds wait, and those bodies
            // need not be read.
            let open = left.by_ref().filter(|round| {
                self.waiting.get(round).is_some_and(|waiting| waiting.is_ready(now, &self.away))
            });
            let some: Vec<Round> = open.take(AT_ONCE).collect();
            if some.is_empty() {
                return;
            }
            let outcomes = join_all(some.iter().map(|round| self.one(*round))).await;
            for (round, outcome) in some.into_iter().zip(outcomes) {
                self.note(round, outcome);
            }
        }
    }

    /// Tries one body at the owners that have not confirmed it and are not away.
    async fn one(&self, round: Round) -> Tried {
        let parcel = match self.parcel(round).await {
            Ok(Some(parcel)) => parcel,
            Ok(None) => return Tried::Gone,
            Err(Unreadable) => return Tried::Unreadable,
        };
        let known = self.waiting.get(&round).and_then(|waiting| waiting.owners.clone());
        let owners = known.unwrap_or_else(|| self.stores.owners(parcel.block()));
        let (mut open, ask): (Vec<_>, Vec<_>) =
            owners.into_iter().partition(|owner| self.away.contains_key(owner));
        let (mut away, mut refused) = (Vec::new(), false);
        for Placed { owner, result, took } in self.stores.place(&ask, &parcel).await {
            if took > SLOW {
                away.push((owner, took.saturating_mul(REST)));
            }
            let Err(error) = result else { continue };
            tracing::debug!(%owner, round = round.0, %error, "a body is not placed");
            open.push(owner);
            match error {
                StoreError::Silent(_) => away.push((owner, AWAY)),
                StoreError::Refused(_) | StoreError::Wrong(_) => refused = true,
            }
        }
        Tried::Asked { open, away, refused }
    }

    fn note(&mut self, round: Round, tried: Tried) {
        let now = Instant::now();
        let Some(waiting) = self.waiting.get_mut(&round) else { return };
        match tried {
            Tried::Unreadable => waiting.later(),
            Tried::Gone => {
                self.waiting.remove(&round);
            }
            Tried::Asked { open, away, refused } => {
                for (owner, pause) in away {
                    let until = self.away.entry(owner).or_insert(now);
                    *until = (*until).max(now + pause);
                }
                if refused {
                    waiting.later();
                }
                if open.is_empty() {
                    self.waiting.remove(&round);
                } else {
                    waiting.owners = Some(open);
                }
            }
        }
    }

    /// The body with its header; `None` if the manager does not have it any more.
    async fn parcel(&self, round: Round) -> Result<Option<Parcel>, Unreadable> {
        let (header, body) = (self.chain.header(round).await?, self.chain.body(round).await?);
        let (Some(header), Some(body)) = (header, body) else { return Ok(None) };
        let parcel = Parcel::new(header, &body);
        Ok(parcel
            .inspect_err(|error| tracing::error!(%error, round = round.0, "our own block"))
            .ok())
    }
}

/// What became of one try.
enum Tried {
    /// The manager does not have the body any more.
    Gone,
    /// It cannot read it now.
    Unreadable,
    /// The owners were asked.
    Asked {
        /// Those that have not confirmed it.
        open: Vec<WorkerId>,
        /// Those that did not answer, or slowly, each with for how long it is left alone.
        away: Vec<(WorkerId, Duration)>,
        /// True if some did, and not with receipts.
        refused: bool,
    },
}

/// How many come before this member: none before the proposer; an empty block, which has no
/// proposer, begins with another member each round.
fn turn(header: &Header, member: u16, members: u16) -> u64 {
    let members = u64::from(members.max(1));
    let first = if header.is_empty_block() { header.round.0 } else { u64::from(header.proposer) };
    let first = first.checked_rem(members).unwrap_or_default();
    let behind = u64::from(member).saturating_add(members).saturating_sub(first);
    behind.checked_rem(members).unwrap_or_default()
}
