//! The private side of a reviewed account as saved: how far its keys have read, what they have found.

use super::review::{keys, period, received, with_bob};
use super::*;
use crate::{Flow, HistoryKind, KeyRead, NetworkChange, Remark};
use wallet::review::{
    LogPlace, Nullifier, PoolLine, PoolLineKind, PoolMove, ReviewChange, ReviewKeys, ReviewedNote,
    ReviewedStep,
};

const KEY: [u8; 32] = [7; 32];

fn step(account: OpenId, count: u64) -> ReviewedStep {
    let place = LogPlace { count, hash: [count as u8; 32] };
    let (round, keys) = (Round(count), vec![KEY]);
    ReviewedStep { account, keys, place, round, notes: vec![], spent: vec![], moves: vec![] }
}

fn note(mark: u8, units: u64) -> ReviewedNote {
    ReviewedNote { nullifier: Nullifier([mark; 32]), key: KEY, value: Amount::new(units) }
}

fn line(kind: PoolLineKind, units: u64) -> PoolLine {
    PoolLine { kind, amount: Amount::new(units), to: None, text: None, unreadable: false }
}

fn moved(round: u64, lines: Vec<PoolLine>) -> PoolMove {
    PoolMove { round: Round(round), bundle: [round as u8; 32], fee: Some(Amount::new(2)), lines }
}

