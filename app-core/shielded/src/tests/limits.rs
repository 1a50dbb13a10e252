//! Figures that other rooms rely on.

use super::proved;
use crate::{Bundle, Effects, MAX_ACTIONS, Pool, Refusal};
use wire::{Decode, Encode};

#[test]
fn bundles_have_the_sizes_that_fees_are_made_for() {
    assert_eq!(proved().transfer.effects.to_bytes().len(), Effects::len_for(2));
    assert_eq!(proved().transfer.to_bytes().len(), Bundle::len_for(2));
    assert_eq!([2, 4, 8, MAX_ACTIONS].map(Bundle::len_for), [9_143, 15_455, 28_079, 53_327]);
}

#[test]
fn the_pools_cell_reads_back_and_is_frozen() {
    let mut pool = proved().chain.pool.clone();
    assert_eq!(Pool::from_bytes(&pool.to_bytes()), Ok(pool.clone()));
    pool.stop(types::Round(9));
    assert_eq!(Pool::from_bytes(&pool.to_bytes()), Ok(pool));
    let genesis = Pool::genesis().to_bytes();
    assert_eq!(genesis.len(), 8 + 32 + 36 + 8 + 8 + 1 + 16);
    let zeros = |n: usize| "00".repeat(n);
    let empty = "ae2935f1dfd8a24aed7c70df7de3a668eb7a49b1319880dde2bbd9031ae5d82f";
    let frozen = [zeros(44), empty.to_owned(), zeros(33)].concat();
    assert_eq!(hex::encode(genesis), frozen);
}

#[test]
fn every_refusal_has_its_own_code() {
    use crate::Malformed as M;
    let malformed =
        [M::Version, M::Count, M::Flags, M::Balance, M::Point, M::Proof, M::NullifierTwice];
    let malformed = malformed.map(Refusal::Malformed);
    let others = [
        Refusal::Stopped,
        Refusal::NullifierSpent,
        Refusal::UnknownAnchor,
        Refusal::TreeFull,
        Refusal::Turnstile,
    ];
    let codes: std::collections::BTreeSet<_> =
        malformed.iter().chain(&others).map(|refusal| refusal.code()).collect();
    assert_eq!(codes.len(), 12);
    assert!(codes.iter().all(|code| code.len() <= 32));
}
