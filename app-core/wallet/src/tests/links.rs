//! Payment links, addresses of every kind, and bills that are split.

use keys::format_address;
use proptest::prelude::*;
use shielded::{Month, Period, SpendingKey};
use std::collections::BTreeMap;
use types::{Abc, Address, AddressKind, Amount, ChainId, Timestamp};

use crate::*;

const CHAIN: ChainId = ChainId([0xc0; 32]);
/// In November 2026.
const NOW: Timestamp = Timestamp(1_795_000_000_000);

fn public(kind: AddressKind, payload: u8) -> Destination {
    Destination::Transparent(Address { kind, payload: [payload; 20] })
}

fn link() -> PaymentLink {
    PaymentLink {
        chain: CHAIN,
        to: public(AddressKind::Falcon, 7),
        amount: Some(Amount::new(12_500_000)),
        memo: Some("晚饭 & wine, 50%".to_owned()),
        expiry: Some(Timestamp(1_796_000_000_000)),
    }
}

#[track_caller]
fn refused(text: &str, error: LinkError) {
    assert_eq!(PaymentLink::parse(text, CHAIN, NOW), Err(error), "{text}");
}

#[test]
fn a_link_keeps_its_form() {
    let chain = "c0".repeat(32);
    let text = link().text();
    assert_eq!(
        text,
        format!(
            "bcm:pay?to=F6UGcRKHE9GgLWDpFvX3Rs2AzUSzS7EUtj&chain={chain}&amount=12.5\
             &memo=%E6%99%9A%E9%A5%AD%20%26%20wine%2C%2050%25&expires=1796000000"
        )
    );
    assert_eq!(PaymentLink::parse(&text, CHAIN, NOW), Ok(link()));
    assert_eq!(PaymentLink::parse(&format!("  {text}\n"), CHAIN, NOW), Ok(link()));
    let bare = PaymentLink { amount: None, memo: None, expiry: None, ..link() };
    assert_eq!(PaymentLink::parse(&bare.text(), CHAIN, NOW), Ok(bare));
}

#[test]
fn what_is_missing_twice_or_unknown_is_refused() {
    let (to, chain) = (format!("to={}", link().to), format!("chain={CHAIN}"));
    let with = |more: &str| format!("bcm:pay?{to}&{chain}{more}");
    assert!(PaymentLink::parse(&with(""), CHAIN, NOW).is_ok());
    for more in ["&amount=1&amount=1", "&label=x", "&", "&memo", "&TO=x", "&req-x=1"] {
        refused(&with(more), LinkError::Part);
    }
    refused(&format!("bcm:pay?{to}"), LinkError::Part);
    refused(&format!("bcm:pay?{chain}"), LinkError::Part);
    refused("bcm:pay?", LinkError::Part);
    for none in ["", "bcm:", "bcm:pay", "pay?to=x", &format!("bitcoin:{to}")] {
        refused(none, LinkError::NotALink);
    }
    refused(&with(&format!("&memo={}", "x".repeat(2_000))), LinkError::NotALink);
    for more in ["&amount=", "&amount=0", "&amount=-1", "&amount=1e3", "&amount=0.0000001"] {
        refused(&with(more), LinkError::Amount);
    }
    refused(&with("&amount=18446744073709.551616"), LinkError::Amount);
    for more in ["&memo=", "&memo=%20", "&memo=a%0Ab", "&memo=%", "&memo=%F", "&memo=%+1"] {
        refused(&with(more), LinkError::Memo);
    }
    for more in ["&memo=a b", "&memo=%FF", "&memo=%E2%80%AEx", "&memo=é"] {
        refused(&with(more), LinkError::Memo);
    }
    refused(&with(&format!("&memo={}", "x".repeat(MAX_LINK_MEMO + 1))), LinkError::Memo);
    for more in
        ["&expires=", "&expires=-1", "&expires=+1", "&expires=soon", "&expires=1796000000000"]
    {
        refused(&with(more), LinkError::Expiry);
    }
    refused(&format!("bcm:pay?to=A123&{chain}"), LinkError::Address);
}

#[test]
fn a_link_is_bound_to_its_network_and_its_time() {
    let other = ChainId([0xc1; 32]);
    assert_eq!(PaymentLink::parse(&link().text(), other, NOW), Err(LinkError::WrongNetwork));
    let late = Timestamp(1_796_000_000_001);
    assert_eq!(PaymentLink::parse(&link().text(), CHAIN, late), Err(LinkError::Over));
    let private = |chain: ChainId| PaymentLink { to: private(chain), ..link() }.text();
    assert!(PaymentLink::parse(&private(CHAIN), CHAIN, NOW).is_ok());
    refused(&private(other), LinkError::WrongNetwork);
    let ended = PaymentLink { to: self::private(CHAIN), expiry: None, ..link() }.text();
    let spring = Timestamp(1_806_000_000_000);
    assert_eq!(PaymentLink::parse(&ended, CHAIN, spring), Err(LinkError::Over));
}

