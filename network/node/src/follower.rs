//! A worker follows the chain: headers come from a manager, are checked, and go to whoever
//! subscribed.
//!
//! A manager that sends a bad header, or nothing, is left for the next one. What has been checked
//! is saved now and then, so that a restart does not begin at the genesis.

use crate::events::Headers;
use crate::files;
use crate::managers::Managers;
use crate::serve::now;
use ledger::Genesis;
use light::{LightState, Step};
use node::chunks::Committees;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use types::{Round, WorkerId};
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::events::{BEAT_SECS, Event, Follow, Subscribe};
use wire::{Decode, Encode, Failure, code, protocol};

const BEAT: Duration = Duration::from_secs(BEAT_SECS);
/// A chain this silent may have stopped, or its manager may be cut off.
const SILENCE: Duration = Duration::from_secs(20);
const PAUSE: Duration = Duration::from_millis(500);
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
}

impl Follower {
    /// Starts following in a task; `dir` is where the checked state is saved.
    pub(crate) fn start(genesis: &Genesis, managers: Arc<Managers>, dir: &Path) -> Arc<Self> {
        let path = dir.join("light.bin");
        let light = load(&path, genesis).unwrap_or_else(|| LightState::new(genesis));
        let (tip, _) = watch::channel(light.round());
        let committees = Arc::new(Committees::open(dir.join("committees.bin"), genesis.chain()));
        let follower = Arc::new(Self { managers, tip, recent: Mutex::default(), committees });
        tokio::spawn(Arc::clone(&follower).run(light, path));
        follower
    }

    /// Who has decided the rounds that were followed.
    pub(crate) fn committees(&self) -> Arc<Committees> {
        Arc::clone(&self.committees)
    }

    async fn run(self: Arc<Self>, mut light: LightState, path: PathBuf) {
        loop {
            for manager in self.managers.in_turn() {
                if let Err(why) = self.follow(manager, &mut light, &path).await {
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
        light: &mut LightState,
        path: &Path,
    ) -> Result<(), String> {
        let text = |error: net::NetError| error.to_string();
        let channel = self.managers.open(manager, protocol::EVENTS).await.map_err(text)?;
        let headers = Follow::Every(light.round().next());
        let to = Subscribe::To { queues: vec![], headers };
        let mut events = net::events::subscribe(channel, &to, BEAT).await.map_err(text)?;
        loop {
            let event = tokio::time::timeout(SILENCE, events.recv()).await;
            let Some(event) = event.map_err(|_| "silence".to_owned())? else { return Ok(()) };
            match event {
                Event::Header(object) => self.take(object, light, path)?,
                // It would keep us waiting for headers by saying something else in time.
                Event::Mail(_) | Event::Beat | Event::Warrant(_) => {
                    return Err("not a header".to_owned());
                }
            }
        }
    }

    fn take(&self, object: Object, light: &mut LightState, path: &Path) -> Result<(), String> {
        let step = Step::from_bytes(&object.0).map_err(|error| format!("header: {error}"))?;
        let committee = light.committee().clone();
        light.advance(&step, now()).map_err(|error| error.to_string())?;
        let round = light.round();
        self.committees.note(round, &committee);
        let mut recent = self.recent();
        recent.insert(round, object);
        while recent.len() > RECENT {
            recent.pop_first();
        }
        drop(recent);
        self.tip.send_replace(round);
        if round.0.is_multiple_of(SAVE_EVERY) {
            self.committees.save();
            if let Err(error) = files::write(path, &light.to_bytes()) {
                // Only convenience is lost.
                tracing::warn!(%error, "cannot save the checked headers");
            }
        }
        Ok(())
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

fn load(path: &Path, genesis: &Genesis) -> Option<LightState> {
    let light = LightState::from_bytes(&files::read(path).ok()??).ok()?;
    (light.chain() == genesis.chain()).then_some(light)
}
