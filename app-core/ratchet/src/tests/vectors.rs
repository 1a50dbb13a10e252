//! Vectors recorded from the published library of Signal, 0.103.0.

use crate::{
    Bundle, Ends, IdentityKey, IdentityKeyPair, KyberPreKey, KyberPublic, KyberPublicKey,
    OneTimePreKey, OneTimePublic, PreKeyMessage, PreKeys, PublicKey33, RatchetError,
    ServiceAddress, SessionRecord, SignedPreKey, SignedPublic,
    curve::KeyPair,
    proto::{Fields, Value},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng};
use serde_json::Value as Json;
use wire::{Decode, Encode};

const VECTORS: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/interop/vectors.json"));

fn vectors() -> Json {
    serde_json::from_str(VECTORS).unwrap()
}

fn bytes(json: &Json) -> Vec<u8> {
    BASE64_STANDARD.decode(json.as_str().unwrap()).unwrap()
}

fn array<const N: usize>(json: &Json) -> [u8; N] {
    bytes(json).try_into().unwrap()
}

fn id(json: &Json) -> u32 {
    json.as_u64().unwrap().try_into().unwrap()
}

fn list(json: &Json) -> &[Json] {
    json.as_array().unwrap()
}

#[test]
fn public_keys_follow_from_private_ones() {
    for key in list(&vectors()["keys"]) {
        let pair = IdentityKeyPair::from_private(array(&key["private_key"]));
        assert_eq!(pair.public().as_bytes().as_slice(), bytes(&key["public_key"]));
    }
}

#[test]
fn agreements() {
    for vector in list(&vectors()["x25519"]) {
        let pair = KeyPair::from_private(array(&vector["private_key"]));
        let public = PublicKey33::parse(&bytes(&vector["public_key"])).unwrap();
        assert_eq!(pair.agree(&public).unwrap().as_bytes().as_slice(), bytes(&vector["shared"]));
    }
}

#[test]
fn signatures_of_both_signs_and_spoilt_ones() {
    let vectors = vectors();
    let mut seen = [0; 2];
    for vector in list(&vectors["xeddsa"]) {
        let key = IdentityKey::parse(&bytes(&vector["public_key"])).unwrap();
        let valid = vector["valid"].as_bool().unwrap();
        let signature = array(&vector["signature"]);
        assert_eq!(key.verify(&bytes(&vector["message"]), &signature), valid);
        if valid {
            assert_eq!(u64::from(signature[63] >> 7), vector["sign_bit"].as_u64().unwrap());
            seen[usize::from(signature[63] >> 7)] += 1;
        }
    }
    assert!(seen[0] > 0 && seen[1] > 0);

    let alternate = &vectors["alternate_identity"];
    let key = IdentityKey::parse(&bytes(&alternate["identity_public"])).unwrap();
    let other = IdentityKey::parse(&bytes(&alternate["other_public"])).unwrap();
    assert!(key.verify_alternate(&other, &array(&alternate["signature"])));
    assert!(!other.verify_alternate(&key, &array(&alternate["signature"])));
}

fn bundle(json: &Json) -> Bundle {
    let one_time = json.get("pre_key").map(|key| OneTimePublic {
        id: id(&json["pre_key_id"]),
        key: PublicKey33::parse(&bytes(key)).unwrap(),
    });
    Bundle {
        registration_id: id(&json["registration_id"]),
        device_id: id(&json["device_id"]),
        identity: IdentityKey::parse(&bytes(&json["identity_key"])).unwrap(),
        signed: SignedPublic {
            id: id(&json["signed_pre_key_id"]),
            key: PublicKey33::parse(&bytes(&json["signed_pre_key"])).unwrap(),
            signature: array(&json["signed_pre_key_signature"]),
        },
        kyber: KyberPublic {
            id: id(&json["kyber_pre_key_id"]),
            key: KyberPublicKey::parse(&bytes(&json["kyber_pre_key"])).unwrap(),
            signature: array(&json["kyber_pre_key_signature"]),
        },
        one_time,
    }
}

#[test]
fn bundles_are_signed_by_their_identity() {
    for session in list(&vectors()["sessions"]) {
        let good = bundle(&session["bundle"]);
        assert_eq!(good.verify(), Ok(()));
        assert_eq!(Bundle::from_bytes(&good.to_bytes()), Ok(good.clone()));
        let mut spoilt = good;
        spoilt.signed.signature[0] ^= 1;
        assert_eq!(spoilt.verify(), Err(RatchetError::BadSignature));
    }
}

/// The receiver of a recorded session.
struct Bob {
    identity: IdentityKeyPair,
    signed: SignedPreKey,
    one_time: Option<OneTimePreKey>,
    kyber: KyberPreKey,
}

