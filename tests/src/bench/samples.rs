//! Times of the same thing, done often.

use super::millis;
use super::table::Row;
use std::time::Duration;

/// The times taken so far.
#[derive(Debug, Default)]
pub(crate) struct Samples(Vec<Duration>);

impl Samples {
    /// Adds one.
    pub(crate) fn push(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// In milliseconds, the time that so many percent do not exceed (nearest rank); 0 without any.
    pub(crate) fn percentile(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted.get(rank - 1).copied().map_or(0.0, millis)
    }

    /// A percentile as a row of the table.
    pub(crate) fn row(&self, name: &str, percent: usize) -> Row {
        let name = format!("{name}, p{percent} of {}", self.0.len());
        Row::figure(name, self.percentile(percent), "ms")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(count: u64, percent: usize, expected: f64) {
        let mut samples = Samples::default();
        (1..=count).rev().for_each(|n| samples.push(Duration::from_millis(n)));
        assert!((samples.percentile(percent) - expected).abs() < 1e-9, "{samples:?}");
    }

    #[test]
    fn percentiles_are_samples_by_nearest_rank() {
        check(0, 50, 0.0);
        check(1, 50, 1.0);
        check(1, 99, 1.0);
        check(4, 50, 2.0);
        check(40, 99, 40.0);
        check(200, 50, 100.0);
        check(200, 99, 198.0);
    }
}
