//! A file that somebody has changed, seals and all: `verify` finds it, whatever was changed.

use super::*;
use crate::layout::{
    BODIES, COMMITTEES, Definition, ENTRIES, HEADERS, META, META_ERAS, META_FORMAT, META_JOBS,
    NODES, POOL_EFFECTS, POOL_LOG, RANGE, STATE, TABLES,
};
use redb::ReadableTable;

/// The tables whose rows are sealed and follow from the blocks.
const CHAINED: [Definition; 10] =
    [HEADERS, BODIES, NODES, STATE, ENTRIES, INDEX, RANGE, COMMITTEES, POOL_LOG, POOL_EFFECTS];

fn rows(store: &ChainStore, table: Definition) -> Vec<(Vec<u8>, Vec<u8>)> {
    let snapshot = store.file.snapshot().unwrap();
    let table = snapshot.0.open_table(table).unwrap();
    let rows = table.iter().unwrap().map(|row| row.unwrap());
    rows.map(|(key, value)| (key.value().to_vec(), value.value().to_vec())).collect()
}

/// Writes a row for once, looks whether `verify` notices, and puts the old one back.
#[track_caller]
fn check(
    store: &ChainStore,
    table: Definition,
    (key, bytes): (&[u8], &[u8]),
    write: impl FnOnce(&mut WriteRows<'_>),
) {
    let change = |write: &mut dyn FnMut(&mut WriteRows<'_>)| {
        let transaction = store.file.begin().unwrap();
        write(&mut WriteRows::write(&transaction, table).unwrap());
        transaction.commit().unwrap();
    };
    let mut write = Some(write);
    change(&mut |rows| write.take().unwrap()(rows));
    let found = store.verify();
    assert!(matches!(found, Err(AbnsError::Damaged(_))), "{table} {key:x?}: {found:?}");
    change(&mut |rows| rows.put_raw(key, bytes).unwrap());
}

/// Three people pay one another, and a fourth does nothing.
fn grown(rounds: u64) -> (ChainStore, Network) {
    let network = Network::new(4);
    let store = in_memory(&network);
    for _ in 0..rounds {
        let pay = |from| network.pay(&store, from, network.address((from + 1) % 3), 2_000);
        network.block(&store, (0..3).map(pay).collect()).commit(&store).unwrap();
    }
    let to = testkit::shielded_person(1).unwrap();
    let bundles = [1, 2].map(|seed| testkit::unproved(&to, 5, seed).unwrap());
    network.bundled(&store, &bundles).commit(&store).unwrap();
    store.verify().unwrap();
    (store, network)
}

/// Rows that count. What the table of the index says is of no interest where newer blocks, still
/// in memory, say otherwise; nobody but the fourth person has been left alone by them.
fn counting(store: &ChainStore, network: &Network, table: Definition) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut all = rows(store, table);
    if redb::TableHandle::name(&table) == redb::TableHandle::name(&INDEX) {
        all.retain(|(key, _)| key.ends_with(&network.address(3).to_bytes()));
        assert_eq!(all.len(), 2);
    }
    all
}

#[test]
fn one_changed_byte_in_any_row_of_any_table_is_found() {
    let (store, _) = grown(5);
    for table in TABLES {
        let all = rows(&store, table);
        assert!(!all.is_empty(), "{table}");
        for (number, (key, bytes)) in all.iter().enumerate().take(16) {
            let mut changed = bytes.clone();
            let at = (number * 31) % changed.len();
            changed[at] ^= 1 << (number % 8);
            check(&store, table, (key, bytes), |rows| rows.put_raw(key, &changed).unwrap());
        }
    }
    store.verify().unwrap();
}

#[test]
fn a_changed_byte_under_a_seal_of_its_own_is_found_too() {
    let (store, network) = grown(2);
    for table in CHAINED {
        for (number, (key, bytes)) in counting(&store, &network, table).iter().enumerate() {
            let plain = &bytes[8..];
            // A byte of each part of the row, and for some rows each byte.
            let each = number.is_multiple_of(29) && plain.len() < 1_000;
            let step = if each { 1 } else { 1 + plain.len() / 5 };
            for at in (0..plain.len()).step_by(step) {
                let mut changed = plain.to_vec();
                changed[at] ^= 1 << (at % 8);
                check(&store, table, (key, bytes), |rows| rows.put(key, &changed).unwrap());
            }
        }
    }
    store.verify().unwrap();
}

#[test]
fn a_row_that_is_gone_or_one_too_many_is_found() {
    let (store, network) = grown(2);
    for table in TABLES {
        for (key, bytes) in counting(&store, &network, table) {
            check(&store, table, (&key, &bytes), |rows| rows.remove(&key).unwrap());
        }
    }
    for table in CHAINED {
        let (key, bytes) = rows(&store, table).pop().unwrap();
        let mut other = key.clone();
        *other.last_mut().unwrap() ^= 0x55;
        let transaction = store.file.begin().unwrap();
        WriteRows::write(&transaction, table).unwrap().put(&other, &bytes[8..]).unwrap();
        transaction.commit().unwrap();
        let found = store.verify();
        assert!(matches!(found, Err(AbnsError::Damaged(_))), "{table}: {found:?}");
        let transaction = store.file.begin().unwrap();
        WriteRows::write(&transaction, table).unwrap().remove(&other).unwrap();
        transaction.commit().unwrap();
    }
    store.verify().unwrap();
}

#[test]
fn rows_of_the_chain_itself_that_contradict_it_are_found() {
    let (store, _) = grown(2);
    let all = rows(&store, META);
    assert!(
        all.iter().any(|(key, _)| key == META_ERAS) && all.iter().any(|(key, _)| key == META_JOBS)
    );
    for (key, bytes) in all.iter().filter(|(key, _)| key != META_FORMAT) {
        // The highest byte of the first number.
        let mut changed = bytes[8..].to_vec();
        changed[0] ^= 0x40;
        check(&store, META, (key, bytes), |rows| rows.put(key, &changed).unwrap());
    }
    store.verify().unwrap();
}
