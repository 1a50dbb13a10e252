//! The table that a run prints: each figure beside its goal and beside what others report.

use std::time::Duration;

#[derive(Default)]
pub(crate) struct Table(Vec<[String; 4]>);

impl Table {
    /// A figure; the goal and the anchor may be empty.
    pub(crate) fn add(&mut self, name: &str, value: String, goal: &str, anchor: &str) {
        eprintln!("  {name}: {value}");
        self.0.push([name, value.as_str(), goal, anchor].map(str::to_owned));
    }

    pub(crate) fn text(&self) -> String {
        let head = ["figure", "value", "goal", "elsewhere"].map(str::to_owned);
        let lines: Vec<_> = std::iter::once(&head).chain(&self.0).collect();
        let width = |column: usize| lines.iter().map(|line| line[column].chars().count()).max();
        let [a, b, c] = [0, 1, 2].map(|column| width(column).unwrap_or(0));
        let line = |[name, value, goal, anchor]: &[String; 4]| {
            let line = format!("{name:<a$}  {value:>b$}  {goal:>c$}  {anchor}");
            format!("{}\n", line.trim_end())
        };
        lines.into_iter().map(line).collect()
    }
}

pub(crate) fn millis(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1e3)
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
