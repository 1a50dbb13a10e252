//! How red envelopes end: the last claims, payouts to accounts old and new, what comes back.

use super::envelopes::{FEE, equal, fixture, lucky};
use super::gifts::Gift;
use super::signers::{add, falcon, retire};
use super::{Net, START, abc, actor, address};
use crate::*;
use types::{Amount, Round};

#[test]
fn a_claim_in_the_last_round_counts_and_one_later_does_not() {
    for make in [equal, lucky] {
        let gift = make();
        let (mut net, alice, bob, id) = fixture(&gift);
        let begin = net.abc(&alice);
        net.go_to(10);
        net.block(&[gift.claims(&net, id, 0, Some(address(&bob)))]);
        net.refuses(&gift.claims(&net, id, 1, None), "envelope_over");
        net.go_to(15);
        net.refuses(&gift.claims(&net, id, 1, None), "unknown_envelope");
        assert_eq!(net.abc(&alice), begin);
        let outcome = net.block(&[]);
        let Some(Claim::Paid { amount, .. }) = net.claimed(&gift.members[0]) else { panic!() };
        let back = gift.made.total.units() - amount.units() - FEE;
        assert_eq!((net.abc(&alice), net.abc(&bob)), (begin + back, START + amount.units()));
        let (home, entry) = outcome.entries.last().unwrap();
        assert_eq!(
            (*home, entry.kind),
            (address(&alice), EntryKind::EnvelopeBack { envelope: id })
        );
        assert_eq!(net.pot(Pot::Escrow), 0);
        net.refuses(&gift.claims(&net, id, 1, None), "unknown_envelope");
        assert_eq!((net.count("refund"), net.count("envelope/")), (0, 0));
    }
}

#[test]
fn a_new_address_gets_a_share_that_makes_an_account_and_no_smaller_one() {
    let fresh = Some(address(&actor(9)));
    for lucky in [false, true] {
        let rich = Gift::new(4, 1, (10_000 + FEE, 1), lucky);
        let (mut net, _, _, id) = fixture(&rich);
        net.block(&[rich.claims(&net, id, 0, fresh)]);
        net.go_to(8);
        assert_eq!(net.abc(&actor(9)), 10_000);
    }
    let poor = |lucky| Gift::new(5, 1, (9_999 + FEE, 1), lucky);
    let (net, _, _, id) = fixture(&poor(false));
    let refused = net.refuses(&poor(false).claims(&net, id, 0, fresh), "below_minimum");
    assert_eq!(refused, Rejection::BelowMinimum { least: abc(10_000) });

    let (mut net, _, _, id) = fixture(&poor(true));
    net.block(&[poor(true).claims(&net, id, 0, fresh)]);
    net.go_to(8);
    let waiting = Claim::Waiting { envelope: id, amount: abc(9_999) };
    assert_eq!(net.claimed(&poor(true).members[0]), Some(waiting));
    assert_eq!((net.account(address(&actor(9))), net.pot(Pot::Escrow)), (None, 9_999));
}

#[test]
fn payouts_and_refunds_follow_an_account_to_its_new_key() {
    let gift = lucky();
    let (mut net, alice, bob, id) = fixture(&gift);
    net.block(&[gift.claims(&net, id, 0, Some(address(&bob)))]);
    let [new, other] = [falcon(0), falcon(1)];
    net.block(&[
        net.with(&alice, vec![add(new), retire(&alice)], new),
        net.with(&bob, vec![add(other), retire(&bob)], other),
    ]);
    let before = (net.held(new).0, net.held(other).0);
    net.go_to(16);
    let Some(Claim::Paid { amount, .. }) = net.claimed(&gift.members[0]) else { panic!() };
    let back = 10_000_000 - amount.units() - FEE;
    assert_eq!((net.held(new).0, net.held(other).0), (before.0 + back, before.1 + amount.units()));
}

#[test]
fn refunds_beyond_what_a_block_takes_wait_for_the_next() {
    let (alice, gift) = (actor(1), equal());
    let mut net = Net::new(&[&alice]);
    net.edit(address(&alice), |account| account.abc = Amount::new(1_000 * START));
    for _ in 0..33 {
        net.block(&[net.by(&[&alice], vec![gift.action(); 16])]);
        net.round = Round(1);
    }
    // One more that is due a round later, and must wait for those before it.
    let mut late = equal();
    late.made.expiry = Round(11);
    net.block(&[net.by(&[&alice], vec![late.action()])]);
    net.go_to(15);
    assert_eq!(net.count("envelope/"), 33 * 16 + 1);
    for left in [33 * 16 + 1 - 256, 33 * 16 + 1 - 512, 0] {
        net.block(&[]);
        assert_eq!(net.count("envelope/"), left, "after round {:?}", net.round);
        assert_eq!(net.pot(Pot::Escrow), net.escrow());
    }
    assert_eq!((net.count("refund"), net.count("cell/refunds")), (0, 0));
    net.block(&[]);
    assert_eq!(net.pot(Pot::Escrow), 0);
}
