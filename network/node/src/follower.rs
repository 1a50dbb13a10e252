//! A worker follows the chain: headers come from a manager, are checked, and go to whoever
//! subscribed.
//!
//! A manager that sends a bad header or warrant, or nothing, is left for the next one; so is one that
//! brings old headers slowly. What has been checked is saved now and then, so that a restart does not
//! begin at the genesis.

use crate::events::Headers;
use crate::files;
use crate::managers::Managers;
use crate::serve::now;
use crate::warrants::{Taken, Warrants};
use futures::future::join_all;
use ledger::{Conflict, Genesis, Header};
use light::{Checkpoint, LightError, LightState, Step};
use node::chunks::Committees;
use node::following::{Following, common_round, vouched};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};
use types::{Round, Timestamp, WorkerId};
use wire::chain::{ChainReply, ChainRequest, MAX_WARRANTS, Object};
use wire::events::{BEAT_SECS, Event, Follow, Subscribe};
use wire::{Decode, Encode, Failure, Reply, code, protocol};

const BEAT: Duration = Duration::from_secs(BEAT_SECS);
/// A chain this silent may have stopped, or its manager may be cut off.
const SILENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(500);
/// Headers that are older than this are to come faster than they were made.
const BEHIND_MS: u64 = 60_000;
/// In the time of a silence, so many at least.
const LEAST: u32 = 200;
/// Headers kept at hand; older ones are asked of a manager.
const RECENT: usize = 1024;
/// Rounds between two saves.
const SAVE_EVERY: u64 = 64;

/// The chain as far as this worker has checked it.
#[derive(Debug)]
pub(crate) struct Follower {
    managers: Arc<Managers>,
    tip: watch::Sender<Round>,
    recent: Mutex<BTreeMap<Round, Object>>,
    committees: Arc<Committees>,
    warrants: Arc<Warrants>,
    /// What is trusted now: by it warrants are judged.
    trusted: Mutex<LightState>,
}

impl Follower {
    /// Starts following in a task; `dir` is where the checked state is saved.
    pub(crate) fn start(
        genesis: &Genesis,
        managers: Arc<Managers>,
        dir: &Path,
        warrants: Arc<Warrants>,
    ) -> Arc<Self> {
        let path = dir.join("light.bin");
        let committees = Arc::new(Committees::open(dir.join("committees.bin"), genesis.chain()));
        let following = Following::new(load(&path), genesis, Arc::clone(&committees));
        let (tip, _) = watch::channel(following.light().round());
        let trusted = Mutex::new(following.light().clone());
        let recent = Mutex::default();
        let follower = Arc::new(Self { managers, tip, recent, committees, warrants, trusted });
        // Managers that were away when they came hear of them now.
        follower.warrants.after(0).0.into_iter().for_each(|it| follower.managers.warn(it));
        tokio::spawn(Arc::clone(&follower).run(following, path));
        follower
    }

    /// Who has decided the rounds that were followed.
    pub(crate) fn committees(&self) -> Arc<Committees> {
        Arc::clone(&self.committees)
    }

