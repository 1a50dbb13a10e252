//! Wallets with many notes: they become fewer during the month, and nothing of them is lost.

use super::private::{CHAIN, World, period, wish};
use crate::Refusal;
use crate::private::{
    NoteMerge, OwnNote, PrivateAttempt, PrivatePayee, Readiness, Transfer, TransferState,
    carry_batches, next_merge, plan_merge, plan_merge_for, small_notes,
};
use shielded::{Draft, Nullifier, Period, Scope, SpendingKey, ViewingKey};
use std::collections::BTreeSet;
use types::Amount;
use wire::Encode;

pub(super) fn key(of: Period) -> ViewingKey {
    SpendingKey::derive(&[1; 32], of).unwrap().viewing_key()
}

/// A wallet with notes of these values: only planned with, for their places in the tree are made up.
pub(super) fn with_notes(values: impl IntoIterator<Item = u64>) -> World {
    let mut world = World::new();
    let bundle = world.paid_to(&key(period()), Scope::External, &[1]);
    world.take(&[bundle]);
    let one = world.notes.remove(0);
    world.notes = (0..).zip(values).map(|(at, value)| like(&one, at, value)).collect();
    world
}

pub(super) fn like(one: &OwnNote, position: u64, value: u64) -> OwnNote {
    let mut note = one.clone();
    note.note.value = Amount::new(value);
    note.position = position;
    note.nullifier = Nullifier(wire::hash("test-note", &[&position.to_be_bytes()]));
    note
}

fn sum(notes: &[OwnNote]) -> u64 {
    notes.iter().map(|note| note.note.value.units()).sum()
}

/// What the log does with a merge that was sent.
fn happen(world: &mut World, merge: &NoteMerge, position: u64) {
    let gone: BTreeSet<_> = merge.notes.iter().map(|note| note.nullifier).collect();
    let made = like(&merge.notes[0], position, merge.amount.units());
    world.notes.retain(|note| !gone.contains(&note.nullifier));
    world.notes.push(made);
}

#[test]
fn five_thousand_notes_become_few_within_the_bound_and_nothing_is_lost() {
    let own = key(period());
    // From dust to 25 ABC, in no order.
    let values = (0..5_000_u64).map(|at| (at * 7_919 + 13) % 5_003 * 5_003 + 1);
    let mut world = with_notes(values);
    let closing = sum(&world.notes);
    let (mut merges, mut fees) = (0_u64, 0_u64);
    while let Some(merge) = next_merge(world.ground(&own), |_| true) {
        // Killed before it was signed: planned again, it is the same.
        if merges % 500 == 0 {
            assert_eq!(next_merge(world.ground(&own), |_| true).as_ref(), Some(&merge));
        }
        assert_eq!(merge.notes.len(), 4);
        happen(&mut world, &merge, 5_000 + merges);
        (merges, fees) = (merges + 1, fees + merge.fee.units());
        assert_eq!(sum(&world.notes) + fees, closing);
    }
    assert!(merges <= 5_000_u64.div_ceil(3), "each makes three notes fewer: {merges}");
    let dust = small_notes(world.ground(&own));
    let left: u64 = dust.iter().map(|note| note.note.value.units()).sum();
    assert!(world.notes.len() - dust.len() <= 24);
    // The month ends.
    let next = key(period().after_stop().unwrap());
    let moves = carry_batches(world.ground(&next));
    assert!(moves.len() <= 6, "24 notes, four at a time: {}", moves.len());
    assert!(moves.is_sorted_by_key(|it| std::cmp::Reverse(it.amount)), "the largest first");
    let carried: u64 = moves.iter().map(|it| it.amount.units()).sum();
    let carry_fees: u64 = moves.iter().map(|it| it.fee.units()).sum();
    let stays = small_notes(world.ground(&next));
    let stays: u64 = stays.iter().map(|note| note.note.value.units()).sum();
    assert_eq!(carried + carry_fees + stays, sum(&world.notes));
    assert!(stays <= left && left > 0, "what is worth less than its share of a fee stays");
    // Each merge and move costs what a bundle of four costs, at most.
    let most = moves.iter().map(|it| it.fee.units()).max().unwrap();
    assert!(fees + carry_fees <= (merges + 6) * most);
}

#[test]
fn twenty_four_notes_are_left_alone_and_of_more_the_smallest_four_are_merged() {
    let own = key(period());
    let values = |count: u64| (0..count).map(|at| 1_000_000 + at * 1_000);
    assert_eq!(next_merge(with_notes(values(24)).ground(&own), |_| true), None);
    let mut world = with_notes(values(25));
    let merge = next_merge(world.ground(&own), |_| true).unwrap();
    assert_eq!(sum(&merge.notes), 4_006_000);
    assert_eq!(merge.amount.units() + merge.fee.units(), 4_006_000);
    assert_eq!(next_merge(world.ground(&own), |_| false), None, "the anchor has none of them");
    // Dust does not count, and is not worth the proof.
    world.notes.truncate(24);
    let dust = like(&world.notes[0], 99, 20);
    world.notes.push(dust);
    assert_eq!(next_merge(world.ground(&own), |_| true), None);
    let small = small_notes(world.ground(&own));
    assert_eq!(small.iter().map(|note| note.note.value.units()).collect::<Vec<_>>(), [20]);
}

