//! Who gets a name that several want, or one that looks like it.

use super::*;
use crate::tests::{START, body};

#[test]
fn across_blocks_the_first_wins_and_the_loser_gets_the_deposit_back() {
    let (mut net, [alice, bob, carol]) = people();
    let early = [order(&net, &bob, commit(&net, &bob, "shop", 1))];
    net.block(&early);
    net.run(&alice, commit(&net, &alice, "shop", 1));
    net.block(&[]);
    net.refuses_action(&bob, reclaim("shop", 1), "name_not_lost");
    net.run(&alice, reveal("shop", 1));
    // An earlier commitment does not help in a later block.
    net.refuses_action(&bob, reveal("shop", 1), "name_taken");
    let before = net.abc(&bob);
    let fee = net.run(&bob, reclaim("shop", 1));
    assert_eq!(net.abc(&bob), before + DEPOSIT - fee);
    assert_eq!(net.pot(Pot::Deposits), 0);
    net.refuses_action(&bob, reclaim("shop", 1), "no_commitment");

    // Whoever commits to a name that is taken already has nobody to blame.
    net.run(&carol, commit(&net, &carol, "shop", 1));
    net.block(&[]);
    net.refuses_action(&carol, reveal("shop", 1), "name_taken");
    net.refuses_action(&carol, reclaim("shop", 1), "name_not_lost");
}

#[test]
fn a_block_gives_a_name_to_the_earlier_commitment_or_is_no_block() {
    let (mut net, [alice, bob, _]) = people();
    net.run(&bob, commit(&net, &bob, "shop", 1));
    net.run(&alice, commit(&net, &alice, "shop", 1));
    net.block(&[]);
    let (early, late) =
        (order(&net, &bob, reveal("shop", 1)), order(&net, &alice, reveal("shop", 1)));
    let refused = |txs: &[Transaction]| {
        execute(&net.state, &net.context(), &body(txs), &|_| false).map(drop).unwrap_err()
    };
    let order = Rejection::Name(NameRefusal::Order);
    assert_eq!(refused(&[late.clone(), early.clone()]), (1, order));
    assert_eq!(order.code(), "name_order");
    let taken = Rejection::Name(NameRefusal::Taken);
    assert_eq!(refused(&[early.clone(), late.clone()]), (1, taken));

    // What a builder sorts by.
    let ranks = [&early, &late].map(|tx| reveal_rank(&net.state, tx).unwrap());
    assert!(ranks[0] < ranks[1]);
    assert_eq!(ranks[0], (Round(1), hash_of(&net, &bob, "shop", 1)));
    assert_eq!(reveal_rank(&net.state, &net.pay(&alice, address(&bob), 5_000)), None);
    net.block(&[early]);
    assert_eq!(net.named("shop").unwrap().owner, address(&bob));
}

#[test]
fn commitments_of_one_round_are_ordered_by_their_hash() {
    let (mut net, [alice, bob, _]) = people();
    let both = [&alice, &bob].map(|who| order(&net, who, commit(&net, who, "shop", 1)));
    net.block(&both);
    net.block(&[]);
    let mut reveals = [&alice, &bob]
        .map(|who| (hash_of(&net, who, "shop", 1), order(&net, who, reveal("shop", 1))));
    reveals.sort_unstable_by_key(|(hash, _)| *hash);
    let [(_, lesser), (_, greater)] = reveals;
    let wrong = body(&[greater, lesser]);
    let refused = execute(&net.state, &net.context(), &wrong, &|_| false).unwrap_err();
    assert_eq!(refused, (1, Rejection::Name(NameRefusal::Order)));
}

