//! What payments do when all is well.

use super::{Net, START, abc, actor, address, signed};
use crate::*;
use keys::Words;
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use types::Round;
use wire::Encode;

#[test]
fn a_payment_moves_money_and_leaves_its_trace() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice]);
    let tx = net.pay(&alice, address(&bob), 5_000_000);
    let outcome = net.block(std::slice::from_ref(&tx));

    let fee = tx.fee.units();
    assert_eq!(net.abc(&alice), START - 5_000_000 - fee);
    assert_eq!(net.abc(&bob), 5_000_000);
    assert_eq!(net.fees(), fee);
    assert_eq!(outcome.receipts, [Receipt { tx: tx.id(), index: 0, fee: tx.fee }]);

    let kinds: Vec<_> =
        outcome.entries.iter().map(|(home, e)| (*home, e.kind, e.counter)).collect();
    assert_eq!(
        kinds,
        [
            (address(&alice), EntryKind::Fee, 2),
            (address(&alice), EntryKind::PayOut, 3),
            (address(&bob), EntryKind::PayIn, 1),
        ]
    );
    let (_, out) = &outcome.entries[1];
    assert_eq!((out.delta.abc, out.counterparty), (Delta::minus(5_000_000), Some(address(&bob))));
    assert_eq!((out.abc, out.nonce, out.round), (abc(net.abc(&alice)), 1, Round(1)));
    let (_, paid) = &outcome.entries[2];
    assert_eq!(
        (paid.delta.abc, paid.counterparty),
        (Delta::plus(5_000_000), Some(address(&alice)))
    );
    assert!(!paid.via_retired);
}

#[test]
fn the_first_signature_stores_the_key_and_fixes_the_open_id() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice, &bob]);
    let first = net.pay(&alice, address(&bob), 5_000_000);
    assert!(first.sources[0].reveal.is_some());
    net.block(&[first]);

    let account = net.account(address(&alice)).unwrap();
    assert_eq!(account.open_id, Some(alice.public().open_id()));
    let slot = KeySlot { key: alice.public(), added: Round(1), retired: None };
    assert_eq!(account.slots, [slot]);
    let home = net.state.get(&open_id_key(alice.public().open_id())).unwrap();
    assert_eq!(home.as_slice(), address(&alice).to_bytes());

    let second = net.pay(&alice, address(&bob), 5_000_000);
    assert!(second.sources[0].reveal.is_none());
    net.block(&[second]);
    assert_eq!(net.account(address(&bob)).unwrap().open_id, None);
}

#[test]
fn one_account_may_act_twice_in_a_block() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice]);
    let first = net.pay(&alice, address(&bob), 5_000_000);
    let mut second = net.order(&[&alice], &[(0, address(&bob), 1_000_000)]);
    second.sources[0].nonce = 1;
    second.sources[0].reveal = None;
    second.fee = second.fee_needed(&net.genesis.params.prices).unwrap();
    let outcome = net.block(&[first, signed(second, &[&alice])]);
    assert_eq!(net.abc(&bob), 6_000_000);
    assert_eq!(net.account(address(&alice)).unwrap().nonce, 2);
    let indices: Vec<_> = outcome.entries.iter().map(|(_, entry)| entry.index).collect();
    assert_eq!(indices, [0, 0, 0, 1, 1, 1]);
}

#[test]
fn what_comes_in_during_a_block_can_be_spent_in_it() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice]);
    let first = net.pay(&alice, address(&bob), 50_000_000);
    let back = signed(net.order(&[&bob], &[(0, address(&alice), 20_000_000)]), &[&bob]);
    net.refuses(&back, "insufficient_funds");
    net.block(&[first, back]);
    assert_eq!(net.account(address(&bob)).unwrap().nonce, 1);
}

#[test]
fn several_sources_pay_together_and_the_first_pays_the_fee() {
    let (alice, bob, carol) = (actor(1), actor(2), actor(3));
    let mut net = Net::new(&[&alice, &bob]);
    let pays = [(0, address(&carol), 1_000_000), (1, address(&carol), 2_000_000)];
    let tx = signed(net.order(&[&alice, &bob], &pays), &[&alice, &bob]);
    net.block(std::slice::from_ref(&tx));
    assert_eq!(net.abc(&alice), START - 1_000_000 - tx.fee.units());
    assert_eq!(net.abc(&bob), START - 2_000_000);
    assert_eq!(net.abc(&carol), 3_000_000);
}

#[test]
fn paying_oneself_costs_the_fee_and_no_more() {
    let alice = actor(1);
    let mut net = Net::new(&[&alice]);
    let tx = net.pay(&alice, address(&alice), START / 2);
    net.block(std::slice::from_ref(&tx));
    assert_eq!(net.abc(&alice), START - tx.fee.units());
}

#[test]
fn a_falcon_account_pays_and_its_fee_counts_the_longer_signature() {
    let (alice, bob) = (actor(1), actor(2));
    let falcon = Words::from_entropy([9; 32]).master().falcon_key();
    let home = falcon.public().address();
    let mut net = Net::new(&[&alice]);
    net.block(&[net.pay(&alice, home, 50_000_000)]);

    let mut tx = net.order(&[&alice], &[(0, address(&bob), 1_000_000)]);
    tx.sources = vec![Source { address: home, nonce: 0, reveal: Some(falcon.public()) }];
    tx.fee = tx.fee_needed(&net.genesis.params.prices).unwrap();
    let mut rng = ChaCha20Rng::from_seed([5; 32]);
    tx.witness = vec![falcon.sign(&tx.sighash(), &mut rng).to_vec()];
    assert_eq!(tx.fee, net.genesis.params.prices.fee(1, tx.to_bytes().len()).unwrap());
    net.block(&[tx]);
    assert_eq!(net.abc(&bob), 1_000_000);
}

#[test]
fn every_address_of_an_account_credits_it() {
    let (alice, bob, old) = (actor(1), actor(2), actor(3));
    let mut net = Net::new(&[&alice, &bob]);
    let slot = |key: keys::PublicKey| KeySlot { key, added: Round(0), retired: Some(Round(0)) };
    net.state.insert(alias_key(address(&old)), address(&bob).to_bytes().to_vec());
    net.edit(address(&bob), |account| account.slots = vec![slot(old.public())]);

    let outcome = net.block(&[net.pay(&alice, address(&old), 1_000_000)]);
    let (home, entry) = outcome.entries.last().unwrap();
    assert_eq!((*home, entry.via_retired), (address(&bob), true));
    assert_eq!(net.abc(&bob), START + 1_000_000);
    assert_eq!(net.account(address(&old)), net.account(address(&bob)));
}

#[test]
fn a_plain_payment_has_the_size_that_the_least_payment_is_made_of() {
    let (alice, bob) = (actor(1), actor(2));
    let mut net = Net::new(&[&alice]);
    net.block(&[net.pay(&alice, address(&bob), 5_000_000)]);
    let tx = net.pay(&alice, address(&bob), 5_000_000);
    assert_eq!(tx.to_bytes().len(), crate::prices::PLAIN_PAY);
    assert_eq!((tx.fee, net.genesis.params.prices.least_pay()), (abc(1000), Some(abc(1000))));
}

#[test]
fn an_empty_block_changes_nothing() {
    let mut net = Net::new(&[&actor(1)]);
    let next_committee = net.genesis.committee().hash();
    assert_eq!(net.block(&[]), Outcome { next_committee, ..Outcome::default() });
}
