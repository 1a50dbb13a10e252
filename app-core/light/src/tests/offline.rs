//! Coming back after days and weeks: what is sent, and how much of it.

use super::{Chain, DAY};
use crate::*;
use types::Round;
use wire::Encode;

/// Half an hour is an epoch, as on the real ledger, in 60 rounds.
const INTERVAL: u32 = 30_000;
const EPOCHS_A_DAY: u64 = 48;

fn chain(days: u64, epochs: &[Vec<u8>]) -> Chain {
    let mut chain = Chain::new(INTERVAL, epochs);
    chain.grow(days * EPOCHS_A_DAY * 60);
    chain
}

fn steps(chain: &Chain, trusted: u64) -> Vec<Step> {
    let tip = Round(chain.headers.len() as u64);
    let params = &chain.genesis.params;
    route(Round(trusted), tip, params, &mut |round| Some(chain.step(round.0)))
}

fn bytes(steps: &[Step]) -> usize {
    steps.iter().map(|step| step.to_bytes().len()).sum()
}

#[test]
fn after_13_days_one_step_is_enough() {
    // Every fourth day a manager is replaced.
    let epochs: Vec<Vec<u8>> = (0..13 * EPOCHS_A_DAY)
        .map(|epoch| {
            let day = (epoch / EPOCHS_A_DAY) as u8 / 4;
            (day..day + 10).map(|seed| seed + 1).collect()
        })
        .collect();
    let chain = chain(13, &epochs);
    let sent = steps(&chain, 1);
    assert_eq!(sent.len(), 1);
    let mut state = chain.trusting(1);
    state.advance(&sent[0], chain.time(1).plus_millis(13 * DAY)).unwrap();
    assert_eq!(state.header(), chain.headers.last());
    assert!(bytes(&sent) < 2048, "{} bytes", bytes(&sent));
}

#[test]
fn after_three_weeks_only_a_checkpoint_leads_on() {
    let chain = chain(21, &[vec![1, 2, 3, 4]]);
    let now = chain.tip().header().time;
    let sent = steps(&chain, 1);
    let mut state = chain.trusting(1);
    assert!(state.needs_checkpoint(now));
    for step in &sent {
        let error = Err(LightError::TrustExpired(chain.time(1)));
        assert_eq!(state.clone().advance(step, now), error);
    }
    // Walking all the boundaries from what was trusted is no substitute.
    let boundary = chain.step(59);
    assert_eq!(state.jump(&boundary, now), Err(LightError::TrustExpired(chain.time(1))));
    // One checkpoint and one more answer.
    let at = 20 * EPOCHS_A_DAY * 60 - 1;
    let checkpoint = Checkpoint::of(chain.header(at));
    state.restart(&checkpoint, &chain.step(at), now).unwrap();
    let sent = steps(&chain, at);
    sent.iter().for_each(|step| state.advance(step, now).unwrap());
    assert_eq!(state.header(), chain.headers.last());
    assert!(bytes(&sent) + chain.step(at).to_bytes().len() < 1_500_000);
}

#[test]
fn a_walk_over_1008_boundaries_stays_below_a_megabyte_and_a_half() {
    let chain = chain(21, &[(1..=16).collect()]);
    let mut known = chain.light().committee().hash();
    let mut all = 0;
    for epoch in 0..1008_u64 {
        let boundary = chain.step(epoch * 60 + 59);
        let next = boundary.header().next_committee;
        all += boundary.known(&known).to_bytes().len();
        known = next;
    }
    assert!(all < 1_500_000, "{all} bytes");
}

#[test]
fn a_few_epochs_are_walked_and_nothing_else_is_taken() {
    let epochs: Vec<Vec<u8>> =
        (0..4).map(|epoch| (epoch..epoch + 7).map(|seed| seed + 1).collect()).collect();
    let mut chain = Chain::new(1000, &epochs);
    chain.grow(230);
    let sent = steps(&chain, 10);
    let rounds: Vec<u64> = sent.iter().map(|step| step.round().0).collect();
    assert_eq!(rounds, [59, 119, 179, 230]);
    let (state, now) = (chain.trusting(10), chain.time(230));
    let mut walked = state.clone();
    sent.iter().for_each(|step| walked.advance(step, now).unwrap());
    // The exact checks take the tip at once: six of seven members have signed it. A node does not.
    let tip = chain.step(130);
    assert_eq!(state.clone().jump(&tip, now), Ok(()));
    assert_eq!(state.clone().advance(&tip, now), Err(LightError::MustWalk(Round(10))));
}

#[test]
fn over_many_epochs_a_third_of_the_members_leads_on_and_fewer_are_asked_for_more() {
    // After 200 epochs nobody is left of those who were there before.
    let epochs: Vec<Vec<u8>> = (0..300_u32)
        .map(|epoch| (epoch / 20..epoch / 20 + 10).map(|seed| seed as u8 + 1).collect())
        .collect();
    let mut chain = Chain::new(1000, &epochs);
    chain.grow(300 * 60);
    let sent = steps(&chain, 10);
    // A few jumps, then what is near is walked.
    assert!((2..=80).contains(&sent.len()), "{} steps", sent.len());
    let (mut state, now) = (chain.trusting(10), chain.tip().header().time);
    let error = state.clone().advance(&chain.tip(), now).unwrap_err();
    assert!(matches!(error, LightError::NotEnoughTrust { known: 0, .. }), "{error}");
    sent.iter().for_each(|step| state.advance(step, now).unwrap());
    assert_eq!(state.header(), chain.headers.last());
    assert_eq!(steps(&chain, 18_000), vec![]);
}
