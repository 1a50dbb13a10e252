//! Bytes that stay as they are: a changed one parts the chain in two.

use super::{CHAIN, Chain, shielding, tx_id};
use crate::{Effects, sighash};
use wire::{Decode, Encode, hash};

/// A bundle from a fixed seed, not proved.
fn effects() -> Effects {
    shielding(Chain::new().pool.anchor, 1_000, 42).effects().clone()
}

#[test]
fn the_encoding_and_every_digest_are_frozen() {
    let effects = effects();
    let bytes = effects.to_bytes();
    let halves = effects.halves();
    let found = [
        hash("", &[&bytes]),
        halves.compact,
        halves.rest,
        effects.digest(),
        sighash(tx_id(CHAIN, &effects)),
    ];
    let frozen = [
        "6ff48d28484f519194e9bd34ed273d95e85284c09710d442867cb2787a199a68",
        "283a887b426e3b0ef9f52593ac53bc5a59f9e1fd27965c3f7af1c44ee76a8b57",
        "e165d3b64feb670817f91d33996dd75c02835de79dee92802d73ac72fb6d689e",
        "1466da750b30b0b173ffdbe3f85b04d0ff73ca221701fc9bad992e420b7bd170",
        "691b920c47d215eb863a5ae0cf416d62b7938dcf27de2a0e3dcb373ced273bd1",
    ];
    assert_eq!(found.map(hex::encode), frozen);
    assert_eq!(hex::encode(&bytes[..15]), "0106fffffffffffffc1800000000ae");
    assert_eq!(Effects::from_bytes(&bytes), Ok(effects));
}

/// The layout once more, written by hand from the description.
#[test]
fn the_digests_are_made_as_described() {
    let effects = effects();
    let mut compact = vec![2];
    let mut rest = vec![1, 2];
    for action in &effects.actions {
        for part in [&action.nullifier.0, &action.cmx.0, &action.epk] {
            compact.extend(part);
        }
        compact.extend(&action.enc[..52]);
        rest.extend(action.cv);
        rest.extend(action.rk);
        rest.extend(&action.enc[52..]);
        rest.extend(action.out);
    }
    rest.push(effects.flags);
    rest.extend(effects.balance.to_be_bytes());
    rest.extend(0_u32.to_be_bytes());
    rest.extend(effects.anchor.root.0);
    let (c, r) = (hash("bcm-compact-v1", &[&compact]), hash("bcm-rest-v1", &[&rest]));
    assert_eq!((effects.halves().compact, effects.halves().rest), (c, r));
    assert_eq!(effects.digest(), hash("bcm-bundle-v1", &[&c, &r]));
    // Everything is in one of them: lengths add up to the encoding, the count being in both.
    assert_eq!(compact.len() + rest.len(), effects.to_bytes().len() + 1);
}

#[test]
fn every_byte_changes_the_digest() {
    let bytes = effects().to_bytes();
    let digest = effects().digest();
    for place in 0..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[place] ^= 1;
        if let Ok(other) = Effects::from_bytes(&bytes) {
            assert_ne!(other.digest(), digest, "byte {place}");
        }
    }
}
