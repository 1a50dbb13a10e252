//! A bundle on its way through a manager: the gate, a block that is built, one that is judged, one
//! that is adopted. A single one is really proved; the others are made of it.

use super::*;
use crate::gate;
use crate::manager::{Manager, spawn};
use crate::{CatchUp, Config, Timing, Waiting};
use ledger::Rejection;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::SeedableRng;
use shielded::{
    Anchor, Authorization, Draft, Memo, Output, Period, Plan, ProvingKey, Purpose, SpendingKey,
};
use std::ops::ControlFlow;
use tokio::sync::mpsc;
use types::TxId;
use wire::chain::{ChainReply, ChainRequest, Object};
use wire::{Failure, Reader};

/// A payment into the pool, proved and signed.
fn into_pool(one: &One) -> Transaction {
    let key = SpendingKey::derive(&[1; 32], Period::new(768).unwrap()).unwrap();
    let to = key.viewing_key().address_for(one.rules.chain, b"home").unwrap();
    let amount = Amount::new(5_000_000);
    let output = Output { to, amount, memo: Memo::Empty, purpose: Purpose::Payment };
    let plan = Plan { anchor: Anchor::of_nothing(), spends: vec![], outputs: vec![output] };
    let mut rng = ChaCha20Rng::seed_from_u64(1);
    let mut draft = Draft::build(&plan, &key.viewing_key(), &mut rng).unwrap();
    draft.prove(&ProvingKey::build(), &mut rng).unwrap();
    let mut tx = Transaction {
        version: Transaction::WITH_BUNDLE,
        bundle: Some(Box::new(draft.unsigned())),
        actions: vec![],
        ..one.pay(0).as_ref().clone()
    };
    tx.fee = tx.fee_needed(&one.rules.params.prices).unwrap();
    tx.bundle = Some(Box::new(draft.sign(tx.id(), &key, &mut rng).unwrap()));
    signed(one, tx)
}

fn signed(one: &One, mut tx: Transaction) -> Transaction {
    tx.witness = vec![one.person.sign(&tx.sighash()).to_vec()];
    tx
}

/// The same with one other byte in its proof.
fn forged(tx: &Transaction) -> Transaction {
    let mut forged = tx.clone();
    let bundle = forged.bundle.as_mut().unwrap();
    let mut bytes = bundle.authorization.to_bytes();
    bytes[100] ^= 1;
    let authorization = Authorization::decode_for(&bundle.effects, &mut Reader::new(&bytes));
    bundle.authorization = authorization.unwrap();
    forged
}

/// A manager of the same network, which has no seat in it.
fn manager(one: &One) -> Manager {
    let (outbox, _) = mpsc::channel(64);
    let config = Config {
        dir: one.folder.path().join("manager"),
        key: [9; 32],
        genesis: one.genesis.clone(),
        timing: Timing::LOCAL,
        catch_up: CatchUp::default(),
    };
    spawn(config, outbox).unwrap()
}

async fn submit(manager: &Manager, tx: &Transaction) -> Result<TxId, String> {
    match manager.answer(ChainRequest::Submit(Object(tx.to_bytes()))).await {
        Ok(ChainReply::Submitted(id)) => Ok(id),
        Ok(other) => panic!("{other:?}"),
        Err(Failure { code, .. }) => Err(code),
    }
}

/// True if its signatures and its proof would not be verified again.
async fn is_remembered(manager: &Manager, tx: &Transaction) -> bool {
    let wid = tx.wid();
    manager.with_store(move |shared, _| Ok(shared.rules.seen.contains(&wid))).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_proved_bundle_passes_everywhere_and_a_forged_one_nowhere() {
    let one = one();
    let good = into_pool(&one);
    check_gate(&one, &good).await;
    check_blocks(&one, &good);
}

/// Nothing that has been verified elsewhere is known here.
fn check_blocks(one: &One, good: &Transaction) {
    let bad = forged(good);
    let waiting = [bad.clone(), good.clone()].map(Arc::new);
    let built = one.build(Timestamp(0), &waiting);
    assert_eq!(built.candidate.body.transactions, std::slice::from_ref(good));
    assert_eq!(built.refused, [bad.id()]);
    one.judge(&built.header, &built.candidate.body).unwrap();

    let mut body = built.candidate.body.as_ref().clone();
    body.transactions = vec![bad];
    let header = Header { body_root: body.root(), ..built.header.clone() };
    let block = SyncedBlock { header: one.certify(header.clone()), body: body.to_bytes() };
    for fault in [one.judge(&header, &Arc::new(body)).unwrap_err(), one.adopt(block).unwrap_err()] {
        assert!(matches!(fault, Fault::Transaction(1, Rejection::BadProof)), "{fault}");
    }

    let body = built.candidate.body.to_bytes();
    let used = one.adopt(SyncedBlock { header: one.certify(built.header), body }).unwrap();
    let spent: Vec<_> = crate::mempool::marks(good).collect();
    assert_eq!((used.ids, used.marks), (vec![good.id()], spent));
    assert_eq!(ledger::pool(&one.store).unwrap().balance, Amount::new(5_000_000));
}

async fn check_gate(one: &One, good: &Transaction) {
    let manager = manager(one);
    let bad = forged(good);
    assert_eq!(submit(&manager, &bad).await, Err("bad_proof".to_owned()));
    let frame = [&bad, one.pay(0).as_ref()].map(|tx| Waiting(tx.to_bytes()));
    let end = manager
        .with_store(move |shared, store| Ok(gate::admit(shared, store, WorkerId([1; 32]), &frame)))
        .await;
    assert!(matches!(end, Ok(ControlFlow::Break(_))), "nothing behind a bad proof is looked at");
    assert_eq!(manager.status().waiting, 0);

    assert_eq!(submit(&manager, good).await, Ok(good.id()));
    assert!(is_remembered(&manager, good).await && !is_remembered(&manager, &bad).await);
    // Its notes are taken: in whatever else it stands, its proof is not even looked at.
    let other = Transaction { expiry: good.expiry.next(), ..forged(good) };
    let other = signed(one, other);
    assert_eq!(submit(&manager, &other).await, Err("nullifier_pending".to_owned()));
    assert!(!is_remembered(&manager, &other).await);
    manager.stop().await;
}

/// Whoever is refused must not push others out of what is remembered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_come_in_is_not_remembered() {
    let one = one();
    let manager = manager(&one);
    let first = one.pay(0);
    assert_eq!(submit(&manager, &first).await, Ok(first.id()));
    let same = Transaction { expiry: Round(99), ..first.as_ref().clone() };
    let same = signed(&one, same);
    assert_eq!(submit(&manager, &same).await, Err("bad_nonce".to_owned()), "its nonce is taken");
    assert!(is_remembered(&manager, &first).await && !is_remembered(&manager, &same).await);
    manager.stop().await;
}