#[test]
fn a_payment_of_more_notes_than_a_bundle_takes_says_so_and_what_all_of_it_costs() {
    let world = with_notes([1_000_000; 40]);
    let Ok(Readiness::Merges { fee, merges }) = world.plan(&wish(1, 35_000_000)) else {
        panic!("it takes 36 notes")
    };
    assert_eq!(merges, 2, "of 40, 32 become two");
    assert!(fee.units() < 1_000_000);
    let Ok(Readiness::Merges { merges, .. }) = world.plan(&wish(1, 17_000_000)) else {
        panic!("it takes 18 notes")
    };
    assert_eq!(merges, 1);
    assert!(!matches!(world.plan(&wish(1, 15_000_000)), Ok(Readiness::Merges { .. })));
    let all = wish(1, 40_000_000);
    let Err(Refusal::Insufficient { needed, available }) = world.plan(&all) else {
        panic!("nothing is left for the fees")
    };
    let missing = needed.minus(available).unwrap();
    assert!(!missing.is_zero() && missing < Amount::new(3_000_000), "{missing}");
    // So much put in, in two notes, is enough.
    let mut richer = world;
    for at in [100, 101] {
        let half = missing.units().div_ceil(2);
        let note = like(&richer.notes[0], at, half);
        richer.notes.push(note);
    }
    assert!(matches!(richer.plan(&all), Ok(Readiness::Merges { .. })));
}

/// What would be sent, without its proof.
pub(super) fn send(
    world: &mut World,
    own: &ViewingKey,
    id: u8,
    wish: Option<&Transfer>,
) -> NoteMerge {
    let ground = world.ground(own);
    let planned = match wish {
        Some(wish) => plan_merge_for(wish, ground, &[id; 16]),
        None => plan_merge(ground, &[id; 16]),
    };
    let (merge, ready) = planned.unwrap().unwrap();
    assert_eq!(ready.plan.value_balance(), i64::try_from(merge.fee.units()).ok());
    assert_eq!(ready.plan.actions(), Some(merge.notes.len()));
    let draft = Draft::build(&ready.plan, own, &mut world.rng()).unwrap();
    let mut order = ready.order;
    order.bundle = Some(Box::new(draft.unsigned()));
    let (tx, fee, expiry) = (order.id(), order.fee, order.expiry);
    let attempt =
        PrivateAttempt { tx, bytes: order.to_bytes(), fee, expiry, carry: None, spend: None };
    world.open.push(Transfer {
        intent: [id; 16],
        to: PrivatePayee::Merge(own.period()),
        amount: merge.amount,
        attempt: Some(attempt),
        state: TransferState::Queued,
        ..super::private::wish(id, 1)
    });
    merge
}

pub(super) fn paid(own: &ViewingKey, bundles: &[&[u64]]) -> World {
    let mut world = World::new();
    let made: Vec<_> =
        bundles.iter().map(|values| world.paid_to(own, Scope::External, values)).collect();
    world.take(&made);
    world
}

#[test]
fn notes_of_a_merge_under_way_are_in_no_other_and_come_back_as_one() {
    let own = key(period());
    let sixteen = [1_000_000; 16];
    let mut world = paid(&own, &[&sixteen, &sixteen[..8], &[50_000, 60_000, 70_000, 80_000]]);
    assert!(plan_merge(world.ground(&own), &[1; 16]).unwrap().is_none(), "no anchor has them yet");
    world.wait();
    let merge = send(&mut world, &own, 1, None);
    assert_eq!(sum(&merge.notes), 260_000);
    assert_eq!(next_merge(world.ground(&own), |_| true), None, "24 without those four");
    let bundle = world.open[0].attempt.as_ref().unwrap().bytes.clone();
    let bundle = <ledger::Transaction as wire::Decode>::from_bytes(&bundle).unwrap().bundle;
    let effects = bundle.unwrap().effects;
    let step = world.take(std::slice::from_ref(&effects));
    assert_eq!((step.notes.len(), step.spent.len(), step.settled.len()), (1, 4, 1));
    assert_eq!(step.notes[0].note.value, merge.amount);
    assert!(step.notes[0].is_own() && world.notes.len() == 25);
    assert!(step.notes[0].note.is_to(&own.own_address(CHAIN, &[1; 16]).unwrap()));
}

#[test]
fn the_largest_sixteen_are_merged_for_a_payment_that_needs_them() {
    let own = key(period());
    let (many, few) = ([1_000_000; 16], [900_000; 4]);
    let mut world = paid(&own, &[&many, &few]);
    let large = wish(1, 18_000_000);
    assert!(matches!(world.plan(&large), Ok(Readiness::Merges { merges: 1, .. })));
    assert!(plan_merge_for(&large, world.ground(&own), &[2; 16]).unwrap().is_none());
    world.wait();
    let small = wish(1, 2_000_000);
    assert!(plan_merge_for(&small, world.ground(&own), &[2; 16]).unwrap().is_none());
    let merge = send(&mut world, &own, 2, Some(&large));
    assert_eq!(sum(&merge.notes), 16_000_000);
    // While that is under way, it is not begun again: what is left does not suffice.
    assert!(plan_merge_for(&large, world.ground(&own), &[3; 16]).unwrap().is_none());
    let bytes = world.open[0].attempt.as_ref().unwrap().bytes.clone();
    let effects =
        <ledger::Transaction as wire::Decode>::from_bytes(&bytes).unwrap().bundle.unwrap().effects;
    world.take(&[effects]);
    world.wait();
    assert!(matches!(world.plan(&large), Ok(Readiness::Ready(_))));
}
