//! The rows that a run prints: each figure beside its goal and beside what others report.
//!
//! One line each, as soon as it is known, its fields between tabs: name, number, unit, goal, anchor.
//! `cargo xtask bench ledger` lines them up.

use std::time::Duration;

/// What a figure should be.
#[derive(Clone, Copy)]
pub(crate) enum Goal {
    None,
    AtMost(f64),
    AtLeast(f64),
}

pub(crate) struct Table;

impl Table {
    /// A figure without a goal.
    pub(crate) fn note(&mut self, name: &str, value: f64, unit: &str) {
        self.add(name, (value, unit), Goal::None, "");
    }

    /// A figure; the anchor, what others report, may be empty.
    pub(crate) fn add(&mut self, name: &str, (value, unit): (f64, &str), goal: Goal, anchor: &str) {
        let goal = match goal {
            Goal::None => String::new(),
            Goal::AtMost(most) => format!("<= {most}"),
            Goal::AtLeast(least) => format!(">= {least}"),
        };
        println!("{name}\t{value}\t{unit}\t{goal}\t{anchor}");
    }
}

pub(crate) fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Microseconds of each of so many.
pub(crate) fn micros(time: Duration, count: usize) -> f64 {
    time.as_secs_f64() * 1e6 / count.max(1) as f64
}

/// The time that so many percent do not exceed (nearest rank).
pub(crate) fn percentile(times: &mut [Duration], percent: usize) -> Duration {
    times.sort_unstable();
    let rank = (times.len() * percent).div_ceil(100).max(1);
    times.get(rank - 1).copied().unwrap_or_default()
}

/// Processor time of this process so far, in ticks of the kernel: ten milliseconds each.
pub(crate) fn cpu() -> Option<Duration> {
    let stat = std::fs::read_to_string("/proc/self/stat").ok()?;
    let mut fields = stat.rsplit(')').next()?.split_whitespace().skip(11);
    let ticks = |field: Option<&str>| field?.parse::<u64>().ok();
    let (user, system) = (ticks(fields.next())?, ticks(fields.next())?);
    Some(Duration::from_millis((user + system) * 10))
}
