//! The part of the pool log that is older than the state a manager began with.
//!
//! One manager is asked for all of it, a piece at a time. What it gives is known to be right only
//! when all of it is there; who has given something else, or does not go on, is left for another.
//! Until then light nodes are told that it is not here.

use crate::answer::fitting;
use crate::driver::{Driver, Halt, blocking};
use crate::frame::Frame;
use crate::shared::{Shared, lock, store_failure};
use abns::{AbnsError, ChainStore, Filled, PoolBundle};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use types::WorkerId;
use wire::{Decode, DecodeError, Encode, Failure, Reader, Writer};

/// Most bundles in one frame.
const MAX_BUNDLES: usize = 256;
/// How long one that gives may take for each piece, and how long nobody is asked once nobody is left.
const PATIENCE: Duration = Duration::from_secs(5);

/// Bundles of the pool log, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolPart {
    /// The number of the first.
    pub from: u64,
    /// As many as fit; none if there are none, or they are missing there as well.
    pub bundles: Vec<PoolBundle>,
}

/// Who is asked for what is missing.
#[derive(Debug, Default)]
pub(crate) struct Older {
    /// The first bundle that is missing.
    next: Option<u64>,
    asked: Option<WorkerId>,
    /// Nobody else is asked before.
    until: Option<Instant>,
    /// They have given something since the beginning.
    givers: BTreeSet<WorkerId>,
    /// They have given something wrong, or nothing.
    shunned: BTreeSet<WorkerId>,
}

impl Older {
    /// Begins with what a file lacks.
    pub(crate) fn begin(&mut self, next: Option<u64>) {
        *self = Self { next, ..Self::default() };
    }

    /// Whom to ask now, and from which bundle on.
    fn ask(&mut self, others: &[WorkerId], now: Instant) -> Option<(WorkerId, u64)> {
        let next = self.next?;
        if self.until.is_some_and(|until| now < until) {
            return None;
        }
        self.shunned.extend(self.asked.take());
        self.until = Some(now + PATIENCE);
        self.asked = others.iter().find(|other| !self.shunned.contains(other)).copied();
        if self.asked.is_none() {
            self.shunned.clear();
        }
        self.asked.map(|peer| (peer, next))
    }

    /// Goes on behind what one has given; the bundle to ask it for next.
    fn gave(&mut self, peer: WorkerId, filled: Filled, now: Instant) -> Option<u64> {
        match filled {
            Filled::More(next) => {
                self.givers.insert(peer);
                (self.next, self.until) = (Some(next), Some(now + PATIENCE));
                return Some(next);
            }
            Filled::Whole => self.begin(None),
            Filled::Wrong => {
                tracing::warn!("what manager {peer} and others gave is not the pool log");
                self.givers.insert(peer);
                self.shunned.append(&mut self.givers);
                (self.next, self.asked, self.until) = (Some(0), None, None);
            }
            // Nothing, or nothing of use.
            Filled::Unwanted => {
                self.shunned.insert(peer);
                (self.asked, self.until) = (None, None);
            }
        }
        None
    }
}

impl Driver<'_> {
    /// Notes what the file lacks of the pool log.
    pub(crate) async fn begin_older(&self) -> Result<(), Halt> {
        let store = self.store.clone();
        let gap = blocking(move || store.pool_gap()).await??;
        lock(&self.shared.older).begin(gap.map(|gap| gap.given.count));
        Ok(())
    }

    /// Asks for it, if it is time.
    pub(crate) fn ask_older(&self) {
        let others = self.others(self.shared.own);
        if let Some((peer, from)) = lock(&self.shared.older).ask(&others, Instant::now()) {
            self.shared.send(Some(peer), &Frame::AskPool { from });
        }
    }
}

/// The answer to one that lacks bundles.
pub(crate) fn part(store: &ChainStore, from: u64) -> Result<PoolPart, AbnsError> {
    let bundles = store.pool_bundles(from, MAX_BUNDLES)?.unwrap_or_default();
    let bundles = fitting(bundles.into_iter(), |bundle| bundle.to_bytes().len());
    Ok(PoolPart { from, bundles })
}

/// Takes what one has given that was asked, and asks it for more.
pub(crate) fn take(
    shared: &Shared,
    store: &ChainStore,
    (peer, part): (WorkerId, &PoolPart),
) -> Result<(), Failure> {
    if lock(&shared.older).asked != Some(peer) {
        return Ok(());
    }
    let filled = store.fill_pool(part.from, &part.bundles);
    let filled = filled.map_err(|error| store_failure(&error))?;
    let next = lock(&shared.older).gave(peer, filled, Instant::now());
    if let Some(from) = next {
        shared.send(Some(peer), &Frame::AskPool { from });
    } else if filled == Filled::Whole {
        tracing::info!("the pool log is whole");
    }
    Ok(())
}

impl Encode for PoolPart {
    fn encode(&self, w: &mut Writer) {
        w.u64(self.from);
        w.list(&self.bundles);
    }
}

impl Decode for PoolPart {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        Ok(Self { from: r.u64()?, bundles: r.list(MAX_BUNDLES)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [WorkerId; 3] = [WorkerId([1; 32]), WorkerId([2; 32]), WorkerId([3; 32])];

    fn lacking() -> (Older, Instant) {
        let mut older = Older::default();
        older.begin(Some(0));
        (older, Instant::now())
    }

    #[test]
    fn who_is_silent_is_left_and_asked_again_once_nobody_else_is_left() {
        let (mut older, mut now) = lacking();
        for peer in ALL {
            assert_eq!(older.ask(&ALL, now), Some((peer, 0)));
            assert_eq!(older.ask(&ALL, now), None, "one at a time");
            now += PATIENCE;
        }
        assert_eq!(older.ask(&ALL, now), None);
        now += PATIENCE;
        assert_eq!(older.ask(&ALL, now), Some((ALL[0], 0)));
        older.begin(None);
        assert_eq!(older.ask(&ALL, now + PATIENCE), None);
    }

    #[test]
    fn everybody_who_has_given_a_part_of_something_wrong_is_left_for_others() {
        let (mut older, now) = lacking();
        older.ask(&ALL, now);
        assert_eq!(older.gave(ALL[0], Filled::More(5), now), Some(5));
        let later = now + PATIENCE;
        assert_eq!(older.ask(&ALL, later), Some((ALL[1], 5)));
        assert_eq!(older.gave(ALL[1], Filled::Wrong, later), None);
        assert_eq!(older.ask(&ALL, later), Some((ALL[2], 0)));
        assert_eq!(older.gave(ALL[2], Filled::Whole, later), None);
        assert_eq!(older.ask(&ALL, later + PATIENCE), None);
    }

    #[test]
    fn who_has_nothing_is_left_at_once() {
        let (mut older, now) = lacking();
        older.ask(&ALL, now);
        older.gave(ALL[0], Filled::Unwanted, now);
        assert_eq!(older.ask(&ALL, now), Some((ALL[1], 0)));
    }
}