#[test]
fn an_invite_is_no_link_and_a_link_is_no_invite() {
    assert!(PaymentLink::is_meant(" bcm:pay?x") && PaymentLink::is_meant("BCM:PAY?"));
    // Base58 has no question mark.
    assert!(!PaymentLink::is_meant("bcm:payX4fH9pay"));
}

fn private(chain: ChainId) -> Destination {
    private_of(chain, 7)
}

fn private_of(chain: ChainId, seed: u8) -> Destination {
    let period = Period::first_of(Month::of(NOW).unwrap());
    let key = SpendingKey::derive(&[seed; 32], period).unwrap().viewing_key();
    Destination::Private(key.address_for(chain, b"bob").unwrap())
}

#[test]
fn the_kinds_of_addresses_are_told_apart() {
    let ecdsa = public(AddressKind::Ecdsa, 7);
    for (to, kind, head) in [
        (ecdsa, DestinationKind::Ecdsa, "A"),
        (public(AddressKind::Falcon, 7), DestinationKind::Falcon, "F"),
        (private(CHAIN), DestinationKind::Private, "bcm1"),
    ] {
        let text = to.to_string();
        assert!(text.starts_with(head), "{text}");
        assert_eq!((Destination::parse(&text), to.kind()), (Ok(to), kind));
        assert_eq!(Destination::from_bytes(&to.to_bytes()), Some(to));
    }
    let upper = private(CHAIN).to_string().to_ascii_uppercase();
    assert_eq!(Destination::parse(&upper), Ok(private(CHAIN)));
    assert!(matches!(Destination::parse("bcm1xyz"), Err(DestinationError::Private(_))));
    assert!(matches!(Destination::parse("xyz"), Err(DestinationError::Transparent(_))));
    assert_eq!(Destination::from_bytes(&[]), None);
    assert_eq!(Destination::from_bytes(&[0; 21]), None);
    let elsewhere = private(ChainId([0xc1; 32])).check_payable(CHAIN, NOW);
    assert_eq!(elsewhere, Err(NotPayable::OtherNetwork));
    assert_eq!(ecdsa.check_payable(CHAIN, NOW), Ok(()));
}

#[test]
fn an_address_with_the_ends_of_another_looks_like_it() {
    // Two payloads whose texts begin and end alike, found by trying.
    let mut by_ends = BTreeMap::new();
    let found = (0_u32..).find_map(|change| {
        let mut payload = [9; 20];
        payload[16..].copy_from_slice(&change.to_be_bytes());
        let address = Address { kind: AddressKind::Falcon, payload };
        let text = format_address(address).to_ascii_lowercase();
        let ends = (text[..4].to_owned(), text[30..].to_owned());
        by_ends.insert(ends, address).map(|before| (before, address))
    });
    let (one, other) = found.unwrap();
    let [one, other] = [one, other].map(Destination::Transparent);
    assert!(one.looks_like(&other) && other.looks_like(&one));
    assert!(!one.looks_like(&one));
    // One payload under two versions ends otherwise, and so do most others.
    for unlike in [public(AddressKind::Falcon, 7), public(AddressKind::Ecdsa, 9), private(CHAIN)] {
        assert!(!one.looks_like(&unlike));
    }
    // All private addresses of a month begin alike, and none is taken for another because of that.
    assert!(!private(CHAIN).looks_like(&private_of(CHAIN, 8)));
}

#[test]
fn a_bill_is_split_to_the_last_unit() {
    let check = |bill: u64, parts: usize, shares: Option<&[u64]>| {
        let split = split(Amount::<Abc>::new(bill), parts);
        let units = split.map(|all| all.into_iter().map(Amount::units).collect::<Vec<_>>());
        assert_eq!(units.as_deref(), shares, "{bill} in {parts}");
    };
    check(10, 3, Some(&[4, 3, 3]));
    check(11, 3, Some(&[4, 4, 3]));
    check(9, 3, Some(&[3, 3, 3]));
    check(5, 1, Some(&[5]));
    check(2, 3, None);
    check(0, 1, None);
    check(5, 0, None);
    check(u64::MAX, MAX_PARTS + 1, None);
}

proptest! {
    #[test]
    fn the_shares_are_the_bill(bill in 1_u64.., parts in 1_usize..=MAX_PARTS) {
        if let Some(shares) = split(Amount::new(bill), parts) {
            let sum = shares.iter().fold(Amount::<Abc>::ZERO, |sum, share| sum.plus(*share).unwrap());
            prop_assert_eq!(sum.units(), bill);
            let (most, least) = (shares[0].units(), shares[parts - 1].units());
            prop_assert!(shares.len() == parts && most - least <= 1);
        } else {
            prop_assert!(bill < u64::try_from(parts).unwrap());
        }
    }

    #[test]
    fn every_link_reads_back(memo: String, amount in 1_u64.., seconds in 0_u64..1_000_000_000_000) {
        let memo = Some(memo).filter(|memo| is_link_memo(memo));
        let expiry = Some(Timestamp(seconds * 1000));
        let link = PaymentLink { amount: Some(Amount::new(amount)), memo, expiry, ..link() };
        prop_assert_eq!(PaymentLink::read(&link.text()), Ok(link));
    }
}
