//! Warrants that this node has found proved: kept, told to whoever listens, passed on once.
//!
//! Whoever offers one must not get more out of it than he puts in: what is not proved goes nowhere,
//! one is enough about the same members and epoch, each peer may offer a few in an hour, and
//! [`MAX_WARRANTS`] at most are kept.

use crate::limits::Hourly;
use crate::{files, serve};
use ledger::{Conflict, Genesis, Params};
use std::future::Future;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Semaphore, watch};
use types::{ChainId, WorkerId};
use wire::chain::{ChainReply, ChainRequest, MAX_WARRANTS, Object};
use wire::{Decode, DecodeError, Encode, Failure, Reader, Reply, Writer, code};

/// The file of a node's folder that holds them.
pub const FILE: &str = "warrants.bin";

const MAGIC: &[u8; 8] = b"bcm-war1";
/// How long one waits for those before it to be judged.
const PATIENCE: Duration = Duration::from_secs(5);
/// How many one peer may offer in an hour.
const OFFERS: usize = 20;
/// How often a node that does not take one is told, about a day long.
const TRIES: u32 = 32;
/// Before the second try; each time it is twice as long.
const AGAIN: Duration = Duration::from_secs(30);
/// Up to this.
const SELDOM: Duration = Duration::from_secs(3600);

/// What is kept, shared by all that serve it.
#[derive(Debug)]
pub struct Warrants {
    path: PathBuf,
    params: Params,
    kept: Mutex<Kept>,
    senders: Hourly,
    /// The number of the newest one.
    newest: watch::Sender<u64>,
    /// One is judged at a time: signatures cost more than it costs to send them.
    turn: Semaphore,
}

/// The warrants of a chain, oldest first.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Kept {
    chain: ChainId,
    /// How many there have been.
    count: u64,
    warrants: Vec<Conflict>,
}

/// What has become of one that was offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is new, and is to be passed on.
    New,
    /// One about the same members is kept already.
    Known,
}

impl Warrants {
    /// Goes on with the file, if it is there and of this chain.
    #[must_use]
    pub fn open(path: PathBuf, genesis: &Genesis) -> Arc<Self> {
        let (chain, params) = (genesis.chain(), genesis.params);
        let bytes = files::read(&path).unwrap_or_else(|error| {
            tracing::warn!(%error, "cannot read the warrants");
            None
        });
        let kept = bytes.and_then(|bytes| Kept::from_bytes(&bytes).ok());
        let kept = kept.filter(|kept| kept.chain == chain);
        let kept = kept.unwrap_or(Kept { chain, count: 0, warrants: Vec::new() });
        let (newest, _) = watch::channel(kept.count);
        let (kept, senders, turn) = (Mutex::new(kept), Hourly::new(OFFERS), Semaphore::new(1));
        Arc::new(Self { path, params, kept, senders, newest, turn })
    }

    /// Takes what a peer offers in a request, as [`Self::take`] does.
    ///
    /// # Errors
    /// `unavailable` once it has offered too many, and those of [`Self::take`].
    pub async fn offered<F>(
        &self,
        peer: WorkerId,
        object: &Object,
        judge: impl FnOnce(Conflict) -> F,
    ) -> Result<Taken, Failure>
    where
        F: Future<Output = Result<(), Failure>>,
    {
        self.senders.count(peer, serve::now())?;
        self.take(object, judge).await
    }

    /// Takes a warrant, if this judge finds it proved.
    ///
    /// # Errors
    /// `bad_request` if it is no warrant, `unavailable` while too many are judged, and those of the
    /// judge.
    pub async fn take<F>(
        &self,
        object: &Object,
        judge: impl FnOnce(Conflict) -> F,
    ) -> Result<Taken, Failure>
    where
        F: Future<Output = Result<(), Failure>>,
    {
        let read = Conflict::from_bytes(&object.0);
        let conflict = read.map_err(|error| Failure::new(code::BAD_REQUEST, &error.to_string()))?;
        if self.knows(&conflict) {
            return Ok(Taken::Known);
        }
        let turn = tokio::time::timeout(PATIENCE, self.turn.acquire()).await;
        let Ok(Ok(_turn)) = turn else {
            return Err(Failure::new(code::UNAVAILABLE, "too many warrants to judge"));
        };
        // It may have come in another way meanwhile.
        if self.knows(&conflict) {
            return Ok(Taken::Known);
        }
        judge(conflict.clone()).await?;
        tracing::warn!(round = conflict.round().0, "the managers have contradicted themselves");
        self.keep(conflict);
        Ok(Taken::New)
    }

