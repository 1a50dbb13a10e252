use super::*;
use ledger::{Offence, SignedVote, Step};
use std::fs;
use types::{BlockId, Round};

const CHAIN: ChainId = ChainId([3; 32]);

fn evidence(key: u8, round: u64) -> Evidence {
    let vote = |block: u8| SignedVote {
        engine: 1,
        round: Round(round),
        view: 0,
        step: Step::Prepare,
        block: BlockId([block; 32]),
        signature: [block; 64],
    };
    Evidence { key: [key; 32], offence: Offence::DuplicateVote(vote(1), vote(2)) }
}

fn open(dir: &Path) -> Offences {
    Offences::open(dir, CHAIN).unwrap()
}

#[test]
fn what_was_saved_is_there_after_a_crash_and_what_is_punished_is_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut offences = open(dir.path());
    offences.save().unwrap();
    assert!(!dir.path().join(FILE).exists(), "there is nothing to save");
    offences.note(evidence(1, 5));
    offences.note(evidence(2, 5));
    offences.note(evidence(2, 5));
    assert_eq!(open(dir.path()).len(), 0);
    offences.save().unwrap();
    let mut again = open(dir.path());
    assert_eq!(again.found, [evidence(1, 5), evidence(2, 5)]);
    again.retain(|one| one.key != [1; 32]);
    assert_eq!(again.first(), Some(&evidence(2, 5)));
    again.save().unwrap();
    assert_eq!(open(dir.path()).found, [evidence(2, 5)]);
}

#[test]
fn a_file_that_cannot_be_written_is_written_later() {
    let dir = tempfile::tempdir().unwrap();
    let mut offences = open(dir.path());
    offences.note(evidence(1, 5));
    let obstacle = dir.path().join("evidence.new");
    fs::create_dir(&obstacle).unwrap();
    assert!(offences.save().is_err() && offences.save().is_err());
    fs::remove_dir(obstacle).unwrap();
    offences.save().unwrap();
    assert_eq!(open(dir.path()).found, [evidence(1, 5)]);
}

#[test]
fn no_key_takes_the_place_of_the_others() {
    let dir = tempfile::tempdir().unwrap();
    let mut offences = open(dir.path());
    for round in 0..1_000 {
        offences.note(evidence(1, round));
    }
    assert_eq!(offences.len(), MAX_OF_ONE);
    (0..=u8::MAX).for_each(|key| offences.note(evidence(key, 5)));
    assert_eq!(offences.len(), MAX_ALL);
    offences.save().unwrap();
    assert_eq!(open(dir.path()).len(), MAX_ALL);
}

#[test]
fn a_file_with_any_byte_changed_or_missing_counts_as_empty() {
    let dir = tempfile::tempdir().unwrap();
    let mut offences = open(dir.path());
    offences.note(evidence(1, 5));
    offences.save().unwrap();
    let path = dir.path().join(FILE);
    let good = fs::read(&path).unwrap();
    fuzz(&good[..good.len() - 32]);
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, bad).unwrap();
        assert_eq!(open(dir.path()).len(), 0, "byte {at}");
        fs::write(&path, &good[..at]).unwrap();
        assert_eq!(open(dir.path()).len(), 0, "up to {at}");
        fuzz(&good[..at]);
    }
    fs::write(&path, &good).unwrap();
    assert_eq!(Offences::open(dir.path(), ChainId([4; 32])).unwrap().len(), 0, "another chain");
    assert_eq!(open(dir.path()).len(), 1);
}
