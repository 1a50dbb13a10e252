//! The log against crashes, bit rot and the wrong folder.

use super::*;
use acp::Vote;
use ledger::{Certificate, Step};
use types::BlockId;

const OWNER: Owner = Owner { chain: ChainId([3; 32]), member: [1; 32] };
const LOST: Round = Round(8);

fn record(round: u64) -> Record {
    let vote = Vote {
        step: Step::Prepare,
        round: Round(round),
        view: 0,
        block: BlockId([round as u8; 32]),
        member: 1,
        signature: [9; 64],
    };
    Record::Said(WalRecord::Vote { vote, lock: None, high: None })
}

fn excuse(round: u64) -> Record {
    let (round, block) = (Round(round), BlockId([1; 32]));
    let quorum = Certificate::new(Step::Prepare, round, 0, block, &[(0, [7; 64])].into(), 4);
    Record::Said(WalRecord::Excuse(Box::new(quorum)))
}

fn open(path: &Path, expected: bool) -> (Wal, Recovered) {
    Wal::open(path, OWNER, expected, LOST).unwrap()
}

fn written(count: u64) -> (tempfile::TempDir, PathBuf, Vec<Record>) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("votes.wal");
    let records: Vec<_> = (1..=count).map(record).collect();
    let (mut wal, recovered) = open(&path, false);
    assert!(recovered.records.is_empty() && recovered.abstain == Round(0));
    wal.append(&records).unwrap();
    (dir, path, records)
}

#[test]
fn what_was_appended_is_read_back_and_appended_to() {
    let (_dir, path, mut records) = written(2);
    let (mut wal, recovered) = open(&path, true);
    assert_eq!(recovered.records, records);
    wal.append(&[record(3)]).unwrap();
    records.push(record(3));
    assert_eq!(open(&path, true).1.records, records);
}

/// What was read may not be on the disk: a sync of it may have failed before, and is not tried again.
#[cfg(unix)]
#[test]
fn what_was_read_back_is_written_to_another_file() {
    use std::os::unix::fs::MetadataExt;
    let (_dir, path, records) = written(2);
    let before = fs::metadata(&path).unwrap().ino();
    let (wal, recovered) = open(&path, true);
    assert_eq!(recovered.records, records);
    let after = fs::metadata(&path).unwrap();
    assert!(after.ino() != before && after.len() == wal.len);
}

#[test]
fn a_file_cut_anywhere_in_its_last_record_loses_that_record_only() {
    let (_dir, path, records) = written(3);
    let whole = fs::read(&path).unwrap();
    let last = whole.len() - frame_of(&records[2]).len();
    for len in last..whole.len() {
        fs::write(&path, &whole[..len]).unwrap();
        let (mut wal, recovered) = open(&path, true);
        assert_eq!((recovered.records.as_slice(), recovered.abstain), (&records[..2], Round(0)));
        wal.append(&[record(7)]).unwrap();
        assert_eq!(open(&path, true).1.records.last(), Some(&record(7)));
    }
    // Blocks that were allocated but never written.
    fs::write(&path, [&whole[..last], &[0; 4096]].concat()).unwrap();
    assert_eq!(open(&path, true).1.records, records[..2]);
}

#[test]
fn damage_before_good_records_makes_the_member_abstain_and_is_remembered() {
    let (_dir, path, records) = written(3);
    let mut bytes = fs::read(&path).unwrap();
    bytes[HEAD + frame_of(&records[0]).len() + FRAME + 5] ^= 1;
    fs::write(&path, &bytes).unwrap();
    for _ in 0..2 {
        let (_, recovered) = open(&path, true);
        assert_eq!((recovered.records.as_slice(), recovered.abstain), (&records[..1], LOST));
    }
    assert_eq!(fs::read(path.with_extension("damaged")).unwrap(), bytes);
}

#[test]
fn a_damaged_head_or_a_missing_file_makes_the_member_abstain() {
    let (_dir, path, _) = written(2);
    let mut bytes = fs::read(&path).unwrap();
    bytes[20] ^= 1;
    fs::write(&path, &bytes).unwrap();
    assert_eq!(open(&path, true).1.abstain, LOST);
    fs::remove_file(&path).unwrap();
    assert_eq!(open(&path, true).1.abstain, LOST);
    assert_eq!(open(&path, true).1.abstain, LOST, "also after the next start");
}