    async fn run(self: Arc<Self>, mut following: Following, path: PathBuf) {
        loop {
            for manager in self.managers.in_turn() {
                if following.needs_voucher(now()) {
                    self.ask_for_voucher(&mut following).await;
                }
                if let Err(why) = self.follow(manager, &mut following, &path).await {
                    tracing::debug!(%manager, why, "following another manager");
                }
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    /// Takes headers from one manager for as long as they are good and keep coming.
    async fn follow(
        &self,
        manager: WorkerId,
        following: &mut Following,
        path: &Path,
    ) -> Result<(), String> {
        let text = |error: net::NetError| error.to_string();
        let channel = self.managers.open(manager, protocol::EVENTS).await.map_err(text)?;
        let to = Subscribe::To { queues: vec![], headers: Follow::Every(following.next()) };
        let mut events = net::events::subscribe(channel, &to, BEAT).await.map_err(text)?;
        let (mut silent, mut undecided) = (Instant::now() + SILENCE, Vec::new());
        let mut pace = Pace::new();
        loop {
            let event = timeout_at(silent, events.recv()).await;
            let Some(event) = event.map_err(|_| "silence".to_owned())? else { return Ok(()) };
            match event {
                Event::Header(object) => {
                    let time = self.take(object, following, path)?;
                    if pace.is_slow(time) {
                        return Err("old headers, and slowly".to_owned());
                    }
                    // Only headers count: it must not keep us waiting by saying something else.
                    silent = Instant::now() + SILENCE;
                    if following.light().round().0.is_multiple_of(SAVE_EVERY) {
                        for warrant in std::mem::take(&mut undecided) {
                            self.hear_warrant(warrant, &mut undecided).await?;
                        }
                    }
                }
                Event::Warrant(warrant) => self.hear_warrant(warrant, &mut undecided).await?,
                Event::Mail(_) | Event::Beat => return Err("not a header".to_owned()),
            }
        }
    }

    /// Takes a manager's warrant. One about members that are not known yet waits.
    async fn hear_warrant(
        &self,
        warrant: Object,
        undecided: &mut Vec<Object>,
    ) -> Result<(), String> {
        let trusted = self.trusted().clone();
        let taken = self.warrants.take(&warrant, |conflict| judged(trusted, conflict)).await;
        match taken.map(|taken| self.pass_on(taken, &warrant)) {
            Err(failure) if failure.code == code::BAD_REQUEST => Err(failure.to_string()),
            Err(_) if undecided.len() >= MAX_WARRANTS => Err("too many warrants".to_owned()),
            Err(_) => {
                undecided.push(warrant);
                Ok(())
            }
            Ok(()) => Ok(()),
        }
    }

    /// Takes a warrant that a peer offers, if it is proved by what is trusted here. A new one is
    /// kept, told to all subscribers and passed on to the managers.
    ///
    /// # Errors
    /// `bad_request` if it proves nothing, `not_found` if it is about members that are not, or no
    /// longer, known here, `unavailable` once the peer has offered too many.
    pub(crate) async fn take_warrant(
        &self,
        peer: WorkerId,
        warrant: &Object,
    ) -> Result<(), Failure> {
        let trusted = self.trusted().clone();
        let judge = |conflict| judged(trusted, conflict);
        let taken = self.warrants.offered(peer, warrant, judge).await?;
        self.pass_on(taken, warrant);
        Ok(())
    }

    fn pass_on(&self, taken: Taken, warrant: &Object) {
        if taken == Taken::New {
            self.managers.warn(warrant.clone());
        }
    }

    /// Takes the next header and says of when it is.
    fn take(
        &self,
        object: Object,
        following: &mut Following,
        path: &Path,
    ) -> Result<Timestamp, String> {
        let step = Step::from_bytes(&object.0).map_err(|error| format!("header: {error}"))?;
        let walked = following.is_walking();
        if !following.take(&step, now()).map_err(|error| error.to_string())? {
            return Ok(step.header().time);
        }
        let round = following.light().round();
        let mut recent = self.recent();
        recent.insert(round, object);
        while recent.len() > RECENT {
            recent.pop_first();
        }
        drop(recent);
        self.trusted().clone_from(following.light());
        self.tip.send_replace(round);
        if walked || round.0.is_multiple_of(SAVE_EVERY) {
            self.committees.save();
            if let Err(error) = files::write(path, &following.light().to_bytes()) {
                // Only convenience is lost.
                tracing::warn!(%error, "cannot save the checked headers");
            }
        }
        Ok(step.header().time)
    }

    /// Lets the managers vouch for a recent header: what this worker knows is too old to go on from.
    async fn ask_for_voucher(&self, following: &mut Following) {
        let managers = self.managers.peers().len();
        let tip = |reply| {
            let ChainReply::Tip { round, .. } = reply else { return None };
            Some(round)
        };
        let header = |reply| {
            let ChainReply::Headers(headers) = reply else { return None };
            let step = Step::from_bytes(&headers.first()?.0).ok()?;
            Some(Checkpoint::of(step.header()))
        };
        let voucher = match common_round(self.ask_all(&ChainRequest::Tip, tip).await, managers) {
            Some(from) => {
                let request = ChainRequest::Headers { from, max: 1 };
                vouched(&self.ask_all(&request, header).await, managers)
            }
            None => None,
        };
        match voucher {
            Some(checkpoint) => {
                tracing::info!(round = checkpoint.round.0, "the managers vouch for a header");
                following.walk_to(checkpoint, now());
            }
            None => tracing::warn!("away for too long, and too few managers vouch for a header"),
        }
    }

    /// What all managers answer, as far as they do.
    async fn ask_all<T>(
        &self,
        request: &ChainRequest,
        read: impl Fn(ChainReply) -> Option<T>,
    ) -> Vec<T> {
        let bytes = request.to_bytes();
        let ask =
            |manager: &WorkerId| self.managers.ask::<ChainReply>(*manager, protocol::CHAIN, &bytes);
        let answers = join_all(self.managers.peers().iter().map(ask)).await;
        let done = answers.into_iter().filter_map(|answer| match answer {
            Ok(Reply::Done(reply)) => read(reply),
            Ok(Reply::Failed(_)) | Err(_) => None,
        });
        done.collect()
    }

    fn trusted(&self) -> MutexGuard<'_, LightState> {
        self.trusted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The header of a round, once it has been checked; `None` if that is too long ago.
    pub(crate) async fn header(&self, round: Round) -> Option<Header> {
        let mut tip = self.tip.subscribe();
        tip.wait_for(|tip| *tip >= round).await.ok()?;
        let step = self.recent().get(&round).cloned()?;
        Step::from_bytes(&step.0).ok().map(|step| step.header.header)
    }

    fn recent(&self) -> MutexGuard<'_, BTreeMap<Round, Object>> {
        self.recent.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Headers for Arc<Follower> {
    fn tip(&self) -> watch::Receiver<Round> {
        self.tip.subscribe()
    }

    async fn headers(&self, from: Round, max: u16) -> Result<Vec<Object>, Failure> {
        let near: Vec<Object> = {
            let recent = self.recent();
            match recent.contains_key(&from) {
                true => {
                    recent.range(from..).take(usize::from(max)).map(|(_, h)| h.clone()).collect()
                }
                false => Vec::new(),
            }
        };
        if !near.is_empty() {
            return Ok(near);
        }
        let answer = self.managers.chain(&ChainRequest::Headers { from, max }).await?;
        let ChainReply::Headers(headers) = answer else {
            return Err(Failure::new(code::UNAVAILABLE, "a manager answers something else"));
        };
        Ok(headers)
    }
}

/// How fast a manager brings headers that are behind.
struct Pace {
    since: Instant,
    taken: u32,
}

impl Pace {
    fn new() -> Self {
        Self { since: Instant::now(), taken: 0 }
    }

    /// Counts a header of this time. True if a manager gives old ones only, and few of them: it would
    /// hold this worker back for as long as it likes.
    fn is_slow(&mut self, time: Timestamp) -> bool {
        self.taken = self.taken.saturating_add(1);
        if self.since.elapsed() < SILENCE {
            return false;
        }
        let slow = self.taken < LEAST && now().millis_since(time) > BEHIND_MS;
        *self = Self::new();
        slow
    }
}

fn load(path: &Path) -> Option<LightState> {
    LightState::from_bytes(&files::read(path).ok()??).ok()
}

/// Judges a warrant on a thread of its own: signatures take a while.
async fn judged(trusted: LightState, conflict: Conflict) -> Result<(), Failure> {
    let judge = move || trusted.check_warrant(&conflict, now());
    let judged = tokio::task::spawn_blocking(judge).await;
    match judged.map_err(|_| Failure::new(code::UNAVAILABLE, "a thread died"))? {
        Ok(()) => Ok(()),
        Err(LightError::WrongMembers | LightError::TrustExpired(_) | LightError::Settled) => {
            Err(Failure::new(code::NOT_FOUND, "these members are not known here"))
        }
        Err(error) => Err(Failure::new(code::BAD_REQUEST, &error.to_string())),
    }
}
