//! Proofs that a key of the state has a value, or none, under a root.
//!
//! `abns` makes them of its tree (`jmt` 0.12 with SHA-256), light nodes check them with nothing but
//! this file. Leaf = SHA-256("JMT::LeafNode" ‖ key hash ‖ value hash), node =
//! SHA-256("JMT::IntrnalNode" ‖ left ‖ right), key and value hashes are plain SHA-256, a key's bits
//! lead from the root down, most significant first, 1 to the right.

use wire::{Decode, DecodeError, Encode, Reader, Writer, hash};

/// A key has so many bits, and no path is longer.
const MAX_SIBLINGS: usize = 256;
const MASKS: [u8; 8] = [128, 64, 32, 16, 8, 4, 2, 1];

/// The hash of a subtree without leaves.
pub const EMPTY_SUBTREE: [u8; 32] = *b"SPARSE_MERKLE_PLACEHOLDER_HASH__";

/// The way from one leaf, or from an empty place, to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateProof {
    /// Key hash and value hash of the leaf at the end of the way, `None` if that place is empty.
    pub leaf: Option<([u8; 32], [u8; 32])>,
    /// The hashes beside the way, from the leaf up to the root.
    pub siblings: Vec<[u8; 32]>,
}

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The way is longer than a key.
    #[error("longer than a key")]
    TooLong,
    /// It leads to another key's place.
    #[error("about another key")]
    WrongKey,
    /// The key has another value, or one where none is claimed, or none where one is claimed.
    #[error("another value")]
    WrongValue,
    /// The way does not end at the root.
    #[error("not under this root")]
    WrongRoot,
}

/// The hash of a leaf of the state tree.
#[must_use]
pub fn leaf_hash(key_hash: &[u8; 32], value_hash: &[u8; 32]) -> [u8; 32] {
    hash("JMT::LeafNode", &[key_hash, value_hash])
}

/// The hash of an inner node of the state tree.
#[must_use]
pub fn node_hash(left: &[u8; 32], right: &[u8; 32]) -> [u8; 32] {
    hash("JMT::IntrnalNode", &[left, right])
}

impl StateProof {
    /// A proof of these parts.
    #[must_use]
    pub const fn new(leaf: Option<([u8; 32], [u8; 32])>, siblings: Vec<[u8; 32]>) -> Self {
        Self { leaf, siblings }
    }

    /// Checks that under `root` the key has this value, or none.
    ///
    /// # Errors
    /// [`ProofError`] if that does not follow.
    pub fn verify(
        &self,
        root: &[u8; 32],
        key: &[u8],
        value: Option<&[u8]>,
    ) -> Result<(), ProofError> {
        if self.siblings.len() > MAX_SIBLINGS {
            return Err(ProofError::TooLong);
        }
        let key_hash = hash("", &[key]);
        self.check_leaf(&key_hash, value)?;
        if self.root(&key_hash) == *root { Ok(()) } else { Err(ProofError::WrongRoot) }
    }

    fn check_leaf(&self, key_hash: &[u8; 32], value: Option<&[u8]>) -> Result<(), ProofError> {
        match (self.leaf, value) {
            (Some((key, value_hash)), Some(value)) => {
                if key != *key_hash {
                    return Err(ProofError::WrongKey);
                }
                if value_hash == hash("", &[value]) { Ok(()) } else { Err(ProofError::WrongValue) }
            }
            (None, Some(_)) => Err(ProofError::WrongValue),
            // The only leaf of a subtree stands for all of it: no other key of it has a value.
            (Some((key, _)), None) => {
                if key == *key_hash {
                    return Err(ProofError::WrongValue);
                }
                let shared = bits(&key).zip(bits(key_hash)).take_while(|(a, b)| a == b).count();
                if shared >= self.siblings.len() { Ok(()) } else { Err(ProofError::WrongKey) }
            }
            (None, None) => Ok(()),
        }
    }

    fn root(&self, key_hash: &[u8; 32]) -> [u8; 32] {
        let start = self.leaf.map_or(EMPTY_SUBTREE, |(key, value)| leaf_hash(&key, &value));
        let mut turns: Vec<bool> = bits(key_hash).take(self.siblings.len()).collect();
        turns.reverse();
        self.siblings.iter().zip(turns).fold(start, |below, (sibling, right)| {
            if right { node_hash(sibling, &below) } else { node_hash(&below, sibling) }
        })
    }
}

fn bits(key_hash: &[u8; 32]) -> impl Iterator<Item = bool> {
    key_hash.iter().flat_map(|byte| MASKS.map(|mask| byte & mask != 0))
}

impl Encode for StateProof {
    fn encode(&self, w: &mut Writer) {
        w.bool(self.leaf.is_some());
        if let Some((key, value)) = &self.leaf {
            w.fixed(key);
            w.fixed(value);
        }
        w.list(&self.siblings);
    }
}

impl Decode for StateProof {
    fn decode(r: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let leaf = if r.bool()? { Some((r.fixed()?, r.fixed()?)) } else { None };
        Ok(Self { leaf, siblings: r.list(MAX_SIBLINGS)? })
    }
}
