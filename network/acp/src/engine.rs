//! The engine: rounds one after another, and messages sorted by round.
//!
//! A message of this round goes to the round, one of the next is kept, one of a later round means
//! that this member is behind; whoever works on a round that is over gets its end.

use crate::blocks::Blocks;
use crate::early::Early;
use crate::log::Log;
use crate::message::{Message, Ticket};
use crate::ports::{Engine, EngineStatus, Input, Output, RoundSetup, Scheme, Timer};
use crate::round::RoundState;
use crate::rules::{Rules, Sound};
use crate::timing::Timing;
use crate::turn::Turn;
use crate::wal::WalRecord;
use ledger::{CertifiedHeader, Place, Step, ticket_input};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;
use types::{Round, Timestamp};

/// How many past rounds are answered from memory; who is further behind fetches from the chain.
const REMEMBERED: usize = 64;

/// The engine that a manager runs.
pub type SoundEngine<S> = AcpEngine<Sound, S>;

/// ACP-S under given rules. Copies are for those who explore what it may do: a member runs one.
#[derive(Clone)]
pub struct AcpEngine<R, S> {
    rules: R,
    scheme: S,
    timing: Timing,
    recovered: Vec<WalRecord>,
    log: Log,
    round: Option<RoundState>,
    early: Early,
    /// Said again each second while the round lasts.
    tickets: Vec<Ticket>,
    ends: BTreeMap<Round, Arc<CertifiedHeader>>,
    /// Members answered since the last repetition.
    answered: BTreeSet<u16>,
    /// Members whose Commit for a block that is final came late, in the last round.
    late: BTreeSet<u16>,
    /// Repetitions so far.
    beat: u64,
    /// Members reported as ahead since the last repetition.
    ahead: BTreeSet<u16>,
}

impl<R: Rules, S: Scheme> AcpEngine<R, S> {
    /// An engine that has said what stands in `recovered`, in order; it waits for
    /// [`Input::Start`].
    #[must_use]
    pub fn new(rules: R, scheme: S, timing: Timing, recovered: Vec<WalRecord>) -> Self {
        Self {
            rules,
            scheme,
            timing,
            recovered,
            log: Log::default(),
            round: None,
            early: Early::default(),
            tickets: Vec::new(),
            ends: BTreeMap::new(),
            answered: BTreeSet::new(),
            late: BTreeSet::new(),
            beat: 0,
            ahead: BTreeSet::new(),
        }
    }

    /// The member's secrets.
    pub const fn scheme(&self) -> &S {
        &self.scheme
    }

