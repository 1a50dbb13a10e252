//! Review keys as saved: grants, keys, letters that wait for a receipt, reviewed accounts.

use super::*;
use chat::{Change as Chat, Delivery, Review, ReviewLetter, write_review};
use wallet::review::{
    GivenGrant, GrantTerms, GrantedKey, Grantee, Month, Period, ReceivedGrant, ReviewChange,
    ReviewGrant, Serial, Strength, viewing_key,
};
use wallet::{Keyring, SavedAccount};
use wire::Encode;

pub(super) fn period(number: u16) -> Period {
    Period::first_of(Month::new(number).unwrap())
}

pub(super) fn keys(months: &[u16]) -> Vec<GrantedKey> {
    let key = |number: &u16| viewing_key(&[5; 32], period(*number)).unwrap();
    months.iter().map(key).map(GrantedKey::Viewing).collect()
}

pub(super) fn grant(serial: u8, months: &[u16]) -> ReviewGrant {
    let key = words(2).master().operation_key();
    let terms = GrantTerms {
        chain: CHAIN,
        account: key.public().open_id(),
        home: key.public().address(),
        strength: Strength::Standing,
        months: months.iter().filter_map(|number| Month::new(*number)).collect(),
        until: None,
        grantee: Grantee { name: "alice".to_owned(), fingerprint: [1; 32] },
        purpose: "taxes".to_owned(),
        case: None,
        issued: NOW,
        round: Round(7),
        serial: Serial([serial; 16]),
    };
    let ring = Keyring { ecdsa: &key, falcon: None };
    let digests = keys(months).iter().map(GrantedKey::digest).collect();
    ReviewGrant::sign(terms, digests, (None, &ring), &mut rng()).unwrap()
}

pub(super) fn received(serial: u8, months: &[u16]) -> ReceivedGrant {
    let grant = grant(serial, months);
    let (contact, tip) = (Some(contact(2, "bob").account), (0, grant.digest()));
    ReceivedGrant { grant, contact, received: NOW, stopped: None, tip, proved: None }
}

