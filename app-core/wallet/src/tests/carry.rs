//! What moves from one period account to the next, and what the keys of either show of it.

use super::private::{CHAIN, NOVEMBER, World, period, wish};
use crate::Refusal;
use crate::private::{carried_at, carry_batches, plan_carry, scanned_periods};
use shielded::{
    BuildError, CarryClaim, Draft, Memo, Month, Period, Purpose, Scanner, Scope, SpendingKey, flow,
    recover,
};
use std::collections::BTreeMap;
use types::{Amount, OpenId, Timestamp};

const HOURS: u64 = 3600 * 1000;

fn spending(of: Period) -> SpendingKey {
    SpendingKey::derive(&[1; 32], of).unwrap()
}

/// October of 2026, November, and November after a grant was stopped.
fn periods() -> [Period; 3] {
    let before = Month::new(period().month().number() - 1).unwrap();
    [Period::first_of(before), period(), period().after_stop().unwrap()]
}

/// Notes of 100, 70, 50, 40, 30 thousandths and one that is worth nothing, of October; of 20 of
/// November.
fn with_former_notes() -> World {
    let [before, now, _] = periods().map(|period| spending(period).viewing_key());
    let mut world = World::new();
    let bundles = [
        world.paid_to(&before, Scope::External, &[100_000, 40_000, 3]),
        world.paid_to(&before, Scope::Internal, &[30_000, 70_000, 50_000]),
        world.paid_to(&now, Scope::External, &[20_000]),
    ];
    world.keys = vec![before, now];
    world.take(&bundles);
    world
}

#[test]
fn moves_come_out_of_one_account_each_and_what_is_worth_less_than_the_fee_stays() {
    let [before, now, stopped] = periods().map(|period| spending(period).viewing_key());
    let world = with_former_notes();
    let moves = carry_batches(world.ground(&now));
    let of = |at: usize| (moves[at].from, moves[at].amount.units() + moves[at].fee.units());
    assert_eq!(moves.len(), 2);
    assert_eq!(of(0), (before.period(), 260_000), "four of them");
    assert_eq!(of(1), (before.period(), 30_003), "a second note costs nothing more");
    assert!(moves[1].fee < moves[0].fee);
    // Once a grant is stopped, November's account is a former one, too.
    let moves = carry_batches(world.ground(&stopped));
    let from: Vec<_> = moves.iter().map(|it| it.from).collect();
    assert_eq!(from, [before.period(), before.period(), now.period()]);
    assert_eq!(carry_batches(world.ground(&before)), [], "never back");
    let mut poor = World::new();
    let dust = poor.paid_to(&before, Scope::External, &[5, 4]);
    poor.keys = vec![before];
    poor.take(&[dust]);
    assert_eq!(poor.notes.len(), 2);
    assert_eq!(carry_batches(poor.ground(&now)), []);
}

#[test]
fn a_payment_never_takes_notes_of_a_former_account() {
    let world = with_former_notes();
    let refused = world.plan(&wish(1, 60_000));
    let Err(Refusal::Insufficient { available, .. }) = refused else { panic!("{refused:?}") };
    assert_eq!(available, Amount::new(20_000));
}

#[test]
fn a_move_waits_for_the_anchor_and_for_its_moment() {
    let [_, now, _] = periods().map(|period| spending(period).viewing_key());
    let mut world = with_former_notes();
    assert!(plan_carry(world.ground(&now), &[1; 16], |_| true).unwrap().is_none());
    world.wait();
    assert!(plan_carry(world.ground(&now), &[1; 16], |_| false).unwrap().is_none());
    assert!(plan_carry(world.ground(&now), &[1; 16], |_| true).unwrap().is_some());
}

