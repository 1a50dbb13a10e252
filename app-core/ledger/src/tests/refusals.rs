//! What the rules refuse, and with which code.

use super::{Net, START, abc, actor, address, signed};
use crate::*;
use types::{ChainId, Round};
use wire::{Decode, Encode};

/// A net, and a payment in it that only waits to be spoilt.
fn fixture() -> (Net, [keys::EcdsaKey; 3], Transaction) {
    let actors = [actor(1), actor(2), actor(3)];
    let mut net = Net::new(&[&actors[0], &actors[1]]);
    net.block(&[net.pay(&actors[0], address(&actors[1]), 5_000_000)]);
    let tx = net.order(&[&actors[0]], &[(0, address(&actors[1]), 5_000_000)]);
    (net, actors, tx)
}

/// Spoils the payment before it is signed.
#[track_caller]
fn spoilt(code: &str, spoil: impl FnOnce(&mut Transaction)) -> Rejection {
    let (net, [alice, ..], mut tx) = fixture();
    assert_eq!(net.check(&signed(tx.clone(), &[&alice])), Ok(()));
    spoil(&mut tx);
    net.refuses(&signed(tx, &[&alice]), code)
}

fn amount(tx: &mut Transaction, units: u64) {
    let Action::Pay(Pay { amount, .. }) = &mut tx.actions[0] else { panic!("no payment") };
    *amount = abc(units);
}

#[test]
fn time_and_network() {
    spoilt("wrong_network", |tx| tx.chain = ChainId([9; 32]));
    spoilt("expired", |tx| tx.expiry = Round(1));
    spoilt("expiry_too_far", |tx| tx.expiry = Round(603));
    let (net, [alice, ..], mut tx) = fixture();
    for expiry in [Round(2), Round(602)] {
        tx.expiry = expiry;
        assert_eq!(net.check(&signed(tx.clone(), &[&alice])), Ok(()), "{expiry:?}");
    }
}

#[test]
fn shape() {
    spoilt("bad_transaction", |tx| tx.version = 2);
    spoilt("bad_transaction", |tx| tx.price_epoch = 1);
    spoilt("bad_transaction", |tx| tx.actions.clear());
    spoilt("replayable", |tx| tx.sources.clear());
    spoilt("bad_transaction", |tx| amount(tx, 0));
    spoilt("bad_transaction", |tx| tx.actions = vec![tx.actions[0].clone(); 17]);
    spoilt("bad_transaction", |tx| tx.sources = vec![tx.sources[0].clone(); 17]);
    spoilt("bad_transaction", |tx| {
        let Action::Pay(Pay { source, .. }) = &mut tx.actions[0] else { panic!("no payment") };
        *source = 1;
    });
}

#[test]
fn nothing_to_oneself_is_nothing() {
    spoilt("bad_transaction", |tx| {
        let home = tx.sources[0].address;
        tx.actions = vec![Action::Pay(Pay { source: 0, to: home, amount: abc(0) })];
    });
}

#[test]
fn sources_are_different_accounts_and_each_pays() {
    let (mut net, [alice, bob, _], _) = fixture();
    let to = address(&bob);
    let idle = net.order(&[&alice, &bob], &[(0, to, 5_000)]);
    net.refuses(&signed(idle, &[&alice, &bob]), "bad_transaction");
    let twice = net.order(&[&alice, &alice], &[(0, to, 5_000), (1, to, 5_000)]);
    net.refuses(&signed(twice, &[&alice, &alice]), "bad_transaction");

    let other = actor(5);
    net.state.insert(alias_key(address(&other)), address(&alice).to_bytes().to_vec());
    let aliased = net.order(&[&alice, &other], &[(0, to, 5_000), (1, to, 5_000)]);
    net.refuses(&signed(aliased, &[&alice, &other]), "bad_transaction");
}

#[test]
fn fee_off_by_one() {
    let needed = abc(1000);
    let low = spoilt("bad_fee", |tx| tx.fee = tx.fee.minus(abc(1)).unwrap());
    let high = spoilt("bad_fee", |tx| tx.fee = tx.fee.plus(abc(1)).unwrap());
    assert_eq!((low, high), (Rejection::BadFee { needed }, Rejection::BadFee { needed }));
}