impl Bob {
    /// Brings the recorded private keys into our own stored form.
    fn new(session: &Json) -> Self {
        let (bundle, secrets) = (bundle(&session["bundle"]), &session["bob_prekey_secrets"]);
        let signed = KeyPair::from_private(array(&secrets["signed_pre_key_private"]));
        let head = |id: u32| [&[1], id.to_be_bytes().as_slice()].concat();
        let signed = [&*head(bundle.signed.id), &signed.to_bytes(), &bundle.signed.signature];
        let kyber_private = bytes(&secrets["kyber_pre_key_private"]);
        let kyber = [
            &*head(bundle.kyber.id),
            &kyber_private[1..],
            bundle.kyber.key.as_bytes(),
            &bundle.kyber.signature,
        ];
        let one_time = bundle.one_time.map(|one_time| {
            let pair = KeyPair::from_private(array(&secrets["pre_key_private"]));
            let stored = [head(one_time.id), pair.to_bytes()].concat();
            OneTimePreKey::from_bytes(&stored).unwrap()
        });
        let bob = Self {
            identity: IdentityKeyPair::from_private(array(&session["bob"]["identity_private"])),
            signed: SignedPreKey::from_bytes(&signed.concat()).unwrap(),
            one_time,
            kyber: KyberPreKey::from_bytes(&kyber.concat()).unwrap(),
        };
        assert_eq!(bob.identity.public(), bundle.identity);
        assert_eq!(bob.signed.public(), &bundle.signed.key);
        bob
    }

    fn prekeys(&self) -> PreKeys<'_> {
        PreKeys { signed: &self.signed, one_time: self.one_time.as_ref(), kyber: &self.kyber }
    }
}

#[test]
fn kyber_records_hold_the_same_keys() {
    for session in list(&vectors()["sessions"]) {
        let secrets = &session["bob_prekey_secrets"];
        let bundle = bundle(&session["bundle"]);
        let record = bytes(&secrets["kyber_pre_key_record"]);
        let mut fields = Fields::new(&record);
        let (mut record_id, mut parts) = (None, vec![]);
        while let Some((number, value)) = fields.next().unwrap() {
            match value {
                Value::Varint(value) if number == 1 => record_id = Some(value),
                Value::Bytes(bytes) => parts.push(bytes),
                Value::Varint(_) | Value::Fixed64(_) | Value::Fixed32 => {}
            }
        }
        assert_eq!(record_id, Some(u64::from(bundle.kyber.id)));
        let private = bytes(&secrets["kyber_pre_key_private"]);
        let expected = [bundle.kyber.key.as_bytes(), &*private, &bundle.kyber.signature];
        assert_eq!(parts, expected);
    }
}

#[test]
fn every_field_of_the_prekey_messages_is_read() {
    for session in list(&vectors()["sessions"]) {
        let bundle = bundle(&session["bundle"]);
        let mut base_key = None;
        for (n, message) in (0..).zip(list(&session["messages"])) {
            let parsed = PreKeyMessage::parse(&bytes(&message["body"])).unwrap();
            let alice = &session["alice"];
            assert_eq!(parsed.identity().as_bytes().as_slice(), bytes(&alice["identity_public"]));
            assert_eq!(parsed.registration_id(), id(&alice["registration_id"]));
            assert_eq!(parsed.one_time_id(), bundle.one_time.map(|one_time| one_time.id));
            assert_eq!(parsed.signed_pre_key_id(), bundle.signed.id);
            assert_eq!(parsed.kyber_id(), bundle.kyber.id);
            assert_eq!(*base_key.get_or_insert(*parsed.base_key()), *parsed.base_key());
            let inner = parsed.message();
            assert_eq!((inner.counter(), inner.previous_counter()), (n, 0));
            assert_eq!(inner.ciphertext().len() % 16, 0);
            assert!(!inner.pq_ratchet().is_empty());
            let bound = inner.addresses().map(<[u8]>::len);
            assert_eq!(bound, alice["name"].as_str().unwrap().contains('-').then_some(36));
        }
    }
}

#[test]
fn recorded_messages_decrypt_in_the_recorded_order() {
    let rng = &mut ChaCha20Rng::seed_from_u64(1);
    for recorded in list(&vectors()["sessions"]) {
        let bob = Bob::new(recorded);
        let address = |who: &str| {
            let device = recorded[who]["device_id"].as_u64().unwrap();
            ServiceAddress::parse(recorded[who]["name"].as_str().unwrap(), device as u8)
        };
        let ends = Ends { ours: &bob.identity, from: address("bob"), to: address("alice") };
        let mut record = SessionRecord::default();
        for step in list(&recorded["deliver"]) {
            let sent = &list(&recorded["messages"])[id(&step["n"]) as usize];
            let message = PreKeyMessage::parse(&bytes(&sent["body"])).unwrap();
            let opened = record.accept(ends, bob.prekeys(), &message, rng);
            match step["expect"].as_str().unwrap() {
                "plaintext" => assert_eq!(*opened.unwrap().plaintext, bytes(&sent["plaintext"])),
                expected => {
                    assert_eq!(expected, "duplicate");
                    assert_eq!(opened.unwrap_err(), RatchetError::Duplicate);
                }
            }
        }
    }
}
