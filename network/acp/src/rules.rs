//! The rules that can be got wrong, as values: what a simulator changes one at a time to see that
//! its tests would notice.
//!
//! A manager is made with [`Sound`] and with nothing else; no configuration and no feature reaches
//! another. Mutants live in the simulator.

use ledger::Committee;

/// The decisions on which safety and liveness rest.
pub trait Rules {
    /// How many votes decide.
    fn quorum(&self, committee: &Committee) -> usize;

    /// R2: may a member locked in `lock` prepare another block, shown a quorum for it in `quorum`
    /// (a view below the present one)? `None`: no quorum is shown.
    fn releases(&self, lock: u32, quorum: Option<u32>) -> bool;

    /// R3: may a member prepare again in a view in which it has prepared or committed?
    fn votes_again(&self, present: Ballot) -> bool;

    /// R1: does a leader behind view 0 propose the highest quorum it knows, and does R5 learn?
    fn carries_quorums(&self) -> bool;

    /// R7: may a member that has announced this view still vote in a lower one?
    fn votes_after(&self, announced: u32, view: u32) -> bool;
}

/// What a member is about to vote on, and what it has voted for in this view.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ballot {
    /// It has prepared in this view.
    pub prepared: bool,
    /// It has committed in this view.
    pub committed: bool,
    /// What it has prepared was the empty block, and this is another.
    pub from_empty: bool,
}

/// ACP-S.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sound;

impl Rules for Sound {
    fn quorum(&self, committee: &Committee) -> usize {
        committee.quorum()
    }

    fn releases(&self, lock: u32, quorum: Option<u32>) -> bool {
        quorum.is_some_and(|quorum| lock <= quorum)
    }

    fn votes_again(&self, present: Ballot) -> bool {
        !present.prepared && !present.committed
    }

    fn carries_quorums(&self) -> bool {
        true
    }

    fn votes_after(&self, announced: u32, view: u32) -> bool {
        announced <= view
    }
}
