//! Blocks that do not fit, and blocks that were only prepared: nothing of them is kept.

#![allow(clippy::unwrap_used, reason = "a test")]

mod network;

use abns::{AbnsError, ChainStore};
use network::{Block, Network};
use std::{collections::BTreeMap, fs, path::Path};
use types::{BlockId, ChainId, Round};

fn open(dir: &Path, network: &Network) -> ChainStore {
    ChainStore::open(&dir.join("chain"), &network.genesis).unwrap()
}

#[test]
fn a_block_that_does_not_fit_is_refused_and_leaves_no_trace() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &network);
    network.grow(&store);
    let header = |change: fn(&mut ledger::Header)| {
        let mut block = paying(&network, &store);
        let mut header = block.certified.header.clone();
        change(&mut header);
        block.certified = network.certify(header);
        block
    };
    let part = |change: fn(&mut Block)| {
        let mut block = paying(&network, &store);
        change(&mut block);
        block
    };
    let blocks = [
        ("other chain", header(|h| h.chain = ChainId([9; 32]))),
        ("round before", header(|h| h.round = Round(1))),
        ("round after", header(|h| h.round = Round(3))),
        ("other parent", header(|h| h.parent = BlockId([9; 32]))),
        ("too early", header(|h| h.time.0 -= 1)),
        ("other committee", header(|h| h.committee = [9; 32])),
        ("other state root", header(|h| h.state_root = [9; 32])),
        ("other body root", header(|h| h.body_root = [9; 32])),
        ("other receipts", header(|h| h.receipts_root = [9; 32])),
        ("other body", part(|b| b.body.transactions.clear())),
        ("other outcome", part(|b| drop(b.outcome.changes.pop_first()))),
        (
            "certificate of another block",
            part(|b| b.certified.certificate.block = BlockId([9; 32])),
        ),
        ("certificate of another round", part(|b| b.certified.certificate.round = Round(1))),
    ];
    let before = store.verify().unwrap();
    for (what, block) in blocks {
        let refused = block.commit(&store);
        assert!(matches!(refused, Err(AbnsError::BadBlock(_))), "{what}: {refused:?}");
        assert_eq!(store.tip().round, Round(1), "{what}");
    }
    assert_eq!(store.verify().unwrap(), before);
    paying(&network, &store).commit(&store).unwrap();
}

#[test]
fn a_block_is_committed_once_and_in_order() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &network);
    let (first, twin) = (paying(&network, &store), paying(&network, &store));
    let rival = network.block(&store, vec![]);
    first.commit(&store).unwrap();
    // The very same block again, another one of its round, and a state prepared on the old tip.
    assert!(matches!(twin.commit(&store), Err(AbnsError::BadBlock(_))));
    assert!(matches!(rival.commit(&store), Err(AbnsError::BadBlock(_))));
    let mut next = network.block(&store, vec![]);
    let stale = Network::new(2);
    let other = tempfile::tempdir().unwrap();
    next.pending = open(other.path(), &stale).prepare(&BTreeMap::new()).unwrap();
    assert!(matches!(next.commit(&store), Err(AbnsError::BadBlock(_))));
    network.grow(&store);
    assert_eq!(store.verify().unwrap().rounds, 2);
}

#[test]
fn of_many_commits_of_one_round_exactly_one_wins() {
    let network = Network::new(4);
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &network);
    for _ in 0..5 {
        let blocks: Vec<_> = (0..4)
            .map(|from| {
                let pay = network.pay(&store, from, network.address((from + 1) % 4), 4_000);
                network.block(&store, vec![pay])
            })
            .collect();
        let won = std::thread::scope(|scope| {
            let commits: Vec<_> =
                blocks.into_iter().map(|block| scope.spawn(|| block.commit(&store))).collect();
            commits.into_iter().filter_map(|commit| commit.join().unwrap().ok()).count()
        });
        assert_eq!(won, 1);
    }
    assert_eq!(store.verify().unwrap().rounds, 5);
}

#[test]
fn preparing_writes_nothing_however_often() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &network);
    network.grow(&store);
    let path = dir.path().join("chain");
    let before = fs::read(&path).unwrap();
    let change = |value: u8| BTreeMap::from([(b"key".to_vec(), Some(vec![value]))]);
    let roots: Vec<_> = (0..9).map(|i| store.prepare(&change(i)).unwrap().root).collect();
    for (value, root) in (0..9).zip(&roots) {
        assert_eq!(store.prepare(&change(value)).unwrap().root, *root);
    }
    assert_eq!(roots.iter().collect::<std::collections::BTreeSet<_>>().len(), 9);
    assert_eq!(fs::read(&path).unwrap(), before);
    let empty = store.prepare(&BTreeMap::new()).unwrap();
    assert_eq!(empty.root, store.header(Round(1)).unwrap().header.state_root);
}

#[test]
fn a_block_that_was_only_prepared_is_gone_after_opening_again() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path(), &network);
    network.grow(&store);
    let (tip, block) = (store.tip(), paying(&network, &store));
    drop((store, block));
    let store = open(dir.path(), &network);
    assert_eq!(store.tip(), tip);
    assert_eq!(store.verify().unwrap().rounds, 1);
    network.grow(&store);
}

fn paying(network: &Network, store: &ChainStore) -> Block {
    let pay = network.pay(store, 0, network.address(1), 4_000);
    network.block(store, vec![pay])
}
