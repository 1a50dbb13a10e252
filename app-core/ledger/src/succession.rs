//! Who sits in the next committee: a function of the present one, the registrations and a seed
//! (`acp.md` 2.4, `acp-corrections.md` A11, A20).
//!
//! The convicted leave, however many. Beyond that at most a third changes per epoch, so that who
//! trusts this committee can follow to the next.

use crate::beacon::tickets;
use crate::committee::{MAX_MEMBERS, MIN_MEMBERS};
use crate::registry::Registration;
use crate::{Committee, Member};
use std::collections::BTreeSet;
use types::Round;
use wire::hash;

/// What the choice depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Choice<'a> {
    /// The present committee.
    pub(crate) old: &'a Committee,
    /// All registrations.
    pub(crate) managers: &'a [Registration],
    /// The beacon at two thirds of the epoch.
    pub(crate) seed: [u8; 32],
    /// The first round of the epoch: who registered in it or later waits for the next choice.
    pub(crate) epoch: Round,
}

/// The next committee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Succession {
    pub(crate) members: Vec<Member>,
    /// There are too few managers: convicted members keep their seats until others have joined.
    pub(crate) alarm: bool,
}

impl Choice<'_> {
    pub(crate) fn make(&self) -> Succession {
        let old = self.old.members();
        let honest: Vec<Member> = old.iter().copied().filter(|m| !self.is_jailed(m)).collect();
        let members = self.next(&honest);
        let alarm = members.len().max(honest.len()) < MIN_MEMBERS;
        let kept = if honest.len() < MIN_MEMBERS { old.to_vec() } else { honest };
        Succession { members: if members.len() < MIN_MEMBERS { kept } else { members }, alarm }
    }

    /// Who stays and who joins: as many of either as the committee bears faults, the convicted
    /// counted among those who leave. If there are seats for all of them they have them, else the
    /// tickets say who: then all who leave, displaced or not, are no more than those who join.
    fn next(&self, honest: &[Member]) -> Vec<Member> {
        let most = self.old.faults();
        let jailed = self.old.size().saturating_sub(honest.len());
        let may_leave = most.saturating_sub(jailed);

        let leaving = honest.iter().copied().filter(|member| self.is_leaving(member));
        let gone: BTreeSet<Member> = self.first(leaving, may_leave).into_iter().collect();

        let stay = honest.iter().copied().filter(|member| !gone.contains(member));
        let joins = self.first(self.candidates(), most);
        self.first(stay.chain(joins), MAX_MEMBERS)
    }

    fn candidates(&self) -> impl Iterator<Item = Member> {
        let able = |manager: &&Registration| manager.wants_seat() && manager.since < self.epoch;
        let able = self.managers.iter().filter(able).map(|manager| manager.member);
        able.filter(|member| self.old.position(&member.key).is_none())
    }

    /// The first of these by their tickets, which favour reputation.
    fn first(&self, members: impl Iterator<Item = Member>, most: usize) -> Vec<Member> {
        let mut ranked: Vec<_> = members.map(|member| (self.ticket(&member), member)).collect();
        ranked.sort_unstable();
        ranked.into_iter().map(|(_, member)| member).take(most).collect()
    }

    fn ticket(&self, member: &Member) -> [u8; 32] {
        let reputation = self.of(member).map_or(0, |manager| manager.reputation);
        let draw =
            |k: u8| hash("acp-seat", &[&self.seed, &self.epoch.0.to_be_bytes(), &member.key, &[k]]);
        tickets(reputation, draw)
    }

    fn of(&self, member: &Member) -> Option<&Registration> {
        let at = self.managers.binary_search_by(|known| known.member.key.cmp(&member.key));
        self.managers.get(at.ok()?)
    }

    fn is_jailed(&self, member: &Member) -> bool {
        self.of(member).is_none_or(|manager| manager.jailed)
    }

    fn is_leaving(&self, member: &Member) -> bool {
        self.of(member).is_some_and(|manager| manager.leaving)
    }
}
