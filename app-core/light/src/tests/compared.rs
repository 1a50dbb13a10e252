//! Cross-checking, and freezing when the managers contradict themselves.

use super::{Chain, committee, step};
use crate::*;
use ledger::{Conflict, HeaderError};
use wire::{Decode, Encode};

pub(super) fn fork(chain: &Chain, round: u64) -> Step {
    let mut header = chain.header(round).clone();
    header.state_root = [0xee; 32];
    step(header, chain.seeds_at(types::Round(round)), chain.step(round).next)
}

#[test]
fn other_nodes_are_behind_ahead_or_agree() {
    let chain = Chain::plain(8);
    let mut state = chain.trusting(5);
    let now = chain.time(8);
    assert_eq!(state.compare(&chain.step(5), now), Ok(Agreement::Same));
    assert_eq!(state.compare(&chain.step(2), now), Ok(Agreement::Behind));
    assert_eq!(state.compare(&chain.step(8), now), Ok(Agreement::Ahead));
    assert_eq!(state, chain.trusting(5));
}

#[test]
fn a_second_certified_header_of_one_round_freezes_everything() {
    let chain = Chain::plain(8);
    let mut state = chain.trusting(5);
    let now = chain.time(8);
    let Ok(Agreement::Conflict(conflict)) = state.compare(&fork(&chain, 5), now) else {
        panic!("a fork is a conflict")
    };
    assert_eq!(conflict.verify(chain.genesis.chain()), Ok(()));
    assert_eq!(Conflict::from_bytes(&conflict.to_bytes()).as_ref(), Ok(&*conflict));
    // It survives being stored, and nothing is believed any more.
    let mut state = LightState::from_bytes(&state.to_bytes()).unwrap();
    assert_eq!(state.frozen(), Some(&*conflict));
    assert_eq!(state.follow(&chain.step(6), now), Err(LightError::Frozen));
    assert_eq!(state.jump(&chain.step(8), now), Err(LightError::Frozen));
    assert_eq!(state.compare(&chain.step(5), now), Err(LightError::Frozen));
    let path = chain.path(2, 5);
    let under = types::Round(5);
    assert_eq!(state.check_header(under, chain.header(2), &path), Err(LightError::Frozen));
    // A person brings a checkpoint, and it goes on.
    let checkpoint = Checkpoint::of(chain.header(6));
    state.restart(&checkpoint, &chain.step(6), now).unwrap();
    assert_eq!(state.frozen(), None);
    assert_eq!(state.jump(&chain.step(8), now), Ok(()));
}

#[test]
fn a_contradiction_in_an_earlier_round_freezes_too() {
    let mut chain = Chain::plain(5);
    let mut state = chain.trusting(5);
    chain.grow(1);
    state.follow(&chain.step(6), chain.time(6)).unwrap();
    let compared = state.compare(&fork(&chain, 5), chain.time(6));
    assert!(matches!(compared, Ok(Agreement::Conflict(_))), "{compared:?}");
    assert!(state.frozen().is_some());
}

#[test]
fn what_nobody_has_certified_freezes_nothing() {
    let chain = Chain::plain(8);
    let mut state = chain.trusting(5);
    let mut lie = fork(&chain, 5);
    lie.header.certificate.signatures[1][1] ^= 1;
    assert!(matches!(state.compare(&lie, chain.time(8)), Err(LightError::Certificate(_))));
    // A committee of the liar's own.
    let mut header = chain.header(5).clone();
    header.committee = committee(&[5, 6, 7, 8]).hash();
    header.next_committee = header.committee;
    let lie = step(header, &[5, 6, 7, 8], None);
    let error = Err(LightError::Header(HeaderError::WrongCommittee));
    assert_eq!(state.compare(&lie, chain.time(8)), error);
    let mut ahead = chain.step(8);
    ahead.header.certificate.signatures[1][1] ^= 1;
    assert!(state.compare(&ahead, chain.time(8)).is_err());
    assert_eq!(state, chain.trusting(5));
}

#[test]
fn two_committees_that_both_follow_from_what_was_trusted_are_a_conflict() {
    // Half of the members sign another future with another committee.
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4, 5, 6], vec![1, 2, 3, 7, 8, 9]]);
    chain.grow(130);
    let mut other = Chain::new(1000, &[vec![1, 2, 3, 4, 5, 6], vec![4, 5, 6, 10, 11, 12]]);
    other.grow(130);
    let mut state = chain.trusting(5);
    let now = chain.time(130);
    let signed = |chain: &Chain, seeds: &[u8]| {
        let header = chain.header(130).clone();
        let all = super::certify(header, seeds, seeds, ledger::Step::Commit, 0);
        Step::new(all, committee(seeds), None)
    };
    state.jump(&signed(&chain, &chain.epochs[1]), now).unwrap();
    let compared = state.compare(&signed(&other, &other.epochs[1]), now);
    assert!(matches!(compared, Ok(Agreement::Conflict(_))), "{compared:?}");
}

#[test]
fn a_contradiction_behind_a_change_of_committee_is_seen() {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4], vec![5, 6, 7, 8]]);
    chain.grow(62);
    let mut state = chain.trusting(58);
    (59..=62).for_each(|round| state.follow(&chain.step(round), chain.time(round)).unwrap());
    let compared = state.compare(&fork(&chain, 58), chain.time(62));
    assert!(matches!(compared, Ok(Agreement::Conflict(_))), "{compared:?}");
}

#[test]
fn an_answer_that_comes_late_makes_a_warrant_that_others_believe() {
    let chain = Chain::plain(8);
    let mut state = chain.trusting(5);
    let asked = state.step().unwrap();
    state.jump(&chain.step(8), chain.time(8)).unwrap();
    // What agrees, what proves nothing, and what is of another round is compared as ever.
    let now = chain.time(8);
    assert_eq!(state.compare_with(&asked, &chain.step(5), now), Ok(Agreement::Behind));
    assert_eq!(state.compare_with(&asked, &chain.step(8), now), Ok(Agreement::Same));
    let mut lie = fork(&chain, 5);
    lie.header.certificate.signatures[1][1] ^= 1;
    assert!(matches!(state.compare_with(&asked, &lie, now), Err(LightError::Certificate(_))));
    assert_eq!(state.frozen(), None);
    let compared = state.compare_with(&asked, &fork(&chain, 5), now);
    let Ok(Agreement::Conflict(conflict)) = compared else { panic!("{compared:?}") };
    assert_eq!(conflict.verify(chain.genesis.chain()), Ok(()));
    assert_eq!(state.frozen(), Some(&*conflict));
}
