//! The tree against jmt's own proofs and against a recomputation from the leaves alone.

use super::*;
use crate::{
    layout::{NODES, node_key},
    rows::{ReadRows, WriteRows},
};
use jmt::{RootHash, proof::SparseMerkleProof};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use redb::{Database, ReadableDatabase, backends::InMemoryBackend};
use std::collections::BTreeMap;

/// jmt's proof as borsh writes it.
#[derive(borsh::BorshDeserialize)]
struct TheirProof {
    leaf: Option<([u8; 32], [u8; 32])>,
    siblings: Vec<TheirSibling>,
}

#[derive(borsh::BorshDeserialize)]
enum TheirSibling {
    Null,
    Internal([u8; 32], [u8; 32]),
    Leaf([u8; 32], [u8; 32]),
}

impl TheirSibling {
    fn hash(&self) -> [u8; 32] {
        match self {
            Self::Null => EMPTY,
            Self::Internal(left, right) => node_hash(left, right),
            Self::Leaf(key, value) => leaf_hash(key, value),
        }
    }
}

/// Reads values too, as jmt's prover wants.
struct Full<'a>(&'a ReadRows, &'a BTreeMap<[u8; 32], Vec<u8>>);

impl TreeReader for Full<'_> {
    fn get_node_option(&self, key: &NodeKey) -> anyhow::Result<Option<Node>> {
        Reader(self.0).get_node_option(key)
    }

    fn get_value_option(&self, _: Version, key: KeyHash) -> anyhow::Result<Option<OwnedValue>> {
        Ok(self.1.get(&key.0).cloned())
    }

    fn get_rightmost_leaf(&self) -> anyhow::Result<Option<(NodeKey, LeafNode)>> {
        Ok(None)
    }
}

struct Tree {
    database: Database,
    version: Version,
    root: [u8; 32],
    leaves: BTreeMap<[u8; 32], Vec<u8>>,
}

impl Tree {
    fn new(values: &BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let mut tree = Self { database, version: 0, root: EMPTY, leaves: BTreeMap::new() };
        let (root, batch) = first(0, values).unwrap();
        tree.write(root, &batch);
        let hashed = values.iter().map(|(key, value)| (plain_hash(key), value.clone()));
        tree.leaves.extend(hashed);
        tree
    }

    fn put(&mut self, changes: &Changes) {
        self.version += 1;
        let changed = changes.iter().map(|(key, value)| (key, value.as_ref()));
        let (root, batch) = update(&self.nodes(), self.version, changed).unwrap();
        self.write(root, &batch);
        for (key, value) in changes {
            match value {
                Some(value) => self.leaves.insert(plain_hash(key), value.clone()),
                None => self.leaves.remove(&plain_hash(key)),
            };
        }
    }

    fn write(&mut self, root: [u8; 32], batch: &TreeUpdateBatch) {
        let transaction = self.database.begin_write().unwrap();
        {
            let mut nodes = WriteRows::write(&transaction, NODES).unwrap();
            for (key, node) in batch.node_batch.nodes() {
                let (key, bytes) = row(key, node).unwrap();
                assert_eq!(Stored::decode(&key, &bytes).unwrap().to_node().unwrap(), *node);
                nodes.put(&key, &bytes).unwrap();
            }
        }
        transaction.commit().unwrap();
        self.root = root;
    }

    fn nodes(&self) -> ReadRows {
        ReadRows::read(&self.database.begin_read().unwrap(), NODES).unwrap()
    }

    fn leaf_hashes(&self) -> Vec<([u8; 32], [u8; 32])> {
        self.leaves.iter().map(|(key, value)| (*key, plain_hash(value))).collect()
    }

    #[track_caller]
    fn check(&self, key: &[u8]) {
        let hash = plain_hash(key);
        let nodes = self.nodes();
        let reader = Full(&nodes, &self.leaves);
        let (value, proof): (_, SparseMerkleProof<Hasher>) =
            JellyfishMerkleTree::<_, Hasher>::new(&reader)
                .get_with_proof(KeyHash(hash), self.version)
                .unwrap();
        proof.verify(RootHash(self.root), KeyHash(hash), value.clone()).unwrap();
        assert_eq!(value.as_ref(), self.leaves.get(&hash));
        let theirs: TheirProof = borsh::from_slice(&borsh::to_vec(&proof).unwrap()).unwrap();
        let ours = prove(&nodes, self.version, key).unwrap();
        assert_eq!(ours.leaf, theirs.leaf);
        let hashes: Vec<_> = theirs.siblings.iter().map(TheirSibling::hash).collect();
        assert_eq!(ours.siblings, hashes);
        assert_eq!(ours.verify(&self.root, key, value.as_deref()), Ok(()));
    }
}

type Changes = BTreeMap<Vec<u8>, Option<Vec<u8>>>;

/// New values, and deletions of keys that may be there or not.
fn changes(rng: &mut StdRng, most: usize) -> Changes {
    let count = rng.random_range(0..=most);
    (0..count)
        .map(|_| {
            let value = rng.random_bool(0.7).then(|| rng.random::<[u8; 9]>().into());
            (rng.random_range(0..400_u32).to_be_bytes().to_vec(), value)
        })
        .collect()
}

