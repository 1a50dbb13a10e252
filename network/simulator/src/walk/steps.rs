//! What can happen next in a walk.

use super::member::{At, Member};
use super::stage::Stage;
use super::{HONEST, State, Way};
use acp::{Input, Message, Timer};
use ledger::Step as Ballot;
use std::fmt;
use std::rc::Rc;

/// One thing that happens to one honest member.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// The adversary proposes, with a quorum of an earlier view or none; no more is waited for.
    Offer(At, Option<u32>),
    /// It is shown a Prepare quorum.
    Show(At),
    /// Its view has taken too long.
    TimeOut,
    /// It is shown the newest NewView of an honest member.
    Hear(usize),
    /// It is shown a NewView of the adversary.
    HearBad(u32),
    /// It crashes and comes back.
    Restart,
}

impl Stage {
    /// All states one step away that differ.
    pub(super) fn successors(&self, state: &State) -> Vec<State> {
        let mut next = vec![];
        for (at, member) in state.members.iter().enumerate() {
            for step in self.steps(state, at, member) {
                let taken = self.take(state, at, member, step);
                next.extend(taken.filter(|taken| self.is_inside(taken, at)));
            }
        }
        next
    }

    /// Views behind the last one are not walked through.
    fn is_inside(&self, state: &State, at: usize) -> bool {
        let seen = state.members.get(at).map(|member| member.seen);
        seen.is_some_and(|seen| seen.announced.0.max(seen.view) < self.walk.views)
    }

    fn steps(&self, state: &State, at: usize, member: &Member) -> Vec<Step> {
        let seen = &member.seen;
        let mut steps = vec![];
        let can = |at| self.can_be_made(&state.members, Ballot::Prepare, at);
        for block in (0..self.blocks.len()).filter(|_| !seen.offered) {
            let place = (seen.view, block);
            steps.push(Step::Offer(place, None));
            let with = (0..seen.view).filter(|view| can((*view, block)));
            steps.extend(with.map(|view| Step::Offer(place, Some(view))));
        }
        // A quorum below the highest it knows has no effect, but in its view.
        let news =
            |(view, _): &At| seen.high.is_none_or(|(high, _)| *view > high) || *view == seen.view;
        steps.extend(self.places().filter(news).filter(|at| can(*at)).map(Step::Show));
        if seen.announced.0 <= seen.view {
            steps.push(Step::TimeOut);
        }
        let heard = |from: usize| seen.heard.get(from).copied().unwrap_or(0);
        let others = state.members.iter().enumerate().filter(|(other, _)| *other != at);
        let news = others.filter(|(other, of)| of.seen.announced.0 > heard(*other).max(seen.view));
        steps.extend(news.map(|(other, _)| Step::Hear(other)));
        steps.extend((heard(HONEST).max(seen.view) + 1..self.walk.views).map(Step::HearBad));
        if self.walk.restarts {
            steps.push(Step::Restart);
        }
        steps
    }

    fn take(&self, state: &State, at: usize, member: &Rc<Member>, step: Step) -> Option<State> {
        let mut member = Member::clone(member);
        self.happen(state, &mut member, at, step)?;
        let mut members = state.members.clone();
        *members.get_mut(at)? = Rc::new(member);
        let way = Way { member: at, step, before: state.way.clone() };
        Some(State { members, way: Some(Rc::new(way)), depth: state.depth + 1 })
    }

    fn happen(&self, state: &State, member: &mut Member, at: usize, step: Step) -> Option<()> {
        let from_bad = |message| Input::Net { from: 3, message };
        match step {
            Step::Offer(place, quorum) => {
                let quorum = match quorum {
                    Some(view) => Some(self.quorum(&state.members, (view, place.1))?),
                    None => None,
                };
                member.seen.offered = true;
                let (block, _) = *self.blocks.get(place.1).map(|(id, h)| (id, h)).as_ref()?;
                self.feed(member, Input::Held { block: *block, size_rank: 1 });
                self.feed(member, from_bad(self.proposal(place, quorum)?));
                self.feed(member, Input::Timer(Timer::Propose(place.0)));
            }
            Step::Show(place) => {
                let quorum = self.quorum(&state.members, place)?;
                self.feed(member, from_bad(Message::Quorum(Box::new(quorum))));
            }
            Step::TimeOut => self.feed(member, Input::Timer(Timer::View(member.seen.view))),
            Step::Hear(other) => {
                let said = state.members.get(other)?.new_view.clone()?;
                *member.seen.heard.get_mut(other)? = said.view;
                let from = u16::try_from(other).ok()?;
                self.feed(member, Input::Net { from, message: Message::NewView(said) });
            }
            Step::HearBad(view) => {
                *member.seen.heard.get_mut(HONEST)? = view;
                self.feed(member, from_bad(self.new_view(view)?));
            }
            Step::Restart => self.restart(member, u16::try_from(at).ok()?)?,
        }
        Some(())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |block: &usize| ["x", "y"].get(*block).copied().unwrap_or("?");
        match self {
            Self::Offer((view, block), None) => write!(f, "is offered ({view},{})", name(block)),
            Self::Offer((view, block), Some(of)) => {
                let block = name(block);
                write!(f, "is offered ({view},{block}) on quorum ({of},{block})")
            }
            Self::Show((view, block)) => write!(f, "is shown quorum ({view},{})", name(block)),
            Self::TimeOut => write!(f, "times out"),
            Self::Hear(other) => {
                write!(f, "hears NewView of {}", ["A", "B", "C"].get(*other).unwrap_or(&"?"))
            }
            Self::HearBad(view) => write!(f, "hears NewView({view}) of D"),
            Self::Restart => write!(f, "restarts"),
        }
    }
}
