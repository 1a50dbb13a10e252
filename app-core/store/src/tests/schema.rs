//! The schema is what `migrations/schema.sql` says, and every statement fits it.

use super::alice;
use crate::{apply, database, load, read};
use chat::{Body, Content};
use sqlx::{Connection, Executor, SqlSafeStr, SqliteConnection};
use std::path::Path;
use types::{Amount, MessageId, Timestamp, TxId};
use wire::Encode;

const REQUESTS: &str = include_str!("../../../../migrations/0002_requests.sql");
const SEALED_BEFORE: &str = include_str!("../../../../migrations/0004_sealed_before.sql");
const PREKEYS: &str = include_str!("../../../../migrations/0003_prekeys.sql");

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_statement_can_be_prepared() {
    let (_temporary, store) = alice().await;
    let all =
        [apply::statements(), load::statements(), read::statements(), database::sql::ALL.to_vec()]
            .concat();
    assert!(all.len() > 40);
    let mut connection = store.connection().await.unwrap();
    for (name, statement) in all {
        let prepared = connection.prepare(statement.into_sql_str()).await;
        assert!(prepared.is_ok(), "{name}: {}", prepared.err().unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn schema_is_pinned() {
    let (_temporary, store) = alice().await;
    let parts: Vec<String> = sqlx::query_scalar(
        "SELECT sql || ';' FROM sqlite_schema
         WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             AND name <> '_sqlx_migrations'
         ORDER BY tbl_name, type DESC, name",
    )
    .fetch_all(&mut *store.connection().await.unwrap())
    .await
    .unwrap();
    let schema = parts.join("\n\n") + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/schema.sql");
    if std::env::var_os("WRITE_SCHEMA").is_some() {
        std::fs::write(&path, &schema).unwrap();
    }
    let pinned = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(schema, pinned, "if this is meant: WRITE_SCHEMA=1 cargo test -p store schema");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn contacts_of_an_earlier_release_are_accepted() {
    let mut before = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let migrations = [include_str!("../../../../migrations/0001_profile.sql"), REQUESTS]
        .map(SqlSafeStr::into_sql_str);
    let [first, second] = migrations;
    sqlx::raw_sql(first).execute(&mut before).await.unwrap();
    let insert = "INSERT INTO contacts (account, name, card, identity, address, directory_key,
            directory_worker, route, ready, greeted, added)
        VALUES (zeroblob(32), 'bob', x'', zeroblob(33), zeroblob(21), zeroblob(32), zeroblob(32),
            x'', 1, 1, 7)";
    sqlx::query(insert).execute(&mut before).await.unwrap();
    sqlx::raw_sql(second).execute(&mut before).await.unwrap();
    let found: (String, i64, i64) =
        sqlx::query_as("SELECT standing, added_behind, added FROM contacts")
            .fetch_one(&mut before)
            .await
            .unwrap();
    assert_eq!(found, ("accepted".to_owned(), 0, 7));
    let other = sqlx::query("UPDATE contacts SET standing = 'friend'").execute(&mut before).await;
    assert!(other.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn prekeys_of_an_earlier_release_still_open_what_comes_and_sessions_begin_anew() {
    let mut before = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let [first, second, third] =
        [include_str!("../../../../migrations/0001_profile.sql"), REQUESTS, PREKEYS]
            .map(SqlSafeStr::into_sql_str);
    sqlx::raw_sql(first).execute(&mut before).await.unwrap();
    sqlx::raw_sql(second).execute(&mut before).await.unwrap();
    let insert = "INSERT INTO prekeys (kind, id, record) VALUES ('signed', 1, x'0100'),
            ('kyber', 1, x'0200'), ('one_time', 9, x'0300ff')";
    sqlx::query(insert).execute(&mut before).await.unwrap();
    let session = "INSERT INTO sessions (contact, record) VALUES (zeroblob(32), x'01')";
    sqlx::query("PRAGMA foreign_keys = OFF").execute(&mut before).await.unwrap();
    sqlx::query(session).execute(&mut before).await.unwrap();
    sqlx::raw_sql(third).execute(&mut before).await.unwrap();
    let found: Vec<(String, i64, Vec<u8>)> = sqlx::query_as(
        "SELECT kind, id, record FROM prekeys WHERE created = 0 AND replaced IS NULL ORDER BY seq",
    )
    .fetch_all(&mut before)
    .await
    .unwrap();
    // Behind the byte of their format.
    let row = |kind: &str, id, record: &[u8]| (kind.to_owned(), id, record.to_vec());
    assert_eq!(
        found,
        [
            row("kyber", 1, &[1, 2, 0]),
            row("one_time", 9, &[1, 3, 0, 0xff]),
            row("signed", 1, &[1, 1, 0])
        ]
    );
    let sessions: i64 =
        sqlx::query_scalar("SELECT COUNT(*) FROM sessions").fetch_one(&mut before).await.unwrap();
    assert_eq!(sessions, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn what_was_sealed_in_a_session_of_an_earlier_release_is_encrypted_once_more() {
    let mut before = SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let [first, second, third, fourth] =
        [include_str!("../../../../migrations/0001_profile.sql"), REQUESTS, PREKEYS, SEALED_BEFORE]
            .map(SqlSafeStr::into_sql_str);
    for migration in [first, second, third] {
        sqlx::raw_sql(migration).execute(&mut before).await.unwrap();
    }
    let rows = "PRAGMA foreign_keys = OFF;
        INSERT INTO messages (contact, direction, id, time, text, delivery, payment_tx,
                payment_amount, unread)
            VALUES (zeroblob(32), 'out', zeroblob(16), 9, 'hé', 'queued', NULL, NULL, 0),
                (zeroblob(32), 'out', x'07070707070707070707070707070707', 8, '', 'queued',
                    zeroblob(32), 5, 0);
        INSERT INTO pending (contact, content) VALUES (zeroblob(32), x'02');
        INSERT INTO outgoing (contact, message, worker, send, blob, signature)
            VALUES (zeroblob(32), NULL, zeroblob(32), zeroblob(32), x'01', zeroblob(64)),
                (zeroblob(32), zeroblob(16), zeroblob(32), zeroblob(32), x'01', zeroblob(64)),
                (zeroblob(32), x'07070707070707070707070707070707', zeroblob(32), zeroblob(32),
                    x'01', zeroblob(64)),
                (x'0101010101010101010101010101010101010101010101010101010101010101', NULL,
                    zeroblob(32), zeroblob(32), x'02', zeroblob(64));
        INSERT INTO sessions (contact, name, state)
            VALUES (x'0101010101010101010101010101010101010101010101010101010101010101',
                zeroblob(33), x'01')";
    sqlx::raw_sql(SqlSafeStr::into_sql_str(rows)).execute(&mut before).await.unwrap();
    sqlx::raw_sql(fourth).execute(&mut before).await.unwrap();
    let waiting: Vec<Vec<u8>> = sqlx::query_scalar("SELECT content FROM pending ORDER BY seq")
        .fetch_all(&mut before)
        .await
        .unwrap();
    let content = |id: u8, time, body| {
        Content { id: MessageId([id; 16]), time: Timestamp(time), body }.to_bytes()
    };
    let payment = Body::Payment { tx: TxId([0; 32]), amount: Amount::new(5), memo: String::new() };
    let text = Body::Text("hé".to_owned());
    assert_eq!(waiting, [content(0, 9, text), content(7, 8, payment), vec![2]]);
    let left: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT blob FROM outgoing").fetch_all(&mut before).await.unwrap();
    assert_eq!(left, [vec![2]], "that of the contact with a session");
    let next = "INSERT INTO pending (contact, content) VALUES (zeroblob(32), x'03') RETURNING seq";
    let next: i64 = sqlx::query_scalar(next).fetch_one(&mut before).await.unwrap();
    assert_eq!(next, 2, "behind all others");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_table_is_strict_and_every_connection_is_safe() {
    let (_temporary, store) = alice().await;
    let loose: Vec<String> = sqlx::query_scalar(
        "SELECT name FROM pragma_table_list WHERE strict = 0 AND schema = 'main'
             AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
             AND name <> '_sqlx_migrations'",
    )
    .fetch_all(&mut *store.connection().await.unwrap())
    .await
    .unwrap();
    assert_eq!(loose, Vec::<String>::new());

    // 2 is FULL for `synchronous` and INCREMENTAL for `auto_vacuum`.
    for (pragma, expected) in [
        ("PRAGMA synchronous", "2"),
        ("PRAGMA auto_vacuum", "2"),
        ("PRAGMA secure_delete", "1"),
        ("PRAGMA foreign_keys", "1"),
        ("PRAGMA journal_mode", "wal"),
        ("PRAGMA cipher_version", "4.10.0 community"),
    ] {
        let row =
            sqlx::query(pragma).fetch_one(&mut *store.connection().await.unwrap()).await.unwrap();
        use sqlx::Row;
        let found: String =
            row.try_get(0).or_else(|_| row.try_get(0).map(|n: i64| n.to_string())).unwrap();
        assert_eq!(found, expected, "{pragma}");
    }
}
