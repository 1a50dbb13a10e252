//! Proofs of carry-overs as saved: what was handed over with which grant, what came with one, and what
//! has become of that.

use super::review::{grant, keys, period, received, with_bob};
use super::*;
use crate::{KeptProof, Remark};
use shielded::SpendingKey;
use testkit::{CarriedOver, carried_over};
use wallet::private::{PrivateAttempt, PrivatePayee, Transfer, TransferState};
use wallet::review::{
    CarriedProof, GivenGrant, LogPlace, PoolLine, PoolLineKind, PoolMove, ReviewChange,
    ReviewedStep, Serial,
};
use wire::Encode;

fn moved(seed: u64) -> CarriedOver {
    let keys = [10, 11].map(|number| SpendingKey::derive(&[5; 32], period(number)).unwrap());
    carried_over((&keys[0], &keys[1]), (CHAIN, OpenId([2; 32])), seed).unwrap()
}

fn transfer(moved: &CarriedOver, state: TransferState) -> Transfer {
    let attempt = PrivateAttempt {
        tx: moved.order.id(),
        bytes: moved.order.to_bytes(),
        fee: moved.order.fee,
        expiry: moved.order.expiry,
        carry: Some(moved.proof.clone()),
        spend: None,
    };
    Transfer {
        intent: [1; 16],
        to: PrivatePayee::CarryOver(period(11)),
        contact: None,
        amount: Amount::new(999_990),
        memo: None,
        created: NOW,
        attempt: Some(attempt),
        state,
    }
}

fn proof(seed: u64) -> CarriedProof {
    let transfer = transfer(&moved(seed), TransferState::Final(Round(3)));
    CarriedProof::of(&transfer, |_| Some(period(10))).unwrap()
}

