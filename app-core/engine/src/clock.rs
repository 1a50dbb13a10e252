//! The one place that reads the computer's clock.

use std::time::{SystemTime, UNIX_EPOCH};
use types::Timestamp;

/// Where the engine takes the time from.
#[derive(Debug, Clone, Copy)]
pub struct Clock {
    /// Added to the system's clock; 0 outside tests.
    offset_millis: i64,
}

impl Clock {
    /// The computer's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { offset_millis: 0 }
    }

    /// A clock that is wrong by so many milliseconds, to test what a wrong clock does.
    #[must_use]
    pub const fn wrong_by(offset_millis: i64) -> Self {
        Self { offset_millis }
    }

    /// Now.
    #[must_use]
    pub fn now(self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let millis = u64::try_from(since.as_millis()).unwrap_or(u64::MAX);
        Timestamp(millis.saturating_add_signed(self.offset_millis))
    }
}
