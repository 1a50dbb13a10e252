//! Warrants: whom they freeze, whom not, and until when.

use super::compared::fork;
use super::{Chain, DAY, committee, step};
use crate::*;
use ledger::{CertificateError, Conflict, ConflictError, HeaderError};
use types::{Round, Timestamp};
use wire::{Decode, Encode};

/// Two certified headers of this round.
fn warrant(chain: &Chain, round: u64) -> Conflict {
    let (first, second) = (chain.step(round).header, fork(chain, round).header);
    Conflict { first, second, committee: committee(chain.seeds_at(Round(round))) }
}

#[test]
fn a_warrant_counts_if_it_is_about_a_committee_that_is_trusted() {
    let chain = Chain::plain(8);
    let mut state = chain.trusting(5);
    let now = chain.time(8);
    let warrant = warrant(&chain, 7);
    let same = Conflict { second: warrant.first.clone(), ..warrant.clone() };
    let apart = Conflict { second: fork(&chain, 6).header, ..warrant.clone() };
    let others = Conflict { committee: committee(&[1, 2, 3, 5]), ..warrant.clone() };
    let mut stranger = Chain::new(1000, &[vec![5, 6, 7, 8]]);
    stranger.grow(8);
    let foreign = self::warrant(&stranger, 7);
    assert_eq!(foreign.verify(stranger.genesis.chain()), Ok(()));
    let mut elsewhere = warrant.clone();
    elsewhere.second.header.chain = stranger.genesis.chain();
    let refused = [
        (same, ConflictError::Same.into()),
        (apart, ConflictError::Apart.into()),
        (others, LightError::WrongMembers),
        (foreign, LightError::WrongMembers),
        (elsewhere, ConflictError::BadHeader(HeaderError::WrongChain).into()),
    ];
    for (bad, error) in refused {
        assert_eq!(state.take_warrant(&bad, now), Err(error));
    }
    assert_eq!(state, chain.trusting(5));
    assert_eq!(state.take_warrant(&warrant, now), Ok(()));
    assert_eq!(state.frozen(), Some(&warrant));
    assert_eq!(state.take_warrant(&warrant, now), Err(LightError::Frozen));
}

#[test]
fn no_changed_byte_of_a_warrant_freezes_anybody() {
    let chain = Chain::plain(8);
    let state = chain.trusting(5);
    let bytes = warrant(&chain, 7).to_bytes();
    for at in (0..bytes.len()).step_by(3) {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        let Ok(changed) = Conflict::from_bytes(&changed) else { continue };
        let mut moved = state.clone();
        assert!(moved.take_warrant(&changed, chain.time(8)).is_err(), "byte {at}");
        assert_eq!(moved, state);
    }
}

#[test]
fn votes_that_end_no_round_are_no_warrant() {
    let chain = Chain::plain(8);
    let mut state = chain.trusting(5);
    let prepared =
        |header| super::certify(header, &[1, 2, 3, 4], &[1, 2, 3], ledger::Step::Prepare, 0);
    let mut warrant = warrant(&chain, 7);
    warrant.second = prepared(warrant.second.header);
    let refused = state.take_warrant(&warrant, chain.time(8));
    assert_eq!(refused, Err(ConflictError::BadCertificate(CertificateError::NotFinal).into()));
    assert_eq!(state.frozen(), None);
}

#[test]
fn those_who_left_long_ago_freeze_nobody() {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4], vec![5, 6, 7, 8], vec![9, 10, 11, 12]]);
    chain.grow(190);
    let state = chain.trusting(185);
    // The last but one committee's rounds may still be found out, the first one's are past.
    let take = |warrant: &Conflict, now: Timestamp| state.clone().take_warrant(warrant, now);
    let now = chain.time(190);
    assert_eq!(take(&warrant(&chain, 100), now), Ok(()));
    assert_eq!(take(&warrant(&chain, 30), now), Err(LightError::WrongMembers));
    // Whoever was away too long trusts nobody's signature: he fetches a checkpoint instead.
    let late = state.time().plus_millis(14 * DAY);
    let expired = Err(LightError::TrustExpired(state.time()));
    assert_eq!(take(&warrant(&chain, 187), late), expired);
    let mut compared = state.clone();
    assert_eq!(compared.compare(&fork(&chain, 185), late).map(drop), expired);
    assert_eq!(compared, state);
}

