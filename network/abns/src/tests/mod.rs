//! What needs the inside of the store: a disk in memory, a full disk, pruned rows.

use crate::{
    AbnsError, ChainStore, Horizon,
    layout::INDEX,
    network::{Network, stranger},
    rows::WriteRows,
};
use ledger::{account_key, account_of};
use redb::{Database, StorageBackend, backends::InMemoryBackend};
use std::{
    collections::BTreeMap,
    io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

mod epochs;
mod pruning;
mod sizes;
mod tampering;

fn in_memory(network: &Network) -> ChainStore {
    in_memory_with(network, Horizon::MANAGER)
}

fn in_memory_with(network: &Network, horizon: Horizon) -> ChainStore {
    let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
    ChainStore::start(database, &network.genesis, horizon).unwrap()
}

fn count(store: &ChainStore, table: crate::layout::Definition) -> u64 {
    store.file.snapshot().unwrap().rows(table).unwrap().count().unwrap()
}

#[test]
fn proofs_hold_under_the_newest_header_after_three_hundred_versions() {
    let network = Network::new(3);
    let store = in_memory(&network);
    for _ in 0..300 {
        network.grow(&store);
        let round = store.tip().round;
        let root = store.header(round).unwrap().header.state_root;
        for address in [network.address(round.0 as usize % 3), stranger(round.0)] {
            let proof = store.prove(address).unwrap();
            assert_eq!(proof.round, round);
            assert_eq!(proof.account.is_some(), address != stranger(round.0));
            assert_eq!(proof.verify(&root), Ok(()));
        }
    }
    assert_eq!(store.verify().unwrap().entries, 300 * 3 * 3 + 7);
}

/// A disk with room for so many bytes.
#[derive(Debug)]
struct Disk(InMemoryBackend, Arc<AtomicU64>);

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.0.len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.0.read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        if len > self.1.load(Ordering::Relaxed) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.0.set_len(len)
    }

    fn sync_data(&self) -> io::Result<()> {
        self.0.sync_data()
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.0.write(offset, data)
    }
}

#[test]
fn a_full_disk_is_reported_as_such_and_keeps_nothing_of_the_block() {
    let network = Network::new(3);
    let room = Arc::new(AtomicU64::new(u64::MAX));
    let disk = Disk(InMemoryBackend::new(), Arc::clone(&room));
    let database = Database::builder().create_with_backend(disk).unwrap();
    let store = ChainStore::start(database, &network.genesis, Horizon::MANAGER).unwrap();
    room.store(0, Ordering::Relaxed);
    let refused = loop {
        let before = store.tip();
        let big = (0..200_u32).map(|i| (i.to_be_bytes().to_vec(), vec![7; 4000]));
        if let Err(error) = network.block_of(&store, big).commit(&store) {
            assert_eq!(store.tip(), before);
            break error;
        }
    };
    assert!(matches!(refused, AbnsError::DiskFull), "{refused}");
}

#[test]
fn after_a_failed_read_nothing_is_computed_from_what_was_read() {
    let network = Network::new(3);
    let store = in_memory(&network);
    let key = account_key(network.address(0));
    let index_key = [&[crate::layout::STATE_KEYS][..], &key].concat();
    let transaction = store.file.begin().unwrap();
    WriteRows::write(&transaction, INDEX).unwrap().put_raw(&index_key, b"twelve bytes").unwrap();
    transaction.commit().unwrap();

    let state = store.state().unwrap();
    assert!(account_of(&state, network.address(1)).unwrap().is_some());
    state.check().unwrap();
    assert!(account_of(&state, network.address(0)).unwrap().is_none());
    assert!(matches!(state.check(), Err(AbnsError::Damaged(_))));
    assert!(matches!(store.prepare(&BTreeMap::new()), Err(AbnsError::Damaged(_))));
    assert!(matches!(store.prove(network.address(1)), Err(AbnsError::Damaged(_))));
    assert!(matches!(store.state().map(|_| ()), Err(AbnsError::Damaged(_))));
    assert!(matches!(store.verify(), Err(AbnsError::Damaged(_))));
}
