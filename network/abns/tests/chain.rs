//! A chain that grows, is closed and opened, and is read back.

#![allow(clippy::unwrap_used, reason = "a test")]

mod network;

use abns::ChainStore;
use jmt::{
    JellyfishMerkleTree, KeyHash, OwnedValue, SimpleHasher, Version,
    storage::{LeafNode, Node, NodeKey, TreeReader},
};
use ledger::{StateView, account_key, account_of, alias_key};
use network::{Network, stranger};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use types::{Amount, BlockId, Round, TxId};

#[test]
fn the_genesis_is_version_0() {
    let network = Network::new(3);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let chain = network.genesis.chain();
    let tip = store.tip();
    let birth = (Round(0), BlockId(chain.0), network.genesis.time);
    assert_eq!((tip.round, tip.block, tip.time), birth);
    assert_eq!(store.header(Round(0)), None);
    assert_eq!(store.body(Round(0)), None);
    let account = account_of(&store, network.address(1)).unwrap().unwrap();
    assert_eq!(account.abc, Amount::new(1_000_000_000));
    let entries = store.entries(network.address(1), 0, 10);
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0].next_hash(&[0; 32]), account.history);
    let proof = store.prove(network.address(1)).unwrap();
    assert_eq!(proof.verify(&fresh_root(&network.genesis.state())), Ok(()));
    assert_eq!((proof.round, proof.account), (Round(0), Some(account)));
    let verified = store.verify().unwrap();
    assert_eq!((verified.rounds, verified.accounts, verified.entries), (0, 7, 7));
}

#[test]
fn what_was_committed_is_read_back_before_and_after_opening_again() {
    let network = Network::new(3);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("chain");
    let store = ChainStore::open(&path, &network.genesis).unwrap();
    let pay = network.pay(&store, 0, network.address(1), 5_000);
    let block = network.block(&store, vec![pay.clone()]);
    let (certified, body) = (block.certified.clone(), block.body.clone());
    block.commit(&store).unwrap();
    let first = network.grow(&store);

    let check = |store: &ChainStore| {
        assert_eq!(store.tip().round, Round(2));
        assert_eq!(store.tip().block, first);
        assert_eq!(store.header(Round(1)).unwrap(), certified);
        assert_eq!(store.body(Round(1)).unwrap(), body);
        assert_eq!(store.header(Round(3)), None);
        assert_eq!(store.body(Round(3)), None);
        assert_eq!(store.find(pay.id()), Some((Round(1), 0)));
        assert_eq!(store.find(TxId([0; 32])), None);
        assert_eq!(store.verify().unwrap().transactions, 4);
    };
    check(&store);
    drop(store);
    let store = ChainStore::open(&path, &network.genesis).unwrap();
    check(&store);
    network.grow(&store);
    assert_eq!(store.tip().round, Round(3));
}

#[test]
fn entries_come_in_order_behind_the_counter_and_close_the_history() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    for _ in 0..5 {
        network.grow(&store);
    }
    let home = network.address(0);
    let account = account_of(&store, home).unwrap().unwrap();
    let all = store.entries(home, 0, usize::MAX);
    assert_eq!(all.len() as u64, account.counter);
    let hash = all.iter().fold([0; 32], |hash, entry| entry.next_hash(&hash));
    assert_eq!(hash, account.history);
    assert_eq!(store.entries(home, 3, 2), all[3..5]);
    assert_eq!(store.entries(home, account.counter, 9), []);
    assert_eq!(store.entries(home, u64::MAX, 9), []);
    assert_eq!(store.entries(stranger(1), 0, 9), []);
}

#[test]
fn a_state_stays_as_it_was_while_blocks_follow() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let before = store.state().unwrap();
    network.grow(&store);
    let home = network.address(0);
    assert_eq!(before.tip().round, Round(0));
    assert_eq!(account_of(&before, home).unwrap().unwrap().nonce, 0);
    assert_eq!(account_of(&store, home).unwrap().unwrap().nonce, 1);
    before.check().unwrap();
}

#[test]
fn an_address_with_an_alias_is_proved_through_its_home() {
    let network = Network::new(2);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let (home, later) = (network.address(0), stranger(7));
    let alias = BTreeMap::from([(alias_key(later), home.to_bytes().to_vec())]);
    network.block_of(&store, alias).commit(&store).unwrap();
    let root = store.header(Round(1)).unwrap().header.state_root;
    let proof = store.prove(later).unwrap();
    assert_eq!((proof.alias, proof.account.as_ref().unwrap().home), (Some(home), home));
    assert_eq!(proof.verify(&root), Ok(()));
    let other = store.prove(stranger(8)).unwrap();
    assert_eq!((other.alias, &other.account), (None, &None));
    assert_eq!(other.verify(&root), Ok(()));
    assert!(proof.verify(&[0; 32]).is_err());
}

#[test]
fn the_root_after_random_blocks_is_that_of_a_tree_made_at_once() {
    let mut rng = StdRng::seed_from_u64(7);
    let network = Network::new(8);
    let dir = tempfile::tempdir().unwrap();
    let store = ChainStore::open(&dir.path().join("chain"), &network.genesis).unwrap();
    let mut state = network.genesis.state();
    for _ in 0..40 {
        let payments = (0..rng.random_range(0..10)).map(|_| {
            let to = match rng.random_range(0..12) {
                person @ 0..8 => network.address(person),
                _ => stranger(rng.random_range(0..60)),
            };
            network.pay(&store, rng.random_range(0..8), to, rng.random_range(1_000..30_000))
        });
        let block = network.block(&store, payments.collect());
        for (key, value) in block.outcome.changes.clone() {
            match value {
                Some(value) => state.insert(key, value),
                None => state.remove(&key),
            };
        }
        let root = block.certified.header.state_root;
        block.commit(&store).unwrap();
        assert_eq!(root, fresh_root(&state));
    }
    for (key, value) in &state {
        assert_eq!(StateView::get(&store, key).as_ref(), Some(value));
    }
    assert_eq!(StateView::get(&store, &account_key(stranger(61))), None);
    store.verify().unwrap();
}

/// jmt's own root over a state, on an empty tree in memory.
fn fresh_root(state: &BTreeMap<Vec<u8>, Vec<u8>>) -> [u8; 32] {
    let values =
        state.iter().map(|(key, value)| (KeyHash(Sha256::digest(key).into()), Some(value.clone())));
    JellyfishMerkleTree::<_, Hasher>::new(&Nothing).put_value_set(values, 0).unwrap().0.0
}

struct Hasher(Sha256);

impl SimpleHasher for Hasher {
    fn new() -> Self {
        Self(Sha256::new())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn finalize(self) -> [u8; 32] {
        self.0.finalize().into()
    }
}

struct Nothing;

impl TreeReader for Nothing {
    fn get_node_option(&self, _: &NodeKey) -> anyhow::Result<Option<Node>> {
        Ok(None)
    }

    fn get_value_option(&self, _: Version, _: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        Ok(None)
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}
