//! Retry requests are those of Signal's library, and nothing else is taken for one.

use super::support::{Person, prekey_message, talking, whisper};
use crate::{ContentKind, IdentityKey, PublicKey33, RatchetError, RetryRequest};
use proptest::prelude::*;
use types::Timestamp;

/// Written by the published library: no ratchet key, timestamp 1234567, device 9.
const RECORDED: [u8; 10] = [0xc0, 0x42, 6, 0x10, 0x87, 0xad, 0x4b, 0x18, 9, 0x80];

fn key() -> PublicKey33 {
    PublicKey33::parse(&[&[5], [7; 32].as_slice()].concat()).unwrap()
}

fn parse(bytes: &[u8]) -> Result<RetryRequest, RatchetError> {
    RetryRequest::from_content(bytes)
}

#[test]
fn a_recorded_request() {
    let request = RetryRequest { ratchet_key: None, timestamp: Timestamp(1_234_567), device: 9 };
    assert_eq!(parse(&RECORDED), Ok(request));
    assert_eq!(request.to_content(), RECORDED);
}

#[test]
fn frozen_bytes() {
    let request = RetryRequest { ratchet_key: Some(key()), timestamp: Timestamp(0), device: 0 };
    let key = key();
    let expected = [&[0xc0, 0x42, 39, 0x0a, 33][..], key.as_bytes(), &[0x10, 0, 0x18, 0, 0x80]];
    assert_eq!(request.to_content(), expected.concat());
    assert_eq!(parse(&expected.concat()), Ok(request));
}

#[test]
fn a_request_names_the_ratchet_key_of_its_message() {
    let about = |kind, message: &[u8]| RetryRequest::about(kind, message, Timestamp(5), 1);
    let (mut alice, _) = talking();
    let message = alice.send(b"lost");
    let request = about(message.kind.into(), &message.bytes).unwrap();
    assert_eq!(request.ratchet_key.as_ref(), Some(whisper(&message).ratchet_key()));
    assert_eq!((request.timestamp, request.device), (Timestamp(5), 1));

    let bob = Person::new(2);
    alice.initiate(&bob);
    let first = alice.send(b"lost");
    let request = about(ContentKind::PreKey, &first.bytes).unwrap();
    let inner = prekey_message(&first);
    assert_eq!(request.ratchet_key.as_ref(), Some(inner.message().ratchet_key()));

    assert_eq!(about(ContentKind::SenderKey, b"anything").unwrap().ratchet_key, None);
    let refused = about(ContentKind::Plaintext, &request.to_content());
    assert_eq!(refused, Err(RatchetError::BadMessage));
    let refused = about(ContentKind::Whisper, b"anything");
    assert_eq!(refused, Err(RatchetError::BadMessage));
}

#[test]
fn the_kinds_of_messages_between_two_are_the_ones_of_sessions() {
    use crate::MessageKind;
    for kind in [MessageKind::Whisper, MessageKind::PreKey] {
        assert_eq!(ContentKind::from(kind).message_kind(), Some(kind));
    }
    assert_eq!(ContentKind::SenderKey.message_kind(), None);
}

#[test]
fn zeros_and_unknown_fields_are_passed_over() {
    let expected = parse(&RECORDED);
    assert_eq!(parse(&[&RECORDED[..], &[0; 100]].concat()), expected);
    let body = &RECORDED[1..9];
    for other in [&[0x0a, 1, 0xff][..], &[0x48, 1], &[0x49, 1, 2, 3, 4, 5, 6, 7, 8]] {
        assert_eq!(parse(&[&[0xc0], other, body, &[0x80]].concat()), expected);
        assert_eq!(parse(&[&[0xc0], body, other, &[0x80]].concat()), expected);
    }
    let without_device = [0xc0, 0x42, 4, 0x10, 0x87, 0xad, 0x4b, 0x80];
    assert_eq!(parse(&without_device).map(|request| request.device), Ok(0));
}

#[test]
fn anything_else_is_refused() {
    let with_key = |key: &[u8]| {
        let error = [&[0x0a, key.len() as u8], key, &[0x10, 1]].concat();
        [&[0xc0, 0x42, error.len() as u8], &*error, &[0x80]].concat()
    };
    assert!(parse(&with_key(key().as_bytes())).is_ok());
    let long = [key().as_bytes().as_slice(), &[0]].concat();
    for bad in [
        &[][..],
        &[0xc0],
        &[0x80],
        &[0xc0, 0x80],                             // no content
        &RECORDED[..9],                            // no end
        &[&RECORDED[..9], &[0, 0]].concat(),       // zeros, no end
        &[&RECORDED[..], &[0x80]].concat(),        // two ends
        &[&RECORDED[..], &[0, 1]].concat(),        // more behind the end
        &[&[0xc1], &RECORDED[1..]].concat(),       // another first byte
        &[&[0xc0, 0x4a], &RECORDED[2..]].concat(), // another field
        &[0xc0, 0x42, 2, 0x18, 9, 0x80],           // no timestamp
        &[0xc0, 0x42, 3, 0x10, 0x87, 0xad, 0x80],  // ends in a number
        &[0xc0, 0x40, 1, 0x80],                    // a number
        &with_key(&[]),
        &with_key(&[5; 32]),
        &with_key(&[0; IdentityKey::LEN]),
        &with_key(&long),
    ] {
        assert_eq!(parse(bad), Err(RatchetError::BadMessage), "{bad:02x?}");
    }
}

proptest! {
    #[test]
    fn requests_read_back(timestamp: u64, device: u32, with_key: bool) {
        let ratchet_key = with_key.then(key);
        let request = RetryRequest { ratchet_key, timestamp: Timestamp(timestamp), device };
        prop_assert_eq!(parse(&request.to_content()), Ok(request));
    }

    #[test]
    fn foreign_bytes_never_panic(bytes: Vec<u8>) {
        crate::fuzz::fuzz_retry(&[&[0xc0], &*bytes, &[0x80]].concat());
    }
}
