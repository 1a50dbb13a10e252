//! Shares that wait under their claim keys, and how they are taken. One bundle is really proved; every
//! attack is made of it, or refused before a proof is looked at.

use super::*;
use crate::tests::START;
use crate::tests::gifts::{Gift, stranger};
use crate::tests::signers::by_all;
use keys::Ed25519Key;

/// A share of 5 ABC, and two lucky ones that may be small.
fn gift(lucky: bool) -> Gift {
    Gift::new(if lucky { 8 } else { 7 }, 2, (10_000_000, 2), lucky)
}

/// A network on which the first member's share waits; for a lucky one, its draw is still to come.
fn waiting(lucky: bool) -> (Net, Gift, RedEnvelopeId) {
    let mut net = Net::new(&[&alice(), &bob()]);
    let gift = gift(lucky);
    let id = net.gives(&alice(), &gift);
    net.block(&[gift.claims(&net, id, 0, None)]);
    (net, gift, id)
}

fn share(net: &Net, key: &Ed25519Key) -> u64 {
    match net.claimed(key) {
        Some(Claim::Waiting { amount, .. }) => amount.units(),
        other => panic!("{other:?}"),
    }
}

fn order(net: &Net, collect: CollectEnvelope) -> Transaction {
    net.order_of(&[], vec![Action::CollectEnvelope(collect)])
}

/// To an account, signed by this key.
fn to_account(net: &Net, collect: CollectEnvelope, by: &Ed25519Key) -> Transaction {
    by_all(order(net, collect), &[by])
}

/// So much less than the share and its fee, into the pool.
fn entering(net: &Net, key: &Ed25519Key, but: i64) -> impl Fn(u64) -> Plan {
    let anchor = pool(&net.state).unwrap().anchor;
    move |fee| {
        let amount = (share(net, key) - fee).checked_add_signed(-but).unwrap();
        Plan { anchor, spends: vec![], outputs: vec![output(net, &person(1), amount)] }
    }
}

/// Into the pool, without a proof: so much less than the share as `but` says.
fn believed(net: &Net, gift: &Gift, id: RedEnvelopeId, but: i64) -> Transaction {
    let key = &gift.members[0];
    let (tx, _) = unproved(net, into_pool(net, id, key), &entering(net, key, but));
    by_all(tx, &[key])
}

fn into_pool(net: &Net, envelope: RedEnvelopeId, key: &Ed25519Key) -> Transaction {
    order(net, CollectEnvelope { envelope, key: key.public(), pay_to: None })
}

/// Proved and signed by everybody.
fn proved() -> &'static (Net, Gift, RedEnvelopeId, Transaction) {
    static PROVED: OnceLock<(Net, Gift, RedEnvelopeId, Transaction)> = OnceLock::new();
    PROVED.get_or_init(|| {
        let (net, gift, id) = waiting(false);
        let key = &gift.members[0];
        let tx = proved_order(&net, into_pool(&net, id, key), &entering(&net, key, 0));
        let tx = by_all(tx, &[key]);
        (net, gift, id, tx)
    })
}

#[test]
fn a_share_goes_into_the_pool_once_and_the_supply_stays() {
    let (before, gift, id, tx) = proved();
    let mut net = copy(before);
    let (supply, fees) = (net.supply(), net.fees());
    let amount = share(&net, &gift.members[0]);
    let outcome = net.block(std::slice::from_ref(tx));
    assert_eq!((net.supply(), net.escrow()), (supply, net.pot(Pot::Escrow)));
    assert_eq!(net.fees(), fees + tx.fee.units());
    assert_eq!(pool(&net.state).unwrap().balance.units(), amount - tx.fee.units());
    assert_eq!(found(tx, &person(1)).note.value.units(), amount - tx.fee.units());
    assert_eq!(outcome.entries, [], "nobody's history tells of it");
    let (envelope, amount, fee) = (*id, abc(amount), tx.fee);
    let collected = Claim::Collected { envelope, amount, fee };
    assert_eq!(net.claimed(&gift.members[0]), Some(collected));
    net.refuses(tx, "nullifier_spent");
    let again = CollectEnvelope {
        envelope: *id,
        key: gift.members[0].public(),
        pay_to: Some(address(&bob())),
    };
    net.refuses(&to_account(&net, again, &gift.members[0]), "already_claimed");
    net.refuses(&gift.claims(&net, *id, 0, None), "already_claimed");
    let twice = body(&[tx.clone(), tx.clone()]);
    let refused = execute(&before.state, &before.context(), &twice, &|_| false).unwrap_err();
    assert_eq!((refused.0, refused.1.code()), (1, "duplicate"));
}

