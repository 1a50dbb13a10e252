//! The way to Falcon once ECDSA is switched off: what is refused, and that nothing is paid for twice.

use ledger::{Action, Flags, StateProof, rotation_hash};
use light::RecordProof;
use types::{RotationId, Round};
use wallet::{Payment, PaymentKind, PaymentState, Rotation, RotationLink, committed_hash};
use wire::chain::Object;

use super::ledger_life::{Chain, engine_answered};
use super::moves::{Life, falcon, first, now, stranger, transaction};
use super::*;
use crate::{Committed, Payee, Wanted};

/// ECDSA is off from the first round on.
fn off() -> store::Change {
    let flags = Flags { pool_stop: None, ecdsa_off: Some(Round(1)) };
    wallet::Change::SaveFlags(Round(3), flags).into()
}

/// What commits to Alice's own move.
fn own_link(life: &Life) -> RotationLink {
    let salt = Words::from_entropy([0xa1; 32]).master().rotation_salt();
    let (old, new) = (first().public(), falcon().public());
    let hash = RotationId(rotation_hash(old.address(), &old, &new, &salt));
    RotationLink { chain: life.chain(), hash }
}

#[tokio::test]
async fn an_account_whose_key_was_shown_is_told_that_it_is_too_late() {
    let life = Life::begin().await;
    life.store.apply(vec![off()]).await.unwrap();
    life.proves(life.account(&[(&first().public(), None)])).await;
    let refused = life.migrates().await.unwrap_err();
    assert_eq!(refused.code(), "key_shown");
    assert!(!refused.message.contains("bcm:rotate"), "{}", refused.message);
    let shown = life.engine().await.rotation(Duration::ZERO).await.unwrap();
    assert_eq!(shown.stage, Rotation::KeyShown);
    // Nor does anything else go out.
    let payee = Payee::Address(stranger());
    let wanted = Wanted { payee, amount: Amount::new(1_000_000), memo: None };
    let paid = life.engine().await.pay(wanted, Duration::ZERO).await;
    assert_eq!(paid.unwrap_err().code(), "ecdsa_off");
    assert!(life.store.payments().await.unwrap().is_empty());
}

