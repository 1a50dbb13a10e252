//! Challenges to show a payment as saved, what answers them, and payments that were shown.

use super::*;
use chat::{
    Answer, AnswerPart, Change as Chat, Closed, KnownShowing, PaymentChallenge, ShowingChange,
};
use sqlx::{Connection, SqlSafeStr, SqliteConnection};
use wallet::review::{ReviewChange, Serial, ShownPayment};

async fn with_bob() -> (super::Closing, Store, OpenId) {
    let (temporary, store) = alice().await;
    save(&store, vec![Chat::SaveContact(Box::new(contact(2, "bob")))]).await;
    (temporary, store, contact(2, "bob").account)
}

fn known(contact: Option<OpenId>, id: u8, made: bool) -> KnownShowing {
    let asked = PaymentChallenge {
        challenge: [id; 32],
        which: "the rent".to_owned(),
        purpose: "taxes".to_owned(),
        not_after: NOW.plus_secs(60),
    };
    let (closed, answer) = (None, Answer::None);
    KnownShowing { id: MessageId([id; 16]), contact, made, asked, told: NOW, closed, answer }
}

async fn change(store: &Store, change: ShowingChange) {
    save(store, vec![Chat::from(change)]).await;
}

async fn of(store: &Store, id: u8) -> KnownShowing {
    let all = store.showings().await.unwrap();
    all.into_iter().find(|it| it.id == MessageId([id; 16])).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn challenges_read_back_as_they_are_now_and_old_ones_go() {
    let (_temporary, store, bob) = with_bob().await;
    let all = [known(None, 1, true), known(Some(bob), 2, true), known(Some(bob), 3, false)];
    for one in &all {
        change(&store, ShowingChange::Add(Box::new(one.clone()))).await;
        assert_eq!(of(&store, one.id.0[0]).await, *one);
    }
    let (showing, by) = (MessageId([2; 16]), Closed::ByContact);
    let close = |contact, made| ShowingChange::Close { contact, showing, made, by, at: NOW };
    change(&store, close(Some(bob), false)).await;
    assert_eq!(of(&store, 2).await.closed, None, "not his to close");
    change(&store, close(Some(bob), true)).await;
    assert_eq!(of(&store, 2).await.closed, Some(Closed::ByContact));
    change(&store, ShowingChange::Give { contact: bob, showing: MessageId([3; 16]), at: NOW })
        .await;
    assert_eq!(of(&store, 3).await.answer, Answer::Given);
    change(&store, ShowingChange::Forget(NOW.plus_secs(60))).await;
    assert_eq!(store.showings().await.unwrap().len(), 3);
    change(&store, ShowingChange::Forget(NOW.plus_secs(61))).await;
    let left: Vec<_> = store.showings().await.unwrap().into_iter().map(|it| it.id.0[0]).collect();
    assert_eq!(left, [3], "what was shown stays");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn pieces_wait_until_the_whole_answer_is_here_and_judged() {
    let (_temporary, store, bob) = with_bob().await;
    change(&store, ShowingChange::Add(Box::new(known(Some(bob), 2, true)))).await;
    let showing = MessageId([2; 16]);
    let piece = |digest: u8, number| {
        let part = AnswerPart { showing, digest: [digest; 32], number, count: 2, bytes: vec![7] };
        let content = MessageId([10 + u8::try_from(number).unwrap(); 16]);
        ShowingChange::Take { contact: bob, content, part }
    };
    let here =
        async |digest: u8| store.answer_parts(bob, (showing, [digest; 32])).await.unwrap().len();
    change(&store, piece(1, 0)).await;
    change(&store, piece(2, 1)).await;
    change(&store, piece(2, 1)).await;
    assert_eq!((here(1).await, here(2).await), (0, 1), "another answer takes its place");
    let content = store.content_of_part(bob, (showing, 1)).await.unwrap();
    assert_eq!(content, Some(MessageId([11; 16])));
    let come = ShowingChange::Come { contact: bob, showing, file: vec![1, 2], at: NOW };
    change(&store, come).await;
    assert_eq!(here(2).await, 0);
    assert_eq!(store.unjudged().await.unwrap(), [(bob, showing, vec![1, 2])]);
    assert_eq!(of(&store, 2).await.answer, Answer::Given);
    let refused = Answer::Refused { code: "altered".to_owned(), words: "no".to_owned() };
    for answer in [refused, Answer::Proved("{}".to_owned())] {
        let contact = Some(bob);
        let judged = ShowingChange::Judge { contact, showing, answer: answer.clone(), at: NOW };
        change(&store, judged).await;
        assert_eq!(of(&store, 2).await.answer, answer);
        assert!(store.unjudged().await.unwrap().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn payments_that_were_shown_read_back() {
    let (_temporary, store, bob) = with_bob().await;
    let shown = |serial: u8, contact, case: Option<&str>| ShownPayment {
        serial: Serial([serial; 16]),
        contact,
        name: "bob".to_owned(),
        verifier: [3; 32],
        tx: TxId([4; 32]),
        purpose: "taxes".to_owned(),
        case: case.map(str::to_owned),
        issued: NOW,
        not_after: NOW.plus_secs(9),
    };
    let all = [shown(1, Some(bob), None), shown(2, None, Some("7"))];
    for one in &all {
        store.apply(vec![ReviewChange::AddShown(Box::new(one.clone())).into()]).await.unwrap();
    }
    assert_eq!(store.payments_shown().await.unwrap(), all);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn challenges_of_before_lapse_after_thirty_days() {
    let mut before = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let table = "CREATE TABLE contacts (account BLOB PRIMARY KEY);
        CREATE TABLE challenges (challenge BLOB NOT NULL PRIMARY KEY, made INTEGER NOT NULL);
        INSERT INTO challenges VALUES (zeroblob(32), 7);";
    sqlx::raw_sql(table).execute(&mut before).await.unwrap();
    let migration = include_str!("../../../../migrations/0021_showings.sql").into_sql_str();
    sqlx::raw_sql(migration).execute(&mut before).await.unwrap();
    let found: (i64, i64, bool) = sqlx::query_as("SELECT told, not_after, made FROM showings")
        .fetch_one(&mut before)
        .await
        .unwrap();
    assert_eq!(found, (7, 7 + 30 * 86_400_000, true));
}
