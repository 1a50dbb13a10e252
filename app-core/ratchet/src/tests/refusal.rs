//! What is refused, and that refusing changes nothing.

use super::support::{NOW, Person, prekey_message, say, talking, whisper};
use crate::{
    Bundle, Ends, Incoming, MessageKind, OneTimePublic, PreKeyMessage, PreKeys, PublicKey33,
    RatchetError, Sealed, ServiceAddress, SignalMessage,
    proto::{Fields, Value, put_bytes, put_uint32},
};

/// Starts from an honest first message and its receiver.
fn first_message() -> (Person, Person, Sealed) {
    let (mut alice, bob) = (Person::new(1), Person::new(2));
    alice.initiate(&bob);
    let sealed = alice.send(b"hello");
    (alice, bob, sealed)
}

fn fields(message: &[u8]) -> Vec<(u32, Value<'_>)> {
    let mut fields = Fields::new(&message[1..]);
    core::iter::from_fn(|| fields.next().unwrap()).collect()
}

fn written(version: u8, fields: &[(u32, Value<'_>)]) -> Vec<u8> {
    let mut out = vec![version];
    for (number, value) in fields {
        match value {
            Value::Varint(value) => put_uint32(&mut out, *number as u8, *value as u32),
            Value::Bytes(bytes) => put_bytes(&mut out, *number as u8, bytes),
            Value::Fixed64(_) | Value::Fixed32 => unreachable!(),
        }
    }
    out
}

fn prekey(bytes: Vec<u8>) -> Sealed {
    Sealed { kind: MessageKind::PreKey, bytes }
}

#[test]
fn every_field_but_the_one_time_id_and_the_registration_id_is_required() {
    let (_, mut bob, sealed) = first_message();
    let all = fields(&sealed.bytes);
    assert_eq!(all.iter().map(|field| field.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7, 8]);
    for left_out in 2..=8 {
        let rest: Vec<_> = all.iter().filter(|field| field.0 != left_out).copied().collect();
        let expected =
            if left_out == 5 { Ok(b"hello".to_vec()) } else { Err(RatchetError::BadMessage) };
        let mut receiver = Person::new(2);
        assert_eq!(receiver.receive(&prekey(written(0x44, &rest))), expected, "field {left_out}");
    }
    let without_kyber: Vec<_> = all.iter().filter(|field| field.0 < 7).copied().collect();
    let refused = bob.receive(&prekey(written(0x44, &without_kyber)));
    assert_eq!(refused, Err(RatchetError::BadMessage));
}

#[test]
fn whisper_messages_need_key_counter_and_ciphertext() {
    let (mut alice, _) = talking();
    let bytes = alice.send(b"hello").bytes;
    let (body, mac) = bytes.split_at(bytes.len() - 8);
    let all = fields(body);
    assert_eq!(all.iter().map(|field| field.0).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    for left_out in 1..=4 {
        let rest: Vec<_> = all.iter().filter(|field| field.0 != left_out).copied().collect();
        let parsed = SignalMessage::parse(&[&written(0x44, &rest), mac].concat());
        assert_eq!(parsed.is_ok(), left_out == 3, "field {left_out}");
    }
    for len in 0..10 {
        assert!(SignalMessage::parse(&bytes[..len]).is_err());
        assert!(PreKeyMessage::parse(&bytes[..len]).is_err());
    }
}

/// Nothing has proven such a message to be anybody's, so nothing is said about keys.
#[test]
fn a_ratchet_key_without_agreement_is_a_damaged_message() {
    let zero = [[5].as_slice(), &[0; 32]].concat();
    let with_zero = |message: &[u8]| {
        let (body, mac) = message.split_at(message.len() - 8);
        let all: Vec<_> = fields(body)
            .into_iter()
            .map(|(n, value)| (n, if n == 1 { Value::Bytes(&zero) } else { value }))
            .collect();
        [&written(0x44, &all), mac].concat()
    };
    let (mut alice, mut bob) = talking();
    let good = alice.send(b"hello");
    let bad = Sealed { bytes: with_zero(&good.bytes), ..good.clone() };
    assert_eq!(bob.receive(&bad), Err(RatchetError::BadMessage));
    assert_eq!(bob.receive(&good), Ok(b"hello".to_vec()));

    let (_, mut bob, first) = first_message();
    let all = fields(&first.bytes);
    let Some((4, Value::Bytes(inner))) = all.get(3) else { panic!("the message inside") };
    let inner = with_zero(inner);
    let all: Vec<_> = all
        .into_iter()
        .map(|(n, value)| (n, if n == 4 { Value::Bytes(&inner) } else { value }))
        .collect();
    assert_eq!(bob.receive(&prekey(written(0x44, &all))), Err(RatchetError::BadMessage));
    assert_eq!(bob.receive(&first), Ok(b"hello".to_vec()));
}

#[test]
fn fields_come_in_any_order_with_strangers_between_and_the_last_one_wins() {
    let (_, mut bob, sealed) = first_message();
    let mut all = fields(&sealed.bytes);
    all.push((6, Value::Varint(999)));
    all.push((99, Value::Bytes(b"unknown")));
    all.reverse();
    assert_eq!(bob.receive(&prekey(written(0x44, &all))), Ok(b"hello".to_vec()));
}

#[test]
fn only_version_4_is_read() {
    let (_, _, sealed) = first_message();
    for version in 0..=0xff_u8 {
        let mut bytes = sealed.bytes.clone();
        bytes[0] = version;
        assert_eq!(PreKeyMessage::parse(&bytes).is_ok(), version >> 4 == 4, "{version:#04x}");
    }
    let (mut alice, mut bob) = talking();
    for (version, refused) in [
        (0x24, RatchetError::OldVersion),
        (0x33, RatchetError::BadMessage),
        (0x34, RatchetError::BadMessage),
        (0x45, RatchetError::BadMessage),
        (0x54, RatchetError::UnknownVersion),
    ] {
        let mut sealed = alice.send(b"hello");
        sealed.bytes[0] = version;
        assert_eq!(bob.receive(&sealed), Err(refused), "{version:#04x}");
    }
}

/// Where two people live under service ids.
fn addresses() -> [ServiceAddress; 2] {
    ["9d0652a3-dcc3-4d11-975f-74d61598733f", "796abedb-ca4e-4f18-8803-1fde5b921f9f"]
        .map(|name| ServiceAddress::parse(name, 1).unwrap())
}

#[test]
fn bound_addresses_must_be_those_of_both_sides() {
    let [from, to] = addresses();
    let (mut alice, bob) = (Person::new(1), Person::new(2));
    let ends = Ends { ours: &alice.identity, from: Some(from), to: Some(to) };
    alice.record.initiate(ends, &bob.bundle(), 1, NOW, &mut alice.rng).unwrap();
    let sealed = alice.record.encrypt(ends, b"hello", NOW, &mut alice.rng).unwrap();
    let message = prekey_message(&sealed);
    let bound = message.message().addresses().map(hex::encode);
    let expected = "009d0652a3dcc34d11975f74d61598733f0100796abedbca4e4f1888031fde5b921f9f01";
    assert_eq!(bound.as_deref(), Some(expected));

    let other = ServiceAddress::parse("6838237d-02f6-4098-b110-698253d15961", 1);
    let device = ServiceAddress::parse("9d0652a3-dcc3-4d11-975f-74d61598733f", 2);
    for (ours, theirs) in [
        (None, None),
        (Some(to), None),
        (None, Some(from)),
        (Some(from), Some(to)),
        (other, Some(from)),
        (Some(to), other),
        (Some(to), device),
    ] {
        let mut bob = Person::new(2);
        let ends = Ends { ours: &bob.identity, from: ours, to: theirs };
        let prekeys = PreKeys { signed: &bob.signed, one_time: None, kyber: &bob.kyber };
        let refused = bob.record.accept(ends, prekeys, &message, &mut bob.rng);
        assert_eq!(refused.unwrap_err(), RatchetError::BadMessage, "{ours:?} {theirs:?}");
        assert!(bob.record.states().is_empty());
    }
    let mut bob = Person::new(2);
    let ends = Ends { ours: &bob.identity, from: Some(to), to: Some(from) };
    let prekeys = PreKeys { signed: &bob.signed, one_time: None, kyber: &bob.kyber };
    let opened = bob.record.accept(ends, prekeys, &message, &mut bob.rng).unwrap();
    assert_eq!(*opened.plaintext, b"hello");
    // Only first messages bind them.
    let answer = bob.record.encrypt(ends, b"yes?", NOW, &mut bob.rng).unwrap();
    assert_eq!(whisper(&answer).addresses(), None);
}

#[test]
fn addresses_that_are_absent_are_accepted() {
    let [from, to] = addresses();
    let (_, mut bob, sealed) = first_message();
    let ends = Ends { ours: &bob.identity, from: Some(to), to: Some(from) };
    let message = prekey_message(&sealed);
    let prekeys = PreKeys { signed: &bob.signed, one_time: Some(&bob.one_time), kyber: &bob.kyber };
    bob.record.accept(ends, prekeys, &message, &mut bob.rng).unwrap();
}

#[test]
fn a_message_without_its_post_quantum_part_is_refused() {
    let (mut alice, mut bob) = talking();
    let sealed = alice.send(b"hello");
    let (body, mac) = sealed.bytes.split_at(sealed.bytes.len() - 8);
    let all = fields(body);
    let stripped: Vec<_> = all.iter().filter(|field| field.0 != 5).copied().collect();
    let pq: Vec<_> = all.iter().filter(|field| field.0 == 5).copied().collect();
    let [(5, Value::Bytes(part))] = pq[..] else { panic!("no field 5") };
    let (mut older, mut newer) = (part.to_vec(), part.to_vec());
    (older[0], newer[0]) = (0, 2);
    let with = |part| [stripped.clone(), vec![(5, Value::Bytes(part))]].concat();
    for (fields, error) in [
        (stripped.clone(), RatchetError::OldVersion),
        (with(&[]), RatchetError::OldVersion),
        (with(&older), RatchetError::OldVersion),
        (with(&newer), RatchetError::UnknownVersion),
    ] {
        let bytes = [&written(0x44, &fields), mac].concat();
        let refused = bob.receive(&Sealed { kind: MessageKind::Whisper, bytes });
        assert_eq!(refused, Err(error));
    }
    assert_eq!(bob.receive(&sealed), Ok(b"hello".to_vec()));
}

#[test]
fn the_kind_is_the_envelopes_word() {
    let (mut alice, _) = talking();
    let sealed = alice.send(b"hello");
    assert!(Incoming::parse(MessageKind::PreKey, &sealed.bytes).is_err());
    assert_eq!(MessageKind::parse(2), Ok(MessageKind::Whisper));
    assert_eq!(MessageKind::parse(MessageKind::PreKey.byte()), Ok(MessageKind::PreKey));
    for other in [0, 1, 4, 7, 8, 255] {
        assert_eq!(MessageKind::parse(other), Err(RatchetError::BadMessage));
    }
}

/// Both forms lead to the same secrets as the honest key, and the MAC does not cover the base key:
/// only the check of the key itself can refuse them.
#[test]
fn a_base_key_with_torsion_or_a_set_top_bit_is_refused() {
    let (_, mut bob, sealed) = first_message();
    let honest = *prekey_message(&sealed).base_key();
    let u: [u8; 32] = honest[1..].try_into().unwrap();

    let mut top_bit = honest;
    top_bit[32] |= 0x80;
    let point = curve25519_dalek::MontgomeryPoint(u).to_edwards(0).unwrap();
    let torsion = curve25519_dalek::constants::EIGHT_TORSION;
    let mut bad: Vec<[u8; 33]> = torsion[1..]
        .iter()
        .map(|part| [[5].as_slice(), (point + part).to_montgomery().as_bytes()].concat())
        .map(|bytes| bytes.try_into().unwrap())
        .collect();
    bad.push(top_bit);
    for base_key in &bad {
        let replaced: Vec<_> = fields(&sealed.bytes)
            .into_iter()
            .map(|(n, value)| (n, if n == 2 { Value::Bytes(base_key) } else { value }))
            .collect();
        let refused = bob.receive(&prekey(written(0x44, &replaced)));
        assert_eq!(refused, Err(RatchetError::BadMessage));
    }
    assert_eq!(bob.receive(&sealed), Ok(b"hello".to_vec()));
}

#[test]
fn keys_of_small_order_are_refused() {
    let (mut alice, bob) = (Person::new(1), Person::new(2));
    let zero = PublicKey33::parse(&[[5].as_slice(), &[0; 32]].concat()).unwrap();
    let one_time = Some(OneTimePublic { id: 1, key: zero });
    let bundle = Bundle { one_time, ..bob.bundle() };
    let refused = alice.record.initiate(&alice.identity, &bundle, 1, NOW, &mut alice.rng);
    assert_eq!(refused, Err(RatchetError::BadKey));
    assert!(!alice.record.has_session());
}

#[test]
fn a_bundle_must_be_signed_by_its_identity() {
    let (mut alice, bob, mallory) = (Person::new(1), Person::new(2), Person::new(3));
    let (good, others) = (bob.bundle(), mallory.bundle());
    assert_eq!(good.verify(), Ok(()));
    let mut spoilt = good.clone();
    spoilt.signed.signature[5] ^= 1;
    let mut spoilt_kyber = good.clone();
    spoilt_kyber.kyber.signature[5] ^= 1;
    for bundle in [
        Bundle { identity: others.identity, ..good.clone() },
        Bundle { signed: others.signed.clone(), ..good.clone() },
        Bundle { kyber: others.kyber.clone(), ..good.clone() },
        spoilt,
        spoilt_kyber,
    ] {
        assert_eq!(bundle.verify(), Err(RatchetError::BadSignature));
        let refused = alice.record.initiate(&alice.identity, &bundle, 1, NOW, &mut alice.rng);
        assert_eq!(refused, Err(RatchetError::BadSignature));
    }
    assert!(!alice.record.has_session());
}

#[test]
fn messages_for_somebody_else_are_refused() {
    let (_, _, sealed) = first_message();
    let mut carol = Person::new(4);
    assert_eq!(carol.receive(&sealed), Err(RatchetError::BadMessage));

    let (mut alice, mut bob) = talking();
    let message = alice.send(b"for bob");
    assert_eq!(carol.receive(&message), Err(RatchetError::NoSession));
    // One's own message, sent back.
    assert_eq!(alice.receive(&message), Err(RatchetError::BadMessage));
    assert_eq!(bob.receive(&message), Ok(b"for bob".to_vec()));
    // Bob's sessions under another identity of his.
    let message = alice.send(b"for bob");
    bob.identity = Person::new(9).identity;
    assert_eq!(bob.receive(&message), Err(RatchetError::BadMessage));
}

#[test]
fn a_record_stays_with_one_identity() {
    let (mut alice, mut bob) = talking();
    let mut mallory = Person::new(3);
    let before = (alice.record.states(), bob.record.states());
    let refused = alice.record.initiate(&alice.identity, &mallory.bundle(), 1, NOW, &mut alice.rng);
    assert_eq!(refused, Err(RatchetError::UntrustedIdentity));
    mallory.initiate(&bob);
    assert_eq!(bob.receive(&mallory.send(b"I am Alice")), Err(RatchetError::UntrustedIdentity));
    assert_eq!((alice.record.states(), bob.record.states()), before);

    // Within a known session the name on the wrapper must be right too.
    let (_, mut bob, sealed) = first_message();
    bob.receive(&sealed).unwrap();
    let other = mallory.identity.public();
    let replaced: Vec<_> = fields(&sealed.bytes)
        .into_iter()
        .map(|(n, value)| (n, if n == 3 { Value::Bytes(other.as_bytes()) } else { value }))
        .collect();
    let refused = bob.receive(&prekey(written(0x44, &replaced)));
    assert_eq!(refused, Err(RatchetError::UntrustedIdentity));
}

#[test]
fn prekeys_must_be_the_ones_that_the_message_names() {
    let (mut alice, mut bob, sealed) = first_message();
    let message = prekey_message(&sealed);
    let other = Person::new(2);
    let renamed = crate::SignedPreKey::generate(12, &bob.identity, &mut alice.rng);
    let renamed_one_time = crate::OneTimePreKey::generate(23, &mut alice.rng);
    let renamed_kyber = crate::KyberPreKey::generate(34, &bob.identity, &mut alice.rng);
    let good = other.prekeys(&message);
    for prekeys in [
        crate::PreKeys { signed: &renamed, ..good },
        crate::PreKeys { one_time: None, ..good },
        crate::PreKeys { one_time: Some(&renamed_one_time), ..good },
        crate::PreKeys { kyber: &renamed_kyber, ..good },
    ] {
        let refused = bob.record.accept(&bob.identity, prekeys, &message, &mut alice.rng);
        assert_eq!(refused.unwrap_err(), RatchetError::MissingPreKey);
        assert!(!bob.record.has_session());
    }
    let unknown = bob.record.accept_known(&bob.identity, &message, &mut alice.rng);
    assert_eq!(unknown.unwrap_err(), RatchetError::NoSession);
    bob.record.accept(&bob.identity, good, &message, &mut alice.rng).unwrap();
}

#[test]
fn nothing_can_be_sent_without_a_session() {
    assert_eq!(Person::new(1).try_send(b"hello"), Err(RatchetError::NoSession));
}

#[test]
fn a_failed_first_message_leaves_no_session_behind() {
    let (mut alice, mut bob, sealed) = first_message();
    let mut spoilt = sealed.clone();
    // The last byte of the inner message's MAC, in front of fields 5 to 8.
    let inner = prekey_message(&sealed);
    let tail = fields(&sealed.bytes).into_iter().skip(4).collect::<Vec<_>>();
    let at = spoilt.bytes.len() - (written(0, &tail).len() - 1) - 1;
    spoilt.bytes[at] ^= 1;
    assert_ne!(prekey_message(&spoilt), inner);
    assert_eq!(bob.receive(&spoilt), Err(RatchetError::BadMessage));
    assert!(!bob.record.has_session());
    assert_eq!(bob.receive(&sealed), Ok(b"hello".to_vec()));
    say(&mut bob, &mut alice, b"unharmed");
}
