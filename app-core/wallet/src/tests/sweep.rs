//! Everything in the pool to one address: no unit more could be paid there, and none is forgotten.

use super::merge::{key, like, paid, send, with_notes};
use super::private::{World, period, wish};
use crate::Refusal;
use crate::private::{
    MostPayable, PoolGround, PrivatePayee, Readiness, Transfer, TransferState, carry_batches,
    most_payable, plan_merge_for, plan_transfer, sweep_now,
};
use ledger::{Action, Prices, Transaction};
use proptest::prelude::*;
use shielded::{Draft, ViewingKey};
use types::{Abc, Address, AddressKind, Amount};

const TO: Address = Address { kind: AddressKind::Falcon, payload: [7; 20] };

fn sweep(units: u64) -> Transfer {
    Transfer { to: PrivatePayee::Sweep(TO), ..wish(1, units) }
}

fn units(amounts: impl IntoIterator<Item = Amount<Abc>>) -> u64 {
    amounts.into_iter().map(Amount::units).sum()
}

fn held(world: &World) -> u64 {
    units(world.notes.iter().map(|note| note.note.value))
}

/// What a merge of a full bundle costs.
fn merge_fee() -> u64 {
    let order = Transaction {
        version: Transaction::WITH_BUNDLE,
        chain: super::private::CHAIN,
        expiry: types::Round(1),
        price_epoch: 0,
        sources: vec![],
        fee: Amount::ZERO,
        actions: vec![],
        bundle: None,
        witness: vec![],
    };
    order.fee_with(&Prices::DEVNET, 16).unwrap().units()
}

/// That this is what can be paid, and not a unit more.
fn check(most: MostPayable, ground: PoolGround<'_>) {
    let planned = plan_transfer(&sweep(most.amount.units()), ground).unwrap();
    let (fee, merges) = match planned {
        Readiness::Ready(ready) => (ready.order.fee, 0),
        Readiness::Waits { fee } => (fee, 0),
        Readiness::Merges { fee, merges } => (fee, merges),
    };
    assert_eq!((fee, merges), (most.fee, most.merges));
    let more = plan_transfer(&sweep(most.amount.units() + 1), ground);
    assert!(matches!(more, Err(Refusal::Insufficient { .. })), "{more:?}");
}

/// What the log does with the merge of the sixteen largest notes.
fn merge_largest(world: &mut World, position: u64) {
    world.notes.sort_by_key(|note| std::cmp::Reverse(note.note.value));
    let rest = world.notes.split_off(16);
    let made = like(&world.notes[0], position, held(world) - merge_fee());
    world.notes = rest;
    world.notes.push(made);
}

