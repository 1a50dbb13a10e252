//! The rule of trust against the model-based tests of another light client.
//!
//! That one knows no epochs: only the very next header must be of the announced committee. And
//! these runs of its model call a trusting period that is over `INVALID` as well.

use crate::LightError;
use crate::judge::{Base, Claim, Limits, Tally, judge};
use types::{BlockId, Round, Timestamp};
use wire::hash;

const VECTORS: &str = include_str!("../../tests/vectors/single_step.txt");
const LIMITS: Limits = Limits { trusting_ms: 1_400_000, drift_ms: 0 };

/// What the vectors say of a header; members are digits.
struct Light<'a> {
    height: u64,
    time: Timestamp,
    next: &'a str,
}

fn seconds(text: &str) -> Timestamp {
    Timestamp(text.parse::<u64>().unwrap() * 1000)
}

fn list(members: &str) -> [u8; 32] {
    hash("members", &[members.as_bytes()])
}

/// The vectors do not chain headers: a header is its height.
fn block(height: u64) -> BlockId {
    BlockId(hash("block", &[&height.to_be_bytes()]))
}

fn verify(trusted: &Light<'_>, step: &[&str]) -> Result<(), LightError> {
    let [height, time, members, signers, _, now, _] = step else { panic!("{step:?}") };
    let height: u64 = height.parse().unwrap();
    let base = Base {
        round: Round(trusted.height),
        time: trusted.time,
        block: block(trusted.height),
        next: list(trusted.next),
    };
    let claim = Claim {
        round: Round(height),
        time: seconds(time),
        parent: block(height - 1),
        committee: list(members),
        announced: height == trusted.height + 1,
    };
    let signers: Vec<char> = signers.chars().filter(|member| members.contains(*member)).collect();
    let known = signers.iter().filter(|member| trusted.next.contains(**member)).count();
    let (signed, members, trusted) = (signers.len(), members.len(), trusted.next.len());
    let tally = Tally { signed, members, known, trusted };
    judge(&base, &claim, (LIMITS, seconds(now)), || Ok(tally)).map(drop)
}

fn verdict(result: Result<(), LightError>) -> &'static str {
    match result {
        Ok(()) => "SUCCESS",
        Err(LightError::NotEnoughTrust { .. }) => "NOT_ENOUGH_TRUST",
        Err(_) => "INVALID",
    }
}

#[test]
fn every_verdict_is_the_models() {
    let mut trusted = Light { height: 0, time: Timestamp(0), next: "" };
    let mut verdicts = std::collections::BTreeMap::new();
    for line in VECTORS.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let words: Vec<&str> = line.split(' ').collect();
        if let ["trust", height, time, next] = words[..] {
            trusted = Light { height: height.parse().unwrap(), time: seconds(time), next };
            continue;
        }
        let step = &words[1..];
        let result = verify(&trusted, step);
        assert_eq!(verdict(result), step[6], "{line}: {result:?}");
        *verdicts.entry(step[6]).or_insert(0) += 1;
        if result.is_ok() {
            let height = step[0].parse().unwrap();
            trusted = Light { height, time: seconds(step[1]), next: step[4] };
        }
    }
    let expected = [("INVALID", 7), ("NOT_ENOUGH_TRUST", 11), ("SUCCESS", 7)];
    assert_eq!(verdicts.into_iter().collect::<Vec<_>>(), expected);
}
