//! Following headers: what is taken, and what is refused without a trace.

use super::{LATE, START, certify, chain, followed, genesis, manager, next};
use crate::*;
use ed25519_dalek::Signer;
use ledger::*;
use types::{BlockId, ChainId, Round, Timestamp};

#[test]
fn a_chain_is_followed_from_its_genesis() {
    let genesis = genesis();
    let headers = chain(&genesis, 5);
    let mut state = LightState::new(&genesis);
    assert_eq!((state.round(), state.time(), state.chain()), (Round(0), START, genesis.chain()));
    for header in &headers {
        state.advance(header, LATE).unwrap();
        assert_eq!(state.round(), header.header.round);
    }
    assert_eq!(state.time(), START.plus_secs(5));
    assert_eq!(state.time_of(Round(0)), Some(START));
    assert_eq!(state.time_of(Round(2)), Some(START.plus_secs(2)));
    assert_eq!(state.time_of(Round(6)), None);
}

/// Changes the third header, has it signed anew, and offers it after the second.
#[track_caller]
fn refused(error: LightError, spoil: impl FnOnce(&mut Header)) {
    let genesis = genesis();
    let headers = chain(&genesis, 2);
    let mut state = followed(&genesis, &headers);
    let mut header = next(&genesis, &headers[1].header.tip(), [3; 32]);
    assert_eq!(state.clone().advance(&certify(header.clone()), LATE), Ok(()));
    spoil(&mut header);
    let before = state.clone();
    assert_eq!(state.advance(&certify(header), LATE), Err(error));
    assert_eq!(state, before);
}

#[test]
fn a_header_must_follow_the_last_one() {
    refused(HeaderError::WrongParent.into(), |h| h.parent = BlockId([0; 32]));
    refused(HeaderError::WrongRound.into(), |h| h.round = Round(4));
    refused(HeaderError::WrongRound.into(), |h| h.round = Round(2));
    refused(HeaderError::TooEarly.into(), |h| h.time = START.plus_millis(2999));
    refused(HeaderError::TooEarly.into(), |h| h.time = START);
    refused(HeaderError::WrongChain.into(), |h| h.chain = ChainId([0; 32]));
    refused(HeaderError::WrongCommittee.into(), |h| h.committee = [0; 32]);
    refused(HeaderError::WrongCommittee.into(), |h| h.proposer = 4);
    refused(HeaderError::UnknownVersion.into(), |h| h.version = 2);
}

#[test]
fn rounds_are_neither_skipped_nor_repeated() {
    let genesis = genesis();
    let headers = chain(&genesis, 4);
    let mut state = followed(&genesis, &headers[..2]);
    for wrong in [&headers[3], &headers[1], &headers[0]] {
        let error = LightError::Header(HeaderError::WrongRound);
        assert_eq!(state.advance(wrong, LATE), Err(error));
    }
    assert_eq!(state.advance(&headers[2], LATE), Ok(()));
}

#[test]
fn the_committee_of_another_chain_decides_nothing_here() {
    let ours = genesis();
    let mut theirs = genesis();
    theirs.managers = (5..=8).map(|seed| manager(seed).verifying_key().to_bytes()).collect();
    let mut state = LightState::new(&ours);
    let foreign = chain(&theirs, 1);
    let error = LightError::Header(HeaderError::WrongChain);
    assert_eq!(state.advance(&foreign[0], LATE), Err(error));

    // Same chain and parent, but a committee of the forger's own, properly signed by it.
    let mut header = next(&ours, &ours.tip(), [1; 32]);
    header.committee = theirs.committee().hash();
    let message = vote_bytes(header.chain, header.round, 0, Step::Commit, header.id());
    let votes = (0..4).map(|member| (member, manager(member as u8 + 5).sign(&message).to_bytes()));
    let certificate = Certificate::new(header.round, 0, header.id(), &votes.collect(), 4);
    let mut forged = CertifiedHeader { header, certificate };
    let error = LightError::Header(HeaderError::WrongCommittee);
    assert_eq!(state.advance(&forged, LATE), Err(error));
    forged.header.committee = ours.committee().hash();
    forged.certificate.block = forged.header.id();
    let error = LightError::Certificate(CertificateError::BadSignature(0));
    assert_eq!(state.advance(&forged, LATE), Err(error));
}

#[test]
fn a_bad_certificate_is_refused() {
    let genesis = genesis();
    let headers = chain(&genesis, 2);
    let mut state = LightState::new(&genesis);
    let mut forged = headers[0].clone();
    forged.certificate.signatures[2][0] ^= 1;
    let error = LightError::Certificate(CertificateError::BadSignature(3));
    assert_eq!(state.advance(&forged, LATE), Err(error));
    let mut swapped = headers[0].clone();
    swapped.certificate = headers[1].certificate.clone();
    let error = LightError::Certificate(CertificateError::WrongRound);
    assert_eq!(state.advance(&swapped, LATE), Err(error));
}

#[test]
fn a_header_ahead_of_the_clock_tells_that_the_clock_is_behind() {
    let genesis = genesis();
    let headers = chain(&genesis, 1);
    let mut state = LightState::new(&genesis);
    let time = headers[0].header.time;
    let now = Timestamp(time.0 - MAX_AHEAD_MS - 1);
    let error = LightError::FutureHeader { header: time, now };
    assert_eq!(state.advance(&headers[0], now), Err(error));
    // One that nobody decided says nothing about the clock.
    let mut forged = headers[0].clone();
    forged.certificate.signatures[0][0] ^= 1;
    let error = LightError::Certificate(CertificateError::BadSignature(0));
    assert_eq!(state.advance(&forged, now), Err(error));
    assert_eq!(state.advance(&headers[0], Timestamp(now.0 + 1)), Ok(()));
}

#[test]
fn a_single_old_header_is_checked_by_the_committee_alone() {
    let genesis = genesis();
    let headers = chain(&genesis, 6);
    let state = followed(&genesis, &headers[..5]);
    assert_eq!(state.check_header(&headers[1]), Ok(()));
    assert_eq!(state.check_header(&headers[5]), Ok(()));
    let mut altered = headers[1].clone();
    altered.header.state_root = [9; 32];
    let error = LightError::Certificate(CertificateError::WrongBlock);
    assert_eq!(state.check_header(&altered), Err(error));
    altered.header.chain = ChainId([0; 32]);
    assert_eq!(state.check_header(&altered), Err(HeaderError::WrongChain.into()));
}
