//! Points in time, as values: nothing here reads a clock.

/// Milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Timestamp(pub u64);

impl Timestamp {
    /// The moment so many milliseconds later; stays at the end of time.
    #[must_use]
    pub const fn plus_millis(self, millis: u64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// The moment so many seconds later; stays at the end of time.
    #[must_use]
    pub const fn plus_secs(self, secs: u64) -> Self {
        self.plus_millis(secs.saturating_mul(1000))
    }

    /// Milliseconds since `earlier`, 0 if that is later.
    #[must_use]
    pub const fn millis_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// A block height. Round 0 is the genesis.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Round(pub u64);

impl Round {
    /// The round after this one; stays at the last there is.
    #[must_use]
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// The round so many later; stays at the last there is.
    #[must_use]
    pub const fn plus(self, rounds: u64) -> Self {
        Self(self.0.saturating_add(rounds))
    }
}