    /// Those behind a number, and the number of the newest.
    #[must_use]
    pub fn after(&self, number: u64) -> (Vec<Object>, u64) {
        let kept = self.kept();
        let new = usize::try_from(kept.count.saturating_sub(number)).unwrap_or(usize::MAX);
        let skipped = kept.warrants.len().saturating_sub(new);
        let new = kept.warrants.iter().skip(skipped);
        (new.map(|warrant| Object(warrant.to_bytes())).collect(), kept.count)
    }

    /// The answer to whoever asks for them.
    #[must_use]
    pub fn all(&self) -> ChainReply {
        ChainReply::Warrants(self.after(0).0)
    }

    /// The number of the newest, as it grows.
    #[must_use]
    pub fn newest(&self) -> watch::Receiver<u64> {
        self.newest.subscribe()
    }

    /// True if one is kept about the same members in the same epoch. A later one is news to whoever
    /// has got over the first.
    fn knows(&self, conflict: &Conflict) -> bool {
        let epoch = |conflict: &Conflict| self.params.epoch_of(conflict.round());
        let same = |known: &Conflict| {
            known.committee == conflict.committee && epoch(known) == epoch(conflict)
        };
        self.kept().warrants.iter().any(same)
    }

    fn keep(&self, conflict: Conflict) {
        let (bytes, count) = {
            let mut kept = self.kept();
            kept.count = kept.count.saturating_add(1);
            kept.warrants.push(conflict);
            if kept.warrants.len() > MAX_WARRANTS {
                kept.warrants.remove(0);
            }
            (kept.to_bytes(), kept.count)
        };
        if let Err(error) = files::write(&self.path, &bytes) {
            tracing::warn!(%error, "cannot save a warrant");
        }
        self.newest.send_replace(count);
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// True if there is no use in offering a warrant again to whoever has answered this.
#[must_use]
pub fn is_done(reply: &Reply<ChainReply>) -> bool {
    let later = [code::UNAVAILABLE, code::NOT_FOUND];
    !matches!(reply, Reply::Failed(failure) if later.contains(&failure.code.as_str()))
}

/// Tells others of a warrant, each until `tell` says that it is done.
pub fn pass_on<T, F>(
    object: Object,
    others: Vec<T>,
    tell: impl Fn(T, Arc<Vec<u8>>) -> F + Send + 'static,
) where
    T: Copy + Send + 'static,
    F: Future<Output = bool> + Send,
{
    let request = Arc::new(ChainRequest::Warrant(object).to_bytes());
    tokio::spawn(async move {
        let (mut left, mut pause) = (others, AGAIN);
        for _ in 0..TRIES {
            let mut silent = Vec::new();
            for other in left {
                if !tell(other, Arc::clone(&request)).await {
                    silent.push(other);
                }
            }
            if silent.is_empty() {
                return;
            }
            left = silent;
            tokio::time::sleep(pause).await;
            pause = pause.saturating_mul(2).min(SELDOM);
        }
    });
}

impl Encode for Kept {
    fn encode(&self, w: &mut Writer) {
        w.fixed(MAGIC);
        self.chain.encode(w);
        w.u64(self.count);
        w.list(&self.warrants);
    }
}

impl Decode for Kept {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        if r.take(MAGIC.len())? != MAGIC {
            return Err(DecodeError::BadValue("warrants"));
        }
        let (chain, count) = (ChainId::decode(r)?, r.u64()?);
        let warrants: Vec<Conflict> = r.list(MAX_WARRANTS)?;
        if u64::try_from(warrants.len()).map_or(true, |held| held > count) {
            return Err(DecodeError::BadValue("warrants"));
        }
        Ok(Self { chain, count, warrants })
    }
}

/// Entry point for fuzzing: the file of warrants; what decodes encodes to the same bytes.
pub fn fuzz_warrants(bytes: &[u8]) {
    if let Ok(kept) = Kept::from_bytes(bytes) {
        assert_eq!(kept.to_bytes(), bytes);
    }
}

#[cfg(test)]
mod tests;
