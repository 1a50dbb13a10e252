//! A name's year, its grace, and what begins again.

use super::*;

#[test]
fn renewal_from_ninety_days_before_the_end_by_anyone() {
    let (mut net, [alice, bob, _]) = people();
    net.register(&alice, "shop");
    let shop = net.named("shop").unwrap();
    let from = shop.renewable_from();
    assert_eq!(from.0, shop.term.0 - 90 * DAY * 1000);
    net.at(from);
    net.round = Round(net.round.0 - 1);
    let early = net.refuses_action(&bob, renew("shop"), "renewal_too_early");
    assert_eq!(early, Rejection::Name(NameRefusal::RenewalTooEarly { from }));
    net.at(from);
    let (before, fees) = (net.abc(&bob), net.fees());
    let fee = net.run(&bob, renew("shop"));
    assert_eq!(net.abc(&bob), before - fee - FOUR);
    assert_eq!(net.fees(), fees + fee + FOUR);
    let renewed = net.named("shop").unwrap();
    assert_eq!(renewed.term, shop.term.plus_millis(YEAR_MS));
    // It is the same name of the same owner.
    assert_eq!(RegisteredName { term: shop.term, ..renewed }, shop);
    net.refuses_action(&bob, renew("shop"), "renewal_too_early");
}

#[test]
fn in_grace_a_name_is_renewed_and_nothing_else() {
    let (mut net, [alice, bob, _]) = people();
    net.register(&alice, "shop");
    net.run(&bob, commit(&net, &bob, "market", 1));
    let shop = net.named("shop").unwrap();
    net.at(shop.term);
    net.run(&alice, update("shop", "last moment", 1));
    assert_eq!(shop.standing(net.context().time), Standing::Grace);
    net.refuses_action(&alice, update("shop", "x", 2), "name_in_grace");
    net.refuses_action(&alice, set("a.shop", Some("x")), "name_in_grace");
    net.refuses_action(&alice, delegate("a.shop", None), "name_in_grace");
    net.refuses(&handover(&net, &alice, &bob, "shop", true), "name_in_grace");
    net.run(&bob, commit(&net, &bob, "shop", 1));
    net.block(&[]);
    net.refuses_action(&bob, reveal("shop", 1), "name_taken");
    net.at(shop.kept_until());
    net.run(&bob, renew("shop"));
    let renewed = net.named("shop").unwrap();
    assert_eq!((renewed.term, renewed.owner), (shop.term.plus_millis(YEAR_MS), shop.owner));
    assert_eq!(renewed.standing(net.context().time), Standing::Live);
}

#[test]
fn a_lapsed_name_is_free_by_commit_and_reveal_and_its_numbers_go_on() {
    let (mut net, [alice, bob, _]) = people();
    net.register(&alice, "shop");
    net.run(&bob, commit(&net, &bob, "market", 1));
    net.run(&alice, update("shop", "second", 1));
    net.run(&alice, set("a.shop", Some("sub")));
    let shop = net.named("shop").unwrap();
    net.at(shop.kept_until());
    net.skip(1);
    for action in [renew("shop"), update("shop", "x", 2), set("b.shop", Some("x"))] {
        net.refuses_action(&alice, action, "name_unknown");
    }
    net.refuses(&handover(&net, &alice, &bob, "shop", true), "name_unknown");
    net.refuses_action(&bob, reveal("shop", 1), "no_commitment");
    net.register(&bob, "shop");
    let again = net.named("shop").unwrap();
    assert_eq!((again.owner, again.sequence, again.zone), (address(&bob), 3, 1));
    assert_eq!(again.record, record("first"));
    assert_eq!(net.sub_named("a.shop", 1), None);
    assert!(again.term > shop.kept_until());
}

#[test]
fn the_twin_of_a_lapsed_name_is_free() {
    let (mut net, [alice, bob, _]) = people();
    net.register(&alice, "cocoa");
    net.at(net.named("cocoa").unwrap().kept_until());
    net.run(&bob, commit(&net, &bob, "сосоа", 1));
    net.block(&[]);
    net.run(&bob, reveal("сосоа", 1));
    assert_eq!(net.named("сосоа").unwrap().owner, address(&bob));
    // Now the other way round.
    net.run(&alice, commit(&net, &alice, "cocoa", 1));
    net.block(&[]);
    net.refuses_action(&alice, reveal("cocoa", 1), "looks_like");
}

#[test]
fn nobody_renews_what_was_never_registered() {
    let (net, [alice, ..]) = people();
    net.refuses_action(&alice, renew("shop"), "name_unknown");
}
