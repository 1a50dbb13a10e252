//! The pool log: kept for ever, and given by others to whoever began with a state.

#![allow(clippy::unwrap_used, reason = "a test")]

mod network;

use abns::{AbnsError, ChainStore, Filled, Horizon, PoolBundle};
use network::Network;
use shielded::{Bundle, LogEntry, LogPlace, follow_log};
use std::path::Path;
use types::Round;
use wire::{Decode, Encode};

fn bundles(count: u64) -> Vec<Bundle> {
    let to = testkit::shielded_person(1).unwrap();
    (0..count).map(|seed| testkit::unproved(&to, 1_000 + seed, seed).unwrap()).collect()
}

fn effects(bundles: &[PoolBundle]) -> Vec<[u8; 32]> {
    bundles.iter().map(|bundle| bundle.effects.digest()).collect()
}

fn entries(store: &ChainStore, after: u64, max: usize) -> Vec<LogEntry> {
    store.pool_entries(after, max).unwrap().unwrap()
}

fn given(store: &ChainStore, from: u64, max: usize) -> Vec<PoolBundle> {
    store.pool_bundles(from, max).unwrap().unwrap()
}

/// Blocks of 2, 1 and 3 bundles with others between, up to a round that is handed over, and two more
/// bundles behind it.
fn grown(dir: &Path, network: &Network, bundles: &[Bundle]) -> (ChainStore, Round) {
    let store = ChainStore::open(&dir.join("old"), &network.genesis).unwrap();
    for range in [0..2, 2..3, 3..6] {
        network.grow(&store);
        network.bundled(&store, &bundles[range]).commit(&store).unwrap();
    }
    let handed = store.tip().round;
    network.bundled(&store, &bundles[6..8]).commit(&store).unwrap();
    (store, handed)
}

/// What a manager has that took the state of this round, and the block behind it.
fn joined(dir: &Path, network: &Network, old: &ChainStore, round: Round) -> ChainStore {
    let ground = old.ground(round).unwrap().unwrap();
    let place = (dir.join("new"), &network.genesis, Horizon::MANAGER);
    let chunks = old.export(round).unwrap().unwrap();
    let new = ChainStore::import((&place.0, place.1, place.2), &ground, chunks).unwrap();
    let body = old.body(round.next()).unwrap();
    let bundles: Vec<Bundle> =
        body.transactions.iter().map(|tx| tx.bundle.as_deref().unwrap().clone()).collect();
    network.bundled(&new, &bundles).commit(&new).unwrap();
    new
}

#[test]
fn every_bundle_of_a_final_block_is_kept_in_order_and_survives_a_restart() {
    let (network, dir, bundles) = (Network::new(3), tempfile::tempdir().unwrap(), bundles(8));
    let (store, _) = grown(dir.path(), &network, &bundles);
    let check = |store: &ChainStore| {
        let all = entries(store, 0, 99);
        let at: Vec<_> = all.iter().map(|entry| (entry.round.0, entry.index)).collect();
        assert_eq!(at, [(2, 0), (2, 1), (4, 0), (6, 0), (6, 1), (6, 2), (7, 0), (7, 1)]);
        assert_eq!(follow_log(LogPlace::START, &all, &ledger::pool(store).unwrap()), Ok(()));
        assert_eq!(entries(store, 3, 2), all[3..5]);
        assert_eq!((entries(store, 8, 9), entries(store, u64::MAX, 9)), (vec![], vec![]));
        let found = given(store, 1, 3);
        assert!(found.iter().zip(&all[1..]).all(|(bundle, entry)| entry.is_of(&bundle.effects)));
        assert_eq!(found[0].effects, bundles[1].effects);
        assert_eq!((found[1].round, found[1].index), (Round(4), 0));
        assert_eq!(given(store, 8, 3), []);
        assert_eq!(store.pool_gap().unwrap(), None);
        assert_eq!(store.verify().unwrap().bundles, 8);
    };
    check(&store);
    drop(store);
    check(&ChainStore::open(&dir.path().join("old"), &network.genesis).unwrap());
}

#[test]
fn the_log_outlives_the_bodies() {
    let (network, dir, bundles) = (Network::new(1), tempfile::tempdir().unwrap(), bundles(1));
    let path = dir.path().join("chain");
    let store = ChainStore::open_with(&path, &network.genesis, Horizon::Rounds(1)).unwrap();
    network.bundled(&store, &bundles).commit(&store).unwrap();
    for _ in 0..=Horizon::LEAST {
        network.grow(&store);
    }
    assert_eq!(store.body(Round(1)), None);
    assert_eq!(given(&store, 0, 9)[0].effects, bundles[0].effects);
    assert_eq!(store.verify().unwrap().bundles, 1);
}