#[test]
fn minimums() {
    spoilt("below_minimum", |tx| amount(tx, 999));
    let (net, [alice, bob, carol], _) = fixture();
    assert_eq!(net.check(&net.pay(&alice, address(&bob), 1000)), Ok(()));
    let least = abc(net.genesis.params.prices.existential);
    let low = net.refuses(&net.pay(&alice, address(&carol), least.units() - 1), "below_minimum");
    assert_eq!(low, Rejection::BelowMinimum { least });
    assert_eq!(net.check(&net.pay(&alice, address(&carol), least.units())), Ok(()));
}

#[test]
fn funds_are_counted_with_the_fee_in_128_bits() {
    let (net, [alice, bob, _], tx) = fixture();
    let have = net.abc(&alice);
    let all = have - tx.fee.units();
    assert_eq!(net.check(&net.pay(&alice, address(&bob), all)), Ok(()));
    let short = net.refuses(&net.pay(&alice, address(&bob), all + 1), "insufficient_funds");
    assert_eq!(short, Rejection::InsufficientFunds { have, need: u128::from(have) + 1 });

    let huge = [(0, address(&bob), u64::MAX); 16];
    let tx = net.order(&[&alice], &huge);
    let need = 16 * u128::from(u64::MAX) + u128::from(tx.fee.units());
    let refused = net.refuses(&signed(tx, &[&alice]), "insufficient_funds");
    assert_eq!(refused, Rejection::InsufficientFunds { have, need });
}

#[test]
fn an_unknown_account_has_nothing() {
    let (net, [_, bob, carol], _) = fixture();
    net.refuses(&net.pay(&carol, address(&bob), 5_000), "insufficient_funds");
}

#[test]
fn edges_of_64_bits() {
    let (mut net, [alice, bob, _], tx) = fixture();
    let tx = signed(tx, &[&alice]);
    net.edit(address(&bob), |account| account.abc = abc(u64::MAX - 1));
    net.refuses(&tx, "bad_transaction");

    let (mut net, [alice, bob, _], mut tx) = fixture();
    net.edit(address(&alice), |account| account.nonce = u64::MAX);
    tx.sources[0].nonce = u64::MAX;
    net.refuses(&signed(tx.clone(), &[&alice]), "bad_nonce");

    net.edit(address(&alice), |account| account.nonce = 1);
    net.edit(address(&bob), |account| account.counter = u64::MAX);
    tx.sources[0].nonce = 1;
    net.refuses(&signed(tx, &[&alice]), "bad_state");
}

#[test]
fn a_nonce_serves_once() {
    let (mut net, [alice, bob, _], tx) = fixture();
    let tx = signed(tx, &[&alice]);
    net.block(std::slice::from_ref(&tx));
    assert_eq!(net.refuses(&tx, "bad_nonce"), Rejection::BadNonce { expected: 2 });
    let mut early = net.order(&[&alice], &[(0, address(&bob), 5_000)]);
    early.sources[0].nonce = 3;
    net.refuses(&signed(early, &[&alice]), "bad_nonce");
}

#[test]
fn one_body_spends_once() {
    let (net, [alice, bob, carol], tx) = fixture();
    let tx = signed(tx, &[&alice]);
    let execute = |transactions: Vec<Transaction>| {
        let refused = execute(&net.state, &net.context(), &super::body(&transactions), &|_| false);
        refused.map_err(|(index, rejection)| (index, rejection.code())).unwrap_err()
    };
    assert_eq!(execute(vec![tx.clone(), tx.clone()]), (1, "duplicate"));
    let other = net.pay(&alice, address(&carol), 20_000);
    assert_eq!(execute(vec![tx.clone(), other]), (1, "bad_nonce"));
    let mut rich = net.order(&[&alice], &[(0, address(&bob), START - 10_000_000)]);
    rich.sources[0].nonce += 1;
    assert_eq!(execute(vec![tx, signed(rich, &[&alice])]), (1, "insufficient_funds"));
}

#[test]
fn keys_are_revealed_once_and_match() {
    spoilt("bad_fee", |tx| tx.sources[0].reveal = Some(actor(1).public()));
    let (net, [alice, bob, _], _) = fixture();
    let refuses = |from: &keys::EcdsaKey, reveal: Option<keys::PublicKey>, code: &str| {
        let mut tx = net.order(&[from], &[(0, address(&bob), 5_000)]);
        tx.sources[0].reveal = reveal;
        tx.fee = tx.fee_needed(&net.genesis.params.prices).unwrap();
        net.refuses(&signed(tx, &[from]), code)
    };
    refuses(&alice, Some(alice.public()), "bad_reveal");
    refuses(&bob, None, "bad_reveal");
    refuses(&bob, Some(alice.public()), "bad_reveal");
}

