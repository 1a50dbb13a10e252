//! Stored sender keys read back, anything else is refused, and no secret is ever shown.

use super::{Sender, read};
use crate::SenderKeyRecord;
use wire::{Decode, DecodeError, Encode};

/// Where the parts of a record with one key of ours are.
const FORMAT: usize = 0;
const COUNT: usize = 4;
const KEY: usize = 5;
const IS_OURS: usize = 25;
const PRIVATE: usize = 26;
const PUBLIC: usize = 58;

#[track_caller]
fn check_refused(bytes: &[u8], expected: DecodeError) {
    assert_eq!(SenderKeyRecord::from_bytes(bytes).unwrap_err(), expected);
}

#[test]
fn records_read_back_at_every_stage() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    for number in 0..20_u8 {
        alice.record = SenderKeyRecord::from_bytes(&alice.record.to_bytes()).unwrap();
        if number % 7 == 6 {
            alice.renew();
            bob.process(&alice.distribution());
        }
        let message = alice.send(&[number]);
        if number % 3 != 0 {
            assert_eq!(read(&mut bob, &message), Ok(vec![number]));
        }
        let stored = bob.to_bytes();
        bob = SenderKeyRecord::from_bytes(&stored).unwrap();
        assert_eq!(bob.to_bytes(), stored);
    }
}

#[test]
fn nonsense_is_refused() {
    let mut alice = Sender::new(1);
    let good = alice.record.to_bytes();
    for len in 0..good.len() {
        check_refused(&good[..len], DecodeError::TooShort);
    }
    check_refused(&[good.as_slice(), &[0]].concat(), DecodeError::TrailingBytes);
    for (at, value, expected) in [
        (FORMAT, 0, DecodeError::BadValue("sender key format")),
        (FORMAT, 2, DecodeError::BadValue("sender key format")),
        (COUNT, 6, DecodeError::TooLong),
        (IS_OURS, 2, DecodeError::BadValue("bool")),
        (PRIVATE, 0xff, DecodeError::BadValue("private key")),
        (PUBLIC, 6, DecodeError::BadValue("public key")),
    ] {
        let mut bad = good.clone();
        bad[at] = value;
        check_refused(&bad, expected);
    }

    let (mut twice, key) = (good.clone(), &good[KEY..]);
    twice[COUNT] = 2;
    twice.extend_from_slice(key);
    check_refused(&twice, DecodeError::BadValue("sender key name"));
    let mut six = good[..KEY].to_vec();
    six[COUNT] = 6;
    for _ in 0..6 {
        alice.renew();
        six.extend_from_slice(&alice.record.to_bytes()[KEY..]);
    }
    check_refused(&six, DecodeError::TooLong);
}

#[test]
fn skipped_messages_must_rise_and_lie_behind_the_chain() {
    let mut alice = Sender::new(1);
    let mut bob = alice.member();
    alice.pass(2);
    read(&mut bob, &alice.send(b"third")).unwrap();
    let good = bob.to_bytes();
    for (from_end, iteration) in [(72, 1_u32), (36, 0), (36, 3)] {
        let mut bad = good.clone();
        let at = bad.len() - from_end;
        bad[at..at + 4].copy_from_slice(&iteration.to_be_bytes());
        check_refused(&bad, DecodeError::BadValue("skipped counter"));
    }
}

#[test]
fn no_secret_is_shown() {
    let mut alice = Sender::new(1);
    assert_eq!(format!("{:?}", alice.record), "SenderKeyRecord(1 keys)");
    let distribution = alice.distribution();
    let shown = format!("{distribution:?}");
    assert!(shown.contains("chain: ChainKey { key: Secret(..), index: 0 }"), "{shown}");
    let bytes = format!("{:?}", distribution.chain_key());
    assert!(!shown.contains(bytes.trim_matches(['[', ']'])));
}
