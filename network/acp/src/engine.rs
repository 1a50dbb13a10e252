//! The engine: from one round to the next.
//!
//! What happens inside a round stands in `round`. Here messages are sorted by round: those of the
//! present one are judged there, those of earlier ones are answered with what their senders lack,
//! those of later ones only say that this member is behind.

use crate::identity::Identity;
use crate::message::{Message, Proposal, Vote};
use crate::ports::{Engine, EngineStatus, Input, Output};
use crate::round::RoundState;
use crate::wal::WalRecord;
use core::cmp::Ordering;
use core::fmt;
use ed25519_dalek::SigningKey;
use ledger::{CertifiedHeader, Committee};
use std::collections::BTreeSet;
use types::{BlockId, ChainId, Round, Timestamp};

/// ACP with one proposer a round and view 0 only.
pub struct AcpEngine {
    identity: Identity,
    round: Option<RoundState>,
    recovered: Vec<WalRecord>,
    /// No vote up to this round.
    abstain: Round,
    newest: Option<Box<CertifiedHeader>>,
    /// Members that got their answer since the last tick: nobody can make this one talk more.
    answered: BTreeSet<u16>,
    /// Members whose being ahead was reported since the last tick.
    reported: BTreeSet<u16>,
    ticks: usize,
}

impl AcpEngine {
    /// An engine that waits for its first [`Input::Start`]; `recovered` is the whole log, in order.
    #[must_use]
    pub fn new(
        chain: ChainId,
        key: SigningKey,
        member: u16,
        committee: Committee,
        recovered: Vec<WalRecord>,
    ) -> Self {
        Self {
            identity: Identity::new(chain, key, member, committee),
            round: None,
            recovered,
            abstain: Round(0),
            newest: None,
            answered: BTreeSet::new(),
            reported: BTreeSet::new(),
            ticks: 0,
        }
    }

    /// Casts no vote from the next start up to this round, because what was said there may have
    /// been forgotten. It still proposes: every other member votes once, so that a second proposal
    /// cannot gather a second certificate, and nobody else may propose in its place.
    pub fn abstain_through(&mut self, round: Round) {
        self.abstain = round;
    }

    fn start(
        &mut self,
        round: Round,
        parent: BlockId,
        committee: Committee,
        out: &mut Vec<Output>,
    ) {
        self.identity.adopt(committee);
        // Records of later rounds stay: a chain store older than the log has yet to catch up.
        self.recovered.retain(|record| record.round() >= round);
        let (ours, later) =
            self.recovered.drain(..).partition(|record: &WalRecord| record.round() == round);
        self.recovered = later;
        let next_seq = self.round.as_ref().map_or(1, RoundState::next_seq);
        let mut state = RoundState::new(round, parent, round <= self.abstain, next_seq);
        state.restore(&self.identity, ours, out);
        self.round = Some(state);
    }

    fn receive(&mut self, from: u16, message: Message, out: &mut Vec<Output>) {
        if !self.identity.is_other_member(from) {
            return;
        }
        let Some(state) = &self.round else { return };
        let (at, decided) = (state.round(), state.is_decided());
        let round = match &message {
            Message::Proposal(proposal) => proposal.header.round,
            Message::Vote(vote) => vote.round,
            Message::Final(header) => header.header.round,
            Message::Status { round } => *round,
        };
        match round.cmp(&at) {
            Ordering::Greater if decided && round == at.next() => {}
            Ordering::Greater => self.ahead(from, round, &message, out),
            Ordering::Equal if !decided => self.judge(from, message, out),
            Ordering::Equal | Ordering::Less => self.behind(from, round, &message, out),
        }
    }

    /// A message of a later round: nothing of it is kept.
    fn ahead(&mut self, from: u16, round: Round, message: &Message, out: &mut Vec<Output>) {
        if !self.reported.contains(&from) && self.believes(message) {
            self.reported.insert(from);
            out.push(Output::NeedSync { round, from });
        }
    }

    /// A message of a round that is over here: its sender gets what it lacks.
    fn behind(&mut self, from: u16, round: Round, message: &Message, out: &mut Vec<Output>) {
        if matches!(message, Message::Final(_)) || !self.answered.insert(from) {
            return;
        }
        let answer = match &self.newest {
            Some(newest) if newest.header.round == round => Message::Final(newest.clone()),
            Some(_) | None => Message::Status { round: self.status().round },
        };
        out.push(Output::SendTo(from, answer));
    }

    fn believes(&self, message: &Message) -> bool {
        match message {
            Message::Proposal(p) => self.identity.believes_proposal(p, p.header.id()),
            Message::Vote(vote) => self.identity.believes_vote(vote),
            Message::Final(header) => self.identity.believes_final(header),
            // Unsigned, but from the member that the connection proves.
            Message::Status { .. } => true,
        }
    }

    fn judge(&mut self, from: u16, message: Message, out: &mut Vec<Output>) {
        match message {
            Message::Proposal(proposal) => self.on_proposal(*proposal, out),
            Message::Vote(vote) => self.on_vote(&vote),
            Message::Final(header) => self.on_final(from, header, out),
            Message::Status { .. } => {}
        }
    }

    fn on_proposal(&mut self, proposal: Proposal, out: &mut Vec<Output>) {
        if let Some(state) = &mut self.round {
            state.on_proposal(&self.identity, proposal, out);
        }
    }

    fn on_vote(&mut self, vote: &Vote) {
        if let Some(state) = &mut self.round {
            state.on_vote(&self.identity, vote);
        }
    }

    fn on_final(&mut self, from: u16, header: Box<CertifiedHeader>, out: &mut Vec<Output>) {
        if let Some(state) = &mut self.round
            && self.identity.believes_final(&header)
        {
            state.on_final(from, header, out);
        }
    }

    fn tick(&mut self, out: &mut Vec<Output>) {
        self.answered.clear();
        self.reported.clear();
        self.ticks = self.ticks.wrapping_add(1);
        if let Some(state) = &self.round {
            state.repeat(&self.identity, self.ticks, out);
        }
    }

    /// Applies the rules until none of them has anything to do.
    fn advance(&mut self, out: &mut Vec<Output>) {
        let Some(state) = &mut self.round else { return };
        let Some(end) = state.advance(&self.identity, out) else { return };
        // The last votes of this round are still on their way to us; only a member that repeats
        // itself after the next tick has missed something.
        self.answered = self.identity.others().collect();
        self.newest = Some(end.clone());
        out.push(Output::Final(end));
    }
}

impl Engine for AcpEngine {
    fn step(&mut self, _now: Timestamp, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Start { round, parent, committee } => self.start(round, parent, committee, out),
            Input::Built { header, body } => {
                if let Some(state) = &mut self.round {
                    state.on_built(&self.identity, header, body, out);
                }
            }
            Input::Net { from, message } => self.receive(from, message, out),
            Input::Checked { block, valid } => {
                if let Some(state) = &mut self.round {
                    state.on_checked(block, valid);
                }
            }
            Input::Persisted(seq) => {
                if let Some(state) = &mut self.round {
                    state.on_persisted(&self.identity, seq, out);
                }
            }
            Input::Tick => self.tick(out),
        }
        self.advance(out);
    }

    fn status(&self) -> EngineStatus {
        self.round.as_ref().map(RoundState::status).unwrap_or_default()
    }
}

/// Shows where it stands, never its key.
impl fmt::Debug for AcpEngine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AcpEngine")
            .field("member", &self.identity.member)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}
