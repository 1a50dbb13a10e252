//! Shielded addresses as text and as bytes.

use super::{CHAIN, NOW, address, alice};
use crate::{Month, NotPayable, ShieldedAddress, ShieldedAddressError};
use types::{ChainId, Timestamp};
use wire::{Decode, Encode};

const DAY: u64 = 86_400;

#[test]
fn an_address_reads_back_in_either_case() {
    let address = address(&alice(), "bob");
    let text = address.to_string();
    assert!(text.starts_with("bcm1"), "{text}");
    assert_eq!(text.len(), 86);
    assert_eq!(ShieldedAddress::parse(&text), Ok(address));
    assert_eq!(ShieldedAddress::parse(&text.to_uppercase()), Ok(address));
    assert_eq!(ShieldedAddress::from_bytes(&address.to_bytes()), Ok(address));
    assert_eq!(address.to_bytes().len(), 47);
}

#[test]
fn every_altered_character_is_refused() {
    let good = address(&alice(), "bob").to_string();
    for place in 0..good.len() {
        for other in (b'!'..=b'~').filter(|other| *other != good.as_bytes()[place]) {
            let mut text = good.clone().into_bytes();
            text[place] = other;
            assert!(ShieldedAddress::parse(std::str::from_utf8(&text).unwrap()).is_err());
        }
    }
}

#[test]
fn the_reason_is_named() {
    let good = address(&alice(), "bob");
    let text = good.to_string();
    let parse = ShieldedAddress::parse;
    assert_eq!(parse(""), Err(ShieldedAddressError::Form));
    assert_eq!(parse(&format!(" {text}")), Err(ShieldedAddressError::Form));
    assert_eq!(parse(&text[..85]), Err(ShieldedAddressError::Form));
    assert_eq!(parse(&text.replace("bcm1", "abc1")), Err(ShieldedAddressError::Checksum));
    let mixed = text.replacen("bcm1", "BCM1", 1);
    assert_eq!(parse(&mixed), Err(ShieldedAddressError::Checksum));
    let hrp = |prefix| bech32::Hrp::parse(prefix).unwrap();
    let write =
        |prefix, bytes: &[u8]| bech32::encode::<bech32::Bech32m>(hrp(prefix), bytes).unwrap();
    let mut bytes = good.to_bytes();
    assert_eq!(write("bcm", &bytes), text);
    assert_eq!(parse(&write("abc", &bytes)), Err(ShieldedAddressError::Form));
    let old = bech32::encode::<bech32::Bech32>(hrp("bcm"), &bytes).unwrap();
    assert_eq!(parse(&old), Err(ShieldedAddressError::Checksum));
    bytes[0] = 2;
    assert_eq!(parse(&write("bcm", &bytes)), Err(ShieldedAddressError::Version));
    bytes = good.to_bytes();
    bytes[2..4].fill(0);
    assert_eq!(parse(&write("bcm", &bytes)), Err(ShieldedAddressError::Content));
    bytes = good.to_bytes();
    bytes[15..].fill(0xff);
    assert_eq!(parse(&write("bcm", &bytes)), Err(ShieldedAddressError::Content));
}

#[test]
fn another_network_is_not_paid() {
    let address = address(&alice(), "bob");
    assert_eq!(address.check_payable(CHAIN, NOW), Ok(()));
    let other = ChainId([8; 32]);
    assert_eq!(address.check_payable(other, NOW), Err(NotPayable::OtherNetwork));
}

#[test]
fn an_address_is_paid_until_31_days_after_its_month() {
    let address = address(&alice(), "bob");
    assert_eq!(address.ends, Month::new(13).unwrap());
    // 1 February 2027 00:00 is 31 days after the end of December.
    let last = Timestamp(1_801_440_000_000);
    assert_eq!(last, address.ends.begins().plus_secs(31 * DAY));
    assert_eq!(address.check_payable(CHAIN, last), Ok(()));
    let late = last.plus_millis(1);
    assert_eq!(address.check_payable(CHAIN, late), Err(NotPayable::Ended));
}

#[test]
fn every_byte_of_the_payload_is_part_of_the_address() {
    let good = address(&alice(), "bob");
    for place in 0..47 {
        let mut bytes = good.to_bytes();
        bytes[place] ^= 1;
        if let Ok(other) = ShieldedAddress::from_bytes(&bytes) {
            assert_ne!(other.to_string(), good.to_string(), "byte {place}");
        }
    }
}
