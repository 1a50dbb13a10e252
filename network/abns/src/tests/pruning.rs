//! What a horizon keeps, what it drops, and that nobody waits for it.

use super::*;
use crate::{
    AbnsError, ProvedValue,
    layout::{BODIES, NODES, STATE},
};
use ledger::StateView;
use types::Round;

/// Blocks that change some of many keys; what each key was after each round.
fn churn(network: &Network, store: &ChainStore, rounds: u64) -> Vec<BTreeMap<Vec<u8>, Vec<u8>>> {
    let mut states = vec![network.genesis.state()];
    for round in 1..=rounds {
        let changes: BTreeMap<_, _> = (0..20_u64)
            .filter(|i| round.is_multiple_of(i + 1))
            .map(|i| (format!("key/{i}").into_bytes(), round.to_be_bytes().to_vec()))
            .collect();
        let mut state = states.last().unwrap().clone();
        state.extend(changes.clone());
        states.push(state);
        network.block_of(store, changes).commit(store).unwrap();
    }
    states
}

#[test]
fn the_state_of_every_kept_round_is_read_and_proved_and_older_ones_are_gone() {
    let network = Network::new(2);
    let store = in_memory_with(&network, Horizon::Rounds(256));
    let states = churn(&network, &store, 700);
    for (round, state) in (0_u64..).zip(&states) {
        let read = store.state_at(Round(round)).unwrap();
        assert_eq!(read.is_some(), round >= 700 - 255, "{round}");
        let Some(read) = read.filter(|_| round.is_multiple_of(15)) else { continue };
        assert_eq!(read.tip().round, Round(round));
        let all = read.range(&[], &[u8::MAX; 64], usize::MAX);
        assert!(all.into_iter().eq(state.clone()));
        assert_eq!(read.get(b"key/19"), state.get(b"key/19".as_slice()).cloned());
        let root = store.header(Round(round)).unwrap().header.state_root;
        let ProvedValue { value, proof } =
            store.prove_key(Round(round), b"key/7").unwrap().unwrap();
        assert_eq!(value.as_ref(), state.get(b"key/7".as_slice()));
        proof.verify(&root, b"key/7", value.as_deref()).unwrap();
        let address = network.address(1);
        let account = store.prove_at(Round(round), address).unwrap().unwrap();
        account.verify(&root).unwrap();
    }
    assert!(store.prove_at(Round(444), network.address(0)).unwrap().is_none());
    assert!(store.prove_key(Round(701), b"key/7").unwrap().is_none());
    store.check().unwrap();
    assert_eq!(store.body(Round(444)), None);
    assert!(store.body(Round(445)).is_some());
    assert!(store.header(Round(1)).is_some());
    store.verify().unwrap();
}

#[test]
fn a_file_stops_growing_once_the_horizon_is_passed_and_an_archive_keeps_all() {
    let network = Network::new(2);
    let (pruned, archive) =
        (in_memory_with(&network, Horizon::Rounds(256)), in_memory_with(&network, Horizon::Never));
    let sizes = |store: &ChainStore| [STATE, NODES, BODIES].map(|table| count(store, table));
    let (mut middle, mut end) = ([0; 3], [0; 3]);
    for round in 1..=1_400_u64 {
        let key = format!("key/{}", round % 7).into_bytes();
        let changes = BTreeMap::from([(key, round.to_be_bytes().to_vec())]);
        network.block_of(&pruned, changes.clone()).commit(&pruned).unwrap();
        if round <= 300 {
            network.block_of(&archive, changes).commit(&archive).unwrap();
        }
        let seen = if round < 900 { &mut middle } else { &mut end };
        *seen = [0, 1, 2].map(|table| seen[table].max(sizes(&pruned)[table]));
    }
    // The peaks of two stretches differ by a few rows at most.
    assert!((0..3).all(|table| end[table] <= middle[table] + middle[table] / 16), "{end:?}");
    assert_eq!(sizes(&archive)[2], 300);
    assert!(archive.body(Round(1)).is_some());
    for round in 0..=300 {
        let state = archive.state_at(Round(round)).unwrap().unwrap();
        let value = state.get(b"key/3");
        let last = (0..=round).rev().find(|round| round % 7 == 3);
        assert_eq!(value, last.map(|last| last.to_be_bytes().to_vec()));
    }
    pruned.verify().unwrap();
    archive.verify().unwrap();
}

