//! One round as one member sees it: what it holds, has heard and has said.
//!
//! The engine feeds it what concerns this round, and asks `voting` after each input what follows.
//! At most one proposal and one vote per member and step are kept, whatever is sent.

mod voting;

use crate::identity::{Identity, body_of};
use crate::message::{Proposal, Vote};
use crate::ports::{EngineStatus, Output};
use crate::tally::Tally;
use crate::wal::WalRecord;
use ledger::{CertifiedHeader, Header, Step};
use types::{BlockId, Round};

/// What the manager has said about the proposal that is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Open,
    Valid,
    Refused,
}

#[derive(Debug)]
struct Held {
    proposal: Box<Proposal>,
    id: BlockId,
    verdict: Verdict,
    logged: bool,
}

#[derive(Debug)]
struct OwnVote {
    vote: Vote,
    durable: bool,
}

/// What becomes true once a record is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Waiting {
    Proposal,
    Vote(Step),
}

#[derive(Debug)]
pub(crate) struct RoundState {
    round: Round,
    parent: BlockId,
    silent: bool,
    held: Option<Held>,
    /// Set once the held proposal is this member's own and durable.
    proposed: bool,
    prepares: Tally,
    commits: Tally,
    own_prepare: Option<OwnVote>,
    own_commit: Option<OwnVote>,
    /// Records on their way to the disk.
    waiting: Vec<(u64, Waiting)>,
    next_seq: u64,
    /// A certificate that came before its block was checked here.
    certificate: Option<Box<CertifiedHeader>>,
    decided: bool,
}

impl RoundState {
    pub(crate) fn new(round: Round, parent: BlockId, silent: bool, next_seq: u64) -> Self {
        Self {
            round,
            parent,
            silent,
            held: None,
            proposed: false,
            prepares: Tally::default(),
            commits: Tally::default(),
            own_prepare: None,
            own_commit: None,
            waiting: Vec::new(),
            next_seq,
            certificate: None,
            decided: false,
        }
    }

    pub(crate) const fn round(&self) -> Round {
        self.round
    }

    /// The number of the next log record; goes on in the next round.
    pub(crate) const fn next_seq(&self) -> u64 {
        self.next_seq
    }

    pub(crate) const fn is_decided(&self) -> bool {
        self.decided
    }

    pub(crate) fn status(&self) -> EngineStatus {
        EngineStatus {
            round: self.round,
            proposal: self.held.as_ref().map(|held| held.id),
            prepared: self.own_prepare.as_ref().map(|own| own.vote.block),
            locked: self.own_commit.as_ref().map(|own| own.vote.block),
            prepares: self.prepares.len(),
            commits: self.commits.len(),
            decided: self.decided,
        }
    }

    /// Takes up what the log holds of this round, and asks for a block if nothing was proposed yet.
    pub(crate) fn restore(&mut self, me: &Identity, log: Vec<WalRecord>, out: &mut Vec<Output>) {
        for record in log {
            match record {
                WalRecord::Proposal(proposal) => {
                    self.proposed = proposal.header.proposer == me.member;
                    let id = proposal.header.id();
                    self.held = Some(Held { proposal, id, verdict: Verdict::Open, logged: true });
                }
                WalRecord::Vote { vote, .. } => {
                    self.tally(vote.step).add(vote.member, vote.block, vote.signature);
                    let step = vote.step;
                    *self.own(step) = Some(OwnVote { vote, durable: true });
                }
            }
        }
        match &self.held {
            // The outcome of executing it was lost with the process.
            Some(held) => {
                if let Some(body) = body_of(&held.proposal) {
                    out.push(Output::Check { header: held.proposal.header.clone(), body });
                }
                self.repeat(me, 0, out);
            }
            None if me.proposes(self.round) => out.push(Output::Build { round: self.round }),
            None => {}
        }
    }

    pub(crate) fn on_built(
        &mut self,
        me: &Identity,
        header: Header,
        body: Vec<u8>,
        out: &mut Vec<Output>,
    ) {
        let due = !self.decided && self.held.is_none() && me.proposes(self.round);
        if !due || !self.fits(me, &header) {
            return;
        }
        let proposal = Box::new(me.propose(header, body));
        let id = proposal.header.id();
        self.held = Some(Held { proposal, id, verdict: Verdict::Valid, logged: false });
        self.log_proposal(out);
    }

    pub(crate) fn on_proposal(&mut self, me: &Identity, proposal: Proposal, out: &mut Vec<Output>) {
        let id = proposal.header.id();
        if !self.has_room_for(me, id)
            || !self.fits(me, &proposal.header)
            || !me.believes_proposal(&proposal, id)
        {
            return;
        }
        let Some(body) = body_of(&proposal) else { return };
        out.push(Output::Check { header: proposal.header.clone(), body });
        let proposal = Box::new(proposal);
        self.held = Some(Held { proposal, id, verdict: Verdict::Open, logged: false });
    }

    /// One proposal is held. A proposer that signed two can lock members out with the one they saw
    /// first; once a quorum has prepared the other, that one takes its place.
    fn has_room_for(&self, me: &Identity, id: BlockId) -> bool {
        let prepared = self.own_prepare.as_ref().map(|own| own.vote.block);
        match &self.held {
            Some(held) if held.id == id => false,
            Some(_) => self.prepares.winner(me.quorum()) == Some(id),
            None => {
                prepared.is_none_or(|block| block == id)
                    || self.prepares.winner(me.quorum()) == Some(id)
            }
        }
    }

    fn fits(&self, me: &Identity, header: &Header) -> bool {
        header.check(me.chain, &me.committee).is_ok()
            && header.round == self.round
            && header.parent == self.parent
            && header.proposer == me.committee.proposer(self.round)
    }

    pub(crate) fn on_vote(&mut self, me: &Identity, vote: &Vote) {
        // The tally is asked first: a signature is only checked for a vote that would count.
        if vote.member == me.member || self.tally(vote.step).has(vote.member) {
            return;
        }
        if me.believes_vote(vote) {
            self.tally(vote.step).add(vote.member, vote.block, vote.signature);
        }
    }

    /// Takes a certificate that has been verified.
    pub(crate) fn on_final(
        &mut self,
        from: u16,
        header: Box<CertifiedHeader>,
        out: &mut Vec<Output>,
    ) {
        if header.header.parent != self.parent || self.certificate.is_some() {
            return;
        }
        if self.held.as_ref().is_none_or(|held| held.id != header.certificate.block) {
            out.push(Output::NeedSync { round: self.round, from });
        }
        self.certificate = Some(header);
    }

    fn tally(&mut self, step: Step) -> &mut Tally {
        match step {
            Step::Prepare => &mut self.prepares,
            Step::Commit => &mut self.commits,
        }
    }

    fn own(&mut self, step: Step) -> &mut Option<OwnVote> {
        match step {
            Step::Prepare => &mut self.own_prepare,
            Step::Commit => &mut self.own_commit,
        }
    }

    pub(crate) fn on_checked(&mut self, block: BlockId, valid: bool) {
        if let Some(held) = self.held.as_mut().filter(|held| held.id == block) {
            held.verdict = if valid { Verdict::Valid } else { Verdict::Refused };
        }
    }
}
