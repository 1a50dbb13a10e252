//! Paying all there is, and turning ABC into ABIT.

use super::signers::{Owns, Signs, add, by_all, falcon};
use super::{Net, START, abc, actor, address};
use crate::*;
use keys::EcdsaKey;

fn all(source: u8, to: types::Address) -> Action {
    Action::PayAll(PayAll { source, to })
}

fn convert(units: u64) -> Action {
    Action::Convert(Convert { source: 0, abc: abc(units) })
}

#[test]
fn a_deposit_between_signing_and_execution_leaves_no_remainder() {
    let (alice, bob, carol) = (actor(1), actor(2), actor(3));
    let mut net = Net::new(&[&alice, &bob]);
    let sweep = net.by(&[&alice], vec![all(0, address(&carol))]);
    let deposit = net.pay(&bob, address(&alice), 5_000_000);
    let outcome = net.block(&[deposit, sweep.clone()]);
    assert_eq!(net.abc(&alice), 0);
    assert_eq!(net.abc(&carol), START + 5_000_000 - sweep.fee.units());

    let kinds = |home| {
        let mine =
            outcome.entries.iter().filter(move |(of, entry)| *of == home && entry.index == 1);
        mine.map(|(_, entry)| (entry.kind, entry.counterparty)).collect::<Vec<_>>()
    };
    let out = (EntryKind::MovedOut, Some(address(&carol)));
    assert_eq!(kinds(address(&alice)), [(EntryKind::Fee, None), out]);
    assert_eq!(kinds(address(&carol)), [(EntryKind::MovedIn, Some(address(&alice)))]);
}

#[test]
fn an_emptied_account_keeps_its_record_its_nonce_and_what_cannot_be_moved() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    net.block(&[net.by(&[&alice], vec![convert(1_000)])]);
    let sweep = net.by(&[&alice], vec![all(0, address(&bob))]);
    net.block(std::slice::from_ref(&sweep));
    let left = net.account(address(&alice)).unwrap();
    assert_eq!((left.abc, left.abit.units(), left.nonce), (abc(0), 1_000_000, 2));
    assert_eq!(left.open_id, Some(alice.public().open_id()));
    net.block(&[net.pay(&bob, address(&alice), 1_000)]);
    net.refuses(&sweep, "bad_nonce");
}

#[test]
fn sixteen_accounts_are_swept_together_or_not_at_all() {
    let actors: Vec<EcdsaKey> = (1..=16).map(actor).collect();
    let mut net = Net::new(&actors.iter().collect::<Vec<_>>());
    let to = falcon(0).address();
    let sources: Vec<_> = actors.iter().map(|key| key as &dyn Owns).collect();
    let slots: Vec<_> = actors.iter().map(|key| key as &dyn Signs).collect();
    let plan = net.plan(&sources, (0..16).map(|source| all(source, to)).collect());

    let mut late = plan.clone();
    late.sources[9].nonce = 1;
    let refused = net.refuses(&by_all(late, &slots), "bad_nonce");
    assert_eq!(refused, Rejection::BadNonce { expected: 0 });

    let sweep = by_all(plan, &slots);
    net.block(std::slice::from_ref(&sweep));
    assert_eq!(net.held(falcon(0)).0, 16 * START - sweep.fee.units());
    assert!(actors.iter().all(|key| net.abc(key) == 0));
}

#[test]
fn the_fee_comes_from_the_first_source_alone() {
    let (alice, bob, carol) = (actor(1), actor(2), actor(3));
    let mut net = Net::new(&[&alice, &bob]);
    // Bob has less than a fee; Alice pays it for both.
    net.edit(address(&bob), |account| account.abc = abc(400));
    let supply = net.supply();
    let actions = vec![all(0, address(&carol)), all(1, address(&carol))];
    let tx = net.by(&[&alice, &bob], actions.clone());
    net.block(std::slice::from_ref(&tx));
    assert_eq!((net.abc(&alice), net.abc(&bob)), (0, 0));
    assert_eq!(net.abc(&carol), START + 400 - tx.fee.units());
    assert_eq!(net.supply(), supply);
    net.refuses(&net.by(&[&bob, &alice], actions), "insufficient_funds");
}

#[test]
fn a_sweep_needs_something_to_move_and_somewhere_to_go() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    net.refuses(&net.by(&[&alice], vec![all(0, address(&alice))]), "bad_transaction");
    net.refuses(&net.by(&[&alice], vec![all(1, address(&bob))]), "bad_transaction");
    let mut moved = Net::new(&[&alice, &bob]);
    moved.block(&[moved.with(&alice, vec![add(falcon(0))], falcon(0))]);
    moved.refuses(&moved.by(&[&alice], vec![all(0, falcon(0).address())]), "bad_transaction");
    let twice = vec![all(0, address(&bob)), all(0, address(&bob))];
    net.refuses(&net.by(&[&alice], twice), "insufficient_funds");
    let fee = net.by(&[&alice], vec![all(0, address(&bob))]).fee.units();
    net.edit(address(&alice), |account| account.abc = abc(fee));
    net.refuses(&net.by(&[&alice], vec![all(0, address(&bob))]), "insufficient_funds");
    net.edit(address(&alice), |account| account.abc = abc(fee + 9_999));
    net.refuses(&net.by(&[&alice], vec![all(0, address(&actor(9)))]), "below_minimum");
    assert_eq!(net.check(&net.by(&[&alice], vec![all(0, address(&bob))])), Ok(()));
}

#[test]
fn converted_money_lies_in_the_reserve() {
    let alice = actor(1);
    let mut net = Net::new(&[&alice]);
    let supply = net.supply();
    let tx = net.by(&[&alice], vec![convert(1)]);
    let outcome = net.block(std::slice::from_ref(&tx));
    assert_eq!(net.held(&alice), (START - 1 - tx.fee.units(), 1_000));
    assert_eq!((net.pot(Pot::Reserve), net.supply()), (1, supply));
    let (_, entry) = outcome.entries.last().unwrap();
    assert_eq!((entry.kind, entry.abit.units()), (EntryKind::Converted, 1_000));
    assert_eq!((entry.delta.abc, entry.delta.abit), (Delta::minus(1), Delta::plus(1_000)));
}

#[test]
fn the_whole_supply_can_be_converted() {
    let alice = actor(1);
    let mut net = Net::new(&[&alice]);
    let fee = net.by(&[&alice], vec![convert(1)]).fee.units();
    net.edit(address(&alice), |account| account.abc = abc(MAX_SUPPLY.units() + fee));
    net.block(&[net.by(&[&alice], vec![convert(MAX_SUPPLY.units())])]);
    assert_eq!(net.held(&alice), (0, MAX_SUPPLY.units() * 1_000));
    assert_eq!(net.pot(Pot::Reserve), MAX_SUPPLY.units());
}

#[test]
fn a_conversion_beyond_64_bits_is_refused() {
    let alice = actor(1);
    let mut net = Net::new(&[&alice]);
    net.refuses(&net.by(&[&alice], vec![convert(0)]), "bad_transaction");
    net.refuses(&net.by(&[&alice], vec![convert(u64::MAX / 1_000 + 1)]), "bad_transaction");
    net.refuses(&net.by(&[&alice], vec![convert(START)]), "insufficient_funds");
    net.edit(address(&alice), |account| account.abit = types::Amount::new(u64::MAX - 999));
    net.refuses(&net.by(&[&alice], vec![convert(1)]), "bad_transaction");
}