#[test]
fn the_all_cyrillic_twin_of_a_latin_name_is_refused() {
    let (latin, cyrillic) = ("cocoa", "сосоа");
    assert_ne!(name(latin), name(cyrillic));
    let (mut net, [alice, bob, _]) = people();
    net.run(&bob, commit(&net, &bob, cyrillic, 1));
    net.register(&alice, latin);
    net.refuses_action(&bob, reveal(cyrillic, 1), "looks_like");
    // Nobody could know: the deposit is not lost.
    net.run(&bob, reclaim(cyrillic, 1));
    net.run(&bob, commit(&net, &bob, cyrillic, 2));
    net.block(&[]);
    net.refuses_action(&bob, reveal(cyrillic, 2), "looks_like");
    net.refuses_action(&bob, reclaim(cyrillic, 2), "name_not_lost");

    // Its own owner may have both, and cannot sell them apart.
    net.register(&alice, cyrillic);
    net.refuses(&handover(&net, &alice, &bob, latin, false), "looks_like");
    net.refuses(&handover(&net, &alice, &bob, cyrillic, true), "looks_like");
}

#[test]
fn twins_of_one_block_go_by_their_commitments_too() {
    let (mut net, [alice, bob, _]) = people();
    net.run(&bob, commit(&net, &bob, "сосоа", 1));
    net.run(&alice, commit(&net, &alice, "cocoa", 1));
    net.block(&[]);
    let late = order(&net, &alice, reveal("cocoa", 1));
    let early = order(&net, &bob, reveal("сосоа", 1));
    let wrong = body(&[late, early]);
    let refused = execute(&net.state, &net.context(), &wrong, &|_| false).unwrap_err();
    assert_eq!(refused, (1, Rejection::Name(NameRefusal::Order)));
}

#[test]
fn one_owner_has_so_many_twins_and_no_more() {
    let (mut net, [alice, ..]) = people();
    net.edit(address(&alice), |account| account.abc = abc(50 * START));
    net.edit(address(&crate::tests::manager_account(1)), |account| account.abc = abc(0));
    // Every o can be a zero.
    let twin = |number: usize| {
        let letters = (0..5).map(|bit| if number >> bit & 1 == 0 { 'o' } else { '0' });
        format!("{}x", letters.collect::<String>())
    };
    for number in 0..MAX_TWINS {
        net.register(&alice, &twin(number));
    }
    net.run(&alice, commit(&net, &alice, &twin(MAX_TWINS), 1));
    net.block(&[]);
    net.refuses_action(&alice, reveal(&twin(MAX_TWINS), 1), "looks_like");
}

#[test]
fn a_sniper_pays_a_deposit_for_every_six_hundred_rounds_of_waiting() {
    let (mut net, [alice, sniper, _]) = people();
    let mut spent = 0;
    for period in 1..=5 {
        spent += net.run(&sniper, commit(&net, &sniper, "shop", period)) + DEPOSIT;
        net.skip(600);
    }
    net.block(&[]);
    assert_eq!(net.abc(&sniper), START - spent);
    assert_eq!(net.pot(Pot::Reserve), 5 * DEPOSIT);
    // Fifty minutes cost more than twenty years of the name; and the name was never taken.
    assert!(spent > 20 * FOUR);
    net.register(&alice, "shop");
}

/// A reveal with an earlier commitment to another name beside it would stand before one that was
/// committed to earlier, and take its name.
#[test]
fn a_transaction_reveals_one_name() {
    let (mut net, [alice, mallory, _]) = people();
    net.block(&[order(&net, &mallory, commit(&net, &mallory, "market", 1))]);
    net.block(&[order(&net, &alice, commit(&net, &alice, "shop", 1))]);
    net.block(&[order(&net, &mallory, commit(&net, &mallory, "shop", 1))]);
    net.skip(3);
    let both = vec![reveal("market", 1), reveal("shop", 1)];
    net.refuses(&signed(net.order_of(&[&mallory], both), &[&mallory]), "bad_transaction");
    let (early, late) =
        (order(&net, &alice, reveal("shop", 1)), order(&net, &mallory, reveal("shop", 1)));
    assert!(reveal_rank(&net.state, &early) < reveal_rank(&net.state, &late));
}