#[test]
fn roots_and_paths_are_those_of_jmt_after_every_version() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut tree = Tree::new(&BTreeMap::from([(b"first".to_vec(), b"value".to_vec())]));
    for _ in 0..60 {
        let most = rng.random_range(0..40);
        tree.put(&changes(&mut rng, most));
        assert_eq!(super::root(&tree.nodes(), tree.version).unwrap(), tree.root);
        assert_eq!(root_of(&tree.leaf_hashes(), 0), tree.root);
        for _ in 0..10 {
            tree.check(&rng.random_range(0..500_u32).to_be_bytes());
        }
    }
}

#[test]
fn trees_of_no_and_of_one_leaf_have_paths() {
    let mut tree = Tree::new(&BTreeMap::new());
    assert_eq!(tree.root, EMPTY);
    assert_eq!(super::root(&tree.nodes(), 0).unwrap(), EMPTY);
    tree.check(b"other");
    tree.put(&BTreeMap::new());
    assert_eq!(tree.root, EMPTY);
    tree.put(&BTreeMap::from([(b"only".to_vec(), Some(b"one".to_vec()))]));
    tree.check(b"only");
    tree.check(b"other");
    assert_eq!(root_of(&tree.leaf_hashes(), 0), tree.root);
    tree.put(&BTreeMap::from([(b"only".to_vec(), None), (b"never".to_vec(), None)]));
    assert_eq!(tree.root, EMPTY);
    tree.check(b"only");
}

#[test]
fn a_missing_root_is_damage_and_not_an_empty_tree() {
    let tree = Tree::new(&BTreeMap::from([(b"a".to_vec(), b"b".to_vec())]));
    let nodes = tree.nodes();
    let (key, value) = (b"c".to_vec(), b"d".to_vec());
    let changed = update(&nodes, 9, [(&key, Some(&value))]);
    assert!(matches!(changed, Err(AbnsError::Damaged(_))));
    assert!(matches!(prove(&nodes, 9, b"a"), Err(AbnsError::Damaged(_))));
    assert!(matches!(root(&nodes, 9), Err(AbnsError::Damaged(_))));
}

#[test]
fn a_value_written_again_makes_every_node_above_it_new() {
    let mut tree = Tree::new(&(0..200_u8).map(|i| (vec![i], vec![i; 3])).collect());
    let before = tree.root;
    for i in 0..200_u8 {
        tree.put(&BTreeMap::from([(vec![i], Some(vec![i; 3]))]));
        assert_eq!(tree.root, before);
    }
    // All that is alive is younger than the first version, so that this one can be dropped.
    let nodes = tree.nodes();
    let old = nodes.all().unwrap().map(|row| row.unwrap().0);
    let old: Vec<_> = old.filter(|key| key.starts_with(&[0; 8])).collect();
    let transaction = tree.database.begin_write().unwrap();
    for key in old {
        WriteRows::write(&transaction, NODES).unwrap().remove(&key).unwrap();
    }
    transaction.commit().unwrap();
    (0..200_u8).for_each(|i| tree.check(&[i]));
}

#[test]
fn only_the_encoding_of_a_node_is_taken_for_one() {
    let tree = Tree::new(&(0..40_u8).map(|i| (vec![i], vec![i; 3])).collect());
    let key = node_key(0, &[]);
    let bytes = tree.nodes().need(&key).unwrap();
    assert!(Stored::decode(&key, &bytes).is_some());
    assert_eq!(Stored::decode(&key[1..], &bytes), None);
    assert_eq!(Stored::decode(&key, &bytes[..bytes.len() - 1]), None);
    assert_eq!(Stored::decode(&key, &[&bytes[..], &[0]].concat()), None);
    assert_eq!(Stored::decode(&key, &[3]), None);
    // jmt would assert on a node with nothing below it, and on one above a single leaf.
    assert_eq!(Stored::decode(&key, &[2, 0, 0, 0, 0]), None);
    let leaf = [&[2, 0x80, 0, 0x80, 0][..], &[7; 32], &[0]].concat();
    assert_eq!(Stored::decode(&key, &leaf), None);
    // The same number in more bytes than it needs.
    let short = [&[2, 0x80, 0, 0, 0][..], &[7; 32], &[0, 5]].concat();
    assert!(Stored::decode(&key, &short).is_some());
    let long = [&[2, 0x80, 0, 0, 0][..], &[7; 32], &[0x80, 0, 5]].concat();
    assert_eq!(Stored::decode(&key, &long), None);
}

#[test]
fn two_leaves_of_one_key_do_not_loop() {
    assert_ne!(root_of(&[([1; 32], [2; 32]), ([1; 32], [3; 32])], 0), EMPTY);
}

#[test]
fn stored_nodes_have_these_bytes() {
    let tree = Tree::new(&(0..40_u8).map(|i| (vec![i], vec![i; 3])).collect());
    let mut hasher = Sha256::new();
    for row in tree.nodes().all().unwrap() {
        let (key, node) = row.unwrap();
        hasher.update(key);
        hasher.update(node);
    }
    let hex = |bytes: [u8; 32]| bytes.iter().map(|b| format!("{b:02x}")).collect::<String>();
    assert_eq!(
        hex(hasher.finalize().into()),
        "21ddd69a0243c856b1ae02fb6001edb4022b5b66b90442b9fb5bd5b940bef326"
    );
    assert_eq!(hex(tree.root), "a3a28583e95ce5f05344ad30612c751f12742692b7430d553a2431ff0993f29a");
}
