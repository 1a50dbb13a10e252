//! Many runs, counted.

use crate::plan::Setting;
use crate::world::{Outcome, run};

/// What came of a range of seeds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Report {
    /// How many seeds were run.
    pub runs: u64,
    /// Runs in which two honest members decided differently.
    pub disagreements: u64,
    /// Runs in which some honest member had not decided 64 Δ after the network became good.
    pub undecided: u64,
    /// Runs in which something convicts an honest member.
    pub honest_convicted: u64,
    /// Runs in which another promise was broken: a lock fell, something was said before it was
    /// durable, an invalid block became final.
    pub broken: u64,
    /// The longest that a round took, in milliseconds behind the time from which it could be decided.
    pub max_ms_after_gst: u64,
    /// The first seed with any of these.
    pub first_bad_seed: Option<u64>,
    /// Forged messages that were refused.
    pub forged: u64,
    /// Messages delivered.
    pub delivered: u64,
}

impl Report {
    /// Runs the seeds from `first` to before `end`. `None` for a setting that cannot be run.
    #[must_use]
    pub fn of(first: u64, end: u64, setting: &Setting) -> Option<Self> {
        let mut report = Self::default();
        for seed in first..end {
            report.add(seed, &run(seed, setting)?);
        }
        setting.is_possible().then_some(report)
    }

    /// A range of seeds in so many parts, for as many threads.
    #[must_use]
    pub fn parts(first: u64, end: u64, count: u64) -> Vec<(u64, u64)> {
        let count = count.max(1);
        let size = end.saturating_sub(first).div_ceil(count).max(1);
        let starts = (0..count).map(|part| first.saturating_add(part.saturating_mul(size)));
        let parts = starts.map(|start| (start.min(end), start.saturating_add(size).min(end)));
        parts.filter(|(start, end)| start < end).collect()
    }

    /// Two reports as one.
    #[must_use]
    pub fn and(self, other: &Self) -> Self {
        Self {
            runs: self.runs + other.runs,
            disagreements: self.disagreements + other.disagreements,
            undecided: self.undecided + other.undecided,
            honest_convicted: self.honest_convicted + other.honest_convicted,
            broken: self.broken + other.broken,
            max_ms_after_gst: self.max_ms_after_gst.max(other.max_ms_after_gst),
            first_bad_seed: match (self.first_bad_seed, other.first_bad_seed) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (one, None) | (None, one) => one,
            },
            forged: self.forged + other.forged,
            delivered: self.delivered + other.delivered,
        }
    }

    fn add(&mut self, seed: u64, outcome: &Outcome) {
        let findings = &outcome.findings;
        self.runs += 1;
        self.disagreements += u64::from(findings.disagreement);
        self.undecided += u64::from(findings.undecided);
        self.honest_convicted += u64::from(findings.honest_convicted);
        self.broken += u64::from(findings.broken.is_some());
        self.max_ms_after_gst = self.max_ms_after_gst.max(outcome.ms_after_gst);
        self.forged += outcome.forged;
        self.delivered += outcome.delivered;
        if findings.any() {
            self.first_bad_seed.get_or_insert(seed);
        }
    }
}
