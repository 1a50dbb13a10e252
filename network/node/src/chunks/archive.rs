//! An archive has the body of every round, and looks after those of the others.
//!
//! It pulls what it lacks, from the owners first. Then it asks the owners, for the latest rounds and
//! for some old ones at random, what they hold, and gives them back what they have lost. One loss
//! among old rounds means a lost disk rather than a lost row: it then walks through all of them.

use super::placement::Placed;
use super::{FetchError, Headers, Parcel, Stores};
use futures::future::join_all;
use ledger::CertifiedHeader;
use rand::RngExt;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use types::{Round, WorkerId};
use wire::Encode;
use wire::chain::Object;
use wire::store::{Piece, StoreRequest};
use worker::{ChunkStore, WorkerError};

use crate::serve::now;

/// Rounds that the managers get to bring a body themselves.
const LAG: u64 = 3;
/// Headers asked for at a time.
const BATCH: u16 = 64;
/// Bodies on their way at the same time.
const AT_ONCE: usize = 8;
/// The latest rounds, which every patrol looks at.
const RECENT: u64 = 16;
/// Older rounds that a patrol looks at, at random.
const SAMPLE: u64 = 16;
/// Rounds that a patrol looks at while it walks through all of them.
const WALK: u64 = 128;
/// Lost rounds that are tried again in one go.
const RETRIES: usize = 32;
const PATROL: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_secs(5);

/// The task of one archive.
pub struct Archive<H> {
    store: ChunkStore,
    stores: Stores,
    headers: Arc<H>,
    /// Every round before this one is held, or among the lost ones.
    next: Option<Round>,
    lost: BTreeSet<Round>,
    /// The lost one that was tried last.
    tried: Round,
    walk: Option<Walk>,
}

/// A walk through all rounds.
#[derive(Debug, Clone, Copy)]
struct Walk {
    next: Round,
    /// True if an owner has got something since it began.
    given: bool,
    /// Where an owner was silent first.
    missed: Option<Round>,
}

/// What a pull has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pulled {
    /// Bodies that are held now and were not before.
    pub fetched: u64,
    /// Bodies that nobody has.
    pub lost: u64,
}

/// What a patrol has found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Patrolled {
    /// Bodies that were looked at.
    pub looked_at: u64,
    /// Chunks that an owner had lost and was given again.
    pub given: u64,
    /// Times an owner could not show a chunk that it had confirmed.
    pub not_shown: u64,
    /// Times an owner did not answer or did not take what it lacked.
    pub unanswered: u64,
}

impl<H: Headers> Archive<H> {
    /// An archive that fills this store.
    #[must_use]
    pub fn new(store: ChunkStore, stores: Stores, headers: Arc<H>) -> Self {
        let (lost, tried) = (BTreeSet::new(), Round(0));
        Self { store, stores, headers, next: None, lost, tried, walk: None }
    }

    /// Runs until the chain ends.
    pub fn start(self) -> JoinHandle<()> {
        tokio::spawn(self.run())
    }

    async fn run(mut self) {
        let mut tip = self.headers.tip();
        let mut patrolled = Instant::now();
        loop {
            let newest = *tip.borrow_and_update();
            if let Err(error) = self.pull(Round(newest.0.saturating_sub(LAG))).await {
                tracing::warn!(%error, "the archive cannot use its file");
            }
            if self.walk.is_some() || patrolled.elapsed() >= PATROL {
                self.patrol(Round(newest.0.saturating_sub(LAG))).await;
                patrolled = Instant::now();
            }
            if let Ok(Err(_)) = tokio::time::timeout(PAUSE, tip.changed()).await {
                return;
            }
        }
    }

