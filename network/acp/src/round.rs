//! One round as one member sees it: what it holds, has heard and has said.
//!
//! The engine feeds it what concerns this round; after each input [`RoundState::advance`] asks the
//! rules, each in its own file, what follows. What is kept is bounded by the committee (C.7).

mod commit;
mod enter;
mod evidence;
mod hear;
mod know;
mod pacemaker;
mod prepare;
mod propose;
mod repeat;
mod restore;

use crate::blocks::{Block, Blocks, Verdict};
use crate::draws::Draws;
use crate::log::Said;
use crate::message::{NewView, Proposal, Vote};
use crate::ports::{EngineStatus, Input, RoundSetup, Timer};
use crate::tally::Tally;
use crate::turn::Turn;
use evidence::Convicted;
use ledger::{Certificate, CertifiedHeader, Step};
use pacemaker::Pace;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use types::{BlockId, Timestamp};

/// Views behind the present one whose votes still count: a Commit that comes just after its view
/// still ends the round.
const BEHIND: u32 = 4;

/// A leader's proposal.
#[derive(Debug, Clone)]
struct Offer {
    block: BlockId,
    quorum: Option<Arc<Certificate>>,
    signature: [u8; 64],
}

/// What this member has said in this round.
#[derive(Debug, Clone, Default)]
struct Own {
    /// Highest view of a NewView, durable or not: it never votes below (R7).
    announced: u32,
    /// The last NewView that is durable.
    new_view: Option<Box<NewView>>,
    /// The last proposal that is durable.
    proposal: Option<Box<Proposal>>,
    /// Views proposed in.
    proposed: BTreeSet<u32>,
    /// Durable votes of the present view.
    votes: Vec<Vote>,
    /// Prepared in the present view.
    prepared: Vec<BlockId>,
    /// Committed in the present view.
    committed: bool,
    /// Prepare quorums it has locked on, and how many of them the log keeps as excuses.
    locked_on: Vec<Arc<Certificate>>,
    /// It has prepared against its lock: what it locks on is kept.
    needs_excuse: bool,
    ticket: Option<[u8; 80]>,
    /// It has asked for a block.
    builds: bool,
}

/// Timers of the present view that have run out.
#[derive(Debug, Clone, Default)]
struct RunOut {
    propose: bool,
    lead: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct RoundState {
    setup: RoundSetup,
    empty: BlockId,
    quorum: usize,
    view: u32,
    started: bool,
    end: Option<Arc<CertifiedHeader>>,
    own: Own,
    lock: Option<(u32, BlockId)>,
    high: Option<Arc<Certificate>>,
    /// The Prepare quorum of the present view.
    present: Option<Arc<Certificate>>,
    /// A Commit quorum; the round ends once its header is known.
    decision: Option<Arc<Certificate>>,
    blocks: Blocks,
    draws: Draws,
    offers: BTreeMap<(u32, u16), Offer>,
    tallies: BTreeMap<(u32, Step), Tally>,
    /// Quorums whose votes have been counted.
    counted: BTreeSet<(Step, u32, BlockId)>,
    pace: Pace,
    /// Members that have said something in this round (R6).
    awake: BTreeSet<u16>,
    run_out: RunOut,
    /// The candidate that is being checked.
    checking: Option<BlockId>,
    fetch_timer: bool,
    convicted: Convicted,
    answered: BTreeSet<u16>,
    repeats: u64,
}

impl RoundState {
    /// A round that nobody has said anything in. `blocks` are those of the round before.
    pub(crate) fn new(setup: RoundSetup, quorum: usize, blocks: Blocks, draws: Draws) -> Self {
        let empty = setup.empty.id();
        let pace = Pace::new(&setup.committee, quorum);
        let mut round = Self {
            empty,
            quorum,
            view: 0,
            started: false,
            end: None,
            own: Own::default(),
            lock: None,
            high: None,
            present: None,
            decision: None,
            blocks: Blocks::after(blocks),
            draws,
            offers: BTreeMap::new(),
            tallies: BTreeMap::new(),
            counted: BTreeSet::new(),
            pace,
            awake: BTreeSet::new(),
            run_out: RunOut::default(),
            checking: None,
            fetch_timer: false,
            convicted: Convicted::default(),
            answered: BTreeSet::new(),
            repeats: 0,
            setup,
        };
        let header = Some(Arc::new(round.setup.empty.clone()));
        let verdict = Verdict::Valid;
        *round.blocks.know(empty) =
            Block { header, size_rank: Some(0), verdict, ..Block::default() };
        round
    }

