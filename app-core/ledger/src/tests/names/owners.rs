//! Changing a name and handing it on.

use super::*;
use keys::{FalconKey, Words};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use types::Address;
use wire::Encode;

#[test]
fn only_the_owner_changes_what_was_last_read() {
    let (mut net, [alice, bob, _]) = people();
    net.register(&alice, "shop");
    net.refuses_action(&bob, update("shop", "mine", 1), "not_name_owner");
    net.refuses_action(&alice, update("shops", "x", 1), "name_unknown");
    for expected in [0, 2, u64::MAX] {
        let stale = net.refuses_action(&alice, update("shop", "x", expected), "stale_sequence");
        assert_eq!(stale, Rejection::Name(NameRefusal::StaleSequence { current: 1 }));
    }
    net.run(&alice, update("shop", "second", 1));
    let shop = net.named("shop").unwrap();
    assert_eq!((shop.sequence, shop.record), (2, record("second")));
    net.refuses_action(&alice, update("shop", "third", 1), "stale_sequence");
}

#[test]
fn a_transfer_needs_both_signatures() {
    let (mut net, [alice, bob, carol]) = people();
    net.register(&alice, "shop");
    // The ledger learns a key by its first signature.
    net.refuses(&handover(&net, &alice, &bob, "shop", false), "bad_signature");
    net.block(&[net.pay(&bob, address(&carol), 5_000)]);
    let tx = handover(&net, &alice, &bob, "shop", false);
    for witness in [
        vec![tx.witness[0].clone()],
        vec![tx.witness[0].clone(), tx.witness[0].clone()],
        vec![tx.witness[1].clone(), tx.witness[0].clone()],
    ] {
        net.refuses(&Transaction { witness, ..tx.clone() }, "bad_signature");
    }
    net.refuses(&handover(&net, &bob, &bob, "shop", true), "not_name_owner");
    let outcome = net.block(&[tx]);
    let shop = net.named("shop").unwrap();
    assert_eq!((shop.owner, shop.sequence, shop.zone), (address(&bob), 2, 0));
    let kinds: Vec<_> = outcome.entries.iter().map(|(home, entry)| (*home, entry.kind)).collect();
    let (from, to) = (address(&alice), address(&bob));
    assert_eq!(
        kinds,
        [(from, EntryKind::Fee), (from, EntryKind::NameOut), (to, EntryKind::NameIn)]
    );
    net.refuses_action(&alice, update("shop", "x", 2), "not_name_owner");
    net.run(&bob, update("shop", "new", 2));
}

#[test]
fn the_record_does_not_pass_on_with_the_name() {
    let (mut net, [alice, bob, carol]) = people();
    net.register(&alice, "shop");
    net.block(&[net.pay(&bob, address(&carol), 5_000)]);
    let mut action = update("shop", "pay me", 1);
    let Action::UpdateName(update) = &mut action else { panic!("no update") };
    update.record.address = Some(address(&alice));
    net.run(&alice, action);
    net.block(&[handover(&net, &alice, &bob, "shop", false)]);
    assert_eq!(net.named("shop").unwrap().record, NameRecord::empty(3600));
}

#[test]
fn a_name_is_cleared_by_handing_it_to_oneself() {
    let (mut net, [alice, ..]) = people();
    net.register(&alice, "shop");
    net.refuses(&handover(&net, &alice, &alice, "shop", false), "bad_transaction");
    net.block(&[handover(&net, &alice, &alice, "shop", true)]);
    let shop = net.named("shop").unwrap();
    assert_eq!((shop.owner, shop.sequence, shop.zone), (address(&alice), 2, 1));
    assert_eq!(shop.record, record("first"));
}

#[test]
fn a_transfer_is_of_a_first_level_name() {
    let (mut net, [alice, ..]) = people();
    net.register(&alice, "shop");
    net.refuses(&handover(&net, &alice, &alice, "x.shop", true), "bad_transaction");
    net.refuses_action(&alice, update("x.shop", "x", 1), "bad_transaction");
}

