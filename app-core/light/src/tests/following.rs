//! Following headers one by one: what is taken, and what is refused without a trace.

use super::{Chain, NOBODY, START, certify, committee, step};
use crate::*;
use ledger::{CertificateError, Header, HeaderError};
use types::{ChainId, Round, Timestamp};

#[test]
fn a_chain_is_followed_from_its_genesis_over_changes_of_committee() {
    let epochs = [vec![1, 2, 3, 4], vec![2, 3, 4, 5], vec![6, 7, 8, 9, 10]];
    let mut chain = Chain::new(1000, &epochs);
    chain.grow(130);
    let mut state = chain.light();
    assert_eq!((state.round(), state.time(), state.header()), (Round(0), START, None));
    for round in 1..=130 {
        // As servers send them: with the lists that the follower cannot know.
        let slim = chain.step(round).known(&state.committee().hash());
        assert_eq!(slim.committee, None);
        assert_eq!(slim.next.is_some(), round % 60 == 59 && round < 120);
        state.follow(&slim, chain.time(round)).unwrap();
        assert_eq!(state.header(), Some(chain.header(round)));
    }
    assert_eq!(*state.committee(), committee(&epochs[2]));
    assert_eq!(state.time_of(Round(0)), Some(START));
    assert_eq!(state.time_of(Round(129)), Some(chain.time(129)));
    assert_eq!(state.time_of(Round(131)), None);
    assert_eq!(state.step(), Some(chain.step(130)));
}

/// Changes the third header, has it signed anew, and offers it after the second.
#[track_caller]
fn refused(error: impl Into<LightError>, spoil: impl FnOnce(&mut Header)) {
    let mut chain = Chain::plain(2);
    let mut state = chain.trusting(2);
    let mut header = chain.following();
    spoil(&mut header);
    let spoilt = step(header, &[1, 2, 3, 4], Some(committee(&[1, 2, 3, 5])));
    let before = state.clone();
    assert_eq!(state.follow(&spoilt, chain.time(2)), Err(error.into()));
    assert_eq!(state, before);
    chain.grow(1);
    assert_eq!(state.follow(&chain.step(3), chain.time(2)), Ok(()));
}

#[test]
fn a_header_must_follow_the_trusted_one() {
    refused(HeaderError::WrongParent, |h| h.parent = NOBODY);
    refused(HeaderError::WrongRound, |h| h.round = Round(4));
    refused(HeaderError::WrongRound, |h| h.round = Round(2));
    refused(HeaderError::TooEarly, |h| h.time = START.plus_millis(2000));
    refused(HeaderError::TooEarly, |h| h.time = START);
    refused(HeaderError::WrongChain, |h| h.chain = ChainId([0; 32]));
    refused(HeaderError::WrongCommittee, |h| h.proposer = 4);
    refused(HeaderError::UnknownVersion, |h| h.version = 3);
    refused(HeaderError::UnknownFlags, |h| h.flags = 1);
    refused(LightError::WrongMembers, |h| h.committee = [0; 32]);
    refused(LightError::WrongMembers, |h| h.next_committee = [0; 32]);
    let other = committee(&[1, 2, 3, 5]).hash();
    refused(HeaderError::WrongCommittee, |h| h.next_committee = other);
}

#[test]
fn rounds_are_neither_repeated_nor_taken_back() {
    let chain = Chain::plain(4);
    let mut state = chain.trusting(3);
    for wrong in [1, 2, 3] {
        let error = Err(LightError::Header(HeaderError::WrongRound));
        assert_eq!(state.follow(&chain.step(wrong), chain.time(4)), error);
        assert_eq!(state.jump(&chain.step(wrong), chain.time(4)), error);
    }
    assert_eq!(state.follow(&chain.step(4), chain.time(4)), Ok(()));
}

#[test]
fn the_next_members_must_come_along_and_be_the_announced_ones() {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4], vec![2, 3, 4, 5]]);
    chain.grow(60);
    let state = chain.trusting(58);
    let good = chain.step(59);
    let lists = [None, Some(committee(&[1, 2, 3, 4])), Some(committee(&[2, 3, 4, 5, 6]))];
    for next in lists {
        let bad = Step { next, ..good.clone() };
        let error = Err(LightError::WrongMembers);
        assert_eq!(state.clone().follow(&bad, chain.time(59)), error);
    }
    let bad = Step { committee: Some(committee(&[2, 3, 4, 5])), ..good.clone() };
    assert_eq!(state.clone().follow(&bad, chain.time(59)), Err(LightError::WrongMembers));
    assert_eq!(state.clone().follow(&good, chain.time(59)), Ok(()));
}

#[test]
fn a_header_ahead_of_the_clock_tells_that_the_clock_is_behind() {
    let mut late = Chain::new(20_000, &[vec![1, 2, 3, 4]]);
    late.grow(1);
    let mut state = late.light();
    let error = Err(LightError::FutureHeader { header: late.time(1), now: START });
    assert_eq!(state.jump(&late.step(1), START), error);
    // One that nobody decided says nothing about the clock.
    let mut forged = late.step(1);
    forged.header.certificate.signatures[0][0] ^= 1;
    let error = Err(LightError::Certificate(CertificateError::BadSignature(0)));
    assert_eq!(state.jump(&forged, START), error);
    assert_eq!(state.jump(&late.step(1), START.plus_secs(10)), Ok(()));
    let early = Timestamp(late.time(1).0 - 10_001);
    late.grow(1);
    let error = Err(LightError::FutureHeader { header: late.time(1), now: early });
    assert_eq!(state.jump(&late.step(2), early), error);
}

#[test]
fn signatures_of_another_decision_decide_nothing() {
    let chain = Chain::plain(2);
    let state = chain.light();
    let mut swapped = chain.step(1);
    swapped.header.certificate = chain.step(2).header.certificate;
    let error = Err(LightError::Certificate(CertificateError::WrongRound));
    assert_eq!(state.clone().follow(&swapped, START), error);
    let (seeds, header) = ([1, 2, 3, 4], chain.header(1).clone());
    let few = certify(header, &seeds, &[1, 2], ledger::Step::Commit, 0);
    let few = Step::new(few, committee(&seeds), None);
    let error = Err(LightError::Certificate(CertificateError::BelowQuorum));
    assert_eq!(state.clone().follow(&few, START), error);
}