#[test]
fn the_log_of_another_is_left_alone() {
    let (_dir, path, records) = written(1);
    for other in [Owner { member: [2; 32], ..OWNER }, Owner { chain: ChainId([4; 32]), ..OWNER }] {
        assert!(matches!(Wal::open(&path, other, true, LOST), Err(WalError::Foreign)));
    }
    assert_eq!(open(&path, true).1.records, records);
}

#[test]
fn rotation_forgets_what_is_final_and_keeps_the_round_to_abstain_in() {
    let (_dir, path, records) = written(3);
    let (mut wal, _) = open(&path, true);
    wal.rotate_if_large(Round(3), Round(5)).unwrap();
    assert_eq!(open(&path, true).1.records.len(), 3, "small files stay");
    wal.rotate(Round(1), Round(4)).unwrap();
    let (mut wal, recovered) = open(&path, true);
    assert_eq!((recovered.records.as_slice(), recovered.abstain), (&records[1..], Round(4)));
    wal.rotate(Round(3), Round(5)).unwrap();
    wal.append(&[record(9)]).unwrap();
    let (_, recovered) = open(&path, true);
    assert_eq!((recovered.records, recovered.abstain), (vec![record(9)], Round(5)));
}

#[test]
fn excuses_outlive_their_rounds_up_to_a_number() {
    let (_dir, path, _) = written(1);
    let (mut wal, _) = open(&path, true);
    let many = u64::try_from(MAX_EXCUSES).unwrap() + 3;
    let excuses: Vec<_> = (1..=many).map(excuse).collect();
    wal.append(&excuses).unwrap();
    wal.rotate(Round(many), Round(0)).unwrap();
    assert_eq!(open(&path, true).1.records, excuses[3..]);
}

#[test]
fn a_block_is_kept_as_long_as_the_vote_for_it() {
    let (_dir, path, _) = written(0);
    let (mut wal, _) = open(&path, true);
    let genesis = testkit::genesis(types::Timestamp(5), &[]);
    let folder = tempfile::tempdir().unwrap();
    let store = abns::ChainStore::open(&folder.path().join("chain.redb"), &genesis).unwrap();
    let (ground, _) = crate::chain::Rules::new(&genesis).ground(&store).unwrap();
    let block = Record::Block { header: Box::new(ground.empty), body: vec![0; 5] };
    wal.append(&[block.clone(), record(1)]).unwrap();
    wal.rotate(Round(0), Round(0)).unwrap();
    assert_eq!(open(&path, true).1.records, [block, record(1)]);
    let (mut wal, _) = open(&path, true);
    wal.rotate(Round(1), Round(0)).unwrap();
    assert!(open(&path, true).1.records.is_empty());
}

#[test]
fn a_large_file_keeps_what_was_said_in_rounds_that_are_not_final_here() {
    let (_dir, path, records) = written(2);
    let (mut wal, _) = open(&path, true);
    let many: Vec<_> = (0..40_000).map(|_| record(1)).collect();
    wal.append(&many).unwrap();
    wal.rotate_if_large(Round(1), Round(0)).unwrap();
    let (mut wal, recovered) = open(&path, true);
    assert!(recovered.records == records[1..]);
    wal.append(&many).unwrap();
    wal.rotate_if_large(Round(2), Round(0)).unwrap();
    assert!(open(&path, true).1.records.is_empty());
}

#[test]
fn the_bytes_are_these() {
    let head = hex::encode(head_of(OWNER, Round(5)));
    let (chain, member) = ("03".repeat(32), "01".repeat(32));
    assert!(head.starts_with(&format!("62636d2d77616c32{chain}{member}0000000000000005")));
    let frame = hex::encode(frame_of(&record(1)));
    assert!(frame.starts_with("7265630100000073"), "{frame}");
    for cut in 0..frame_of(&record(1)).len() {
        crate::fuzz::fuzz_wal(&frame_of(&record(1))[..cut]);
    }
}