#[test]
fn no_block_drops_more_rows_than_it_may() {
    let network = Network::new(2);
    let store = in_memory_with(&network, Horizon::Rounds(256));
    // Far more in one block than may be dropped with one.
    let many = |round: u64| {
        let keys = (0..5_000_u64).map(|i| (i.to_be_bytes().to_vec(), round.to_be_bytes().to_vec()));
        keys.collect::<BTreeMap<_, _>>()
    };
    network.block_of(&store, many(1)).commit(&store).unwrap();
    network.block_of(&store, many(2)).commit(&store).unwrap();
    let mut dropped = Vec::new();
    for round in 3..540_u64 {
        let before = count(&store, STATE);
        let changes = BTreeMap::from([(vec![1], round.to_be_bytes().to_vec())]);
        network.block_of(&store, changes).commit(&store).unwrap();
        dropped.push(before.saturating_sub(count(&store, STATE)));
    }
    assert!(dropped.iter().all(|rows| *rows <= 8_192), "{:?}", dropped.iter().max());
    assert!(dropped.iter().sum::<u64>() > 9_500, "{}", dropped.iter().sum::<u64>());
    store.verify().unwrap();
}

#[test]
fn a_transaction_is_found_as_long_as_its_body_is_kept() {
    let network = Network::new(2);
    let store = in_memory_with(&network, Horizon::Rounds(256));
    let pay = network.pay(&store, 0, network.address(1), 5_000);
    let id = pay.id();
    network.block(&store, vec![pay]).commit(&store).unwrap();
    for _ in 0..255 {
        network.block(&store, vec![]).commit(&store).unwrap();
    }
    assert_eq!(store.find(id), Some((Round(1), 0)));
    network.block(&store, vec![]).commit(&store).unwrap();
    assert_eq!(store.find(id), None);
    store.verify().unwrap();
}

#[test]
fn a_chain_is_pruned_on_after_it_was_opened_again_anywhere() {
    let network = Network::new(2);
    let disk = crate::disk::Disk::default();
    let mut rounds = 0;
    for part in [1, 70, 130, 63, 64, 200, 7, 90] {
        let database = Database::builder().create_with_backend(disk.clone()).unwrap();
        let store = ChainStore::start(database, &network.genesis, Horizon::Rounds(256)).unwrap();
        assert_eq!(store.tip().round, Round(rounds));
        for _ in 0..part {
            rounds += 1;
            let changes = (0..6_u64)
                .filter(|i| rounds.is_multiple_of(i * i + 1))
                .map(|i| (vec![u8::try_from(i).unwrap()], rounds.to_be_bytes().to_vec()))
                .collect::<BTreeMap<_, _>>();
            network.block_of(&store, changes).commit(&store).unwrap();
        }
        store.verify().unwrap();
    }
    let database = Database::builder().create_with_backend(disk.clone()).unwrap();
    let store = ChainStore::start(database, &network.genesis, Horizon::Rounds(256)).unwrap();
    for round in rounds - 255..=rounds {
        let state = store.state_at(Round(round)).unwrap().unwrap();
        for i in 0..6_u64 {
            let last = (1..=round).rev().find(|round| round.is_multiple_of(i * i + 1));
            let value = state.get(&[u8::try_from(i).unwrap()]);
            assert_eq!(value, last.map(|last| last.to_be_bytes().to_vec()));
        }
    }
    assert!(matches!(store.check(), Ok::<(), AbnsError>(())));
}
