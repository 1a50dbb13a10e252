//! How often something may happen: so many times at once, then so many times a second.

use std::time::Duration;

use tokio::time::Instant;

/// A token bucket that keeps one moment: when it will be full again.
#[derive(Debug)]
pub(super) struct Pace {
    /// Time that one more costs.
    gap: Duration,
    /// Time that the bucket holds.
    depth: Duration,
    full_at: Option<Instant>,
}

impl Pace {
    /// A bucket of so many at once, refilled at so many a second.
    pub(super) fn new(at_once: u32, a_second: u32) -> Self {
        let gap = Duration::from_secs(1).checked_div(a_second).unwrap_or(Duration::MAX);
        Self { gap, depth: gap.saturating_mul(at_once), full_at: None }
    }

    /// Takes one, or says how long to wait for it.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        let owed = self.full_at.map_or(Duration::ZERO, |at| at.saturating_duration_since(now));
        let owed = owed.saturating_add(self.gap);
        if owed > self.depth {
            return Err(owed.saturating_sub(self.depth));
        }
        self.full_at = now.checked_add(owed);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn so_many_at_once_then_so_many_a_second() {
        let (mut pace, start) = (Pace::new(10, 4), Instant::now());
        let at = |millis| start + Duration::from_millis(millis);
        for _ in 0..10 {
            assert_eq!(pace.take(start), Ok(()));
        }
        assert_eq!(pace.take(start), Err(Duration::from_millis(250)));
        assert_eq!(pace.take(at(249)), Err(Duration::from_millis(1)));
        assert_eq!(pace.take(at(250)), Ok(()));
        assert_eq!(pace.take(at(250)), Err(Duration::from_millis(250)));
        // A long rest fills the bucket, and no more than that.
        for _ in 0..10 {
            assert_eq!(pace.take(at(60_000)), Ok(()));
        }
        assert!(pace.take(at(60_000)).is_err());
        // A clock that stands still or goes back frees nobody.
        assert!(pace.take(start).is_err());
    }
}
