//! Keys that join and end, and what an address is afterwards.

use super::signers::{Owns, Signs, add, by_all, falcon, retire};
use super::{Net, START, abc, actor, address};
use crate::*;
use types::Round;

/// Alice with her first key known to the ledger, Bob, and a Falcon key of Alice's.
fn fixture() -> (Net, keys::EcdsaKey, keys::EcdsaKey, &'static keys::FalconKey) {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    net.block(&[net.pay(&alice, address(&bob), 5_000_000)]);
    (net, alice, bob, falcon(0))
}

/// Alice's move to Falcon in one transaction.
fn pair(net: &Net, alice: &keys::EcdsaKey, new: &keys::FalconKey) -> Transaction {
    net.with(alice, vec![add(new), retire(alice)], new)
}

fn kinds(outcome: &Outcome) -> Vec<EntryKind> {
    outcome.entries.iter().map(|(_, entry)| entry.kind).collect()
}

#[test]
fn an_account_moves_to_falcon_in_one_transaction_and_stays_itself() {
    let (mut net, alice, bob, new) = fixture();
    let before = net.account(address(&alice)).unwrap();
    let tx = pair(&net, &alice, new);
    let outcome = net.block(std::slice::from_ref(&tx));
    assert_eq!(kinds(&outcome), [EntryKind::Fee, EntryKind::KeyAdded, EntryKind::KeyRetired]);
    assert_eq!(outcome.entries[1].1.counterparty, Some(new.address()));

    let after = net.account(new.address()).unwrap();
    assert_eq!((after.home, after.open_id), (address(&alice), before.open_id));
    assert_eq!(after.abc, before.abc.minus(tx.fee).unwrap());
    let slot = |key, added, retired| KeySlot { key, added, retired };
    let slots =
        [slot(alice.public(), Round(1), Some(Round(2))), slot(new.public(), Round(2), None)];
    assert_eq!((after.nonce, after.slots.as_slice()), (2, slots.as_slice()));
    assert_eq!(after.active().count(), 1);

    net.block(&[net.by(&[new], vec![to(&bob, 1_000_000)])]);
    assert_eq!(net.account(address(&alice)).unwrap().nonce, 3);
}

fn to(key: &dyn Owns, units: u64) -> Action {
    Action::Pay(Pay { source: 0, to: key.address(), amount: abc(units) })
}

#[test]
fn what_a_retired_key_signed_before_is_worth_nothing() {
    let (mut net, alice, bob, new) = fixture();
    let mut early = net.order(&[&alice], &[(0, address(&bob), 5_000)]);
    early.sources[0].nonce += 1;
    let early = by_all(early, &[&alice]);
    net.block(&[pair(&net, &alice, new)]);
    net.refuses(&early, "key_retired");
    let now = |actions| net.by(&[&alice], actions);
    let all = Action::PayAll(PayAll { source: 0, to: address(&bob) });
    for action in [to(&bob, 5_000), all, retire(new), retire(&alice)] {
        net.refuses(&now(vec![action]), "key_retired");
    }
    net.refuses(&net.with(&alice, vec![add(falcon(1))], falcon(1)), "key_retired");
}

#[test]
fn money_for_a_retired_address_lands_in_the_account() {
    let (mut net, alice, bob, new) = fixture();
    let begin = net.abc(&alice);
    let pay = |net: &Net, nonce: u64| {
        let mut tx = net.order(&[&bob], &[(0, address(&alice), 1_000_000)]);
        tx.sources[0].nonce += nonce;
        tx.sources[0].reveal = tx.sources[0].reveal.take().filter(|_| nonce == 0);
        by_all(net.with_fee(tx), &[&bob])
    };
    let moved = pair(&net, &alice, new);
    let fee = moved.fee.units();
    let outcome = net.block(&[pay(&net, 0), moved, pay(&net, 1)]);
    let flags = outcome.entries.iter().filter(|(_, entry)| entry.kind == EntryKind::PayIn);
    let flags: Vec<_> = flags.map(|(home, entry)| (*home, entry.via_retired)).collect();
    assert_eq!(flags, [(address(&alice), false), (address(&alice), true)]);

    let late = net.block(&[pay(&net, 0)]);
    assert!(late.entries.last().unwrap().1.via_retired);
    let direct = net.block(&[net.pay(&bob, new.address(), 1_000_000)]);
    assert!(!direct.entries.last().unwrap().1.via_retired);
    assert_eq!(net.held(new).0, begin + 4_000_000 - fee);
    assert_eq!(net.account(address(&alice)), net.account(new.address()));
    assert!(!net.state.contains_key(&account_key(new.address())), "no second account");
}

