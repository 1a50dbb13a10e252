//! Red envelopes: who may claim, when, and where all of the money goes.

use super::gifts::{Gift, claim_by, stranger};
use super::signers::by_all;
use super::{Net, START, abc, actor, address};
use crate::*;
use keys::EcdsaKey;
use types::Round;
use wire::Encode;

/// The fee of a claim that is paid to an address.
pub(super) const FEE: u64 = 1_696;
/// And of one that waits under its key.
const WAITING_FEE: u64 = FEE - 2 * 21;

pub(super) fn fixture(gift: &Gift) -> (Net, EcdsaKey, EcdsaKey, RedEnvelopeId) {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    let id = net.gives(&alice, gift);
    (net, alice, bob, id)
}

pub(super) fn equal() -> Gift {
    Gift::new(1, 4, (10_000_001, 3), false)
}

pub(super) fn lucky() -> Gift {
    Gift::new(2, 4, (10_000_000, 3), true)
}

#[test]
fn a_claim_has_the_size_that_its_price_is_made_of() {
    let gift = equal();
    let (net, _, bob, id) = fixture(&gift);
    let tx = gift.claims(&net, id, 0, Some(address(&bob)));
    assert_eq!(tx.to_bytes().len(), crate::prices::CLAIM);
    assert_eq!((tx.fee, net.genesis.params.prices.claim()), (abc(FEE), Some(abc(FEE))));
    assert_eq!(gift.claims(&net, id, 0, None).fee, abc(WAITING_FEE));
    assert_eq!(net.genesis.params.prices.waiting_claim(), Some(abc(WAITING_FEE)));
}

#[test]
fn equal_shares_are_paid_at_once_and_the_first_get_the_remainder() {
    let gift = equal();
    let (mut net, alice, bob, id) = fixture(&gift);
    assert_eq!(net.pot(Pot::Escrow), 10_000_001);
    let fees = net.fees();
    let to = Some(address(&bob));
    let first = gift.claims(&net, id, 2, to);
    let outcome = net.block(&[first, gift.claims(&net, id, 0, None), gift.claims(&net, id, 1, to)]);
    let share = 10_000_001 / 3;
    assert_eq!(net.abc(&bob), START + (share + 1 - FEE) + (share - FEE));
    let waiting = Claim::Waiting { envelope: id, amount: abc(share + 1 - WAITING_FEE) };
    assert_eq!(net.claimed(&gift.members[0]), Some(waiting));
    let paid = Claim::Paid { envelope: id, amount: abc(share - FEE) };
    assert_eq!(net.claimed(&gift.members[1]), Some(paid));
    assert_eq!(net.fees(), fees + 2 * FEE + WAITING_FEE);
    assert_eq!(net.pot(Pot::Escrow), share + 1 - WAITING_FEE);
    let (home, entry) = &outcome.entries[0];
    assert_eq!((*home, entry.kind), (address(&bob), EntryKind::EnvelopeIn { envelope: id }));
    assert_eq!((entry.counterparty, entry.tx), (None, outcome.receipts[0].tx));
    assert_eq!(net.account(address(&alice)).unwrap().nonce, 1);

    net.refuses(&gift.claims(&net, id, 3, to), "envelope_empty");
}

#[test]
fn the_creator_gives_from_its_account_and_names_the_envelope() {
    let gift = equal();
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    let tx = net.by(&[&alice], vec![gift.action(), gift.action()]);
    let outcome = net.block(std::slice::from_ref(&tx));
    let ids = [0, 1].map(|action| RedEnvelopeId::of(tx.id(), action));
    let kinds: Vec<_> = outcome.entries.iter().map(|(_, entry)| entry.kind).collect();
    let out = ids.map(|envelope| EntryKind::EnvelopeOut { envelope });
    assert_eq!(kinds, [EntryKind::Fee, out[0], out[1]]);
    assert_eq!(net.abc(&alice), START - 20_000_002 - tx.fee.units());
    assert_eq!(ids.map(|id| net.red_envelope(id).unwrap().tx), [tx.id(), tx.id()]);
}

