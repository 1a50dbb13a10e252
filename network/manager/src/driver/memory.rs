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

use super::{Driver, Halt};
use crate::clock;
use crate::wal::{Record, Recovered};
use acp::WalRecord;
use ledger::{CertifiedHeader, Committee, Step};
use std::collections::BTreeSet;
use types::{Round, WorkerId};

/// Stands in the log instead of a round: it is not known yet how long to abstain.
const UNKNOWN: Round = Round(u64::MAX);
/// Rounds without a vote behind the one in which all is known.
const SIT_OUT: u64 = 2;
/// A network of this age has blocks: a manager that has never taken part in one replaces another.
const GROWN_MS: u64 = 60_000;

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
    /// It may not be. These members have said since that they have nothing more.
    Doubtful(BTreeSet<WorkerId>),
}

impl Memory {
    pub(crate) fn of(recovered: &Recovered, tip: Round) -> Self {
        if recovered.abstain == UNKNOWN {
            return Self::Doubtful(BTreeSet::new());
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
        let grown = self.shared.rules.birth.plus_millis(GROWN_MS);
        let replaces = tip == Round(0) && committed == Round(0) && clock::now() > grown;
        if !forgot && !replaces {
            return Ok(());
        }
        tracing::warn!("this manager's folder is not its latest: no vote until all is known again");
        self.memory = Memory::Doubtful(BTreeSet::new());
        self.abstain(UNKNOWN).await
    }

    /// Takes a member's word that it has no block behind our tip.
    pub(super) async fn heard_all_of(&mut self, member: WorkerId) -> Result<(), Halt> {
        let Memory::Doubtful(heard) = &mut self.memory else { return Ok(()) };
        heard.insert(member);
        let Some(ground) = &self.ground else { return Ok(()) };
        let voters =
            heard.iter().filter(|peer| ground.base.committee.position(&peer.0).is_some()).count();
        if voters < ground.base.committee.quorum() {
            return Ok(());
        }
        self.memory = Memory::Whole;
        let through = self.store.tip().round.plus(SIT_OUT);
        self.abstain(through).await
    }

    async fn abstain(&mut self, through: Round) -> Result<(), Halt> {
        self.abstain = through;
        let tip = self.store.tip().round;
        self.with_wal(move |wal| wal.rotate(tip, through)).await
    }
}
