//! Warrants for a fork: whom they name, and whom not.

use super::super::certificates::{CHAIN, committee, header};
use super::super::round_trip;
use super::*;
use std::collections::BTreeSet;
use types::ChainId;

const X: u8 = 1;
const Y: u8 = 2;

/// The header called by this number, of one round.
fn block(number: u8) -> Header {
    Header { state_root: [number; 32], ..header(&committee(4)) }
}

fn quorum(step: Step, view: u32, number: u8, members: &[u16]) -> Certificate {
    let (committee, header) = (committee(4), block(number));
    let message = Place::acp(CHAIN, header.round, view).vote(step, header.id());
    let vote = |number: &u16| {
        let key = committee.member(*number).unwrap().key;
        let signer = (1..=4).map(manager).find(|manager| manager.public() == key).unwrap();
        (*number, signer.sign(&message))
    };
    let votes = members.iter().map(vote).collect();
    Certificate::new(step, header.round, view, header.id(), &votes, 4)
}

fn final_header(view: u32, number: u8, members: &[u16]) -> CertifiedHeader {
    let certificate = quorum(Step::Commit, view, number, members);
    CertifiedHeader { header: block(number), certificate }
}

fn conflict(first: CertifiedHeader, second: CertifiedHeader) -> Conflict {
    Conflict { first, second, committee: committee(4) }
}

fn keys(numbers: &[u16]) -> BTreeSet<[u8; 32]> {
    numbers.iter().map(|number| committee(4).member(*number).unwrap().key).collect()
}

#[test]
fn two_blocks_in_one_view_convict_who_signed_both() {
    let conflict = conflict(final_header(0, X, &[0, 1, 2]), final_header(0, Y, &[1, 2, 3]));
    assert_eq!(conflict.verify(CHAIN), Ok(()));
    assert_eq!(conflict.guilty_now(), keys(&[1, 2]));
    assert_eq!(conflict.summoned(&[]).guilty, keys(&[1, 2]));
    let bytes = round_trip(&conflict);
    assert!(bytes.len() < 2048);
}

/// LC5: certificates of one header differ in view and signers; that is no fork.
#[test]
fn what_is_no_conflict() {
    let good = || conflict(final_header(0, X, &[0, 1, 2]), final_header(0, Y, &[1, 2, 3]));
    let spoilt = |error, spoil: &dyn Fn(&mut Conflict)| {
        let mut conflict = good();
        spoil(&mut conflict);
        assert_eq!(conflict.verify(CHAIN), Err(error));
    };
    spoilt(ConflictError::Same, &|c| c.second = final_header(0, X, &[1, 2, 3]));
    spoilt(ConflictError::Same, &|c| c.second = final_header(7, X, &[0, 1, 2]));
    spoilt(ConflictError::Apart, &|c| c.second.header.round = Round(8));
    let elsewhere = ConflictError::BadHeader(HeaderError::WrongChain);
    spoilt(elsewhere, &|c| c.second.header.chain.0[0] ^= 1);
    assert_eq!(good().verify(ChainId([0; 32])), Err(elsewhere));
    let others = ConflictError::BadHeader(HeaderError::WrongCommittee);
    spoilt(others, &|c| c.committee = committee(5));
    spoilt(ConflictError::BadCertificate(CertificateError::NotFinal), &|c| {
        c.second.certificate = quorum(Step::Prepare, 0, Y, &[1, 2, 3]);
    });
    spoilt(ConflictError::BadCertificate(CertificateError::BelowQuorum), &|c| {
        c.second.certificate = quorum(Step::Commit, 0, Y, &[1, 2]);
    });
    spoilt(ConflictError::BadCertificate(CertificateError::BadSignature(1)), &|c| {
        c.second.certificate.signatures[0][9] ^= 1;
    });
}

/// V2: members 2 and 3 are faulty. A and others decide x in view 0; in view 1 B prepares y with the
/// faulty, A learns that quorum, commits y and is not to blame.
#[test]
fn different_views_name_the_faulty_and_nobody_else() {
    let conflict = conflict(final_header(0, X, &[0, 2, 3]), final_header(1, Y, &[0, 2, 3]));
    assert_eq!(conflict.verify(CHAIN), Ok(()));
    assert_eq!(conflict.guilty_now(), BTreeSet::new());
    assert_eq!(conflict.summoned(&[]), Summons::default(), "no quorum of Prepare is shown yet");
    let prepared = [quorum(Step::Prepare, 1, Y, &[1, 2, 3])];
    let summons = conflict.summoned(&prepared);
    assert_eq!((summons.guilty, summons.summoned), (BTreeSet::new(), keys(&[2, 3])));
    let reversed = Conflict { first: conflict.second, second: conflict.first, ..conflict };
    assert_eq!(reversed.summoned(&prepared).summoned, keys(&[2, 3]));
}

#[test]
fn an_earlier_quorum_clears_who_followed_it() {
    // x decided in view 0 by 0, 2, 3. In view 2 member 0 prepared y, because of the quorum for y in
    // view 1, in which it had no part.
    let conflict = conflict(final_header(0, X, &[0, 2, 3]), final_header(2, Y, &[0, 1, 2]));
    let late = quorum(Step::Prepare, 2, Y, &[0, 1, 2]);
    assert_eq!(conflict.summoned(std::slice::from_ref(&late)).summoned, keys(&[0, 2]));
    let excuse = quorum(Step::Prepare, 1, Y, &[1, 2, 3]);
    let both = conflict.summoned(&[late.clone(), excuse.clone()]);
    assert_eq!(both, conflict.summoned(&[excuse, late.clone()]), "in any order");
    assert_eq!(both.summoned, keys(&[2, 3]), "who made the excuse answers for it");

    // A quorum for y in the view of the decision itself: those who prepared both.
    let split = quorum(Step::Prepare, 0, Y, &[1, 2, 3]);
    let cleared = conflict.summoned(&[late.clone(), split.clone()]);
    assert_eq!(cleared, Summons::default(), "guilty are found once the quorum for x is shown");
    let first = quorum(Step::Prepare, 0, X, &[0, 2, 3]);
    let found = conflict.summoned(&[late, split, first]);
    assert_eq!((found.guilty, found.summoned), (keys(&[2, 3]), BTreeSet::new()));
}

#[test]
fn quorums_that_prove_nothing_summon_and_clear_nobody() {
    let conflict = conflict(final_header(1, X, &[0, 2, 3]), final_header(3, Y, &[0, 1, 2]));
    let good = quorum(Step::Prepare, 3, Y, &[0, 1, 2]);
    let summons = conflict.summoned(std::slice::from_ref(&good));
    assert_eq!(summons.summoned, keys(&[0, 2]));
    let mut forged = quorum(Step::Prepare, 2, Y, &[1, 2, 3]);
    forged.signatures[1][0] ^= 1;
    let mut elsewhere = quorum(Step::Prepare, 2, Y, &[1, 2, 3]);
    elsewhere.round = Round(8);
    let useless = [
        forged,
        elsewhere,
        quorum(Step::Prepare, 2, Y, &[1, 2]),
        quorum(Step::Commit, 2, Y, &[1, 2, 3]),
        // For the decided block, for another one, and below the decision.
        quorum(Step::Prepare, 2, X, &[1, 2, 3]),
        quorum(Step::Prepare, 0, Y, &[1, 2, 3]),
    ];
    for one in useless {
        assert_eq!(conflict.summoned(&[good.clone(), one]), summons);
    }
}
