//! Every state that three honest engines can be brought into by one Byzantine member that leads
//! all views, says anything to anybody, and owns the network (`acp-corrections.md` B.2, on the
//! engine itself instead of a model of it).
//!
//! One round, N = 4, two blocks, up to four views. What is sent may be delivered at any time, in
//! any order, or never. The walk goes depth first; a state is what its engines have said, hold
//! and have been told, exactly, up to renaming honest members and blocks. Votes are delivered as
//! quorums, so the way votes are counted one by one is left to the runs.

mod member;
mod premises;
mod stage;
mod steps;

use crate::variant::Variant;
use member::Member;
use premises::Premises;
use stage::Stage;
use std::collections::BTreeSet;
use std::fmt;
use std::rc::Rc;
use steps::Step;

/// Honest members.
const HONEST: usize = 3;
/// Most views: as many as fit an exact state.
const VIEWS: usize = 4;
/// Blocks to choose from.
const VALUES: usize = 2;

/// What to walk through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Walk {
    /// The engine's rules.
    pub variant: Variant,
    /// How many views there are, 1 to 4.
    pub views: u32,
    /// Members crash and come back with their log, at any time.
    pub restarts: bool,
    /// Looks at the premises of the proof in each step, too, not only at the end.
    pub premises: bool,
    /// Stops after so many states.
    pub most: u64,
}

/// What came of a walk.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Walked {
    /// Different states.
    pub states: u64,
    /// States that differ in what the model of `acp-corrections.md` B.2 knows of them.
    pub modelled: u64,
    /// Of these, states in which a Commit quorum exists.
    pub decided: u64,
    /// Steps taken.
    pub steps: u64,
    /// The longest way without a state twice that was gone.
    pub depth: u64,
    /// False if the limit stopped it.
    pub complete: bool,
    /// What is wrong, and the steps that lead there.
    pub violation: Option<(&'static str, Vec<String>)>,
}

/// Three engines, and the way to them.
#[derive(Clone)]
struct State {
    members: [Rc<Member>; HONEST],
    way: Option<Rc<Way>>,
    depth: u64,
}

/// The last step, and those before it.
struct Way {
    member: usize,
    step: Step,
    before: Option<Rc<Way>>,
}

impl Walk {
    /// Walks. `None` for more views than there can be.
    #[must_use]
    pub fn run(&self) -> Option<Walked> {
        let stage = Stage::new(self)?;
        let first = State { members: stage.members()?, way: None, depth: 0 };
        let mut walked = Walked { complete: true, ..Walked::default() };
        let (mut seen, mut modelled) = (BTreeSet::new(), BTreeSet::new());
        seen.insert(member::key(&first.members));
        let mut open = vec![first];
        while let Some(state) = open.pop() {
            if modelled.insert(member::model_key(&state.members)) {
                walked.decided += u64::from(stage.decisions(&state.members).next().is_some());
            }
            walked.depth = walked.depth.max(state.depth);
            for next in stage.successors(&state) {
                walked.steps += 1;
                if seen.insert(member::key(&next.members)) {
                    if let Some(wrong) = self.wrong(&stage, &state, &next) {
                        walked.violation = Some((wrong, next.steps()));
                        return Some(walked);
                    }
                    open.push(next);
                }
            }
            walked.states = u64::try_from(seen.len()).unwrap_or(u64::MAX);
            if walked.states >= self.most {
                walked.complete = open.is_empty();
                break;
            }
        }
        walked.modelled = u64::try_from(modelled.len()).unwrap_or(u64::MAX);
        Some(walked)
    }

    fn wrong(&self, stage: &Stage, before: &State, now: &State) -> Option<&'static str> {
        let premises = Premises { stage, before, now };
        let each = if self.premises { premises.broken() } else { None };
        each.or_else(|| premises.disagreement())
    }
}

impl State {
    fn steps(&self) -> Vec<String> {
        let mut steps = vec![];
        let mut way = self.way.as_deref();
        while let Some(last) = way {
            let name = ["A", "B", "C"].get(last.member).copied().unwrap_or("?");
            steps.push(format!("{name} {}", last.step));
            way = last.before.as_deref();
        }
        steps.reverse();
        steps
    }
}

impl fmt::Display for Walked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = if self.complete { "complete" } else { "cut" };
        write!(
            f,
            "{} states ({} of the model, {} of them with a Commit quorum), {} steps, depth {}, {whole}",
            self.states, self.modelled, self.decided, self.steps, self.depth
        )?;
        if let Some((wrong, steps)) = &self.violation {
            write!(f, ": {wrong} after {} steps: {}", steps.len(), steps.join("; "))?;
        }
        Ok(())
    }
}
