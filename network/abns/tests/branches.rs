//! Candidate blocks beside one another: each has its own state, and only a commit writes one.

#![allow(clippy::unwrap_used, reason = "a test")]

mod network;

use abns::{AbnsError, Branch, ChainStore};
use ledger::{StateView, account_of};
use network::Network;
use std::{collections::BTreeMap, sync::Arc};
use types::Round;

fn key(number: u8) -> Vec<u8> {
    vec![b'k', number]
}

#[test]
fn branches_of_one_tip_do_not_see_one_another() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let base = BTreeMap::from([(key(1), vec![1]), (key(2), vec![2])]);
    network.block_of(&store, base).commit(&store).unwrap();
    let (mut left, mut right) = (store.branch().unwrap(), store.branch().unwrap());
    left.apply([(key(1), Some(vec![10])), (key(3), Some(vec![30]))]);
    right.apply([(key(1), None)]);
    assert_eq!(left.get(&key(1)), Some(vec![10]));
    assert_eq!(right.get(&key(1)), None);
    assert_eq!(right.get(&key(2)), Some(vec![2]));
    assert_eq!(right.get(&key(3)), None);
    assert_eq!(store.get(&key(1)), Some(vec![1]));
    let all = |branch: &Branch| branch.range(&key(0), &key(9), 9);
    assert_eq!(all(&left), [(key(1), vec![10]), (key(2), vec![2]), (key(3), vec![30])]);
    assert_eq!(all(&right), [(key(2), vec![2])]);
    assert_eq!(left.range(&key(2), &key(3), 9), [(key(2), vec![2])]);
    assert_eq!(left.range(&key(0), &key(9), 1), [(key(1), vec![10])]);
    assert_eq!(left.range(&key(9), &key(0), 9), []);
    assert!(account_of(&left, network.address(0)).unwrap().is_some());

    let roots = [&left, &right].map(|branch| store.prepare_branch(branch).unwrap().root);
    assert_ne!(roots[0], roots[1]);
    let same = store
        .prepare(&BTreeMap::from([(key(1), Some(vec![10])), (key(3), Some(vec![30]))]))
        .unwrap();
    assert_eq!(roots[0], same.root);
}

#[test]
fn a_branch_on_a_branch_sees_both_and_stays_as_it_was_when_blocks_follow() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let mut parent = store.branch().unwrap();
    parent.apply([(key(1), Some(vec![1])), (key(2), Some(vec![2])), (key(3), Some(vec![3]))]);
    let parent = Arc::new(parent);
    let mut child = Branch::on(Arc::clone(&parent));
    child.apply([(key(1), None), (key(4), Some(vec![4]))]);
    let mut twin = Branch::on(Arc::clone(&parent));
    twin.apply([(key(2), Some(vec![20]))]);

    let other = BTreeMap::from([(key(3), vec![99])]);
    network.block_of(&store, other).commit(&store).unwrap();
    assert_eq!(child.range(&key(0), &key(9), 2), [(key(2), vec![2]), (key(3), vec![3])]);
    assert_eq!(child.get(&key(4)), Some(vec![4]));
    assert_eq!((twin.get(&key(2)), twin.get(&key(1))), (Some(vec![20]), Some(vec![1])));
    assert_eq!(twin.changes().len(), 1);
    assert_eq!(store.tip().round, Round(1));

    // What grew from an earlier block, or from another branch, is no candidate any more.
    for branch in [&*parent, &child] {
        let refused = store.prepare_branch(branch);
        assert!(matches!(refused, Err(AbnsError::BadBlock(_))), "{refused:?}");
    }
}
