use super::*;
use sqlx::{ConnectOptions, Connection, sqlite::SqliteConnectOptions};
use std::fs;
use std::path::Path;

async fn execute(dir: &Path, statement: &'static str) {
    let options = SqliteConnectOptions::new().filename(file(dir)).create_if_missing(true);
    let mut connection = options.connect().await.unwrap();
    sqlx::raw_sql(statement).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}

fn file(dir: &Path) -> std::path::PathBuf {
    dir.join("worker.db")
}

#[tokio::test]
async fn the_schema_is_the_one_written_down() {
    let bench = Bench::new().await;
    let statements: Vec<String> = sqlx::query_scalar(
        "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name NOT GLOB '_sqlx_*'
         AND name NOT GLOB 'sqlite_*' ORDER BY tbl_name, type DESC, name",
    )
    .fetch_all(bench.worker.database.writer())
    .await
    .unwrap();
    let schema: String = statements.iter().map(|sql| format!("{sql};\n\n")).collect();
    let written = include_str!("../../schema.sql");
    assert!(schema.trim_end() == written.trim_end(), "schema.sql should be:\n{schema}");
}

#[tokio::test]
async fn prekeys_of_an_earlier_release_are_handed_out_in_their_order() {
    let mut before = sqlx::SqliteConnection::connect("sqlite::memory:").await.unwrap();
    let [first, second] = [
        include_str!("../../migrations/0001_mailboxes_and_directory.sql"),
        include_str!("../../migrations/0002_one_time_kyber_prekeys.sql"),
    ];
    sqlx::raw_sql(first).execute(&mut before).await.unwrap();
    let entry = "INSERT INTO bundles (directory_key, sequence, digest, bundle)
            VALUES (zeroblob(32), 1, zeroblob(32), x'01');
        INSERT INTO one_time_keys (directory_key, bytes)
            VALUES (zeroblob(32), x'09'), (zeroblob(32), x'02')";
    sqlx::raw_sql(entry).execute(&mut before).await.unwrap();
    sqlx::raw_sql(second).execute(&mut before).await.unwrap();
    let keys: Vec<(String, Vec<u8>)> =
        sqlx::query_as("SELECT kind, bytes FROM one_time_keys ORDER BY position")
            .fetch_all(&mut before)
            .await
            .unwrap();
    assert_eq!(keys, [("curve".to_owned(), vec![9]), ("curve".to_owned(), vec![2])]);
}

#[tokio::test]
async fn every_commit_is_synced_and_deleted_bytes_are_overwritten() {
    let bench = Bench::new().await;
    let settings: (String, i64, i64, i64) = sqlx::query_as(
        "SELECT (SELECT journal_mode FROM pragma_journal_mode),
                (SELECT synchronous FROM pragma_synchronous),
                (SELECT foreign_keys FROM pragma_foreign_keys),
                (SELECT secure_delete FROM pragma_secure_delete)",
    )
    .fetch_one(bench.worker.database.writer())
    .await
    .unwrap();
    assert_eq!(settings, ("wal".to_owned(), 2, 1, 1));
}

#[tokio::test]
async fn everything_survives_opening_again() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask(queue.put(&blob(1))).await.unwrap();
    bench.ask(queue.put(&blob(2))).await.unwrap();
    let before = bench.all(&queue).await;
    let bench = bench.reopened().await;
    assert_eq!(bench.all(&queue).await, before);
    bench.ask(queue.delete(&[&blob(2)])).await.unwrap();
    let bench = bench.reopened().await;
    bench.ask(queue.put(&blob(3))).await.unwrap();
    let after = bench.all(&queue).await;
    assert_eq!(blobs(&after), [blob(1), blob(3)]);
    assert!(after[1].position > before[1].position);
}