fn add(serial: Serial, proof: &CarriedProof) -> ReviewChange {
    ReviewChange::AddProof(serial, Box::new(proof.clone()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_can_be_handed_over_is_final_and_what_was_is_remembered_for_its_grant() {
    let (_temporary, store, bob) = with_bob().await;
    let one = moved(1);
    let submitted = transfer(&one, TransferState::Submitted);
    save(&store, vec![wallet::Change::SaveTransfer(Box::new(submitted.clone()))]).await;
    assert_eq!(store.carried_over().await.unwrap(), []);
    let state = TransferState::Final(Round(3));
    let done = Transfer { state, ..submitted };
    save(&store, vec![wallet::Change::SaveTransfer(Box::new(done.clone()))]).await;
    let bundle = done.bundle().unwrap();
    assert_eq!(store.carried_over().await.unwrap(), [(bundle, period(11))]);
    // One without its proof is nothing to hand over.
    let attempt = done.attempt.clone().map(|attempt| PrivateAttempt { carry: None, ..attempt });
    let bare = Transfer { intent: [2; 16], attempt, ..done };
    save(&store, vec![wallet::Change::SaveTransfer(Box::new(bare))]).await;
    assert_eq!(store.carried_over().await.unwrap().len(), 1);

    let grant = grant(1, &[10, 11]);
    let (serial, tip) = (grant.terms.serial, (0, grant.digest()));
    let given = GivenGrant { contact: Some(bob), stopped: None, tip, last: period(11), grant };
    let hand_over = || ReviewChange::HandOver(serial, bundle);
    save(&store, vec![ReviewChange::AddGiven(Box::new(given)), hand_over(), hand_over()]).await;
    assert_eq!(store.proofs_given().await.unwrap(), [(serial, bundle)].into());
    let unknown = ReviewChange::HandOver(Serial([9; 16]), bundle);
    assert!(store.apply(vec![unknown.into()]).await.is_err(), "a grant that nobody gave");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn proofs_count_once_their_grant_is_proved_and_one_that_does_not_hold_is_counted() {
    let (_temporary, store, bob) = with_bob().await;
    let grant = received(1, &[10, 11]);
    let (serial, account) = (grant.grant.terms.serial, grant.grant.terms.account);
    let [first, second] = [proof(1), proof(2)];
    let come = ReviewChange::AddReceived(Box::new(grant), keys(&[10, 11]));
    save(&store, vec![come, add(serial, &first), add(serial, &second), add(serial, &first)]).await;
    assert_eq!(store.proofs_from(bob).await.unwrap(), 2);
    assert_eq!(store.proofs_received(account).await.unwrap(), [], "nobody has asked yet");
    save(&store, vec![ReviewChange::SetProved(serial, true)]).await;
    let kept = async || {
        let mut kept = store.proofs_received(account).await.unwrap();
        kept.sort_by_key(|kept| kept.proof != first);
        kept
    };
    let of = |proof: &CarriedProof, holds| KeptProof { serial, proof: proof.clone(), holds };
    assert_eq!(kept().await, [of(&first, false), of(&second, false)]);
    let judge = |proof: &CarriedProof, holds| {
        let bundle = proof.bundle;
        ReviewChange::JudgeProof { serial, bundle, holds }
    };
    // The same once more is not there any more, and is not counted twice.
    save(&store, vec![judge(&first, true), judge(&second, false), judge(&second, false)]).await;
    assert_eq!(kept().await, [of(&first, true)]);
    assert_eq!(store.refused_proofs(account).await.unwrap(), 1);
    assert_eq!(store.refused_proofs(OpenId([1; 32])).await.unwrap(), 0);
    // What came again does not undo what was found.
    save(&store, vec![add(serial, &first)]).await;
    assert_eq!(kept().await, [of(&first, true)]);
    assert_eq!(store.proofs_from(bob).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_line_is_proved_by_a_proof_of_its_own_bundle_that_holds() {
    use PoolLineKind::{CarriedIn, CarriedOut};
    let (_temporary, store, _) = with_bob().await;
    let grant = received(1, &[11]);
    let (serial, account) = (grant.grant.terms.serial, grant.grant.terms.account);
    let [first, second] = [proof(1), proof(2)];
    let come = ReviewChange::AddReceived(Box::new(grant), keys(&[11]));
    let changes = [come, ReviewChange::SetProved(serial, true)].into_iter();
    save(&store, changes.chain([add(serial, &first), add(serial, &second)]).collect()).await;
    let line =
        |kind| PoolLine { kind, amount: Amount::new(5), to: None, text: None, unreadable: false };
    let moved = |bundle, kinds: &[PoolLineKind]| {
        let lines = kinds.iter().map(|kind| line(*kind)).collect();
        PoolMove { round: Round(2), bundle, fee: None, lines }
    };
    let moves = vec![
        (0, NOW, moved(first.bundle, &[CarriedIn])),
        (1, NOW, moved(second.bundle, &[CarriedIn])),
        (2, NOW, moved([3; 32], &[CarriedIn])),
        (3, NOW, moved([4; 32], &[CarriedOut])),
    ];
    let place = LogPlace { count: 4, hash: [4; 32] };
    let step = |moves| ReviewedStep {
        account,
        keys: vec![],
        place,
        round: Round(3),
        notes: vec![],
        spent: vec![],
        moves,
    };
    save(&store, vec![ReviewChange::TakeReviewedPool(Box::new(step(moves)))]).await;
    let remarks = async || {
        let rows = store.reviewed_history(account).await.unwrap();
        rows.into_iter().map(|it| it.remark).collect::<Vec<_>>()
    };
    assert_eq!(remarks().await, [Some(Remark::Stated); 4], "nobody has judged them");
    let bundles = store.reviewed_bundles(account).await.unwrap();
    assert_eq!((bundles[&first.bundle], bundles[&[4; 32]]), (0, 3));
    let bundle = first.bundle;
    save(&store, vec![ReviewChange::JudgeProof { serial, bundle, holds: true }]).await;
    let expected = [Remark::Proved, Remark::Stated, Remark::Stated, Remark::Stated].map(Some);
    assert_eq!(remarks().await, expected);
    // A proof is about one note: of two that came with the bundle it does not say which.
    let two = vec![(0, NOW, moved(bundle, &[CarriedIn, CarriedIn]))];
    save(&store, vec![ReviewChange::TakeReviewedPool(Box::new(step(two)))]).await;
    assert_eq!(remarks().await, [Some(Remark::Stated); 5]);
}