#[test]
fn dust_on_the_address_of_a_new_key_is_folded_into_the_account() {
    let (mut net, alice, bob, new) = fixture();
    net.block(&[net.pay(&bob, new.address(), 10_000)]);
    net.edit(new.address(), |record| {
        record.bonded = abc(70);
        record.abit = types::Amount::new(8);
    });
    let (supply, before) = (net.supply(), net.account(address(&alice)).unwrap());
    let tx = net.with(&alice, vec![to(new, 2_000), add(new)], new);
    let outcome = net.block(std::slice::from_ref(&tx));

    let account = net.account(new.address()).unwrap();
    assert_eq!((account.home, account.bonded, account.abit.units()), (before.home, abc(70), 8));
    assert_eq!(account.abc.units(), before.abc.units() + 10_000 - tx.fee.units());
    assert_eq!(net.supply(), supply);

    let closed = net.state.get(&account_key(new.address())).unwrap();
    let closed = <Account as wire::Decode>::from_bytes(closed).unwrap();
    assert_eq!((closed.abc, closed.bonded, closed.abit.units()), (abc(0), abc(0), 0));
    let entry = |kind| outcome.entries.iter().find(|(_, entry)| entry.kind == kind).unwrap();
    let (home, out) = entry(EntryKind::FoldedOut);
    assert_eq!((*home, out.counterparty), (new.address(), Some(before.home)));
    assert_eq!((out.delta.abc, out.delta.bonded), (Delta::minus(12_000), Delta::minus(70)));
    let kind = EntryKind::FoldedIn { count: 3, history: closed.history };
    let (home, folded) = entry(kind);
    assert_eq!((*home, folded.counterparty), (before.home, Some(new.address())));
    assert_eq!((folded.delta.abc, folded.delta.abit), (Delta::plus(12_000), Delta::plus(8)));

    net.block(&[net.pay(&bob, new.address(), 1_000)]);
    assert_eq!(net.account(new.address()).unwrap().abc.units(), account.abc.units() + 1_000);
}

#[test]
fn dust_in_the_same_block_hinders_no_key() {
    let (mut net, alice, bob, new) = fixture();
    let dust = net.pay(&bob, new.address(), 10_000);
    let begin = net.abc(&alice);
    let tx = net.with(&alice, vec![add(new)], new);
    net.block(&[dust, tx.clone()]);
    assert_eq!(net.held(new).0, begin + 10_000 - tx.fee.units());
}

#[test]
fn while_a_falcon_key_is_active_an_ecdsa_key_can_only_pay() {
    let (mut net, alice, bob, new) = fixture();
    net.block(&[net.with(&alice, vec![add(new)], new)]);
    let thief = falcon(1);
    let profile = Action::SetProfile(SetProfile { source: 0, hash: [1; 32] });
    for actions in [vec![retire(new)], vec![retire(&alice)], vec![profile]] {
        net.refuses(&net.by(&[&alice], actions.clone()), "stronger_key_needed");
        assert_eq!(net.check(&net.by(&[new], actions)), Ok(()));
    }
    for actions in [vec![add(thief)], vec![add(thief), retire(new)], vec![add(&actor(7))]] {
        let other: &dyn Signs = if actions == [add(&actor(7))] { &actor(7) } else { thief };
        net.refuses(&net.with(&alice, actions.clone(), other), "stronger_key_needed");
        assert_eq!(net.check(&net.with(new, actions, other)), Ok(()));
    }
    let all = Action::PayAll(PayAll { source: 0, to: address(&bob) });
    let gift = super::gifts::Gift::new(1, 3, (1_000_000, 2), false).action();
    for action in [to(&bob, 5_000), all, gift] {
        assert_eq!(net.check(&net.by(&[&alice], vec![action])), Ok(()));
    }
    let convert = Action::Convert(Convert { source: 0, abc: abc(7) });
    net.refuses(&net.by(&[&alice], vec![convert.clone()]), "stronger_key_needed");
    assert_eq!(net.check(&net.by(&[new], vec![convert])), Ok(()));
    net.block(&[net.by(&[new], vec![retire(new)])]);
    assert_eq!(net.check(&net.with(&alice, vec![add(thief)], thief)), Ok(()));
}

#[test]
fn a_falcon_key_of_one_source_is_no_signature_for_another() {
    let (mut net, alice, bob, new) = fixture();
    net.block(&[net.with(&alice, vec![add(new)], new)]);
    // Bob brings a Falcon key of his own; it says nothing about Alice's account.
    let add = Action::AddKey(AddKey { source: 1, key: falcon(1).public() });
    let tx = net.plan(&[&alice, &bob], vec![add, retire(new)]);
    net.refuses(&by_all(tx, &[&alice, &bob, falcon(1)]), "stronger_key_needed");
}

#[test]
fn possession_is_proved_for_this_account_this_nonce_and_this_network() {
    let (net, alice, bob, new) = fixture();
    let good = net.with(&alice, vec![add(new)], new);
    assert_eq!(net.check(&good), Ok(()));
    let with_proof = |mut tx: Transaction, by: &dyn Signs| {
        tx.witness = vec![by.slot(&tx.sighash()), good.witness[1].clone()];
        tx
    };
    let bad = Rejection::BadSignature { slot: 1 };
    let other = net.plan(&[&bob], vec![add(new)]);
    assert_eq!(net.check(&with_proof(other, &bob)), Err(bad));
    let mut later = net.plan(&[&alice], vec![add(new)]);
    later.expiry = later.expiry.next();
    assert_eq!(net.check(&with_proof(later, &alice)), Err(bad));
    let mut twin = good.clone();
    twin.witness[1][50] ^= 1;
    assert_eq!((twin.id(), net.check(&twin)), (good.id(), Err(bad)));
    twin.witness.pop();
    net.refuses(&twin, "bad_signature");

    let mut after = net;
    after.block(&[after.pay(&alice, address(&bob), 5_000)]);
    let next = after.plan(&[&alice], vec![add(new)]);
    assert_eq!(after.check(&with_proof(next, &alice)), Err(bad));
}