#[test]
fn a_retired_key_receives_nothing() {
    let (mut net, [alice, bob, carol]) = people();
    net.register(&alice, "shop");
    net.block(&[net.pay(&bob, address(&carol), 5_000)]);
    net.edit(address(&bob), |account| account.slots[0].retired = Some(Round(2)));
    net.refuses(&handover(&net, &alice, &bob, "shop", false), "key_retired");
}

fn falcon() -> FalconKey {
    Words::from_entropy([9; 32]).master().falcon_key()
}

/// Gives an account an active Falcon key beside its own.
fn strengthen(net: &mut Net, home: Address) {
    let key = falcon().public();
    net.state.insert(alias_key(key.address()), home.to_bytes().to_vec());
    let slot = KeySlot { key, added: Round(1), retired: None };
    net.edit(home, |account| account.slots.push(slot));
}

#[test]
fn while_a_falcon_key_is_active_the_ecdsa_key_only_pays() {
    let (mut net, [alice, bob, carol]) = people();
    net.register(&alice, "shop");
    net.block(&[net.pay(&bob, address(&carol), 5_000)]);
    strengthen(&mut net, address(&alice));
    net.refuses(&handover(&net, &alice, &bob, "shop", false), "stronger_key_needed");
    for action in [update("shop", "x", 1), set("a.shop", Some("x")), delegate("a.shop", None)] {
        net.refuses_action(&alice, action, "stronger_key_needed");
    }
    net.refuses_action(&alice, commit(&net, &alice, "shops", 1), "stronger_key_needed");
    // What only pays passes.
    assert_eq!(net.check(&net.pay(&alice, address(&bob), 5_000)), Ok(()));

    let strong = falcon();
    let mut tx = net.order_of(&[&alice], vec![transfer("shop", address(&bob), false)]);
    tx.sources[0].address = strong.public().address();
    tx.fee = tx.fee_needed(&net.genesis.params.prices).unwrap();
    let sighash = tx.sighash();
    let first = strong.sign(&sighash, &mut ChaCha20Rng::from_seed([1; 32])).to_vec();
    tx.witness = vec![first, bob.sign(&sighash).to_vec()];
    net.block(&[tx]);
    assert_eq!(net.named("shop").unwrap().owner, address(&bob));
}

#[test]
fn an_ecdsa_key_does_not_receive_for_an_account_with_a_falcon_key() {
    let (mut net, [alice, bob, carol]) = people();
    net.register(&alice, "shop");
    net.block(&[net.pay(&bob, address(&carol), 5_000)]);
    strengthen(&mut net, address(&bob));
    net.refuses(&handover(&net, &alice, &bob, "shop", false), "stronger_key_needed");
    // Retired, it counts no more.
    net.edit(address(&bob), |account| account.slots[1].retired = Some(Round(2)));
    assert_eq!(net.check(&handover(&net, &alice, &bob, "shop", false)), Ok(()));
}

#[test]
fn a_deposit_comes_back_to_the_key_that_signs() {
    let (mut net, [alice, ..]) = people();
    net.run(&alice, commit(&net, &alice, "shop", 1));
    net.block(&[]);
    strengthen(&mut net, address(&alice));
    net.edit(address(&alice), |account| account.slots[0].retired = Some(Round(2)));
    let strong = falcon();
    let mut tx = net.order_of(&[&alice], vec![reveal("shop", 1)]);
    tx.sources[0].address = strong.public().address();
    tx.fee = tx.fee_needed(&net.genesis.params.prices).unwrap();
    tx.witness = vec![strong.sign(&tx.sighash(), &mut ChaCha20Rng::from_seed([1; 32])).to_vec()];
    assert!(Transaction::from_bytes(&tx.to_bytes()).is_ok());
    let outcome = net.block(&[tx]);
    assert!(outcome.entries.iter().all(|(_, entry)| !entry.via_retired));
    assert_eq!(net.named("shop").unwrap().owner, address(&alice));
}
