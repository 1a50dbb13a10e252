//! R1 and R6: how a round starts, how a view is entered, and who leads it.

use super::{BEHIND, RoundState, RunOut};
use crate::ports::{Output, Timer};
use crate::turn::Turn;
use std::collections::BTreeSet;

/// How many members lead an odd view (C.3).
const PARALLEL: u32 = 3;

impl RoundState {
    /// R6: the round starts with its time; members that are ahead of our clock are waited for in
    /// `hear`.
    pub(crate) fn try_to_start(&mut self, turn: &mut Turn<'_>) {
        match self.time_left(turn.now) {
            _ if self.started => {}
            0 => self.start(turn),
            left => turn.timer(Timer::Start, left),
        }
    }

    pub(super) fn start(&mut self, turn: &mut Turn<'_>) {
        self.started = true;
        turn.timer(Timer::Slow, turn.timing.slow);
        self.set_timers(turn);
        if self.view == 0 && self.speaks() && !self.own.proposed.contains(&0) {
            turn.timer(Timer::Backup, turn.timing.backup);
            if self.draws.first().any(|member| Some(member) == self.me()) {
                self.build(turn);
            }
        }
    }

    fn build(&mut self, turn: &mut Turn<'_>) {
        if let Some(ticket) = self.own.ticket.filter(|_| !self.own.builds) {
            self.own.builds = true;
            turn.ask(Output::Build { round: self.setup.round, ticket });
        }
    }

    /// A22: members behind the first three propose too, if nobody before them did.
    pub(super) fn on_backup(&mut self, turn: &mut Turn<'_>) {
        let Some(me) = self.me() else { return };
        let own = self.draws.of(me);
        let mut proposers =
            self.offers.range((0, 0)..=(0, u16::MAX)).map(|((_, leader), _)| leader);
        let better = proposers.any(|leader| self.draws.of(*leader) < own);
        if self.view == 0 && self.may_vote(turn) && !better {
            self.build(turn);
        }
    }

    /// R1: enters a later view.
    pub(super) fn enter(&mut self, turn: &mut Turn<'_>, view: u32) {
        self.view = view;
        self.own.votes.clear();
        self.own.prepared.clear();
        self.own.committed = false;
        self.run_out = RunOut::default();
        self.checking = None;
        self.present = self.high.as_ref().filter(|high| high.view == view).cloned();
        self.forget();
        self.set_timers(turn);
    }

    pub(super) fn set_timers(&self, turn: &mut Turn<'_>) {
        if !self.speaks() {
            return;
        }
        let view = self.view;
        turn.timer(Timer::Propose(view), turn.timing.propose(view));
        turn.timer(Timer::View(view), turn.timing.view(view));
        if view > 0 && self.me().is_some_and(|me| self.leads(view, me)) {
            turn.timer(Timer::Lead(view), turn.timing.lead(view));
        }
    }

    /// C.7: what lies behind goes, but for the proposals of view 0, which later leaders take up.
    fn forget(&mut self) {
        let from = self.view.saturating_sub(BEHIND);
        self.offers.retain(|(view, _), _| *view == 0 || *view >= from);
        self.tallies.retain(|(view, _), _| *view >= from);
        self.counted.retain(|(_, view, _)| *view >= from);
        let mut kept: BTreeSet<_> = self.offers.values().map(|offer| offer.block).collect();
        kept.insert(self.empty);
        kept.extend(self.lock.map(|(_, block)| block));
        kept.extend(self.high.as_ref().map(|quorum| quorum.block));
        kept.extend(self.decision.as_ref().map(|quorum| quorum.block));
        self.blocks.keep(&kept);
    }

    /// C.3: everybody may propose in view 0, three at a time lead odd views, one leads even ones.
    pub(super) fn leads(&self, view: u32, member: u16) -> bool {
        match view {
            0 => self.setup.committee.member(member).is_some(),
            _ => self.leaders(view).contains(&member),
        }
    }

    /// The leaders of a view behind 0, first rank first.
    pub(super) fn leaders(&self, view: u32) -> Vec<u16> {
        let order = &self.setup.order;
        let half = u64::from(view / 2);
        let (from, count) = match view % 2 {
            0 => (half, 1),
            _ => (half.saturating_mul(u64::from(PARALLEL)), u64::from(PARALLEL)),
        };
        let at = |place: u64| {
            let place = place.checked_rem(u64::try_from(order.len()).ok()?)?;
            order.get(usize::try_from(place).ok()?).copied()
        };
        let places = from..from.saturating_add(count);
        places.take(order.len()).filter_map(at).collect()
    }
}
