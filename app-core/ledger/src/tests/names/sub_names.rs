//! Sub-names and delegations.

use super::*;
use types::Timestamp;
use wire::Encode;

fn to(who: &EcdsaKey, until: Timestamp, revocable: bool) -> Delegation {
    Delegation { to: address(who), until, revocable }
}

/// Alice's name, and a moment some time before its end.
fn zone() -> (Net, [EcdsaKey; 3], Timestamp) {
    let (mut net, people) = people();
    net.register(&people[0], "shop");
    let until = net.context().time.plus_secs(DAY);
    (net, people, until)
}

#[test]
fn the_owner_writes_changes_and_removes_sub_names() {
    let (mut net, [alice, bob, _], _) = zone();
    net.refuses_action(&bob, set("a.shop", Some("x")), "not_name_owner");
    net.refuses_action(&alice, set("a.shop", None), "name_unknown");
    net.refuses_action(&alice, set("a.shops", Some("x")), "name_unknown");
    net.refuses_action(&alice, set("shop", Some("x")), "bad_transaction");
    net.run(&alice, set("a.shop", Some("one")));
    net.run(&alice, set("deep.down.a.shop", Some("two")));
    assert_eq!(net.sub_named("a.shop", 0).unwrap().record, Some(record("one")));
    assert_eq!(net.sub_named("deep.down.a.shop", 0).unwrap().sequence, 1);
    // No wildcard: what was not written is not there.
    assert_eq!(net.sub_named("down.a.shop", 0), None);
    net.run(&alice, set("a.shop", None));
    net.refuses_action(&alice, set("a.shop", None), "name_unknown");
    net.run(&alice, set("a.shop", Some("again")));
    let again = SubName { sequence: 3, record: Some(record("again")) };
    assert_eq!(net.sub_named("a.shop", 0), Some(again));
    // The first-level name has not changed by it.
    assert_eq!(net.named("shop").unwrap().sequence, 1);
}

#[test]
fn a_delegate_writes_its_label_and_all_below_while_it_may() {
    let (mut net, [alice, bob, carol], until) = zone();
    net.refuses_action(&bob, delegate("a.shop", Some(to(&bob, until, true))), "not_name_owner");
    net.run(&alice, delegate("a.shop", Some(to(&bob, until, true))));
    net.run(&bob, set("a.shop", Some("bob")));
    net.run(&bob, set("x.a.shop", Some("bob")));
    net.refuses_action(&bob, set("b.shop", Some("x")), "not_name_owner");
    net.refuses_action(&carol, set("a.shop", Some("x")), "not_name_owner");
    net.refuses_action(&bob, delegate("a.shop", None), "not_name_owner");
    net.refuses_action(&bob, update("shop", "x", 1), "not_name_owner");
    net.run(&alice, set("x.a.shop", Some("alice")));
    net.run(&alice, delegate("a.shop", None));
    net.refuses_action(&bob, set("a.shop", Some("x")), "not_name_owner");
    net.refuses_action(&alice, delegate("a.shop", None), "name_unknown");
    assert_eq!(net.sub_named("a.shop", 0).unwrap().record, Some(record("bob")));
}

#[test]
fn a_delegation_ends_by_itself_and_within_the_term() {
    let (mut net, [alice, bob, _], until) = zone();
    let term = net.named("shop").unwrap().term;
    let now = net.context().time;
    for until in [term.plus_millis(1), now, Timestamp(0)] {
        net.refuses_action(&alice, delegate("a.shop", Some(to(&bob, until, true))), "bad_until");
    }
    net.run(&alice, delegate("a.shop", Some(to(&bob, term, true))));
    net.run(&alice, delegate("a.shop", Some(to(&bob, until, true))));
    net.at(until);
    assert_eq!(net.check(&order(&net, &bob, set("a.shop", Some("x")))), Ok(()));
    net.skip(1);
    net.refuses_action(&bob, set("a.shop", Some("x")), "not_name_owner");
}

#[test]
fn labels_are_delegated_directly_under_the_first_level() {
    let (net, [alice, bob, _], until) = zone();
    for text in ["shop", "x.a.shop"] {
        net.refuses_action(&alice, delegate(text, Some(to(&bob, until, true))), "bad_transaction");
    }
}