#[track_caller]
fn spoilt(code: &str, spoil: impl FnOnce(&mut CreateEnvelope)) {
    let (alice, mut gift) = (actor(1), equal());
    let mut net = Net::new(&[&alice]);
    net.go_to(5);
    assert_eq!(net.check(&net.by(&[&alice], vec![gift.action()])), Ok(()));
    spoil(&mut gift.made);
    net.refuses(&net.by(&[&alice], vec![gift.action()]), code);
}

#[test]
fn what_makes_no_red_envelope() {
    spoilt("bad_transaction", |made| made.shares = 0);
    spoilt("bad_transaction", |made| made.shares = 101);
    spoilt("below_minimum", |made| made.total = abc(3 * (FEE + 1) - 1));
    spoilt("insufficient_funds", |made| made.total = abc(START));
    spoilt("insufficient_funds", |made| made.total = abc(u64::MAX));
    spoilt("envelope_over", |made| made.expiry = Round(4));
    spoilt("expiry_too_far", |made| made.expiry = Round(5 + 30 * 24 * 3600 + 1));
    spoilt("no_account", |made| made.refund_to = RefundTo::Account(address(&actor(9))));
    spoilt("bad_transaction", |made| made.source = 1);
}

#[test]
fn the_smallest_shares_leave_one_unit_to_each() {
    let mut gift = Gift::new(3, 3, (3 * (FEE + 1), 3), true);
    for lucky in [true, false] {
        gift.made.lucky = lucky;
        let (mut net, _, bob, id) = fixture(&gift);
        let to = Some(address(&bob));
        net.block(&[0, 1, 2].map(|member| gift.claims(&net, id, member, to)));
        net.go_to(8);
        for member in &gift.members {
            assert_eq!(net.claimed(member), Some(Claim::Paid { envelope: id, amount: abc(1) }));
        }
        assert_eq!((net.abc(&bob), net.pot(Pot::Escrow)), (START + 3, 0));
    }
}

#[test]
fn a_lucky_share_is_drawn_when_the_beacon_of_four_rounds_later_is_known() {
    let gift = lucky();
    let (mut net, alice, bob, id) = fixture(&gift);
    let to = Some(address(&bob));
    let created = net.red_envelope(id).unwrap().tx;
    net.block(&[1, 3].map(|member| gift.claims(&net, id, member, to)));
    let drawing = Claim::Drawing { envelope: id, fee: abc(FEE), pay_to: to };
    assert_eq!(net.round, Round(3));
    net.go_to(7);
    assert_eq!(net.claimed(&gift.members[1]), Some(drawing), "round 6 has no beacon yet");
    assert_eq!(net.abc(&bob), START);

    let beacon = net.context().beacon;
    let outcome = net.block(&[]);
    let least = abc(FEE + 1);
    let share = |member: usize, left: u64, shares| {
        let range = lucky_range(abc(left), shares, least);
        lucky_share(&beacon, id, &gift.members[member].public(), range).units()
    };
    let first = share(1, 10_000_000, 3);
    let second = share(3, 10_000_000 - first, 2);
    let entries: Vec<_> = outcome.entries.iter().map(|(_, e)| (e.tx, e.delta.abc)).collect();
    let line = |share: u64| (created, Delta::plus(share - FEE));
    assert_eq!(entries, [line(first), line(second)]);
    assert_eq!(net.red_envelope(id).unwrap().left, abc(10_000_000 - first - second));
    assert_eq!(net.count("draw"), 0, "nothing is left of the list");
    assert_eq!(net.abc(&alice), START - 10_000_000 - net_fee(&net, &gift));
}

fn net_fee(net: &Net, gift: &Gift) -> u64 {
    let mut tx = net.by(&[&actor(1)], vec![gift.action()]);
    tx.sources[0].reveal = Some(actor(1).public());
    net.with_fee(tx).fee.units()
}

