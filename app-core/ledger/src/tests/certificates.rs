//! Certificates and committees.

use super::manager;
use crate::*;
use std::collections::BTreeMap;
use types::{BlockId, ChainId, Round, Timestamp};

const CHAIN: ChainId = ChainId([3; 32]);

fn committee(size: u8) -> Committee {
    Committee::new((1..=size).map(|seed| manager(seed).public()).collect()).unwrap()
}

fn header(committee: &Committee) -> Header {
    Header {
        version: Header::VERSION,
        chain: CHAIN,
        round: Round(7),
        time: Timestamp(8_000),
        parent: BlockId([1; 32]),
        body_root: [2; 32],
        state_root: [3; 32],
        receipts_root: [4; 32],
        committee: committee.hash(),
        proposer: 2,
    }
}

/// Signed by these members of a committee of so many.
fn certified(size: u8, members: &[u16]) -> CertifiedHeader {
    let committee = committee(size);
    let header = header(&committee);
    let message = vote_bytes(CHAIN, header.round, 0, Step::Commit, header.id());
    let vote = |member: &u16| (*member, manager(*member as u8 + 1).sign(&message));
    let votes: BTreeMap<_, _> = members.iter().map(vote).collect();
    let certificate = Certificate::new(header.round, 0, header.id(), &votes, usize::from(size));
    CertifiedHeader { header, certificate }
}

#[track_caller]
fn refused(error: CertificateError, spoil: impl FnOnce(&mut CertifiedHeader)) {
    let mut certified = certified(4, &[0, 1, 3]);
    assert_eq!(certified.verify(&committee(4)), Ok(()));
    spoil(&mut certified);
    assert_eq!(certified.verify(&committee(4)), Err(error));
}

#[test]
fn quorum_is_more_than_two_thirds() {
    for (size, quorum) in [(4, 3), (5, 4), (6, 5), (7, 5), (10, 7), (100, 67)] {
        assert_eq!(committee(size).quorum(), quorum, "of {size}");
    }
    assert_eq!(Committee::unchecked(Vec::new()).quorum(), 1);
}

#[test]
fn a_quorum_suffices_and_all_may_sign() {
    for members in [&[0, 1, 2][..], &[1, 2, 3], &[0, 1, 2, 3]] {
        assert_eq!(certified(4, members).verify(&committee(4)), Ok(()));
        assert_eq!(certified(4, members).certificate.signers(), members);
    }
    let nine: Vec<u16> = (2..9).collect();
    assert_eq!(certified(9, &nine).verify(&committee(9)), Ok(()));
}

#[test]
fn below_quorum() {
    for members in [&[][..], &[0], &[2, 3]] {
        let refused = certified(4, members).verify(&committee(4));
        assert_eq!(refused, Err(CertificateError::BelowQuorum));
    }
}

#[test]
fn bits_and_signatures_fit_the_committee() {
    let error = CertificateError::BadBitmap;
    refused(error, |c| c.certificate.bitmap[0] |= 1 << 2);
    refused(error, |c| c.certificate.bitmap[0] |= 1 << 4);
    refused(error, |c| c.certificate.bitmap.push(0));
    refused(error, |c| c.certificate.bitmap.clear());
    refused(error, |c| c.certificate.signatures.truncate(2));
    refused(error, |c| c.certificate.signatures.push([0; 64]));
    // An unused bit with a signature of its own, as if there were a fifth member.
    refused(error, |c| {
        c.certificate.bitmap[0] |= 1 << 4;
        let message = vote_bytes(CHAIN, c.header.round, 0, Step::Commit, c.header.id());
        c.certificate.signatures.push(manager(5).sign(&message));
    });
}

#[test]
fn one_member_counts_once() {
    refused(CertificateError::BadBitmap, |c| {
        c.certificate.bitmap[0] = 0b11;
        c.certificate.signatures[2] = c.certificate.signatures[1];
    });
}