    /// Fetches the bodies that are missing up to this round. Ends early while nobody answers.
    ///
    /// # Errors
    /// [`WorkerError`] if the own file fails.
    pub async fn pull(&mut self, last: Round) -> Result<Pulled, WorkerError> {
        let mut pulled = Pulled::default();
        let mut next = self.next.unwrap_or(Round(1));
        loop {
            // What is there needs no header.
            next = self.store.first_gap(next).await?;
            if next > last {
                break;
            }
            let headers = self.headers.headers(next, BATCH).await;
            let headers: Vec<_> = in_order(headers, next, last);
            if headers.is_empty() {
                break;
            }
            for some in headers.chunks(AT_ONCE) {
                let taken = join_all(some.iter().map(|header| self.take(header))).await;
                for (header, taken) in some.iter().zip(taken) {
                    match taken? {
                        Taken::There => {}
                        Taken::Fetched => pulled.fetched = pulled.fetched.saturating_add(1),
                        Taken::Nowhere => {
                            self.lost.insert(header.header.round);
                        }
                        Taken::Silence => {
                            self.next = Some(next);
                            return Ok(pulled);
                        }
                    }
                    next = header.header.round.next();
                }
            }
        }
        self.next = Some(next);
        pulled.fetched = pulled.fetched.saturating_add(self.retry().await?);
        pulled.lost = u64::try_from(self.lost.len()).unwrap_or(u64::MAX);
        Ok(pulled)
    }

    /// Tries some of the lost ones again: a node that was away may be back with them.
    async fn retry(&mut self) -> Result<u64, WorkerError> {
        let mut found = 0_u64;
        // Those behind the last one, then from the front: what is lost for good hides nothing.
        let behind = self.lost.range(self.tried.next()..).chain(self.lost.range(..=self.tried));
        for round in behind.copied().take(RETRIES).collect::<Vec<_>>() {
            self.tried = round;
            let headers = in_order(self.headers.headers(round, 1).await, round, round);
            let Some(header) = headers.first() else { continue };
            if let Taken::There | Taken::Fetched = self.take(header).await? {
                self.lost.remove(&round);
                found = found.saturating_add(1);
            }
        }
        Ok(found)
    }

    async fn take(&self, header: &CertifiedHeader) -> Result<Taken, WorkerError> {
        let round = header.header.round;
        if self.store.is_whole(round).await? {
            return Ok(Taken::There);
        }
        let body = match self.stores.body(header).await {
            Ok(body) => body,
            Err(FetchError::Silence) => return Ok(Taken::Silence),
            Err(error @ (FetchError::Nowhere | FetchError::Unreadable)) => {
                tracing::warn!(%error, round = round.0, "the archive lacks a body");
                return Ok(Taken::Nowhere);
            }
        };
        for chunk in body.chunks() {
            let (header, chunk) = (Object(header.to_bytes()), Piece(chunk.to_bytes()));
            let stored = self.store.answer(StoreRequest::Put { header, chunk }, now()).await;
            if let Err(failure) = stored {
                tracing::warn!(%failure, round = round.0, "the archive cannot keep a body");
                return Ok(Taken::Silence);
            }
        }
        Ok(Taken::Fetched)
    }

    /// Asks the owners for the latest rounds up to this one and for some older ones, and gives them
    /// what they have lost.
    pub async fn patrol(&mut self, last: Round) -> Patrolled {
        let recent = Round(last.0.saturating_sub(RECENT.saturating_sub(1)).max(1));
        let mut sum = Patrolled::default();
        let mut silent = BTreeSet::new();
        let latest = (recent.0..=last.0).map(Round).collect::<Vec<_>>();
        self.look(&latest, &mut silent, &mut sum).await;
        let before = sum.given;
        let old = self.old_rounds(recent);
        self.look(&old, &mut silent, &mut sum).await;
        self.walk = match self.walk {
            Some(walk) => walk.gone(&old, sum.given > before, !silent.is_empty(), recent),
            None if sum.given > before => {
                tracing::warn!("an owner has lost old bodies: all of them are looked at");
                Some(Walk { next: Round(1), given: true, missed: None })
            }
            None => None,
        };
        if sum != (Patrolled { looked_at: sum.looked_at, ..Patrolled::default() }) {
            tracing::info!(?sum, "a patrol has found something");
        }
        sum
    }

    /// True while a loss makes it look at every round there is.
    #[must_use]
    pub const fn is_walking(&self) -> bool {
        self.walk.is_some()
    }