#[test]
fn former_members_freeze_nobody_once_their_bonds_are_free() {
    // A block in three hours, and the same managers ever since the first epoch.
    let mut chain = Chain::new(3 * 3_600_000, &[vec![1, 2, 3, 4], vec![5, 6, 7, 8]]);
    chain.grow(200);
    let left = chain.time(59);
    for (round, error) in [(150, None), (200, Some(LightError::WrongMembers))] {
        let (mut state, now) = (chain.trusting(round), chain.time(round));
        assert_eq!(now < left.plus_millis(14 * DAY), error.is_none());
        let state_before = LightState::from_bytes(&state.to_bytes());
        assert_eq!(state_before.as_ref(), Ok(&state));
        let taken = state.take_warrant(&warrant(&chain, 30), now);
        assert_eq!(taken.err(), error, "at round {round}");
        assert_eq!(state.frozen().is_none(), error.is_some());
    }
}

#[test]
fn what_a_person_has_resolved_does_not_freeze_again() {
    let chain = Chain::plain(12);
    let mut state = chain.trusting(8);
    let now = chain.time(12);
    let (early, late) = (warrant(&chain, 6), warrant(&chain, 11));
    state.take_warrant(&late, now).unwrap();
    // One that is older than the contradiction says nothing about it.
    let begin = |state: &mut LightState, round| {
        state.restart(&Checkpoint::of(chain.header(round)), &chain.step(round), now)
    };
    for round in [7, 9, 10] {
        assert_eq!(begin(&mut state, round), Err(LightError::BadCheckpoint));
    }
    begin(&mut state, 11).unwrap();
    let mut state = LightState::from_bytes(&state.to_bytes()).unwrap();
    let turned = Conflict { first: late.second.clone(), second: late.first.clone(), ..late };
    for settled in [&turned, &early, &warrant(&chain, 9)] {
        assert_eq!(state.take_warrant(settled, now), Err(LightError::Settled));
    }
    assert_eq!(state.compare(&fork(&chain, 11), now), Err(LightError::Settled));
    // Another one behind it is news.
    assert_eq!(state.take_warrant(&warrant(&chain, 12), now), Ok(()));
}

#[test]
fn whoever_has_left_keeps_nobody_frozen_by_a_round_that_never_comes() {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4], vec![5, 6, 7, 8]]);
    chain.grow(70);
    let now = chain.time(70);
    let far = |certified: Step| {
        let header = ledger::Header { round: Round(1 << 40), ..certified.header.header };
        step(header, &[1, 2, 3, 4], None).header
    };
    let (first, second) = (far(chain.step(50)), far(fork(&chain, 50)));
    let far = Conflict { first, second, committee: committee(&[1, 2, 3, 4]) };
    let mut frozen = chain.trusting(50);
    frozen.take_warrant(&far, now).unwrap();
    let begin = |round| {
        let mut state = frozen.clone();
        let checkpoint = Checkpoint::of(chain.header(round));
        state.restart(&checkpoint, &chain.step(round), now).map(|()| state)
    };
    for round in [49, 58] {
        assert_eq!(begin(round), Err(LightError::BadCheckpoint), "round {round}");
    }
    for round in [59, 70] {
        let mut state = begin(round).unwrap();
        assert!(state.take_warrant(&far, now).is_err(), "round {round}");
        assert_eq!(state.frozen(), None);
    }
}

#[test]
fn a_checkpoint_of_the_right_branch_helps_whoever_went_far_on_the_wrong_one() {
    let mut chain = Chain::plain(20);
    let state = chain.trusting(20);
    let right = fork(&chain, 12);
    chain.grow(1);
    let now = chain.time(21);
    let mut frozen = state.clone();
    let checkpoint = Checkpoint::of(right.header());
    assert_eq!(frozen.restart(&checkpoint, &right, now), Err(LightError::BadCheckpoint));
    frozen.take_warrant(&warrant(&chain, 12), now).unwrap();
    assert_eq!(frozen.restart(&checkpoint, &right, now), Ok(()));
    assert_eq!((frozen.round(), frozen.header()), (Round(12), Some(right.header())));
    let old = step(chain.header(11).clone(), &[1, 2, 3, 4], None);
    let mut frozen = state;
    frozen.take_warrant(&warrant(&chain, 12), now).unwrap();
    let refused = frozen.restart(&Checkpoint::of(chain.header(11)), &old, now);
    assert_eq!(refused, Err(LightError::BadCheckpoint));
}
