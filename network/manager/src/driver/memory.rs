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
use crate::chain::tip_of;
use crate::clock;
use crate::wal::Recovered;
use acp::WalRecord;
use ledger::{CertifiedHeader, Step};
use std::collections::BTreeSet;
use types::Round;

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
    Doubtful(BTreeSet<u16>),
}

impl Memory {
    pub(crate) fn of(recovered: &Recovered, tip: Round) -> Self {
        if recovered.abstain == UNKNOWN {
            return Self::Doubtful(BTreeSet::new());
        }
        Self::Unproven { tip, committed: last_commit(&recovered.records) }
    }
}

fn last_commit(records: &[WalRecord]) -> Round {
    let commits = records.iter().filter_map(|record| match record {
        WalRecord::Vote { vote, .. } => (vote.step == Step::Commit).then_some(vote.round),
        WalRecord::Proposal(_) => None,
    });
    commits.max().unwrap_or_default()
}

impl Driver<'_> {
    /// Notes what is about to be said: a Commit vote takes a quorum in the very round, so whoever
    /// casts one is up to date.
    pub(super) fn remember(&mut self, records: &[WalRecord]) {
        if last_commit(records) != Round(0) && matches!(self.memory, Memory::Unproven { .. }) {
            self.memory = Memory::Whole;
        }
    }

    /// Must be asked before a final block is kept.
    pub(super) async fn doubt(&mut self, block: &CertifiedHeader) -> Result<(), Halt> {
        let Memory::Unproven { tip, committed } = self.memory else { return Ok(()) };
        let voted = block.certificate.signers().contains(&self.shared.member);
        let forgot = voted && block.header.round > committed;
        let grown = self.shared.rules.birth.time.plus_millis(GROWN_MS);
        let replaces = tip == Round(0) && committed == Round(0) && clock::now() > grown;
        if !forgot && !replaces {
            return Ok(());
        }
        tracing::warn!("this manager's folder is not its latest: no vote until all is known again");
        self.memory = Memory::Doubtful(BTreeSet::new());
        self.abstain(UNKNOWN).await
    }

    /// Takes a member's word that it has no block behind our tip.
    pub(super) async fn heard_all_of(&mut self, member: u16) -> Result<(), Halt> {
        let Memory::Doubtful(heard) = &mut self.memory else { return Ok(()) };
        heard.insert(member);
        if heard.len() < self.shared.rules.committee.quorum() {
            return Ok(());
        }
        self.memory = Memory::Whole;
        self.abstain(tip_of(&self.store).round.plus(SIT_OUT)).await
    }

    async fn abstain(&mut self, through: Round) -> Result<(), Halt> {
        self.abstain = through;
        self.engine.abstain_through(through);
        let tip = tip_of(&self.store).round;
        self.with_wal(move |wal| wal.rotate(tip, through)).await
    }
}
