//! Certificates and committees.

use super::headers::tip_of;
use super::{manager, member};
use crate::*;
use keys::Ed25519Key;
use std::collections::BTreeMap;
use types::{BlockId, ChainId, Round, Timestamp};

pub(crate) const CHAIN: ChainId = ChainId([3; 32]);

pub(crate) fn committee(size: u8) -> Committee {
    Committee::new((1..=size).map(member).collect()).unwrap()
}

/// The signing key behind a number of a committee.
fn signer(committee: &Committee, number: u16) -> Ed25519Key {
    let key = committee.member(number).unwrap().key;
    (1..=100).map(manager).find(|manager| manager.public() == key).unwrap()
}

pub(crate) fn header(committee: &Committee) -> Header {
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
        next_committee: committee.hash(),
        beacon: [5; 32],
        history: [6; 32],
        parent_certificate: [7; 32],
        proposer: 2,
        ticket: [8; 80],
        flags: 0,
    }
}

/// Votes of these members of a committee.
fn certificate(
    committee: &Committee,
    header: &Header,
    (view, step): (u32, Step),
    members: &[u16],
) -> Certificate {
    let message = Place::acp(CHAIN, header.round, view).vote(step, header.id());
    let vote = |number: &u16| (*number, signer(committee, *number).sign(&message));
    let votes: BTreeMap<_, _> = members.iter().map(vote).collect();
    Certificate::new(step, header.round, view, header.id(), &votes, committee.size())
}

/// Signed by these members of a committee of so many.
fn certified(size: u8, members: &[u16]) -> CertifiedHeader {
    let committee = committee(size);
    let header = header(&committee);
    let certificate = certificate(&committee, &header, (0, Step::Commit), members);
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
    for (size, quorum, faults) in
        [(4, 3, 1), (5, 4, 1), (6, 5, 1), (7, 5, 2), (10, 7, 3), (100, 67, 33)]
    {
        assert_eq!(committee(size).quorum(), quorum, "of {size}");
        assert_eq!(committee(size).faults(), faults, "of {size}");
        assert_eq!(quorum + faults, usize::from(size));
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
        let message = Place::acp(CHAIN, c.header.round, 0).vote(Step::Commit, c.header.id());
        c.certificate.signatures.push(manager(5).sign(&message));
    });
    // Nine members need a second byte, of which one bit is used.
    let mut wide = certified(9, &[0, 1, 2, 3, 4, 5, 8]);
    assert_eq!(wide.verify(&committee(9)), Ok(()));
    wide.certificate.bitmap[1] |= 2;
    wide.certificate.signatures.push([0; 64]);
    assert_eq!(wide.verify(&committee(9)), Err(error));
    wide.certificate.bitmap.truncate(1);
    wide.certificate.signatures.truncate(6);
    assert_eq!(wide.verify(&committee(9)), Err(error));
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
    let committee = committee(4);
    let header = header(&committee);
    let quorum = certificate(&committee, &header, (0, Step::Prepare), &[0, 1, 2]);
    assert_eq!(quorum.verify(CHAIN, &committee), Ok(()), "it is a lock");
    let offered = CertifiedHeader { header, certificate: quorum };
    assert_eq!(offered.verify(&committee), Err(CertificateError::NotFinal));
    let mut renamed = offered;
    renamed.certificate.step = Step::Commit;
    assert_eq!(renamed.verify(&committee), Err(CertificateError::BadSignature(0)));
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

/// A quorum of an invented committee signs, the bits of the real members stand behind it.
#[test]
fn a_padded_certificate_is_refused() {
    let (fresh, real) = (5..=7_u8, 1..=3_u8);
    let padded = Committee::new(fresh.clone().chain(real.clone()).map(member).collect()).unwrap();
    let header = header(&padded);
    let numbers = |seeds: std::ops::RangeInclusive<u8>| -> Vec<u16> {
        seeds.map(|seed| padded.position(&manager(seed).public()).unwrap()).collect()
    };
    let all: Vec<u16> = (0..6).collect();
    let mut certificate = certificate(&padded, &header, (0, Step::Commit), &all);
    for number in numbers(real) {
        certificate.signatures[usize::from(number)] = [0xaa; 64];
    }
    let certified = CertifiedHeader { header, certificate };
    let refused = certified.verify(&padded);
    assert!(matches!(refused, Err(CertificateError::BadSignature(_))), "{refused:?}");
}

