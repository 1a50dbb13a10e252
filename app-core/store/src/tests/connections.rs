//! Connections are back at once, and closed once nobody has one.

use crate::connections::Connections;
use core::pin::pin;
use core::task::{Context, Poll, Waker};
use sqlx::sqlite::SqliteConnectOptions;

/// What a future says when it is asked once, with no task running meanwhile.
fn asked<F: Future>(future: core::pin::Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

async fn one() -> Connections {
    let options = SqliteConnectOptions::new().in_memory(true);
    Connections::open(options, 1).await.unwrap()
}

#[tokio::test]
async fn one_is_back_the_moment_it_is_let_go() {
    let connections = one().await;
    let lent = connections.lend().await.unwrap();
    let mut next = pin!(connections.lend());
    assert!(asked(next.as_mut()).is_pending(), "there is but one");
    drop(lent);
    assert!(matches!(asked(next), Poll::Ready(Ok(_))));
}

#[tokio::test]
async fn one_whose_query_was_given_up_is_lent_again() {
    let connections = one().await;
    // The answer comes from another thread, which now and then is quicker than the look.
    loop {
        let mut lent = connections.lend().await.unwrap();
        let query = sqlx::query("SELECT 1").execute(&mut *lent);
        if asked(pin!(query)).is_pending() {
            break;
        }
    }
    let mut lent = connections.lend().await.unwrap();
    let two: i64 = sqlx::query_scalar("SELECT 2").fetch_one(&mut *lent).await.unwrap();
    assert_eq!(two, 2);
}

#[tokio::test]
async fn closing_waits_for_who_has_one_and_nobody_gets_one_afterwards() {
    let connections = one().await;
    let lent = connections.lend().await.unwrap();
    let mut closing = pin!(connections.close());
    assert!(asked(closing.as_mut()).is_pending());
    drop(lent);
    closing.await;
    assert!(matches!(connections.lend().await, Err(sqlx::Error::PoolClosed)));
    connections.close().await;
}

#[tokio::test]
async fn one_in_the_place_of_another_knows_nothing_of_it() {
    let connections = one().await;
    let mut lent = connections.lend().await.unwrap();
    sqlx::query("CREATE TEMP TABLE mark (a)").execute(&mut *lent).await.unwrap();
    let marks = "SELECT count(*) FROM sqlite_temp_master";
    let before: i64 = sqlx::query_scalar(marks).fetch_one(&mut *lent).await.unwrap();
    lent.replace().await;
    let mut lent = connections.lend().await.unwrap();
    let after: i64 = sqlx::query_scalar(marks).fetch_one(&mut *lent).await.unwrap();
    assert_eq!((before, after), (1, 0));
}

#[tokio::test]
async fn a_database_that_is_not_there_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nothing.db");
    let options = SqliteConnectOptions::new().filename(&file);
    assert!(Connections::open(options, 2).await.is_err());
    assert!(!file.exists());
}
