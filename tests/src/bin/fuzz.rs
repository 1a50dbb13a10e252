//! `fuzz --seconds N [--seed S] [target]`: mutates the corpus for a while and gives it to the
//! targets. An input that panics is kept in the corpus, and the run ends with exit code 1.

use anyhow::{Context, Result, bail};
use scenarios::fuzz::{Dice, Entry, TARGETS, Target, load, mutate, save, survives};
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

struct Options {
    seconds: u64,
    seed: u64,
    targets: Vec<Target>,
}

fn main() -> Result<ExitCode> {
    let options = parse(std::env::args().skip(1))?;
    println!("fuzzing {} targets, --seed {}", options.targets.len(), options.seed);
    let share = u32::try_from(options.targets.len()).unwrap_or(u32::MAX).max(1);
    let share = Duration::from_secs(options.seconds) / share;
    let mut clean = true;
    for target in &options.targets {
        clean &= fuzz(*target, options.seed, share)?;
    }
    Ok(if clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// True if the target survived its share of the time.
fn fuzz((name, target): Target, seed: u64, share: Duration) -> Result<bool> {
    let entries = load(name)?;
    let (mut dice, start, mut runs) = (Dice::new(seed), Instant::now(), 0_u64);
    while start.elapsed() < share {
        let input = next(&entries, &mut dice).with_context(|| format!("no input for {name}"))?;
        runs += 1;
        if !survives(target, &input) {
            let sum = wire::hash("bcm-corpus", &[&input]);
            let sum: String = sum.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
            let path = save(name, &format!("crash-{sum}"), &input)?;
            println!("{name}: PANIC after {runs} inputs, kept as {}", path.display());
            return Ok(false);
        }
    }
    println!("{name}: {runs} inputs");
    Ok(true)
}

fn next(entries: &[Entry], dice: &mut Dice) -> Option<Vec<u8>> {
    let input = entries.get(dice.below(entries.len()))?;
    let other = entries.get(dice.below(entries.len()))?;
    Some(mutate(&input.bytes, &other.bytes, dice))
}

fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Options> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map(|now| now.as_secs());
    let mut options =
        Options { seconds: 60, seed: now.unwrap_or_default(), targets: TARGETS.to_vec() };
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--seconds" => options.seconds = number(arguments.next())?,
            "--seed" => options.seed = number(arguments.next())?,
            name => options.targets.retain(|(target, _)| *target == name),
        }
        if options.targets.is_empty() {
            let names: Vec<&str> = TARGETS.iter().map(|(name, _)| *name).collect();
            bail!("no target {argument}; there are: {}", names.join(" "));
        }
    }
    Ok(options)
}

fn number(text: Option<String>) -> Result<u64> {
    text.context("a number is missing")?.parse().context("not a number")
}
