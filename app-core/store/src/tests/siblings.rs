//! What other devices of the same words have on its way, beside what this one has.

use super::private::{attempt, received, transfer};
use super::{NOW, address, alice, payment, save};
use crate::{Change, Store};
use types::{Amount, Round, Timestamp, TxId, WorkerId};
use wallet::private::{Transfer, TransferState};
use wallet::{Change as Wallet, DeviceId, KnownIntent, Payment, PaymentState, SiblingChange};

const PHONE: DeviceId = DeviceId([7; 16]);

async fn told(store: &Store, change: SiblingChange) {
    save(store, vec![Wallet::OfSibling(change)]).await;
}

async fn elsewhere(store: &Store) -> Vec<(u64, PaymentState)> {
    let rows = store.history(None, None).await.unwrap();
    let rows = rows.iter().filter(|row| row.elsewhere);
    rows.map(|row| (row.amount.units(), row.state)).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_payment_of_a_sibling_is_followed_like_ours_and_known_as_its() {
    let (_temporary, store) = alice().await;
    let own = payment(1, address(3));
    let theirs = Payment { state: PaymentState::Submitted, ..payment(2, address(4)) };
    save(&store, vec![Wallet::SavePayment(own.clone())]).await;
    told(&store, SiblingChange::TakePayment(PHONE, Box::new(theirs.clone()))).await;
    assert_eq!(store.open_payments().await.unwrap(), [own.clone(), theirs.clone()]);
    assert_eq!(store.payments_elsewhere().await.unwrap(), [theirs.intent].into());
    let known = |maker, of: &Payment, is_final| {
        Some(KnownIntent { maker, attempt: Some((of.attempt.tx, of.attempt.expiry)), is_final })
    };
    let intent = theirs.intent;
    assert_eq!(store.known_payment(own.intent).await.unwrap(), known(None, &own, false));
    assert_eq!(store.known_payment(intent).await.unwrap(), known(Some(PHONE), &theirs, false));
    assert_eq!(store.known_payment([0xee; 16]).await.unwrap(), None);
    let units = theirs.amount.units();
    assert_eq!(elsewhere(&store).await, [(units, PaymentState::Submitted)]);

    // Dead, it may be signed anew by whoever made it: nothing is shown until then.
    let dead = Payment { state: PaymentState::Expired, ..theirs.clone() };
    save(&store, vec![Wallet::SavePayment(dead)]).await;
    assert_eq!(elsewhere(&store).await, []);
    let mut again = theirs;
    again.attempt.tx = TxId([0x77; 32]);
    told(&store, SiblingChange::TakePayment(PHONE, Box::new(again.clone()))).await;
    assert_eq!(elsewhere(&store).await, [(units, PaymentState::Submitted)]);
    let state = PaymentState::Final(Round(9));
    save(&store, vec![Wallet::SavePayment(Payment { state, ..again.clone() })]).await;
    assert_eq!(store.known_payment(intent).await.unwrap(), known(Some(PHONE), &again, true));
    assert_eq!(store.payments_elsewhere().await.unwrap(), [].into());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_wish_of_a_sibling_is_shown_and_never_ours_to_sign() {
    let (_temporary, store) = alice().await;
    store.apply(vec![Change::from(Wallet::TakePool(Box::new(received(1_000))))]).await.unwrap();
    let wish = transfer(5);
    told(&store, SiblingChange::TakeTransfer(PHONE, Box::new(wish.clone()))).await;
    assert_eq!(store.open_transfers().await.unwrap(), []);
    assert_eq!(store.unsigned_transfers().await.unwrap(), []);
    assert_eq!(store.transfers_of_siblings().await.unwrap(), std::slice::from_ref(&wish));
    assert_eq!(elsewhere(&store).await, [(30, PaymentState::Queued)]);
    assert_eq!(store.private_money().await.unwrap().pending, Amount::ZERO);
    told(&store, SiblingChange::ForgetWish(wish.intent)).await;
    assert_eq!(elsewhere(&store).await, []);

    // Signed, it is sent and counted with, and is not forgotten any more.
    let state = TransferState::Submitted;
    let signed = Transfer { attempt: attempt(8), state, ..wish.clone() };
    for taken in [wish.clone(), signed.clone()] {
        told(&store, SiblingChange::TakeTransfer(PHONE, Box::new(taken))).await;
    }
    told(&store, SiblingChange::ForgetWish(wish.intent)).await;
    assert_eq!(store.open_transfers().await.unwrap(), std::slice::from_ref(&signed));
    assert_eq!(store.private_money().await.unwrap().pending, Amount::new(34));
    assert_eq!(store.transfers().await.unwrap(), [], "what this device has made");
    // What the log has of it is read there.
    let done = Transfer { state: TransferState::Final(Round(8)), ..signed };
    save(&store, vec![Wallet::SaveTransfer(Box::new(done))]).await;
    assert_eq!(store.transfers_of_siblings().await.unwrap(), []);
    assert_eq!(elsewhere(&store).await, []);
    let known = store.known_transfer(wish.intent).await.unwrap().unwrap();
    assert!(known.is_final && known.maker == Some(PHONE));

    // A wish of ours is ours, whatever somebody says of it.
    let own = transfer(6);
    save(&store, vec![Wallet::SaveTransfer(Box::new(own.clone()))]).await;
    told(&store, SiblingChange::ForgetWish(own.intent)).await;
    assert_eq!(store.open_transfers().await.unwrap(), [own]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn siblings_are_known_until_nothing_was_heard_of_them_for_long() {
    let (_temporary, store) = alice().await;
    let at = |day: u64| Timestamp(NOW.0 + day * 86_400_000);
    let worker = |n: u8| WorkerId([n; 32]);
    for (worker, day) in [(worker(1), 0), (worker(2), 3)] {
        told(&store, SiblingChange::See(PHONE, worker, at(day))).await;
    }
    assert_eq!(store.siblings(at(3)).await.unwrap(), [(PHONE, worker(2), at(3))]);
    assert_eq!(store.siblings(at(4)).await.unwrap(), []);
}
