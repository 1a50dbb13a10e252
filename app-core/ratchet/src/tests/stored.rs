//! What is stored or published reads back, and anything else is refused.

use super::support::{Person, talking};
use crate::{Bundle, SessionRecord};
use wire::{Decode, DecodeError, Encode};

#[test]
fn stored_records_are_of_one_format_and_one_peer() {
    let (mut alice, bob) = talking();
    let good = alice.record.to_bytes();
    for len in 0..good.len() {
        assert!(SessionRecord::from_bytes(&good[..len]).is_err());
    }
    let mut other_format = good.clone();
    other_format[0] = 2;
    let refused = SessionRecord::from_bytes(&other_format).unwrap_err();
    assert_eq!(refused, DecodeError::BadValue("session format"));
    let mut too_many = good.clone();
    too_many[4] = 42;
    assert_eq!(SessionRecord::from_bytes(&too_many).unwrap_err(), DecodeError::TooLong);

    let (of_alice, of_bob) = (&good[5..], &bob.record.to_bytes()[5..]);
    let mixed = [&[1, 0, 0, 0, 2], of_alice, of_bob].concat();
    let refused = SessionRecord::from_bytes(&mixed).unwrap_err();
    assert_eq!(refused, DecodeError::BadValue("session identity"));
    alice.reload();
}

#[test]
fn bundles_read_back_and_foreign_ones_are_checked() {
    let bob = Person::new(2);
    let bundle = bob.bundle_with_one_time();
    assert_eq!(Bundle::from_bytes(&bundle.to_bytes()), Ok(bundle.clone()));
    let (base, one_time) = (bundle.base_bytes(), bundle.one_time.unwrap().to_bytes());
    assert_eq!((base.len(), one_time.len()), (1780, 37));
    assert_eq!(Bundle::from_parts(&base, Some(&one_time)), Ok(bundle.clone()));
    assert_eq!(Bundle::from_parts(&base, None), Ok(bob.bundle()));

    let longer = [base.as_slice(), &[0]].concat();
    assert_eq!(Bundle::from_parts(&longer, None), Err(DecodeError::TrailingBytes));
    let (mut other_format, mut no_device, mut device_128) = (base.clone(), base.clone(), base);
    (other_format[0], no_device[8], device_128[8]) = (2, 0, 128);
    let refused = Err(DecodeError::BadValue("bundle format"));
    assert_eq!(Bundle::from_parts(&other_format, None), refused);
    for bad in [no_device, device_128] {
        assert_eq!(Bundle::from_parts(&bad, None), Err(DecodeError::BadValue("device id")));
    }
}