pub(super) async fn with_bob() -> (super::Closing, Store, OpenId) {
    let (temporary, store) = alice().await;
    save(&store, vec![Chat::SaveContact(Box::new(contact(2, "bob")))]).await;
    (temporary, store, contact(2, "bob").account)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_given_grant_reads_back_as_it_is_now() {
    let (_temporary, store, bob) = with_bob().await;
    let grant = grant(1, &[10, 11]);
    let mut given = GivenGrant {
        contact: Some(bob),
        stopped: None,
        tip: (0, grant.digest()),
        last: period(11),
        grant,
    };
    let serial = given.grant.terms.serial;
    save(&store, vec![ReviewChange::AddGiven(Box::new(given.clone()))]).await;
    assert_eq!(store.grants_given().await.unwrap(), [given.clone()]);
    (given.tip, given.last, given.stopped) = ((1, [9; 32]), period(12), Some(NOW));
    let again = Timestamp(NOW.0 + 1);
    save(
        &store,
        vec![
            ReviewChange::Issued { serial, tip: given.tip, last: given.last },
            ReviewChange::StopGiven(serial, NOW),
            ReviewChange::StopGiven(serial, again),
        ],
    )
    .await;
    assert_eq!(store.grants_given().await.unwrap(), [given]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_received_grant_keeps_its_keys_and_nobody_adds_any_under_its_number() {
    let (_temporary, store, _) = with_bob().await;
    let mut one = received(1, &[10]);
    let serial = one.grant.terms.serial;
    let add = |grant: ReceivedGrant, months: &[u16]| {
        ReviewChange::AddReceived(Box::new(grant), keys(months))
    };
    save(&store, vec![add(one.clone(), &[10])]).await;
    save(&store, vec![add(received(1, &[11]), &[11])]).await;
    assert_eq!(store.grants_received().await.unwrap(), [one.clone()]);
    let opened = |keys: Vec<GrantedKey>| keys.iter().map(GrantedKey::digest).collect::<Vec<_>>();
    let digests = |months: &[u16]| opened(keys(months));
    assert_eq!(opened(store.granted_keys(serial).await.unwrap()), digests(&[10]));
    let key = viewing_key(&[5; 32], period(11)).unwrap();
    save(
        &store,
        vec![
            ReviewChange::AddKey { serial, key, tip: (1, [8; 32]) },
            ReviewChange::SetProved(serial, true),
            ReviewChange::StopReceived(serial, NOW),
        ],
    )
    .await;
    (one.tip, one.proved, one.stopped) = ((1, [8; 32]), Some(true), Some(NOW));
    assert_eq!(store.grant_received(serial).await.unwrap(), Some(one));
    assert_eq!(opened(store.granted_keys(serial).await.unwrap()), digests(&[10, 11]));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_month_has_as_many_accounts_as_were_begun() {
    let (_temporary, store) = alice().await;
    let month = Month::new(11).unwrap();
    assert_eq!(store.period_stops(month).await.unwrap(), 0);
    let second = period(11).after_stop().unwrap();
    let third = second.after_stop().unwrap();
    for (begun, stops) in [(second, 1), (third, 2), (second, 2)] {
        save(&store, vec![ReviewChange::BeginPeriod(begun)]).await;
        assert_eq!(store.period_stops(month).await.unwrap(), stops);
    }
    assert_eq!(store.period_stops(Month::new(10).unwrap()).await.unwrap(), 0);
}

fn letter(bob: OpenId) -> ReviewLetter {
    write_review(bob, Review::Card(Zeroizing::new(vec![1, 2, 3])), NOW, &mut rng())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_letter_is_kept_until_it_is_confirmed_and_its_key_no_longer() {
    let (_temporary, store, bob) = with_bob().await;
    let written = letter(bob);
    let (id, later) = (written.id, NOW.plus_secs(1));
    let keep = |sent| Chat::KeepLetter { letter: letter(bob), sent };
    save(&store, vec![keep(NOW), written.send()]).await;
    let waits = || async { store.unconfirmed_letters(later).await.unwrap().len() };
    assert_eq!(waits().await, 0, "it waits to be encrypted anyway");
    assert_eq!(store.letters_to(bob).await.unwrap().len(), 0);
    save(&store, vec![Chat::RemovePending(1)]).await;
    assert_eq!(waits().await, 1);
    let again = store.letters_to(bob).await.unwrap();
    assert_eq!((again[0].id, &again[0].content), (id, &written.content));
    save(&store, vec![keep(later.plus_secs(1))]).await;
    assert_eq!(waits().await, 0, "it was put on its way lately");
    let set = |delivery| Chat::SetDelivery { contact: bob, message: id, delivery };
    for (told, is) in [
        (Delivery::Sent, Delivery::Sent),
        (Delivery::Queued, Delivery::Sent),
        (Delivery::Delivered, Delivery::Delivered),
        (Delivery::Sent, Delivery::Delivered),
        (Delivery::Failed, Delivery::Delivered),
    ] {
        save(&store, vec![set(told)]).await;
        assert_eq!(store.letter_delivery(id).await.unwrap(), Some(is), "{told:?}");
    }
    assert_eq!(store.letters_to(bob).await.unwrap().len(), 0);
    let left: Vec<Vec<u8>> = sqlx::query_scalar("SELECT content FROM review_letters")
        .fetch_all(&mut *store.connection().await.unwrap())
        .await
        .unwrap();
    assert_eq!(left, [Vec::<u8>::new()]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn the_history_of_a_reviewed_account_has_no_gaps_and_is_no_other_accounts() {
    let (_temporary, store, bob) = with_bob().await;
    let saved = SavedAccount { round: Round(9), home: address(4), account: None };
    let first = vec![entry(1, 1, EntryKind::PayIn, 5, None)];
    save(
        &store,
        vec![
            ReviewChange::SaveReviewed(bob, saved.clone()),
            ReviewChange::AddReviewed(bob, first.clone()),
        ],
    )
    .await;
    assert_eq!(store.reviewed(bob).await.unwrap(), Some(saved));
    let tip = (1, first[0].entry.next_hash(&[0; 32]));
    assert_eq!(store.reviewed_tip(bob).await.unwrap(), tip);
    assert_eq!(store.history_tip().await.unwrap(), (0, [0; 32]));
    let gap = ReviewChange::AddReviewed(bob, vec![entry(3, 3, EntryKind::PayIn, 5, None)]);
    assert!(store.apply(vec![gap.into()]).await.is_err());
    let more = vec![first[0].clone(), entry(2, 2, EntryKind::PayOut, 3, None)];
    save(&store, vec![ReviewChange::AddReviewed(bob, more)]).await;
    let rows = store.reviewed_history(bob).await.unwrap();
    assert_eq!(rows.iter().map(|it| it.row.amount.units()).collect::<Vec<_>>(), [5, 3]);
    assert_eq!(store.reviewed_history(OpenId([1; 32])).await.unwrap(), []);
    assert!(store.history(None, None).await.unwrap().is_empty());
}

#[test]
fn no_key_lies_in_a_grant() {
    let bytes = grant(1, &[10]).to_bytes();
    let key = keys(&[10]).remove(0).to_bytes();
    assert!(!bytes.windows(32).any(|window| key.windows(32).any(|part| part == window)));
}
