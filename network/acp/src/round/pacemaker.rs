//! R7 and R9: when this member announces a later view, and when it enters one.
//!
//! Announcements count cumulatively: who announces view 5 has left view 2 as well. Counting each
//! view by itself halts for ever once members are spread over views (`acp-corrections.md` A1).

use super::RoundState;
use crate::log::Said;
use crate::message::{Message, NewView};
use crate::ports::{Output, Timer};
use crate::turn::Turn;
use crate::wal::WalRecord;
use ledger::{Certificate, Committee, Place, Step};
use std::collections::BTreeMap;

/// The highest view that each member has announced.
#[derive(Debug, Clone)]
pub(super) struct Pace {
    announced: Vec<u32>,
    /// The NewViews themselves, without their quorums' bytes.
    shown: BTreeMap<u16, ledger::SignedNewView>,
    faults: usize,
    quorum: usize,
    /// The (f + 1)-th largest: an honest member is there.
    a: u32,
    /// The Q-th largest: a quorum is there.
    b: u32,
}

impl Pace {
    pub(super) fn new(committee: &Committee, quorum: usize) -> Self {
        let (announced, faults) = (vec![0; committee.size()], committee.faults());
        Self { announced, shown: BTreeMap::new(), faults, quorum, a: 0, b: 0 }
    }

    pub(super) fn heard(&mut self, new_view: &NewView) {
        let at = self.announced.get_mut(usize::from(new_view.member));
        let Some(at) = at.filter(|at| **at < new_view.view) else { return };
        *at = new_view.view;
        self.shown.insert(new_view.member, super::evidence::shown_new_view(new_view));
        let mut all = self.announced.clone();
        all.sort_unstable_by_key(|view| std::cmp::Reverse(*view));
        self.a = all.get(self.faults).copied().unwrap_or(0);
        self.b = all.get(self.quorum.saturating_sub(1)).copied().unwrap_or(0);
    }

    pub(super) fn all_reached(&self, view: u32) -> bool {
        self.announced.iter().all(|announced| *announced >= view)
    }

    pub(super) fn shown(&self, member: u16) -> Option<&ledger::SignedNewView> {
        self.shown.get(&member)
    }

    fn of(&self, member: u16) -> u32 {
        self.announced.get(usize::from(member)).copied().unwrap_or(0)
    }
}

impl RoundState {
    /// R7 (2) and (3), and R9.
    pub(super) fn keep_pace(&mut self, turn: &mut Turn<'_>) {
        if self.is_split() {
            self.announce(turn, self.view.saturating_add(1));
        }
        if self.pace.a > self.view {
            self.announce(turn, self.pace.a);
        }
        if self.pace.b > self.view {
            self.announce(turn, self.pace.b);
            // It enters no view that it has not announced itself. Who is silent only follows.
            let said = self.me().map_or(0, |me| self.pace.of(me));
            if said >= self.pace.b || !self.speaks() {
                self.enter(turn, self.pace.b);
            }
        }
    }

    /// R7 (1): the view has taken too long. Fires again until a later one is entered.
    pub(super) fn on_view_timer(&mut self, turn: &mut Turn<'_>, view: u32) {
        if view != self.view || !self.started || self.end.is_some() || !self.speaks() {
            return;
        }
        if self.own.announced > view {
            self.repeat_new_view(turn);
        } else {
            self.announce(turn, view.saturating_add(1));
        }
        turn.timer(Timer::View(view), turn.timing.repeat);
    }

    /// R9: a quorum has prepared, and no block can have one any more.
    fn is_split(&self) -> bool {
        let Some(tally) = self.tallies.get(&(self.view, Step::Prepare)) else { return false };
        let missing = self.size().saturating_sub(tally.len());
        tally.len() >= self.quorum && tally.most().saturating_add(missing) < self.quorum
    }

    /// Leaves all views below, unless it has said so before.
    fn announce(&mut self, turn: &mut Turn<'_>, view: u32) {
        let (round, Some(member)) = (self.setup.round, self.me()) else { return };
        if view <= self.own.announced || !self.speaks() {
            return;
        }
        self.own.announced = view;
        let high = self.high.as_ref().map(|high| Certificate::clone(high));
        let shown = high.as_ref().map(|high| (high.view, high.block));
        let bytes = Place::acp(self.setup.chain, round, view).new_view(shown);
        let signature = turn.scheme.sign(&bytes);
        let new_view = Box::new(NewView { round, view, high, member, signature });
        turn.persist(WalRecord::NewView(new_view.clone()), Said::NewView(new_view));
    }

    pub(super) fn release_new_view(&mut self, turn: &mut Turn<'_>, new_view: Box<NewView>) {
        self.pace.heard(&new_view);
        if self.end.is_none() {
            turn.ask(Output::Broadcast(Message::NewView(new_view.clone())));
        }
        self.own.new_view = Some(new_view);
    }
}
