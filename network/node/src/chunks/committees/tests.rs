use super::*;
use keys::Ed25519Key;
use ledger::{Certificate, Header, Member, NO_PROPOSER, Place, Step};
use types::{BlockId, Timestamp};

const CHAIN: ChainId = ChainId([1; 32]);

fn key(seed: u8) -> Ed25519Key {
    Ed25519Key::from_seed([seed; 32])
}

fn committee(first: u8) -> Committee {
    let member = |seed: u8| Member { key: key(seed).public(), vrf: key(seed + 100).public() };
    Committee::new((first..first + 4).map(member).collect()).unwrap()
}

/// A header of this round that the committee beginning with this seed has decided.
fn decided(first: u8, round: u64) -> CertifiedHeader {
    let members = committee(first);
    let header = Header {
        version: Header::VERSION,
        chain: CHAIN,
        round: Round(round),
        time: Timestamp(0),
        parent: BlockId([0; 32]),
        body_root: [0; 32],
        state_root: [0; 32],
        receipts_root: [0; 32],
        committee: members.hash(),
        next_committee: members.hash(),
        beacon: [0; 32],
        history: [0; 32],
        parent_certificate: [0; 32],
        proposer: NO_PROPOSER,
        ticket: [0; 80],
        flags: 0,
    };
    let message = Place::acp(CHAIN, header.round, 0).vote(Step::Commit, header.id());
    let vote =
        |seed: u8| (members.position(&key(seed).public()).unwrap(), key(seed).sign(&message));
    let votes = (first..first + 3).map(vote).collect();
    let certificate = Certificate::new(Step::Commit, header.round, 0, header.id(), &votes, 4);
    CertifiedHeader { header, certificate }
}

/// Rounds 1 to 9 by the first committee, 10 to 19 by the second, 20 by the first again.
fn followed(dir: &std::path::Path) -> Committees {
    let committees = Committees::open(dir.join("committees.bin"), CHAIN);
    for round in 1..=20 {
        let first = if (10..20).contains(&round) { 20 } else { 1 };
        committees.note(Round(round), &committee(first));
    }
    committees
}

#[test]
fn a_committee_counts_for_the_rounds_that_it_decided_and_no_others() {
    let dir = tempfile::tempdir().unwrap();
    let committees = followed(dir.path());
    for round in [1, 9, 20] {
        assert!(committees.trusts(&decided(1, round)), "{round}");
        assert!(!committees.trusts(&decided(20, round)), "{round}");
    }
    for round in [10, 19] {
        assert!(committees.trusts(&decided(20, round)), "{round}");
        assert!(!committees.trusts(&decided(1, round)), "{round}");
    }
    for round in [0, 21, u64::MAX] {
        assert!(!committees.trusts(&decided(1, round)), "{round}");
    }
    assert!(!committees.trusts(&decided(40, 5)));
    let mut tampered = decided(1, 5);
    tampered.header.body_root[0] ^= 1;
    assert!(!committees.trusts(&tampered));
    let mut prepared = decided(1, 5);
    prepared.certificate.step = Step::Prepare;
    assert!(!committees.trusts(&prepared));
}

#[test]
fn what_was_saved_last_is_where_the_next_round_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("committees.bin");
    let committees = Committees::open(path.clone(), CHAIN);
    for round in 1..=100 {
        committees.note(Round(round), &committee(1));
    }
    committees.save();
    let again = Committees::open(path, CHAIN);
    assert!(again.trusts(&decided(1, 100)));
    again.note(Round(101), &committee(1));
    assert!(again.trusts(&decided(1, 1)) && again.trusts(&decided(1, 101)));
}

#[test]
fn old_committees_are_known_after_a_restart_and_rounds_may_be_noted_again() {
    let dir = tempfile::tempdir().unwrap();
    drop(followed(dir.path()));
    let again = Committees::open(dir.path().join("committees.bin"), CHAIN);
    assert!(again.trusts(&decided(1, 3)) && again.trusts(&decided(20, 15)));
    again.note(Round(3), &committee(40));
    assert!(again.trusts(&decided(1, 3)));
    again.note(Round(21), &committee(1));
    assert!(again.trusts(&decided(1, 21)));
}

#[test]
fn after_a_gap_nothing_from_before_it_is_known() {
    let dir = tempfile::tempdir().unwrap();
    let committees = followed(dir.path());
    committees.note(Round(30), &committee(1));
    assert!(committees.trusts(&decided(1, 30)));
    for round in [5, 20, 25, 29] {
        assert!(!committees.trusts(&decided(1, round)), "{round}");
    }
}

#[test]
fn a_file_of_another_chain_or_a_damaged_one_says_nothing() {
    let dir = tempfile::tempdir().unwrap();
    drop(followed(dir.path()));
    let path = dir.path().join("committees.bin");
    let other = Committees::open(path.clone(), ChainId([2; 32]));
    assert!(!other.trusts(&decided(1, 3)));
    let good = std::fs::read(&path).unwrap();
    for length in 0..good.len() {
        fuzz_committees(&good[..length]);
        std::fs::write(&path, &good[..length]).unwrap();
        assert!(!Committees::open(path.clone(), CHAIN).trusts(&decided(1, 3)));
    }
    for byte in 0..good.len() {
        let mut bad = good.clone();
        bad[byte] ^= 0x55;
        fuzz_committees(&bad);
    }
}