#[test]
fn a_block_whose_state_has_another_log_is_refused() {
    let (network, dir, bundles) = (Network::new(1), tempfile::tempdir().unwrap(), bundles(2));
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let right = network.bundled(&store, &bundles);
    for wrong in [&bundles[..1], &[bundles[1].clone(), bundles[0].clone()][..]] {
        let other = network.bundled(&store, wrong);
        let mixed = network.seal(&store, right.body.clone(), other.outcome);
        assert!(matches!(mixed.commit(&store), Err(AbnsError::BadBlock(_))));
    }
    let mute = network.seal(
        &store,
        right.body.clone(),
        ledger::Outcome { next_committee: store.tip().committee, ..ledger::Outcome::default() },
    );
    assert!(matches!(mute.commit(&store), Err(AbnsError::BadBlock(_))));
    right.commit(&store).unwrap();
    store.verify().unwrap();
}

#[test]
fn who_began_with_a_state_says_what_it_lacks_until_others_have_given_it() {
    let (network, dir) = (Network::new(2), tempfile::tempdir().unwrap());
    let (old, round) = grown(dir.path(), &network, &bundles(8));
    let new = joined(dir.path(), &network, &old, round);
    // Its own, but nothing before.
    assert_eq!(entries(&new, 6, 9), entries(&old, 6, 9));
    assert_eq!(new.verify().unwrap().bundles, 2);
    let lacking = |store: &ChainStore| {
        assert_eq!(store.pool_entries(0, 9).unwrap(), None);
        assert_eq!(store.pool_bundles(5, 9).unwrap(), None);
        store.pool_gap().unwrap().unwrap().given.count
    };
    assert_eq!(lacking(&new), 0);

    // Not what comes next.
    assert_eq!(new.fill_pool(1, &given(&old, 1, 2)).unwrap(), Filled::Unwanted);
    assert_eq!(new.fill_pool(0, &[]).unwrap(), Filled::Unwanted);
    assert_eq!(new.fill_pool(0, &given(&old, 0, 2)).unwrap(), Filled::More(2));
    assert_eq!(lacking(&new), 2);
    new.verify().unwrap();
    drop(new);

    let path = dir.path().join("new");
    let new = ChainStore::open(&path, &network.genesis).unwrap();
    assert_eq!(lacking(&new), 2);
    // More than is missing does no harm.
    assert_eq!(new.fill_pool(2, &given(&old, 2, 99)).unwrap(), Filled::Whole);
    assert_eq!(new.pool_gap().unwrap(), None);
    assert_eq!(entries(&new, 0, 99), entries(&old, 0, 99));
    assert_eq!(effects(&given(&new, 0, 99)), effects(&given(&old, 0, 99)));
    assert_eq!(new.verify().unwrap().bundles, 8);
    assert_eq!(new.fill_pool(0, &given(&old, 0, 2)).unwrap(), Filled::Unwanted);
}

#[test]
fn something_else_than_the_log_is_noticed_and_counts_for_nothing() {
    let (network, dir) = (Network::new(1), tempfile::tempdir().unwrap());
    let (old, round) = grown(dir.path(), &network, &bundles(8));
    let new = joined(dir.path(), &network, &old, round);
    let right = given(&old, 0, 6);
    let mut cases = vec![right.clone(); 4];
    cases[0].swap(0, 1);
    cases[1][3].round = Round(5);
    cases[2][5].index = 7;
    cases[3][4] = cases[3][0].clone();
    for wrong in cases {
        assert_eq!(new.fill_pool(0, &wrong[..3]).unwrap(), Filled::More(3));
        assert_eq!(new.fill_pool(3, &wrong[3..]).unwrap(), Filled::Wrong);
        assert_eq!(new.pool_entries(0, 9).unwrap(), None);
        assert_eq!(new.pool_gap().unwrap().unwrap().given, LogPlace::START);
        new.verify().unwrap();
    }
    assert_eq!(new.fill_pool(0, &right).unwrap(), Filled::Whole);
    assert_eq!(new.verify().unwrap().bundles, 8);
}

#[test]
fn a_bundle_on_its_way_reads_back() {
    let (network, dir) = (Network::new(1), tempfile::tempdir().unwrap());
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    network.bundled(&store, &bundles(1)).commit(&store).unwrap();
    let bundle = given(&store, 0, 1).remove(0);
    let bytes = bundle.to_bytes();
    assert_eq!(bytes[..12], [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]);
    assert_eq!(bytes[12..], bundle.effects.to_bytes());
    assert_eq!(PoolBundle::from_bytes(&bytes), Ok(bundle));
}
