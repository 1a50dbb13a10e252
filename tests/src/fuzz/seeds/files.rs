//! What is typed by people or lies in files: words, addresses, keys, a node's address, the key
//! file and the wraps of a profile.

use super::{Seed, key, master, rng, seed, words};
use keys::{WrapKey, format_address};
use wire::{Encode, Writer};

const NODE: &str = "12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust";

pub(super) fn seeds() -> Vec<Seed> {
    [typed(), stored()].into_iter().flatten().collect()
}

fn typed() -> Vec<Seed> {
    let falcon = master(1).falcon_key().public();
    let listed = words(1).list().join(" ");
    let chain = "0f".repeat(32);
    vec![
        seed("keys-words", "valid", listed.clone()),
        seed("keys-words", "upper-case-lines", listed.to_uppercase().replace(' ', "\n")),
        seed("keys-words", "wrong-checksum", "abandon ".repeat(24)),
        seed("keys-address", "ecdsa", format_address(key(1).public().address())),
        seed("keys-address", "falcon", format_address(falcon.address())),
        seed("keys-address", "prefixed", format!("falcon:{}", format_address(falcon.address()))),
        seed("keys-public-key", "ecdsa", key(1).public().to_bytes()),
        seed("keys-public-key", "falcon", falcon.to_bytes()),
        seed(
            "net-bootstrap",
            "quic",
            format!("/ip4/127.0.0.1/udp/40001/quic-v1/p2p/{NODE}#{chain}"),
        ),
        seed("net-bootstrap", "tcp", format!("/ip6/::1/tcp/40001/p2p/{NODE}#{chain}")),
        seed("net-bootstrap", "no-chain", format!("/dns4/bcm.example/tcp/1/p2p/{NODE}")),
        seed("net-frames", "two", [&[0, 0, 0, 3, 1, 2, 3][..], &[0, 0, 0, 0]].concat()),
        seed("net-frames", "too-long", [0, 0, 4, 1, 0]),
    ]
}

fn stored() -> Vec<Seed> {
    let wrapped = WrapKey::from_bytes([7; 32]).wrap(b"a secret", b"fuzz", &mut rng());
    let key_file = [&[0, 1][..], &[7; 16], &[0xab; 32]].concat();
    vec![
        seed("keys-unwrap", "valid", wrapped),
        seed("keys-unwrap", "shortest", [0; 28]),
        seed("store-key-file", "valid", key_file),
        seed("store-wraps", "keychain", wraps(1, &[1])),
        seed("store-wraps", "file", wraps(1, &[3])),
        seed("store-wraps", "passphrase", wraps(1, &passphrase())),
        seed("store-wraps", "newer", wraps(2, &[3])),
    ]
}

/// How a passphrase unlocks: Argon2id's parameters, salt, wrapped key.
fn passphrase() -> Vec<u8> {
    let mut w = Writer::new();
    w.u8(2);
    [65536, 3, 4].into_iter().for_each(|number| w.u32(number));
    w.fixed(&[4; 16]);
    w.bytes(&[5; 60]);
    w.into_bytes()
}

fn wraps(version: u16, way: &[u8]) -> Vec<u8> {
    let mut w = Writer::new();
    w.fixed(b"bcm-wraps");
    w.u16(version);
    w.fixed(&[1; 16]);
    w.fixed(&[2; 32]);
    w.bytes(&[3; 60]);
    w.fixed(way);
    let body = w.into_bytes();
    let sum = wire::hash("bcm-wraps-sum-v1", &[&body]);
    [body.as_slice(), &sum].concat()
}
