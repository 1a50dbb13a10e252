//! Going on from a state that another manager hands over, where nobody has the blocks any more.
//!
//! A member that says so might lie, so that more must say it than may be faulty: whoever takes a
//! state casts no vote for a while, and must not be made to without need. Then one of them shows the
//! way and gives the state. What it gives is known to be right only when all of it is there; one that
//! lies or stops in the middle is left for another, from the beginning.

use super::{Driver, Halt, blocking};
use crate::clock;
use crate::frame::Frame;
use crate::snapshot::{BadPart, Course, Destination, Parts, StatePart, TAKEN, Way, remove};
use abns::{AbnsError, ChainStore};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use types::WorkerId;

/// How long one that gives may take for each answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known of the others, and the state that is on its way.
#[derive(Default)]
pub(super) struct Join {
    /// They do not have the block behind our tip any more.
    gone: BTreeSet<WorkerId>,
    /// They have lied, or have stopped in the middle.
    shunned: BTreeSet<WorkerId>,
    running: Option<Running>,
}

struct Running {
    peer: WorkerId,
    until: Instant,
    stage: Stage,
}

enum Stage {
    Walking(Course),
    Fetching(Box<(Destination, Parts)>),
}

impl Join {
    /// True while somebody gives a state.
    pub(super) const fn is_running(&self) -> bool {
        self.running.is_some()
    }

    /// Blocks have come: they are not gone.
    pub(super) fn has_blocks(&mut self) {
        self.gone.clear();
        self.shunned.clear();
    }

    /// These without those who have lied; all of them once nobody else is left.
    pub(super) fn honest(&mut self, all: Vec<WorkerId>) -> Vec<WorkerId> {
        if all.iter().all(|peer| self.shunned.contains(peer)) {
            self.shunned.clear();
        }
        all.into_iter().filter(|peer| !self.shunned.contains(peer)).collect()
    }
}

