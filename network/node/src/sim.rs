//! `bcm-node sim`: seeds of the consensus simulator, on all cores.

use crate::error::NodeError;
use clap::Args;
use clap::builder::PossibleValuesParser;
use serde::Serialize;
use simulator::{Report, Setting, Variant};
use std::thread;

#[derive(Args)]
pub(crate) struct SimOptions {
    /// The seeds A to B - 1
    #[arg(long, value_name = "A..B", value_parser = parse_seeds)]
    seeds: Seeds,
    /// Managers of each run
    #[arg(long, value_parser = clap::value_parser!(u16).range(4..=16))]
    managers: u16,
    /// How many of them do what they like, at most a third of the others'
    #[arg(long)]
    byzantine: u16,
    /// Breaks one rule of the engine
    #[arg(long, value_parser = PossibleValuesParser::new(Variant::MUTANTS.map(Variant::name)))]
    mutant: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Seeds {
    first: u64,
    end: u64,
}

/// The JSON document of `cli.md`.
#[derive(Serialize)]
struct Shown {
    runs: u64,
    disagreements: u64,
    undecided: u64,
    honest_convicted: u64,
    max_ms_after_gst: u64,
    first_bad_seed: Option<u64>,
    /// Other promises broken; only said if there are any.
    #[serde(skip_serializing_if = "is_zero")]
    broken: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

impl SimOptions {
    /// What to run; `None` for more faulty managers than the protocol bears.
    pub(crate) fn setting(&self) -> Option<Setting> {
        let variant = self.mutant.as_deref().and_then(Variant::mutant).unwrap_or_default();
        let setting = Setting { managers: self.managers, byzantine: self.byzantine, variant };
        setting.is_possible().then_some(setting)
    }
}

/// Runs the seeds and prints what came of them.
///
/// # Errors
/// `internal` if a thread has ended before its seeds.
pub(crate) fn run(options: &SimOptions, setting: &Setting, json: bool) -> Result<(), NodeError> {
    let Seeds { first, end } = options.seeds;
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let parts = Report::parts(first, end, u64::try_from(cores).unwrap_or(1));
    let report = thread::scope(|scope| {
        let start = |(first, end)| scope.spawn(move || Report::of(first, end, setting));
        let threads: Vec<_> = parts.into_iter().map(start).collect();
        threads
            .into_iter()
            .try_fold(Report::default(), |all, thread| Some(all.and(&thread.join().ok()??)))
    });
    let report = report.ok_or_else(|| NodeError::new("internal", "the seeds did not run"))?;
    print(&report, json)
}

fn print(report: &Report, json: bool) -> Result<(), NodeError> {
    let Report { runs, disagreements, undecided, honest_convicted, broken, .. } = *report;
    let Report { max_ms_after_gst, first_bad_seed, .. } = *report;
    if json {
        let shown = Shown {
            runs,
            disagreements,
            undecided,
            honest_convicted,
            max_ms_after_gst,
            first_bad_seed,
            broken,
        };
        let text = serde_json::to_string(&shown);
        println!("{}", text.map_err(|error| NodeError::new("internal", error.to_string()))?);
        return Ok(());
    }
    println!(
        "{runs} runs: {disagreements} disagreements, {undecided} undecided, {honest_convicted} \
         with an honest manager convicted, {broken} with another promise broken; at most \
         {max_ms_after_gst} ms after the network became good"
    );
    if let Some(seed) = first_bad_seed {
        println!("first bad seed: {seed}");
    }
    Ok(())
}

fn parse_seeds(text: &str) -> Result<Seeds, String> {
    let parse = |text: &str| text.parse::<u64>().ok();
    let seeds = text.split_once("..").and_then(|(first, end)| Some((parse(first)?, parse(end)?)));
    let (first, end) = seeds.ok_or("seeds are two numbers: A..B")?;
    if first > end {
        return Err("the first seed is above the last".to_owned());
    }
    Ok(Seeds { first, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_are_two_numbers_in_order() {
        assert_eq!(parse_seeds("3..9"), Ok(Seeds { first: 3, end: 9 }));
        assert_eq!(parse_seeds("4..4"), Ok(Seeds { first: 4, end: 4 }));
        for text in ["", "3", "3..", "..9", "9..3", "3...9", "-1..4", "a..b"] {
            assert!(parse_seeds(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_document_has_the_six_fields_and_a_seventh_only_with_bad_news() {
        let mut shown = Shown {
            runs: 400,
            disagreements: 0,
            undecided: 0,
            honest_convicted: 0,
            max_ms_after_gst: 180,
            first_bad_seed: None,
            broken: 0,
        };
        let text = r#"{"runs":400,"disagreements":0,"undecided":0,"honest_convicted":0,"max_ms_after_gst":180,"first_bad_seed":null}"#;
        assert_eq!(serde_json::to_string(&shown).unwrap(), text);
        shown.broken = 2;
        assert!(serde_json::to_string(&shown).unwrap().ends_with(r#","broken":2}"#));
    }
}