#[test]
fn it_is_for_this_round_view_and_block() {
    refused(CertificateError::WrongRound, |c| c.certificate.round = Round(8));
    refused(CertificateError::WrongBlock, |c| c.certificate.block = BlockId([0; 32]));
    refused(CertificateError::WrongBlock, |c| c.header.state_root = [9; 32]);
    refused(CertificateError::BadSignature(0), |c| c.certificate.view = 1);
    // Signatures over another round under a certificate that claims this one.
    refused(CertificateError::BadSignature(0), |c| {
        c.header.round = Round(8);
        c.certificate.round = Round(8);
        c.certificate.block = c.header.id();
    });
    let other_chain = certified(4, &[0, 1, 2]).certificate.verify(ChainId([4; 32]), &committee(4));
    assert_eq!(other_chain, Err(CertificateError::BadSignature(0)));
}

#[test]
fn prepare_votes_are_no_certificate() {
    refused(CertificateError::BadSignature(0), |c| {
        let message = vote_bytes(CHAIN, c.header.round, 0, Step::Prepare, c.header.id());
        c.certificate.signatures =
            [1, 2, 4].iter().map(|seed| manager(*seed).sign(&message)).collect();
    });
}

#[test]
fn every_signature_is_checked_also_behind_the_quorum() {
    for member in 0..4_usize {
        let mut all = certified(4, &[0, 1, 2, 3]);
        all.certificate.signatures[member][40] ^= 1;
        let error = CertificateError::BadSignature(member as u16);
        assert_eq!(all.verify(&committee(4)), Err(error));
    }
}

#[test]
fn strangers_do_not_count() {
    refused(CertificateError::BadSignature(3), |c| {
        let message = vote_bytes(CHAIN, c.header.round, 0, Step::Commit, c.header.id());
        c.certificate.signatures[2] = manager(9).sign(&message);
    });
    refused(CertificateError::BadSignature(0), |c| c.certificate.signatures.swap(0, 1));
}

#[test]
fn committees_have_four_to_a_hundred_different_members() {
    let key = |seed: u8| manager(seed).public();
    assert!(Committee::new((1..=3).map(key).collect()).is_none());
    assert!(Committee::new((1..=101).map(key).collect()).is_none());
    assert!(Committee::new(vec![key(1), key(2), key(3), key(1)]).is_none());
    let committee = committee(5);
    let proposers: Vec<_> = (0..8).map(|round| committee.proposer(Round(round))).collect();
    assert_eq!(proposers, [0, 0, 1, 2, 3, 4, 0, 1]);
    assert_eq!(committee.position(&key(3)), Some(2));
    assert_eq!(committee.position(&key(6)), None);
}

#[test]
fn headers_follow_one_another() {
    let committee = committee(4);
    let first = header(&committee);
    let mut next = header(&committee);
    next.round = Round(8);
    next.parent = first.id();
    next.time = Timestamp(9_000);
    assert_eq!(next.follows(&first.tip(), 1000), Ok(()));
    assert_eq!(next.follows(&first.tip(), 1001), Err(HeaderError::TooEarly));
    assert_eq!(first.follows(&first.tip(), 1000), Err(HeaderError::WrongRound));
    let end = Tip { time: Timestamp(u64::MAX), ..first.tip() };
    next.time = Timestamp(u64::MAX);
    assert_eq!(next.follows(&end, 1000), Err(HeaderError::TooEarly));
    next.parent = BlockId([0; 32]);
    assert_eq!(next.follows(&first.tip(), 1000), Err(HeaderError::WrongParent));

    assert_eq!(next.check(CHAIN, &committee), Ok(()));
    assert_eq!(next.check(ChainId([0; 32]), &committee), Err(HeaderError::WrongChain));
    next.proposer = 4;
    assert_eq!(next.check(CHAIN, &committee), Err(HeaderError::WrongCommittee));
}
