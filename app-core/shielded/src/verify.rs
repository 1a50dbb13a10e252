//! Proofs and signatures: many bundles at once, and which of them are bad.
//!
//! Every signature of a bundle signs the id of its transaction, through [`sighash`]; the id holds
//! the chain, the transparent part and every byte of the bundle's effects. So a bundle is worth
//! nothing on another chain, in another transaction, or with one byte changed. No switch of this
//! crate leaves a check out.

use crate::{Bundle, VerifyingKey};
use circuit::Signed;
use rand_chacha::ChaCha20Rng;
use rand_core::SeedableRng;
use types::TxId;
use wire::{Encode, hash};

/// What every slot of a transaction's witness signs: SHA-256("bcm-sighash-v1" ‖ id).
#[must_use]
pub fn sighash(transaction: TxId) -> [u8; 32] {
    hash("bcm-sighash-v1", &[&transaction.0])
}

/// True if the proof and every signature of this bundle hold, for this transaction. Some 30 ms.
#[must_use]
pub fn verify(key: &VerifyingKey, bundle: &Bundle, transaction: TxId) -> bool {
    verify_batch(key, &[(bundle, transaction)]).is_empty()
}

/// True if the proofs and every signature of all these bundles hold. Which of them does not is not
/// looked for: whoever judges a block need not know, and the search costs many times as much.
#[must_use]
pub fn verify_all(key: &VerifyingKey, bundles: &[(&Bundle, TxId)]) -> bool {
    let items: Option<Vec<_>> =
        (0..).zip(bundles).map(|(place, (bundle, id))| item(place, bundle, *id)).collect();
    items.is_some_and(|items| all_good(key, &items, &mut weights(bundles)))
}

/// The places of all bundles whose proof or signatures do not hold, in ascending order; none if all
/// are good. A hundred good ones take some 3 ms each; each bad one costs a search by halves.
#[must_use]
pub fn verify_batch(key: &VerifyingKey, bundles: &[(&Bundle, TxId)]) -> Vec<usize> {
    let mut bad = Vec::new();
    let mut items = Vec::with_capacity(bundles.len());
    for (place, (bundle, transaction)) in bundles.iter().enumerate() {
        match item(place, bundle, *transaction) {
            Some(item) => items.push(item),
            None => bad.push(place),
        }
    }
    search(key, &items, &mut weights(bundles), &mut bad);
    bad.sort_unstable();
    bad
}

/// A batch is one equation, in which each member has a random weight: bad ones must not be able to
/// cancel each other out. These are the weights of the signatures: they come from a hash over all
/// members, so that nobody can choose a member after its weight. Those of the proofs are drawn by
/// halo2 itself from the system's randomness. A good batch always passes; a bad one would with a
/// chance so small that no two machines will ever be seen to differ.
fn weights(bundles: &[(&Bundle, TxId)]) -> ChaCha20Rng {
    let digests = bundles.iter().map(|(bundle, transaction)| {
        hash("bcm-batch-member-v1", &[&transaction.0, &bundle.to_bytes()])
    });
    let digests: Vec<u8> = digests.flatten().collect();
    ChaCha20Rng::from_seed(hash("bcm-batch-v1", &[&digests]))
}

struct Item {
    place: usize,
    inner: Signed,
    sighash: [u8; 32],
}

/// `None` for what is no bundle.
fn item(place: usize, bundle: &Bundle, transaction: TxId) -> Option<Item> {
    Some(Item { place, inner: bundle.to_inner()?, sighash: sighash(transaction) })
}

/// Halves the items until the bad ones stand alone.
fn search(key: &VerifyingKey, items: &[Item], weights: &mut ChaCha20Rng, bad: &mut Vec<usize>) {
    if all_good(key, items, weights) {
        return;
    }
    match items {
        [] => {}
        [item] => bad.push(item.place),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            search(key, left, weights, bad);
            search(key, right, weights, bad);
        }
    }
}

fn all_good(key: &VerifyingKey, items: &[Item], weights: &mut ChaCha20Rng) -> bool {
    key.all_hold(&mut items.iter().map(|item| (&item.inner, item.sighash)), weights)
}
