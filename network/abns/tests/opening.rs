//! Files that are not this chain, not ours, in use, cut short or broken: an error, never a panic.

#![allow(clippy::unwrap_used, reason = "a test")]

mod network;

use abns::{AbnsError, ChainStore};
use ledger::Genesis;
use network::Network;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use redb::{Database, TableDefinition};
use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};
use types::{Round, Timestamp};

fn grown(dir: &Path, network: &Network, blocks: usize) -> PathBuf {
    let path = dir.join("chain");
    let store = ChainStore::open(&path, &network.genesis).unwrap();
    for _ in 0..blocks {
        network.grow(&store);
    }
    path
}

#[test]
fn another_chain_is_refused() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let path = grown(dir.path(), &network, 1);
    let other = Genesis { time: Timestamp(1), ..network.genesis.clone() };
    assert!(matches!(ChainStore::open(&path, &other), Err(AbnsError::WrongChain)));
    ChainStore::open(&path, &network.genesis).unwrap();
}

#[test]
fn another_format_is_refused_whatever_else_it_changed() {
    const META: TableDefinition<'_, &[u8], &[u8]> = TableDefinition::new("meta");
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let path = grown(dir.path(), &network, 1);
    let set = |value: &[u8]| {
        let database = Database::open(&path).unwrap();
        let transaction = database.begin_write().unwrap();
        transaction.open_table(META).unwrap().insert(b"format".as_slice(), value).unwrap();
        transaction.commit().unwrap();
    };
    set(b"bcm-abns\0\x09");
    assert!(matches!(ChainStore::open(&path, &network.genesis), Err(AbnsError::OldFormat)));
    set(b"bcm-abns\0\x04 and more");
    assert!(matches!(ChainStore::open(&path, &network.genesis), Err(AbnsError::OldFormat)));
    set(b"bcm-abns\0\x03");
    assert!(matches!(ChainStore::open(&path, &network.genesis), Err(AbnsError::OldFormat)));
    set(b"something else");
    assert!(matches!(ChainStore::open(&path, &network.genesis), Err(AbnsError::Damaged(_))));
    set(b"bcm-abns\0\x04");
    ChainStore::open(&path, &network.genesis).unwrap();

    let other = dir.path().join("other");
    let database = Database::create(&other).unwrap();
    let transaction = database.begin_write().unwrap();
    transaction.open_table(TableDefinition::<u64, u64>::new("meta")).unwrap();
    transaction.commit().unwrap();
    drop(database);
    assert!(matches!(ChainStore::open(&other, &network.genesis), Err(AbnsError::OldFormat)));
}

#[test]
fn a_second_store_on_one_file_is_refused_until_the_first_is_gone() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chain");
    let store = ChainStore::open(&path, &network.genesis).unwrap();
    assert!(matches!(ChainStore::open(&path, &network.genesis), Err(AbnsError::InUse)));
    network.grow(&store);
    drop(store);
    assert_eq!(ChainStore::open(&path, &network.genesis).unwrap().tip().round, Round(1));
}

#[test]
fn a_genesis_that_cannot_start_a_chain_leaves_no_file() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chain");
    let broken = Genesis { managers: vec![], ..network.genesis.clone() };
    assert!(matches!(ChainStore::open(&path, &broken), Err(AbnsError::BadGenesis(_))));
    assert!(!path.exists());
}

#[test]
fn a_chain_begins_in_an_empty_file_and_where_a_crash_left_no_tables() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty");
    fs::write(&empty, []).unwrap();
    network.grow(&ChainStore::open(&empty, &network.genesis).unwrap());
    let bare = dir.path().join("bare");
    drop(Database::create(&bare).unwrap());
    network.grow(&ChainStore::open(&bare, &network.genesis).unwrap());
}

#[test]
fn files_of_other_kinds_are_damaged_or_unreadable() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chain");
    for bytes in [&b"x"[..], &[0; 4096], &b"SQLite format 3\0 and so on".repeat(300)] {
        fs::write(&path, bytes).unwrap();
        let refused = ChainStore::open(&path, &network.genesis);
        assert!(matches!(refused, Err(AbnsError::Damaged(_))), "{refused:?}");
    }
    assert!(matches!(ChainStore::open(dir.path(), &network.genesis), Err(AbnsError::Io(_))));
    let nowhere = dir.path().join("no/such/folder");
    assert!(matches!(ChainStore::open(&nowhere, &network.genesis), Err(AbnsError::Io(_))));
}

#[test]
fn a_file_cut_short_anywhere_is_never_taken_for_a_whole_one() {
    let network = Network::new(3);
    let dir = tempfile::tempdir().unwrap();
    let path = grown(dir.path(), &network, 12);
    let whole = fs::read(&path).unwrap();
    let mut rng = StdRng::seed_from_u64(3);
    for _ in 0..60 {
        let length = rng.random_range(1..whole.len());
        fs::write(&path, &whole[..length]).unwrap();
        use_all(&path, &network);
    }
}

#[test]
fn changed_bytes_anywhere_never_panic_and_are_never_passed_on() {
    let network = Network::new(3);
    let dir = tempfile::tempdir().unwrap();
    let path = grown(dir.path(), &network, 12);
    let whole = fs::read(&path).unwrap();
    let used: Vec<usize> = (0..whole.len()).filter(|at| whole[*at] != 0).collect();
    let mut rng = StdRng::seed_from_u64(4);
    for round in 0..150 {
        let mut bytes = whole.clone();
        let at = used[rng.random_range(0..used.len())];
        if round % 2 == 0 {
            bytes[at] ^= 1 << rng.random_range(0..8);
        } else {
            let end = (at + rng.random_range(1..600)).min(bytes.len());
            rng.fill(&mut bytes[at..end]);
        }
        fs::write(&path, &bytes).unwrap();
        use_all(&path, &network);
    }
}

/// Everything a manager does with a store. It may fail; what succeeds must be right.
fn use_all(path: &Path, network: &Network) {
    let Ok(store) = ChainStore::open(path, &network.genesis) else { return };
    let _ = store.verify();
    for round in 1..=store.tip().round.0 {
        if let Some(block) = store.header(Round(round)) {
            assert_eq!(block.verify(&network.genesis.committee()), Ok(()));
        }
        let _ = store.body(Round(round));
    }
    for person in 0..3 {
        let home = network.address(person);
        let _ = store.entries(home, 0, 100);
        if let (Ok(proof), Some(block)) = (store.prove(home), store.header(store.tip().round)) {
            assert_eq!(proof.verify(&block.header.state_root), Ok(()));
        }
    }
    let change = BTreeMap::from([(b"key".to_vec(), Some(b"value".to_vec()))]);
    if store.prepare(&change).is_ok() {
        let _ = network.block_of(&store, change).commit(&store);
    }
}