#[test]
fn either_key_shows_of_a_move_what_it_should_and_no_more() {
    let [before, now, _] = periods().map(spending);
    let next = now.viewing_key();
    let mut world = with_former_notes();
    world.wait();
    let (batch, ready) = plan_carry(world.ground(&next), &[1; 16], |_| true).unwrap().unwrap();
    assert_eq!(ready.plan.actions(), Some(4));
    assert_eq!(ready.plan.value_balance(), i64::try_from(batch.fee.units()).ok());
    assert_eq!(ready.order.fee, batch.fee);
    let (view, mut rng) = (before.viewing_key(), world.rng());
    let draft = Draft::build(&ready.plan, &view, &mut rng).unwrap();
    let effects = draft.effects().clone();
    // The old key: where from, how much, and one address.
    let notes = world.notes.iter().map(|note| (note.nullifier, note.note.value));
    let shown = flow(&view, &notes.collect::<BTreeMap<_, _>>(), &effects).unwrap();
    let sent: Vec<_> = shown.sent.iter().map(|(_, note)| note.value).collect();
    assert_eq!((sent, shown.received.len(), shown.undisclosed), (vec![batch.amount], 0, 0));
    let memos = effects.actions().iter().filter_map(|action| recover(&view, action));
    let memos: Vec<_> = memos.map(|sent| sent.memo).collect();
    assert_eq!(memos, [Some(Memo::CarryOver)]);
    // The new one: money of our own, at an address of the account's own kind.
    let found = Scanner::of_accounts(std::slice::from_ref(&next)).unwrap().scan(&effects.compact());
    let found: Vec<_> = found.iter().map(|it| (it.scope, it.note.value)).collect();
    assert_eq!(found, [(Scope::Internal, batch.amount)]);
    // The proof holds for this move and for no other.
    let (chain, transaction) = (CHAIN, ready.order.id());
    let (from, to, account) = (view.period(), next.period(), OpenId([4; 32]));
    let claim = CarryClaim { chain, transaction, account, from, to };
    let proof = draft.prove_carry(&claim, (&before, &next), &mut rng).unwrap();
    let note = &draft.made()[0].note;
    assert!(proof.holds(&claim, &effects, note));
    let another = CarryClaim { account: OpenId([5; 32]), ..claim };
    assert!(!proof.holds(&another, &effects, note));
}

#[test]
fn no_bundle_mixes_two_accounts() {
    let [before, now, _] = periods().map(|period| spending(period).viewing_key());
    let mut world = with_former_notes();
    world.wait();
    let (_, mut ready) = plan_carry(world.ground(&now), &[1; 16], |_| true).unwrap().unwrap();
    let mut rng = world.rng();
    let other = Draft::build(&ready.plan, &now, &mut rng).unwrap_err();
    assert_eq!(other, BuildError::OtherAccount);
    let mut beside = ready.plan.outputs[0].clone();
    (beside.purpose, beside.to) = (Purpose::Change, before.own_address(CHAIN, b"c").unwrap());
    ready.plan.outputs.push(beside);
    assert_eq!(Draft::build(&ready.plan, &before, &mut rng).unwrap_err(), BuildError::Output);
}

#[test]
fn wallets_move_within_two_days_at_moments_of_their_own_and_at_once_when_a_grant_is_stopped() {
    let [before, now, stopped] = periods();
    let begins = now.month().begins();
    let moments = (1..=20).map(|person| {
        let key = SpendingKey::derive(&[person; 32], now).unwrap().viewing_key();
        let moment = carried_at(before, &key, CHAIN);
        assert_eq!(carried_at(before, &key, CHAIN), moment);
        moment.0.checked_sub(begins.0).unwrap()
    });
    let moments: Vec<u64> = moments.collect();
    assert!(moments.iter().all(|moment| *moment < 48 * HOURS));
    assert!(moments.iter().any(|moment| *moment < 24 * HOURS));
    assert!(moments.iter().any(|moment| *moment > 24 * HOURS));
    let key = spending(stopped).viewing_key();
    assert_eq!(carried_at(now, &key, CHAIN), Timestamp(0));
    assert!(carried_at(before, &key, CHAIN) >= begins);
}

#[test]
fn accounts_that_were_stopped_are_scanned_and_the_next_one_while_it_may_begin() {
    let [_, first, second] = periods();
    let third = second.after_stop().unwrap();
    let until = |to: Timestamp, stops: u8| scanned_periods(NOVEMBER, (to, to), |_| stops);
    assert_eq!(until(NOVEMBER, 0), [first, second]);
    assert_eq!(until(NOVEMBER, 1), [first, second, third]);
    let december = Period::first_of(first.month().next());
    let later = december.month().begins().plus_secs(5 * 86_400);
    assert_eq!(until(later, 0), [first, december, december.after_stop().unwrap()]);
    let all = until(NOVEMBER, 63);
    assert_eq!((all.len(), all.last().unwrap().stop()), (64, 63));
}