#[test]
fn what_was_delegated_for_good_is_not_taken_back_by_any_way_round() {
    let (mut net, [alice, bob, carol], until) = zone();
    net.block(&[net.pay(&bob, address(&carol), 5_000)]);
    net.run(&alice, delegate("a.shop", Some(to(&bob, until, false))));
    let ways = [
        None,
        Some(to(&carol, until, false)),
        Some(to(&bob, until, true)),
        Some(to(&bob, Timestamp(until.0 - 1000), false)),
    ];
    for way in ways {
        net.refuses_action(&alice, delegate("a.shop", way), "label_delegated");
    }
    net.refuses_action(&alice, set("a.shop", Some("x")), "label_delegated");
    net.refuses_action(&alice, set("x.a.shop", Some("x")), "label_delegated");
    net.refuses(&handover(&net, &alice, &alice, "shop", true), "label_delegated");
    net.run(&alice, delegate("a.shop", Some(to(&bob, until.plus_secs(60), false))));

    // It binds the next owner, too.
    net.block(&[handover(&net, &alice, &bob, "shop", false)]);
    net.refuses(&handover(&net, &bob, &alice, "shop", true), "label_delegated");
    // A shorter one does not loosen the longer one.
    let shorter = net.context().time.plus_secs(60);
    net.run(&bob, delegate("b.shop", Some(to(&carol, shorter, false))));
    net.at(until.plus_secs(60));
    net.refuses(&handover(&net, &bob, &alice, "shop", true), "label_delegated");
    net.skip(1);
    assert_eq!(net.check(&handover(&net, &bob, &alice, "shop", true)), Ok(()));
}

#[test]
fn a_delegate_is_found_by_whatever_account_its_address_has_become() {
    let (mut net, [alice, bob, carol], until) = zone();
    let later = actor(9);
    net.run(&alice, delegate("a.shop", Some(to(&later, until, false))));
    net.refuses_action(&bob, set("a.shop", Some("x")), "not_name_owner");
    net.state.insert(alias_key(address(&later)), address(&bob).to_bytes().to_vec());
    net.run(&bob, set("a.shop", Some("mine now")));
    net.refuses_action(&carol, set("a.shop", Some("x")), "not_name_owner");
}

#[test]
fn a_transfer_with_clear_ends_ten_thousand_sub_names_by_one_write() {
    let (mut net, [alice, bob, carol], until) = zone();
    net.block(&[net.pay(&bob, address(&carol), 5_000)]);
    for number in 0..9_998 {
        let sub = SubName { sequence: 1, record: Some(record("written")) };
        let key = sub_name_key(&name(&format!("host-{number}.shop")), 0);
        net.state.insert(key, sub.to_bytes());
    }
    net.run(&alice, set("a.shop", Some("x")));
    net.run(&alice, set("x.a.shop", Some("x")));
    net.run(&alice, delegate("b.shop", Some(to(&carol, until, true))));
    let count = |net: &Net| net.state.keys().filter(|key| key.starts_with(b"sub/")).count();
    assert_eq!(count(&net), 10_000);

    let outcome = net.block(&[handover(&net, &alice, &bob, "shop", true)]);
    let keys: Vec<_> = outcome.changes.keys().cloned().collect();
    let expected = [
        account_key(address(&alice)),
        account_key(address(&bob)),
        Pot::Fees.key(),
        name_key(&name("shop")),
    ];
    assert!(keys.iter().all(|key| expected.contains(key)), "{keys:?}");
    assert_eq!((keys.len(), net.named("shop").unwrap().zone), (4, 1));
    for text in ["a.shop", "x.a.shop", "host-77.shop"] {
        assert!(net.sub_named(text, 0).is_some());
        assert_eq!(net.sub_named(text, 1), None);
    }
    net.refuses_action(&carol, set("b.shop", Some("x")), "not_name_owner");
    net.run(&bob, set("a.shop", Some("fresh")));
    assert_eq!(net.sub_named("a.shop", 1).unwrap().sequence, 1);
}
