//! Period accounts, months, and what each key can and cannot do.

use super::{CHAIN, NOW, alice, bob, period, person};
use crate::{IncomingKey, Month, Note, Period, Scope, SpendingKey, ViewingKey};
use proptest::prelude::*;
use types::Timestamp;
use wire::{Decode, Encode};

#[test]
fn derivations_are_frozen() {
    let key = SpendingKey::derive(&[1; 32], Period::new(64 * 12).unwrap()).unwrap();
    let viewing = key.viewing_key();
    let address = viewing.address_for(CHAIN, b"contact").unwrap().to_string();
    let own = viewing.own_address(CHAIN, b"contact").unwrap().to_string();
    let found = [hex::encode(viewing.fingerprint()), address, own];
    let frozen = [
        "d3b99dacca66922600843ea30f1f42423db4aa03f0c0b5f4efae34fac3715661",
        "bcm1qyrsqrftsmqzh8395sr26cfqp0nk2gc20ccufn2jznndyfyhdtxagalkrj9n3mf059dfqj39wkhs34wy93",
        "bcm1qyrsqrdtw9rcc5xpuk0vtrgr6sxepsaaa5v283grawrv24xdcs26fa90t0g6h3xmca2ajn7cq6rqwhm9wz",
    ];
    assert_eq!(found, frozen);
}

#[test]
fn every_period_and_every_seed_has_keys_of_its_own() {
    let periods =
        [period(), period().after_stop().unwrap(), Period::first_of(period().month().next())];
    let mut prints = Vec::new();
    for seed in [[1; 32], [2; 32]] {
        for period in periods {
            let key = SpendingKey::derive(&seed, period).unwrap();
            assert_eq!((key.period(), key.viewing_key().period()), (period, period));
            prints.push(key.viewing_key().fingerprint());
        }
    }
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), 6);
}

#[test]
fn no_key_shows_itself() {
    let viewing = alice().viewing_key();
    assert_eq!(format!("{:?}", alice()), "SpendingKey([secret])");
    assert_eq!(format!("{viewing:?}"), "ViewingKey([secret])");
    assert_eq!(format!("{:?}", viewing.incoming().unwrap()), "IncomingKey([secret])");
    let note = super::proved_less_note();
    assert_eq!(format!("{note:?}"), "Note([secret])");
}

#[test]
fn keys_for_review_survive_their_encoding() {
    let viewing = alice().viewing_key();
    let bytes = viewing.to_bytes();
    assert_eq!(bytes.len(), 4 + 96);
    let read = ViewingKey::from_bytes(&bytes).unwrap();
    assert_eq!(read.fingerprint(), viewing.fingerprint());
    let incoming = viewing.incoming().unwrap();
    assert_eq!(incoming.to_bytes().len(), 4 + 64);
    let read = IncomingKey::from_bytes(&incoming.to_bytes()).unwrap();
    assert_eq!(read.to_bytes(), incoming.to_bytes());
    assert_eq!(read.period(), period());
    assert!(ViewingKey::from_bytes(&[&bytes[..4], &[0xff; 96]].concat()).is_err());
    assert!(IncomingKey::from_bytes(&[&bytes[..4], &[0xff; 64]].concat()).is_err());
    assert!(ViewingKey::from_bytes(&[&[0; 4], &bytes[4..]].concat()).is_err());
}

/// A key for review is no key to spend: nothing of it leads to a signature that a spend takes.
#[test]
fn the_viewing_key_read_as_a_spending_key_spends_nothing() {
    let viewing = alice().viewing_key().to_bytes();
    for part in viewing[4..].chunks_exact(32) {
        let seed: [u8; 32] = part.try_into().unwrap();
        let other = SpendingKey::derive(&seed, period()).unwrap();
        assert_ne!(other.viewing_key().fingerprint(), alice().viewing_key().fingerprint());
    }
}

#[test]
fn each_id_gives_one_address_and_the_account_knows_its_own() {
    let key = alice().viewing_key();
    let one = key.address_for(CHAIN, b"bob").unwrap();
    assert_eq!(key.address_for(CHAIN, b"bob"), Some(one));
    let other = key.address_for(CHAIN, b"carol").unwrap();
    assert_ne!(one, other);
    assert_eq!(key.scope_of(&one), Some(Scope::External));
    let own = key.own_address(CHAIN, b"bob").unwrap();
    assert_eq!(key.scope_of(&own), Some(Scope::Internal));
    assert_eq!(bob().viewing_key().scope_of(&one), None);
    let next = SpendingKey::derive(&[1; 32], period().after_stop().unwrap()).unwrap();
    assert_eq!(next.viewing_key().scope_of(&one), None);
}

#[test]
fn only_the_account_computes_the_nullifier_of_its_note() {
    let note: Note = super::proved_less_note();
    assert!(alice().viewing_key().nullifier(&note).is_some());
    assert_eq!(bob().viewing_key().nullifier(&note), None);
    assert_eq!(person(3).viewing_key().nullifier(&note), None);
}

#[test]
fn months_are_those_of_the_calendar() {
    let check = |ms: u64, year_and_month, number| {
        let month = Month::of(Timestamp(ms)).unwrap();
        assert_eq!((month.year_and_month(), month.number()), (year_and_month, number));
    };
    // 2026-01-01 00:00, its last millisecond, 2026-12-01, 2027-01-01 less one ms and on time.
    check(1_767_225_600_000, (2026, 1), 1);
    check(1_769_903_999_999, (2026, 1), 1);
    check(1_769_904_000_000, (2026, 2), 2);
    check(NOW.0, (2026, 12), 12);
    check(1_798_761_599_999, (2026, 12), 12);
    check(1_798_761_600_000, (2027, 1), 13);
    // 29 February 2028 and 1 March; 2100 has no 29 February.
    check(1_835_395_200_000, (2028, 2), 26);
    check(1_835_481_600_000, (2028, 3), 27);
    check(4_107_542_399_999, (2100, 2), 890);
    check(4_107_542_400_000, (2100, 3), 891);
    assert_eq!(Month::of(Timestamp(1_767_225_599_999)), None);
    assert_eq!(Month::of(Timestamp(u64::MAX)), None);
    assert_eq!(Month::new(0), None);
}

#[test]
fn a_period_is_64_times_the_month_and_how_often_it_was_stopped() {
    let first = Period::first_of(Month::new(11).unwrap());
    assert_eq!(first.index(), 704);
    let second = first.after_stop().unwrap();
    assert_eq!((second.index(), second.month()), (705, first.month()));
    assert_eq!(Period::new(705), Some(second));
    let mut last = first;
    while let Some(next) = last.after_stop() {
        last = next;
    }
    assert_eq!(last.index(), 767);
    assert_eq!(Period::new(63), None);
    assert_eq!(Period::new(u32::MAX), None);
    assert_eq!(Period::from_bytes(&second.to_bytes()), Ok(second));
}

proptest! {
    #[test]
    fn every_month_begins_where_the_one_before_ends(number in 1_u16..47_699) {
        let month = Month::new(number).unwrap();
        prop_assert_eq!(Month::of(month.begins()), Some(month));
        let last = Timestamp(month.next().begins().0 - 1);
        prop_assert_eq!(Month::of(last), Some(month));
        let days = month.next().begins().millis_since(month.begins()) / 86_400_000;
        prop_assert!((28..=31).contains(&days));
    }
}