#[test]
fn the_bundle_of_a_share_serves_no_other_transaction() {
    let (net, gift, id, tx) = proved();
    assert_eq!(net.check(tx), Ok(()));
    let change = |spoil: &dyn Fn(&mut Transaction)| {
        let mut tx = tx.clone();
        spoil(&mut tx);
        by_all(tx, &[&gift.members[0]])
    };
    // Its key has signed all of these anew: the bundle is bound to what it was proved for.
    net.refuses(&change(&|tx| tx.expiry = tx.expiry.next()), "bad_proof");
    net.refuses(&change(&|tx| tx.chain = ChainId([3; 32])), "wrong_network");
    net.refuses(&change(&|tx| tx.fee = abc(tx.fee.units() + 1)), "bad_fee");
    // Nobody else's key will do, nor a changed byte of its signature.
    net.refuses(&by_all(tx.clone(), &[&gift.members[1]]), "bad_signature");
    net.refuses(&by_all(tx.clone(), &[&stranger()]), "bad_signature");
    net.refuses(&Transaction { witness: vec![], ..tx.clone() }, "bad_signature");
    // The bundle is put beside the share of the other member, who waits for as much.
    let mut both = copy(net);
    both.block(&[gift.claims(&both, *id, 1, None)]);
    let other = CollectEnvelope { envelope: *id, key: gift.members[1].public(), pay_to: None };
    let stolen = Transaction { actions: vec![Action::CollectEnvelope(other)], ..tx.clone() };
    both.refuses(&by_all(stolen, &[&gift.members[1]]), "bad_proof");
    // It is put beside an account's money: a claim key is no source.
    let mut sourced =
        Transaction { actions: vec![], sources: vec![net.source(&bob())], ..tx.clone() };
    sourced.fee = sourced.fee_needed(&net.genesis.params.prices).unwrap();
    net.refuses(&signed(sourced, &[&bob()]), "bad_proof");
}

#[test]
fn what_enters_the_pool_is_the_share_without_the_fee_to_the_unit() {
    let (net, gift, id) = waiting(false);
    let trusted = |tx: &Transaction| {
        let block = body(std::slice::from_ref(tx));
        execute(&net.state, &net.context(), &block, &|_| true).map_err(|(_, why)| why.code())
    };
    assert!(trusted(&believed(&net, &gift, id, 0)).is_ok());
    assert_eq!(trusted(&believed(&net, &gift, id, 1)).err(), Some("bad_transaction"));
    assert_eq!(trusted(&believed(&net, &gift, id, -1)).err(), Some("bad_transaction"));
}

#[test]
fn a_share_is_collected_alone() {
    let (net, gift, id) = waiting(false);
    let key = &gift.members[0];
    let with = |spoil: &dyn Fn(&mut Transaction)| {
        let mut tx = believed(&net, &gift, id, 0);
        spoil(&mut tx);
        by_all(tx, &[key])
    };
    let pay = Action::Pay(Pay { source: 0, to: address(&bob()), amount: abc(5_000) });
    net.refuses(&with(&|tx| tx.actions.push(pay.clone())), "bad_transaction");
    net.refuses(&with(&|tx| tx.actions.push(tx.actions[0].clone())), "bad_transaction");
    net.refuses(&with(&|tx| tx.sources = vec![net.source(&bob())]), "bad_transaction");
    // Into the pool without a bundle; to an account with one.
    net.refuses(&by_all(into_pool(&net, id, key), &[key]), "bad_transaction");
    let named = |tx: &mut Transaction| {
        let Action::CollectEnvelope(collect) = &mut tx.actions[0] else { unreachable!() };
        collect.pay_to = Some(address(&bob()));
    };
    net.refuses(&with(&named), "bad_transaction");
}

