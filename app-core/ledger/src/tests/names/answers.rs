//! What an answer about a name proves, for how long, and when money may follow it.

use super::tree::Tree;
use super::*;
use types::Timestamp;
use wire::Encode;

/// What an honest node answers under the present state.
fn answer(net: &Net, text: &str) -> (NameAnswer, [u8; 32], Timestamp) {
    let (tree, wanted, time) = (Tree::new(&net.state), name(text), net.context().time);
    let first = net.named(text);
    let held = first.as_ref().filter(|first| first.is_held(time));
    let sub = held.filter(|_| !wanted.is_first_level()).map(|first| SubAnswer {
        value: net.sub_named(text, first.zone),
        proof: tree.prove(&sub_name_key(&wanted, first.zone)),
    });
    let proof = tree.prove(&name_key(&wanted));
    (NameAnswer { round: net.round, first, proof, sub }, tree.root(), time)
}

fn resolve(net: &Net, text: &str) -> Resolved {
    let (answer, root, time) = answer(net, text);
    let bytes = answer.to_bytes();
    let answer = NameAnswer::from_bytes(&bytes).unwrap();
    answer.resolve(&name(text), &root, time).unwrap()
}

#[track_caller]
fn found(resolved: &Resolved) -> &FoundName {
    match &resolved.state {
        NameState::Live(found) | NameState::Grace(found) => found,
        NameState::Absent => panic!("absent"),
    }
}

#[track_caller]
fn refused(resolved: &Resolved, seen: Option<(u64, u64)>) -> NotPayable {
    resolved.for_payment(resolved.time, seen).map(drop).unwrap_err()
}

/// Writes a record of this form into a live name.
fn write(net: &mut Net, who: &EcdsaKey, text: &str, change: impl FnOnce(&mut NameRecord)) {
    let mut action = update(text, "words", net.named(text).unwrap().sequence);
    let Action::UpdateName(update) = &mut action else { panic!("no update") };
    change(&mut update.record);
    net.run(who, action);
}

#[test]
fn a_live_name_resolves_to_its_record_until_its_time_to_live_ends() {
    let (mut net, [alice, bob, _]) = people();
    net.register(&alice, "shop");
    let resolved = resolve(&net, "shop");
    let time = net.context().time;
    assert_eq!((resolved.time, resolved.good_until), (time, time.plus_secs(3600)));
    assert!(matches!(resolved.state, NameState::Live(_)));
    assert_eq!(found(&resolved).record, record("first"));
    // Without an address it is its owner's account that is paid.
    let (shop, to) = resolved.for_payment(time, None).unwrap();
    assert_eq!((shop.version(), to), ((0, 1), address(&alice)));
    assert!(resolved.is_good(time.plus_secs(3600)));
    assert!(!resolved.is_good(time.plus_secs(3601)));

    write(&mut net, &alice, "shop", |record| record.address = Some(address(&bob)));
    assert_eq!(resolve(&net, "shop").for_payment(time, None).unwrap().1, address(&bob));
}

#[test]
fn no_answer_is_good_beyond_the_term_nor_a_day_with_service_addresses() {
    let (mut net, [alice, ..]) = people();
    net.register(&alice, "shop");
    write(&mut net, &alice, "shop", |record| record.ttl = NameRecord::MAX_TTL);
    let time = net.context().time;
    assert_eq!(resolve(&net, "shop").good_until, time.plus_secs(7 * DAY));
    write(&mut net, &alice, "shop", |record| {
        record.ttl = NameRecord::MAX_TTL;
        record.services = vec!["https://shop.example".to_owned()];
    });
    let time = net.context().time;
    assert_eq!(resolve(&net, "shop").good_until, time.plus_secs(DAY));
    let term = net.named("shop").unwrap().term;
    net.at(Timestamp(term.0 - 30_000));
    let last = resolve(&net, "shop");
    assert_eq!(last.good_until, term);
    // Its last half minute is not stretched to the minute in which an answer counts as fresh.
    assert!(last.for_payment(term, None).is_ok());
    let late = last.for_payment(term.plus_millis(1), None).map(drop);
    assert_eq!(late, Err(NotPayable::Stale));
}

#[test]
fn the_remaining_time_does_not_grow_over_five_hops() {
    let (mut net, [alice, ..]) = people();
    net.register(&alice, "shop");
    let (answer, root, time) = answer(&net, "shop");
    let first = answer.resolve(&name("shop"), &root, time).unwrap();
    let mut bytes = answer.to_bytes();
    for _hop in 0..5 {
        let passed_on = NameAnswer::from_bytes(&bytes).unwrap();
        assert_eq!(passed_on.resolve(&name("shop"), &root, time).unwrap(), first);
        bytes = passed_on.to_bytes();
    }
}

#[test]
fn in_grace_a_name_is_read_and_not_paid() {
    let (mut net, [alice, ..]) = people();
    net.register(&alice, "shop");
    net.run(&alice, set("a.shop", Some("sub")));
    let shop = net.named("shop").unwrap();
    net.at(shop.term);
    assert!(matches!(resolve(&net, "shop").state, NameState::Live(_)));
    net.skip(1);
    for text in ["shop", "a.shop"] {
        let resolved = resolve(&net, text);
        assert!(matches!(resolved.state, NameState::Grace(_)));
        assert_eq!(refused(&resolved, None), NotPayable::Grace);
    }
    net.at(Timestamp(shop.kept_until().0 - 5_000));
    assert_eq!(resolve(&net, "shop").good_until, shop.kept_until());
}