impl Driver<'_> {
    /// Takes what a peer shows: that it has no block behind our tip, and the way to a state.
    pub(super) async fn walk(&mut self, from: WorkerId, way: Way) -> Result<(), Halt> {
        let Some(course) = self.course_of(from, &way).await? else { return Ok(()) };
        let (config, now) = (self.config.clone(), clock::now());
        let gone = blocking(move || {
            let mut course = course;
            course.go(way, &config.genesis, now).map(|reached| (course, reached))
        });
        match gone.await? {
            Ok((course, None)) => {
                self.ask_way(from, course);
                Ok(())
            }
            Ok((_, Some(destination))) => self.arrive(from, destination).await,
            Err(astray) => {
                self.shun(from, &astray.to_string());
                Ok(())
            }
        }
    }

    /// The course that this way is for; `None` if it is for none.
    async fn course_of(&mut self, from: WorkerId, way: &Way) -> Result<Option<Course>, Halt> {
        match self.join.running.take() {
            Some(Running { peer, stage: Stage::Walking(course), .. })
                if peer == from && course.is_answered_by(way) =>
            {
                Ok(Some(course))
            }
            Some(other) => {
                self.join.running = Some(other);
                Ok(None)
            }
            None => match self.set_out(from).await? {
                Some(course) if !course.is_answered_by(way) => {
                    self.ask_way(from, course);
                    Ok(None)
                }
                other => Ok(other),
            },
        }
    }

    /// Whether to go by a state at all, and if so from what on.
    async fn set_out(&mut self, from: WorkerId) -> Result<Option<Course>, Halt> {
        if self.asked.take_if(|asked| asked.peer == from).is_none() {
            // It was asked beside others, or not at all.
            if self.others(from).contains(&from) {
                self.ask(from);
            }
            return Ok(None);
        }
        self.join.gone.insert(from);
        let faults = self.ground.as_ref().map_or(0, |ground| ground.base.committee.faults());
        if self.join.gone.len() <= faults || self.join.shunned.contains(&from) {
            self.ask_another(from);
            return Ok(None);
        }
        let (store, config) = (self.store.clone(), self.config.clone());
        let begun = blocking(move || {
            let checkpoint = config.catch_up.checkpoint;
            Course::begin(&store, (&config.genesis, checkpoint), clock::now())
        });
        match begun.await?? {
            Ok(course) => {
                tracing::info!("the blocks behind our tip are gone: manager {from} gives a state");
                Ok(Some(course))
            }
            Err(error) => {
                tracing::error!("no state can be taken; a newer checkpoint may help: {error}");
                self.asked_in_vain(from);
                Ok(None)
            }
        }
    }

    fn ask_way(&mut self, peer: WorkerId, course: Course) {
        let (trusted, shown) = course.question();
        self.shared.send(Some(peer), &Frame::AskWay { trusted, shown });
        self.expect(peer, Stage::Walking(course));
    }

    async fn arrive(&mut self, peer: WorkerId, destination: Destination) -> Result<(), Halt> {
        let config = self.config.clone();
        let parts = blocking(move || Parts::begin(&config.dir)).await?.map_err(AbnsError::from)?;
        self.ask_part(peer, (destination, parts));
        Ok(())
    }

    fn ask_part(&mut self, peer: WorkerId, fetching: (Destination, Parts)) {
        let (round, from) = (fetching.0.block.header.round, fetching.1.next().to_vec());
        self.shared.send(Some(peer), &Frame::AskState { round, from });
        self.expect(peer, Stage::Fetching(Box::new(fetching)));
    }

    fn expect(&mut self, peer: WorkerId, stage: Stage) {
        self.join.running = Some(Running { peer, until: Instant::now() + PATIENCE, stage });
    }

    /// Takes a part of the state, if it is the one that was asked for.
    pub(super) async fn take(&mut self, from: WorkerId, part: StatePart) -> Result<(), Halt> {
        let (destination, mut parts) = match self.join.running.take() {
            Some(Running { peer, stage: Stage::Fetching(fetching), .. })
                if peer == from
                    && part.round == fetching.0.block.header.round
                    && part.from == fetching.1.next() =>
            {
                *fetching
            }
            other => {
                self.join.running = other;
                return Ok(());
            }
        };
        let last = part.last;
        let taken = blocking(move || parts.take(&part).map(|()| parts)).await?;
        match taken {
            Ok(parts) if last => self.settle_down(from, destination, parts).await,
            Ok(parts) => {
                self.ask_part(from, (destination, parts));
                Ok(())
            }
            Err(BadPart::Disk(error)) => Err(AbnsError::from(error).into()),
            Err(bad) => {
                self.shun(from, &bad.to_string());
                Ok(())
            }
        }
    }

    /// All of a state is there. If it is the right one, this driver ends: the next finds it in its
    /// folder.
    async fn settle_down(
        &mut self,
        peer: WorkerId,
        destination: Destination,
        parts: Parts,
    ) -> Result<(), Halt> {
        if destination.block.header.round <= self.store.tip().round {
            return Ok(());
        }
        let config = self.config.clone();
        let taken = blocking(move || {
            let path = config.dir.join(TAKEN);
            remove(&path)?;
            let place = (path.as_path(), &config.genesis, config.horizon());
            ChainStore::import(place, &destination, parts.chunks()?).map(drop)
        });
        match taken.await? {
            Ok(()) => Err(Halt::Snapshot),
            Err(AbnsError::BadBlock(what)) => {
                self.shun(peer, &what);
                Ok(())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Leaves one that gives and does not answer any more.
    pub(super) fn leave_silent(&mut self) {
        let silent = self.join.running.as_ref().filter(|running| running.until < Instant::now());
        if let Some(peer) = silent.map(|running| running.peer) {
            self.shun(peer, "it does not go on");
        }
    }

    /// Leaves one that is of no use, and whatever it has given.
    fn shun(&mut self, peer: WorkerId, why: &str) {
        tracing::warn!("a state of manager {peer} is refused: {why}");
        self.join.running = None;
        self.join.shunned.insert(peer);
        self.ask_another(peer);
    }
}
