//! State proofs against the tree that nodes use: `jmt` makes them, our verifier judges.

use super::{actor, address};
use crate::*;
use jmt::proof::SparseMerkleProof;
use jmt::storage::{LeafNode, Node, NodeKey, TreeReader};
use jmt::{JellyfishMerkleTree, KeyHash, OwnedValue, RootHash, SimpleHasher, Version};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use types::Round;
use wire::{Encode, hash};

struct Sha(Sha256);

impl SimpleHasher for Sha {
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

#[derive(Default)]
struct Store {
    nodes: BTreeMap<NodeKey, Node>,
    values: BTreeMap<(KeyHash, Version), Option<OwnedValue>>,
}

impl TreeReader for Store {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        Ok(self.nodes.get(key).cloned())
    }

    fn get_value_option(&self, max: Version, key: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        let mut versions = self.values.range((key, 0)..=(key, max));
        Ok(versions.next_back().and_then(|(_, value)| value.clone()))
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}

/// A tree with these values, written in two versions so that it is not built in one go only.
struct Tree {
    store: Store,
    version: Version,
    root: [u8; 32],
}

impl Tree {
    fn new(values: &BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        let mut tree = Self { store: Store::default(), version: 0, root: EMPTY_SUBTREE };
        let (even, odd): (Vec<_>, Vec<_>) = values.iter().partition(|(key, _)| key.len() % 2 == 0);
        tree.write(0, even);
        tree.write(1, odd);
        tree
    }

    fn write(&mut self, version: Version, values: Vec<(&Vec<u8>, &Vec<u8>)>) {
        let set = values.iter().map(|(key, value)| (key_hash(key), Some(value.to_vec())));
        let jmt = JellyfishMerkleTree::<_, Sha>::new(&self.store);
        let (RootHash(root), batch) = jmt.put_value_set(set.collect::<Vec<_>>(), version).unwrap();
        let nodes = batch.node_batch.nodes().clone();
        let values = batch.node_batch.values().clone();
        self.store.nodes.extend(nodes);
        let values = values.into_iter().map(|((version, key), value)| ((key, version), value));
        self.store.values.extend(values);
        (self.version, self.root) = (version, root);
    }

    fn prove(&self, key: &[u8]) -> StateProof {
        let jmt = JellyfishMerkleTree::<_, Sha>::new(&self.store);
        let (_, proof) = jmt.get_with_proof(key_hash(key), self.version).unwrap();
        from_jmt(&proof)
    }
}

fn key_hash(key: &[u8]) -> KeyHash {
    KeyHash(hash("", &[key]))
}

/// `jmt` keeps the siblings to itself, but writes them out.
fn from_jmt(proof: &SparseMerkleProof<Sha>) -> StateProof {
    let json = serde_json::to_value(proof).unwrap();
    let bytes = |value: &serde_json::Value| -> [u8; 32] {
        serde_json::from_value::<Vec<u8>>(value.clone()).unwrap().try_into().unwrap()
    };
    let leaf = |value: &serde_json::Value| (bytes(&value["key_hash"]), bytes(&value["value_hash"]));
    let sibling = |value: &serde_json::Value| {
        if let Some(node) = value.get("Internal") {
            node_hash(&bytes(&node["left_child"]), &bytes(&node["right_child"]))
        } else if let Some(node) = value.get("Leaf") {
            leaf_hash(&leaf(node).0, &leaf(node).1)
        } else {
            assert_eq!(value, "Null");
            EMPTY_SUBTREE
        }
    };
    let siblings = json["siblings"].as_array().unwrap().iter().map(sibling).collect();
    StateProof::new(json.get("leaf").filter(|leaf| !leaf.is_null()).map(leaf), siblings)
}

fn values(count: u16) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let pair = |number: u16| {
        let mut key = number.to_be_bytes().to_vec();
        key.resize(2 + usize::from(number % 3), 0);
        (key, vec![number as u8; 5])
    };
    (0..count).map(pair).collect()
}

/// All that a liar could hand over in place of this proof, a little off.
fn forgeries(proof: &StateProof) -> Vec<StateProof> {
    let mut all = vec![
        StateProof { leaf: None, ..proof.clone() },
        StateProof { siblings: [&proof.siblings[..], &[EMPTY_SUBTREE]].concat(), ..proof.clone() },
        StateProof { siblings: [&[EMPTY_SUBTREE], &proof.siblings[..]].concat(), ..proof.clone() },
    ];
    for position in 0..proof.siblings.len() {
        let mut altered = proof.clone();
        altered.siblings[position][31] ^= 1;
        let mut shorter = proof.clone();
        shorter.siblings.remove(position);
        all.extend([altered, shorter]);
    }
    if let Some((key, value)) = proof.leaf {
        let flip = |bytes: [u8; 32]| bytes.map(|byte| byte ^ 0x80);
        all.push(StateProof { leaf: Some((flip(key), value)), ..proof.clone() });
        all.push(StateProof { leaf: Some((key, flip(value))), ..proof.clone() });
    }
    all.retain(|forgery| forgery != proof);
    all
}

