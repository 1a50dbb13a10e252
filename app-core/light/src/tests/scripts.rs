//! The scripts LC1 to LC8 of `acp-corrections.md` B.4: eight ways to fool a light client.

use super::{Chain, certify, committee, member, sorted, step};
use crate::*;
use ed25519_dalek::{Signer, SigningKey};
use ledger::{
    Certificate, CertificateError, CertifiedHeader, Committee, Conflict, ConflictError, Header,
    HeaderError, Member,
};
use types::Round;

/// A header that claims to come much later, of a committee of the forger's own.
fn claim(chain: &Chain, round: u64, members: &Committee) -> Header {
    Header {
        round: Round(round),
        time: chain.time(1).plus_secs(round),
        committee: members.hash(),
        next_committee: members.hash(),
        ..chain.header(1).clone()
    }
}

/// A chain whose managers are 1 to 7, and a light node that trusts its first header.
fn fixture() -> (Chain, LightState) {
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4, 5, 6, 7]]);
    chain.grow(1);
    let state = chain.trusting(1);
    (chain, state)
}

#[test]
fn lc1_a_padded_certificate_is_refused() {
    // Fresh keys that sort before the real members, who "sign" behind them with garbage.
    let (chain, state) = fixture();
    let all = sorted(&(1..=60).collect::<Vec<_>>());
    let fresh: Vec<u8> = all.into_iter().filter(|seed| *seed > 7).take(20).collect();
    let seeds: Vec<u8> = fresh.iter().copied().chain(1..=7).collect();
    let members = committee(&seeds);
    let header = claim(&chain, 500, &members);
    let mut padded = certify(header.clone(), &seeds, &fresh, ledger::Step::Commit, 0);
    let garbage: std::collections::BTreeMap<u16, [u8; 64]> =
        (0..members.size() as u16).map(|number| (number, [7; 64])).collect();
    let size = members.size();
    let all = Certificate::new(ledger::Step::Commit, header.round, 0, header.id(), &garbage, size);
    let signatures = (0..).zip(all.signatures).map(|(at, garbage)| {
        let signed = padded.certificate.signers().iter().position(|signer| *signer == at);
        signed.map_or(garbage, |at| padded.certificate.signatures[at])
    });
    padded.certificate.signatures = signatures.collect();
    padded.certificate.bitmap = all.bitmap;
    assert!(fresh.len() >= members.quorum());
    let step = Step::new(padded, members, None);
    let error = state.clone().jump(&step, chain.time(1).plus_secs(600)).unwrap_err();
    assert!(matches!(error, LightError::Certificate(CertificateError::BadSignature(_))), "{error}");
}

#[test]
fn lc2_a_committee_of_former_members_is_refused() {
    // The members of epoch 0 have left; more than a third of them make a committee of their own.
    let mut chain = Chain::new(1000, &[vec![1, 2, 3, 4, 5, 6, 7], vec![8, 9, 10, 11]]);
    chain.grow(60);
    let state = chain.trusting(59);
    let former = committee(&[1, 2, 3, 4]);
    let now = chain.time(60).plus_secs(600);
    for round in [60, 61, 500] {
        let forged = step(claim(&chain, round, &former), &[1, 2, 3, 4], None);
        let error = state.clone().jump(&forged, now).unwrap_err();
        let expected = if round < 120 {
            LightError::Header(HeaderError::WrongCommittee)
        } else {
            LightError::NotEnoughTrust { known: 0, trusted: 4 }
        };
        assert_eq!(error, expected, "round {round}");
    }
}

#[test]
fn lc3_another_committee_within_an_announced_epoch_is_refused_whatever_its_overlap() {
    let (chain, state) = fixture();
    let seeds = [1, 2, 3, 4, 5, 6, 8];
    let forged = step(claim(&chain, 50, &committee(&seeds)), &seeds, None);
    let error = Err(LightError::Header(HeaderError::WrongCommittee));
    assert_eq!(state.clone().jump(&forged, chain.time(1).plus_secs(60)), error);
    // The same overlap is enough once the epoch was not announced.
    let later = step(claim(&chain, 120, &committee(&seeds)), &seeds, None);
    assert_eq!(state.clone().jump(&later, chain.time(1).plus_secs(200)), Ok(()));
}