async fn take(store: &Store, step: ReviewedStep) {
    save(store, vec![ReviewChange::TakeReviewedPool(Box::new(step))]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_keys_have_read_and_found_reads_back_for_this_account_alone() {
    let (_temporary, store, bob) = with_bob().await;
    let notes = vec![note(1, 50), note(2, 60)];
    take(&store, ReviewedStep { notes: notes.clone(), ..step(bob, 3) }).await;
    let spent = vec![(notes[0].nullifier, Round(4))];
    take(&store, ReviewedStep { notes: notes.clone(), spent, ..step(bob, 5) }).await;
    // Told by a node that is a round behind: the place stands, and so does the round.
    take(&store, ReviewedStep { round: Round(4), ..step(bob, 5) }).await;
    let place = LogPlace { count: 5, hash: [5; 32] };
    let read = KeyRead { name: KEY, place, round: Round(5) };
    assert_eq!(store.reviewed_reads(bob).await.unwrap(), [read]);
    let found = store.reviewed_notes(bob).await.unwrap();
    assert_eq!(found, [(notes[0], Some(Round(4))), (notes[1], None)]);
    let nobody = OpenId([1; 32]);
    assert_eq!(store.reviewed_reads(nobody).await.unwrap(), []);
    assert_eq!(store.reviewed_notes(nobody).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn private_lines_stand_between_the_public_ones_by_time() {
    use PoolLineKind::{CarriedOut, Payment, Receipt, Shielded, Undisclosed};
    let (_temporary, store, bob) = with_bob().await;
    let public = [(1, EntryKind::PayIn, 5), (2, EntryKind::PoolIn, 3), (5, EntryKind::PayIn, 1)];
    let public = public.iter().zip(1..).map(|((tx, kind, units), counter)| {
        let time = Timestamp(NOW.0 + u64::from(*tx) * 10);
        ProvedEntry { time, ..entry(counter, *tx, *kind, *units, None) }
    });
    save(&store, vec![ReviewChange::AddReviewed(bob, public.collect())]).await;
    let at = |round: u64| Timestamp(NOW.0 + round * 10);
    let said = PoolLine { text: Some("tea".to_owned()), ..line(Payment, 7) };
    let spoiled = PoolLine { unreadable: true, ..line(Receipt, 8) };
    let first = vec![
        (0, at(2), moved(2, vec![line(Shielded, 3)])),
        (1, at(3), moved(3, vec![said, line(Undisclosed, 9)])),
        (2, at(4), moved(4, vec![line(Receipt, 1)])),
    ];
    take(&store, ReviewedStep { moves: first, ..step(bob, 3) }).await;
    // Another key sees more of the same bundle.
    let again = vec![(2, at(4), moved(4, vec![spoiled, line(CarriedOut, 6)]))];
    take(&store, ReviewedStep { moves: again, ..step(bob, 3) }).await;
    let rows = store.reviewed_history(bob).await.unwrap();
    let shown = rows.iter().map(|it| (it.row.kind, it.row.flow, it.row.amount.units(), it.remark));
    assert_eq!(
        shown.collect::<Vec<_>>(),
        [
            (HistoryKind::Payment, Flow::In, 5, None),
            // Once, although both sides of it are known.
            (HistoryKind::Shield, Flow::Out, 3, None),
            (HistoryKind::Payment, Flow::Out, 7, None),
            (HistoryKind::Payment, Flow::Out, 9, Some(Remark::Undisclosed)),
            (HistoryKind::Payment, Flow::In, 8, Some(Remark::Unreadable)),
            (HistoryKind::CarryOver, Flow::Out, 6, Some(Remark::Stated)),
            (HistoryKind::Payment, Flow::In, 1, None),
        ]
    );
    assert_eq!(rows[2].row.memo.as_deref(), Some("tea"));
    let fees = rows.iter().filter_map(|it| it.row.fee);
    assert_eq!(fees.map(Amount::units).collect::<Vec<_>>(), [2, 2], "one for each bundle");
    assert_eq!(store.undisclosed_outflow(bob).await.unwrap(), Amount::new(9));
    assert!(store.history(None, None).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn only_keys_whose_grant_is_proved_open_anything() {
    let (_temporary, store, _) = with_bob().await;
    let grant = received(1, &[10, 11]);
    let (serial, account) = (grant.grant.terms.serial, grant.grant.terms.account);
    let add = ReviewChange::AddReceived(Box::new(grant), keys(&[10, 11]));
    save(&store, vec![add]).await;
    let names = |keys: ReviewKeys| keys.names().count();
    assert_eq!(names(store.review_keys(account).await.unwrap()), 0, "nobody has asked yet");
    for (proved, count) in [(false, 0), (true, 2)] {
        save(&store, vec![ReviewChange::SetProved(serial, proved)]).await;
        assert_eq!(names(store.review_keys(account).await.unwrap()), count);
    }
    let (both, _) = store.review_keys(account).await.unwrap().months();
    assert_eq!(both, [period(10).month(), period(11).month()].into());
    assert_eq!(names(store.review_keys(OpenId([1; 32])).await.unwrap()), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn whoever_grants_the_keys_of_another_account_as_his_own_is_shown() {
    let (_temporary, store, _) = with_bob().await;
    let honest = received(1, &[10, 11]);
    let (account, mallory) = (honest.grant.terms.account, OpenId([1; 32]));
    // Signed by Mallory's own key in truth; what counts here is whose account it is for.
    let mut theirs = received(2, &[11]);
    theirs.grant.terms.account = mallory;
    let serials = [honest.grant.terms.serial, theirs.grant.terms.serial];
    let add = |grant, months: &[u16]| ReviewChange::AddReceived(Box::new(grant), keys(months));
    save(&store, vec![add(honest, &[10, 11]), add(theirs, &[11])]).await;
    let others = |account| store.claimed_by_others(account);
    save(&store, vec![ReviewChange::SetProved(serials[0], true)]).await;
    assert_eq!(others(account).await.unwrap(), [], "his key has not signed");
    save(&store, vec![ReviewChange::SetProved(serials[1], true)]).await;
    assert_eq!(others(account).await.unwrap(), [mallory]);
    assert_eq!(others(mallory).await.unwrap(), [account]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_profile_that_only_reviews_stays_one() {
    let (_temporary, store, _) = with_bob().await;
    assert!(!store.identity().await.unwrap().review_only);
    save(&store, vec![NetworkChange::ReviewOnly]).await;
    save(&store, vec![NetworkChange::ReviewOnly]).await;
    assert!(store.identity().await.unwrap().review_only);
}