    /// Lets the round act, then does all that follows.
    fn with_round(
        &mut self,
        now: Timestamp,
        out: &mut Vec<Output>,
        act: impl FnOnce(&mut RoundState, &mut Turn<'_>),
    ) {
        let Some(round) = self.round.as_mut() else { return };
        let (rules, scheme, timing) = (&self.rules, &self.scheme, &self.timing);
        let (beat, log) = (self.beat, &mut self.log);
        let mut turn = Turn { rules, scheme, timing, now, beat, log, out };
        act(round, &mut turn);
        round.advance(&mut turn);
    }

    fn start(&mut self, now: Timestamp, setup: RoundSetup, out: &mut Vec<Output>) {
        let past = self.round.as_ref().map(|round| round.setup().round);
        if past.is_some_and(|past| past >= setup.round) {
            return;
        }
        let (number, quorum) = (setup.round, self.rules.quorum(&setup.committee));
        let ticket = self.draw(&setup);
        let (draws, messages) = self.early.take(number);
        let blocks = self.leave_round();
        self.early.begin(number.next());
        self.draw_next(&setup);
        let log = self.take_log(number);
        self.round = Some(RoundState::new(setup, quorum, blocks, draws));
        let tickets = self.tickets.clone();
        self.with_round(now, out, |round, turn| {
            round.say_tickets(turn, &tickets);
            round.begin(turn, log, ticket);
        });
        for (from, message) in messages {
            self.with_round(now, out, |round, turn| {
                round.on_input(turn, Input::Net { from, message });
            });
        }
    }

    /// Remembers the end of the present round, and keeps the bodies at hand.
    fn leave_round(&mut self) -> Blocks {
        let Some(round) = self.round.take() else { return Blocks::default() };
        self.late.clear();
        if let Some(end) = round.end() {
            self.ends.insert(end.header.round, Arc::clone(end));
        }
        while self.ends.len() > REMEMBERED {
            self.ends.pop_first();
        }
        round.into_blocks()
    }

    /// The records of this round; older ones have done their duty.
    fn take_log(&mut self, round: Round) -> Vec<WalRecord> {
        let records = std::mem::take(&mut self.recovered);
        let (later, due): (Vec<_>, Vec<_>) =
            records.into_iter().partition(|record| record.round() > round);
        self.recovered = later;
        due.into_iter().filter(|record| record.round() == round).collect()
    }

    /// The own ticket for this round. Others know it since the round before, unless this is the
    /// first one here: then it is said now.
    fn draw(&mut self, setup: &RoundSetup) -> Option<[u8; 80]> {
        self.tickets.clear();
        let known = self.early.own(setup.round, &setup.draw_from).map(|ticket| ticket.proof);
        known.or_else(|| {
            let ticket = self.ticket(setup, setup.round, (setup.member?, &setup.draw_from));
            self.tickets.push(ticket.clone());
            Some(ticket.proof)
        })
    }

    fn draw_next(&mut self, setup: &RoundSetup) {
        if let Some(member) = setup.next_member {
            let next = setup.round.next();
            let ticket = self.ticket(setup, next, (member, &setup.next_draw_from));
            self.early.draw(member, self.scheme.output(&ticket.proof));
            self.early.keep_own(ticket.clone(), setup.next_draw_from);
            self.tickets.push(ticket);
        }
    }

    fn ticket(&self, setup: &RoundSetup, round: Round, draw: (u16, &[u8; 32])) -> Ticket {
        let (member, from) = draw;
        let proof = self.scheme.prove(&ticket_input(from, round));
        let signature = self.scheme.sign(&Place::acp(setup.chain, round, 0).ticket(&proof));
        Ticket { round, member, proof, signature }
    }

    fn receive(&mut self, now: Timestamp, from: u16, message: Message, out: &mut Vec<Output>) {
        let Some(setup) = self.round.as_ref().map(RoundState::setup) else { return };
        if setup.member == Some(from) {
            return;
        }
        let (here, said) = (setup.round, message.round());
        // A ticket is said a round ahead: its sender need not be further than we are.
        if let Message::Ticket(ticket) = &message
            && said > here
        {
            self.keep_draw(ticket);
            return;
        }
        match said.cmp(&here) {
            Ordering::Equal => self.with_round(now, out, |round, turn| {
                round.on_input(turn, Input::Net { from, message });
            }),
            Ordering::Less => self.answer_past(now, from, &message, out),
            Ordering::Greater if said == here.next() => self.keep_early(from, message, out),
            Ordering::Greater => self.report_ahead(from, said, out),
        }
    }

    fn keep_draw(&mut self, ticket: &Ticket) {
        let here = self.round.as_ref().map(|round| round.setup().round.next());
        if here == Some(ticket.round) {
            self.early.draw(ticket.member, self.scheme.output(&ticket.proof));
        }
    }

    fn keep_early(&mut self, from: u16, message: Message, out: &mut Vec<Output>) {
        if let Message::Final(end) = &message {
            // The next round is over elsewhere.
            self.report_ahead(from, end.header.round, out);
        }
        self.early.keep(from, message);
    }

    fn report_ahead(&mut self, from: u16, round: Round, out: &mut Vec<Output>) {
        if self.ahead.insert(from) {
            out.push(Output::NeedSync { round, from });
        }
    }

    /// C.6: the end of that round, or where this member is.
    fn answer_past(&mut self, now: Timestamp, from: u16, message: &Message, out: &mut Vec<Output>) {
        let end = self.ends.get(&message.round()).map(|end| CertifiedHeader::clone(end));
        let behind = !matches!(message, Message::Ticket(_) | Message::Final(_));
        if !behind || self.is_only_late(end.as_ref(), message) || !self.answered.insert(from) {
            return;
        }
        self.with_round(now, out, |round, turn| {
            let answer = match end {
                Some(end) => Message::Final(Box::new(end)),
                None => Message::Status(Box::new(round.to_status())),
            };
            turn.send_to(from, answer);
        });
    }

    /// The first copy of a Commit for the block that is final: its sender was slower, not behind.
    fn is_only_late(&mut self, end: Option<&CertifiedHeader>, message: &Message) -> bool {
        let (Some(end), Message::Vote(vote)) = (end, message) else { return false };
        let same = vote.block == end.certificate.block && vote.step == Step::Commit;
        same && self.late.insert(vote.member)
    }

    fn repeat(&mut self, now: Timestamp, out: &mut Vec<Output>) {
        self.answered.clear();
        self.ahead.clear();
        self.beat = self.beat.wrapping_add(1);
        let tickets = std::mem::take(&mut self.tickets);
        self.with_round(now, out, |round, turn| {
            round.on_input(turn, Input::Timer(Timer::Repeat));
            if round.repeats_tickets(turn) {
                round.say_tickets(turn, &tickets);
            }
        });
        self.tickets = tickets;
    }

    fn persisted(&mut self, now: Timestamp, seq: u64, out: &mut Vec<Output>) {
        while let Some((of, said)) = self.log.release(seq, out) {
            self.with_round(now, out, |round, turn| {
                if round.setup().round == of {
                    round.release(turn, said);
                }
            });
        }
    }
}

impl<R: Rules, S: Scheme> Engine for AcpEngine<R, S> {
    fn step(&mut self, now: Timestamp, input: Input, out: &mut Vec<Output>) {
        match input {
            Input::Start(setup) => self.start(now, *setup, out),
            Input::Net { from, message } => self.receive(now, from, message, out),
            Input::Persisted(seq) => self.persisted(now, seq, out),
            Input::Timer(Timer::Repeat) => self.repeat(now, out),
            input @ (Input::Built { .. }
            | Input::Header(_)
            | Input::Held { .. }
            | Input::Checked { .. }
            | Input::Timer(_)) => {
                self.with_round(now, out, |round, turn| round.on_input(turn, input));
            }
        }
    }

    fn status(&self) -> EngineStatus {
        self.round.as_ref().map(RoundState::status).unwrap_or_default()
    }
}

/// Shows where it stands, never its secrets.
impl<R, S> fmt::Debug for AcpEngine<R, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let status = self.round.as_ref().map(RoundState::status);
        f.debug_struct("AcpEngine").field("status", &status).finish_non_exhaustive()
    }
}