    /// The next ones of the walk, or a sample.
    fn old_rounds(&self, before: Round) -> Vec<Round> {
        if let Some(Walk { next, .. }) = self.walk {
            return (next.0..next.plus(WALK).min(before).0).map(Round).collect();
        }
        let mut rng = rand::rng();
        let some = |_| Round(rng.random_range(1..before.0.max(2)));
        let sample: BTreeSet<Round> = (0..SAMPLE).map(some).collect();
        sample.into_iter().filter(|round| *round < before).collect()
    }

    async fn look(&self, rounds: &[Round], silent: &mut BTreeSet<WorkerId>, sum: &mut Patrolled) {
        for some in rounds.chunks(AT_ONCE) {
            let looks = join_all(some.iter().map(|round| self.look_at(*round, silent))).await;
            for (found, away) in looks {
                sum.add(found);
                silent.extend(away);
            }
        }
    }

    /// One round at all of its owners; also says who did not answer.
    async fn look_at(
        &self,
        round: Round,
        silent: &BTreeSet<WorkerId>,
    ) -> (Patrolled, Vec<WorkerId>) {
        let (mut found, mut away) = (Patrolled::default(), Vec::new());
        let held = self.store.body(round).await.ok().flatten();
        let Some(parcel) = held.and_then(|held| Parcel::from_held(&held).ok()) else {
            return (found, away);
        };
        found.looked_at = 1;
        let mut owners = self.stores.owners(parcel.block());
        owners.retain(|owner| !silent.contains(owner));
        for Placed { owner, result, .. } in self.stores.place(&owners, &parcel).await {
            match result {
                Ok(0) if !self.shows(owner, &parcel).await => {
                    tracing::warn!(%owner, round = round.0, "an owner cannot show a chunk");
                    found.not_shown = found.not_shown.saturating_add(1);
                }
                Ok(given) => {
                    let given = u64::try_from(given).unwrap_or(u64::MAX);
                    found.given = found.given.saturating_add(given);
                }
                Err(error) => {
                    tracing::debug!(%owner, round = round.0, %error, "an owner is not looked after");
                    found.unanswered = found.unanswered.saturating_add(1);
                    away.push(owner);
                }
            }
        }
        (found, away)
    }

    /// One chunk at random, asked for with a fresh nonce.
    async fn shows(&self, owner: WorkerId, parcel: &Parcel) -> bool {
        let index = rand::rng().random_range(0..parcel.chunks().len().max(1));
        let Some(chunk) = parcel.chunks().get(index) else { return true };
        // Whoever does not answer has not been caught at anything.
        self.stores.audit(owner, chunk).await.unwrap_or(true)
    }
}

impl Walk {
    /// Goes on behind these rounds. At the end it begins again where an owner was silent, if one
    /// has got something meanwhile: it may be the very one that was silent for a moment.
    fn gone(self, looked_at: &[Round], given: bool, silence: bool, end: Round) -> Option<Self> {
        let missed = self.missed.or(looked_at.first().copied().filter(|_| silence));
        let next = looked_at.last().map_or(end, |last| last.next());
        let given = self.given || given;
        if next < end {
            return Some(Self { next, given, missed });
        }
        let again = missed.filter(|_| given)?;
        Some(Self { next: again, given: false, missed: None })
    }
}

/// What became of one round.
enum Taken {
    There,
    Fetched,
    Nowhere,
    Silence,
}

impl Patrolled {
    fn add(&mut self, other: Self) {
        self.looked_at = self.looked_at.saturating_add(other.looked_at);
        self.given = self.given.saturating_add(other.given);
        self.not_shown = self.not_shown.saturating_add(other.not_shown);
        self.unanswered = self.unanswered.saturating_add(other.unanswered);
    }
}

/// Those that were asked for: from this round on, without gaps, up to the last.
fn in_order(headers: Vec<CertifiedHeader>, from: Round, last: Round) -> Vec<CertifiedHeader> {
    let wanted = (from.0..=last.0).zip(headers);
    wanted.take_while(|(round, h)| h.header.round.0 == *round).map(|(_, header)| header).collect()
}