#[test]
fn only_the_member_itself_can_claim_its_share() {
    let gift = equal();
    let (net, _, bob, id) = fixture(&gift);
    let to = Some(address(&bob));
    let good = gift.claim(id, 2, to);
    assert_eq!(net.check(&claim_by(&net, &[], good.clone(), &gift.members[2])), Ok(()));
    for other in [&gift.members[0], &gift.members[1], &gift.members[3], &stranger()] {
        net.refuses(&claim_by(&net, &[], good.clone(), other), "bad_signature");
        let own = ClaimEnvelope { key: other.public(), ..good.clone() };
        net.refuses(&claim_by(&net, &[], own, other), "bad_claim_path");
    }
    for level in 0..CLAIM_LEVELS {
        let mut bent = good.clone();
        bent.path[level][7] ^= 1;
        net.refuses(&claim_by(&net, &[], bent, &gift.members[2]), "bad_claim_path");
    }
    let elsewhere = ClaimEnvelope { index: good.index ^ 1, ..good.clone() };
    net.refuses(&claim_by(&net, &[], elsewhere, &gift.members[2]), "bad_claim_path");
    let outside = ClaimEnvelope { index: 1024 + good.index, ..good.clone() };
    net.refuses(&claim_by(&net, &[], outside, &gift.members[2]), "bad_transaction");
    let other = ClaimEnvelope { envelope: RedEnvelopeId([9; 32]), ..good };
    net.refuses(&claim_by(&net, &[], other, &gift.members[2]), "unknown_envelope");
}

#[test]
fn a_node_cannot_change_a_claim_on_its_way() {
    let gift = equal();
    let (net, alice, bob, id) = fixture(&gift);
    let good = gift.claims(&net, id, 0, Some(address(&bob)));
    let change = |spoil: &dyn Fn(&mut ClaimEnvelope)| {
        let mut tx = good.clone();
        let Action::ClaimEnvelope(claim) = &mut tx.actions[0] else { unreachable!() };
        spoil(claim);
        net.with_fee(tx)
    };
    net.refuses(&change(&|claim| claim.pay_to = Some(address(&alice))), "bad_signature");
    net.refuses(&change(&|claim| claim.pay_to = None), "bad_signature");
    let mut later = good.clone();
    later.expiry = later.expiry.next();
    net.refuses(&later, "bad_signature");
    let mut dear = good.clone();
    dear.fee = abc(FEE + 1);
    net.refuses(&dear, "bad_fee");
    let mut elsewhere = good;
    elsewhere.chain = types::ChainId([1; 32]);
    net.refuses(&elsewhere, "wrong_network");
}

#[test]
fn a_claim_key_serves_once_for_ever() {
    let gift = equal();
    let (mut net, alice, bob, id) = fixture(&gift);
    let tx = gift.claims(&net, id, 0, Some(address(&bob)));
    net.block(std::slice::from_ref(&tx));
    net.refuses(&tx, "already_claimed");
    net.refuses(&gift.claims(&net, id, 0, None), "already_claimed");
    // The same members in another red envelope: a key is worth nothing there either.
    let again = net.gives(&alice, &gift);
    net.refuses(&gift.claims(&net, again, 0, None), "already_claimed");
    net.go_to(16);
    assert_eq!((net.red_envelope(id), net.red_envelope(again)), (None, None));
    net.refuses(&gift.claims(&net, id, 0, None), "unknown_envelope");
    assert!(net.claimed(&gift.members[0]).is_some());
}

#[test]
fn a_claim_stands_alone_or_has_a_source_that_pays_for_it() {
    let gift = equal();
    let (mut net, _, bob, id) = fixture(&gift);
    let to = Some(address(&bob));
    let actions: Vec<_> = [0, 1]
        .iter()
        .map(|member| Action::ClaimEnvelope(Box::new(gift.claim(id, *member, to))))
        .collect();
    let members = [&gift.members[0], &gift.members[1]];
    let pair = net.plan(&[], actions.clone());
    net.refuses(&by_all(pair, &[members[0], members[1]]), "bad_transaction");
    let pay = Action::Pay(Pay { source: 0, to: address(&bob), amount: abc(5_000) });
    let beside = net.plan(&[], vec![actions[0].clone(), pay]);
    net.refuses(&by_all(beside, &[members[0]]), "bad_transaction");

    let both = by_all(net.plan(&[&bob], actions), &[&bob, members[0], members[1]]);
    net.block(std::slice::from_ref(&both));
    let share = 10_000_001 / 3;
    assert_eq!(net.abc(&bob), START + 2 * (share + 1) - both.fee.units());
}
