//! Processor time, memory, and how a figure is printed.

use crate::Failure;
use rustix::time::{ClockId, clock_gettime};

/// Prints a figure.
pub(crate) fn row(name: &str, value: f64, (unit, goal, elsewhere): (&str, &str, &str)) {
    println!("{name}\t{value}\t{unit}\t{goal}\t{elsewhere}");
}

/// What each of so many calls gave, and the microseconds of processor time that one took.
pub(crate) fn timed<T>(
    count: usize,
    mut call: impl FnMut() -> Result<T, Failure>,
) -> Result<(Vec<T>, f64), Failure> {
    let start = processor_micros();
    let made = (0..count).map(|_| call()).collect::<Result<Vec<_>, _>>()?;
    Ok((made, (processor_micros() - start) / count as f64))
}

/// What one call gave, and its microseconds.
pub(crate) fn once<T>(call: impl FnOnce() -> Result<T, Failure>) -> Result<(T, f64), Failure> {
    let start = processor_micros();
    let made = call()?;
    Ok((made, processor_micros() - start))
}

fn processor_micros() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 * 1e6 + time.tv_nsec as f64 / 1e3
}

pub(crate) fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// The most that this process has held, in MiB; `None` where the system does not tell it as Linux
/// does.
pub(crate) fn most_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}
