//! What a survey says of the managers, and what it does not take from anybody.

use super::*;
use crate::{Committees, MARKS, Mark, Sighting, survey};
use ledger::{CertificateError, HeaderError};

fn known(seeds: &[&[u8]]) -> Committees {
    seeds.iter().map(|seeds| committee(seeds)).map(|list| (list.hash(), list)).collect()
}

/// A round signed by these, seen by somebody who trusts its header.
fn seen(chain: &Chain, round: u64, signers: &[u8], view: u32) -> Sighting {
    let header = chain.header(round).clone();
    let seeds = chain.seeds_at(header.round).to_vec();
    let mut sighting = Sighting::of(&header);
    let shown = certify(header, &seeds, signers, ledger::Step::Commit, view);
    sighting.witness(&shown, &committee(&seeds)).unwrap();
    sighting
}

fn key(seed: u8) -> [u8; 32] {
    member(seed).key
}

#[test]
fn votes_views_and_empty_rounds_are_told_of_each_round() {
    let chain = Chain::plain(7);
    let mut rounds = vec![seen(&chain, 4, &[1, 2, 3, 4], 0), seen(&chain, 5, &[1, 2, 4], 2)];
    rounds.push(Sighting::of(chain.header(7)));
    let survey = survey(&rounds, &known(&[&[1, 2, 3, 4]]));
    let told = survey.rounds.iter().map(|line| (line.gap_ms, line.view, line.signers, line.empty));
    let expected = [
        (None, Some(0), Some(4), false),
        (Some(1000), Some(2), Some(3), false),
        (None, None, None, true),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    let first = committee(&[1, 2, 3, 4]).member(0).unwrap().key;
    assert_eq!([survey.rounds[0].proposer, survey.rounds[2].proposer], [Some(first), None]);
    assert!(survey.rounds.iter().all(|line| line.members == Some(4)));
}

#[test]
fn each_manager_is_counted_by_its_key() {
    let chain = Chain::plain(7);
    let mut rounds = vec![seen(&chain, 4, &[1, 2, 3, 4], 0), seen(&chain, 5, &[1, 2, 4], 0)];
    rounds.push(Sighting::of(chain.header(6)));
    rounds.push(Sighting::of(chain.header(7)));
    let survey = survey(&rounds, &known(&[&[1, 2, 3, 4]]));
    assert_eq!(survey.managers.len(), 4);
    let of = |seed| survey.managers.iter().find(|record| record.key == key(seed)).unwrap();
    assert_eq!((of(3).signed, of(3).of), (1, 2));
    assert_eq!((of(1).signed, of(1).of), (2, 2));
    assert_eq!(of(3).marks, [Mark::Signed, Mark::Absent, Mark::Unknown, Mark::Unknown]);
    // Number 0 proposes all but the empty ones.
    let proposed = survey.managers.iter().map(|record| record.proposed);
    assert_eq!(proposed.sum::<u64>(), 3);
    assert_eq!(of(sorted(&[1, 2, 3, 4])[0]).proposed, 3);
}

#[test]
fn a_number_means_another_manager_in_another_committee() {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4], vec![2, 3, 4, 5]]);
    chain.grow(61);
    let rounds = [seen(&chain, 59, &[1, 2, 3, 4], 0), seen(&chain, 60, &[2, 3, 5], 0)];
    let both = survey(&rounds, &known(&[&[1, 2, 3, 4], &[2, 3, 4, 5]]));
    let marks = |seed| both.managers.iter().find(|one| one.key == key(seed)).unwrap().marks.clone();
    assert_eq!(marks(1), [Mark::Signed, Mark::Outside]);
    assert_eq!(marks(4), [Mark::Signed, Mark::Absent]);
    assert_eq!(marks(5), [Mark::Outside, Mark::Signed]);
    // Of a committee that is not known nothing is said.
    let one = survey(&rounds, &known(&[&[1, 2, 3, 4]]));
    assert_eq!((one.managers.len(), one.rounds[1].members), (4, None));
    assert_eq!(one.managers[0].marks[1], Mark::Unknown);
}

#[test]
fn only_the_newest_rounds_have_marks_and_all_are_counted() {
    let chain = Chain::plain(40);
    let rounds: Vec<_> = (1..=40).map(|round| seen(&chain, round, &[1, 2, 3], 0)).collect();
    let survey = survey(&rounds, &known(&[&[1, 2, 3, 4]]));
    assert!(survey.managers.iter().all(|one| one.marks.len() == MARKS && one.of == 40));
    assert_eq!(survey.rounds.len(), 40);
}

#[test]
fn a_certificate_counts_only_for_the_trusted_header_and_its_committee() {
    let chain = Chain::plain(6);
    let seeds = [1, 2, 3, 4];
    let shown = |round, signers: &[u8]| {
        certify(chain.header(round).clone(), &seeds, signers, ledger::Step::Commit, 0)
    };
    let mut sighting = Sighting::of(chain.header(5));
    let before = sighting.clone();
    let mut check = |shown, members: &[u8], error| {
        assert_eq!(sighting.witness(&shown, &committee(members)), Err(error));
        assert_eq!(sighting, before);
    };
    check(shown(6, &[1, 2, 3]), &seeds, LightError::WrongHistory);
    check(shown(5, &[1, 2, 3]), &[1, 2, 3, 5], LightError::WrongMembers);
    check(shown(5, &[1, 2]), &seeds, CertificateError::BelowQuorum.into());
    let mut forged = shown(5, &[1, 2, 3]);
    forged.certificate.signatures[0][0] ^= 1;
    let number = forged.certificate.signers()[0];
    check(forged, &seeds, CertificateError::BadSignature(number).into());
    let lock = certify(chain.header(5).clone(), &seeds, &[1, 2, 3], ledger::Step::Prepare, 0);
    check(lock, &seeds, CertificateError::NotFinal.into());
    let mut other = shown(5, &[1, 2, 3]);
    other.header.time = other.header.time.plus_millis(1);
    check(other, &seeds, LightError::WrongHistory);
}

#[test]
fn what_the_light_node_trusts_needs_no_second_look() {
    let chain = Chain::plain(3);
    let mut light = chain.light();
    assert_eq!(light.sighting(), None);
    light.follow(&chain.step(1), chain.time(1)).unwrap();
    let (sighting, members) = light.sighting().unwrap();
    assert_eq!((sighting.round, members.hash()), (Round(1), sighting.committee));
    assert_eq!(sighting.votes.map(|votes| (votes.view, votes.signers)), Some((0, vec![0, 1, 2])));
    let wrong = light.follow(&chain.step(3), chain.time(3));
    assert_eq!(wrong, Err(HeaderError::WrongRound.into()));
    assert_eq!(light.sighting().unwrap().0.round, Round(1));
}