#[test]
fn lc4_the_same_seat_with_another_key_counts_for_nothing() {
    // Every member keeps its ticket key, and so its account; the signing keys are the forger's.
    let (chain, state) = fixture();
    let forger = |seed: u8| SigningKey::from_bytes(&[seed + 100; 32]);
    let same = |seed: u8| Member { key: forger(seed).verifying_key().to_bytes(), ..member(seed) };
    let members = Committee::new((1..=7).map(same).collect()).unwrap();
    let header = claim(&chain, 500, &members);
    let place = ledger::Place::acp(header.chain, header.round, 0);
    let message = place.vote(ledger::Step::Commit, header.id());
    let votes = (1..=7).map(|seed| {
        let number = members.position(&same(seed).key).unwrap();
        (number, forger(seed).sign(&message).to_bytes())
    });
    let certificate =
        Certificate::new(ledger::Step::Commit, header.round, 0, header.id(), &votes.collect(), 7);
    let forged = Step::new(CertifiedHeader { header, certificate }, members, None);
    let error = Err(LightError::NotEnoughTrust { known: 0, trusted: 7 });
    assert_eq!(state.clone().jump(&forged, chain.time(1).plus_secs(600)), error);
}

#[test]
fn lc5_two_certificates_of_one_header_are_no_conflict() {
    let chain = Chain::plain(5);
    let mut state = chain.trusting(5);
    let seeds = [1, 2, 3, 4];
    for (signers, view) in [([1, 2, 3], 0), ([2, 3, 4], 0), ([1, 2, 3], 7)] {
        let header = chain.header(5).clone();
        let other = certify(header, &seeds, &signers, ledger::Step::Commit, view);
        let other = Step::new(other, committee(&seeds), None);
        assert_eq!(state.compare(&other, chain.time(5)), Ok(Agreement::Same));
        let first = state.step().unwrap().header;
        let conflict = Conflict { first, second: other.header, committee: committee(&seeds) };
        assert_eq!(conflict.verify(chain.genesis.chain()), Err(ConflictError::Same));
    }
    assert_eq!(state.frozen(), None);
}

#[test]
fn lc6_a_quorum_and_one_broken_signature_are_refused() {
    let chain = Chain::plain(1);
    let seeds = [1, 2, 3, 4];
    let header = chain.header(1).clone();
    let mut all = certify(header, &seeds, &seeds, ledger::Step::Commit, 0);
    let good = Step::new(all.clone(), committee(&seeds), None);
    assert_eq!(chain.light().jump(&good, chain.time(1)), Ok(()));
    all.certificate.signatures[3][9] ^= 1;
    let error = Err(LightError::Certificate(CertificateError::BadSignature(3)));
    let bad = Step::new(all, committee(&seeds), None);
    assert_eq!(chain.light().jump(&bad, chain.time(1)), error);
}

#[test]
fn lc7_what_was_trusted_15_days_ago_is_trusted_no_more() {
    let chain = Chain::plain(2);
    let mut state = chain.trusting(1);
    for (days, fine) in [(13, true), (14, false), (15, false)] {
        let now = chain.time(1).plus_millis(days * super::DAY);
        let expected = if fine { Ok(()) } else { Err(LightError::TrustExpired(chain.time(1))) };
        assert_eq!(state.clone().jump(&chain.step(2), now), expected, "{days} days");
        assert_eq!(state.clone().follow(&chain.step(2), now), expected, "{days} days");
        assert_eq!(state.needs_checkpoint(now), !fine);
    }
    assert_eq!(state.jump(&chain.step(2), chain.time(2)), Ok(()));
}

#[test]
fn lc8_a_prepare_quorum_is_no_certificate() {
    let chain = Chain::plain(1);
    let seeds = [1, 2, 3, 4];
    let header = chain.header(1).clone();
    let lock = certify(header.clone(), &seeds, &seeds, ledger::Step::Prepare, 0);
    let mut lock = Step::new(lock, committee(&seeds), None);
    let error = Err(LightError::Certificate(CertificateError::NotFinal));
    assert_eq!(chain.light().jump(&lock, chain.time(1)), error);
    // Nor if it is called one.
    lock.header.certificate.step = ledger::Step::Commit;
    let error = Err(LightError::Certificate(CertificateError::BadSignature(0)));
    assert_eq!(chain.light().jump(&lock, chain.time(1)), error);
}
