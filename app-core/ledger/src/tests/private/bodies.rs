//! Bodies with bundles: every cheap rule for all of them first, then all proofs at once.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How often a key was asked for, which is as often as something was verified.
static ASKED: AtomicUsize = AtomicUsize::new(0);

fn counted() -> &'static VerifyingKey {
    ASKED.fetch_add(1, Ordering::Relaxed);
    circuit()
}

fn never() -> &'static VerifyingKey {
    panic!("a proof is verified before the cheap rules have been asked")
}

/// The same notes in another transaction, which nobody has signed anew.
fn again(pay: &Transaction) -> Transaction {
    Transaction { expiry: pay.expiry.next(), ..pay.clone() }
}

#[test]
fn no_proof_of_a_body_is_looked_at_while_a_cheap_rule_refuses_it() {
    let Story { nets, pay, .. } = story();
    let net = &nets[1];
    let context = BlockContext { circuit: Some(never), ..net.context() };
    let refused = |last: Transaction| {
        let both = body(&[pay.clone(), last]);
        let (index, why) = execute(&net.state, &context, &both, &|_| false).unwrap_err();
        assert_eq!(index, 1);
        why.code()
    };
    assert_eq!(refused(again(pay)), "nullifier_spent");
    assert_eq!(refused(pay.clone()), "duplicate");
    assert_eq!(refused(Transaction { fee: abc(1), ..pay.clone() }), "bad_fee");
    let mut forged = net.pay(&alice(), address(&bob()), 50_000);
    forged.witness[0][5] ^= 1;
    assert_eq!(refused(forged), "bad_signature");
}

#[test]
fn a_body_with_a_bad_proof_is_refused_as_a_whole() {
    let Story { nets, shield, pay, .. } = story();
    let mut bad = pay.clone();
    bad.bundle.as_mut().unwrap().authorization = bundle(shield).authorization.clone();
    let plain = nets[1].pay(&alice(), address(&bob()), 50_000);
    let with = |private: &Transaction| {
        let both = body(&[private.clone(), plain.clone()]);
        execute(&nets[1].state, &nets[1].context(), &both, &|_| false).map(|_| ())
    };
    assert_eq!(with(pay), Ok(()));
    assert_eq!(with(&bad), Err((2, Rejection::BadProof)));
}

#[test]
fn two_transactions_of_a_block_do_not_spend_one_note() {
    let Story { nets, pay, .. } = story();
    let other = again(pay);
    assert_ne!(other.id(), pay.id());
    let execute = |txs: &[Transaction]| {
        let known = |_: &Transaction| true;
        execute(&nets[1].state, &nets[1].context(), &body(txs), &known).map(|_| ())
    };
    assert_eq!(execute(std::slice::from_ref(&other)), Ok(()));
    let spent = Rejection::Pool(shielded::Refusal::NullifierSpent);
    assert_eq!(execute(&[pay.clone(), other.clone()]), Err((1, spent)));
    assert_eq!(execute(&[other, pay.clone()]), Err((1, spent)));
}

#[test]
fn what_a_block_is_built_of_is_proved_at_once_and_the_bad_one_is_found() {
    let Story { nets, shield, pay, .. } = story();
    let mut bad = pay.clone();
    bad.bundle.as_mut().unwrap().authorization = bundle(shield).authorization.clone();
    let waiting = [bad, pay.clone()];
    let context = BlockContext { circuit: Some(counted), ..nets[1].context() };
    let mut block = Execution::begin(&nets[1].state, context, &|_| false).unwrap();
    block.prove(waiting.iter());
    assert_eq!(block.apply(&waiting[0]), Err(Rejection::BadProof));
    assert_eq!(block.apply(&waiting[1]), Ok(()));
    assert_eq!(ASKED.load(Ordering::Relaxed), 1, "no proof is verified alone");
}