#[test]
fn an_account_gets_a_share_once_and_only_as_its_key_says() {
    let (mut net, gift, id) = waiting(false);
    let key = &gift.members[0];
    let pay_to = Some(address(&bob()));
    let collect = CollectEnvelope { envelope: id, key: key.public(), pay_to };
    let tx = to_account(&net, collect, key);
    let elsewhere = CollectEnvelope { pay_to: Some(address(&alice())), ..collect };
    let stolen = Transaction { actions: vec![Action::CollectEnvelope(elsewhere)], ..tx.clone() };
    net.refuses(&stolen, "bad_signature");
    net.refuses(&Transaction { chain: ChainId([3; 32]), ..tx.clone() }, "wrong_network");
    net.refuses(&to_account(&net, collect, &gift.members[1]), "bad_signature");
    let foreign = CollectEnvelope { envelope: RedEnvelopeId([9; 32]), ..collect };
    net.refuses(&to_account(&net, foreign, key), "nothing_waits");
    let unclaimed = CollectEnvelope { key: gift.members[1].public(), ..collect };
    net.refuses(&to_account(&net, unclaimed, &gift.members[1]), "nothing_waits");

    let (amount, supply) = (share(&net, key), net.supply());
    let outcome = net.block(std::slice::from_ref(&tx));
    assert_eq!(net.abc(&bob()), START + amount - tx.fee.units());
    assert_eq!((net.supply(), net.escrow()), (supply, net.pot(Pot::Escrow)));
    let kinds: Vec<_> = outcome.entries.iter().map(|(home, entry)| (*home, entry.kind)).collect();
    assert_eq!(kinds, [(address(&bob()), EntryKind::EnvelopeIn { envelope: id })]);
    net.refuses(&tx, "already_claimed");
}

#[test]
fn a_lucky_share_is_collected_once_it_is_drawn_and_long_after_the_envelope_is_over() {
    let (mut net, gift, id) = waiting(true);
    let key = &gift.members[0];
    let pay_to = Some(address(&bob()));
    let collect = CollectEnvelope { envelope: id, key: key.public(), pay_to };
    net.refuses(&to_account(&net, collect, key), "nothing_waits");
    net.go_to(8);
    assert_eq!(net.check(&to_account(&net, collect, key)), Ok(()));
    net.go_to(40);
    assert_eq!(net.red_envelope(id), None);
    // A new address needs its minimum, as ever.
    let fresh = CollectEnvelope { pay_to: Some(address(&actor(9))), ..collect };
    assert_eq!(net.check(&to_account(&net, fresh, key)), Ok(()));
    let amount = share(&net, key);
    net.block(&[to_account(&net, collect, key)]);
    assert!(net.abc(&bob()) > START && amount > 0);
}

#[test]
fn a_share_that_is_not_worth_its_fee_stays() {
    let gift = Gift::new(9, 1, (1_697 + 800, 1), false);
    let mut net = Net::new(&[&alice(), &bob()]);
    let id = net.gives(&alice(), &gift);
    net.block(&[gift.claims(&net, id, 0, None)]);
    let key = &gift.members[0];
    let waits = net.claimed(key);
    let pay_to = Some(address(&bob()));
    let collect = CollectEnvelope { envelope: id, key: key.public(), pay_to };
    net.refuses(&to_account(&net, collect, key), "insufficient_funds");
    assert_eq!(net.claimed(key), waits);
}
