//! Messages that are not what they should be.

use super::{GROUP, Sender, read};
use crate::{
    PublicKey33, RatchetError, SenderKeyDistribution, SenderKeyMessage,
    curve::KeyPair,
    proto::{put_bytes, put_uint32},
    xeddsa,
};
use wire::Encode;

/// One field of a message.
#[derive(Clone)]
enum Field {
    Number(u8, u32),
    Bytes(u8, Vec<u8>),
}
use Field::{Bytes, Number};

fn written(fields: &[Field]) -> Vec<u8> {
    let mut out = vec![0x33];
    for field in fields {
        match field {
            Number(number, value) => put_uint32(&mut out, *number, *value),
            Bytes(number, bytes) => put_bytes(&mut out, *number, bytes),
        }
    }
    out
}

fn distribution_fields(signing_key: &PublicKey33) -> Vec<Field> {
    vec![
        Bytes(1, GROUP.0.to_vec()),
        Number(2, 77),
        Number(3, 0),
        Bytes(4, vec![9; 32]),
        Bytes(5, signing_key.as_bytes().to_vec()),
    ]
}

fn message_fields() -> Vec<Field> {
    vec![Bytes(1, GROUP.0.to_vec()), Number(2, 77), Number(3, 0), Bytes(4, vec![1; 16])]
}

fn parse_distribution(fields: &[Field]) -> Result<SenderKeyDistribution, RatchetError> {
    SenderKeyDistribution::parse(&written(fields))
}

fn parse_message(fields: &[Field]) -> Result<SenderKeyMessage, RatchetError> {
    SenderKeyMessage::parse(&[written(fields).as_slice(), &[0; 64]].concat())
}

#[test]
fn every_field_is_required_in_any_order_and_others_are_skipped() {
    let key = *KeyPair::from_private([1; 32]).public();
    let (distribution, message) = (distribution_fields(&key), message_fields());
    for missing in 0..distribution.len() {
        let mut fields = distribution.clone();
        fields.remove(missing);
        assert_eq!(parse_distribution(&fields).unwrap_err(), RatchetError::BadMessage);
    }
    for missing in 0..message.len() {
        let mut fields = message.clone();
        fields.remove(missing);
        assert_eq!(parse_message(&fields), Err(RatchetError::BadMessage));
    }
    let (plain, mut shuffled) = (parse_distribution(&distribution).unwrap(), distribution);
    shuffled.reverse();
    shuffled.extend([Number(6, 1), Bytes(15, vec![1])]);
    assert_eq!(parse_distribution(&shuffled).unwrap().to_bytes(), plain.to_bytes());
    let mut shuffled = message;
    shuffled.reverse();
    shuffled.extend([Number(5, 1), Bytes(15, vec![1])]);
    let message = parse_message(&shuffled).unwrap();
    assert_eq!((message.distribution_id(), message.chain_id()), (GROUP, 77));
    assert_eq!((message.iteration(), message.ciphertext()), (0, [1; 16].as_slice()));
}

#[test]
fn ids_and_keys_have_one_length_and_one_type() {
    let key = *KeyPair::from_private([1; 32]).public();
    for (at, len) in [(0, 16), (3, 32), (4, 33)] {
        for bad in [0, len - 1, len + 1] {
            let mut fields = distribution_fields(&key);
            let number = u8::try_from(at + 1).unwrap();
            let mut bytes = key.as_bytes().to_vec();
            bytes.resize(bad, 0);
            fields[at] = Bytes(number, bytes);
            assert_eq!(parse_distribution(&fields).unwrap_err(), RatchetError::BadMessage);
        }
    }
    let mut fields = distribution_fields(&key);
    fields[4] = Bytes(5, vec![4; 33]);
    assert_eq!(parse_distribution(&fields).unwrap_err(), RatchetError::BadKey);
    let mut fields = message_fields();
    for bad in [0, 15, 17] {
        fields[0] = Bytes(1, vec![0; bad]);
        assert_eq!(parse_message(&fields), Err(RatchetError::BadMessage));
    }
    fields[0] = Number(1, 1);
    assert_eq!(parse_message(&fields), Err(RatchetError::BadMessage));
}

#[test]
fn only_version_3_is_read() {
    let mut alice = Sender::new(1);
    let (mut distribution, mut message) = (alice.distribution().to_bytes(), alice.send(b"hello"));
    for version in 0..16 {
        let expected = match version {
            0..3 => Some(RatchetError::OldVersion),
            3 => None,
            _ => Some(RatchetError::UnknownVersion),
        };
        (distribution[0], message[0]) = (version << 4 | 3, version << 4 | 3);
        assert_eq!(SenderKeyDistribution::parse(&distribution).err(), expected);
        assert_eq!(SenderKeyMessage::parse(&message).err(), expected);
    }
    assert_eq!(SenderKeyDistribution::parse(&[]).unwrap_err(), RatchetError::BadMessage);
    assert_eq!(SenderKeyMessage::parse(&[]), Err(RatchetError::BadMessage));
    assert_eq!(SenderKeyMessage::parse(&[0x33; 64]), Err(RatchetError::BadMessage));
}

#[test]
fn the_signature_comes_before_everything_else() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    let read_before = alice.send(b"read");
    read(&mut bob, &read_before).unwrap();
    alice.pass(30_000);
    for mut message in [read_before, alice.send(b"too far")] {
        *message.last_mut().unwrap() ^= 0x80;
        assert_eq!(read(&mut bob, &message), Err(RatchetError::BadSignature));
    }
}

#[test]
fn a_sender_who_encrypts_nonsense_moves_nobody() {
    let mut alice = Sender::new(1);
    let pair = KeyPair::from_private([1; 32]);
    let mut distribution = alice.distribution();
    distribution.signing_key = *pair.public();
    let mut bob = crate::SenderKeyRecord::default();
    bob.process(&distribution);
    let before = bob.to_bytes();
    for ciphertext in [vec![], vec![1; 15], vec![1; 16], vec![1; 33]] {
        let mut fields = message_fields();
        fields[1] = Number(2, distribution.chain_id());
        fields[2] = Number(3, 5);
        fields[3] = Bytes(4, ciphertext);
        let mut message = written(&fields);
        let signature = xeddsa::sign(pair.private(), &message, &mut alice.rng);
        message.extend(signature);
        assert_eq!(read(&mut bob, &message), Err(RatchetError::BadMessage));
    }
    assert_eq!(bob.to_bytes(), before);
}
