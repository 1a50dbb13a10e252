//! Random histories of the ring: whatever is registered, left, reported and voted, money is kept,
//! committees change as slowly as they must, and no key serves twice.

use super::*;
use crate::credits::{self, Credits};
use crate::tests::books::{self, Books, passes};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{RngAlgorithm, TestRng, TestRunner};
use std::collections::BTreeSet;
use std::sync::LazyLock;
use types::WorkerId;
use wire::Reader;

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
    Serve {
        person: u8,
        seed: u8,
        dear: bool,
    },
    Rest {
        person: u8,
        seed: u8,
        by_key: bool,
    },
    Rate {
        seed: u8,
        score: u8,
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
        2 => (0..6_u8, 1..4_u8, any::<bool>())
            .prop_map(|(person, seed, dear)| Attempt::Serve { person, seed, dear }),
        2 => (0..6_u8, 1..4_u8, any::<bool>())
            .prop_map(|(person, seed, by_key)| Attempt::Rest { person, seed, by_key }),
        2 => (1..12_u8, 0..101_u8).prop_map(|(seed, score)| Attempt::Rate { seed, score }),
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

/// One of a few workers, so that they are asked for twice.
fn worker(seed: u8) -> (WorkerId, Ed25519Key) {
    let key = manager(200 + seed);
    (WorkerId(key.public()), key)
}

/// The transaction, if the ledger takes it now.
fn order(ring: &Ring, attempt: &Attempt) -> Option<Transaction> {
    let params = &ring.net.genesis.params;
    let tx = match attempt {
        Attempt::Join { person: who, seed } => ring.joins(person(*who), *seed),
        Attempt::Leave { person: who } => ring.leaves(person(*who)),
        Attempt::LeaveGenesis { seed } => ring.leaves(&OWNERS[usize::from(*seed)]),
        Attempt::Report { seed, back } => {
            let round = Round(ring.net.round.0.saturating_sub(*back));
            ring.reports(person(0), ring.double_vote(*seed, round))
        }
        Attempt::Pay { person: who } => ring.net.pay(person(*who), address(person(0)), 5_000),
        Attempt::Serve { person: who, seed, dear } => {
            let (worker, key) = worker(*seed);
            let bond = abc(Params::DEVNET.worker_bond * (1 + u64::from(*dear)));
            let serve = RegisterWorker { source: 0, worker, bond, archive: *dear };
            ring.order(person(*who), RingAction::RegisterWorker(serve), Some(&key))
        }
        Attempt::Rest { person: who, seed, by_key } => {
            let (worker, key) = worker(*seed);
            let rest = UnregisterWorker { source: 0, worker, by_key: *by_key };
            let key = by_key.then_some(&key);
            ring.order(person(*who), RingAction::UnregisterWorker(rest), key)
        }
        Attempt::Rate { seed, score } => {
            let said = (params.epoch_of(ring.net.round), vec![*score; ring.committee().size()]);
            super::scores::rates(ring, person(0), *seed, (said.0, &said.1))
        }
        Attempt::Wait { .. } | Attempt::Sleep { .. } => return None,
    };
    passes(check(&ring.net.state, &ring.context(), &tx)).then_some(tx)
}

/// The votes for the last block of those who do not stand in its certificate, if they count.
fn left_out(ring: &Ring, shown: &[u16]) -> Vec<LateVote> {
    let round = ring.tip.round;
    if round == Round(0) || ring.net.genesis.params.is_first(ring.net.round) {
        return Vec::new();
    }
    let missing = |seed: &u8| ring.number(*seed).is_some_and(|member| !shown.contains(&member));
    (1..12).filter(missing).map(|seed| late_votes::vote(ring, seed, round.0, 0)).collect()
}

/// Nobody's vote counts more often than there were certificates.
fn check_credits(ring: &Ring) {
    let Some(credits) = ring.net.state.get(&credits::key()) else { return };
    let credits = Credits::from_bytes(credits).unwrap();
    assert!(credits.members.iter().all(|member| member.certificates <= credits.seen));
    assert!(credits.shown.len() <= 4);
}

/// Plays an attempt; returns the transaction that came of it.
fn play(ring: &mut Ring, attempt: &Attempt) -> Option<Transaction> {
    match attempt {
        Attempt::Wait { rounds, voters } => {
            for round in 1..=*rounds {
                let size = ring.committee().size() as u16;
                if *voters == 0 {
                    ring.empty();
                    continue;
                }
                let shown: Vec<_> =
                    (0..size).filter(|member| member % 8 != u16::from(*voters)).collect();
                let late = if round == *rounds { left_out(ring, &shown) } else { vec![] };
                let parent_certificate = ring.certificate(&shown);
                let body = Body { parent_certificate, late, ..Body::default() };
                ring.holds(0, u16::from(*voters) % size, &body);
            }
        }
        Attempt::Sleep { days } => {
            ring.block_after(days * DAY, 0, &[], &[]);
        }
        Attempt::Join { .. }
        | Attempt::Leave { .. }
        | Attempt::LeaveGenesis { .. }
        | Attempt::Report { .. }
        | Attempt::Pay { .. }
        | Attempt::Serve { .. }
        | Attempt::Rest { .. }
        | Attempt::Rate { .. } => {
            let tx = order(ring, attempt)?;
            ring.with(std::slice::from_ref(&tx));
            return Some(tx);
        }
    }
    None
}

/// Bonded money is that of managers, of workers, and of workers that have left; every registration
/// of a manager has keys of its own.
fn check_bonds(ring: &Ring) {
    let all = managers(&ring.net.state).unwrap();
    let accounts = ring.net.state.iter().filter(|(key, _)| key.starts_with(b"acct/"));
    let accounts = accounts.map(|(_, bytes)| Account::from_bytes(bytes).unwrap());
    let bonded: u64 = accounts.map(|account| account.bonded.units()).sum();
    let managed: u64 = all.iter().map(|manager| manager.bond.units()).sum();
    let serving = workers(&ring.net.state).unwrap();
    let serving: u64 = serving.iter().map(|worker| worker.bond.units()).sum();
    let leaving = ring.net.state.iter().filter(|(key, _)| key.starts_with(b"worker-bond/"));
    let leaving = leaving.map(|(_, bytes)| {
        let mut release = Reader::new(bytes);
        Address::decode(&mut release).unwrap();
        types::Amount::<types::Abc>::decode(&mut release).unwrap().units()
    });
    assert_eq!(bonded, managed + serving + leaving.sum::<u64>());
    let keys: BTreeSet<_> = all.iter().flat_map(|m| [m.member.key, m.member.vrf]).collect();
    assert_eq!(keys.len(), 2 * all.len());
    let owners: BTreeSet<_> = all.iter().map(|manager| manager.account).collect();
    assert_eq!(owners.len(), all.len());
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

/// Lives through a history; says which actions it performed.
fn live(attempts: &[Attempt]) -> BTreeSet<u8> {
    let mut ring = Ring::new(6, &PEOPLE.iter().collect::<Vec<_>>());
    let mut books = Books::new(&ring.net.genesis);
    let (mut members, mut used) = (ring.committee(), BTreeSet::new());
    let (mut epoch, mut convicted) = (0, BTreeSet::new());
    for attempt in attempts {
        let known: BTreeSet<_> =
            managers(&ring.net.state).unwrap().iter().map(|m| m.member).collect();
        let held = play(&mut ring, attempt);
        books.note(&ring.net, held.as_slice());
        let now = managers(&ring.net.state).unwrap();
        for member in now.iter().map(|manager| manager.member) {
            assert!(known.contains(&member) || used.insert(member), "a key came back");
        }
        check_bonds(&ring);
        check_credits(&ring);
        let jailed = now.iter().filter(|manager| manager.jailed);
        convicted.extend(jailed.map(|manager| manager.member.key));
        for header in ring.headers.iter().filter(|h| h.next_committee != h.committee) {
            assert!(ring.net.genesis.params.is_boundary(header.round));
        }
        let at = ring.net.genesis.params.epoch_of(ring.net.round);
        if at == epoch + 1 {
            let jailed = members.members().iter().filter(|m| convicted.contains(&m.key));
            check_turn(&members, &ring.committee(), jailed.count());
        }
        (members, epoch) = (ring.committee(), at);
    }
    books.entries = std::mem::take(&mut ring.entries);
    books.check(&ring.net);
    books.acted
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn money_seats_and_keys_stay_in_order(attempts in attempts()) {
        live(&attempts);
    }
}

/// Otherwise the property above would say little.
#[test]
fn random_histories_come_upon_every_action_of_the_rings() {
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(ProptestConfig::default(), rng);
    let mut acted = BTreeSet::new();
    for _ in 0..8 {
        acted.extend(live(&attempts().new_tree(&mut runner).unwrap().current()));
    }
    acted.remove(&1);
    assert_eq!(acted, books::RING.into());
}
