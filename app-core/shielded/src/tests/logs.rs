//! What nodes tell of the log, and how a wallet knows that it is all there is.

use super::{Chain, abc, shielding};
use crate::{Effects, LogEntry, LogError, LogPlace, MAX_ENTRY_LEN, Pool, follow_log};
use types::Round;
use wire::{Decode, DecodeError, Encode, hash};

fn effects(seed: u64) -> Effects {
    shielding(Chain::new().pool.anchor, 5, seed).effects().clone()
}

/// Five bundles in three blocks, and what lies between two of them.
struct Log {
    entries: Vec<LogEntry>,
    /// The pool before the first bundle, and after each block.
    pools: Vec<Pool>,
}

fn log() -> Log {
    let mut chain = Chain::new();
    let (mut entries, mut pools) = (Vec::new(), vec![chain.pool.clone()]);
    for (round, block) in (1..).zip([&[1_u64, 2][..], &[3], &[4, 5]]) {
        let block: Vec<Effects> = block.iter().map(|seed| effects(*seed)).collect();
        let at = |(index, effects): (u32, &Effects)| LogEntry::of(Round(round), index, effects);
        entries.extend((0..).zip(&block).map(at));
        chain.block(&block.iter().collect::<Vec<_>>()).unwrap();
        pools.push(chain.pool.clone());
    }
    Log { entries, pools }
}

#[test]
fn entries_are_followed_from_every_place_to_every_later_state() {
    let Log { entries, pools } = log();
    let counts = [0, 2, 3, 5];
    for (from, start) in counts.iter().zip(&pools) {
        for (to, end) in counts.iter().zip(&pools).filter(|(to, _)| *to >= from) {
            let between = &entries[*from..*to];
            assert_eq!(follow_log(start.log_place(), between, end), Ok(()));
        }
        assert_eq!(LogPlace::START.behind(&entries[..*from]), start.log_place());
    }
    // From the middle of a block as well.
    let middle = LogPlace::START.behind(&entries[..1]);
    assert_eq!(follow_log(middle, &entries[1..], &pools[3]), Ok(()));
}

#[track_caller]
fn refused(entries: &[LogEntry], why: LogError) {
    assert_eq!(follow_log(LogPlace::START, entries, &log().pools[3]), Err(why));
}

#[test]
fn an_entry_left_out_or_added_is_noticed() {
    let all = log().entries;
    for place in 0..all.len() {
        let (mut fewer, mut more) = (all.clone(), all.clone());
        fewer.remove(place);
        refused(&fewer, LogError::Count);
        more.insert(place, all[place].clone());
        refused(&more, LogError::Count);
        // One for another, so that the number is right.
        fewer.push(all[0].clone());
        refused(&fewer, LogError::Hash);
    }
    refused(&[], LogError::Count);
}

#[test]
fn entries_in_another_order_are_noticed() {
    let all = log().entries;
    for (one, other) in [(0, 1), (1, 2), (0, 4)] {
        let mut swapped = all.clone();
        swapped.swap(one, other);
        refused(&swapped, LogError::Hash);
    }
    let mut actions = all;
    actions[2].actions.swap(0, 1);
    refused(&actions, LogError::Hash);
}

#[test]
fn every_altered_byte_of_an_entry_is_noticed() {
    let Log { entries, pools } = log();
    let bytes = entries[2].to_bytes();
    let mut noticed = 0;
    for place in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        let Ok(altered) = LogEntry::from_bytes(&bytes) else { continue };
        noticed += 1;
        let result = follow_log(pools[1].log_place(), &[altered], &pools[2]);
        assert_eq!(result, Err(LogError::Hash), "byte {place}");
    }
    assert!(noticed > 300);
}

#[test]
fn another_start_is_noticed_and_one_behind_the_state_is_refused() {
    let Log { entries, pools } = log();
    let start = pools[1].log_place();
    let mut other = start;
    other.hash[0] ^= 1;
    assert_eq!(follow_log(other, &entries[2..], &pools[3]), Err(LogError::Hash));
    assert_eq!(follow_log(other, &[], &pools[1]), Err(LogError::Hash));
    let later = pools[2].log_place();
    assert_eq!(follow_log(later, &[], &pools[1]), Err(LogError::Ahead));
}

#[test]
fn an_entry_tells_the_effects_it_belongs_to() {
    let entry = LogEntry::of(Round(1), 0, &effects(1));
    assert!(entry.is_of(&effects(1)));
    assert!(!entry.is_of(&effects(2)));
    let mut memo = effects(1);
    memo.actions[1].enc[579] ^= 1;
    assert!(!entry.is_of(&memo));
    assert!(!entry.is_of(&Effects { balance: -6, ..effects(1) }));
}

#[test]
fn only_padded_entries_are_read_and_nothing_behind_them() {
    let entry = LogEntry::of(Round(1), 0, &effects(1));
    for count in [0, 1, 3, 15, 17, 32] {
        let other = LogEntry { actions: vec![entry.actions[0].clone(); count], ..entry.clone() };
        let bytes = other.to_bytes();
        assert_eq!(LogEntry::from_bytes(&bytes), Err(DecodeError::BadValue("action count")));
    }
    let full = LogEntry { actions: vec![entry.actions[0].clone(); 16], ..entry.clone() };
    assert_eq!(full.to_bytes().len(), MAX_ENTRY_LEN);
    let bytes = entry.to_bytes();
    assert_eq!(bytes.len(), LogEntry::len_for(2));
    assert!(LogEntry::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
    for cut in 0..bytes.len() {
        assert!(LogEntry::from_bytes(&bytes[..cut]).is_err());
    }
    crate::fuzz::fuzz_log(&[&bytes[..], &bytes[..]].concat());
}

#[test]
fn the_encoding_of_an_entry_and_the_hash_behind_it_are_frozen() {
    let effects = shielding(Chain::new().pool.anchor, abc(1_000).units(), 42).effects().clone();
    let entry = LogEntry::of(Round(0x0102), 3, &effects);
    let place = LogPlace::START.behind(std::slice::from_ref(&entry));
    let found = [hash("", &[&entry.to_bytes()]), place.hash].map(hex::encode);
    let frozen = [
        "5dd791888ee25afa7f956702168cbd7b2b616f58977f450e695ef80ea095eaeb",
        "ff50e0088d400a83d5e4841c5a0e7403621e90fbb48d10feb200991a6d3d4952",
    ];
    assert_eq!(found, frozen);
    assert_eq!(hex::encode(&entry.to_bytes()[..13]), "00000000000001020000000302");
    assert_eq!(entry.to_bytes()[309..], effects.halves().rest);
    // The layout of the hash once more, written by hand from the description.
    let (mut by_hand, halves) = (vec![0; 40], effects.halves());
    by_hand.extend([0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3]);
    by_hand.extend([halves.compact, halves.rest].concat());
    assert_eq!(place.hash, hash("bcm-pool-log-v1", &[&by_hand]));
    assert_eq!(place.to_bytes(), [&[0, 0, 0, 0, 0, 0, 0, 1], &place.hash[..]].concat());
}