#[test]
fn a_lapsed_name_and_all_below_it_are_absent() {
    let (mut net, [alice, bob, _]) = people();
    net.register(&alice, "shop");
    net.run(&alice, set("a.shop", Some("sub")));
    net.at(net.named("shop").unwrap().kept_until());
    net.skip(1);
    for text in ["shop", "a.shop"] {
        let resolved = resolve(&net, text);
        assert_eq!(resolved.state, NameState::Absent, "{text}");
        assert_eq!(refused(&resolved, None), NotPayable::Absent);
    }
    // Nor do they come back with the next owner.
    net.register(&bob, "shop");
    assert_eq!(found(&resolve(&net, "shop")).version(), (1, 2));
    assert_eq!(resolve(&net, "a.shop").state, NameState::Absent);
}

#[test]
fn absence_is_believed_for_a_minute() {
    let (mut net, [alice, ..]) = people();
    let time = net.context().time;
    for text in ["shop", "a.b.shop"] {
        let resolved = resolve(&net, text);
        assert_eq!(resolved.state, NameState::Absent);
        assert_eq!(resolved.good_until, time.plus_secs(60));
    }
    net.register(&alice, "shop");
    assert_eq!(resolve(&net, "a.b.shop").state, NameState::Absent);
    net.run(&alice, set("a.b.shop", Some("here")));
    assert_eq!(found(&resolve(&net, "a.b.shop")).record, record("here"));
    net.run(&alice, set("a.b.shop", None));
    assert_eq!(resolve(&net, "a.b.shop").state, NameState::Absent);
}

#[test]
fn a_sub_name_without_address_is_nobody_to_pay() {
    let (mut net, [alice, ..]) = people();
    net.register(&alice, "shop");
    net.run(&alice, set("a.shop", Some("sub")));
    let resolved = resolve(&net, "a.shop");
    assert_eq!(found(&resolved).owner, address(&alice));
    assert_eq!(refused(&resolved, None), NotPayable::NoAddress);
}

#[test]
fn after_a_transfer_the_new_owner_is_paid_or_nobody() {
    let (mut net, [alice, bob, carol]) = people();
    net.register(&alice, "shop");
    net.block(&[net.pay(&bob, address(&carol), 5_000)]);
    write(&mut net, &alice, "shop", |record| record.address = Some(address(&alice)));
    let old = resolve(&net, "shop");
    net.block(&[handover(&net, &alice, &bob, "shop", false)]);
    let new = resolve(&net, "shop");
    let (shop, to) = new.for_payment(net.context().time, None).unwrap();
    assert_eq!((shop.version(), to), ((0, 3), address(&bob)));
    // Who has seen the new state reports whoever shows the old one; who has not is safe in a minute.
    let seen = Some(shop.version());
    assert!(new.for_payment(new.time, seen).is_ok());
    assert_eq!(refused(&old, seen), NotPayable::WentBack);
    assert_eq!(refused(&old, Some((1, 0))), NotPayable::WentBack);
    assert!(old.for_payment(old.time.plus_secs(60), None).is_ok());
    for later in [61, 2 * 3600] {
        let late = old.for_payment(old.time.plus_secs(later), None).map(drop);
        assert_eq!(late, Err(NotPayable::Stale));
    }
}

#[test]
fn only_the_proof_counts() {
    let (mut net, [alice, bob, _]) = people();
    net.register(&alice, "shop");
    net.register(&bob, "market");
    net.run(&alice, set("a.shop", Some("sub")));
    let (good, root, time) = answer(&net, "shop");
    let shop = name("shop");
    let fails = |answer: &NameAnswer, wanted: &Name| answer.resolve(wanted, &root, time).is_err();
    assert!(!fails(&good, &shop));
    assert!(fails(&good, &name("market")));
    assert!(good.resolve(&shop, &[7; 32], time).is_err());
    assert!(fails(&NameAnswer { first: None, ..good.clone() }, &shop));
    let mut lie = good.clone();
    lie.first.as_mut().unwrap().owner = address(&bob);
    assert!(fails(&lie, &shop));

    // A sub-name is neither left out nor added, and stands in its own zone.
    let sub_name = name("a.shop");
    let (sub, ..) = answer(&net, "a.shop");
    assert!(!fails(&sub, &sub_name));
    let left_out = NameAnswer { sub: None, ..sub.clone() };
    let refusal = left_out.resolve(&sub_name, &root, time);
    assert_eq!(refusal, Err(AnswerError::OtherQuestion));
    assert_eq!(sub.resolve(&shop, &root, time), Err(AnswerError::OtherQuestion));
    assert!(fails(&sub, &name("b.shop")));
    let mut hidden = sub.clone();
    hidden.sub.as_mut().unwrap().value = None;
    assert!(fails(&hidden, &sub_name));
    let mut other_zone = sub;
    other_zone.sub.as_mut().unwrap().proof =
        Tree::new(&net.state).prove(&sub_name_key(&sub_name, 1));
    assert!(fails(&other_zone, &sub_name));
}