/// From dust to plenty.
fn values() -> impl Strategy<Value = Vec<u64>> {
    let value = prop_oneof![1_u64..40_000, 1_u64..60_000_000, Just(20_000)];
    proptest::collection::vec(value, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_most_that_can_be_paid_is_payable_and_one_unit_more_is_not(
        values in values(), exists in any::<bool>(),
    ) {
        let own = key(period());
        let world = with_notes(values);
        let ground = PoolGround { payee_exists: exists, ..world.ground(&own) };
        let least = crate::plan::least_for(ground.params, ground.round, exists);
        match most_payable(TO, ground, &[]) {
            Some(most) => {
                check(most, ground);
                prop_assert!(most.amount >= least);
                let left = held(&world) - most.amount.units() - most.fee.units();
                // Fifteen notes more are one merge more: of at most 60, four times as many stay.
                prop_assert!(left <= merge_fee() * 4, "{left}");
                let now = sweep_now(&sweep(least.units()), ground).unwrap();
                prop_assert_eq!(now, sweep(most.amount.units()));
            }
            None => {
                prop_assert!(plan_transfer(&sweep(least.units()), ground).is_err());
            }
        }
    }

    /// Nothing else comes between: what was foreseen is what is paid behind the last merge.
    #[test]
    fn merges_come_to_the_amount_that_was_foreseen(
        values in proptest::collection::vec(1_000_u64..60_000_000, 17..80),
    ) {
        let own = key(period());
        let mut world = with_notes(values);
        let closing = held(&world);
        let foreseen = most_payable(TO, world.ground(&own), &[]).unwrap();
        let mut wish = sweep(foreseen.amount.units());
        let mut merges = 0;
        while let Ok(Readiness::Merges { .. }) = plan_transfer(&wish, world.ground(&own)) {
            merge_largest(&mut world, 100 + merges);
            wish = sweep_now(&wish, world.ground(&own)).unwrap();
            prop_assert_eq!(wish.amount, foreseen.amount);
            merges += 1;
        }
        prop_assert_eq!(merges, u64::try_from(foreseen.merges).unwrap());
        let last = most_payable(TO, world.ground(&own), &[]).unwrap();
        check(last, world.ground(&own));
        prop_assert_eq!(last.fee.units() + merges * merge_fee(), foreseen.fee.units());
        prop_assert!(closing >= foreseen.amount.units() + foreseen.fee.units());
    }
}

#[test]
fn everything_that_is_worth_its_fee_leaves_and_no_change_comes_back() {
    let own = key(period());
    let mut world = paid(&own, &[&[5_000_000, 3_000_000, 7]]);
    world.wait();
    let most = most_payable(TO, world.ground(&own), &[]).unwrap();
    assert_eq!(most.amount.units() + most.fee.units(), 8_000_000, "dust stays");
    let ready = plan_transfer(&sweep(most.amount.units()), world.ground(&own)).unwrap();
    let Readiness::Ready(ready) = ready else { panic!("{ready:?}") };
    assert_eq!((ready.plan.spends.len(), ready.plan.outputs.len()), (2, 0));
    assert_eq!(ready.plan.value_balance(), Some(8_000_000));
    assert!(Draft::build(&ready.plan, &own, &mut world.rng()).is_ok());
    let [Action::Pay(pay)] = ready.order.actions[..] else { panic!("{:?}", ready.order) };
    assert_eq!((pay.to, pay.amount), (TO, most.amount));
}

#[test]
fn a_new_address_gets_no_less_than_the_ledger_lets_it_be_paid() {
    let own = key(period());
    let pays = |world: &World, exists| {
        let ground = PoolGround { payee_exists: exists, ..world.ground(&own) };
        most_payable(TO, ground, &[]).map(|most| most.amount.units())
    };
    let fee = most_payable(TO, with_notes([1_000_000]).ground(&own), &[]).unwrap().fee.units();
    let existential = Prices::DEVNET.existential;
    let below = with_notes([fee + existential - 1]);
    assert_eq!([pays(&below, true), pays(&below, false)], [Some(existential - 1), None]);
    assert_eq!(pays(&with_notes([fee + existential]), false), Some(existential));
    // It was let through because its payee has a record, and is let through again.
    let now = |wish| sweep_now(&wish, below.ground(&own)).map(|wish| wish.amount.units());
    assert_eq!(now(sweep(existential - 1)), Some(existential - 1));
    assert_eq!(now(sweep(existential)), None);
    assert_eq!(pays(&with_notes([]), true), None);
    assert_eq!(pays(&with_notes([fee]), true), None);
    assert_eq!(now(wish(1, 5)), None, "only a sweep is made larger");
}

#[test]
fn what_is_yet_to_be_carried_over_counts_and_what_another_payment_spends_does_not() {
    let old = key(period());
    let own: ViewingKey = key(period().after_stop().unwrap());
    let world = with_notes([9_000_000, 4_000_000, 3_000_000, 2_000_000, 1_000_000, 50]);
    let ground = world.ground(&own);
    assert_eq!(most_payable(TO, ground, &[]), None, "of a former account nothing is paid");
    let coming: Vec<_> = carry_batches(ground).iter().map(|batch| batch.amount).collect();
    assert_eq!(coming.len(), 2);
    let most = most_payable(TO, ground, &coming).unwrap();
    assert_eq!(units([most.amount, most.fee]), units(coming));

    let mut world = paid(&old, &[&[1_000_000; 16], &[1_000_000, 900_000]]);
    world.wait();
    let all = most_payable(TO, world.ground(&old), &[]).unwrap();
    assert_eq!((all.merges, all.amount.units() + all.fee.units()), (1, 17_900_000));
    let merge = send(&mut world, &old, 2, Some(&sweep(all.amount.units())));
    assert_eq!(world.open[0].state, TransferState::Queued);
    let free = most_payable(TO, world.ground(&old), &[]).unwrap();
    assert_eq!(free.amount.units() + free.fee.units(), 1_900_000);
    assert_eq!(most_payable(TO, world.ground(&old), &[merge.amount]).unwrap().amount, all.amount);
    let sweep = sweep(all.amount.units());
    assert!(plan_merge_for(&sweep, world.ground(&old), &[3; 16]).unwrap().is_none());
}