    pub(crate) const fn setup(&self) -> &RoundSetup {
        &self.setup
    }

    /// The block that ended the round.
    pub(crate) const fn end(&self) -> Option<&Arc<CertifiedHeader>> {
        self.end.as_ref()
    }

    /// The bodies at hand, for the round that follows.
    pub(crate) fn into_blocks(self) -> Blocks {
        self.blocks
    }

    fn me(&self) -> Option<u16> {
        self.setup.member
    }

    fn size(&self) -> usize {
        self.setup.committee.size()
    }

    /// True if this member may say anything that binds it.
    fn speaks(&self) -> bool {
        self.setup.member.is_some() && self.setup.may_speak
    }

    /// R7: it votes in its view only, never after it has announced a later one.
    fn may_vote(&self, turn: &Turn<'_>) -> bool {
        let speaks = self.started && self.speaks() && self.end.is_none();
        speaks && turn.rules.votes_after(self.own.announced, self.view)
    }

    /// C.7: views whose votes and proposals are kept.
    fn keeps(&self, view: u32) -> bool {
        let ahead = u32::try_from(self.size().saturating_mul(2)).unwrap_or(u32::MAX);
        let (from, to) = (self.view.saturating_sub(BEHIND), self.view.saturating_add(ahead));
        (from..=to).contains(&view)
    }

    pub(crate) fn on_input(&mut self, turn: &mut Turn<'_>, input: Input) {
        match input {
            Input::Net { from, message } => self.hear(turn, from, message),
            Input::Built { header, size_rank } => self.on_built(turn, header, size_rank),
            Input::Header(header) => self.on_header(turn, *header),
            Input::Held { block, size_rank } => {
                self.blocks.hold(block, size_rank);
                self.check_backed(turn, block);
            }
            Input::Checked { block, valid } => {
                self.blocks.judge(&block, valid);
                self.checking = self.checking.filter(|checking| *checking != block);
            }
            Input::Timer(timer) => self.on_timer(turn, timer),
            // The engine's own.
            Input::Start(_) | Input::Persisted(_) => {}
        }
    }

    fn on_timer(&mut self, turn: &mut Turn<'_>, timer: Timer) {
        match timer {
            Timer::Start => self.try_to_start(turn),
            Timer::Propose(view) => self.run_out.propose |= view == self.view,
            Timer::Lead(view) => self.run_out.lead |= view == self.view,
            Timer::View(view) => self.on_view_timer(turn, view),
            Timer::Backup => self.on_backup(turn),
            Timer::Repeat => self.on_repeat(turn),
            Timer::Slow => self.on_slow(turn),
            Timer::Fetch => self.fetch_late_bodies(turn),
        }
    }

    /// Does all that follows from what is known now.
    pub(crate) fn advance(&mut self, turn: &mut Turn<'_>) {
        if self.end.is_some() {
            return;
        }
        self.decide(turn);
        if self.end.is_some() || !self.started {
            return;
        }
        self.keep_pace(turn);
        self.commit(turn);
        self.prepare(turn);
        self.lead(turn);
    }

    /// A statement of this member is durable: it counts, and is sent.
    pub(crate) fn release(&mut self, turn: &mut Turn<'_>, said: Said) {
        match said {
            Said::Proposal(proposal) => self.release_proposal(turn, proposal),
            Said::Vote(vote, quorum) => self.release_vote(turn, vote, quorum.as_deref()),
            Said::NewView(new_view) => self.release_new_view(turn, new_view),
            Said::Excuse => {}
        }
    }

    pub(crate) fn status(&self) -> EngineStatus {
        let of = |step| self.tallies.get(&(self.view, step)).map(Tally::members);
        EngineStatus {
            round: self.setup.round,
            view: self.view,
            locked: self.lock,
            high: self.high.as_ref().map(|quorum| (quorum.view, quorum.block)),
            prepares: of(Step::Prepare).unwrap_or_default(),
            commits: of(Step::Commit).unwrap_or_default(),
            decided: self.end.is_some(),
        }
    }

    fn time_left(&self, now: Timestamp) -> u64 {
        self.setup.not_before.millis_since(now)
    }
}
