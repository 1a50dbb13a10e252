//! What the keys of a grant are good for, tried with the keys themselves.

use super::*;
use keys::{Ed25519Key, WrapKey};
use shielded::Scope;

/// Every 32 bytes of a card: whoever tries them as a secret tries what a thief would.
fn windows(strength: Strength) -> Vec<[u8; 32]> {
    let keys = granted(strength, &[10, 11]);
    let bytes: Vec<u8> = keys.iter().flat_map(|key| key.to_bytes()).collect();
    bytes.windows(32).map(|window| window.try_into().unwrap()).collect()
}

#[test]
fn no_review_key_is_another_key_of_the_account() {
    // The account whose pool the granted keys open: everything of it follows from these words.
    let master = Words::from_entropy([0x31; 32]).master();
    let seed = master.shielded_seed();
    let wrapped = master.wrap_key().wrap(b"history", b"", &mut rng());
    for strength in Strength::ALL {
        let own = |period| GrantedKey::of(viewing_key(&seed, period).unwrap(), strength).unwrap();
        let bytes: Vec<u8> = [10, 11]
            .into_iter()
            .flat_map(|number| own(Period::first_of(month(number))).to_bytes())
            .collect();
        for (place, window) in bytes.windows(32).enumerate() {
            let secret: [u8; 32] = window.try_into().unwrap();
            assert_ne!(secret, *seed, "the pool's seed");
            assert_ne!(secret, *master.chat_identity(), "the chat identity");
            assert_ne!(Ed25519Key::from_seed(secret).public(), master.directory_key().public());
            // Slow: where keys begin, and at some other places.
            if place % 16 == 5 {
                let made = Words::from_entropy(secret).master().operation_key().public();
                assert_ne!(made, master.operation_key().public(), "the operation key");
            }
            assert!(WrapKey::from_bytes(secret).unwrap(&wrapped, b"").is_err(), "the database");
        }
    }
}

#[test]
fn no_review_key_spends_or_gives_another_month() {
    let others: Vec<_> = [9, 10, 11, 12]
        .map(|number| viewing_key(&SEED, Period::first_of(month(number))).unwrap().fingerprint())
        .into();
    for strength in Strength::ALL {
        for secret in windows(strength).iter().step_by(5) {
            for number in [10, 12] {
                // As the seed of all accounts: it would have to give the owner's keys.
                let made = SpendingKey::derive(secret, Period::first_of(month(number)));
                let made = made.map(|key| key.viewing_key().fingerprint());
                assert!(made.is_none_or(|made| !others.contains(&made)));
            }
        }
    }
}

#[test]
fn a_months_key_knows_its_own_addresses_and_no_other_months() {
    let key = |number| viewing_key(&SEED, Period::first_of(month(number))).unwrap();
    let (october, november) = (key(10), key(11));
    for id in [b"bob".as_slice(), b"request 7"] {
        let address = november.address_for(CHAIN, id).unwrap();
        assert_eq!(november.scope_of(&address), Some(Scope::External));
        assert_eq!(october.scope_of(&address), None);
        let own = november.own_address(CHAIN, id).unwrap();
        assert_eq!(
            (november.scope_of(&own), october.scope_of(&own)),
            (Some(Scope::Internal), None)
        );
    }
    // The account that takes over within the month is another one, too.
    let stopped = viewing_key(&SEED, Period::first_of(month(10)).after_stop().unwrap()).unwrap();
    let address = stopped.address_for(CHAIN, b"bob").unwrap();
    assert_eq!(october.scope_of(&address), None);
}