#[tokio::test]
async fn without_a_proof_of_its_commitment_a_hidden_key_signs_nothing() {
    let life = Life::begin().await;
    life.store.apply(vec![off()]).await.unwrap();
    assert_eq!(life.migrates().await.unwrap_err().code(), "no_network");
    assert!(life.store.payments().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_account_with_both_keys_ends_the_old_one_also_after_the_switch_off() {
    let life = Life::begin().await;
    life.store.apply(vec![off()]).await.unwrap();
    life.proves(life.account(&[(&first().public(), None), (&falcon().public(), None)])).await;
    let shown = life.engine().await.rotation(Duration::ZERO).await.unwrap();
    assert_eq!(shown.stage, Rotation::NotNeeded);
    let step = transaction(&now(life.migrates().await.unwrap()));
    assert!(matches!(step.actions.as_slice(), [Action::RetireKey(_)]));
    assert_eq!(step.sources[0].address, falcon().public().address());
}

#[tokio::test]
async fn a_move_that_was_signed_before_the_switch_off_is_not_waited_for() {
    let life = Life::begin().await;
    let step = now(life.migrates().await.unwrap());
    life.store.apply(vec![off()]).await.unwrap();
    // Asked again, the dead one is not what is under way.
    assert_eq!(life.migrates().await.unwrap_err().code(), "no_network");
    assert_eq!(life.store.open_payments().await.unwrap(), [step]);
}

#[tokio::test]
async fn what_nobody_has_committed_to_is_asked_for_with_its_text() {
    let chain = Arc::new(Chain::of_days(1));
    let answers = Arc::clone(&chain);
    // Nobody has written anything.
    let answer = move |request| {
        let ChainRequest::Record { key } = request else { return answers.answer(request) };
        let (round, proof) = (answers.tip(), StateProof::new(None, vec![]));
        let proof = RecordProof { round, key, value: None, proof };
        Ok(ChainReply::Record(Object(proof.to_bytes())))
    };
    let (_worker, _dir, mut engine) = engine_answered(&chain, answer).await;
    let before = engine.rotation(PATIENCE).await.unwrap();
    assert_eq!(before.stage, Rotation::NotNeeded);
    let flags = Flags { pool_stop: None, ecdsa_off: Some(Round(1)) };
    let saved = wallet::Change::SaveFlags(chain.tip(), flags);
    engine.store().apply(vec![saved.into()]).await.unwrap();
    let mut engine = Engine::open(engine.store().clone(), vec![], Clock::system()).await.unwrap();
    let shown = engine.rotation(PATIENCE).await.unwrap();
    assert_eq!((shown.stage, shown.round), (Rotation::Needed, chain.tip()));
    let refused = engine.migrate(PATIENCE).await.unwrap_err();
    assert_eq!(refused.code(), "rotation_needed");
    assert!(refused.message.contains(&shown.link.text()), "{}", refused.message);
    // An account that no Falcon key signs for pays for no commitment.
    let quote = engine.rotation_quote(&shown.link.text(), PATIENCE).await;
    assert_eq!(quote.unwrap_err().code(), "ecdsa_off");
    assert!(engine.store().payments().await.unwrap().is_empty());
}

/// Alice's commitment to somebody's move, as it would be saved.
async fn commitment(life: &Life, hash: [u8; 32]) -> Payment {
    let engine = life.engine().await;
    let known = engine.known(false).await.unwrap();
    let (ground, keys) = (engine.ground(&known).unwrap(), engine.ring().unwrap());
    let rng = &mut rand::rng();
    wallet::commit_rotation((hash, [0; 32]), ground, &keys, NOW, rng).unwrap()
}

#[tokio::test]
async fn a_commitment_that_is_asked_for_again_is_the_same_and_is_paid_once() {
    let life = Life::begin().await;
    let link = RotationLink { chain: life.chain(), hash: RotationId([7; 32]) };
    let payment = commitment(&life, link.hash.0).await;
    assert_eq!((payment.kind, committed_hash(&payment)), (PaymentKind::Commit, Some([7; 32])));
    for state in [PaymentState::Queued, PaymentState::Submitted] {
        life.becomes(&payment, state).await;
        let again = life.engine().await.commit_rotation(&link.text(), Duration::ZERO).await;
        let expected = Payment { state, ..payment.clone() };
        assert_eq!(again.unwrap(), Committed::Now(Box::new(expected)));
    }
    life.becomes(&payment, PaymentState::Final(Round(9))).await;
    let done = Payment { state: PaymentState::Final(Round(9)), ..payment.clone() };
    let before = Committed::Before(Round(9), Some(Box::new(done)));
    let again = life.engine().await.commit_rotation(&link.text(), Duration::ZERO).await;
    assert_eq!(again.unwrap(), before);
    let quote = life.engine().await.rotation_quote(&link.text(), Duration::ZERO).await.unwrap();
    assert_eq!(quote.committed, Some(before));
    // Provably dead, or another one: what the ledger says of it has to be known first.
    life.becomes(&payment, PaymentState::Expired).await;
    let other = RotationLink { hash: RotationId([8; 32]), ..link };
    for link in [link, other] {
        let again = life.engine().await.commit_rotation(&link.text(), Duration::ZERO).await;
        assert_eq!(again.unwrap_err().code(), "no_network");
    }
    assert_eq!(life.store.payments().await.unwrap().len(), 1);
}

#[tokio::test]
async fn what_asks_for_no_commitment_of_ours_is_refused() {
    let life = Life::begin().await;
    let elsewhere = RotationLink { chain: ChainId([1; 32]), hash: RotationId([7; 32]) };
    for (text, code) in [
        (elsewhere.text(), "wrong_network"),
        (format!("{}&to=x", own_link(&life).text()), "bad_rotation"),
        ("bcm:pay?to=x".to_owned(), "bad_rotation"),
    ] {
        let refused = life.engine().await.commit_rotation(&text, Duration::ZERO).await;
        assert_eq!(refused.unwrap_err().code(), code, "{text}");
        let refused = life.engine().await.rotation_quote(&text, Duration::ZERO).await;
        assert_eq!(refused.unwrap_err().code(), code, "{text}");
    }
}
