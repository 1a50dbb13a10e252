//! The bytes of names: pinned, bounded, one encoding each.

use super::*;
use crate::names::{Due, Twins, Waiting, due_key, waiting_key};
use crate::tests::round_trip;
use proptest::prelude::*;
use types::{AddressKind, ChainId, OpenId, Timestamp};
use wire::{Encode, Writer};

/// Lines of `name hex`.
const GOLDEN: &str = include_str!("../../../tests/golden-names.txt");

fn home(byte: u8) -> Address {
    Address { kind: AddressKind::Ecdsa, payload: [byte; 20] }
}

fn full() -> NameRecord {
    NameRecord {
        ttl: 60,
        open_id: Some(OpenId([0x01; 32])),
        address: Some(home(2)),
        chat_key: Some([0x03; 32]),
        services: vec!["/ip4/192.0.2.1/tcp/1".to_owned(), "https://example".to_owned()],
        package: Some([0x04; 32]),
        text: "Käse\n".to_owned(),
    }
}

fn registered() -> RegisteredName {
    RegisteredName {
        name: name("käse"),
        owner: home(1),
        registered: Round(9),
        won_by: (Round(7), [0x05; 32]),
        term: Timestamp(1_790_000_000_000),
        zone: 2,
        bound_until: Timestamp(1_780_000_000_000),
        sequence: 3,
        record: full(),
    }
}

fn name_answer() -> NameAnswer {
    let proof = StateProof::new(Some(([1; 32], [2; 32])), vec![[3; 32], EMPTY_SUBTREE]);
    let value = Some(SubName { sequence: 4, record: None });
    let sub = Some(SubAnswer { value, proof: StateProof::new(None, Vec::new()) });
    NameAnswer { round: Round(9), first: Some(registered()), proof, sub }
}

fn actions() -> Vec<(&'static str, Action)> {
    let delegation = Some(Delegation { to: home(8), until: Timestamp(5), revocable: true });
    let deposit = abc(DEPOSIT);
    vec![
        ("commit", Action::CommitName(CommitName { source: 1, hash: [6; 32], deposit })),
        ("register", reveal("shop", 7)),
        ("reclaim", reclaim("shop", 7)),
        ("renew", renew("shop")),
        ("update", update("shop", "words", 3)),
        ("transfer", transfer("shop", home(3), true)),
        ("set-sub-name", set("a.shop", Some("words"))),
        ("take-away-sub-name", set("a.shop", None)),
        ("delegate", delegate("a.shop", delegation)),
        ("take-back", delegate("a.shop", None)),
    ]
}

fn samples() -> Vec<(&'static str, Vec<u8>)> {
    let commitment = Commitment { round: Round(7), deposit: abc(DEPOSIT) };
    let waiting = Waiting { home: home(1), hash: [0x05; 32], round: Round(7) };
    let delegation = Delegation { to: home(2), until: Timestamp(1), revocable: false };
    let mut samples = vec![
        ("record", round_trip(&full())),
        ("record-empty", round_trip(&NameRecord::empty(NameRecord::MAX_TTL))),
        ("registered", round_trip(&registered())),
        ("sub-name", round_trip(&SubName { sequence: 4, record: Some(full()) })),
        ("delegation", round_trip(&delegation)),
        ("commitment", round_trip(&commitment)),
        ("waiting", round_trip(&waiting)),
        ("due", round_trip(&Due { head: 1, tail: 2 })),
        ("twins", round_trip(&Twins(vec![[1; 32], [2; 32]]))),
        ("answer", round_trip(&name_answer())),
    ];
    samples.extend(actions().iter().map(|(name, action)| (*name, round_trip(action))));
    samples
}

fn keys() -> Vec<(&'static str, Vec<u8>)> {
    let hash = commit_hash(ChainId([0xc1; 32]), home(1), &name("käse"), &[0x0a; 32]);
    vec![
        ("commit-hash", hash.to_vec()),
        ("name-key", name_key(&name("a.b.käse"))),
        ("sub-name-key", sub_name_key(&name("a.b.käse"), 2)),
        ("delegation-key", delegation_key(&name("a.b.käse"), 2)),
        ("twins-key", twins_key(&name("käse"))),
        ("commitment-key", commitment_key(home(1), &hash)),
        ("waiting-key", waiting_key(3)),
        ("due-key", due_key()),
    ]
}

