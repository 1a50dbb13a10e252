//! Random histories of the ring: whatever is registered, left, reported and voted, money is kept,
//! committees change as slowly as they must, and no key serves twice.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::LazyLock;

/// What somebody tries.
#[derive(Debug, Clone)]
enum Attempt {
    Join {
        person: u8,
        seed: u8,
    },
    Leave {
        person: u8,
    },
    LeaveGenesis {
        seed: u8,
    },
    Report {
        seed: u8,
        back: u64,
    },
    Pay {
        person: u8,
    },
    /// So many rounds without anything, by blocks with votes or without.
    Wait {
        rounds: u64,
        voters: u8,
    },
    /// So many days until the next block.
    Sleep {
        days: u64,
    },
}

fn attempts() -> impl Strategy<Value = Vec<Attempt>> {
    let attempt = prop_oneof![
        5 => (0..6_u8, 1..12_u8).prop_map(|(person, seed)| Attempt::Join { person, seed }),
        2 => (0..6_u8).prop_map(|person| Attempt::Leave { person }),
        1 => (1..7_u8).prop_map(|seed| Attempt::LeaveGenesis { seed }),
        2 => (1..12_u8, 0..90_u64).prop_map(|(seed, back)| Attempt::Report { seed, back }),
        2 => (0..6_u8).prop_map(|person| Attempt::Pay { person }),
        8 => (1..70_u64, 0..8_u8).prop_map(|(rounds, voters)| Attempt::Wait { rounds, voters }),
        1 => (1..40_u64).prop_map(|days| Attempt::Sleep { days }),
    ];
    proptest::collection::vec(attempt, 1..40)
}

/// Those who may join.
static PEOPLE: LazyLock<Vec<EcdsaKey>> = LazyLock::new(|| (1..=6).map(actor).collect());
/// The accounts of the managers of the genesis.
static OWNERS: LazyLock<Vec<EcdsaKey>> = LazyLock::new(|| (0..=6).map(owner).collect());

fn person(number: u8) -> &'static EcdsaKey {
    &PEOPLE[usize::from(number)]
}

/// The transaction, if the ledger takes it now.
fn order(ring: &Ring, attempt: &Attempt) -> Option<Transaction> {
    let tx = match attempt {
        Attempt::Join { person: who, seed } => ring.joins(person(*who), *seed),
        Attempt::Leave { person: who } => ring.leaves(person(*who)),
        Attempt::LeaveGenesis { seed } => ring.leaves(&OWNERS[usize::from(*seed)]),
        Attempt::Report { seed, back } => {
            let round = Round(ring.net.round.0.saturating_sub(*back));
            ring.reports(person(0), ring.double_vote(*seed, round))
        }
        Attempt::Pay { person: who } => ring.net.pay(person(*who), address(person(0)), 5_000),
        Attempt::Wait { .. } | Attempt::Sleep { .. } => return None,
    };
    check(&ring.net.state, &ring.context(), &tx).is_ok().then_some(tx)
}

fn play(ring: &mut Ring, attempt: &Attempt) {
    match attempt {
        Attempt::Wait { rounds, voters } => {
            for _ in 0..*rounds {
                let size = ring.committee().size() as u16;
                if *voters == 0 {
                    ring.empty();
                } else {
                    let shown: Vec<_> =
                        (0..size).filter(|member| member % u16::from(*voters) != 7).collect();
                    ring.block(u16::from(*voters) % size, &shown, &[]);
                }
            }
        }
        Attempt::Sleep { days } => {
            ring.block_after(days * DAY, 0, &[], &[]);
        }
        Attempt::Join { .. }
        | Attempt::Leave { .. }
        | Attempt::LeaveGenesis { .. }
        | Attempt::Report { .. }
        | Attempt::Pay { .. } => {
            if let Some(tx) = order(ring, attempt) {
                ring.with(&[tx]);
            }
        }
    }
}

/// Bonded money is that of the registrations, and every registration has keys of its own.
fn check_bonds(ring: &Ring) {
    let all = managers(&ring.net.state).unwrap();
    let accounts = ring.net.state.iter().filter(|(key, _)| key.starts_with(b"acct/"));
    let accounts = accounts.map(|(_, bytes)| Account::from_bytes(bytes).unwrap());
    let bonded: u64 = accounts.map(|account| account.bonded.units()).sum();
    assert_eq!(bonded, all.iter().map(|manager| manager.bond.units()).sum::<u64>());
    let keys: BTreeSet<_> = all.iter().flat_map(|m| [m.member.key, m.member.vrf]).collect();
    assert_eq!(keys.len(), 2 * all.len());
    let owners: BTreeSet<_> = all.iter().map(|manager| manager.account).collect();
    assert_eq!(owners.len(), all.len());
}

/// Every change of an account stands in its history.
fn check_histories(ring: &Ring) {
    let accounts = ring.net.state.iter().filter(|(key, _)| key.starts_with(b"acct/"));
    for account in accounts.map(|(_, bytes)| Account::from_bytes(bytes).unwrap()) {
        let mine = ring.entries.iter().filter(|(home, _)| *home == account.home);
        let (mut hash, mut last) = ([0; 32], None);
        for (number, (_, entry)) in (1..).zip(mine) {
            assert_eq!(entry.counter, number);
            hash = entry.next_hash(&hash);
            last = Some(entry);
        }
        let last = last.unwrap();
        assert_eq!((account.counter, account.history), (last.counter, hash));
        assert_eq!((account.nonce, account.bonded), (last.nonce, last.bonded));
        assert!(last.counter == 1 || account.abc == last.abc);
    }
}

/// From one epoch's committee to the next.
fn check_turn(old: &Committee, new: &Committee, jailed: usize) {
    let keys = |committee: &Committee| -> BTreeSet<_> {
        committee.members().iter().map(|member| member.key).collect()
    };
    let (old_keys, new_keys) = (keys(old), keys(new));
    assert!((MIN_MEMBERS..=MAX_MEMBERS).contains(&new.size()));
    assert!(new_keys.difference(&old_keys).count() <= old.faults());
    assert!(old_keys.difference(&new_keys).count() <= old.faults().max(jailed));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn money_seats_and_keys_stay_in_order(attempts in attempts()) {
        let mut ring = Ring::new(6, &PEOPLE.iter().collect::<Vec<_>>());
        let (mut members, mut used) = (ring.committee(), BTreeSet::new());
        let (mut epoch, mut convicted) = (0, BTreeSet::new());
        for attempt in attempts {
            let known: BTreeSet<_> =
                managers(&ring.net.state).unwrap().iter().map(|m| m.member).collect();
            play(&mut ring, &attempt);
            let now = managers(&ring.net.state).unwrap();
            for member in now.iter().map(|manager| manager.member) {
                prop_assert!(known.contains(&member) || used.insert(member), "a key came back");
            }
            check_bonds(&ring);
            let jailed = now.iter().filter(|manager| manager.jailed);
            convicted.extend(jailed.map(|manager| manager.member.key));
            for header in ring.headers.iter().filter(|h| h.next_committee != h.committee) {
                prop_assert!(ring.net.genesis.params.is_boundary(header.round));
            }
            let at = ring.net.genesis.params.epoch_of(ring.net.round);
            if at == epoch + 1 {
                let jailed = members.members().iter().filter(|m| convicted.contains(&m.key));
                check_turn(&members, &ring.committee(), jailed.count());
            }
            (members, epoch) = (ring.committee(), at);
        }
        check_histories(&ring);
    }
}