#[track_caller]
fn check_all(count: u16) {
    let values = values(count);
    let tree = Tree::new(&values);
    for (key, value) in &values {
        let proof = tree.prove(key);
        assert_eq!(proof.verify(&tree.root, key, Some(value)), Ok(()));
        assert_eq!(proof.verify(&tree.root, key, Some(b"other")), Err(ProofError::WrongValue));
        assert_eq!(proof.verify(&tree.root, key, None), Err(ProofError::WrongValue));
        assert_eq!(proof.verify(&[0; 32], key, Some(value)), Err(ProofError::WrongRoot));
        for forgery in forgeries(&proof) {
            assert!(forgery.verify(&tree.root, key, Some(value)).is_err(), "{forgery:?}");
            assert!(forgery.verify(&tree.root, key, None).is_err(), "{forgery:?}");
        }
    }
    for number in 0..40_u8 {
        let key = [b'x', number, 0, 0, 0, 0, 0];
        let proof = tree.prove(&key);
        assert_eq!(proof.verify(&tree.root, &key, None), Ok(()));
        assert!(proof.verify(&tree.root, &key, Some(b"")).is_err());
        for forgery in forgeries(&proof) {
            assert!(forgery.verify(&tree.root, &key, None).is_err(), "{forgery:?}");
        }
    }
}

#[test]
fn presence_and_absence_in_trees_of_many_sizes() {
    for count in [0, 1, 2, 3, 17, 200] {
        check_all(count);
    }
}

#[test]
fn another_keys_leaf_proves_absence_only_in_its_own_subtree() {
    let values = values(200);
    let tree = Tree::new(&values);
    let keys: Vec<_> = values.keys().collect();
    for pair in keys.windows(2) {
        let proof = tree.prove(pair[0]);
        assert!(proof.verify(&tree.root, pair[1], None).is_err());
        assert!(proof.verify(&tree.root, pair[1], Some(&values[pair[1]])).is_err());
    }
}

#[test]
fn a_path_longer_than_a_key_is_refused() {
    let proof = StateProof::new(None, vec![EMPTY_SUBTREE; 257]);
    assert_eq!(proof.verify(&EMPTY_SUBTREE, b"key", None), Err(ProofError::TooLong));
    assert_eq!(StateProof::new(None, Vec::new()).verify(&EMPTY_SUBTREE, b"key", None), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, ..ProptestConfig::default() })]

    #[test]
    fn random_trees(
        values in proptest::collection::btree_map(
            proptest::collection::vec(any::<u8>(), 1..6),
            proptest::collection::vec(any::<u8>(), 0..6),
            0..60,
        ),
        probes in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 1..3), 20),
    ) {
        let tree = Tree::new(&values);
        for key in values.keys().chain(&probes) {
            let value = values.get(key).map(Vec::as_slice);
            let proof = tree.prove(key);
            prop_assert_eq!(proof.verify(&tree.root, key, value), Ok(()));
            prop_assert_eq!(&super::round_trip(&proof), &proof.to_bytes());
        }
    }
}

/// A state with two accounts, the second of which has an alias.
fn state_with_alias() -> (BTreeMap<Vec<u8>, Vec<u8>>, [types::Address; 3]) {
    let [alice, bob, alias] = [1, 2, 3].map(|seed| address(&actor(seed)));
    let mut state = super::genesis(&[alice, bob]).state();
    state.insert(alias_key(alias), bob.to_bytes().to_vec());
    (state, [alice, bob, alias])
}

fn prove(tree: &Tree, state: &BTreeMap<Vec<u8>, Vec<u8>>, address: types::Address) -> AccountProof {
    let home = home_of(state, address).unwrap();
    AccountProof {
        round: Round(1),
        address,
        alias: (home != address).then_some(home),
        alias_proof: tree.prove(&alias_key(address)),
        account: account_of(state, address).unwrap(),
        proof: tree.prove(&account_key(home)),
    }
}

#[test]
fn an_address_leads_to_its_account_and_nowhere_else() {
    let (state, [alice, bob, alias]) = state_with_alias();
    let tree = Tree::new(&state);
    let nobody = address(&actor(9));
    for (address, home) in [(alice, alice), (bob, bob), (alias, bob), (nobody, nobody)] {
        let proof = prove(&tree, &state, address);
        assert_eq!((proof.home(), proof.verify(&tree.root)), (home, Ok(())));
        super::round_trip(&proof);
    }

    let good = prove(&tree, &state, alias);
    let hidden = AccountProof { alias: None, ..good.clone() };
    let redirected = AccountProof { alias: Some(alice), ..good.clone() };
    let mut richer = good.clone();
    richer.account.as_mut().unwrap().abc = super::abc(1);
    let absent = AccountProof { account: None, ..good };
    let invented = AccountProof { alias: Some(bob), ..prove(&tree, &state, alice) };
    for lie in [hidden, redirected, richer, absent, invented] {
        assert!(lie.verify(&tree.root).is_err(), "{lie:?}");
    }
}