#[tokio::test]
async fn what_was_acknowledged_is_in_the_files_a_killed_worker_leaves() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    for number in 0..20 {
        bench.ask(queue.put(&blob(number))).await.unwrap();
        bench.ask(queue.delete(&[&blob(number + 100)])).await.unwrap();
        // The files as they lie there at this moment, the worker still running.
        let left = tempfile::tempdir().unwrap();
        for entry in fs::read_dir(bench.dir.path()).unwrap() {
            let entry = entry.unwrap();
            // The shared-memory index is no file to a restarted machine; half the time it is lost.
            if number % 2 == 0 || !entry.path().to_string_lossy().ends_with("-shm") {
                fs::copy(entry.path(), left.path().join(entry.file_name())).unwrap();
            }
        }
        let worker = Worker::open(left.path(), HOME).await.unwrap();
        let restarted = Bench { dir: left, worker };
        assert_eq!(restarted.all(&queue).await.len() as u64, number + 1);
        assert_eq!(restarted.ask(queue.put(&blob(number + 100))).await, stored_until(30));
        assert_eq!(restarted.all(&queue).await.len() as u64, number + 1);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_request_dropped_half_way_leaves_the_worker_working() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    for number in 0..30 {
        let (worker, put) = (bench.worker.clone(), queue.put(&blob(number)));
        let task = tokio::spawn(async move { worker.mail(&ALICE, put, NOW).await });
        for _ in 0..number {
            tokio::task::yield_now().await;
        }
        task.abort();
        let _ = task.await;
    }
    for number in 0..30 {
        assert_eq!(bench.ask(queue.put(&blob(number))).await, stored_until(30));
    }
    assert_eq!(bench.all(&queue).await.len(), 30);
}

#[tokio::test]
async fn a_first_start_that_was_cut_short_is_taken_up_again() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(file(dir.path()), []).unwrap();
    assert!(Worker::open(dir.path(), HOME).await.is_ok());

    let dir = tempfile::tempdir().unwrap();
    execute(
        dir.path(),
        "CREATE TABLE _sqlx_migrations (
            version BIGINT PRIMARY KEY, description TEXT NOT NULL,
            installed_on TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, success BOOLEAN NOT NULL,
            checksum BLOB NOT NULL, execution_time BIGINT NOT NULL)",
    )
    .await;
    assert!(Worker::open(dir.path(), HOME).await.is_ok());
}

#[tokio::test]
async fn a_newer_file_is_refused() {
    let bench = Bench::with_queues(&[1]).await;
    let dir = bench.dir;
    drop(bench.worker);
    execute(
        dir.path(),
        "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
         VALUES (9999, 'from the future', TRUE, x'00', 0)",
    )
    .await;
    let refusal = Worker::open(dir.path(), HOME).await.unwrap_err();
    assert!(matches!(refusal, WorkerError::Newer), "{refusal:?}");
}

#[tokio::test]
async fn another_history_of_the_same_number_is_refused() {
    let bench = Bench::new().await;
    let dir = bench.dir;
    drop(bench.worker);
    execute(dir.path(), "UPDATE _sqlx_migrations SET checksum = x'00'").await;
    let refusal = Worker::open(dir.path(), HOME).await.unwrap_err();
    assert!(matches!(refusal, WorkerError::OtherFormat), "{refusal:?}");
}

#[tokio::test]
async fn a_file_of_another_format_is_refused_and_left_as_it_is() {
    for statement in
        ["CREATE TABLE queues (id INTEGER)", "PRAGMA application_id = 42; PRAGMA user_version = 1"]
    {
        let dir = tempfile::tempdir().unwrap();
        execute(dir.path(), statement).await;
        left_alone(dir.path()).await;
    }
    let dir = tempfile::tempdir().unwrap();
    fs::write(file(dir.path()), "no database at all, and longer than its header. ".repeat(100))
        .unwrap();
    left_alone(dir.path()).await;
}

async fn left_alone(dir: &Path) {
    let before = fs::read(file(dir)).unwrap();
    let refusal = Worker::open(dir, HOME).await.unwrap_err();
    assert!(matches!(refusal, WorkerError::OtherFormat), "{refusal:?}");
    assert_eq!(fs::read(file(dir)).unwrap(), before);
}
