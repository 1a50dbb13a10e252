//! Headers that follow one another.

use super::certificates::{CHAIN, committee, header};
use crate::*;
use types::{BlockId, ChainId, Round, Timestamp};
use wire::Encode;

pub(crate) fn tip_of(header: &Header) -> Tip {
    Tip {
        round: header.round,
        block: header.id(),
        time: header.time,
        state_root: header.state_root,
        committee: header.next_committee,
        beacon: header.beacon,
        beacon_before: [0; 32],
        history: HeaderRange::default(),
    }
}

#[test]
fn headers_follow_one_another() {
    let committee = committee(4);
    let first = header(&committee);
    let tip = tip_of(&first);
    let next = Header {
        round: Round(8),
        parent: first.id(),
        time: Timestamp(9_000),
        history: tip.history.root(),
        ..header(&committee)
    };
    assert_eq!(next.follows(&tip, 1000), Ok(()));
    assert_eq!(next.follows(&tip, 1001), Err(HeaderError::TooEarly));
    assert_eq!(first.follows(&tip, 1000), Err(HeaderError::WrongRound));
    let end = Tip { time: Timestamp(u64::MAX), ..tip.clone() };
    let late = Header { time: Timestamp(u64::MAX), ..next.clone() };
    assert_eq!(late.follows(&end, 1000), Err(HeaderError::TooEarly));
    let spoilt = |error, spoil: &dyn Fn(&mut Header)| {
        let mut header = next.clone();
        spoil(&mut header);
        assert_eq!(header.follows(&tip, 1000), Err(error));
    };
    spoilt(HeaderError::WrongParent, &|header| header.parent = BlockId([0; 32]));
    spoilt(HeaderError::WrongCommittee, &|header| header.committee = [0; 32]);
    spoilt(HeaderError::WrongHistory, &|header| header.history = [0; 32]);
    let last = Tip { round: Round(u64::MAX), ..tip.clone() };
    assert_eq!(next.follows(&last, 1000), Err(HeaderError::WrongRound));
}

#[test]
fn a_header_names_its_network_committee_and_proposer() {
    let committee = committee(4);
    let header = header(&committee);
    assert_eq!(header.check(CHAIN, &committee), Ok(()));
    assert_eq!(header.check(ChainId([0; 32]), &committee), Err(HeaderError::WrongChain));
    let spoilt = |error, spoil: &dyn Fn(&mut Header)| {
        let mut header = header.clone();
        spoil(&mut header);
        assert_eq!(header.check(CHAIN, &committee), Err(error));
    };
    spoilt(HeaderError::UnknownVersion, &|header| header.version = 1);
    spoilt(HeaderError::UnknownFlags, &|header| header.flags = 1);
    spoilt(HeaderError::WrongCommittee, &|header| header.proposer = 4);
    spoilt(HeaderError::WrongCommittee, &|header| header.committee = [0; 32]);
    let empty = Header { proposer: NO_PROPOSER, ..header };
    assert!(empty.is_empty_block());
    assert_eq!(empty.check(CHAIN, &committee), Ok(()));
}

#[test]
fn the_next_tip_remembers_header_and_beacons() {
    let header = header(&committee(4));
    let before = Tip { beacon: [0x11; 32], ..tip_of(&header) };
    let next = before.after(&header);
    assert_eq!((next.beacon_before, next.beacon), ([0x11; 32], header.beacon));
    assert_eq!((next.block, next.committee), (header.id(), header.next_committee));
    assert_eq!(next.history.leaves(), 1);
    assert_eq!(header.to_bytes().len(), Header::LEN);
}
