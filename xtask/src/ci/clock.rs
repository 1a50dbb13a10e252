//! Wall and CPU seconds of what this process and its finished children did.

use std::time::Instant;

/// The kernel counts CPU time for user space in hundredths of a second.
const TICKS: f64 = 100.0;

/// A moment to measure from.
pub(crate) struct Clock {
    wall: Instant,
    cpu: Option<f64>,
}

impl Clock {
    /// Now.
    pub(crate) fn start() -> Self {
        Self { wall: Instant::now(), cpu: cpu_now() }
    }

    /// Seconds since then: wall, and CPU where the system tells.
    pub(crate) fn spent(&self) -> (f64, Option<f64>) {
        let cpu = cpu_now().zip(self.cpu).map(|(now, then)| now - then);
        (self.wall.elapsed().as_secs_f64(), cpu)
    }
}

fn cpu_now() -> Option<f64> {
    cpu_of(&std::fs::read_to_string("/proc/self/stat").ok()?)
}

/// User and system time of the process and of the children it has waited for.
pub(super) fn cpu_of(stat: &str) -> Option<f64> {
    // The name, in brackets, may hold blanks; behind it, user time is the twelfth field.
    let (_, fields) = stat.rsplit_once(')')?;
    let ticks = fields.split_whitespace().skip(11).take(4).map(str::parse::<u32>);
    let ticks = ticks.collect::<Result<Vec<u32>, _>>().ok().filter(|all| all.len() == 4)?;
    Some(ticks.into_iter().map(f64::from).sum::<f64>() / TICKS)
}
