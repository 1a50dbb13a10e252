//! What members say of one another's service.

use super::*;

/// What the manager of a seed says of all members in an epoch; somebody pays for it.
pub(super) fn rates(
    ring: &Ring,
    from: &EcdsaKey,
    seed: u8,
    (epoch, scores): (u64, &[u8]),
) -> Transaction {
    let rate = RateService { key: manager(seed).public(), epoch, scores: scores.to_vec() };
    ring.order(from, RingAction::RateService(rate), Some(&manager(seed)))
}

/// The seed of the manager with this number.
fn seed_of(ring: &Ring, number: u16) -> u8 {
    (1..=12).find(|seed| ring.number(*seed) == Some(number)).unwrap()
}

/// An epoch in which all vote and propose and these, as numbers, find member 3 poor.
fn epoch(poor: &[u16]) -> Ring {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    ring.empty();
    for number in poor {
        let seed = seed_of(&ring, *number);
        ring.with(&[rates(&ring, &alice, seed, (0, &[100, 100, 100, 0]))]);
    }
    while ring.net.round < Round(61) {
        let by = u16::try_from(ring.net.round.0 % 4).unwrap();
        ring.block(by, &[0, 1, 2, 3], &[]);
    }
    ring
}

#[test]
fn more_than_half_of_the_others_lower_a_reputation() {
    assert_eq!(epoch(&[]).seats().reputations(), [2, 2, 2, 2]);
    assert_eq!(epoch(&[0]).seats().reputations(), [2, 2, 2, 2]);
    assert_eq!(epoch(&[0, 1]).seats().reputations(), [2, 2, 2, 0]);
    assert_eq!(epoch(&[0, 3]).seats().reputations(), [2, 2, 2, 2], "its own counts for nothing");
    let ring = epoch(&[0, 1, 2]);
    assert_eq!(ring.seats().reputations(), [2, 2, 2, 0]);
    assert_eq!(ring.net.count("score/"), 0, "for one epoch");
}

#[test]
fn the_convicted_have_no_say() {
    let alice = actor(1);
    let mut ring = Ring::new(5, &[&alice]);
    ring.empty();
    for number in [0, 1, 2] {
        let seed = seed_of(&ring, number);
        ring.with(&[rates(&ring, &alice, seed, (0, &[100, 100, 100, 100, 0]))]);
    }
    let liar = seed_of(&ring, 0);
    ring.with(&[ring.reports(&alice, ring.double_vote(liar, Round(1)))]);
    let victim = seed_of(&ring, 4);
    while ring.net.round < Round(61) {
        let by = u16::try_from(ring.net.round.0 % 5).unwrap();
        let by = by.min(ring.committee().size() as u16 - 1);
        ring.block(by, &[0, 1, 2, 3, 4], &[]);
    }
    assert!(ring.registration(victim).unwrap().reputation > 0, "two of four are left");
}

#[test]
fn a_member_says_so_once_in_the_present_epoch() {
    let alice = actor(1);
    let mut ring = Ring::new(4, &[&alice]);
    ring.empty();
    let good: &[u8] = &[100, 0, 50, 7];
    ring.refuses(&rates(&ring, &alice, 1, (1, good)), "other_epoch");
    ring.refuses(&rates(&ring, &alice, 9, (0, good)), "no_seat");
    for scores in [&good[1..], &[100; 5], &[], &[101, 0, 0, 0]] {
        ring.refuses(&rates(&ring, &alice, 1, (0, scores)), "bad_transaction");
    }
    let mut forged = rates(&ring, &alice, 1, (0, good));
    forged.witness[1] = manager(2).sign(&forged.sighash()).to_vec();
    ring.refuses(&forged, "bad_signature");
    ring.with(&[rates(&ring, &alice, 1, (0, good))]);
    ring.refuses(&rates(&ring, &alice, 1, (0, good)), "already_rated");
    ring.with(&[rates(&ring, &alice, 2, (0, good))]);
    ring.go_to(55);
    let waits = rates(&ring, &alice, 3, (0, good));
    ring.go_to(60);
    ring.refuses(&waits, "other_epoch");
    ring.empty();
    ring.with(&[rates(&ring, &alice, 1, (1, good))]);
}