#[test]
fn one_header_may_have_many_certificates() {
    let committee = committee(4);
    let header = header(&committee);
    let variants = [(0, &[0, 1, 2][..]), (0, &[1, 2, 3]), (0, &[0, 1, 2, 3]), (5, &[0, 1, 2])];
    let mut digests: Vec<_> = variants
        .map(|(view, members)| {
            let certificate = certificate(&committee, &header, (view, Step::Commit), members);
            let certified = CertifiedHeader { header: header.clone(), certificate };
            assert_eq!(certified.verify(&committee), Ok(()));
            certified.certificate.digest()
        })
        .to_vec();
    digests.sort_unstable();
    digests.dedup();
    assert_eq!(digests.len(), variants.len(), "so they are never compared by their bytes");
}

#[test]
fn strangers_do_not_count() {
    refused(CertificateError::BadSignature(3), |c| {
        let message = Place::acp(CHAIN, c.header.round, 0).vote(Step::Commit, c.header.id());
        c.certificate.signatures[2] = manager(9).sign(&message);
    });
    refused(CertificateError::BadSignature(0), |c| c.certificate.signatures.swap(0, 1));
}

#[test]
fn committees_have_four_to_a_hundred_different_members_of_different_keys() {
    assert!(Committee::new((1..=3).map(member).collect()).is_none());
    assert!(Committee::new(vec![member(1), member(2), member(3), member(1)]).is_none());
    let plain = |at: u8| Member {
        key: [at; 32],
        vrf: [[at; 31].as_slice(), &[0xff]].concat().try_into().unwrap(),
    };
    assert!(Committee::new((0..100).map(plain).collect()).is_some());
    assert!(Committee::new((0..101).map(plain).collect()).is_none());

    let four = || (1..=4).map(member).collect::<Vec<_>>();
    for spoil in [
        |m: &mut Vec<Member>| m[1].vrf = m[0].vrf,
        |m: &mut Vec<Member>| m[1].vrf = m[1].key,
        |m: &mut Vec<Member>| m[1].vrf = m[0].key,
        |m: &mut Vec<Member>| m[1].key = m[0].key,
    ] {
        let mut members = four();
        spoil(&mut members);
        assert!(Committee::new(members).is_none());
    }
    let committee = committee(5);
    assert!(committee.members().is_sorted_by_key(|member| member.key));
    for (number, member) in (0..).zip(committee.members()) {
        assert_eq!(committee.position(&member.key), Some(number));
    }
    assert_eq!(committee.position(&manager(6).public()), None);
}

/// What the body must carry: the Commit certificate of the parent, by the committee of its round.
#[test]
fn a_body_carries_the_certificate_of_its_parent() {
    let CertifiedHeader { header, certificate } = certified(4, &[0, 1, 3]);
    let (tip, voters) = (tip_of(&header), committee(4));
    let body = |parent_certificate| Body { parent_certificate, ..Body::default() };
    let check = |parent, tip: &Tip| body(parent).check_parent(CHAIN, tip, &voters);
    assert_eq!(check(Some(certificate.clone()), &tip), Ok(()));
    assert_eq!(check(None, &tip), Err(CertificateError::Missing));
    let genesis = Tip { round: Round(0), ..tip.clone() };
    assert_eq!(check(None, &genesis), Ok(()));
    assert_eq!(check(Some(certificate.clone()), &genesis), Err(CertificateError::WrongRound));

    let spoilt = |error, spoil: &dyn Fn(&mut Certificate)| {
        let mut certificate = certificate.clone();
        spoil(&mut certificate);
        assert_eq!(check(Some(certificate), &tip), Err(error));
    };
    spoilt(CertificateError::NotFinal, &|c| c.step = Step::Prepare);
    spoilt(CertificateError::WrongRound, &|c| c.round = Round(6));
    spoilt(CertificateError::WrongBlock, &|c| c.block = BlockId([0; 32]));
    spoilt(CertificateError::BadSignature(1), &|c| c.signatures[1][3] ^= 1);
    // A quorum of valid signatures does not make up for a broken one behind it.
    let mut four = certified(4, &[0, 1, 2, 3]).certificate;
    four.signatures[3][3] ^= 1;
    assert_eq!(check(Some(four), &tip), Err(CertificateError::BadSignature(3)));
}
