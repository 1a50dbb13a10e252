//! The choice of the next committee, for all sizes.

use super::*;
use crate::succession::{Choice, Succession};
use proptest::prelude::*;
use std::collections::BTreeSet;
use types::{Amount, Timestamp};

/// A manager that needs no real keys.
fn registration(number: u16, [leaving, jailed]: [bool; 2]) -> Registration {
    let mut key = [0x11; 32];
    key[..2].copy_from_slice(&number.to_be_bytes());
    let mut vrf = key;
    vrf[31] = 0x22;
    Registration {
        member: Member { key, vrf },
        account: Address { kind: types::AddressKind::Ecdsa, payload: [number as u8; 20] },
        bond: Amount::new(BOND),
        since: Round(0),
        reputation: (number % 17) as u8,
        leaving,
        jailed,
        left: None::<Timestamp>,
    }
}

fn choose(old: &[Registration], all: &[Registration], seed: u8) -> Succession {
    let old = Committee::new(old.iter().map(|manager| manager.member).collect()).unwrap();
    Choice { old: &old, managers: all, seed: [seed; 32], epoch: Round(60) }.make()
}

fn keys<'r>(all: impl IntoIterator<Item = &'r Registration>) -> BTreeSet<[u8; 32]> {
    all.into_iter().map(|manager| manager.member.key).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn churn_sizes_and_keys_are_as_the_rules_say(
        size in 4..=100_u16,
        others in 0..200_u16,
        marks in proptest::collection::vec((0..10_u8, 0..10_u8), 300),
        [leave, jail] in [0..10_u8, 0..6_u8],
        seed: u8,
    ) {
        let all: Vec<_> = (0..size + others)
            .map(|number| {
                let (a, b) = marks[usize::from(number)];
                registration(number, [a < leave, b < jail])
            })
            .collect();
        // The committee is any of them: every second, as far as there are so many.
        let mut order: Vec<_> = all.iter().step_by(2).chain(all.iter().skip(1).step_by(2)).collect();
        order.truncate(usize::from(size));
        let old: Vec<_> = order.into_iter().cloned().collect();
        let Succession { members, alarm } = choose(&old, &all, seed);

        let (before, now) = (keys(&old), members.iter().map(|m| m.key).collect::<BTreeSet<_>>());
        let jailed = keys(old.iter().filter(|manager| manager.jailed));
        let faults = (old.len() - 1) / 3;
        prop_assert_eq!(now.len(), members.len(), "unique");
        prop_assert!((MIN_MEMBERS..=MAX_MEMBERS).contains(&now.len()));
        prop_assert!(now.difference(&before).count() <= faults);
        prop_assert!(before.difference(&now).count() <= faults.max(jailed.len()));
        if alarm {
            prop_assert_eq!(&now, &before);
            prop_assert!(before.len() - jailed.len() < MIN_MEMBERS);
        } else {
            prop_assert!(now.is_disjoint(&jailed));
        }
        let welcome = keys(all.iter().filter(|manager| manager.wants_seat()));
        prop_assert!(now.difference(&before).all(|key| welcome.contains(key)));
        // Nobody who may join is left out while there is room for it.
        let waiting = welcome.iter().filter(|key| !now.contains(*key) && !before.contains(*key));
        let joined = now.difference(&before).count();
        prop_assert!(
            waiting.count() == 0 || joined == faults || now.len() == MAX_MEMBERS || now.is_subset(&before)
        );
        prop_assert_eq!(choose(&old, &all, seed).members, members);
    }
}

#[test]
fn a_full_ring_is_drawn_by_reputation() {
    let all: Vec<_> = (0..200)
        .map(|number| Registration {
            reputation: if number % 2 == 0 { 0 } else { 16 },
            ..registration(number, [false; 2])
        })
        .collect();
    let old: Vec<_> = all[..100].to_vec();
    let next = choose(&old, &all, 7);
    assert_eq!(next.members.len(), 100);
    let joined = next.members.iter().filter(|member| !keys(&old).contains(&member.key));
    let worthy = keys(all.iter().filter(|manager| manager.reputation == 16));
    let (good, bad): (Vec<&Member>, Vec<&Member>) =
        joined.partition(|member| worthy.contains(&member.key));
    assert!(
        good.len() > 4 * bad.len().max(1),
        "{} of reputation, {} without",
        good.len(),
        bad.len()
    );
    assert!(good.len() + bad.len() <= 33);
    assert_ne!(choose(&old, &all, 8), next, "another seed draws others");
}

#[test]
fn who_registered_in_this_epoch_waits() {
    let mut all: Vec<_> = (0..6).map(|number| registration(number, [false; 2])).collect();
    let old = all[..4].to_vec();
    all[4].since = Round(60);
    all[5].since = Round(59);
    let next = choose(&old, &all, 1).members;
    assert_eq!(next.len(), 5);
    assert!(next.contains(&all[5].member));
}
