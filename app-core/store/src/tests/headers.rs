//! The latest headers, and what contacts vouch for.

use super::*;
use crate::{HeaderRow, LightChange, VouchRow};

fn row(round: u64, byte: u8, certificate: Option<Vec<u8>>) -> HeaderRow {
    HeaderRow { round: Round(round), header: vec![byte; 422], certificate }
}

async fn keep(store: &Store, change: LightChange) {
    save(store, vec![change]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn headers_are_held_by_round_until_they_are_old() {
    let (_temporary, store) = alice().await;
    let rows = vec![row(5, 1, Some(vec![7])), row(6, 2, None), row(7, 3, None)];
    keep(&store, LightChange::AddHeaders(rows)).await;
    // The same again, and another one in the place of one that was not of this chain.
    keep(&store, LightChange::AddHeaders(vec![row(5, 1, None), row(6, 9, None)])).await;
    assert_eq!(store.header(Round(6)).await.unwrap(), Some(vec![9; 422]));
    assert_eq!(store.header(Round(8)).await.unwrap(), None);
    let kept: Option<Vec<u8>> =
        sqlx::query_scalar("SELECT certificate FROM headers WHERE round = 5")
            .fetch_one(&mut *store.connection().await.unwrap())
            .await
            .unwrap();
    assert_eq!(kept, Some(vec![7]), "a certificate is not lost by seeing its header again");
    keep(&store, LightChange::ForgetHeaders(Round(6))).await;
    assert_eq!(store.header_count().await.unwrap(), 2);
    assert_eq!(store.header(Round(5)).await.unwrap(), None);
    // What is no header is not held.
    let short = HeaderRow { header: vec![1; 421], ..row(9, 1, None) };
    assert!(store.apply(vec![LightChange::AddHeaders(vec![short]).into()]).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_contacts_word_stays_until_trust_begins_anew() {
    let (_temporary, store) = alice().await;
    let contact = contact(2, "bob");
    let account = contact.account;
    save(&store, vec![chat::Change::SaveContact(Box::new(contact))]).await;
    let (round, at) = (Round(479), Timestamp(7));
    keep(&store, LightChange::Asked { contact: account, round, at }).await;
    let asked = VouchRow { contact: account, asked: round, asked_at: at, answer: None };
    assert_eq!(store.vouches().await.unwrap(), std::slice::from_ref(&asked));
    let checkpoint = vec![1; 112];
    keep(&store, LightChange::Vouched { contact: account, checkpoint: checkpoint.clone() }).await;
    let answer = Some(checkpoint);
    assert_eq!(store.vouches().await.unwrap(), [VouchRow { answer, ..asked }]);
    // Nobody else's word is saved.
    let stranger = LightChange::Vouched { contact: OpenId([9; 32]), checkpoint: vec![1; 112] };
    assert!(store.apply(vec![stranger.into()]).await.is_err());
    keep(&store, LightChange::ForgetVouches).await;
    assert_eq!(store.vouches().await.unwrap(), []);
}
