//! Histories: complete, or refused.

use super::home;
use crate::*;
use ledger::*;
use proptest::prelude::*;
use types::{Amount, Round, TxId};

/// A history of so many entries, and the hash at its end.
fn history(count: u64) -> (Vec<Entry>, [u8; 32]) {
    let entry = |counter: u64| Entry {
        counter,
        round: Round(counter),
        tx: TxId([counter as u8; 32]),
        index: 0,
        kind: EntryKind::PayIn,
        delta: Deltas { abc: Delta::plus(10), ..Deltas::default() },
        counterparty: Some(home(2)),
        abc: Amount::new(10 * counter),
        abit: Amount::ZERO,
        bonded: Amount::ZERO,
        nonce: 0,
        via_retired: false,
    };
    let entries: Vec<_> = (1..=count).map(entry).collect();
    let hash = entries.iter().fold([0; 32], |hash, entry| entry.next_hash(&hash));
    (entries, hash)
}

const NOTHING: (u64, [u8; 32]) = (0, [0; 32]);

#[test]
fn a_history_may_be_checked_in_parts() {
    let (entries, end) = history(6);
    assert_eq!(check_history(NOTHING, &entries, (6, end)), Ok(()));
    let (head, tail) = entries.split_at(2);
    let middle = (2, history(2).1);
    assert_eq!(check_history(NOTHING, head, middle), Ok(()));
    assert_eq!(check_history(middle, tail, (6, end)), Ok(()));
    assert_eq!(check_history(NOTHING, &[], NOTHING), Ok(()));
}

#[test]
fn removed_swapped_or_cut_entries_are_noticed() {
    let (entries, end) = history(6);
    for at in 0..6 {
        let mut removed = entries.clone();
        removed.remove(at);
        assert!(check_history(NOTHING, &removed, (6, end)).is_err(), "without {at}");
        // Renumbered to hide the gap.
        for (entry, counter) in removed.iter_mut().zip(1..) {
            entry.counter = counter;
        }
        let error = Err(LightError::WrongHistory);
        assert_eq!(check_history(NOTHING, &removed, (6, end)), error);
        assert_eq!(check_history(NOTHING, &removed, (5, end)), error);
    }
    let mut swapped = entries.clone();
    swapped.swap(2, 3);
    let gap = Err(LightError::HistoryGap(3));
    assert_eq!(check_history(NOTHING, &swapped, (6, end)), gap);
    (swapped[2].counter, swapped[3].counter) = (3, 4);
    assert_eq!(check_history(NOTHING, &swapped, (6, end)), Err(LightError::WrongHistory));
    let doubled = [&entries[..], &entries[5..]].concat();
    assert_eq!(check_history(NOTHING, &doubled, (6, end)), Err(LightError::HistoryGap(7)));
}

#[test]
fn counters_do_not_wrap() {
    let (mut entries, _) = history(1);
    entries[0].counter = 0;
    let known = (u64::MAX, [0; 32]);
    assert_eq!(check_history(known, &entries, (0, [0; 32])), Err(LightError::WrongHistory));
}

proptest! {
    #[test]
    fn altered_entries_are_noticed(at in 0..6_usize, field in 0..10_usize) {
        let (mut entries, end) = history(6);
        let entry = &mut entries[at];
        match field {
            0 => entry.round = Round(99),
            1 => entry.tx = TxId([99; 32]),
            2 => entry.index = 99,
            3 => entry.kind = EntryKind::PayOut,
            4 => entry.delta.abc = Delta::minus(10),
            5 => entry.counterparty = None,
            6 => entry.abc = Amount::new(99),
            7 => entry.bonded = Amount::new(99),
            8 => entry.nonce = 99,
            _ => entry.via_retired = true,
        }
        prop_assert_eq!(check_history(NOTHING, &entries, (6, end)), Err(LightError::WrongHistory));
    }
}