#[test]
fn a_key_occurs_once_on_the_chain_ever() {
    let (mut net, alice, bob, new) = fixture();
    net.refuses(&net.with(&alice, vec![add(&alice)], &alice), "key_in_use");
    net.refuses(&net.with(&bob, vec![add(&alice)], &alice), "key_in_use");
    let twice = by_all(net.plan(&[&alice], vec![add(new), add(new)]), &[&alice, new, new]);
    net.refuses(&twice, "key_in_use");
    // Bob's key signs for Bob in the very transaction that gives it to Alice.
    let pay = Action::Pay(Pay { source: 1, to: address(&alice), amount: abc(5_000) });
    let stolen = net.plan(&[&alice, &bob], vec![pay, add(&bob)]);
    net.refuses(&by_all(stolen, &[&alice, &bob, &bob]), "key_in_use");

    let [first, second]: [&dyn Owns; 2] = [&alice, &bob];
    let both = [first, second].map(|owner| net.with(owner, vec![add(new)], new));
    let refused = execute(&net.state, &net.context(), &super::body(&both), &|_| false);
    assert_eq!(refused, Err((1, Rejection::KeyInUse)));

    net.block(&[pair(&net, &alice, new)]);
    net.refuses(&net.with(&bob, vec![add(new)], new), "key_in_use");
    net.refuses(&net.with(new, vec![add(&alice)], &alice), "key_in_use");
    net.refuses(&net.with(&bob, vec![add(&alice)], &alice), "key_in_use");
    let mut fresh = net.plan(&[new], vec![to(&bob, 5_000)]);
    fresh.sources[0].reveal = Some(new.public());
    net.refuses(&by_all(net.with_fee(fresh), &[new]), "bad_reveal");
}

#[test]
fn an_account_keeps_a_key() {
    let (net, alice, _, new) = fixture();
    net.refuses(&net.by(&[&alice], vec![retire(&alice)]), "last_key");
    net.refuses(&net.with(&alice, vec![retire(&alice), add(new)], new), "last_key");
    net.refuses(&net.with(&alice, vec![add(new), retire(new), retire(&alice)], new), "last_key");
    net.refuses(&net.by(&[&alice], vec![retire(new)]), "unknown_key");
    let twice = vec![add(new), retire(&alice), retire(&alice)];
    net.refuses(&net.with(&alice, twice, new), "key_retired");
}

#[test]
fn an_account_has_four_keys_at_most_retired_ones_included() {
    let (mut net, alice, ..) = fixture();
    let more = [actor(21), actor(22), actor(23)];
    for key in &more {
        net.block(&[net.with(&alice, vec![add(key), retire(key)], key)]);
    }
    let account = net.account(address(&alice)).unwrap();
    assert_eq!((account.slots.len(), account.active().count()), (MAX_SLOTS, 1));
    let fifth = actor(24);
    net.refuses(&net.with(&alice, vec![add(&fifth)], &fifth), "too_many_keys");
}

#[test]
fn whoever_has_an_account_can_pay_for_the_move_to_falcon() {
    let (alice, carol) = (actor(1), actor(3));
    let mut net = Net::new(&[&alice]);
    net.genesis.params.prices = Prices { byte: 20, existential: 20_000, ..Prices::DEVNET };
    net.block(&[net.pay(&alice, address(&carol), 20_000)]);
    let new = falcon(0);
    let tx = pair(&net, &carol, new);
    assert_eq!(tx.fee, abc(20_000));
    let dear = net.with(&carol, vec![add(new), retire(&carol), to(&alice, 5_000)], new);
    assert!(dear.fee > abc(60_000), "the cap is for the pair alone");
    net.block(&[tx]);
    assert_eq!(net.held(new), (0, 0));
    assert_eq!(
        net.abc(&alice),
        START - 20_000 - net.genesis.params.prices.fee(1, 229).unwrap().units()
    );
}

#[test]
fn a_profile_has_a_growing_sequence() {
    let (mut net, alice, bob, _) = fixture();
    for (sequence, hash) in [(1, [5; 32]), (2, [6; 32])] {
        let set = Action::SetProfile(SetProfile { source: 0, hash });
        let outcome = net.block(&[net.by(&[&alice], vec![set])]);
        assert_eq!(kinds(&outcome), [EntryKind::Fee, EntryKind::ProfileSet]);
        let profile = net.state.get(&profile_key(address(&alice))).unwrap();
        let profile = <Profile as wire::Decode>::from_bytes(profile).unwrap();
        assert_eq!(profile, Profile { sequence, hash });
    }
    assert!(!net.state.contains_key(&profile_key(address(&bob))));
}
