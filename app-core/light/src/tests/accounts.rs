//! Proofs of accounts and records under the roots that are kept.

use super::{Chain, home};
use crate::*;
use ledger::{
    Account, AccountProof, EMPTY_SUBTREE, ProofError, StateProof, account_key, alias_key,
    leaf_hash, node_hash,
};
use types::{Address, Round};
use wire::{Decode, Encode, hash};

/// A tree of two leaves whose keys differ in some bit, written out by hand.
struct Tree {
    leaves: [([u8; 32], [u8; 32]); 2],
}

fn bit(key: &[u8; 32], at: usize) -> bool {
    key[at / 8] & (128 >> (at % 8)) != 0
}

impl Tree {
    fn new(first: (&[u8], &[u8]), second: (&[u8], &[u8])) -> Self {
        Self { leaves: [first, second].map(|(key, value)| (hash("", &[key]), hash("", &[value]))) }
    }

    /// The way of one of the two leaves: the other beside it, nothing else above.
    fn way(&self, which: usize) -> StateProof {
        let [(a, _), (b, _)] = self.leaves;
        let shared = (0..256).take_while(|at| bit(&a, *at) == bit(&b, *at)).count();
        let (key, value) = self.leaves[1 - which];
        let mut siblings = vec![leaf_hash(&key, &value)];
        siblings.resize(shared + 1, EMPTY_SUBTREE);
        StateProof::new(Some(self.leaves[which]), siblings)
    }

    /// What the tree says about a key that is in it, or that a leaf stands for.
    fn prove(&self, key: &[u8]) -> StateProof {
        let key = hash("", &[key]);
        let shared =
            |leaf: &[u8; 32]| (0..256).take_while(|at| bit(&key, *at) == bit(leaf, *at)).count();
        let nearer = usize::from(shared(&self.leaves[1].0) > shared(&self.leaves[0].0));
        let way = self.way(nearer);
        let depth = shared(&self.leaves[nearer].0);
        if depth >= way.siblings.len() {
            return way;
        }
        // The key leaves the way at an empty place above both leaves.
        let above = way.siblings.len() - depth - 1;
        let below = self.subtree(depth + 1);
        let siblings = [&[below][..], &way.siblings[above + 1..]].concat();
        StateProof::new(None, siblings)
    }

    /// The hash of the subtree of both leaves at this depth.
    fn subtree(&self, depth: usize) -> [u8; 32] {
        let way = self.way(0);
        let (key, value) = self.leaves[0];
        let steps = way.siblings.len() - depth;
        let levels = (0..way.siblings.len()).rev().zip(&way.siblings).take(steps);
        levels.fold(leaf_hash(&key, &value), |hash, (at, sibling)| {
            if bit(&key, at) { node_hash(sibling, &hash) } else { node_hash(&hash, sibling) }
        })
    }

    fn root(&self) -> [u8; 32] {
        self.subtree(0)
    }
}

fn account(home: Address) -> Account {
    Account { nonce: 3, ..Account::empty(home) }
}

/// A light node at round 3, whose state has one account and one alias of it.
fn fixture() -> (LightState, Tree) {
    let tree = Tree::new(
        (&account_key(home(1)), &account(home(1)).to_bytes()),
        (&alias_key(home(9)), &home(1).to_bytes()),
    );
    let mut chain = Chain::plain(2);
    chain.push(|header| header.state_root = tree.root());
    (chain.trusting(3), tree)
}

fn proof(tree: &Tree, address: Address, alias: Option<Address>) -> AccountProof {
    let at = alias.unwrap_or(address);
    AccountProof {
        round: Round(3),
        address,
        alias,
        alias_proof: tree.prove(&alias_key(address)),
        account: (at == home(1)).then(|| account(at)),
        proof: tree.prove(&account_key(at)),
    }
}

#[test]
fn a_home_an_alias_and_a_stranger() {
    let (state, tree) = fixture();
    let cases =
        [(home(1), None, Some(1)), (home(9), Some(home(1)), Some(1)), (home(5), None, None)];
    for (address, alias, known) in cases {
        let proved = state.check_account(address, &proof(&tree, address, alias)).unwrap();
        assert_eq!((proved.round, proved.home), (Round(3), alias.unwrap_or(address)));
        assert_eq!(proved.account, known.map(|byte| account(home(byte))));
    }
}

#[test]
fn lies_about_an_address_are_refused() {
    let (state, tree) = fixture();
    let good = proof(&tree, home(9), Some(home(1)));
    let hidden = AccountProof { alias: None, account: None, ..good.clone() };
    let elsewhere = AccountProof { alias: Some(home(5)), account: None, ..good.clone() };
    let richer = AccountProof { account: Some(Account::empty(home(1))), ..good.clone() };
    let gone = AccountProof { account: None, ..good.clone() };
    for lie in [hidden, elsewhere, richer, gone] {
        assert!(matches!(state.check_account(home(9), &lie), Err(LightError::Proof(_))), "{lie:?}");
    }
    let about = LightError::WrongAddress(home(9));
    assert_eq!(state.check_account(home(1), &good), Err(about));
}

#[test]
fn a_proof_needs_a_root_that_is_kept() {
    let (state, tree) = fixture();
    let good = proof(&tree, home(1), None);
    for round in [0, 2, 4, u64::MAX] {
        let other = AccountProof { round: Round(round), ..good.clone() };
        let error = LightError::UnknownRoot(Round(round));
        assert_eq!(state.check_account(home(1), &other), Err(error));
    }
    let mut chain = Chain::plain(70);
    chain.push(|header| header.state_root = tree.root());
    let mut late = chain.light();
    for round in 1..=71 {
        late.follow(&chain.step(round), chain.time(71)).unwrap();
    }
    let at = |round| AccountProof { round: Round(round), ..good.clone() };
    assert_eq!(late.check_account(home(1), &at(7)), Err(LightError::UnknownRoot(Round(7))));
    let other = Err(LightError::Proof(ProofError::WrongRoot));
    assert_eq!(late.check_account(home(1), &at(8)), other);
    assert!(late.check_account(home(1), &at(71)).is_ok());
}

#[test]
fn any_record_is_proved_and_so_is_its_absence() {
    let (state, tree) = fixture();
    let (key, value) = (account_key(home(1)), account(home(1)).to_bytes());
    let record = |key: &[u8], value: Option<&[u8]>| RecordProof {
        round: Round(3),
        key: key.to_vec(),
        value: value.map(<[u8]>::to_vec),
        proof: tree.prove(key),
    };
    let there = record(&key, Some(&value));
    assert_eq!(state.check_record(&key, &there), Ok(Some(&value[..])));
    assert_eq!(RecordProof::from_bytes(&there.to_bytes()), Ok(there.clone()));
    let nothing = record(b"name/bob", None);
    assert_eq!(state.check_record(b"name/bob", &nothing), Ok(None));
    assert_eq!(RecordProof::from_bytes(&nothing.to_bytes()), Ok(nothing.clone()));
    // Another key's record, a hidden one, an invented one, another root.
    let wrong = LightError::Proof(ProofError::WrongKey);
    assert_eq!(state.check_record(b"name/eve", &nothing), Err(wrong));
    let hidden = RecordProof { value: None, ..there.clone() };
    assert!(state.check_record(&key, &hidden).is_err());
    let invented = RecordProof { value: Some(vec![1]), ..nothing };
    assert!(state.check_record(b"name/bob", &invented).is_err());
    let elsewhere = RecordProof { round: Round(2), ..there };
    let unknown = Err(LightError::UnknownRoot(Round(2)));
    assert_eq!(state.check_record(&key, &elsewhere), unknown);
}