#[test]
fn encodings_and_keys_of_names_are_frozen() {
    let lines = samples().into_iter().chain(keys());
    let now: Vec<_> = lines.map(|(name, bytes)| format!("{name} {}", hex::encode(bytes))).collect();
    assert_eq!(GOLDEN.lines().collect::<Vec<_>>(), now);
}

#[test]
fn a_commitment_is_the_hash_of_chain_account_name_and_salt() {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    for part in [
        b"bcm-name-commit-v1".as_slice(),
        &[0xc1; 32],
        &home(1).to_bytes(),
        "käse".as_bytes(),
        &[0x0a; 32],
    ] {
        digest.update(part);
    }
    let expected: [u8; 32] = digest.finalize().into();
    assert_eq!(commit_hash(ChainId([0xc1; 32]), home(1), &name("käse"), &[0x0a; 32]), expected);
    // However it was typed, it is one name.
    assert_eq!(commit_hash(ChainId([0xc1; 32]), home(1), &name("KÄSE"), &[0x0a; 32]), expected);
}

#[test]
fn keys_of_different_things_differ() {
    let (one, other) = (name("a.shop"), name("a.shops"));
    assert_eq!(name_key(&one), name_key(&name("shop")));
    assert_ne!(name_key(&one), name_key(&other));
    assert_ne!(sub_name_key(&one, 0), sub_name_key(&one, 1));
    assert_ne!(sub_name_key(&one, 0), sub_name_key(&other, 0));
    assert_ne!(sub_name_key(&one, 0), sub_name_key(&name("b.a.shop"), 0));
    assert_ne!(sub_name_key(&one, 0), delegation_key(&one, 0));
    assert_eq!(delegation_key(&one, 0), delegation_key(&name("x.y.a.shop"), 0));
    assert_ne!(delegation_key(&one, 0), delegation_key(&name("a.x.shop"), 0));
}

#[track_caller]
fn bad(spoil: impl FnOnce(&mut NameRecord)) {
    let mut record = full();
    assert!(record.is_sound());
    spoil(&mut record);
    assert!(!record.is_sound(), "{record:?}");
    assert!(NameRecord::from_bytes(&record.to_bytes()).is_err());
}

#[test]
fn a_record_is_within_its_bounds() {
    bad(|record| record.ttl = 59);
    bad(|record| record.ttl = NameRecord::MAX_TTL + 1);
    bad(|record| record.services = vec!["x".to_owned(); 9]);
    bad(|record| record.services = vec![String::new()]);
    bad(|record| record.services = vec!["x".repeat(256)]);
    bad(|record| record.services = vec!["two words".to_owned()]);
    bad(|record| record.services = vec!["line\n".to_owned()]);
    bad(|record| record.text = "bell\u{7}".to_owned());
    bad(|record| record.text = "x".repeat(4096));
}

#[test]
fn a_record_of_four_kilobytes_is_read_and_one_byte_more_is_not() {
    let mut record = NameRecord { services: vec!["x".repeat(255); 8], ..full() };
    let left = NameRecord::MAX_LEN - record.to_bytes().len();
    record.text.push_str(&"y".repeat(left));
    assert_eq!(round_trip(&record).len(), NameRecord::MAX_LEN);
    record.text.push('y');
    assert!(NameRecord::from_bytes(&record.to_bytes()).is_err());
}

#[test]
fn a_name_is_read_in_its_canonical_form_only() {
    let mut w = Writer::new();
    w.u8(23);
    w.u8(0);
    w.text("Shop");
    assert!(Action::from_bytes(&w.into_bytes()).is_err());
    assert!(Action::from_bytes(&renew("shop").to_bytes()).is_ok());
    assert!(Action::from_bytes(&[28]).is_err());
}

#[test]
fn every_cut_and_every_flipped_bit_is_read_safely() {
    for (_, bytes) in samples() {
        for cut in 0..bytes.len() {
            fuzz::fuzz_names(&bytes[..cut]);
            fuzz::fuzz_transaction(&bytes[..cut]);
        }
        for at in 0..bytes.len() * 8 {
            let mut changed = bytes.clone();
            changed[at / 8] ^= 1 << (at % 8);
            fuzz::fuzz_names(&changed);
            fuzz::fuzz_transaction(&changed);
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_safely(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        fuzz::fuzz_names(&bytes);
    }
}
