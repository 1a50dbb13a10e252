//! The tree against jmt's own proofs and against a recomputation from the leaves alone.

use super::*;
use crate::{
    layout::{NODES, STALE},
    rows::{ReadRows, WriteRows},
};
use jmt::{RootHash, proof::SparseMerkleProof};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use redb::{Database, ReadableDatabase, backends::InMemoryBackend};

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
    fn new(changes: &BTreeMap<Vec<u8>, Vec<u8>>) -> Self {
        let database = Database::builder().create_with_backend(InMemoryBackend::new()).unwrap();
        let mut tree = Self { database, version: 0, root: EMPTY, leaves: BTreeMap::new() };
        tree.apply(changes);
        tree
    }

    fn put(&mut self, changes: &BTreeMap<Vec<u8>, Vec<u8>>) {
        self.version += 1;
        self.apply(changes);
    }

    fn apply(&mut self, changes: &BTreeMap<Vec<u8>, Vec<u8>>) {
        let transaction = self.database.begin_write().unwrap();
        {
            let mut nodes = WriteRows::write(&transaction, NODES).unwrap();
            let (root, batch) = update(&nodes, self.version, changes).unwrap();
            for (key, node) in batch.node_batch.nodes() {
                nodes.put(&key_of(key), &encode(node).unwrap()).unwrap();
            }
            WriteRows::write(&transaction, STALE).unwrap();
            self.root = root;
        }
        transaction.commit().unwrap();
        let hashed = changes.iter().map(|(key, value)| (plain_hash(key), value.clone()));
        self.leaves.extend(hashed);
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

fn changes(rng: &mut StdRng, most: usize) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let count = rng.random_range(0..=most);
    (0..count)
        .map(|_| {
            (rng.random_range(0..400_u32).to_be_bytes().to_vec(), rng.random::<[u8; 9]>().into())
        })
        .collect()
}

#[test]
fn roots_and_paths_are_those_of_jmt_after_every_version() {
    let mut rng = StdRng::seed_from_u64(1);
    let mut tree = Tree::new(&changes(&mut rng, 3));
    for _ in 0..60 {
        let most = rng.random_range(0..40);
        tree.put(&changes(&mut rng, most));
        assert_eq!(root(&tree.nodes(), tree.version).unwrap(), tree.root);
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
    assert_eq!(root(&tree.nodes(), 0).unwrap(), EMPTY);
    tree.check(b"other");
    tree.put(&BTreeMap::new());
    assert_eq!(tree.root, EMPTY);
    tree.put(&BTreeMap::from([(b"only".to_vec(), b"one".to_vec())]));
    tree.check(b"only");
    tree.check(b"other");
    assert_eq!(root_of(&tree.leaf_hashes(), 0), tree.root);
}

#[test]
fn a_missing_root_is_damage_and_not_an_empty_tree() {
    let tree = Tree::new(&BTreeMap::from([(b"a".to_vec(), b"b".to_vec())]));
    let nodes = tree.nodes();
    let change = BTreeMap::from([(b"c".to_vec(), b"d".to_vec())]);
    assert!(matches!(update(&nodes, 9, &change), Err(AbnsError::Damaged(_))));
    assert!(matches!(prove(&nodes, 9, b"a"), Err(AbnsError::Damaged(_))));
    assert!(matches!(root(&nodes, 9), Err(AbnsError::Damaged(_))));
}

#[test]
fn the_root_of_a_version_without_changes_goes_stale() {
    let tree = Tree::new(&BTreeMap::from([(b"a".to_vec(), b"b".to_vec())]));
    let (root, batch) = update(&tree.nodes(), 1, &BTreeMap::new()).unwrap();
    assert_eq!(root, tree.root);
    let stale: Vec<_> = batch.stale_node_index_batch.iter().map(|s| key_of(&s.node_key)).collect();
    assert_eq!(stale, [node_key(0, &[])]);
}

#[test]
fn two_leaves_of_one_key_do_not_loop() {
    assert_ne!(root_of(&[([1; 32], [2; 32]), ([1; 32], [3; 32])], 0), EMPTY);
}

/// jmt writes nodes in borsh, and a change of either would make old files unreadable.
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
        "3cfcce11919e52ac9b3048eea1b93504502b1e695dd9da2c4c8c58e30b6e0f65"
    );
    assert_eq!(hex(tree.root), "a3a28583e95ce5f05344ad30612c751f12742692b7430d553a2431ff0993f29a");
}
