//! What the proof rests on (`acp-corrections.md` B.1), looked at in each step of a walk.

use super::member::{At, Seen};
use super::stage::{Stage, index};
use super::{State, VIEWS};
use ledger::Step as Ballot;

/// A step: the state before and after it.
pub(super) struct Premises<'a> {
    pub(super) stage: &'a Stage,
    pub(super) before: &'a State,
    pub(super) now: &'a State,
}

impl Premises<'_> {
    /// Two Commit quorums for different blocks.
    pub(super) fn disagreement(&self) -> Option<&'static str> {
        let decided: Vec<At> = self.stage.decisions(&self.now.members).collect();
        let differ = decided.iter().any(|(_, x)| decided.iter().any(|(_, y)| x != y));
        differ.then_some("disagreement")
    }

    /// The first premise that the step breaks.
    pub(super) fn broken(&self) -> Option<&'static str> {
        let members = self.before.members.iter().zip(&self.now.members);
        members.into_iter().find_map(|(before, now)| self.broken_by(&before.seen, &now.seen))
    }

    fn broken_by(&self, before: &Seen, now: &Seen) -> Option<&'static str> {
        for view in 0..VIEWS {
            let new = |was: &[u8; VIEWS], is: &[u8; VIEWS]| {
                let of = |set: &[u8; VIEWS]| set.get(view).copied().unwrap_or(0);
                of(is) & !of(was)
            };
            let prepared = new(&before.prepared, &now.prepared);
            let committed = new(&before.committed, &now.committed);
            let view = u32::try_from(view).unwrap_or(u32::MAX);
            if prepared | committed != 0 && (now.view != view || before.announced.0 > view) {
                return Some("P1: a vote outside its view, or below one that was announced");
            }
            for block in 0..2 {
                if prepared >> block & 1 == 1
                    && let Some(wrong) = self.prepare(before, now, (view, block))
                {
                    return Some(wrong);
                }
                if committed >> block & 1 == 1
                    && let Some(wrong) = self.commit(now, (view, block))
                {
                    return Some(wrong);
                }
            }
        }
        lock(before, now).or_else(|| convicts(now))
    }

    fn prepare(&self, before: &Seen, now: &Seen, (view, block): At) -> Option<&'static str> {
        if now.prepared.get(index(view)).is_some_and(|set| set.count_ones() > 1) {
            return Some("P2: two Prepares in one view");
        }
        let (lock, locked) = before.lock?;
        let shown = (lock..view).any(|older| {
            self.stage.can_be_made(&self.before.members, Ballot::Prepare, (older, block))
        });
        (locked != block && !shown).then_some("P5: another block than the lock's, with no quorum")
    }

    fn commit(&self, now: &Seen, at: At) -> Option<&'static str> {
        let made = self.stage.can_be_made(&self.now.members, Ballot::Prepare, at);
        (!made || now.lock != Some(at)).then_some("P3: a Commit without its quorum or its lock")
    }
}

fn lock(before: &Seen, now: &Seen) -> Option<&'static str> {
    let view = |lock: Option<At>| lock.map_or(0, |(view, _)| view + 1);
    if view(now.lock) < view(before.lock) {
        return Some("P4: a lock fell");
    }
    let moved = now.lock != before.lock;
    (moved && now.committed == before.committed).then_some("P4: a lock moved without a Commit")
}

/// Two votes of one step, or a NewView that denies a Commit.
fn convicts(now: &Seen) -> Option<&'static str> {
    let twice = |sets: &[u8; VIEWS]| sets.iter().any(|set| set.count_ones() > 1);
    let (announced, quorum) = now.announced;
    let denied = (0_u32..)
        .zip(&now.committed)
        .any(|(view, set)| *set != 0 && announced > view && quorum <= view);
    (twice(&now.prepared) || twice(&now.committed) || denied)
        .then_some("what an honest member has said convicts it")
}
