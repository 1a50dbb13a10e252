use super::*;
use types::EnvelopeId;
use wire::directory::{DirectoryRequest, Publication, publish_bytes};
use wire::mail::{PULL_MESSAGES, QUEUE_BYTES, QUEUE_MESSAGES};

/// Fills a queue with envelopes of 512 bytes, faster than by putting each.
async fn fill(bench: &Bench, count: u32) {
    sqlx::query(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ?)
         INSERT INTO envelopes (queue, envelope_id, expires_at, size, blob)
         SELECT queues.id, randomblob(32), ?, 512, zeroblob(512) FROM number, queues",
    )
    .bind(count)
    .bind(i64::try_from(NOW.plus_secs(30 * DAY).0).unwrap())
    .execute(bench.worker.database.writer())
    .await
    .unwrap();
}

#[tokio::test]
async fn a_writer_is_told_that_the_queue_holds_as_many_as_it_may() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    fill(&bench, QUEUE_MESSAGES - 1).await;
    assert_eq!(bench.ask(queue.put(&blob(1))).await, stored_until(30));
    refused(bench.ask(queue.put(&blob(2))).await, code::QUEUE_FULL);
    // One that is there already is none too many.
    assert_eq!(bench.ask(queue.put(&blob(1))).await, stored_until(30));
    bench.ask(queue.delete(&[&blob(1)])).await.unwrap();
    assert_eq!(bench.ask(queue.put(&blob(2))).await, stored_until(30));
}

#[tokio::test]
async fn a_writer_is_told_that_the_queue_holds_as_many_bytes_as_it_may() {
    let bench = Bench::with_queues(&[1, 2]).await;
    let (one, two) = (Queue::new(1), Queue::new(2));
    for number in 0..QUEUE_BYTES / 16384 {
        assert_eq!(bench.ask(one.put(&sized(number, 16384))).await, stored_until(30));
    }
    refused(bench.ask(one.put(&blob(1))).await, code::QUEUE_FULL);
    assert_eq!(bench.ask(two.put(&blob(1))).await, stored_until(30));
    // What has expired leaves its place, purged or not.
    let later = NOW.plus_secs(30 * DAY);
    assert_eq!(bench.ask_at(one.put(&blob(1)), later).await, stored_until(60));
}

#[tokio::test]
async fn deletions_of_invented_envelopes_are_limited() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    let invented = |request: u8| {
        let id =
            |n: u8| EnvelopeId([[request, n].as_slice(), &[0; 30]].concat().try_into().unwrap());
        queue.delete_ids((0..64).map(id).collect())
    };
    let whole = u8::try_from(QUEUE_MESSAGES / 64).unwrap();
    for request in 0..whole {
        assert_eq!(bench.ask(invented(request)).await, Ok(MailReply::Deleted));
    }
    refused(bench.ask(invented(whole)).await, code::QUEUE_FULL);
    // Repeating is none more, and an envelope that is there can always be deleted.
    assert_eq!(bench.ask(invented(0)).await, Ok(MailReply::Deleted));
    bench.ask(queue.put(&blob(1))).await.unwrap();
    assert_eq!(bench.ask(queue.delete(&[&blob(1)])).await, Ok(MailReply::Deleted));

    let too_many = vec![EnvelopeId([1; 32]); PULL_MESSAGES + 1];
    refused(bench.ask(queue.delete_ids(too_many)).await, code::BAD_REQUEST);
}

#[tokio::test]
async fn a_full_worker_takes_nothing_new_until_something_is_deleted() {
    let dir = tempfile::tempdir().unwrap();
    let worker = Worker::open_limited(dir.path(), HOME, 512 * 1024).await.unwrap();
    let bench = Bench { dir, worker };
    let (queue, another) = (Queue::new(1), Queue::new(2));
    bench.ask(queue.create()).await.unwrap();
    let mut stored = 0;
    while bench.ask(queue.put(&sized(stored, 16384))).await.is_ok() {
        stored += 1;
    }
    assert!((10..40).contains(&stored), "{stored}");
    refused(bench.ask(queue.put(&blob(99))).await, code::DISK_FULL);
    refused(bench.ask(another.create()).await, code::DISK_FULL);
    refused(bench.ask(queue.delete(&[&blob(98)])).await, code::DISK_FULL);
    refused(bench.worker.directory(&ALICE, publish()).await, code::DISK_FULL);

    assert_eq!(bench.ask(queue.create()).await, Ok(MailReply::Created));
    assert_eq!(bench.all(&queue).await.len() as u64, stored);
    bench.ask(queue.delete(&[&sized(0, 16384)])).await.unwrap();
    assert_eq!(bench.ask(queue.put(&blob(99))).await, stored_until(30));
}

fn publish() -> DirectoryRequest {
    let key = Queue::new(1).receive;
    let publication = Publication {
        key: key.verifying_key().to_bytes(),
        sequence: 1,
        afresh: false,
        bundle: vec![1],
        one_time: vec![],
        kyber: vec![],
    };
    let signature = sign(&key, &publish_bytes(HOME, &publication));
    DirectoryRequest::Publish { publication, signature }
}

#[tokio::test]
async fn a_full_disk_is_told_and_loses_nothing() {
    let bench = Bench::with_queues(&[1]).await;
    let queue = Queue::new(1);
    bench.ask(queue.put(&blob(1))).await.unwrap();
    // SQLite's own limit answers as a full disk does.
    limit_pages(&bench, 1).await;
    let mut told = None;
    for number in 2..40 {
        if let Err(failure) = bench.ask(queue.put(&sized(number, 16384))).await {
            told = Some((number, failure.code));
            break;
        }
    }
    let (failed, code) = told.expect("the disk is full");
    assert_eq!(code, code::DISK_FULL);
    assert_eq!(bench.all(&queue).await.len() as u64, failed - 1);

    limit_pages(&bench, 1_000_000).await;
    assert_eq!(bench.ask(queue.put(&sized(failed, 16384))).await, stored_until(30));
    assert_eq!(bench.all(&queue).await.len() as u64, failed);
}

/// SQLite never sets the limit below what the file has.
async fn limit_pages(bench: &Bench, pages: u32) {
    sqlx::query(sqlx::AssertSqlSafe(format!("PRAGMA max_page_count = {pages}")))
        .execute(bench.worker.database.writer())
        .await
        .unwrap();
}
