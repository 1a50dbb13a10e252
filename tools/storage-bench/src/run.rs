//! What one engine does in a process of its own.

use crate::{
    engine,
    load::{self, FIRST, Load},
    ours,
};
use anyhow::{Context, Result};
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

const READS: usize = 200_000;

/// Prints a line of the table but for what is seen from outside.
pub(crate) fn measure(name: &str, dir: &Path, blocks: u64) -> Result<()> {
    let mut engine = engine::open(name, dir)?;
    let mut load = Load::new(ours::genesis().chain());
    for round in 1..=FIRST {
        engine.block(round, &load.block(round))?;
    }
    // Nothing is counted that belongs to the beginning.
    rest();
    let (logical, written) = (engine.given(), written_bytes()?);
    let (mut roots, mut commits) = (Vec::new(), Vec::new());
    for round in FIRST + 1..=FIRST + blocks {
        let times = engine.block(round, &load.block(round))?;
        roots.push(times.prepare);
        commits.push(times.commit);
    }
    rest();
    let (logical, written) = (engine.given() - logical, written_bytes()? - written);
    let mut gets = Vec::with_capacity(READS);
    engine.begin_reads()?;
    for warm in [true, false] {
        for _ in 0..READS {
            let key = ledger::account_key(load.any_address());
            let start = Instant::now();
            let value = engine.get(&key)?;
            let time = start.elapsed();
            anyhow::ensure!(value.is_some(), "an account is missing");
            if !warm {
                gets.push(time);
            }
        }
    }
    let per_block = |bytes: u64| format!("{:.0} kB", bytes as f64 / blocks as f64 / 1e3);
    println!(
        "{name:<10} {:>11} {:>11} {:>6.2} {:>9} {:>9} {:>10} {:>10} {:>10} {:>10}",
        per_block(logical),
        per_block(written),
        written as f64 / logical as f64,
        micros(&mut gets, 50),
        micros(&mut gets, 99),
        millis(&mut commits, 50),
        millis(&mut commits, 99),
        millis(&mut roots, 50),
        millis(&mut roots, 99),
    );
    Ok(())
}

/// Goes on where the file ends until it is killed.
pub(crate) fn write(name: &str, dir: &Path) -> Result<()> {
    let mut engine = engine::open(name, dir)?;
    let mut load = Load::new(ours::genesis().chain());
    let tip = engine.tip()?;
    for round in 1..=tip {
        load.block(round);
    }
    for round in tip + 1.. {
        engine.block(round, &load.block(round))?;
        println!("{round}");
    }
    Ok(())
}

/// From the start of opening until the first value is read.
pub(crate) fn reopen(name: &str, dir: &Path) -> Result<()> {
    let start = Instant::now();
    let mut engine = engine::open(name, dir)?;
    engine.begin_reads()?;
    let value = engine.get(&ledger::account_key(load::address(1)))?;
    anyhow::ensure!(value.is_some() && engine.tip()? > FIRST, "the chain is gone");
    println!("{:.0} ms", start.elapsed().as_secs_f64() * 1e3);
    Ok(())
}

/// What this process has had written to disks, its threads included.
fn written_bytes() -> Result<u64> {
    let counts = fs::read_to_string("/proc/self/io")?;
    let line = counts.lines().find_map(|line| line.strip_prefix("write_bytes: "));
    Ok(line.context("no write_bytes")?.parse()?)
}

/// Lets work in the background come to its end.
fn rest() {
    std::thread::sleep(Duration::from_secs(3));
}

fn quantile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    times.get(at).map_or(0.0, Duration::as_secs_f64)
}

fn micros(times: &mut [Duration], percent: usize) -> String {
    format!("{:.1} µs", quantile(times, percent) * 1e6)
}

fn millis(times: &mut [Duration], percent: usize) -> String {
    format!("{:.1} ms", quantile(times, percent) * 1e3)
}
