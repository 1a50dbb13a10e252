//! What is typed by people or lies in files: words, addresses, keys, a node's address, the key
//! file and the wraps of a profile.

use super::{Seed, key, master, rng, seed, words};
use keys::{WrapKey, format_address};
use ledger::{Committee, Member};
use types::{Amount, ChainId, RotationId, Timestamp};
use wallet::{Destination, PaymentLink, RotationLink};
use wire::{Encode, Writer};

const NODE: &str = "12D3KooWQYV9dGMFoRzNStwpXztXaBUjtPqi6aU76ZgUriHhKust";

pub(super) fn seeds() -> Vec<Seed> {
    [typed(), paid(), stored()].into_iter().flatten().collect()
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

/// Where money can be sent, and links that say so.
fn paid() -> Vec<Seed> {
    let falcon = Destination::Transparent(master(1).falcon_key().public().address());
    let link = PaymentLink {
        chain: ChainId([1; 32]),
        to: falcon,
        amount: Some(Amount::new(12_500_000)),
        memo: Some("晚饭 & wine".to_owned()),
        expiry: Some(Timestamp(1_800_000_000_000)),
    };
    let bare = PaymentLink { amount: None, memo: None, expiry: None, ..link.clone() };
    let rotation = RotationLink { chain: ChainId([1; 32]), hash: RotationId([2; 32]) };
    let private = include_bytes!("../../../corpus/shielded-address/address");
    vec![
        seed("wallet-rotation", "whole", rotation.text()),
        seed("wallet-rotation", "twice", format!("{}&chain=1", rotation.text())),
        seed("wallet-link", "whole", link.text()),
        seed("wallet-link", "bare", bare.text()),
        seed("wallet-link", "twice", format!("{}&amount=1", link.text())),
        seed("wallet-destination", "falcon", falcon.to_string()),
        seed("wallet-destination", "falcon-bytes", falcon.to_bytes()),
        seed("wallet-destination", "private", *private),
    ]
}

fn stored() -> Vec<Seed> {
    let wrapped = WrapKey::from_bytes([7; 32]).wrap(b"a secret", b"fuzz", &mut rng());
    let key_file = [&[0, 1][..], &[7; 16], &[0xab; 32]].concat();
    vec![
        seed("keys-unwrap", "valid", wrapped),
        seed("keys-unwrap", "shortest", [0; 28]),
        seed("node-committees", "none", committees(&[])),
        seed("node-committees", "one", committees(&[1])),
        seed("node-committees", "three", committees(&[1, 60, 120])),
        seed("node-committees", "out-of-order", committees(&[60, 1])),
        seed("store-key-file", "valid", key_file),
        seed("store-wraps", "keychain", wraps(1, &[1])),
        seed("store-wraps", "file", wraps(1, &[3])),
        seed("store-wraps", "passphrase", wraps(1, &passphrase())),
        seed("store-wraps", "newer", wraps(2, &[3])),
    ]
}

/// What a worker knows of who has decided which rounds: so many committees in turn.
fn committees(first_rounds: &[u64]) -> Vec<u8> {
    let mut w = Writer::new();
    w.fixed(b"bcm-com1");
    w.fixed(&[7; 32]);
    w.u64(first_rounds.last().map_or(0, |first| first + 59));
    w.u32(u32::try_from(first_rounds.len()).unwrap_or(u32::MAX));
    for (first, people) in first_rounds.iter().zip([1..=4, 2..=5].iter().cycle()) {
        w.u64(*first);
        let members = people.clone().map(|seed| Member { key: [seed; 32], vrf: [seed + 100; 32] });
        if let Some(committee) = Committee::new(members.collect()) {
            committee.encode(&mut w);
        }
    }
    w.into_bytes()
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