#[test]
fn a_key_belongs_to_one_account() {
    let (mut net, [alice, bob, _], _) = fixture();
    let id = bob.public().open_id();
    net.state.insert(open_id_key(id), address(&alice).to_bytes().to_vec());
    net.refuses(&net.pay(&bob, address(&alice), 5_000), "key_in_use");
}

#[test]
fn a_retired_key_signs_nothing() {
    let (mut net, [alice, ..], tx) = fixture();
    net.edit(address(&alice), |account| account.slots[0].retired = Some(Round(2)));
    net.refuses(&signed(tx, &[&alice]), "key_retired");
}

#[test]
fn a_changed_witness_keeps_the_id_and_is_refused() {
    let (net, [alice, ..], tx) = fixture();
    let tx = signed(tx, &[&alice]);
    for position in 0..tx.witness[0].len() {
        let mut twin = tx.clone();
        twin.witness[0][position] ^= 1;
        assert_eq!(twin.id(), tx.id());
        assert_ne!(twin.wid(), tx.wid());
        net.refuses(&twin, "bad_signature");
    }
    assert_eq!(net.check(&tx), Ok(()), "a refused twin does no harm");
}

#[test]
fn every_changed_byte_is_refused() {
    let (net, [alice, ..], tx) = fixture();
    let bytes = signed(tx, &[&alice]).to_bytes();
    for position in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[position] ^= 1;
        let refused = Transaction::from_bytes(&changed).map_or(true, |tx| net.check(&tx).is_err());
        assert!(refused, "byte {position}");
    }
}

#[test]
fn slots_are_complete_and_in_order() {
    let (net, [alice, bob, _], _) = fixture();
    let pays = [(0, address(&bob), 5_000), (1, address(&alice), 5_000)];
    let tx = signed(net.order(&[&alice, &bob], &pays), &[&alice, &bob]);
    assert_eq!(net.check(&tx), Ok(()));
    let refuses = |slot, spoil: &dyn Fn(&mut Vec<Vec<u8>>)| {
        let mut twin = tx.clone();
        spoil(&mut twin.witness);
        assert_eq!(net.refuses(&twin, "bad_signature"), Rejection::BadSignature { slot });
    };
    refuses(0, &|slots| slots.clear());
    refuses(1, &|slots| slots.truncate(1));
    refuses(2, &|slots| slots.push(slots[0].clone()));
    refuses(0, &|slots| slots.swap(0, 1));
    refuses(1, &|slots| slots[1].push(0));
    refuses(1, &|slots| slots[1].truncate(63));
    refuses(1, &|slots| slots[1].clear());
}

#[test]
fn a_refused_transaction_leaves_no_trace_in_the_block() {
    let (net, [alice, bob, carol], tx) = fixture();
    let tx = signed(tx, &[&alice]);
    let mut clean = Execution::begin(&net.state, net.context(), &|_| false).unwrap();
    clean.apply(&tx).unwrap();

    let mut block = Execution::begin(&net.state, net.context(), &|_| false).unwrap();
    let mut forged = tx.clone();
    forged.witness[0][0] ^= 1;
    assert!(block.apply(&forged).is_err());
    // The first action is fine, the second fails.
    let pays = [(0, address(&bob), 5_000), (0, address(&carol), 5_000)];
    assert!(block.apply(&signed(net.order(&[&alice], &pays), &[&alice])).is_err());
    block.apply(&tx).unwrap();
    assert!(block.apply(&tx).is_err());
    assert_eq!(block.finish(), clean.finish());
}

#[test]
fn damaged_state_is_not_the_transactions_fault() {
    let (mut net, [alice, bob, _], tx) = fixture();
    let tx = signed(tx, &[&alice]);
    let good = net.state.clone();
    for key in [account_key(address(&alice)), alias_key(address(&bob)), account_key(address(&bob))]
    {
        net.state = good.clone();
        net.state.insert(key, vec![1, 2, 3]);
        net.refuses(&tx, "bad_state");
    }
    net.state = good;
    net.state.insert(cell_key("fees"), vec![1]);
    let body = super::body(&[tx]);
    let refused = execute(&net.state, &net.context(), &body, &|_| false);
    assert_eq!(refused, Err((0, Rejection::BadState("record"))));
}
