//! R2 and R3: which proposal of the present view this member prepares, and when.

use super::{Offer, RoundState};
use crate::blocks::Verdict;
use crate::draws::PROPOSERS;
use crate::log::Said;
use crate::message::Vote;
use crate::rules::Ballot;
use crate::turn::Turn;
use crate::wal::WalRecord;
use ledger::{Certificate, Place, Step};
use std::cmp::Reverse;
use std::sync::Arc;
use types::BlockId;

/// R3's order; the least is the best.
type Rank<'a> = (Reverse<Option<u32>>, bool, Reverse<Option<u8>>, Option<&'a [u8; 64]>, u16);

impl RoundState {
    /// R3: armed while the view lasts; fires with the last expected proposal or the timer, and then
    /// for the first proposal that becomes acceptable.
    pub(super) fn prepare(&mut self, turn: &mut Turn<'_>) {
        if !self.may_vote(turn) || !self.may_prepare_something(turn) {
            return;
        }
        if !self.run_out.propose && !self.has_all_expected() {
            return;
        }
        let Some((block, quorum)) = self.best_candidate(turn) else { return };
        match self.blocks.get(&block).map(|block| block.verdict) {
            Some(Verdict::Valid) => self.cast_prepare(turn, block, quorum),
            Some(Verdict::Open) => self.check_candidate(turn, block),
            // The best is being checked: nothing below it is taken meanwhile, whatever the timer.
            Some(Verdict::Asked | Verdict::Refused) | None => {}
        }
    }

    /// Saves the work below for the many steps behind the vote.
    fn may_prepare_something(&self, turn: &Turn<'_>) -> bool {
        let fresh = self.own.prepared.is_empty() && !self.own.committed;
        fresh || turn.rules.votes_again(self.ballot(None))
    }

    /// What it has done in this view, and what it would do now.
    fn ballot(&self, block: Option<&BlockId>) -> Ballot {
        let prepared = self.own.prepared.last();
        let other = block.is_none_or(|block| !self.is_empty_block(block));
        Ballot {
            prepared: prepared.is_some(),
            committed: self.own.committed,
            from_empty: prepared.is_some_and(|block| self.is_empty_block(block)) && other,
        }
    }

    /// In view 0 the three lowest tickets with their bodies, behind it all leaders. Who holds fewer
    /// tickets cannot know whom to expect.
    fn has_all_expected(&self) -> bool {
        let offered = |leader| self.offers.get(&(self.view, leader));
        if self.view > 0 {
            return self.leaders(self.view).into_iter().all(|leader| offered(leader).is_some());
        }
        let settled = |leader| {
            let block = offered(leader).and_then(|offer| self.blocks.get(&offer.block));
            block.is_some_and(|block| block.is_here() || block.verdict == Verdict::Refused)
        };
        self.draws.first().count() == PROPOSERS && self.draws.first().all(settled)
    }

    /// The best proposal that this member may prepare, as far as it knows; behind the timer only
    /// those whose bodies are here. Who fires early, since all who lead have spoken, chooses among these:
    /// the others speak only in case these stay silent, and counting them would split the votes.
    fn best_candidate(&self, turn: &Turn<'_>) -> Option<(BlockId, Option<Arc<Certificate>>)> {
        let offers = self.offers.range((self.view, 0)..=(self.view, u16::MAX));
        let early = self.view == 0 && !self.run_out.propose;
        let among = |leader: u16| !early || self.draws.first().any(|first| first == leader);
        let offers = offers.filter(|((_, leader), _)| among(*leader));
        let fit = offers.filter(|(_, offer)| self.may_prepare(turn, offer));
        let ranked = fit.map(|((_, leader), offer)| (self.rank(*leader, offer), offer));
        let best = ranked.min_by(|(a, _), (b, _)| a.cmp(b));
        best.map(|(_, offer)| (offer.block, offer.quorum.clone()))
    }

    /// R2's *acceptable*, but for a verdict that is still open.
    fn may_prepare(&self, turn: &Turn<'_>, offer: &Offer) -> bool {
        let Some(block) = self.blocks.get(&offer.block) else { return false };
        let missing = self.run_out.propose && !block.is_here();
        if missing || block.verdict == Verdict::Refused {
            return false;
        }
        let quorum = offer.quorum.as_ref().map(|quorum| quorum.view);
        let unlocked = self.lock.is_none_or(|(view, locked)| {
            locked == offer.block || turn.rules.releases(view, quorum)
        });
        let timely = quorum.is_some()
            || block.header.as_ref().is_none_or(|h| self.is_timely(turn, h, self.view));
        let again = self.own.prepared.is_empty() && !self.own.committed
            || turn.rules.votes_again(self.ballot(Some(&offer.block)));
        unlocked && timely && again && !self.own.prepared.contains(&offer.block)
    }

    fn rank<'a>(&'a self, leader: u16, offer: &Offer) -> Rank<'a> {
        let quorum = Reverse(offer.quorum.as_ref().map(|quorum| quorum.view));
        let empty = self.is_empty_block(&offer.block);
        if self.view > 0 {
            let leaders = self.leaders(self.view);
            let place = leaders.iter().zip(0_u16..).find(|(at, _)| **at == leader);
            return (quorum, empty, Reverse(None), None, place.map_or(u16::MAX, |(_, rank)| rank));
        }
        let size = self.blocks.get(&offer.block).and_then(|block| block.size_rank);
        (quorum, empty, Reverse(size), self.draws.of(leader), leader)
    }

    /// At most one candidate is checked at a time.
    pub(super) fn check_candidate(&mut self, turn: &mut Turn<'_>, block: BlockId) {
        let ready = self.blocks.get(&block).is_some_and(|block| block.to_check().is_some());
        if ready && self.checking.is_none() {
            self.checking = Some(block);
            self.check(turn, block);
        }
    }

    fn cast_prepare(
        &mut self,
        turn: &mut Turn<'_>,
        block: BlockId,
        quorum: Option<Arc<Certificate>>,
    ) {
        let against = self.lock.is_some_and(|(_, locked)| locked != block);
        if let Some(quorum) = quorum.filter(|_| against) {
            self.keep_excuses(turn, &quorum);
        }
        self.own.prepared.push(block);
        self.cast(turn, Step::Prepare, block, None);
    }

    /// A9: what allowed it to leave its lock, and all it has locked on.
    fn keep_excuses(&mut self, turn: &mut Turn<'_>, quorum: &Certificate) {
        let mut excuses = vec![quorum.clone()];
        if !self.own.needs_excuse {
            excuses.extend(self.own.locked_on.iter().map(|quorum| Certificate::clone(quorum)));
        }
        self.own.needs_excuse = true;
        for excuse in excuses {
            turn.persist(WalRecord::Excuse(Box::new(excuse)), Said::Excuse);
        }
    }

    /// Signs a vote of the present view and logs it with what it rests on.
    pub(super) fn cast(
        &mut self,
        turn: &mut Turn<'_>,
        step: Step,
        block: BlockId,
        quorum: Option<Arc<Certificate>>,
    ) {
        let (round, view, Some(member)) = (self.setup.round, self.view, self.me()) else { return };
        let bytes = Place::acp(self.setup.chain, round, view).vote(step, block);
        let signature = turn.scheme.sign(&bytes);
        let vote = Vote { step, round, view, block, member, signature };
        let high = self.high.as_ref().map(|high| Box::new(Certificate::clone(high)));
        let record = WalRecord::Vote { vote: vote.clone(), lock: self.lock, high };
        turn.persist(record, Said::Vote(vote, quorum));
    }
}
