//! Red envelopes given out of the pool: nobody sees by whom, and what nobody claims waits for the
//! giver under a key. One bundle is really proved; every attack is made of it, or refused before a
//! proof is looked at.

use super::*;
use crate::tests::gifts::{Gift, stranger};
use crate::tests::signers::by_all;
use keys::Ed25519Key;
use types::Address;

/// Signs for what nobody claims.
fn giver() -> Ed25519Key {
    stranger()
}

/// Two shares of 1 ABC.
fn gift() -> Gift {
    let mut gift = Gift::new(12, 2, (2_000_000, 2), false);
    gift.made.refund_to = RefundTo::Key(giver().public());
    // As far ahead as tests of refunds are used to.
    gift.made.expiry = Round(20);
    gift
}

/// The pool with a note of 5 ABC.
fn rich() -> (Net, Made) {
    let Story { nets, shield, .. } = story();
    (copy(&nets[1]), found(shield, &person(1)))
}

/// Out of a note of 5 ABC, so much and the fee.
fn out_of<'a>(net: &'a Net, made: &'a Made, total: u64) -> impl Fn(u64) -> Plan + 'a {
    let leaves: Vec<Commitment> = bundle(&story().shield).effects.commitments().collect();
    let anchor = pool(&net.state).unwrap().anchor;
    move |fee| Plan {
        anchor,
        spends: vec![spend(net, &leaves, made)],
        outputs: vec![output(net, &person(1), 5_000_000 - total - fee)],
    }
}

fn proved() -> &'static (Net, Gift, Transaction) {
    static PROVED: OnceLock<(Net, Gift, Transaction)> = OnceLock::new();
    PROVED.get_or_init(|| {
        let ((net, made), gift) = (rich(), gift());
        let plan = out_of(&net, &made, 2_000_000);
        let tx = by_all(private(&net, &[], vec![gift.action()], &plan), &[&giver()]);
        drop(plan);
        (net, gift, tx)
    })
}

#[test]
fn a_red_envelope_out_of_the_pool_is_claimed_like_any_other_and_names_nobody() {
    let (before, gift, tx) = proved();
    let mut net = copy(before);
    let (supply, held) = (net.supply(), pool(&net.state).unwrap().balance.units());
    let outcome = net.block(std::slice::from_ref(tx));
    assert_eq!(outcome.entries, [], "no account's history tells of it");
    assert_eq!((net.supply(), net.escrow()), (supply, net.pot(Pot::Escrow)));
    assert_eq!(net.pot(Pot::Escrow), 2_000_000);
    let left = held - 2_000_000 - tx.fee.units();
    assert_eq!(pool(&net.state).unwrap().balance.units(), left);
    let id = RedEnvelopeId::of(tx.id(), 0);
    let record = net.red_envelope(id).unwrap();
    assert_eq!((record.total, record.refund_to), (abc(2_000_000), gift.made.refund_to));
    let bob = Some(address(&bob()));
    net.block(&[gift.claims(&net, id, 0, bob)]);
    assert!(matches!(net.claimed(&gift.members[0]), Some(Claim::Paid { .. })));
    net.refuses(tx, "nullifier_spent");
}

#[test]
fn what_nobody_claims_waits_under_the_givers_key_and_is_collected_once() {
    let (before, gift, tx) = proved();
    let mut net = copy(before);
    net.block(std::slice::from_ref(tx));
    let id = RedEnvelopeId::of(tx.id(), 0);
    let (key, pay_to) = (giver(), Some(address(&alice())));
    let collect = CollectEnvelope { envelope: id, key: key.public(), pay_to };
    assert_eq!(net.claimed(&key), Some(Claim::Reserved { envelope: id }));
    let collects =
        |net: &Net| by_all(net.order_of(&[], vec![Action::CollectEnvelope(collect)]), &[&key]);
    net.refuses(&collects(&net), "nothing_waits");
    net.block(&[gift.claims(&net, id, 0, Some(address(&bob())))]);
    net.go_to(26);
    let waits = Claim::Waiting { envelope: id, amount: abc(1_000_000) };
    assert_eq!((net.claimed(&key), net.red_envelope(id)), (Some(waits), None));
    assert_eq!((net.escrow(), net.pot(Pot::Escrow)), (1_000_000, 1_000_000));
    let (had, order, supply) = (net.abc(&alice()), collects(&net), net.supply());
    net.block(std::slice::from_ref(&order));
    assert_eq!(net.abc(&alice()), had + 1_000_000 - order.fee.units());
    assert_eq!((net.pot(Pot::Escrow), net.supply()), (0, supply));
    net.refuses(&order, "already_claimed");
}

#[test]
fn nothing_is_left_of_a_key_that_nothing_came_back_to() {
    let (before, gift, tx) = proved();
    let mut net = copy(before);
    net.block(std::slice::from_ref(tx));
    let id = RedEnvelopeId::of(tx.id(), 0);
    let bob = Some(address(&bob()));
    net.block(&[gift.claims(&net, id, 0, bob), gift.claims(&net, id, 1, bob)]);
    net.go_to(26);
    assert_eq!((net.claimed(&giver()), net.pot(Pot::Escrow)), (None, 0));
}

#[test]
fn the_key_of_the_rest_signs_and_is_nobody_elses() {
    let (net, gift, tx) = proved();
    assert_eq!(net.check(tx), Ok(()));
    net.refuses(&Transaction { witness: vec![], ..tx.clone() }, "bad_signature");
    net.refuses(&by_all(tx.clone(), &[&gift.members[0]]), "bad_signature");
    // Another key in its place: the bundle is bound to what it was proved for.
    let other = CreateEnvelope { refund_to: RefundTo::Key(gift.members[0].public()), ..gift.made };
    let stolen = Transaction { actions: vec![Action::CreateEnvelope(other)], ..tx.clone() };
    net.refuses(&by_all(stolen, &[&gift.members[0]]), "bad_proof");
    // Who reads it in the mempool and is faster cannot sign for its key.
    let copied = net.order_of(&[&bob()], vec![gift.action()]);
    net.refuses(&signed(copied, &[&bob()]), "bad_signature");
    // A key that is used, or reserved, serves no second time.
    let mut net = copy(net);
    let again = by_all(net.plan(&[&bob()], vec![gift.action()]), &[&bob(), &giver()]);
    net.block(std::slice::from_ref(tx));
    net.refuses(&again, "already_claimed");
}

#[test]
fn what_leaves_the_pool_is_the_total_and_the_fee_to_the_unit() {
    let ((net, made), gift) = (rich(), gift());
    // Whatever its proof is: nobody has made one.
    let believed = |made_of: CreateEnvelope, out: u64| {
        let order = net.order_of(&[], vec![Action::CreateEnvelope(made_of)]);
        let (tx, _) = unproved(&net, order, &out_of(&net, &made, out));
        let block = body(&[by_all(tx, &[&giver()])]);
        let done = execute(&net.state, &net.context(), &block, &|_| true);
        done.map(|_| ()).map_err(|(_, why)| why.code())
    };
    assert_eq!(believed(gift.made, 2_000_000), Ok(()));
    assert_eq!(believed(gift.made, 2_000_001), Err("bad_transaction"));
    assert_eq!(believed(gift.made, 1_999_999), Err("insufficient_funds"));
    // To an account that is there it may come back as well, if its owner wants that.
    let back = |to: Address| CreateEnvelope { refund_to: RefundTo::Account(to), ..gift.made };
    assert_eq!(believed(back(address(&bob())), 2_000_000), Ok(()));
    assert_eq!(believed(back(address(&actor(9))), 2_000_000), Err("no_account"));
}
