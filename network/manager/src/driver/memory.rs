//! What this folder may have forgotten.
//!
//! A folder may be empty in the place of one that was lost, or put back to an older copy. Nobody
//! knows then what was said from the other, and saying something else could make two blocks final.
//! It shows by a final block that carries a vote of ours that the log does not know. From then on
//! this member casts no vote until a quorum of other members have said that they have no block that
//! it lacks, and none in the two rounds after: whatever was said before was said in those or
//! earlier, because a member votes in a round only once a quorum has decided the one before
//! (`acp-corrections.md` A8). Two members that sit out at once halt a small network, so mere
//! lateness must not look like forgetting.
//!
//! A folder that was put back would also speak in rounds that are long over, and others keep what was
//! said in them. So nothing is said before enough members, asked when the files were opened, have
//! said that they have no block that is missing here. It costs no time to speak of: without so many
//! members no round ends.

use super::{Driver, Halt};
use crate::clock;
use crate::wal::{Record, Recovered};
use acp::WalRecord;
use ledger::{CertifiedHeader, Committee, Step};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};
use types::{Round, WorkerId};

/// Stands in the log instead of a round: it is not known yet how long to abstain.
pub(crate) const UNKNOWN: Round = Round(u64::MAX);
/// Rounds without a vote behind the one in which all is known.
const SIT_OUT: u64 = 2;
/// A manager that has never taken part in a block, where the first is as old as this, replaces another.
const GROWN_MS: u64 = 60_000;

/// Between two questions to members that have not answered.
const ASK_AGAIN: Duration = Duration::from_millis(200);

/// A look around before anything is said.
#[derive(Debug, Default)]
pub(super) struct Around {
    heard: Heard,
    asked: Option<Instant>,
}

/// How far other members were when they were asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Heard(BTreeMap<WorkerId, Round>);

impl Heard {
    /// The first word of each counts: it was said after what may be forgotten.
    fn note(&mut self, member: WorkerId, tip: Round) {
        self.0.entry(member).or_insert(tip);
    }

    /// Those that had no block behind this round.
    pub(super) fn up_to(&self, tip: Round) -> BTreeSet<WorkerId> {
        self.0.iter().filter(|(_, said)| **said <= tip).map(|(member, _)| *member).collect()
    }

    /// How many of them decide.
    fn members(&self, tip: Round, committee: &Committee) -> usize {
        self.up_to(tip).iter().filter(|member| committee.position(&member.0).is_some()).count()
    }
}

/// How far what the folder holds is all that this member has said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Memory {
    /// It is.
    Whole,
    /// Nothing speaks against it so far.
    Unproven {
        /// The newest block when the files were opened.
        tip: Round,
        /// The latest round of a Commit vote in the log, 0 for none.
        committed: Round,
    },
    /// It may not be. What members have said since.
    Doubtful(Heard),
}

impl Memory {
    pub(crate) fn of(recovered: &Recovered, tip: Round) -> Self {
        if recovered.abstain == UNKNOWN {
            return Self::Doubtful(Heard::default());
        }
        Self::Unproven { tip, committed: last_commit(&recovered.records) }
    }
}

fn last_commit(records: &[Record]) -> Round {
    let commits = records.iter().filter_map(|record| match record {
        Record::Said(WalRecord::Vote { vote, .. }) if vote.step == Step::Commit => Some(vote.round),
        Record::Said(_) | Record::Block { .. } => None,
    });
    commits.max().unwrap_or_default()
}

impl Driver<'_> {
    /// Notes what is about to be said: a Commit vote takes a quorum in the very round, so whoever
    /// casts one is up to date.
    pub(super) fn remember(&mut self, records: &[Record]) {
        if last_commit(records) != Round(0) && matches!(self.memory, Memory::Unproven { .. }) {
            self.memory = Memory::Whole;
        }
    }

    /// Must be asked before a final block is kept, with the committee that decided it. From then on
    /// nothing may be said in the round that runs: the caller ends it.
    pub(super) async fn doubt(
        &mut self,
        block: &CertifiedHeader,
        committee: &Committee,
    ) -> Result<(), Halt> {
        let Memory::Unproven { tip, committed } = self.memory else { return Ok(()) };
        let own = committee.position(&self.shared.own.0);
        let voted = own.is_some_and(|own| block.certificate.signers().contains(&own));
        let forgot = voted && block.header.round > committed;
        let grown = block.header.time.plus_millis(GROWN_MS);
        let replaces = tip == Round(0) && committed == Round(0) && clock::now() > grown;
        if !forgot && !replaces {
            return Ok(());
        }
        tracing::warn!("this manager's folder is not its latest: no vote until all is known again");
        self.memory = Memory::Doubtful(Heard::default());
        self.abstain(UNKNOWN).await
    }

    /// True as long as it is not known whether the round behind the tip is over elsewhere. With
    /// this member a quorum must say that it is not.
    pub(super) fn looks_around(&self) -> bool {
        let (Some(around), Some((ground, _))) = (&self.around, self.seat()) else { return false };
        let committee = &ground.base.committee;
        let heard = around.heard.members(self.store.tip().round, committee);
        heard < committee.quorum().saturating_sub(1)
    }

    /// Asks every other member what it has, again and again.
    pub(super) fn look_around(&mut self) {
        if !self.looks_around() || self.join.is_running() {
            return;
        }
        let others = self.others(self.shared.own);
        let tip = self.store.tip().round;
        let from = tip.next();
        let Some(around) = &mut self.around else { return };
        let heard = around.heard.up_to(tip);
        if around.asked.is_some_and(|asked| asked.elapsed() < ASK_AGAIN) {
            return;
        }
        around.asked = Some(Instant::now());
        for other in others.into_iter().filter(|other| !heard.contains(other)) {
            self.shared.ask(other, from);
        }
    }

    /// Notes a member's word how far it is. True if a round that waits may begin: enough members are
    /// no further than this one. Whoever is always a little behind a chain that runs gets there, too.
    pub(super) fn note_tip(&mut self, member: WorkerId, tip: Round) -> bool {
        let waited = self.looks_around();
        if let Some(around) = &mut self.around {
            around.heard.note(member, tip);
        }
        if let Memory::Doubtful(heard) = &mut self.memory {
            heard.note(member, tip);
        }
        waited && !self.looks_around()
    }

    /// Ends the doubt once a quorum is known to have been no further than this member is.
    pub(super) async fn end_doubt(&mut self) -> Result<(), Halt> {
        let (Memory::Doubtful(heard), Some(ground)) = (&self.memory, &self.ground) else {
            return Ok(());
        };
        let (tip, committee) = (self.store.tip().round, &ground.base.committee);
        if heard.members(tip, committee) < committee.quorum() {
            return Ok(());
        }
        self.memory = Memory::Whole;
        self.abstain(tip.plus(SIT_OUT)).await
    }

    async fn abstain(&mut self, through: Round) -> Result<(), Halt> {
        self.abstain = through;
        let tip = self.store.tip().round;
        self.with_wal(move |wal| wal.rotate(tip, through)).await
    }
}
