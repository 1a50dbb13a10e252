//! The engine's rules, and each of them broken once: tests that do not notice a broken rule prove
//! nothing about the sound ones (`acp.md` §9, `acp-corrections.md` B.3).

use crate::report::Report;
use acp::{Ballot, Rules, Sound};
use ledger::Committee;

/// One rule changed, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Variant {
    /// ACP-S as it is specified.
    #[default]
    Sound,
    /// One vote less than a quorum decides.
    QuorumMinusOne,
    /// A lock holds nobody.
    NoLock,
    /// Any earlier quorum for a block releases any lock.
    UnlockAnyQc,
    /// Who has prepared the empty block prepares a block too, in the same view.
    TwoFamilies,
    /// Nobody remembers having voted in a view.
    VoteTwice,
    /// Leaders look at no quorum, and nobody learns one.
    IgnoreNewView,
    /// Who has said farewell to a view still votes in it.
    VoteAfterNewView,
}

impl Variant {
    /// The broken ones, in the order of the specification.
    pub const MUTANTS: [Self; 7] = [
        Self::QuorumMinusOne,
        Self::NoLock,
        Self::UnlockAnyQc,
        Self::TwoFamilies,
        Self::VoteTwice,
        Self::IgnoreNewView,
        Self::VoteAfterNewView,
    ];

    /// Its name on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sound => "sound",
            Self::QuorumMinusOne => "quorum-1",
            Self::NoLock => "no-lock",
            Self::UnlockAnyQc => "unlock-any-qc",
            Self::TwoFamilies => "two-families",
            Self::VoteTwice => "vote-twice",
            Self::IgnoreNewView => "ignore-newview",
            Self::VoteAfterNewView => "vote-after-newview",
        }
    }

    /// The mutant of this name.
    #[must_use]
    pub fn mutant(name: &str) -> Option<Self> {
        Self::MUTANTS.into_iter().find(|mutant| mutant.name() == name)
    }
}

/// What many runs of a variant must show (`acp-corrections.md` B.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// Nothing at all.
    Nothing,
    /// Honest members decide differently.
    Disagreement,
    /// Somebody never decides, and nobody differently.
    Undecided,
    /// Something convicts an honest member, or somebody never decides; nobody decides differently.
    Conviction,
}

impl Variant {
    /// What its runs must show.
    #[must_use]
    pub const fn expected(self) -> Expected {
        match self {
            Self::Sound => Expected::Nothing,
            Self::QuorumMinusOne
            | Self::NoLock
            | Self::UnlockAnyQc
            | Self::TwoFamilies
            | Self::VoteTwice => Expected::Disagreement,
            Self::IgnoreNewView => Expected::Undecided,
            Self::VoteAfterNewView => Expected::Conviction,
        }
    }
}

impl Expected {
    /// True if these runs show it.
    #[must_use]
    pub const fn is_met(self, report: &Report) -> bool {
        let agreed = report.disagreements == 0;
        match self {
            Self::Nothing => report.first_bad_seed.is_none(),
            Self::Disagreement => !agreed,
            Self::Undecided => agreed && report.undecided > 0,
            Self::Conviction => agreed && report.undecided + report.honest_convicted > 0,
        }
    }
}

impl Rules for Variant {
    fn quorum(&self, committee: &Committee) -> usize {
        let quorum = Sound.quorum(committee);
        if *self == Self::QuorumMinusOne { quorum - 1 } else { quorum }
    }

    fn releases(&self, lock: u32, quorum: Option<u32>) -> bool {
        match self {
            Self::NoLock => true,
            Self::UnlockAnyQc => quorum.is_some(),
            Self::Sound
            | Self::QuorumMinusOne
            | Self::TwoFamilies
            | Self::VoteTwice
            | Self::IgnoreNewView
            | Self::VoteAfterNewView => Sound.releases(lock, quorum),
        }
    }

    fn votes_again(&self, present: Ballot) -> bool {
        match self {
            Self::VoteTwice => true,
            Self::TwoFamilies => present.from_empty || Sound.votes_again(present),
            Self::Sound
            | Self::QuorumMinusOne
            | Self::NoLock
            | Self::UnlockAnyQc
            | Self::IgnoreNewView
            | Self::VoteAfterNewView => Sound.votes_again(present),
        }
    }

    fn carries_quorums(&self) -> bool {
        *self != Self::IgnoreNewView
    }

    fn votes_after(&self, announced: u32, view: u32) -> bool {
        *self == Self::VoteAfterNewView || Sound.votes_after(announced, view)
    }
}
