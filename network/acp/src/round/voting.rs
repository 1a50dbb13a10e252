//! The rules of a round: when a member votes, what it logs first, when the round is over, and what
//! it repeats until then.
//!
//! A vote is logged before it counts or leaves, and there is one vote a step, whatever happens: two
//! quorums share an honest member, and that one votes once. Nothing here looks at a clock.

use super::{OwnVote, RoundState, Verdict, Waiting};
use crate::identity::Identity;
use crate::message::Message;
use crate::ports::Output;
use crate::wal::WalRecord;
use ledger::{CertifiedHeader, Step};
use types::BlockId;

impl RoundState {
    /// Votes and decides as far as the rules allow; returns the end of the round, once.
    pub(crate) fn advance(
        &mut self,
        me: &Identity,
        out: &mut Vec<Output>,
    ) -> Option<Box<CertifiedHeader>> {
        if self.decided {
            return None;
        }
        let valid = self.held.as_ref().filter(|held| held.verdict == Verdict::Valid)?.id;
        if self.own_prepare.is_none() && self.own_commit.is_none() {
            self.cast(me, Step::Prepare, valid, out);
        }
        if self.own_commit.is_none() && self.prepares.winner(me.quorum()) == Some(valid) {
            self.cast(me, Step::Commit, valid, out);
        }
        self.decide(me, valid)
    }

    fn cast(&mut self, me: &Identity, step: Step, block: BlockId, out: &mut Vec<Output>) {
        if self.silent {
            return;
        }
        self.log_proposal(out);
        let vote = me.vote(step, self.round, block);
        let lock = match step {
            Step::Prepare => None,
            Step::Commit => Some((0, block)),
        };
        *self.own(step) = Some(OwnVote { vote: vote.clone(), durable: false });
        self.log(WalRecord::Vote { vote, lock }, Waiting::Vote(step), out);
    }

    fn decide(&mut self, me: &Identity, valid: BlockId) -> Option<Box<CertifiedHeader>> {
        let heard = self.certificate.take_if(|heard| heard.certificate.block == valid);
        let end = match heard {
            Some(heard) => heard,
            None if self.commits.winner(me.quorum()) == Some(valid) => {
                let header = self.held.as_ref()?.proposal.header.clone();
                let size = me.committee.size();
                let certificate = self.commits.certificate(self.round, valid, size);
                Box::new(CertifiedHeader { header, certificate })
            }
            None => return None,
        };
        self.decided = true;
        Some(end)
    }

    /// Logs the held proposal, unless that has been done.
    pub(super) fn log_proposal(&mut self, out: &mut Vec<Output>) {
        if let Some(held) = self.held.as_mut().filter(|held| !held.logged) {
            held.logged = true;
            let record = WalRecord::Proposal(held.proposal.clone());
            self.log(record, Waiting::Proposal, out);
        }
    }

    fn log(&mut self, record: WalRecord, waiting: Waiting, out: &mut Vec<Output>) {
        let seq = self.next_seq;
        self.next_seq = seq.saturating_add(1);
        self.waiting.push((seq, waiting));
        out.push(Output::Persist { seq, record });
    }

    /// Lets out what has become durable.
    pub(crate) fn on_persisted(&mut self, me: &Identity, seq: u64, out: &mut Vec<Output>) {
        let (done, waiting): (Vec<_>, Vec<_>) =
            self.waiting.drain(..).partition(|(at, _)| *at <= seq);
        self.waiting = waiting;
        for (_, what) in done {
            match what {
                Waiting::Proposal => self.release_proposal(me, out),
                Waiting::Vote(step) => self.release_vote(step, out),
            }
        }
    }

    fn release_proposal(&mut self, me: &Identity, out: &mut Vec<Output>) {
        if let Some(held) = &self.held
            && held.proposal.header.proposer == me.member
        {
            self.proposed = true;
            out.push(Output::Broadcast(Message::Proposal(held.proposal.clone())));
        }
    }

    fn release_vote(&mut self, step: Step, out: &mut Vec<Output>) {
        let Some(own) = self.own(step) else { return };
        own.durable = true;
        let vote = own.vote.clone();
        self.tally(step).add(vote.member, vote.block, vote.signature);
        if !self.decided {
            out.push(Output::Broadcast(Message::Vote(vote)));
        }
    }

    /// Says again what was said in this round. `ticks` only takes turns among those that pass a
    /// foreign proposal on.
    pub(crate) fn repeat(&self, me: &Identity, ticks: usize, out: &mut Vec<Output>) {
        if self.decided {
            return;
        }
        let said = [&self.own_prepare, &self.own_commit];
        let votes: Vec<_> = said.into_iter().flatten().filter(|own| own.durable).collect();
        if votes.is_empty() {
            out.push(Output::Broadcast(Message::Status { round: self.round }));
        }
        for own in votes {
            out.push(Output::Broadcast(Message::Vote(own.vote.clone())));
        }
        self.repeat_proposal(me, ticks, out);
        self.ask_for_missing_block(out, me);
    }

    /// The proposer sends its proposal to everybody who has not voted for it. A member locked on
    /// the block does so too when its turn comes: the round must not hang on a proposer that
    /// stopped after a quorum had prepared.
    fn repeat_proposal(&self, me: &Identity, ticks: usize, out: &mut Vec<Output>) {
        let Some(held) = self.held.as_ref().filter(|held| held.logged) else { return };
        let locked = self.own_commit.as_ref();
        let locked = locked.is_some_and(|own| own.durable && own.vote.block == held.id);
        let turn = ticks.checked_rem(me.committee.size()) == Some(usize::from(me.member));
        let speaks = self.proposed || (locked && turn);
        if !speaks {
            return;
        }
        for member in me.others() {
            if !self.prepares.has_for(member, held.id) && !self.commits.has_for(member, held.id) {
                let proposal = Message::Proposal(held.proposal.clone());
                out.push(Output::SendTo(member, proposal));
            }
        }
    }

    /// A quorum has committed to a block that is not the one held here.
    fn ask_for_missing_block(&self, out: &mut Vec<Output>, me: &Identity) {
        let heard = self.certificate.as_ref().map(|heard| heard.certificate.block);
        let Some(block) = heard.or_else(|| self.commits.winner(me.quorum())) else { return };
        let missing = self.held.as_ref().is_none_or(|held| held.id != block);
        let from = self.commits.supporter(block).filter(|member| *member != me.member);
        if let Some(from) = from.or_else(|| me.others().next()).filter(|_| missing) {
            out.push(Output::NeedSync { round: self.round, from });
        }
    }
}
