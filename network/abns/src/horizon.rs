//! How far back a store can tell the state.

use types::Round;

/// How many rounds of state, proofs and bodies are kept. Headers and histories are always kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Horizon {
    /// So many rounds, that of the tip included; fewer than [`Horizon::LEAST`] are raised to it.
    Rounds(u64),
    /// All: an archive.
    Never,
}

impl Horizon {
    /// What a manager keeps: three epochs of 1,800 rounds (acp.md §5).
    pub const MANAGER: Self = Self::Rounds(3 * 1_800);
    /// Light nodes ask for proofs under any of the last 256 roots.
    pub const LEAST: u64 = 256;

    /// The rounds of a finite horizon.
    pub(crate) fn rounds(self) -> Option<u64> {
        match self {
            Self::Rounds(rounds) => Some(rounds.max(Self::LEAST)),
            Self::Never => None,
        }
    }

    /// The oldest round that is kept when this one is the newest.
    pub(crate) fn oldest(self, tip: Round) -> Round {
        let rounds = self.rounds().unwrap_or(u64::MAX);
        Round(tip.0.saturating_add(1).saturating_sub(rounds))
    }
}
